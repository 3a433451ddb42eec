//! Lists and mixes get colours: a model's, or those of posters.
use crate::support::code;
use application::{
    assistant::ports::{ModelError, ModelState},
    fakes::{MixBuilder, WatchlistBuilder, World, a_film, a_mix, a_user, a_watchlist},
    jobs::Task,
    library::{choose_gradient::ChooseGradient, create_watchlist::CreateWatchlist},
    mixes::{
        browse_mixes::{ListMixes, ShowMix},
        choose_gradient::ChooseMixGradient,
    },
    shared::actor::Actor,
    upkeep::tidy_up::TidyUp,
};
use chrono::Duration;
use domain::{
    catalogue::{Blurhash, FilmId, PosterLooks},
    library::{Gradient, HexColor, Watchlist, WatchlistTitle},
    mixes::MixId,
};

const POSTERS: [&str; 3] = ["#1C6DD0", "#A02020", "#208040"];

/// Films whose posters have these colours.
fn films(world: &World, colours: &[&str]) -> Vec<FilmId> {
    let looks = colours.iter().map(|colour| PosterLooks {
        blurhash: Blurhash::parse("00AAAA").unwrap(),
        colour: colour.parse().unwrap(),
    });
    let films = looks.map(|looks| world.has(a_film().looking(looks)).id);
    films.collect()
}

fn of_posters() -> Gradient {
    Gradient::of_posters(&POSTERS.map(|colour| colour.parse().unwrap())).unwrap()
}

fn a_list_with(world: &World, colours: &[&str]) -> Watchlist {
    let anna = world.has(a_user());
    let films = films(world, colours);
    let list = a_watchlist().owned_by(anna.id);
    let list = films.into_iter().fold(list, WatchlistBuilder::with_film);
    world.has(list)
}

fn a_mix_with(world: &World, colours: &[&str]) -> MixId {
    let films = films(world, colours);
    let mix = films.into_iter().fold(a_mix("Noir"), MixBuilder::with_film);
    world.has(mix).id
}

async fn colors_of(world: &World, mix: MixId) -> Gradient {
    let shown = world.run(&Actor::Anonymous, ShowMix { mix }).await;
    shown.unwrap().gradient
}

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

#[tokio::test]
async fn without_a_models_colours_a_list_gets_those_of_its_posters() {
    let world = World::new();
    assert_eq!(
        choose(&world, &a_list_with(&world, &POSTERS)).await,
        of_posters()
    );
    world.model.proposes(|| Ok(colors("#FFEE88")));
    assert_eq!(
        choose(&world, &a_list_with(&world, &POSTERS)).await,
        of_posters()
    );
    world.model.proposes(|| Err(ModelError::TooSlow));
    assert_eq!(
        choose(&world, &a_list_with(&world, &POSTERS)).await,
        of_posters()
    );
    world.model.proposes(|| Ok(colors("#0E8AA8")));
    let chosen = choose(&world, &a_list_with(&world, &POSTERS)).await;
    assert_eq!(Some(chosen), Gradient::readable(colors("#0E8AA8")));
}

#[tokio::test]
async fn two_posters_are_too_few_for_a_list_to_change_its_colours() {
    let world = World::new();
    let list = a_list_with(&world, &POSTERS[..2]);
    assert_eq!(choose(&world, &list).await, list.gradient);
}

/// What the upkeep leaves to be done, which is then forgotten.
async fn left_to_do(world: &World) -> Vec<Task> {
    world.run(&Actor::System, TidyUp).await.unwrap();
    let stored = world.stored();
    world.forget_jobs();
    stored.waiting_tasks().into_iter().cloned().collect()
}

#[tokio::test]
async fn the_upkeep_finds_new_lists_that_have_posters_and_no_colours_of_their_own() {
    let world = World::new();
    a_list_with(&world, &POSTERS[..2]);
    let list = a_list_with(&world, &POSTERS);
    let task = Task::ChooseGradient { watchlist: list.id };
    assert_eq!(left_to_do(&world).await, [task]);
    choose(&world, &list).await;
    assert_eq!(left_to_do(&world).await, []);
    a_list_with(&world, &POSTERS);
    world.clock.advance(Duration::days(31));
    assert_eq!(left_to_do(&world).await, []);
}

#[tokio::test]
async fn a_model_is_asked_once_for_the_colours_of_a_mix() {
    let world = World::new();
    let mix = a_mix_with(&world, &[]);
    assert_eq!(left_to_do(&world).await, []);
    world.model.proposes(|| Err(ModelError::TooSlow));
    let task = Task::ChooseMixGradient { mix };
    let choose = async || {
        let request = ChooseMixGradient { mix };
        world.run(&Actor::System, request).await.unwrap();
    };
    for _ in 0..2 {
        // A model that fails is asked again.
        assert_eq!(left_to_do(&world).await, std::slice::from_ref(&task));
        choose().await;
    }
    world.model.proposes(|| Ok(colors("#FFEE88")));
    choose().await;
    assert_eq!(left_to_do(&world).await, []);
    assert_eq!(colors_of(&world, mix).await, Gradient::built_in(0));
}

#[tokio::test]
async fn a_mix_gets_the_models_colours_or_those_of_its_posters() {
    let world = World::new();
    let mix = a_mix_with(&world, &POSTERS);
    let task = Task::ChooseMixGradient { mix };
    assert_eq!(left_to_do(&world).await, [task]);
    world
        .run(&Actor::System, ChooseMixGradient { mix })
        .await
        .unwrap();
    assert_eq!(colors_of(&world, mix).await, of_posters());
    assert_eq!(left_to_do(&world).await, []);
    world.model.proposes(|| Ok(colors("#0E8AA8")));
    let other = a_mix_with(&world, &POSTERS);
    // Nobody's budget is asked: everybody sees the mix.
    world
        .model_policy
        .change(|limits| limits.daily_of_visitors = 0);
    let request = || ChooseMixGradient { mix: other };
    world.run(&Actor::System, request()).await.unwrap();
    let chosen = colors_of(&world, other).await;
    assert_eq!(Some(chosen), Gradient::readable(colors("#0E8AA8")));
    let refused = world.run(&Actor::Anonymous, request()).await;
    assert_eq!(code(refused), "identity.not_signed_in");
    assert_eq!(
        world.run(&Actor::Anonymous, ListMixes).await.unwrap().len(),
        2
    );
}
