//! What films mean, in the numbers of a model.
use super::{Bench, contract};
use application::{
    catalogue::ports::{EmbeddedFilm, FilmText},
    fakes::{Fixture, a_film, opening_time},
    shared::store::StoreError,
};
use domain::catalogue::{Film, Meaning};

const MODEL: &str = "numbers";

async fn lacking(bench: &Bench, model: &str) -> Vec<FilmText> {
    let lacking = bench.meanings().list_lacking(model, 9).await.unwrap();
    let count = bench.meanings().count_lacking(model).await.unwrap();
    assert_eq!(u64::try_from(lacking.len()).unwrap(), count);
    lacking
}

async fn two_films(bench: &Bench) -> [Film; 2] {
    let films = ["Alien", "Solaris"].map(|title| a_film().titled(title).build());
    for film in &films {
        bench.has_film(film).await;
    }
    films
}

/// Gives all films numbers.
async fn embed(bench: &Bench, model: &str, films: &[FilmText]) {
    let meaning = Meaning::from_numbers(&[1.0, -0.5, 0.0]).unwrap();
    let embedded: Vec<EmbeddedFilm> = films
        .iter()
        .map(|film| EmbeddedFilm {
            film: film.clone(),
            meaning: meaning.clone(),
        })
        .collect();
    let uow = bench.store().begin().await.unwrap();
    uow.meanings()
        .save(model, &embedded, opening_time())
        .await
        .unwrap();
    uow.commit().await.unwrap();
}

async fn films_lack_numbers_until_they_get_them(bench: Bench) {
    let films = two_films(&bench).await;
    let mut told = lacking(&bench, MODEL).await;
    told.sort_by_key(|film| film.film);
    for (film, text) in films.iter().zip(&told) {
        assert_eq!(
            (text.film, text.revision, text.is_known),
            (film.id, 1, false)
        );
        assert!(text.text.contains(film.content.title.as_str()), "{text:?}");
    }
    assert_eq!(
        bench.meanings().list_lacking(MODEL, 1).await.unwrap().len(),
        1
    );
    embed(&bench, MODEL, &told[..1]).await;
    assert_eq!(lacking(&bench, MODEL).await, told[1..]);
    embed(&bench, MODEL, &told[1..]).await;
    assert_eq!(lacking(&bench, MODEL).await, []);
    // A film has the numbers of one model; another one starts anew.
    let anew = lacking(&bench, "other").await;
    assert_eq!(anew.len(), 2);
    embed(&bench, "other", &anew).await;
    assert_eq!(lacking(&bench, "other").await, []);
    assert_eq!(lacking(&bench, MODEL).await.len(), 2);
}

async fn a_changed_film_tells_whether_its_words_have_changed(bench: Bench) {
    let films = two_films(&bench).await;
    embed(&bench, MODEL, &lacking(&bench, MODEL).await).await;
    let [mut same, mut other] = films;
    let uow = bench.store().begin().await.unwrap();
    same.revision = 2;
    other.revision = 2;
    other.content.title = domain::catalogue::FilmTitle::parse("Stalker").unwrap();
    uow.films().save(&same).await.unwrap();
    uow.films().save(&other).await.unwrap();
    uow.commit().await.unwrap();
    let told = lacking(&bench, MODEL).await;
    let known = told.iter().find(|film| film.film == same.id).unwrap();
    let new = told.iter().find(|film| film.film == other.id).unwrap();
    assert_eq!((known.is_known, known.revision), (true, 2));
    assert_eq!((new.is_known, new.revision), (false, 2));
    let uow = bench.store().begin().await.unwrap();
    uow.meanings().note_unchanged(&[]).await.unwrap();
    let known = std::slice::from_ref(known);
    uow.meanings().note_unchanged(known).await.unwrap();
    uow.commit().await.unwrap();
    assert_eq!(lacking(&bench, MODEL).await, std::slice::from_ref(new));
}

async fn the_meaning_of_no_film_is_refused(bench: Bench) {
    let gone = FilmText {
        film: a_film().build().id,
        revision: 1,
        text: "Alien".to_owned(),
        is_known: false,
    };
    let meaning = Meaning::from_numbers(&[1.0]).unwrap();
    let embedded = EmbeddedFilm {
        film: gone,
        meaning,
    };
    let uow = bench.store().begin().await.unwrap();
    uow.meanings()
        .save(MODEL, &[], opening_time())
        .await
        .unwrap();
    let refused = match uow
        .meanings()
        .save(MODEL, &[embedded], opening_time())
        .await
    {
        Ok(()) => uow.commit().await,
        refused => refused,
    };
    assert!(
        matches!(refused, Err(StoreError::Dangling(_))),
        "{refused:?}"
    );
}

contract!(
    films_lack_numbers_until_they_get_them,
    a_changed_film_tells_whether_its_words_have_changed,
    the_meaning_of_no_film_is_refused,
);
