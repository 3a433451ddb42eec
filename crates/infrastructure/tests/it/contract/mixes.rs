//! Colours of mixes.
use super::{Bench, contract};
use application::fakes::{Fixture, a_film, a_mix};
use domain::{
    catalogue::{Blurhash, FilmId, PosterLooks},
    library::{Gradient, HexColor},
    mixes::MixId,
};

fn colour(shade: u8) -> HexColor {
    HexColor::from_rgb([shade; 3])
}

async fn films(bench: &Bench, shades: &[u8]) -> Vec<FilmId> {
    let mut films = Vec::new();
    for shade in shades {
        let looks = PosterLooks {
            blurhash: Blurhash::parse("00AAAA").unwrap(),
            colour: colour(*shade),
        };
        let film = a_film().looking(looks).build();
        bench.has_film(&film).await;
        films.push(film.id);
    }
    films
}

async fn colorless(bench: &Bench, has_model: bool) -> Vec<MixId> {
    let uow = bench.store().begin().await.unwrap();
    uow.mixes().list_colorless(has_model).await.unwrap()
}

async fn the_posters_of_a_mix_are_told_in_its_order(bench: Bench) {
    let mut films = films(&bench, &[3, 1, 2]).await;
    let plain = a_film().build();
    bench.has_film(&plain).await;
    films.insert(1, plain.id);
    let mix = bench.has_mix(a_mix("Noir"), &films).await;
    let told = async |most| bench.mixes().list_poster_colours(mix, most).await.unwrap();
    assert_eq!(told(9).await, [colour(3), colour(1), colour(2)]);
    assert_eq!(told(2).await, [colour(3), colour(1)]);
}

async fn a_mix_is_colourless_until_it_gets_colours(bench: Bench) {
    let films = films(&bench, &[1, 2, 3]).await;
    let full = bench.has_mix(a_mix("Noir"), &films).await;
    let scant = bench.has_mix(a_mix("Silent"), &films[..2]).await;
    let mut both = [full, scant];
    both.sort_unstable();
    assert_eq!(colorless(&bench, true).await, both);
    assert_eq!(colorless(&bench, false).await, [full]);
    let uow = bench.store().begin().await.unwrap();
    uow.mixes().leave_to_posters(full).await.unwrap();
    uow.mixes().leave_to_posters(scant).await.unwrap();
    uow.commit().await.unwrap();
    assert_eq!(colorless(&bench, true).await, [full]);
    let uow = bench.store().begin().await.unwrap();
    let gradient = Gradient::built_in(7);
    uow.mixes().recolor(full, &gradient).await.unwrap();
    uow.mixes().leave_to_posters(full).await.unwrap();
    uow.commit().await.unwrap();
    assert_eq!(colorless(&bench, true).await, []);
    let mixes = bench.mixes().list().await.unwrap();
    let shown = mixes.iter().find(|mix| mix.id == full).unwrap();
    assert_eq!(shown.gradient, gradient);
}

contract!(
    the_posters_of_a_mix_are_told_in_its_order,
    a_mix_is_colourless_until_it_gets_colours,
);
