//! A user's watchlists and what is on them.
use crate::support::TestApi;
use application::fakes::{a_film, a_user, a_watchlist};
use domain::{
    identity::User,
    library::{Gradient, StandardList},
};
use serde_json::{Value, json};

const NOWHERE: &str = "00000000-0000-4000-8000-000000000000";

async fn scene() -> (TestApi, User, String) {
    let api = TestApi::new().await;
    let anna = api.world.has(a_user());
    let token = api.world.token_of(&anna);
    (api, anna, token)
}

fn ids(films: &Value) -> Vec<String> {
    films
        .as_array()
        .unwrap()
        .iter()
        .map(|film| film["id"].as_str().unwrap().to_owned())
        .collect()
}

#[actix_web::test]
async fn a_user_makes_lists_and_sees_only_those() {
    let (api, anna, token) = scene().await;
    let body = json!({"title": " Rainy evenings "});
    let answer = api
        .post("/api/v1/me/watchlists")
        .by(&token)
        .json(body)
        .expect(201)
        .await;
    let list = answer.json();
    assert_eq!(list["title"], "Rainy evenings");
    assert_eq!(list["type"], "custom");
    assert_eq!(list["user_id"], anna.id.to_string());
    let colours =
        ["color1", "color2", "color3"].map(|member| list[member].as_str().unwrap().to_owned());
    assert!(
        Gradient::BUILT_IN
            .iter()
            .any(|built_in| *built_in == colours)
    );
    let lists = api
        .get("/api/v1/me/watchlists")
        .by(&token)
        .expect(200)
        .await
        .json();
    assert_eq!(lists, json!([list]));
    let shown = api
        .get(answer.header("location"))
        .by(&token)
        .expect(200)
        .await
        .json();
    assert_eq!(shown, list);
}

#[actix_web::test]
async fn a_list_needs_a_title() {
    let (api, _, token) = scene().await;
    for (body, code) in [
        (json!({}), "missing"),
        (json!({"title": "  "}), "empty"),
        (json!({"title": "a\u{0}"}), "control_character"),
    ] {
        let answer = api
            .post("/api/v1/me/watchlists")
            .by(&token)
            .json(body)
            .expect(400)
            .await;
        assert_eq!(answer.faults(), [("title".to_owned(), code.to_owned())]);
    }
}

#[actix_web::test]
async fn the_three_words_stand_for_the_callers_own_lists() {
    let (api, anna, token) = scene().await;
    for standard in StandardList::ALL {
        let path = format!("/api/v1/me/watchlists/{}", standard.word());
        let answer = api
            .get(&path)
            .by(&token)
            .header("Accept-Language", "en")
            .expect(200)
            .await;
        assert_eq!(answer.header("content-language"), "en");
        let list = answer.json();
        assert_eq!(list["id"], standard.of(anna.id).to_string());
        assert_eq!(list["type"], standard.word());
        assert_eq!(
            list["title"],
            standard.title(domain::shared::Language::English)
        );
        let refused = api.delete(&path).by(&token).expect(403).await;
        assert_eq!(refused.code(), "library.standard_list_stays");
        let by_id = format!("/api/v1/me/watchlists/{}", standard.of(anna.id));
        let russian = api.get(&by_id).by(&token).expect(200).await.json();
        assert_eq!(
            russian["title"],
            standard.title(domain::shared::Language::Russian)
        );
    }
}

#[actix_web::test]
async fn what_is_neither_a_word_nor_an_identifier_is_refused_by_name() {
    let (api, _, token) = scene().await;
    for word in ["favourites", "LIKED", "%00", "1"] {
        let answer = api
            .get(format!("/api/v1/me/watchlists/{word}"))
            .by(&token)
            .expect(400)
            .await;
        assert_eq!(
            answer.faults(),
            [("watchlist".to_owned(), "malformed".to_owned())]
        );
    }
}

#[actix_web::test]
async fn films_are_put_on_a_list_once_and_taken_off() {
    let (api, anna, token) = scene().await;
    let films = ["A", "B"].map(|title| api.world.has(a_film().titled(title)).id);
    for film in films.iter().chain(&films) {
        api.world.clock.advance(chrono::Duration::seconds(1));
        let add = api.put("/api/v1/me/watchlists/liked/items/add").by(&token);
        add.json(json!({"film_id": film.to_string()}))
            .expect(204)
            .await;
    }
    let path = "/api/v1/me/watchlists/liked/items";
    let listed = api.get(path).by(&token).expect(200).await;
    assert_eq!(listed.header("link"), "");
    let listed = listed.json();
    assert_eq!(ids(&listed), [films[1].to_string(), films[0].to_string()]);
    assert_eq!(listed[0]["is_liked"], true);
    let by_id = format!(
        "/api/v1/me/watchlists/{}/items",
        StandardList::Liked.of(anna.id)
    );
    assert_eq!(api.get(by_id).by(&token).expect(200).await.json(), listed);
    let entry = format!("/api/v1/me/watchlists/liked/items/{}", films[0]);
    api.delete(&entry).by(&token).expect(204).await;
    let gone = api.delete(&entry).by(&token).expect(404).await;
    assert_eq!(gone.code(), "library.film_not_listed");
}

#[actix_web::test]
async fn lists_are_paged_on_request() {
    let (api, anna, token) = scene().await;
    let mut list = a_watchlist().owned_by(anna.id);
    for number in 0..5 {
        list = list.with_film(api.world.has(a_film().titled(&number.to_string())).id);
    }
    let list = api.world.has(list);
    let path = format!("/api/v1/me/watchlists/{}/items", list.id);
    let all = ids(&api.get(&path).by(&token).expect(200).await.json());
    let mut paged = Vec::new();
    let mut next = Some(format!("{path}?limit=2"));
    let mut pages = 0;
    while let Some(page) = next {
        let answer = api.get(page).by(&token).expect(200).await;
        paged.extend(ids(&answer.json()));
        pages += 1;
        let link = answer.header("link").strip_prefix('<');
        next = link
            .and_then(|link| link.strip_suffix(">; rel=\"next\""))
            .map(ToOwned::to_owned);
    }
    assert_eq!((paged, pages), (all, 3));
    let faulty = api
        .get(format!("{path}?limit=0&cursor=x"))
        .by(&token)
        .expect(400)
        .await;
    assert_eq!(faulty.faults().len(), 2);
}

#[actix_web::test]
async fn what_there_is_not_is_not_found() {
    let (api, _, token) = scene().await;
    let film = api.world.has(a_film()).id.to_string();
    let list = format!("/api/v1/me/watchlists/{NOWHERE}");
    for call in [
        api.get(&list),
        api.delete(&list),
        api.get(format!("{list}/items")),
        api.put(format!("{list}/items/add"))
            .json(json!({"film_id": film})),
        api.delete(format!("{list}/items/{film}")),
    ] {
        let answer = call.by(&token).expect(404).await;
        assert_eq!(answer.code(), "library.watchlist_not_found");
    }
    let add = api.put("/api/v1/me/watchlists/wish/items/add").by(&token);
    let answer = add.json(json!({"film_id": NOWHERE})).expect(404).await;
    assert_eq!(answer.detail(), "Film not found");
}

#[actix_web::test]
async fn lists_belong_to_their_owner() {
    let (api, anna, token) = scene().await;
    let film = api.world.has(a_film()).id;
    let bob = api.world.has(a_user().with_email("bob@example.org"));
    let list = api
        .world
        .has(a_watchlist().owned_by(bob.id).with_film(film));
    for id in [list.id, StandardList::Liked.of(bob.id)] {
        let list = format!("/api/v1/me/watchlists/{id}");
        for call in [
            api.get(&list),
            api.delete(&list),
            api.get(format!("{list}/items")),
            api.put(format!("{list}/items/add"))
                .json(json!({"film_id": film.to_string()})),
            api.delete(format!("{list}/items/{film}")),
        ] {
            let answer = call.by(&token).expect(403).await;
            assert_eq!(answer.detail(), "Watchlist is not yours");
            assert_eq!(answer.code(), "library.not_your_watchlist");
        }
    }
    assert_eq!(api.world.stored().films_on(list.id), [film]);
    let own = api.world.has(a_watchlist().owned_by(anna.id));
    api.delete(format!("/api/v1/me/watchlists/{}", own.id))
        .by(&token)
        .expect(204)
        .await;
}

#[actix_web::test]
async fn a_film_to_be_added_is_named_by_identifier() {
    let (api, _, token) = scene().await;
    for (body, code) in [
        (json!({}), "missing"),
        (json!({"film_id": 1}), "wrong_type"),
        (json!({"film_id": "1"}), "malformed"),
    ] {
        let add = api
            .put("/api/v1/me/watchlists/wish/items/add")
            .by(&token)
            .json(body);
        assert_eq!(
            add.expect(400).await.faults(),
            [("film_id".to_owned(), code.to_owned())]
        );
    }
}
