//! A model proposes colours for new lists.
use crate::support::code;
use application::{
    assistant::ports::{ModelError, ModelState},
    fakes::{World, a_user, a_watchlist},
    jobs::Task,
    library::{choose_gradient::ChooseGradient, create_watchlist::CreateWatchlist},
    shared::actor::Actor,
};
use domain::library::{Gradient, HexColor, Watchlist, WatchlistTitle};

fn colors(third: &str) -> [HexColor; 3] {
    ["#0B3D91", "#1C6DD0", third].map(|color| color.parse().unwrap())
}

fn a_list(world: &World) -> Watchlist {
    let anna = world.has(a_user());
    world.has(a_watchlist().owned_by(anna.id))
}

async fn choose(world: &World, list: &Watchlist) -> Gradient {
    let request = ChooseGradient { watchlist: list.id };
    world.run(&Actor::System, request).await.unwrap();
    let stored = world.stored();
    let lists = stored.watchlists_of(list.owner);
    let found = lists.into_iter().find(|found| found.id == list.id);
    found.unwrap().gradient.clone()
}

#[tokio::test]
async fn a_new_list_waits_for_colours_only_where_there_is_a_model() {
    let world = World::new();
    let anna = world.signed_in(&world.has(a_user()));
    let create = || CreateWatchlist {
        title: WatchlistTitle::parse("Rainy days").unwrap(),
    };
    world.run(&anna, create()).await.unwrap();
    assert!(world.stored().waiting_tasks().is_empty());
    world.model.set_state(ModelState::Resting);
    let list = world.run(&anna, create()).await.unwrap();
    let task = Task::ChooseGradient { watchlist: list.id };
    assert_eq!(world.stored().waiting_tasks(), [&task]);
}

#[tokio::test]
async fn colours_that_can_be_read_upon_are_taken_over() {
    let world = World::new();
    let list = a_list(&world);
    world.model.proposes(|| Ok(colors("#0E8AA8")));
    let chosen = choose(&world, &list).await;
    assert_eq!(Some(chosen), Gradient::readable(colors("#0E8AA8")));
}

#[tokio::test]
async fn a_list_keeps_its_colours_when_nothing_better_is_proposed() {
    let world = World::new();
    let list = a_list(&world);
    assert_eq!(choose(&world, &list).await, list.gradient);
    world.model.proposes(|| Ok(colors("#FFEE88")));
    assert_eq!(choose(&world, &list).await, list.gradient);
    world.model.proposes(|| Err(ModelError::Unreadable));
    assert_eq!(choose(&world, &list).await, list.gradient);
    world
        .model_policy
        .change(|limits| limits.daily_per_user = 0);
    world.model.proposes(|| Ok(colors("#0E8AA8")));
    assert_eq!(choose(&world, &list).await, list.gradient);
}

#[tokio::test]
async fn a_model_that_fails_may_be_asked_another_time() {
    let world = World::new();
    let list = a_list(&world);
    world.model.proposes(|| Err(ModelError::TooSlow));
    let request = ChooseGradient { watchlist: list.id };
    let failed = world.run(&Actor::System, request).await;
    assert_eq!(code(failed), "library.colors_unavailable");
}

#[tokio::test]
async fn a_list_that_is_gone_needs_no_colours_and_only_the_service_chooses() {
    let world = World::new();
    world.model.proposes(|| Ok(colors("#0E8AA8")));
    let gone = a_watchlist().owned_by(world.has(a_user()).id);
    let gone = application::fakes::Fixture::build(gone).id;
    let request = || ChooseGradient { watchlist: gone };
    world.run(&Actor::System, request()).await.unwrap();
    let refused = world.run(&Actor::Anonymous, request()).await;
    assert_eq!(code(refused), "identity.not_signed_in");
}
