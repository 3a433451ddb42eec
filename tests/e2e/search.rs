//! Films are found.
use crate::app::{App, Caller, Database, eventually, id_of};
use serde_json::{Value, json};
use std::time::Duration;

stories![
    a_famous_film_is_found_by_a_title_as_people_type_it,
    a_famous_film_is_found_by_words_about_it,
    a_title_narrows_what_a_description_finds,
    a_limit_is_one_to_fifty,
    a_search_for_nothing_finds_nothing,
    a_new_film_is_found_within_a_second,
    a_search_takes_whatever_people_type,
];

async fn titles(anyone: &Caller, parameters: &[(&str, &str)]) -> Vec<String> {
    let films = anyone.query("/films/search", parameters).await.array(200);
    films
        .iter()
        .map(|film| film["title"].as_str().unwrap().to_owned())
        .collect()
}

async fn a_famous_film_is_found_by_a_title_as_people_type_it(database: Database) {
    let app = App::with_films(database).await;
    let anyone = app.anyone();
    for (typed, title) in [
        ("The Matrix", "The Matrix"),
        ("matrix", "The Matrix"),
        ("Matirx", "The Matrix"),
        ("the matr", "The Matrix"),
        ("park jurassic", "Jurassic Park"),
        ("Джурассик парк", "Jurassic Park"),
        ("amelie", "Amélie"),
        ("godfater", "The Godfather"),
        ("pulp fic", "Pulp Fiction"),
        ("Зэ Годфазер", "The Godfather"),
        ("shawshenk redemption", "The Shawshank Redemption"),
    ] {
        let found = titles(&anyone, &[("title", typed)]).await;
        let place = found.iter().position(|found| found == title);
        assert!(place.is_some_and(|place| place < 3), "{typed}: {found:?}");
        assert!(found.len() <= 10, "{typed}: {found:?}");
    }
}

async fn a_famous_film_is_found_by_words_about_it(database: Database) {
    let app = App::with_films(database).await;
    let anyone = app.anyone();
    for (words, title) in [
        (
            "dinosaurs cloned for a theme park on an island",
            "Jurassic Park",
        ),
        (
            "weatherman relives the same day again and again",
            "Groundhog Day",
        ),
        (
            "crew of a commercial spaceship hunted by an extraterrestrial",
            "Alien",
        ),
    ] {
        let found = titles(&anyone, &[("description", words), ("limit", "20")]).await;
        assert!(
            found.iter().any(|found| found == title),
            "{words}: {found:?}"
        );
    }
}

async fn a_title_narrows_what_a_description_finds(database: Database) {
    let app = App::with_films(database).await;
    let parameters = [
        ("title", "titanic"),
        ("description", "romance of Jack and Rose, James Cameron"),
    ];
    let films = app
        .anyone()
        .query("/films/search", &parameters)
        .await
        .array(200);
    assert_eq!(films[0]["title"], "Titanic");
    assert_eq!(films[0]["release_year"], 1997);
}

async fn a_limit_is_one_to_fifty(database: Database) {
    let app = App::with_films(database).await;
    let anyone = app.anyone();
    for (limit, most) in [("1", 1), ("50", 50)] {
        let found = titles(
            &anyone,
            &[("description", "love and war"), ("limit", limit)],
        )
        .await;
        assert_eq!(found.len(), most);
    }
    assert_eq!(
        titles(&anyone, &[("description", "love and war")])
            .await
            .len(),
        10
    );
    for limit in ["0", "51", "-1", "many", "", "1.5"] {
        let answer = anyone
            .query("/films/search", &[("title", "matrix"), ("limit", limit)])
            .await;
        answer.names("http.invalid_parameters", &["limit"]);
    }
}

async fn a_search_for_nothing_finds_nothing(database: Database) {
    let app = App::with_films(database).await;
    let anyone = app.anyone();
    for query in [
        "",
        "?title=",
        "?title=%20&description=",
        "?limit=5",
        "?description=%20%20",
    ] {
        let answer = anyone.get(&format!("/films/search{query}")).await;
        assert_eq!(answer.json(200), json!([]), "{query}");
    }
    assert!(
        titles(&anyone, &[("title", "qwzxqwzxqwzx")])
            .await
            .is_empty()
    );
}

async fn a_new_film_is_found_within_a_second(database: Database) {
    let app = App::with_films(database).await;
    let anna = app.somebody().await;
    let second = Duration::from_secs(1);
    let finds = async |film: &str, parameters: &[(&str, &str)]| {
        let films = anna.query("/films/search", parameters).await.array(200);
        films.iter().any(|found| found["id"] == film).then_some(())
    };
    let body = json!({ "title": "Zyxomorph Quandary", "description": "A flibbertigibbet learns the zither." });
    let film = id_of(&anna.post("/films", &body).await.json(201));
    eventually("the title is found", second, async || {
        finds(&film, &[("title", "zyxomorph")]).await
    })
    .await;
    let by_words = [("description", "flibbertigibbet with a zither")];
    eventually("the words are found", second, async || {
        finds(&film, &by_words).await
    })
    .await;

    let body = json!({ "title": "Хрюмзик и море", "description": "О чайках." });
    anna.put(&format!("/films/{film}"), &body).await.expect(200);
    eventually("the new title is found", second, async || {
        finds(&film, &[("title", "хрюмзик")]).await
    })
    .await;
    let old = anna
        .query("/films/search", &[("title", "zyxomorph")])
        .await
        .json(200);
    assert_eq!(old, json!([]));
}

async fn a_search_takes_whatever_people_type(database: Database) {
    let app = App::with_films(database).await;
    let anyone = app.anyone();
    let long = "film ".repeat(400);
    for typed in [
        "\"",
        "title:(",
        "AND OR NOT",
        "*",
        "a~2^",
        "\u{0}",
        "😀",
        "%",
        "' OR 1=1 --",
        &long,
        "\\",
        "[1 TO 2]",
    ] {
        for name in ["title", "description"] {
            let answer = anyone.query("/films/search", &[(name, typed)]).await;
            let Value::Array(_) = answer.json(200) else {
                panic!("{typed}")
            };
        }
    }
}
