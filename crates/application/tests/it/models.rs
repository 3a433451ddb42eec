//! Training models, and choosing the one that serves.
use crate::support::code;
use application::{
    fakes::{World, a_user},
    recommendation::{
        recommender::ModelVersion,
        training::{ChooseModel, ListModels, OrderTraining, TrainModel},
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
async fn administrators_list_choose_and_order_and_nobody_else_does() {
    let world = World::new();
    world.workshop.has_acts(30);
    world.run(&Actor::System, TrainModel).await.unwrap();
    let admin = world.signed_in(&world.has(a_user().with_email("admin@example.org").admin()));
    let anna = world.signed_in(&world.has(a_user()));
    let version = ModelVersion(1);

    let not_theirs = "identity.not_admin";
    assert_eq!(code(world.run(&anna, ListModels).await), not_theirs);
    assert_eq!(code(world.run(&anna, OrderTraining).await), not_theirs);
    let chosen = world.run(&anna, ChooseModel { version }).await;
    assert_eq!(code(chosen), not_theirs);
    // Training takes long: it is left to jobs and to the operator.
    for somebody in [&anna, &admin] {
        let trained = world.run(somebody, TrainModel).await;
        assert_eq!(code(trained), "identity.not_operator");
    }

    assert_eq!(world.run(&admin, ListModels).await.unwrap().len(), 1);
    world.run(&admin, ChooseModel { version }).await.unwrap();
    let job = world.run(&admin, OrderTraining).await.unwrap();
    let again = world.run(&admin, OrderTraining).await.unwrap();
    assert_eq!(job.id, again.id);
}
