//! Lists of films.
use crate::app::{App, Caller, Database, id_of};
use crate::unknown_id;
use serde_json::{Value, json};
use tokio::task::JoinSet;

stories![
    the_words_stand_for_the_lists_wherever_an_id_does,
    adding_twice_is_adding_once_and_removing_twice_is_not_found,
    adding_one_film_many_times_at_once_is_adding_it_once,
    the_newest_stands_first,
    a_list_is_read_page_by_page_where_that_is_asked_for,
    what_is_not_there_is_not_found,
    a_stranger_is_told_that_the_list_is_not_theirs,
    standard_lists_stay,
    custom_lists_are_made_listed_and_deleted,
    flags_are_ones_own_and_shown_everywhere,
];

async fn add(user: &Caller, list: &str, film: &str) {
    let path = format!("/me/watchlists/{list}/items/add");
    user.put(&path, &json!({ "film_id": film })).await.done();
}

async fn items(user: &Caller, list: &str) -> Vec<Value> {
    user.get(&format!("/me/watchlists/{list}/items"))
        .await
        .array(200)
}

async fn ids(user: &Caller, list: &str) -> Vec<String> {
    items(user, list).await.iter().map(id_of).collect()
}

async fn the_words_stand_for_the_lists_wherever_an_id_does(database: Database) {
    let app = App::start(database).await;
    let anna = app.somebody().await;
    let film = anna.add_film("Stalker").await;
    for (word, title) in [
        ("liked", "Понравилось"),
        ("watched", "Просмотрено"),
        ("wish", "Хочу посмотреть"),
    ] {
        let shown = anna.get(&format!("/me/watchlists/{word}")).await.json(200);
        let id = id_of(&shown);
        assert_eq!(shown["type"], word);
        assert_eq!(shown["user_id"], anna.id);
        assert_eq!(shown["title"], title);
        assert_colours(&shown);
        assert_eq!(
            anna.get(&format!("/me/watchlists/{id}")).await.json(200),
            shown
        );

        add(&anna, word, &film).await;
        assert_eq!(ids(&anna, &id).await, [film.as_str()]);
        anna.delete(&format!("/me/watchlists/{id}/items/{film}"))
            .await
            .done();
        add(&anna, &id, &film).await;
        assert_eq!(ids(&anna, word).await, [film.as_str()]);
        anna.delete(&format!("/me/watchlists/{word}/items/{film}"))
            .await
            .done();
        assert!(ids(&anna, &id).await.is_empty());
    }
}

#[track_caller]
fn assert_colours(list: &Value) {
    for name in ["color1", "color2", "color3"] {
        let colour = list[name].as_str().unwrap_or_default();
        let digits = colour.strip_prefix('#').unwrap_or_default();
        let is_hex = digits.len() == 6 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        assert!(is_hex, "{name} in {list}");
    }
}

async fn adding_twice_is_adding_once_and_removing_twice_is_not_found(database: Database) {
    let app = App::start(database).await;
    let anna = app.somebody().await;
    let film = anna.add_film("Stalker").await;
    add(&anna, "liked", &film).await;
    add(&anna, "liked", &film).await;
    assert_eq!(ids(&anna, "liked").await, [film.as_str()]);
    let entry = format!("/me/watchlists/liked/items/{film}");
    anna.delete(&entry).await.done();
    let answer = anna.delete(&entry).await;
    answer.refused(
        404,
        "library.film_not_listed",
        "Film is not on the watchlist",
    );
    assert!(ids(&anna, "liked").await.is_empty());
}

async fn adding_one_film_many_times_at_once_is_adding_it_once(database: Database) {
    let app = App::start(database).await;
    let anna = app.somebody().await;
    let film = anna.add_film("Stalker").await;
    let list = id_of(
        &anna
            .post("/me/watchlists", &json!({ "title": "Mine" }))
            .await
            .json(201),
    );
    for list in ["wish", &list] {
        let mut adding = JoinSet::new();
        for _ in 0..10 {
            let (anna, film) = (anna.clone(), film.clone());
            let path = format!("/me/watchlists/{list}/items/add");
            adding.spawn(async move { anna.put(&path, &json!({ "film_id": film })).await });
        }
        for answer in adding.join_all().await {
            answer.done();
        }
        assert_eq!(ids(&anna, list).await, [film.as_str()]);
    }
    // Of those who take it off at once, one does.
    let mut removing = JoinSet::new();
    for _ in 0..10 {
        let anna = anna.clone();
        let path = format!("/me/watchlists/wish/items/{film}");
        removing.spawn(async move { anna.delete(&path).await.status });
    }
    let mut statuses = removing.join_all().await;
    statuses.sort_unstable();
    assert_eq!(statuses, [[204].as_slice(), &[404; 9]].concat());
}

async fn the_newest_stands_first(database: Database) {
    let app = App::start(database).await;
    let anna = app.somebody().await;
    let mut films = Vec::new();
    for n in 0..5 {
        films.push(anna.add_film(&format!("Film {n}")).await);
    }
    // Neither in the order of making nor of names.
    for n in [2, 0, 4, 1, 3] {
        add(&anna, "wish", &films[n]).await;
    }
    // Adding again does not move a film.
    add(&anna, "wish", &films[2]).await;
    let expected = [3, 1, 4, 0, 2].map(|n: usize| films[n].clone());
    assert_eq!(ids(&anna, "wish").await, expected);
}

async fn a_list_is_read_page_by_page_where_that_is_asked_for(database: Database) {
    let app = App::start(database).await;
    let anna = app.somebody().await;
    for n in 0..7 {
        add(&anna, "wish", &anna.add_film(&format!("Film {n}")).await).await;
    }
    let whole = ids(&anna, "wish").await;
    assert_eq!(whole.len(), 7);
    let mut walked = Vec::new();
    let mut next = Some("/api/v1/me/watchlists/wish/items?limit=3".to_owned());
    while let Some(path) = next {
        let page = anna.get(&format!("/{path}")).await;
        next = page.find_header("link").map(|link| {
            let (address, relation) = link.split_once('>').unwrap();
            assert_eq!(relation, "; rel=\"next\"");
            address.strip_prefix('<').unwrap().to_owned()
        });
        let films = page.array(200);
        assert!((1..=3).contains(&films.len()));
        walked.extend(films.iter().map(id_of));
    }
    assert_eq!(walked, whole);
    for query in ["limit=0", "limit=101", "limit=many"] {
        let answer = anna
            .get(&format!("/me/watchlists/wish/items?{query}"))
            .await;
        answer.names("http.invalid_parameters", &["limit"]);
    }
    let answer = anna.get("/me/watchlists/wish/items?cursor=abc").await;
    answer.names("http.invalid_parameters", &["cursor"]);
}

async fn what_is_not_there_is_not_found(database: Database) {
    let app = App::start(database).await;
    let anna = app.somebody().await;
    let (film, unknown) = (anna.add_film("Stalker").await, unknown_id());
    let list = format!("/me/watchlists/{unknown}");
    let add = format!("{list}/items/add");
    for answer in [
        anna.get(&list).await,
        anna.delete(&list).await,
        anna.get(&format!("{list}/items")).await,
        anna.put(&add, &json!({ "film_id": film })).await,
        anna.delete(&format!("{list}/items/{film}")).await,
    ] {
        answer.refused(404, "library.watchlist_not_found", "Watchlist not found");
    }
    let answer = anna
        .put(
            "/me/watchlists/liked/items/add",
            &json!({ "film_id": unknown }),
        )
        .await;
    answer.refused(404, "catalogue.film_not_found", "Film not found");
    assert!(ids(&anna, "liked").await.is_empty());
    let answer = anna
        .delete(&format!("/me/watchlists/liked/items/{unknown}"))
        .await;
    answer.refused(
        404,
        "library.film_not_listed",
        "Film is not on the watchlist",
    );
    let answer = anna
        .put(
            "/me/watchlists/liked/items/add",
            &json!({ "film_id": "abc" }),
        )
        .await;
    answer.names("http.invalid_fields", &["film_id"]);
    anna.get("/me/watchlists/loved")
        .await
        .names("http.invalid_parameters", &["watchlist"]);
}

async fn a_stranger_is_told_that_the_list_is_not_theirs(database: Database) {
    let app = App::start(database).await;
    let (anna, ben) = (app.somebody().await, app.somebody().await);
    let film = anna.add_film("Stalker").await;
    let custom = id_of(
        &anna
            .post("/me/watchlists", &json!({ "title": "Mine" }))
            .await
            .json(201),
    );
    let liked = id_of(&anna.get("/me/watchlists/liked").await.json(200));
    for id in [&custom, &liked] {
        add(&anna, id, &film).await;
        let list = format!("/me/watchlists/{id}");
        for answer in [
            ben.get(&list).await,
            ben.delete(&list).await,
            ben.get(&format!("{list}/items")).await,
            ben.put(&format!("{list}/items/add"), &json!({ "film_id": film }))
                .await,
            ben.delete(&format!("{list}/items/{film}")).await,
        ] {
            answer.refused(403, "library.not_your_watchlist", "Watchlist is not yours");
        }
        let anyone = app.anyone();
        for answer in [
            anyone.get(&list).await,
            anyone.delete(&list).await,
            anyone.get(&format!("{list}/items")).await,
            anyone
                .put(&format!("{list}/items/add"), &json!({ "film_id": film }))
                .await,
            anyone.delete(&format!("{list}/items/{film}")).await,
        ] {
            answer.problem(401, "identity.not_signed_in");
        }
        assert_eq!(ids(&anna, id).await, [film.as_str()]);
    }
}

async fn standard_lists_stay(database: Database) {
    let app = App::start(database).await;
    let anna = app.somebody().await;
    for word in ["liked", "watched", "wish"] {
        let id = id_of(&anna.get(&format!("/me/watchlists/{word}")).await.json(200));
        for list in [word, &id] {
            let answer = anna.delete(&format!("/me/watchlists/{list}")).await;
            let told = "Standard watchlists cannot be deleted";
            answer.refused(403, "library.standard_list_stays", told);
        }
        anna.get(&format!("/me/watchlists/{word}"))
            .await
            .expect(200);
    }
}

async fn custom_lists_are_made_listed_and_deleted(database: Database) {
    let app = App::start(database).await;
    let anna = app.somebody().await;
    let answer = anna
        .post("/me/watchlists", &json!({ "title": "  Дождливые вечера " }))
        .await
        .expect(201);
    let location = answer.header("location").to_owned();
    let rainy = answer.json(201);
    assert_eq!(rainy["title"], "Дождливые вечера");
    assert_eq!(rainy["type"], "custom");
    assert_eq!(rainy["user_id"], anna.id);
    assert_colours(&rainy);
    assert_eq!(location, format!("/api/v1/me/watchlists/{}", id_of(&rainy)));
    assert_eq!(anna.get(&format!("/{location}")).await.json(200), rainy);
    let long = "я".repeat(5000);
    let answer = anna.post("/me/watchlists", &json!({ "title": long })).await;
    let long_one = answer.json(201);
    assert_eq!(long_one["title"], long);
    let path = format!("/me/watchlists/{}", id_of(&long_one));
    assert_eq!(anna.get(&path).await.json(200), long_one);
    anna.delete(&path).await.done();
    // Two lists may have one title.
    let again = anna
        .post("/me/watchlists", &json!({ "title": "Дождливые вечера" }))
        .await
        .json(201);
    assert_eq!(
        anna.get("/me/watchlists").await.array(200),
        [again.clone(), rainy.clone()]
    );
    assert!(
        app.somebody()
            .await
            .get("/me/watchlists")
            .await
            .array(200)
            .is_empty()
    );

    add(&anna, &id_of(&rainy), &anna.add_film("Stalker").await).await;
    anna.delete(&format!("/{location}")).await.done();
    anna.get(&format!("/{location}"))
        .await
        .problem(404, "library.watchlist_not_found");
    assert_eq!(anna.get("/me/watchlists").await.array(200), [again]);
    for bad in [
        json!({}),
        json!({ "title": "" }),
        json!({ "title": " " }),
        json!({ "title": 1 }),
    ] {
        anna.post("/me/watchlists", &bad)
            .await
            .names("http.invalid_fields", &["title"]);
    }
}

async fn flags_are_ones_own_and_shown_everywhere(database: Database) {
    let app = App::with_films(database).await;
    let (anna, ben) = (app.somebody().await, app.somebody().await);
    let mix = id_of(&anna.get("/mix").await.array(200)[0]);
    let mix = format!("/mix/{mix}/items");
    let films = anna.get(&mix).await.array(200);
    let (first, second) = (id_of(&films[0]), id_of(&films[1]));
    let custom = id_of(
        &anna
            .post("/me/watchlists", &json!({ "title": "Mine" }))
            .await
            .json(201),
    );
    add(&anna, "liked", &first).await;
    add(&anna, "watched", &first).await;
    add(&anna, "wish", &second).await;
    add(&anna, &custom, &first).await;
    add(&anna, &custom, &second).await;

    let flags = |film: &Value| ["is_liked", "is_wish", "is_watched"].map(|name| film[name].clone());
    let title = films[0]["title"].as_str().unwrap();
    let year = films[0]["release_year"].to_string();
    let search = [("title", title), ("limit", "50")];
    let list = [("year_from", &*year), ("year_to", &*year), ("limit", "100")];
    let mut shown = vec![
        anna.get(&format!("/films/{first}")).await.json(200),
        anna.get(&format!("/films/{first}/details")).await.json(200),
    ];
    shown.extend(anna.get(&mix).await.array(200));
    shown.extend(anna.query("/films/search", &search).await.array(200));
    shown.extend(items(&anna, &custom).await);
    shown.extend(items(&anna, "liked").await);
    let of_first = shown.iter().filter(|film| film["id"] == first);
    assert_eq!(of_first.clone().count(), 6);
    for film in of_first {
        assert_eq!(flags(film), [true, false, true], "{film}");
    }
    let of_second: Vec<_> = shown.iter().filter(|film| film["id"] == second).collect();
    assert_eq!(of_second.len(), 2);
    for film in of_second {
        assert_eq!(flags(film), [false, true, false], "{film}");
    }
    let page = anna.query("/films", &list).await.json(200);
    let on_page = page["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|film| film["id"] == first);
    assert_eq!(
        on_page.map(flags),
        Some([true, false, true].map(Value::from))
    );
    for other in [ben, app.anyone()] {
        let film = other.get(&format!("/films/{first}")).await.json(200);
        assert_eq!(flags(&film), [false, false, false]);
        for film in other.get(&mix).await.array(200) {
            assert_eq!(flags(&film), [false, false, false]);
        }
    }
}
