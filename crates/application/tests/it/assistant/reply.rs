//! The assistant answers, with films beside the words.
use application::{
    assistant::{
        ports::{ModelError, ModelState, NamedFilm, Step, Tool, ToolOutcome},
        reply::{ReplyEvent, Teller, Unavailable},
        send_message::SendMessage,
    },
    fakes::{World, a_film, a_genre, a_user},
    library::ports::WatchlistRef,
    shared::actor::Actor,
};
use async_trait::async_trait;
use domain::{
    assistant::{Author, ConversationId, Question},
    catalogue::{Confidence, Film, FilmGuess, FilmId, FilmTitle},
    identity::User,
    library::StandardList,
    shared::Language,
};
use std::sync::Mutex;

/// Remembers what is told.
#[derive(Default)]
struct Recorder(Mutex<Vec<ReplyEvent>>);

#[async_trait]
impl Teller for Recorder {
    async fn tell(&self, event: ReplyEvent) {
        self.0.lock().unwrap().push(event);
    }
}

/// An answer as the user got it.
#[derive(Debug, Default)]
struct Heard {
    conversation: Option<ConversationId>,
    text: String,
    films: Vec<FilmId>,
    unavailable: Option<Unavailable>,
    is_done: bool,
}

async fn ask_in(
    world: &World,
    actor: &Actor,
    conversation: Option<ConversationId>,
    question: &str,
) -> Heard {
    let request = SendMessage {
        conversation,
        question: Question::parse(question).unwrap(),
        language: Language::English,
    };
    let reply = world.run(actor, request).await.unwrap();
    let recorder = Recorder::default();
    reply.give(&recorder).await;
    let mut heard = Heard::default();
    for event in recorder.0.into_inner().unwrap() {
        assert!(!heard.is_done, "something is told after the end");
        match event {
            ReplyEvent::Started(conversation) => {
                assert_eq!(heard.conversation, None);
                heard.conversation = Some(conversation);
            }
            ReplyEvent::Words(words) => heard.text.push_str(&words),
            ReplyEvent::Films(films) => heard.films.extend(films.iter().map(|film| film.card.id)),
            ReplyEvent::Unavailable(why) => heard.unavailable = Some(why),
            ReplyEvent::Done => heard.is_done = true,
        }
    }
    assert!(heard.is_done && heard.conversation.is_some());
    heard
}

async fn ask(world: &World, actor: &Actor, question: &str) -> Heard {
    ask_in(world, actor, None, question).await
}

struct Scene {
    world: World,
    anna: User,
    actor: Actor,
    heat: Film,
    thief: Film,
}

/// Anna, who has watched one of two films about a heist.
fn scene() -> Scene {
    let world = World::new();
    let anna = world.has(a_user());
    let heist = |title| a_film().titled(title).described("A heist.");
    let heat = world.has(heist("Heat").released_in(1995));
    let thief = world.has(heist("Thief of Time").released_in(1981));
    world.lists(heat.id, StandardList::Watched.of(anna.id));
    let actor = world.signed_in(&anna);
    Scene {
        world,
        anna,
        actor,
        heat,
        thief,
    }
}

fn search(includes_watched: bool) -> Tool {
    Tool::SearchFilms {
        title: None,
        description: Some("heist".to_owned()),
        includes_watched,
    }
}

fn titled(title: &str) -> NamedFilm {
    NamedFilm::Guess(FilmGuess {
        title: FilmTitle::parse(title).unwrap(),
        original_title: None,
        year: None,
        confidence: Confidence::nearest(1.0),
    })
}

/// What the tools told the model, in that order.
fn outcomes(world: &World) -> Vec<ToolOutcome> {
    let asked = world.model.asked_to_talk();
    let steps = asked.into_iter().last().unwrap().steps;
    let told = steps.into_iter().filter_map(|step| match step {
        Step::Told(_, outcome) => Some(outcome),
        Step::User(_) | Step::Model(_) => None,
    });
    told.collect()
}

fn films_of(outcome: &ToolOutcome) -> Vec<FilmId> {
    match outcome {
        ToolOutcome::Films(films) => films.iter().map(|film| film.card.id).collect(),
        other => panic!("no films but {other:?}"),
    }
}

#[tokio::test]
async fn without_a_model_it_says_so_and_shows_what_the_index_finds() {
    let Scene {
        world,
        actor,
        thief,
        ..
    } = scene();
    let heard = ask(&world, &actor, "heist").await;
    assert_eq!(heard.unavailable, Some(Unavailable::NotConfigured));
    assert_eq!((heard.text.as_str(), heard.films), ("", vec![thief.id]));
}

#[tokio::test]
async fn words_are_told_as_they_come_and_kept_with_the_films_they_name() {
    let Scene {
        world,
        anna,
        actor,
        thief,
        ..
    } = scene();
    world.model.wishes([search(false)]);
    world.model.says("Try Thief of Time tonight.");
    let heard = ask(&world, &actor, "A heist, please").await;
    assert_eq!(heard.text, "Try Thief of Time tonight.");
    assert_eq!((heard.films, heard.unavailable), (vec![thief.id], None));
    let conversation = heard.conversation.unwrap();
    let stored = world.stored();
    assert_eq!(stored.conversations_of(anna.id)[0].id, conversation);
    let messages = stored.messages_of(conversation);
    let said: Vec<_> = messages
        .iter()
        .map(|said| (said.author, said.text.as_str()))
        .collect();
    assert_eq!(
        said,
        [
            (Author::User, "A heist, please"),
            (Author::Assistant, "Try Thief of Time tonight."),
        ]
    );
    assert_eq!(messages[1].films, [thief.id]);
}

#[tokio::test]
async fn what_the_user_has_watched_is_left_out_unless_asked_for() {
    let Scene {
        world,
        actor,
        heat,
        thief,
        ..
    } = scene();
    world.model.wishes([search(false), search(true)]);
    world.model.wishes([Tool::ListEntries {
        list: WatchlistRef::Standard(StandardList::Watched),
    }]);
    world.model.says("There.");
    ask(&world, &actor, "heist").await;
    let told = outcomes(&world);
    assert_eq!(films_of(&told[0]), [thief.id]);
    assert_eq!(films_of(&told[1]), [heat.id, thief.id]);
    assert_eq!(films_of(&told[2]), [heat.id]);
}

#[tokio::test]
async fn a_film_that_no_tool_told_of_is_not_shown() {
    let Scene { world, actor, .. } = scene();
    world
        .model
        .says("Watch Thief of Time, or The Film That Never Was.");
    let heard = ask(&world, &actor, "heist").await;
    assert!(heard.films.is_empty());
    assert_eq!(heard.unavailable, None);
}

#[tokio::test]
async fn films_are_shown_when_the_model_names_real_ones() {
    let Scene {
        world,
        actor,
        heat,
        thief,
        ..
    } = scene();
    let other = world.has(a_film().titled("Rififi"));
    let nobodys = world.has(a_user().with_email("bob@example.org")).id;
    world.model.wishes([search(false)]);
    world.model.wishes([Tool::ShowFilms {
        films: vec![
            NamedFilm::Id(thief.id),
            titled("Thief of Time"),
            titled("Rififi"),
            titled("Heat"),
            titled("The Film That Never Was"),
            NamedFilm::Id(domain::shared::Id::from_uuid(nobodys.as_uuid())),
        ],
    }]);
    world.model.says("Here you are.");
    let heard = ask(&world, &actor, "heist").await;
    assert_eq!(heard.films, [thief.id, other.id]);
    assert!(!heard.films.contains(&heat.id));
    assert!(matches!(outcomes(&world)[1], ToolOutcome::Shown(2)));
}

#[tokio::test]
async fn a_watched_film_is_shown_when_it_was_asked_for() {
    let Scene {
        world, actor, heat, ..
    } = scene();
    world.model.wishes([search(true)]);
    world.model.wishes([Tool::ShowFilms {
        films: vec![titled("Heat")],
    }]);
    world.model.says("Again?");
    assert_eq!(ask(&world, &actor, "heist").await.films, [heat.id]);
}

#[tokio::test]
async fn tools_tell_of_the_users_own_lists_only() {
    let Scene {
        world,
        actor,
        thief,
        ..
    } = scene();
    let bob = world.has(a_user().with_email("bob@example.org"));
    world.model.wishes([
        Tool::ListWatchlists,
        Tool::ListEntries {
            list: WatchlistRef::Id(StandardList::Liked.of(bob.id)),
        },
        Tool::ShowDetails { film: thief.id },
        Tool::Unknown("there is no such tool"),
    ]);
    world.model.says("Well.");
    ask(&world, &actor, "my lists").await;
    let told = outcomes(&world);
    assert!(matches!(&told[0], ToolOutcome::Lists(lists) if lists.is_empty()));
    assert!(matches!(&told[1], ToolOutcome::Refused(_)));
    assert!(
        matches!(&told[2], ToolOutcome::Details(details, _) if details.film.card.id == thief.id)
    );
    assert!(matches!(&told[3], ToolOutcome::Refused(_)));
}

#[tokio::test]
async fn recommended_films_suit_are_unwatched_and_not_drawn_twice() {
    let Scene {
        world, anna, actor, ..
    } = scene();
    let drama = world.has(a_genre("Drama")).id;
    let films = [(); 2].map(|()| world.has(a_film().with_genre(drama)).id);
    let recommend = |genre: &str, count| Tool::Recommend {
        genres: vec![genre.to_owned()],
        kind: None,
        count,
    };
    world.model.wishes([
        recommend("drama", 5),
        recommend("drama", 1),
        recommend("polka", 1),
    ]);
    world.model.says("There.");
    ask(&world, &actor, "a drama").await;
    let told = outcomes(&world);
    let mut given = films_of(&told[0]);
    given.sort_unstable();
    assert_eq!(given, films);
    assert_eq!(films_of(&told[1]), []);
    assert!(matches!(&told[2], ToolOutcome::Refused(why) if why.contains("Drama")));
    assert_eq!(world.stored().recommendations_to(anna.id).len(), 2);
}

#[tokio::test]
async fn a_model_that_never_stops_using_tools_has_to_answer_at_last() {
    let Scene { world, actor, .. } = scene();
    for _ in 0..4 {
        world.model.wishes((0..9).map(|_| search(false)));
    }
    world.model.says("Enough.");
    let heard = ask(&world, &actor, "heist").await;
    assert_eq!(heard.text, "Enough.");
    let asked = world.model.asked_to_talk();
    let may_use_tools: Vec<bool> = asked.iter().map(|asked| asked.may_use_tools).collect();
    assert_eq!(may_use_tools, [true, true, true, true, false]);
    assert_eq!(outcomes(&world).len(), 16);
}

#[tokio::test]
async fn a_model_that_fails_or_says_nothing_leaves_the_index_to_answer() {
    let failures: [fn() -> ModelError; 3] = [
        || ModelError::TooSlow,
        || ModelError::Failed("it broke off".into()),
        || ModelError::Busy,
    ];
    for failure in failures {
        let Scene {
            world,
            actor,
            thief,
            ..
        } = scene();
        world.model.takes_turn(Err(failure()));
        let heard = ask(&world, &actor, "heist").await;
        assert_eq!(heard.unavailable, Some(Unavailable::Failed));
        assert_eq!(heard.films, [thief.id]);
    }
    let Scene {
        world,
        actor,
        thief,
        ..
    } = scene();
    world.model.says("");
    let heard = ask(&world, &actor, "heist").await;
    assert_eq!(
        (heard.unavailable, heard.films),
        (Some(Unavailable::Failed), vec![thief.id])
    );
    let Scene { world, actor, .. } = scene();
    world.model.set_state(ModelState::Resting);
    let heard = ask(&world, &actor, "heist").await;
    assert_eq!(heard.unavailable, Some(Unavailable::Failed));
    assert!(world.model.asked_to_talk().is_empty());
}

#[tokio::test]
async fn what_was_said_and_shown_before_a_failure_is_kept() {
    let Scene {
        world,
        actor,
        thief,
        ..
    } = scene();
    world.model.wishes([search(false)]);
    world.model.wishes([Tool::ShowFilms {
        films: vec![NamedFilm::Id(thief.id)],
    }]);
    world.model.takes_turn(Err(ModelError::TooSlow));
    let heard = ask(&world, &actor, "heist").await;
    assert_eq!(
        (heard.unavailable, heard.films),
        (Some(Unavailable::Failed), vec![thief.id])
    );
    let messages = world.stored().messages_of(heard.conversation.unwrap());
    assert_eq!(messages[1].films, [thief.id]);
}

#[tokio::test]
async fn a_user_may_ask_so_often_a_day() {
    let Scene {
        world,
        actor,
        thief,
        ..
    } = scene();
    world
        .model_policy
        .change(|limits| limits.daily_per_user = 1);
    world.model.says("Yes.");
    world.model.says("No.");
    assert_eq!(ask(&world, &actor, "heist").await.text, "Yes.");
    let heard = ask(&world, &actor, "heist").await;
    assert_eq!(heard.unavailable, Some(Unavailable::BudgetSpent));
    assert_eq!((heard.text.as_str(), heard.films), ("", vec![thief.id]));
}

#[tokio::test]
async fn a_conversation_goes_on_where_it_was() {
    let Scene { world, actor, .. } = scene();
    world.model.says("A heist?");
    world.model.says("Good.");
    let first = ask(&world, &actor, "Something exciting").await;
    let second = ask_in(&world, &actor, first.conversation, "Yes").await;
    assert_eq!(second.conversation, first.conversation);
    let steps = world.model.asked_to_talk().remove(1).steps;
    let told: Vec<&str> = steps
        .iter()
        .map(|step| match step {
            Step::User(text) => text.as_str(),
            Step::Model(turn) => turn.text.as_str(),
            Step::Told(..) => "",
        })
        .collect();
    assert_eq!(told, ["Something exciting", "A heist?", "Yes"]);
}

#[tokio::test]
async fn an_answer_to_a_conversation_that_is_gone_is_not_kept() {
    let Scene {
        world, anna, actor, ..
    } = scene();
    world.model.says("Good.");
    let request = SendMessage {
        conversation: None,
        question: Question::parse("Hello").unwrap(),
        language: Language::English,
    };
    let reply = world.run(&actor, request).await.unwrap();
    let delete = application::assistant::conversations::DeleteConversations;
    world.run(&actor, delete).await.unwrap();
    reply.give(&Recorder::default()).await;
    assert!(world.stored().conversations_of(anna.id).is_empty());
}
