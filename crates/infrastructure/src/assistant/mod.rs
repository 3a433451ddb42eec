//! A language model behind any server that speaks like OpenAI's, and what asking it costs.
mod breaker;
mod coloring;
mod connection;
mod conversation_repository;
mod conversing;
mod guessing;
mod lenient;
mod model_budget;
mod model_policy;
mod openai_embedder;
mod openai_model;
mod transport;

pub use connection::{ModelConfig, ModelConnection, ModelNotConnected};
pub use conversation_repository::SqlConversationQueries;
pub use model_budget::{SqlModelBudget, SqlModelBudgetParameters};
pub use model_policy::{FixedModelPolicy, FixedModelPolicyParameters};
pub use openai_embedder::{OpenAiEmbedder, OpenAiEmbedderParameters};
pub use openai_model::{OpenAiLanguageModel, OpenAiLanguageModelParameters};
