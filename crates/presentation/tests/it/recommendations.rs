//! Films for one user with reasons, and films that are like one.
use crate::support::{Answer, TestApi};
use application::{
    fakes::{a_film, a_genre, a_user, a_watchlist},
    recommendation::recommender::Evidence,
};
use domain::library::StandardList;
use serde_json::{Value, json};

const RECOMMENDATIONS: &str = "/api/v1/me/recommendations";
const NOWHERE: &str = "00000000-0000-4000-8000-000000000000";

fn titles(answer: &Answer) -> Vec<String> {
    let items = answer.json()["items"].as_array().unwrap().clone();
    let title = |item: &Value| item["title"].as_str().unwrap().to_owned();
    items.iter().map(title).collect()
}

#[actix_web::test]
async fn films_come_with_score_reasons_and_source_in_the_language_asked_for() {
    let api = TestApi::new().await;
    let anna = api.world.has(a_user());
    let token = api.world.token_of(&anna);
    let liked = api.world.has(a_film().titled("Stalker")).id;
    api.world.lists(liked, StandardList::Liked.of(anna.id));
    let genre = api.world.has(a_genre("Drama").in_russian("Драма")).id;
    let film = api
        .world
        .has(a_film().titled("Solaris").with_genre(genre))
        .id;
    let why = [
        Evidence::BecauseYouLiked { film: liked },
        Evidence::SharesGenre { genre, film: liked },
    ];
    api.world.recommender.favours(film, &why);
    let stalker = json!({ "id": liked.to_string(), "title": "Stalker" });
    for (language, because, shares, name) in [
        (
            "en",
            "Because you liked Stalker",
            "Drama, like Stalker",
            "Drama",
        ),
        (
            "ru",
            "Вам понравилась картина «Stalker»",
            "Жанр тот же, что у картины «Stalker»: Драма",
            "Драма",
        ),
    ] {
        let call = api.get(RECOMMENDATIONS).by(&token);
        let answer = call.header("Accept-Language", language).expect(200).await;
        assert_eq!(answer.header("content-language"), language);
        let found = answer.json();
        assert_eq!(found["source"], json!({ "model": "blend", "version": 1 }));
        let first = &found["items"][0];
        assert_eq!(
            (&first["title"], &first["score"]),
            (&json!("Solaris"), &json!(1.0))
        );
        let expected = json!([
            {
                "code": "you_liked", "text": because, "film": stalker, "rating": null,
                "person": null, "genre": null, "mood": null,
            },
            {
                "code": "shares_genre", "text": shares, "film": stalker, "rating": null,
                "person": null, "genre": { "id": genre.to_string(), "name": name }, "mood": null,
            },
        ]);
        assert_eq!(first["reasons"], expected);
    }
}

#[actix_web::test]
async fn what_is_asked_for_narrows_what_is_recommended() {
    let api = TestApi::new().await;
    let anna = api.world.has(a_user());
    let token = api.world.token_of(&anna);
    let old = a_film().titled("Old").released_in(1926).lasting(60);
    let new = a_film().titled("New").released_in(2020).lasting(120);
    let (old, new) = (api.world.has(old).id, api.world.has(new).id);
    let own = api
        .world
        .has(a_watchlist().owned_by(anna.id).with_film(new))
        .id;
    for (query, expected) in [
        ("year_to=1930".to_owned(), "Old"),
        ("year_from=1930".to_owned(), "New"),
        ("runtime_to=90".to_owned(), "Old"),
        ("runtime_from=90".to_owned(), "New"),
        (format!("without_films_ids={old}"), "New"),
        (format!("without_lists={own}&without_lists=wish"), "Old"),
        ("n=1&diversity=0.5&novelty=1".to_owned(), "Old"),
    ] {
        let answer = api.get(format!("{RECOMMENDATIONS}?{query}")).by(&token);
        assert_eq!(titles(&answer.expect(200).await), [expected], "{query}");
    }
}

#[actix_web::test]
async fn what_cannot_be_understood_is_named() {
    let api = TestApi::new().await;
    let token = api.world.token_of(&api.world.has(a_user()));
    let query = "n=0&movie_type=opera&genres_ids=x&moods_ids=x&year_from=x&year_to=0\
        &runtime_from=0&runtime_to=x&country=&without_films_ids=x&without_lists=x&diversity=2&novelty=x";
    let answer = api.get(format!("{RECOMMENDATIONS}?{query}")).by(&token);
    let mut faults = answer.expect(400).await.faults();
    faults.sort_unstable();
    let expected = [
        ("country", "empty"),
        ("diversity", "out_of_range"),
        ("genres_ids", "malformed"),
        ("moods_ids", "malformed"),
        ("movie_type", "unknown_value"),
        ("n", "out_of_range"),
        ("novelty", "malformed"),
        ("runtime_from", "out_of_range"),
        ("runtime_to", "malformed"),
        ("without_films_ids", "malformed"),
        ("without_lists", "malformed"),
        ("year_from", "malformed"),
        ("year_to", "out_of_range"),
    ];
    assert_eq!(
        faults,
        expected.map(|(field, code)| (field.to_owned(), code.to_owned()))
    );
    for (query, status, code) in [
        ("genres_ids", 400, "catalogue.unknown_genre"),
        ("moods_ids", 400, "catalogue.unknown_mood"),
        ("without_lists", 404, "library.watchlist_not_found"),
    ] {
        let answer = api
            .get(format!("{RECOMMENDATIONS}?{query}={NOWHERE}"))
            .by(&token);
        assert_eq!(answer.expect(status).await.code(), code);
    }
}

#[actix_web::test]
async fn films_that_are_like_one_are_shown_to_all() {
    let api = TestApi::new().await;
    let anna = api.world.has(a_user());
    let token = api.world.token_of(&anna);
    let seed = api.world.has(a_film().titled("Stalker")).id;
    let other = api.world.has(a_film().titled("Solaris")).id;
    api.world.lists(other, StandardList::Wish.of(anna.id));
    let path = format!("/api/v1/films/{seed}/similar");
    let anonymous = api.get(path.clone()).expect(200).await;
    assert_eq!(titles(&anonymous), ["Solaris"]);
    assert_eq!(anonymous.json()["items"][0]["is_wish"], false);
    assert!(anonymous.varies_by("authorization"));
    let signed_in = api.get(format!("{path}?n=5")).by(&token).expect(200).await;
    assert_eq!(signed_in.json()["items"][0]["is_wish"], true);
    let refused = api.get(format!("{path}?n=x")).expect(400).await;
    assert_eq!(refused.faults(), [("n".to_owned(), "malformed".to_owned())]);
    let nothing = api.get(format!("/api/v1/films/{NOWHERE}/similar"));
    assert_eq!(nothing.expect(404).await.code(), "catalogue.film_not_found");
}
