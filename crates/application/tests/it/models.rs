//! Training models, and choosing the one that serves.
use crate::support::code;
use application::{
    fakes::{World, a_user},
    recommendation::{
        recommender::ModelVersion,
        training::{ChooseModel, ListModels, TrainModel},
    },
    shared::actor::Actor,
};

#[tokio::test]
async fn the_operator_trains_a_model_and_goes_back_to_the_one_before() {
    let world = World::new();
    world.workshop.has_acts(30);
    let operator = Actor::System;
    let first = world.run(&operator, TrainModel).await.unwrap();
    let second = world.run(&operator, TrainModel).await.unwrap();
    assert_eq!(world.run(&operator, ListModels).await.unwrap().len(), 2);
    world.clock.advance(chrono::Duration::hours(1));
    let version = first.version;
    let models = world.run(&operator, ChooseModel { version }).await.unwrap();
    let versions: Vec<_> = models.iter().map(|model| model.version).collect();
    assert_eq!(versions, [first.version, second.version]);
}

#[tokio::test]
async fn too_little_to_learn_from_and_unknown_models_are_said() {
    let world = World::new();
    let trained = world.run(&Actor::System, TrainModel).await;
    assert_eq!(code(trained), "recommendation.too_little_to_learn");
    let version = ModelVersion(7);
    let chosen = world.run(&Actor::System, ChooseModel { version }).await;
    assert_eq!(code(chosen), "recommendation.model_not_found");
}

#[tokio::test]
async fn nobody_else_trains_lists_or_chooses() {
    let world = World::new();
    world.workshop.has_acts(30);
    let somebody = world.signed_in(&world.has(a_user()));
    let not_theirs = "identity.not_operator";
    assert_eq!(code(world.run(&somebody, TrainModel).await), not_theirs);
    assert_eq!(code(world.run(&somebody, ListModels).await), not_theirs);
    let version = ModelVersion(1);
    let chosen = world.run(&somebody, ChooseModel { version }).await;
    assert_eq!(code(chosen), not_theirs);
    let trained = world.run(&Actor::System, ListModels).await.unwrap();
    assert!(trained.is_empty());
}
