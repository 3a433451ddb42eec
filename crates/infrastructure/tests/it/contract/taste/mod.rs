//! What people tell of films.
mod diary;
mod others;
mod ratings;
mod watched;

use super::{Bench, contract};
use application::{
    fakes::{Fixture, a_film, a_user},
    module::ApplicationModule,
    shared::{
        actor::{Actor, SignedInUser},
        use_case::{Request, UseCase},
    },
};
use chrono::{DateTime, Utc};
use domain::{
    catalogue::FilmId,
    identity::{User, UserId},
    library::StandardList,
    shared::Id,
};
use shaku::HasComponent;
use std::sync::Arc;
use uuid::Uuid;

fn noon() -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000, 0).unwrap()
}

async fn somebody(bench: &Bench) -> User {
    let user = a_user().build();
    bench.has_user(&user).await;
    user
}

async fn some_film(bench: &Bench) -> FilmId {
    let film = a_film().build();
    bench.has_film(&film).await;
    film.id
}

fn nothing<K>() -> Id<K> {
    Id::from_uuid(Uuid::from_u128(404))
}

async fn has_flag(bench: &Bench, user: UserId, film: FilmId, list: StandardList) -> bool {
    let shown = bench.films().show(film, Some(user)).await.unwrap().unwrap();
    match list {
        StandardList::Liked => shown.flags.is_liked,
        StandardList::Wish => shown.flags.is_wish,
        StandardList::Watched => shown.flags.is_watched,
    }
}

/// Executes a use case in somebody's name.
async fn run<R: Request>(bench: &Bench, user: &User, request: R) -> Result<R::Response, R::Error>
where
    ApplicationModule: HasComponent<dyn UseCase<R>>,
{
    let application = ApplicationModule::builder(Arc::clone(&bench.ports)).build();
    let use_case: Arc<dyn UseCase<R>> = application.resolve();
    let actor = Actor::User(SignedInUser {
        id: user.id,
        role: user.role,
        session: nothing(),
        language: None,
    });
    use_case.execute(&actor, request).await
}
