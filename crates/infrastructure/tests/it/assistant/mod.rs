//! The model's adapter against a server that does what such servers do, and what they should not.
mod conversing;
mod embedding;
mod guessing;

use application::assistant::ports::LanguageModel;
use infrastructure::assistant::{
    ModelConfig, ModelConnection, OpenAiLanguageModel, OpenAiLanguageModelParameters,
};
use shaku::{HasComponent, module};
use std::sync::Arc;
use test_servers::ModelServer;

module! {
    ModelModule { components = [OpenAiLanguageModel], providers = [] }
}

/// The adapter, if there is a server.
fn model_at(config: Option<&ModelConfig>) -> Arc<dyn LanguageModel> {
    let connection = config.map(|config| ModelConnection::prepare(config).unwrap());
    let parameters = OpenAiLanguageModelParameters { connection };
    let module =
        ModelModule::builder().with_component_parameters::<OpenAiLanguageModel>(parameters);
    module.build().resolve()
}

fn config(server: &ModelServer) -> ModelConfig {
    ModelConfig {
        base: server.base().parse().unwrap(),
        key: Some("hidden".to_owned().into()),
        model: "small".to_owned(),
        proxy: None,
    }
}

fn model_of(server: &ModelServer) -> Arc<dyn LanguageModel> {
    model_at(Some(&config(server)))
}
