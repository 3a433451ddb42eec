//! One film for tonight.
use crate::app::{Answer, App, Caller, Database, id_of};
use crate::unknown_id;
use serde_json::{Value, json};
use std::collections::HashSet;
use tokio::task::JoinSet;

stories![
    the_film_fits_the_genres_asked_for,
    the_film_fits_the_moods_asked_for,
    what_is_wished_for_comes_first,
    a_film_is_given_once_and_never_when_watched,
    ten_requests_at_once_give_ten_films,
    what_nothing_suits_is_not_found,
    unknown_wishes_are_refused,
    nobody_is_given_nothing,
];

async fn recommend(user: &Caller, query: &str) -> Answer {
    user.post_nothing(&format!("/recommend?{query}")).await
}

/// The identifier of what has this English name.
async fn named(user: &Caller, path: &str, name: &str) -> String {
    let things = user
        .get_with(path, "accept-language", "en")
        .await
        .array(200);
    let found = things.iter().find(|thing| thing["name"] == name);
    id_of(found.unwrap_or_else(|| panic!("no {name} in {things:?}")))
}

async fn genres_of(user: &Caller, film: &Value) -> Vec<String> {
    let details = user
        .get(&format!("/films/{}/details", id_of(film)))
        .await
        .json(200);
    details["genres"]
        .as_array()
        .unwrap()
        .iter()
        .map(id_of)
        .collect()
}

async fn the_film_fits_the_genres_asked_for(database: Database) {
    let app = App::with_films(database).await;
    let anna = app.somebody().await;
    let (noir, western) = (
        named(&anna, "/genres", "Film Noir").await,
        named(&anna, "/genres", "Western").await,
    );
    for _ in 0..5 {
        let film = recommend(&anna, &format!("genres_ids={noir}&genres_ids={western}"))
            .await
            .json(201);
        let genres = genres_of(&anna, &film).await;
        assert!(
            genres.contains(&noir) || genres.contains(&western),
            "{film}"
        );
        let mut shown = anna
            .get(&format!("/films/{}", id_of(&film)))
            .await
            .json(200);
        assert_eq!(shown.as_object_mut(), film.clone().as_object_mut());
    }
    recommend(&anna, "").await.expect(201);
    recommend(&anna, "movie_type=movie").await.expect(201);
}

async fn the_film_fits_the_moods_asked_for(database: Database) {
    let app = App::with_films(database).await;
    let anna = app.somebody().await;
    let mood = named(&anna, "/moods", "Frightening").await;
    let short = named(&anna, "/genres", "Short Film").await;
    let tied = anna
        .query("/genres", &[("moods_ids", &mood)])
        .await
        .array(200);
    let mut wanted: Vec<String> = tied.iter().map(id_of).collect();
    for _ in 0..3 {
        let film = recommend(&anna, &format!("moods_ids={mood}"))
            .await
            .json(201);
        assert!(
            genres_of(&anna, &film)
                .await
                .iter()
                .any(|genre| wanted.contains(genre)),
            "{film}"
        );
    }
    wanted.push(short.clone());
    for _ in 0..3 {
        let film = recommend(&anna, &format!("moods_ids={mood}&genres_ids={short}"))
            .await
            .json(201);
        assert!(
            genres_of(&anna, &film)
                .await
                .iter()
                .any(|genre| wanted.contains(genre)),
            "{film}"
        );
    }
}

async fn list(user: &Caller, word: &str, film: &str) {
    let path = format!("/me/watchlists/{word}/items/add");
    user.put(&path, &json!({ "film_id": film })).await.done();
}

async fn what_is_wished_for_comes_first(database: Database) {
    let app = App::with_films(database).await;
    let anna = app.somebody().await;
    let western = named(&anna, "/genres", "Western").await;
    let noir = named(&anna, "/genres", "Film Noir").await;
    let page = anna
        .query("/films", &[("genres_ids", &western), ("sort", "year")])
        .await
        .json(200);
    let wished = [id_of(&page["items"][3]), id_of(&page["items"][7])];
    for film in &wished {
        list(&anna, "wish", film).await;
    }
    // What does not fit is no less wished for, but not tonight.
    let page = anna
        .query("/films", &[("genres_ids", &noir), ("sort", "-year")])
        .await
        .json(200);
    list(&anna, "wish", &id_of(&page["items"][0])).await;
    let mut given = HashSet::new();
    for _ in 0..2 {
        let film = recommend(&anna, &format!("genres_ids={western}"))
            .await
            .json(201);
        assert_eq!(film["is_wish"], true, "{film}");
        given.insert(id_of(&film));
    }
    assert_eq!(given, HashSet::from(wished));
    let third = recommend(&anna, &format!("genres_ids={western}"))
        .await
        .json(201);
    assert_eq!(third["is_wish"], false, "{third}");
}

async fn a_film_is_given_once_and_never_when_watched(database: Database) {
    let app = App::with_films(database).await;
    let (anna, ben) = (app.somebody().await, app.somebody().await);
    let short = named(&anna, "/genres", "Short Film").await;
    let wish = format!("genres_ids={short}");
    let page = anna
        .query("/films", &[("genres_ids", &short)])
        .await
        .json(200);
    let films: Vec<String> = page["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(id_of)
        .collect();
    assert_eq!(films.len(), 3);
    // Even what is wished for is not given when it was watched.
    list(&anna, "watched", &films[1]).await;
    list(&anna, "wish", &films[1]).await;
    let mut given = HashSet::new();
    for _ in 0..2 {
        given.insert(id_of(&recommend(&anna, &wish).await.json(201)));
    }
    assert_eq!(given, HashSet::from([films[0].clone(), films[2].clone()]));
    let answer = recommend(&anna, &wish).await;
    answer.refused(404, "recommendation.nothing_suits", "Nothing suits tonight");
    // Others have evenings of their own.
    for _ in 0..3 {
        recommend(&ben, &wish).await.expect(201);
    }
    recommend(&ben, &wish)
        .await
        .problem(404, "recommendation.nothing_suits");
}

async fn ten_requests_at_once_give_ten_films(database: Database) {
    let app = App::with_films(database).await;
    let anna = app.somebody().await;
    // As many films suit as are asked for, so that a clash is certain to show.
    let found = named(&anna, "/genres", "Found Footage").await;
    let page = anna
        .query("/films", &[("genres_ids", &found)])
        .await
        .json(200);
    let suiting = page["items"].as_array().unwrap();
    assert_eq!(suiting.len(), 13);
    for film in &suiting[10..] {
        list(&anna, "watched", &id_of(film)).await;
    }
    let mut requests = JoinSet::new();
    for _ in 0..10 {
        let (anna, wish) = (anna.clone(), format!("genres_ids={found}"));
        requests.spawn(async move { id_of(&recommend(&anna, &wish).await.json(201)) });
    }
    let given: HashSet<String> = requests.join_all().await.into_iter().collect();
    assert_eq!(given.len(), 10);
}

async fn what_nothing_suits_is_not_found(database: Database) {
    let app = App::with_films(database).await;
    let anna = app.somebody().await;
    for kind in ["tv", "anime"] {
        let answer = recommend(&anna, &format!("movie_type={kind}")).await;
        answer.refused(404, "recommendation.nothing_suits", "Nothing suits tonight");
    }
}

async fn unknown_wishes_are_refused(database: Database) {
    let app = App::with_films(database).await;
    let anna = app.somebody().await;
    let unknown = unknown_id();
    let answer = recommend(&anna, &format!("genres_ids={unknown}")).await;
    answer.refused(400, "catalogue.unknown_genre", "Genre not found");
    let answer = recommend(&anna, &format!("moods_ids={unknown}")).await;
    answer.refused(400, "catalogue.unknown_mood", "Mood not found");
    let answer = recommend(&anna, "moods_ids=x&genres_ids=y&movie_type=radio").await;
    answer.names(
        "http.invalid_parameters",
        &["moods_ids", "genres_ids", "movie_type"],
    );
}

async fn nobody_is_given_nothing(database: Database) {
    let app = App::with_films(database).await;
    recommend(&app.anyone(), "")
        .await
        .problem(401, "identity.not_signed_in");
}
