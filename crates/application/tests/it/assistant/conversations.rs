//! Conversations are listed, shown and deleted by whose they are.
use crate::support::code;
use application::{
    assistant::{
        conversations::{
            DeleteConversation, DeleteConversations, ListConversations, ShowConversation,
        },
        send_message::SendMessage,
    },
    fakes::{World, a_conversation, a_user},
    identity::profile::DeleteAccount,
    shared::{
        actor::Actor,
        page::{PageRequest, PageSize},
    },
};
use chrono::Duration;
use domain::{
    assistant::{Author, Conversation, ConversationId, Question},
    shared::Language,
};

async fn list(world: &World, actor: &Actor, size: i64) -> Vec<Vec<ConversationId>> {
    let (mut pages, mut after) = (Vec::new(), None);
    loop {
        let size = PageSize::try_from(size).unwrap();
        let page = PageRequest { size, after };
        let page = world.run(actor, ListConversations { page }).await.unwrap();
        pages.push(
            page.items
                .iter()
                .map(|conversation| conversation.id)
                .collect(),
        );
        after = page.next;
        if after.is_none() {
            return pages;
        }
    }
}

fn begun(world: &World, owner: &domain::identity::User) -> Conversation {
    world.clock.advance(Duration::minutes(1));
    world.has(a_conversation().of(owner.id))
}

#[tokio::test]
async fn a_user_sees_their_own_conversations_newest_first() {
    let world = World::new();
    let (anna, bob) = (
        world.has(a_user()),
        world.has(a_user().with_email("bob@example.org")),
    );
    let [first, second, third] = [(); 3].map(|()| begun(&world, &anna).id);
    begun(&world, &bob);
    let pages = list(&world, &world.signed_in(&anna), 2).await;
    assert_eq!(pages, [vec![third, second], vec![first]]);
}

#[tokio::test]
async fn a_conversation_is_shown_with_what_was_said() {
    let world = World::new();
    let anna = world.has(a_user());
    let conversation = world.has(a_conversation().of(anna.id).asking("Something funny?"));
    let request = ShowConversation {
        conversation: conversation.id,
    };
    let shown = world.run(&world.signed_in(&anna), request).await.unwrap();
    assert_eq!(shown.conversation.title, "Something funny?");
    let said: Vec<_> = shown.messages.iter().map(|shown| &shown.message).collect();
    assert_eq!(said.len(), 1);
    assert_eq!(
        (said[0].author, said[0].text.as_str()),
        (Author::User, "Something funny?")
    );
}

#[tokio::test]
async fn strangers_do_not_even_learn_that_a_conversation_is_there() {
    let world = World::new();
    let anna = world.has(a_user());
    let conversation = world.has(a_conversation().of(anna.id)).id;
    let bob = world.signed_in(&world.has(a_user().with_email("bob@example.org")));
    let before = world.stored();
    let not_found = "assistant.conversation_not_found";
    let shown = world.run(&bob, ShowConversation { conversation }).await;
    assert_eq!(code(shown), not_found);
    let deleted = world.run(&bob, DeleteConversation { conversation }).await;
    assert_eq!(code(deleted), not_found);
    let continued = SendMessage {
        conversation: Some(conversation),
        question: Question::parse("And?").unwrap(),
        language: Language::English,
    };
    assert_eq!(code(world.run(&bob, continued).await), not_found);
    let anybody = world
        .run(&Actor::Anonymous, ShowConversation { conversation })
        .await;
    assert_eq!(code(anybody), "identity.not_signed_in");
    assert!(world.stored() == before);
}

#[tokio::test]
async fn a_user_deletes_one_conversation_or_all_of_theirs() {
    let world = World::new();
    let (anna, bob) = (
        world.has(a_user()),
        world.has(a_user().with_email("bob@example.org")),
    );
    let [first, second, third] = [(); 3].map(|()| begun(&world, &anna).id);
    let bobs = begun(&world, &bob).id;
    let actor = world.signed_in(&anna);
    world
        .run(
            &actor,
            DeleteConversation {
                conversation: second,
            },
        )
        .await
        .unwrap();
    assert_eq!(list(&world, &actor, 9).await, [vec![third, first]]);
    let again = world
        .run(
            &actor,
            DeleteConversation {
                conversation: second,
            },
        )
        .await;
    assert_eq!(code(again), "assistant.conversation_not_found");
    world.run(&actor, DeleteConversations).await.unwrap();
    assert_eq!(list(&world, &actor, 9).await, [vec![]]);
    assert_eq!(list(&world, &world.signed_in(&bob), 9).await, [vec![bobs]]);
}

#[tokio::test]
async fn conversations_go_with_the_account() {
    let world = World::new();
    let anna = world.has(a_user());
    begun(&world, &anna);
    let request = DeleteAccount;
    world.run(&world.signed_in(&anna), request).await.unwrap();
    assert!(world.stored().conversations_of(anna.id).is_empty());
}

#[tokio::test]
async fn a_full_conversation_takes_no_more_questions() {
    let world = World::new();
    let anna = world.has(a_user());
    let actor = world.signed_in(&anna);
    let conversation = world.has(a_conversation().of(anna.id)).id;
    let ask = async || {
        let request = SendMessage {
            conversation: Some(conversation),
            question: Question::parse("And?").unwrap(),
            language: Language::English,
        };
        world.run(&actor, request).await
    };
    for _ in 2..Conversation::MOST_MESSAGES {
        assert!(ask().await.is_ok());
    }
    assert_eq!(code(ask().await), "assistant.conversation_full");
}
