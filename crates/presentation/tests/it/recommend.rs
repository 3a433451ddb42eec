//! One film for tonight.
use crate::support::TestApi;
use application::fakes::{a_film, a_genre, a_mood, a_user};
use domain::{catalogue::FilmKind, library::StandardList};

const NOWHERE: &str = "00000000-0000-4000-8000-000000000000";

#[actix_web::test]
async fn a_film_is_given_once() {
    let api = TestApi::new().await;
    let anna = api.world.has(a_user());
    let token = api.world.token_of(&anna);
    let film = api.world.has(a_film().titled("Stalker"));
    api.world.lists(film.id, StandardList::Wish.of(anna.id));
    let given = api
        .post("/api/v1/recommend")
        .by(&token)
        .expect(201)
        .await
        .json();
    assert_eq!(given["title"], "Stalker");
    assert_eq!(given["is_wish"], true);
    let nothing = api.post("/api/v1/recommend").by(&token).expect(404).await;
    assert_eq!(nothing.code(), "recommendation.nothing_suits");
    assert_eq!(api.world.stored().recommendations_to(anna.id).len(), 1);
}

#[actix_web::test]
async fn genres_moods_and_kind_narrow_the_choice() {
    let api = TestApi::new().await;
    let token = api.world.token_of(&api.world.has(a_user()));
    let [comedy, drama] = ["comedy", "drama"].map(|name| api.world.has(a_genre(name)).id);
    let cheerful = api.world.has(a_mood("cheerful").with_genre(comedy)).id;
    api.world
        .has(a_film().titled("Playtime").with_genre(comedy));
    api.world.has(a_film().titled("Ran").with_genre(drama));
    api.world
        .has(a_film().titled("Akira").of_kind(FilmKind::Anime));
    for (query, title) in [
        (format!("moods_ids={cheerful}"), "Playtime"),
        (format!("genres_ids={comedy}&genres_ids={drama}"), "Ran"),
        ("movie_type=anime".to_owned(), "Akira"),
    ] {
        let given = api
            .post(format!("/api/v1/recommend?{query}"))
            .by(&token)
            .expect(201)
            .await;
        assert_eq!(given.json()["title"], title, "{query}");
    }
}

#[actix_web::test]
async fn what_cannot_be_understood_is_refused() {
    let api = TestApi::new().await;
    let token = api.world.token_of(&api.world.has(a_user()));
    let query = "moods_ids=x&genres_ids=y&movie_type=opera";
    let answer = api
        .post(format!("/api/v1/recommend?{query}"))
        .by(&token)
        .expect(400)
        .await;
    let faults = [
        ("moods_ids", "malformed"),
        ("genres_ids", "malformed"),
        ("movie_type", "unknown_value"),
    ];
    assert_eq!(
        answer.faults(),
        faults.map(|(field, code)| (field.to_owned(), code.to_owned()))
    );
    let answer = api
        .post(format!("/api/v1/recommend?genres_ids={NOWHERE}"))
        .by(&token)
        .expect(400)
        .await;
    assert_eq!(answer.detail(), "Genre not found");
    let answer = api
        .post(format!("/api/v1/recommend?moods_ids={NOWHERE}"))
        .by(&token)
        .expect(400)
        .await;
    assert_eq!(answer.detail(), "Mood not found");
}
