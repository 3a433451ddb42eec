//! What people tell of films.
mod diary;
mod others;
mod ratings;

use crate::support::TestApi;
use application::fakes::a_user;
use domain::identity::User;

const NOWHERE: &str = "00000000-0000-4000-8000-000000000000";

async fn scene() -> (TestApi, User, String) {
    let api = TestApi::new().await;
    let anna = api.world.has(a_user());
    let token = api.world.token_of(&anna);
    (api, anna, token)
}
