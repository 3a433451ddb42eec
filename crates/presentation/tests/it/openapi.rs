//! The document, and that every operation in it is guarded as it says.
use crate::{
    companions,
    support::{DOCUMENT, TestApi, enqueue},
};
use actix_web::http::Method;
use application::{
    fakes::{a_conversation, a_film, a_session, a_user, a_watchlist},
    jobs::Task,
    taste::{hides::HideThing, progress::SetProgress, ratings::RateFilm, reviews::WriteReview},
};
use domain::{
    assistant::ConversationId,
    catalogue::FilmId,
    identity::{SessionId, UserId},
    jobs::JobId,
    library::WatchlistId,
    recommendation::CompanionshipId,
    taste::{HiddenSubject, Hide, Progress, Rating, ReviewContent, ReviewText, Stance, ViewingId},
};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

struct Operation {
    id: String,
    method: Method,
    path: String,
    description: &'static Value,
}

fn operations() -> Vec<Operation> {
    let mut operations = Vec::new();
    for (path, item) in DOCUMENT["paths"].as_object().unwrap() {
        for (method, description) in item.as_object().unwrap() {
            operations.push(Operation {
                id: description["operationId"].as_str().unwrap().to_owned(),
                method: method.to_uppercase().parse().unwrap(),
                path: path.clone(),
                description,
            });
        }
    }
    operations
}

impl Operation {
    fn needs(&self) -> &'static [Value] {
        self.description["security"].as_array().unwrap()
    }

    fn may_use_token(&self) -> bool {
        self.needs().iter().any(|need| need.get("bearer").is_some())
    }

    fn needs_token(&self) -> bool {
        self.needs().iter().all(|need| need.get("bearer").is_some())
    }
}

#[test]
fn the_document_describes_this_service() {
    assert!(DOCUMENT["openapi"].as_str().unwrap().starts_with("3.1"));
    assert_eq!(DOCUMENT["info"]["title"], "Filmhub");
    assert_eq!(
        DOCUMENT["components"]["securitySchemes"]["bearer"]["scheme"],
        "bearer"
    );
}

#[test]
fn every_operation_has_a_name_of_its_own_and_is_described() {
    let operations = operations();
    assert!(operations.len() >= 39, "{}", operations.len());
    let names: BTreeSet<&str> = operations
        .iter()
        .map(|operation| operation.id.as_str())
        .collect();
    assert_eq!(names.len(), operations.len());
    for operation in &operations {
        let description = operation.description;
        assert!(
            description["summary"]
                .as_str()
                .is_some_and(|text| !text.is_empty()),
            "{}",
            operation.id
        );
        assert_eq!(
            description["tags"].as_array().map(Vec::len),
            Some(1),
            "{}",
            operation.id
        );
        for (status, response) in description["responses"].as_object().unwrap() {
            assert!(
                !response["description"].as_str().unwrap().is_empty(),
                "{} {status}",
                operation.id
            );
            let is_problem = response["content"]
                .get("application/problem+json")
                .is_some();
            assert_eq!(
                is_problem,
                status.as_str() >= "400",
                "{} {status}",
                operation.id
            );
        }
    }
}

#[test]
fn every_reference_leads_somewhere() {
    fn walk(value: &Value, found: &mut BTreeSet<String>) {
        match value {
            Value::Object(members) => {
                if let Some(Value::String(reference)) = members.get("$ref") {
                    found.insert(reference.clone());
                }
                members.values().for_each(|member| walk(member, found));
            }
            Value::Array(items) => items.iter().for_each(|item| walk(item, found)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let mut references = BTreeSet::new();
    walk(&DOCUMENT, &mut references);
    assert!(references.len() > 10);
    for reference in references {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(DOCUMENT.pointer(pointer).is_some(), "{reference}");
    }
}

#[actix_web::test]
async fn the_document_and_its_page_are_served() {
    let api = TestApi::new().await;
    let served = api.get("/api/schema/openapi.json").expect(200).await;
    assert_eq!(served.header("content-type"), "application/json");
    assert_eq!(&served.json(), &*DOCUMENT);
    for path in ["/", "/api/schema/swagger"] {
        let answer = api.get(path).expect(307).await;
        assert_eq!(answer.header("location"), "/api/schema/swagger/");
    }
    let page = api.get("/api/schema/swagger/").expect(200).await;
    assert_eq!(page.header("content-type"), "text/html");
    assert!(page.header("content-security-policy").contains("'self'"));
    assert!(
        !page.text().contains("https://"),
        "the page loads from elsewhere"
    );
    let script = api
        .get("/api/schema/swagger/swagger-initializer.js")
        .expect(200)
        .await;
    assert!(script.text().contains("/api/schema/openapi.json"));
    api.get("/api/schema/swagger/swagger-ui-bundle.js")
        .expect(200)
        .await;
    api.get("/api/schema/swagger/../secret").expect(404).await;
}

const NOBODYS: &str = "00000000-0000-4000-8000-000000000000";

fn fill(path: &str, values: &BTreeMap<&str, String>) -> String {
    values.iter().fold(path.to_owned(), |path, (name, value)| {
        path.replace(&format!("{{{name}}}"), value)
    })
}

#[actix_web::test]
async fn what_needs_a_token_answers_401_without_one() {
    let api = TestApi::new().await;
    let names = [
        "conversation_id",
        "film_id",
        "genre_id",
        "mood_id",
        "mix_id",
        "session_id",
        "watchlist",
        "user_id",
        "job_id",
        "event_id",
        "year",
        "companion_id",
        "viewing_id",
        "kind",
        "id",
    ];
    let values: BTreeMap<&str, String> = names.map(|name| (name, NOBODYS.to_owned())).into();
    for operation in operations() {
        let path = fill(&operation.path, &values);
        let anonymous = api.call(operation.method.clone(), &path).send().await;
        assert_eq!(
            anonymous.status == 401,
            operation.needs_token(),
            "{}",
            operation.id
        );
        let forged = api
            .call(operation.method.clone(), &path)
            .by("forged")
            .send()
            .await;
        assert_eq!(
            forged.status == 401,
            operation.may_use_token(),
            "{}",
            operation.id
        );
    }
}

/// What somebody gets who asks for what is another user's.
#[derive(Clone, Copy)]
enum Stranger {
    /// There is nothing of others' to ask for.
    OwnAffairs,
    /// They tell what they think of a film, which everybody may.
    OwnOpinion,
    /// They are refused with this status.
    Refused(u16),
}
use Stranger::{OwnAffairs, OwnOpinion, Refused};

const STRANGERS: &[(&str, Stranger)] = &[
    ("showMe", OwnAffairs),
    ("updateMe", OwnAffairs),
    ("deleteMe", OwnAffairs),
    ("changePassword", OwnAffairs),
    ("askForVerification", OwnAffairs),
    ("showNotificationPreferences", OwnAffairs),
    ("chooseNotificationPreferences", OwnAffairs),
    ("linkTelegram", OwnAffairs),
    ("unlinkTelegram", OwnAffairs),
    ("signOut", OwnAffairs),
    ("listSessions", OwnAffairs),
    ("endSessions", OwnAffairs),
    ("endSession", Refused(404)),
    ("listWatchlists", OwnAffairs),
    ("createWatchlist", OwnAffairs),
    ("showWatchlist", Refused(403)),
    ("deleteWatchlist", Refused(403)),
    ("listEntries", Refused(403)),
    ("addEntry", Refused(403)),
    ("removeEntry", Refused(403)),
    ("listRatings", OwnAffairs),
    ("showRating", Refused(404)),
    ("rateFilm", OwnOpinion),
    ("unrateFilm", Refused(404)),
    ("showStats", OwnAffairs),
    ("showYear", OwnAffairs),
    ("listDiary", OwnAffairs),
    ("logViewing", OwnAffairs),
    ("showViewing", Refused(404)),
    ("reviseViewing", Refused(404)),
    ("eraseViewing", Refused(404)),
    ("listReviews", OwnAffairs),
    ("showReview", Refused(404)),
    ("writeReview", OwnOpinion),
    ("deleteReview", Refused(404)),
    ("listProgress", OwnAffairs),
    ("setProgress", OwnOpinion),
    ("clearProgress", Refused(404)),
    ("listHidden", OwnOpinion),
    ("hide", OwnOpinion),
    ("unhide", Refused(404)),
    ("createFilm", OwnAffairs),
    ("updateFilm", Refused(403)),
    ("setPoster", Refused(403)),
    ("removePoster", Refused(403)),
    ("recommendTonight", OwnAffairs),
    ("recommendTogether", OwnAffairs),
    ("listRecommendations", OwnAffairs),
    ("listCompanions", OwnAffairs),
    ("inviteCompanion", OwnAffairs),
    ("acceptCompanion", Refused(404)),
    ("declineCompanion", Refused(404)),
    ("endCompanionship", Refused(404)),
    ("sendMessage", OwnAffairs),
    ("listConversations", OwnAffairs),
    ("deleteConversations", OwnAffairs),
    ("showConversation", Refused(404)),
    ("deleteConversation", Refused(404)),
    ("listUsers", Refused(403)),
    ("changeUser", Refused(403)),
    ("deleteUser", Refused(403)),
    ("listJobs", Refused(403)),
    ("showJob", Refused(403)),
    ("cancelJob", Refused(403)),
    ("retryJob", Refused(403)),
    ("listDeadEvents", Refused(403)),
    ("retryEvent", Refused(403)),
    ("showFigures", Refused(403)),
    ("importFilms", Refused(403)),
    ("refreshFilm", Refused(403)),
    ("refreshFilms", Refused(403)),
    ("listModels", Refused(403)),
    ("trainModel", Refused(403)),
    ("chooseModel", Refused(403)),
];

/// What Anna has that Bob asks for.
struct Belongings {
    user: UserId,
    job: JobId,
    film: FilmId,
    list: WatchlistId,
    session: SessionId,
    conversation: ConversationId,
    companion: CompanionshipId,
    viewing: ViewingId,
}

#[actix_web::test]
async fn strangers_get_what_the_table_says_and_change_nothing() {
    let api = TestApi::new().await;
    let anna = api.world.has(a_user());
    let film = api.world.has(a_film().owned_by(anna.id)).id;
    let list = api
        .world
        .has(a_watchlist().owned_by(anna.id).with_film(film))
        .id;
    let session = api.world.has(a_session().of(anna.id)).id;
    let conversation = api.world.has(a_conversation().of(anna.id)).id;
    let bob = api
        .world
        .token_of(&api.world.has(a_user().with_email("bob@example.org")));
    let job = enqueue(&api.world, Task::TidyUp).await;
    let companion = companions::invited(&api, &anna, "Somebody else").await;
    let table: BTreeMap<&str, Stranger> = STRANGERS.iter().copied().collect();
    let opinion = RateFilm {
        film,
        rating: Rating::MAX,
    };
    let signed_in = api.world.signed_in(&anna);
    api.world.run(&signed_in, opinion).await.unwrap();
    let content = ReviewContent {
        text: ReviewText::parse("Slow.").unwrap(),
        has_spoilers: false,
        stance: Stance::Positive,
        is_public: true,
    };
    let review = WriteReview { film, content };
    api.world.run(&signed_in, review).await.unwrap();
    let state = Progress::Watching;
    let progress = SetProgress { film, state };
    api.world.run(&signed_in, progress).await.unwrap();
    let hide = HideThing {
        subject: HiddenSubject::Film(film),
        how: Hide::Hide,
    };
    api.world.run(&signed_in, hide).await.unwrap();
    let viewing = api.world.stored().diary_of(anna.id)[0].id;
    let before = api.world.stored();
    for operation in operations().into_iter().filter(Operation::needs_token) {
        let stranger = table.get(operation.id.as_str());
        match stranger.unwrap_or_else(|| panic!("{} is not in the table", operation.id)) {
            OwnAffairs => {
                // A year is nobody's.
                let path = operation.path.replace("{year}", "2026");
                assert!(!path.contains('{'), "{}", operation.id);
            }
            OwnOpinion => assert!(
                operation.path.starts_with("/api/v1/me/"),
                "{}",
                operation.id
            ),
            Refused(status) => {
                ask(
                    &api,
                    &operation,
                    &Belongings {
                        user: anna.id,
                        job,
                        film,
                        list,
                        session,
                        conversation,
                        companion,
                        viewing,
                    },
                    &bob,
                    *status,
                )
                .await;
            }
        }
    }
    assert!(api.world.stored() == before);
}

async fn ask(api: &TestApi, operation: &Operation, annas: &Belongings, bob: &str, status: u16) {
    let values: BTreeMap<&str, String> = [
        ("film_id", annas.film.to_string()),
        ("watchlist", annas.list.to_string()),
        ("session_id", annas.session.to_string()),
        ("conversation_id", annas.conversation.to_string()),
        ("user_id", annas.user.to_string()),
        ("job_id", annas.job.to_string()),
        ("event_id", annas.job.to_string()),
        ("companion_id", annas.companion.to_string()),
        ("viewing_id", annas.viewing.to_string()),
        ("kind", "films".to_owned()),
        ("id", annas.film.to_string()),
    ]
    .into();
    let call = api
        .call(operation.method.clone(), fill(&operation.path, &values))
        .by(bob);
    let film = annas.film.to_string();
    let call = match operation.id.as_str() {
        "updateFilm" => call.json(json!({"title": "Mine", "description": "Now."})),
        "changeUser" => call.json(json!({"role": "admin"})),
        "importFilms" => call.json(json!({"source": "tmdb", "from": 1})),
        "refreshFilms" => call.json(json!({"count": 1})),
        "chooseModel" => call.json(json!({"version": 1})),
        "reviseViewing" => call.json(json!({"is_rewatch": true})),
        "addEntry" => call.json(json!({"film_id": film})),
        _ => call,
    };
    call.expect(status).await;
}
