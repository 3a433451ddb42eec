//! Models are learned, kept, and chosen; one that is damaged does not serve.
use super::{Bench, contract};
use application::{
    fakes::{Fixture, a_film, a_user},
    recommendation::{
        recommender::ModelVersion,
        training::{TrainedModel, TrainingError},
    },
};
use chrono::{DateTime, Duration, Utc};
use domain::library::StandardList;
use std::fs;

fn at(hour: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000, 0).unwrap() + Duration::hours(hour)
}

/// Five people who like six films each.
pub(super) async fn somebody_tells_something(bench: &Bench) {
    let films: Vec<_> = (0..8).map(|_| a_film().build()).collect();
    for film in &films {
        bench.has_film(film).await;
    }
    for person in 0..5 {
        let user = a_user().build();
        bench.has_user(&user).await;
        let liked = StandardList::Liked.of(user.id);
        for (film, minute) in films.iter().cycle().skip(person).zip(0..6) {
            let when = at(-24) + Duration::minutes(minute);
            let added = bench.entries().add(liked, user.id, film.id, when).await;
            added.unwrap();
        }
    }
    bench.has_acts_to_learn_from(30);
}

async fn train(bench: &Bench, hour: i64) -> TrainedModel {
    bench.workshop().train(at(hour)).await.unwrap()
}

async fn versions(bench: &Bench) -> Vec<ModelVersion> {
    let models = bench.workshop().list().await.unwrap();
    models.iter().map(|model| model.version).collect()
}

async fn of_nothing_nothing_is_learned(bench: Bench) {
    let trained = bench.workshop().train(at(0)).await;
    assert!(matches!(trained, Err(TrainingError::TooLittle)));
    assert_eq!(versions(&bench).await, []);
}

async fn models_are_kept_and_one_can_go_back(bench: Bench) {
    somebody_tells_something(&bench).await;
    let (first, second) = (train(&bench, 0).await, train(&bench, 1).await);
    assert_eq!(first.acts, 30);
    assert_eq!(versions(&bench).await, [second.version, first.version]);
    let workshop = bench.workshop();
    assert!(workshop.choose(first.version, at(2)).await.unwrap());
    assert_eq!(versions(&bench).await, [first.version, second.version]);
    let unknown = ModelVersion(second.version.0 + 1);
    assert!(!workshop.choose(unknown, at(3)).await.unwrap());
}

async fn a_damaged_model_is_refused_and_the_last_good_one_serves(bench: Bench) {
    somebody_tells_something(&bench).await;
    let first = train(&bench, 0).await;
    let before: Vec<_> = files_of(&bench);
    train(&bench, 1).await;
    let second = files_of(&bench)
        .into_iter()
        .find(|file| !before.contains(file))
        .unwrap();
    let mut bytes = fs::read(&second).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&second, bytes).unwrap();
    let recommender = bench.recommender();
    recommender.ready().await.unwrap();
    let serving = recommender.state();
    assert_eq!(serving.source.version, Some(first.version));
    assert_eq!((serving.users, serving.acts), (5, 30));
}

async fn what_a_user_who_is_gone_told_is_not_learned(bench: Bench) {
    somebody_tells_something(&bench).await;
    let gone = a_user().build();
    bench.has_user(&gone).await;
    let film = a_film().build();
    bench.has_film(&film).await;
    let liked = StandardList::Liked.of(gone.id);
    let added = bench.entries().add(liked, gone.id, film.id, at(-1)).await;
    added.unwrap();
    assert_eq!(train(&bench, 0).await.acts, 31);
    let uow = bench.store().begin().await.unwrap();
    uow.users().remove(gone.id).await.unwrap();
    uow.commit().await.unwrap();
    let trained = train(&bench, 1).await;
    assert_eq!((trained.acts, trained.users), (30, 5));
}

fn files_of(bench: &Bench) -> Vec<std::path::PathBuf> {
    let files = fs::read_dir(bench.folder().join("models")).unwrap();
    files.map(|file| file.unwrap().path()).collect()
}

contract! {
    of_nothing_nothing_is_learned,
    models_are_kept_and_one_can_go_back,
}

/// Of what a model is made only the databases know.
mod made_of_acts {
    use super::Bench;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_damaged_model_is_refused_on_sqlite() {
        super::a_damaged_model_is_refused_and_the_last_good_one_serves(Bench::sqlite().await).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_damaged_model_is_refused_on_postgres() {
        super::a_damaged_model_is_refused_and_the_last_good_one_serves(Bench::postgres().await)
            .await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn who_is_gone_is_not_learned_from_on_sqlite() {
        super::what_a_user_who_is_gone_told_is_not_learned(Bench::sqlite().await).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn who_is_gone_is_not_learned_from_on_postgres() {
        super::what_a_user_who_is_gone_told_is_not_learned(Bench::postgres().await).await;
    }
}
