//! What administrators see and change.
use crate::support::{TestApi, enqueue};
use application::{
    catalogue::sources::SourceList,
    events::ports::OutboxQueue,
    fakes::{a_film, a_user},
    jobs::Task,
    recommendation::training::TrainModel,
    shared::{actor::Actor, store::Store},
};
use chrono::Duration;
use domain::{
    catalogue::{SourceName, SourceRef},
    events::DomainEvent,
    shared::{Id, Language},
};
use serde_json::{Value, json};

const NOBODYS: &str = "00000000-0000-4000-8000-000000000000";

async fn with_admin() -> (TestApi, String) {
    let api = TestApi::new().await;
    let admin = api
        .world
        .has(a_user().with_email("admin@example.org").admin());
    let token = api.world.token_of(&admin);
    (api, token)
}

#[actix_web::test]
async fn jobs_are_listed_in_pages_and_by_state_and_kind() {
    let (api, admin) = with_admin().await;
    let mut jobs = Vec::new();
    for number in 0..3 {
        let film = Id::from_uuid(uuid::Uuid::from_u128(number));
        jobs.insert(0, enqueue(&api.world, Task::CompleteFilm { film }).await);
    }
    let tidying = enqueue(&api.world, Task::TidyUp).await;
    let list = async |query: &str| {
        let path = format!("/api/v1/admin/jobs?{query}");
        api.get(path).by(&admin).expect(200).await.json()
    };
    let ids = |page: &Value| -> Vec<String> {
        let items = page["items"].as_array().unwrap();
        let id = |job: &Value| job["id"].as_str().unwrap().to_owned();
        items.iter().map(id).collect()
    };
    let first = list("limit=2").await;
    assert_eq!(ids(&first), [tidying.to_string(), jobs[0].to_string()]);
    let next = format!("limit=2&cursor={}", first["next"].as_str().unwrap());
    let second = list(&next).await;
    assert_eq!(ids(&second), [jobs[1].to_string(), jobs[2].to_string()]);
    assert_eq!(second["next"], Value::Null);
    assert_eq!(
        ids(&list("kind=tidy_up&state=waiting").await),
        [tidying.to_string()]
    );
    assert_eq!(list("state=failed").await["items"], json!([]));
    let broken = "/api/v1/admin/jobs?state=lost&kind=sweep&limit=0&cursor=x";
    let broken = api.get(broken).by(&admin).expect(400).await;
    let faults = broken.faults();
    let faulty: Vec<&str> = faults.iter().map(|fault| fault.0.as_str()).collect();
    assert_eq!(faulty, ["state", "kind", "limit", "cursor"]);
}

#[actix_web::test]
async fn a_job_tells_what_there_is_to_do() {
    let (api, admin) = with_admin().await;
    let uuid = uuid::Uuid::from_u128(7);
    let film = Id::from_uuid(uuid);
    let at = SourceRef::new(SourceName::Tmdb, "movie/603").unwrap();
    for (task, kind, told) in [
        (
            Task::ImportFilm { at },
            "import_film",
            json!({"source": "tmdb", "source_id": "movie/603"}),
        ),
        (
            Task::ImportPages {
                source: SourceName::KinopoiskDev,
                list: SourceList::New,
                from: 2,
                to: 5,
            },
            "import_pages",
            json!({"source": "kinopoisk_dev", "list": "new", "from": 2, "to": 5}),
        ),
        (
            Task::SearchSources {
                title: "Alien".to_owned(),
                language: Language::English,
            },
            "search_sources",
            json!({"title": "Alien", "language": "en"}),
        ),
        (
            Task::CompleteFilm { film },
            "complete_film",
            json!({"film_id": uuid}),
        ),
        (
            Task::RefreshOldest { count: 9 },
            "refresh_oldest",
            json!({"count": 9}),
        ),
        (
            Task::ChooseGradient {
                watchlist: Id::from_uuid(uuid),
            },
            "choose_gradient",
            json!({"watchlist_id": uuid}),
        ),
        (
            Task::ChooseMixGradient {
                mix: Id::from_uuid(uuid),
            },
            "choose_mix_gradient",
            json!({"mix_id": uuid}),
        ),
        (Task::EmbedFilms, "embed_films", json!({})),
        (Task::TidyUp, "tidy_up", json!({})),
    ] {
        let job = enqueue(&api.world, task).await;
        let path = format!("/api/v1/admin/jobs/{job}");
        let shown = api.get(path).by(&admin).expect(200).await.json();
        assert_eq!(
            (shown["kind"].as_str(), &shown["task"]),
            (Some(kind), &told)
        );
        assert_eq!(shown["state"], "waiting");
        assert_eq!((&shown["done"], &shown["total"]), (&json!(0), &Value::Null));
    }
}

#[actix_web::test]
async fn events_that_were_given_up_are_listed_and_told_again() {
    let (api, admin) = with_admin().await;
    let uow = api.world.store.begin().await.unwrap();
    let at = api.world.now();
    for number in 1..=3 {
        let user = Id::from_uuid(uuid::Uuid::from_u128(number));
        uow.outbox().publish(DomainEvent::UserDeleted { user }, at);
    }
    uow.commit().await.unwrap();
    let outbox = &api.world.outbox;
    for due in outbox.next(2, at).await.unwrap() {
        outbox.bury(&due.event, "never", at).await.unwrap();
    }
    let path = "/api/v1/admin/events";
    let first = api.get(format!("{path}?limit=1")).by(&admin);
    let first = first.expect(200).await.json();
    let next = first["next"].as_str().unwrap();
    let second = api.get(format!("{path}?limit=1&cursor={next}")).by(&admin);
    let second = second.expect(200).await.json();
    assert_eq!(second["next"], Value::Null);
    let event = &second["items"][0];
    assert_eq!(event["kind"], "filmhub.user.deleted.v1");
    let user = uuid::Uuid::from_u128(1).to_string();
    assert_eq!(event["subject"], format!("user/{user}"));
    assert_eq!(event["data"], json!({ "user_id": user }));
    assert_eq!(
        (&event["attempts"], &event["problem"]),
        (&json!(1), &json!("never"))
    );
    let retry = format!("{path}/{}/retry", event["id"].as_str().unwrap());
    api.post(&retry).by(&admin).expect(204).await;
    let again = api.post(&retry).by(&admin).expect(404).await;
    assert_eq!(again.code(), "events.event_not_found");
    let left = api.get(path).by(&admin).expect(200).await.json();
    assert_eq!(left["items"].as_array().unwrap().len(), 1);
    let of_jobs = api.get(format!("/api/v1/admin/jobs?cursor={next}"));
    of_jobs.by(&admin).expect(400).await;
}

#[actix_web::test]
async fn a_job_is_called_off_once() {
    let (api, admin) = with_admin().await;
    let job = enqueue(&api.world, Task::TidyUp).await;
    let path = format!("/api/v1/admin/jobs/{job}/cancel");
    let cancelled = api.post(&path).by(&admin).expect(200).await.json();
    assert_eq!(cancelled["state"], "cancelled");
    let over = api.post(&path).by(&admin).expect(409).await;
    assert_eq!(over.code(), "jobs.job_over");
    let retry = format!("/api/v1/admin/jobs/{job}/retry");
    let refused = api.post(&retry).by(&admin).expect(409).await;
    assert_eq!(refused.code(), "jobs.not_failed");
    for path in ["", "/cancel", "/retry"] {
        let path = format!("/api/v1/admin/jobs/{NOBODYS}{path}");
        let call = if path.ends_with(NOBODYS) {
            api.get(path)
        } else {
            api.post(path)
        };
        let unknown = call.by(&admin).expect(404).await;
        assert_eq!(unknown.code(), "jobs.job_not_found");
    }
}

#[actix_web::test]
async fn users_are_found_changed_and_deleted() {
    let (api, admin) = with_admin().await;
    let anna = api.world.has(a_user().with_email("anna@example.org"));
    let token = api.world.token_of(&anna);
    let found = api.get("/api/v1/admin/users?search=ANNA@").by(&admin);
    let found = found.expect(200).await.json();
    assert_eq!(found["items"].as_array().unwrap().len(), 1);
    let shown = &found["items"][0];
    assert_eq!(shown["email"], "anna@example.org");
    assert_eq!(
        (&shown["role"], &shown["disabled_at"]),
        (&json!("user"), &Value::Null)
    );
    assert!(shown.get("password").is_none());
    let path = format!("/api/v1/admin/users/{}", anna.id);
    let change = json!({"role": "admin", "is_disabled": true});
    let changed = api.patch(&path).by(&admin).json(change).expect(200).await;
    let changed = changed.json();
    assert_eq!(changed["role"], "admin");
    assert!(changed["disabled_at"].is_string());
    api.get("/api/v1/me").by(&token).expect(401).await;
    let change = json!({"is_disabled": false});
    let changed = api.patch(&path).by(&admin).json(change).expect(200).await;
    assert_eq!(changed.json()["disabled_at"], Value::Null);
    api.delete(&path).by(&admin).expect(204).await;
    let gone = api.delete(&path).by(&admin).expect(404).await;
    assert_eq!(gone.code(), "identity.user_not_found");
}

#[actix_web::test]
async fn users_are_listed_in_pages() {
    let (api, admin) = with_admin().await;
    api.world.has(a_user().with_email("anna@example.org"));
    let first = api.get("/api/v1/admin/users?limit=1").by(&admin);
    let first = first.expect(200).await.json();
    assert_eq!(first["items"][0]["email"], "anna@example.org");
    let next = first["next"].as_str().unwrap();
    let second = api.get(format!("/api/v1/admin/users?limit=1&cursor={next}"));
    let second = second.by(&admin).expect(200).await.json();
    assert_eq!(second["items"][0]["email"], "admin@example.org");
    assert_eq!(second["next"], Value::Null);
    // Every list has cursors of its own.
    let other = api.get(format!("/api/v1/admin/jobs?cursor={next}"));
    other.by(&admin).expect(400).await;
}

#[actix_web::test]
async fn a_change_that_makes_no_sense_is_refused_whole() {
    let (api, admin) = with_admin().await;
    let anna = api.world.has(a_user());
    let path = format!("/api/v1/admin/users/{}", anna.id);
    let change = json!({"role": "king", "is_disabled": "yes"});
    let refused = api.patch(&path).by(&admin).json(change).expect(400).await;
    let faults = refused.faults();
    let faulty: Vec<&str> = faults.iter().map(|fault| fault.0.as_str()).collect();
    assert_eq!(faulty, ["role", "is_disabled"]);
    let change = json!({"role": null});
    api.patch(&path).by(&admin).json(change).expect(400).await;
}

#[actix_web::test]
async fn the_last_administrator_stays_one() {
    let (api, admin) = with_admin().await;
    let me = api.get("/api/v1/me").by(&admin).expect(200).await.json();
    let path = format!("/api/v1/admin/users/{}", me["id"].as_str().unwrap());
    let change = json!({"role": "user"});
    let refused = api.patch(&path).by(&admin).json(change).expect(409).await;
    assert_eq!(refused.code(), "identity.last_admin");
    let refused = api.delete(&path).by(&admin).expect(409).await;
    assert_eq!(refused.code(), "identity.last_admin");
}

#[actix_web::test]
async fn figures_tell_how_much_there_is_and_what_went_on() {
    let (api, admin) = with_admin().await;
    api.world.has(a_film());
    api.world.clock.advance(Duration::days(1));
    let figures = api.get("/api/v1/admin/figures?days=2").by(&admin);
    let figures = figures.expect(200).await.json();
    assert_eq!(
        (&figures["users"], &figures["films"]),
        (&json!(1), &json!(1))
    );
    let days = figures["days"].as_array().unwrap();
    assert_eq!(days.len(), 2);
    assert_eq!(days[0]["active_users"], 0);
    assert_eq!(days[1]["new_users"], 1);
    let today = api.world.now().date_naive().to_string();
    assert_eq!(days[0]["day"], today);
    let usual = api
        .get("/api/v1/admin/figures")
        .by(&admin)
        .expect(200)
        .await;
    assert_eq!(usual.json()["days"].as_array().unwrap().len(), 30);
    let broken = api.get("/api/v1/admin/figures?days=367").by(&admin);
    assert_eq!(broken.expect(400).await.faults()[0].0, "days");
}

#[actix_web::test]
async fn films_are_ordered_by_place_and_by_pages() {
    let (api, admin) = with_admin().await;
    let path = "/api/v1/admin/imports";
    let one = json!({"source": "tmdb", "id": "movie/603"});
    let refused = api
        .post(path)
        .by(&admin)
        .json(one.clone())
        .expect(409)
        .await;
    assert_eq!(refused.code(), "catalogue.source_not_configured");
    api.world.sources.are([SourceName::Tmdb]);
    let ordered = api
        .post(path)
        .by(&admin)
        .json(one.clone())
        .expect(202)
        .await;
    let job = ordered.json();
    assert_eq!(
        job["task"],
        json!({"source": "tmdb", "source_id": "movie/603"})
    );
    let id = job["id"].as_str().unwrap();
    assert_eq!(
        ordered.header("location"),
        format!("/api/v1/admin/jobs/{id}")
    );
    let again = api.post(path).by(&admin).json(one).expect(202).await.json();
    assert_eq!(again["id"], job["id"]);
    let pages = json!({"source": "tmdb", "from": 1, "to": 50});
    let job = api
        .post(path)
        .by(&admin)
        .json(pages)
        .expect(202)
        .await
        .json();
    let task = json!({"source": "tmdb", "list": "popular", "from": 1, "to": 50});
    assert_eq!(job["task"], task);
}

#[actix_web::test]
async fn what_is_wrong_with_an_order_is_named() {
    let (api, admin) = with_admin().await;
    api.world.sources.are([SourceName::Tmdb]);
    for (body, faulty) in [
        (json!({}), vec!["source", "from"]),
        (
            json!({"source": "imdb", "id": 5}),
            vec!["source", "id", "from"],
        ),
        (json!({"source": "tmdb", "id": "603"}), vec!["id"]),
        (
            json!({"source": "tmdb", "list": "best", "from": "1"}),
            vec!["list", "from"],
        ),
        (json!({"source": "tmdb", "from": 3, "to": 2}), vec!["to"]),
        (json!({"source": "tmdb", "from": 1, "to": 501}), vec!["to"]),
    ] {
        let path = "/api/v1/admin/imports";
        let refused = api
            .post(path)
            .by(&admin)
            .json(body.clone())
            .expect(400)
            .await;
        let named: Vec<String> = refused.faults().into_iter().map(|fault| fault.0).collect();
        assert_eq!(named, faulty, "{body}");
    }
    let count = json!({"count": 1001});
    let refused = api.post("/api/v1/admin/refreshes").by(&admin).json(count);
    assert_eq!(refused.expect(400).await.faults()[0].0, "count");
}

#[actix_web::test]
async fn films_are_refreshed_one_or_the_oldest() {
    let (api, admin) = with_admin().await;
    api.world.sources.are([SourceName::Tmdb]);
    let film = api.world.has(a_film());
    let path = format!("/api/v1/admin/films/{}/refresh", film.id);
    let job = api.post(path).by(&admin).expect(202).await.json();
    assert_eq!(job["task"]["film_id"], film.id.to_string());
    let own = api.world.has(a_user().with_email("anna@example.org"));
    let own = api.world.has(a_film().owned_by(own.id));
    for film in [own.id.to_string(), NOBODYS.to_owned()] {
        let path = format!("/api/v1/admin/films/{film}/refresh");
        let refused = api.post(path).by(&admin).expect(404).await;
        assert_eq!(refused.code(), "catalogue.film_not_found");
    }
    let count = json!({"count": 10});
    let oldest = api.post("/api/v1/admin/refreshes").by(&admin).json(count);
    assert_eq!(
        oldest.expect(202).await.json()["task"],
        json!({"count": 10})
    );
}

#[actix_web::test]
async fn models_are_trained_by_a_job_listed_and_chosen() {
    let (api, admin) = with_admin().await;
    let models = "/api/v1/admin/recommender/models";
    let serving = "/api/v1/admin/recommender/serving";
    let none = api.get(models).by(&admin).expect(200).await.json();
    assert_eq!(none, json!([]));

    let train = "/api/v1/admin/recommender/trainings";
    let job = api.post(train).by(&admin).expect(202).await;
    assert_eq!(job.json()["kind"], "train_recommender");
    let again = api.post(train).by(&admin).expect(202).await;
    assert_eq!(again.json()["id"], job.json()["id"]);

    api.world.workshop.has_acts(30);
    for _ in 0..2 {
        let trained = api.world.run(&Actor::System, TrainModel).await;
        trained.unwrap();
        api.world.clock.advance(Duration::seconds(1));
    }
    let first = json!({"version": 1});
    let chosen = api.put(serving).by(&admin).json(first).expect(200).await;
    assert_eq!(chosen.json()[0]["version"], 1);
    let listed = api.get(models).by(&admin).expect(200).await.json();
    assert_eq!(listed, chosen.json());
    assert_eq!(listed[0]["is_serving"], true);
    assert_eq!(listed[1]["is_serving"], false);

    let nobodys = json!({"version": 7});
    let refused = api.put(serving).by(&admin).json(nobodys).expect(404).await;
    assert_eq!(refused.code(), "recommendation.model_not_found");
    for version in [json!(0), json!("1"), Value::Null] {
        let body = json!({"version": version});
        let refused = api.put(serving).by(&admin).json(body).expect(400).await;
        assert_eq!(refused.faults()[0].0, "version");
    }
}
