//! Looks after the models that recommend films.
use crate::{
    cli::RecommenderCommand,
    composition::{self, Composition},
    config::Config,
};
use application::{
    recommendation::{
        recommender::ModelVersion,
        training::{ChooseModel, ListModels, ModelsError, TrainModel, TrainedModel},
    },
    shared::{
        actor::Actor,
        use_case::{Request, UseCase},
    },
};
use shaku::HasComponent;

/// Does one thing.
pub async fn run(config: &Config, command: &RecommenderCommand) -> anyhow::Result<()> {
    let connection = composition::connect(config).await?;
    composition::ensure_schema(config, &connection).await?;
    let app = composition::compose(config, connection, composition::Index::Unused)?;
    match command {
        RecommenderCommand::List => {
            let models = execute(&app, ListModels).await?;
            if models.is_empty() {
                println!("no model is trained yet");
            }
            models.iter().for_each(tell);
        }
        RecommenderCommand::Train => tell(&execute(&app, TrainModel).await?),
        RecommenderCommand::Use { version } => {
            let version = ModelVersion(*version);
            execute(&app, ChooseModel { version }).await?;
            println!("model {version} serves");
        }
    }
    Ok(())
}

async fn execute<R: Request<Error = ModelsError>>(
    app: &Composition,
    request: R,
) -> Result<R::Response, ModelsError>
where
    application::module::ApplicationModule: HasComponent<dyn UseCase<R>>,
{
    let use_case: &dyn UseCase<R> = app.application.resolve_ref();
    use_case.execute(&Actor::System, request).await
}

fn tell(model: &TrainedModel) {
    println!(
        "model {}: {} acts of {} people with {} films, {} KiB, trained {} in {:.1?}",
        model.version,
        model.acts,
        model.users,
        model.films,
        model.size / 1024,
        model.trained_at.format("%Y-%m-%d %H:%M:%S UTC"),
        model.took,
    );
}
