//! Genres, moods and mixes, which are the same for everybody.
use crate::app::{App, Caller, Database, Setup, id_of};
use crate::unknown_id;
use serde_json::Value;
use std::collections::HashSet;

stories![
    names_are_russian_unless_english_is_liked_better,
    the_language_of_the_deployment_is_the_default,
    there_are_nine_moods_and_each_has_its_genres,
    genres_of_moods_are_told,
    mixes_hold_ten_to_thirty_films,
    what_is_known_already_is_not_sent_again,
    what_there_is_not_is_not_found,
];

async fn names(anyone: &Caller, path: &str, language: &str) -> Vec<String> {
    let member = if path == "/mix" { "title" } else { "name" };
    let things = anyone
        .get_with(path, "accept-language", language)
        .await
        .array(200);
    things
        .iter()
        .map(|thing| thing[member].as_str().unwrap().to_owned())
        .collect()
}

fn is_cyrillic(text: &str) -> bool {
    text.chars().any(|letter| ('а'..='я').contains(&letter))
}

async fn names_are_russian_unless_english_is_liked_better(database: Database) {
    let app = App::with_films(database).await;
    let anyone = app.anyone();
    for path in ["/genres", "/moods", "/mix"] {
        let plain = anyone.get(path).await;
        assert_eq!(plain.header("content-language"), "ru");
        assert!(
            plain
                .header("vary")
                .to_lowercase()
                .contains("accept-language")
        );
        for language in ["ru", "de", "en;q=0.1, ru", "*"] {
            let names = names(&anyone, path, language).await;
            assert!(
                names.iter().all(|name| is_cyrillic(name)),
                "{path} {language}: {names:?}"
            );
        }
        for language in ["en", "en-GB", "ru;q=0.5, en", "de, en;q=0.3"] {
            let names = names(&anyone, path, language).await;
            assert!(
                !names.iter().any(|name| is_cyrillic(name)),
                "{path} {language}: {names:?}"
            );
        }
        for thing in anyone.get(path).await.array(200) {
            let one = anyone
                .get(&format!("{path}/{}", id_of(&thing)))
                .await
                .json(200);
            assert_eq!(one, thing);
        }
    }
}

async fn the_language_of_the_deployment_is_the_default(database: Database) {
    let setup = Setup::with_films(database)
        .await
        .set("FILMHUB_LANGUAGE", "en");
    let app = setup.start().await;
    let moods = app.anyone().get("/moods").await.expect(200);
    assert_eq!(moods.header("content-language"), "en");
    assert!(moods.text().contains("Cheerful"));
    let in_russian = names(&app.anyone(), "/moods", "ru").await;
    assert!(in_russian.iter().all(|name| is_cyrillic(name)));
}

async fn there_are_nine_moods_and_each_has_its_genres(database: Database) {
    let app = App::with_films(database).await;
    let anyone = app.anyone();
    let expected = [
        "Cheerful",
        "Fantastic",
        "Frightening",
        "Historical",
        "Nostalgic",
        "Relaxing",
        "Romantic",
        "Serious",
        "Tense",
    ];
    let mut moods = names(&anyone, "/moods", "en").await;
    moods.sort();
    assert_eq!(moods, expected);
    for mood in anyone.get("/moods").await.array(200) {
        let genres = anyone
            .query("/genres", &[("moods_ids", &id_of(&mood))])
            .await
            .array(200);
        assert!(!genres.is_empty(), "{mood}");
    }
}

async fn genres_of_moods_are_told(database: Database) {
    let app = App::with_films(database).await;
    let anyone = app.anyone();
    let all = anyone.get("/genres").await.array(200);
    let moods = anyone
        .get_with("/moods", "accept-language", "en")
        .await
        .array(200);
    let mood = |name: &str| id_of(moods.iter().find(|mood| mood["name"] == name).unwrap());
    let genres =
        async |parameters: &[(&str, &str)]| anyone.query("/genres", parameters).await.array(200);
    let frightening = genres(&[("moods_ids", &mood("Frightening"))]).await;
    let romantic = genres(&[("moods_ids", &mood("Romantic"))]).await;
    assert!(
        frightening.iter().any(|genre| genre["name"] == "Ужасы"),
        "{frightening:?}"
    );
    assert!(
        !romantic.iter().any(|genre| genre["name"] == "Ужасы"),
        "{romantic:?}"
    );
    let both = genres(&[
        ("moods_ids", &mood("Frightening")),
        ("moods_ids", &mood("Romantic")),
    ])
    .await;
    let expected: Vec<Value> = all
        .into_iter()
        .filter(|genre| frightening.contains(genre) || romantic.contains(genre))
        .collect();
    assert_eq!(both, expected);
    let unknown = unknown_id().to_string();
    assert!(genres(&[("moods_ids", &unknown)]).await.is_empty());
    let answer = anyone.get("/genres?moods_ids=x").await;
    answer.names("http.invalid_parameters", &["moods_ids"]);
}

async fn mixes_hold_ten_to_thirty_films(database: Database) {
    let app = App::with_films(database).await;
    let anyone = app.anyone();
    let mixes = anyone.get("/mix").await.array(200);
    assert!(mixes.len() >= 19, "{}", mixes.len());
    for mix in &mixes {
        for name in ["color1", "color2", "color3"] {
            let colour = mix[name].as_str().unwrap();
            assert!(colour.len() == 7 && colour.starts_with('#'), "{mix}");
        }
        let films = anyone
            .get(&format!("/mix/{}/items", id_of(mix)))
            .await
            .array(200);
        let different: HashSet<String> = films.iter().map(id_of).collect();
        assert!((10..=30).contains(&films.len()), "{mix}: {}", films.len());
        assert_eq!(different.len(), films.len(), "{mix}");
        assert!(films.iter().all(|film| {
            film["title"]
                .as_str()
                .is_some_and(|title| !title.is_empty())
        }));
    }
}

async fn what_is_known_already_is_not_sent_again(database: Database) {
    let app = App::with_films(database).await;
    let anyone = app.anyone();
    for path in ["/genres", "/moods", "/mix"] {
        let first = anyone.get(path).await.expect(200);
        let etag = first.header("etag");
        let again = anyone
            .get_with(path, "if-none-match", etag)
            .await
            .expect(304);
        assert!(again.body.is_empty());
        assert_eq!(again.header("etag"), etag);
        let other = anyone
            .get_with(path, "if-none-match", "\"other\"")
            .await
            .expect(200);
        assert_eq!(other.body, first.body);
        let english = anyone
            .get_with(path, "accept-language", "en")
            .await
            .expect(200);
        assert_ne!(english.header("etag"), etag);
    }
}

async fn what_there_is_not_is_not_found(database: Database) {
    let app = App::with_films(database).await;
    let anyone = app.anyone();
    let unknown = unknown_id();
    for (path, code, detail) in [
        (
            format!("/genres/{unknown}"),
            "catalogue.genre_not_found",
            "Genre not found",
        ),
        (
            format!("/moods/{unknown}"),
            "catalogue.mood_not_found",
            "Mood not found",
        ),
        (
            format!("/mix/{unknown}"),
            "mixes.mix_not_found",
            "Mix not found",
        ),
        (
            format!("/mix/{unknown}/items"),
            "mixes.mix_not_found",
            "Mix not found",
        ),
    ] {
        anyone.get(&path).await.refused(404, code, detail);
    }
}
