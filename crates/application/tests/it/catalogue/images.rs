//! Posters shown in sizes and formats.
use crate::support::code;
use application::{
    catalogue::{
        posters::{RemovePoster, SetPoster},
        show_image::{ShowImage, ShowImageError},
    },
    fakes::{World, a_film, a_poster_of, a_user},
    shared::actor::Actor,
};
use bytes::Bytes;
use domain::catalogue::{ImageSize, PosterKey, ShownPoster};

async fn show(
    world: &World,
    poster: &PosterKey,
    size: ImageSize,
    accepts_webp: bool,
) -> Result<Bytes, ShowImageError> {
    let shown = ShownPoster::choose(poster.clone(), size, accepts_webp);
    world.run(&Actor::Anonymous, ShowImage { shown }).await
}

#[tokio::test]
async fn anybody_is_shown_an_image_until_the_poster_is_taken_away() {
    let world = World::new();
    let anna = world.has(a_user());
    let actor = world.signed_in(&anna);
    let film = world.has(a_film().owned_by(anna.id)).id;
    let bytes = "JPEG one".into();
    world.run(&actor, SetPoster { film, bytes }).await.unwrap();
    let poster = world.stored().film(film).unwrap().poster.clone().unwrap();

    let original = show(&world, &poster, ImageSize::Original, false).await;
    assert_eq!(original.unwrap(), "JPEG one");
    let webp = show(&world, &poster, ImageSize::W500, true).await.unwrap();
    let jpeg = show(&world, &poster, ImageSize::W500, false).await.unwrap();
    assert_ne!(webp, jpeg);
    assert_eq!(world.posters.image_count(), 2);

    world.run(&actor, RemovePoster { film }).await.unwrap();
    assert_eq!(world.posters.image_count(), 0);
    for size in [ImageSize::W500, ImageSize::Original] {
        let gone = show(&world, &poster, size, true).await;
        assert_eq!(code(gone), "catalogue.poster_not_found");
    }
}

#[tokio::test]
async fn nobody_is_told_of_a_poster_that_cannot_be_shown_now_that_it_is_not_there() {
    let world = World::new();
    let poster = a_poster_of(world.has(a_film()).id, "JPEG");
    world.posters.has(&poster, "JPEG");
    world.images.set_busy(true);
    let busy = show(&world, &poster, ImageSize::W92, true).await;
    assert_eq!(code(busy), "catalogue.images_busy");
    world.images.set_busy(false);
    world.posters.set_down(true);
    let down = show(&world, &poster, ImageSize::W92, true).await;
    assert_eq!(code(down), "catalogue.poster_store_unavailable");
}

#[tokio::test]
async fn a_store_that_is_full_shows_what_it_has_and_takes_nothing() {
    let world = World::new();
    let anna = world.has(a_user());
    let actor = world.signed_in(&anna);
    let film = world.has(a_film().owned_by(anna.id)).id;
    let set = |bytes: &'static str| {
        let bytes = bytes.into();
        world.run(&actor, SetPoster { film, bytes })
    };
    set("JPEG one").await.unwrap();
    let poster = world.stored().film(film).unwrap().poster.clone().unwrap();
    world.posters.set_full(true);
    assert_eq!(code(set("JPEG two").await), "catalogue.poster_store_full");
    assert_eq!(
        world.stored().film(film).unwrap().poster,
        Some(poster.clone())
    );
    show(&world, &poster, ImageSize::Original, true)
        .await
        .unwrap();
    show(&world, &poster, ImageSize::W92, true).await.unwrap();
    assert_eq!(world.posters.image_count(), 0);
    world.posters.set_full(false);
    set("JPEG two").await.unwrap();
}
