//! A film for tonight.
use super::support::{ANNA, TestBot, buttons, instead, notice};
use application::fakes::{a_film, a_genre, a_mood, a_user};
use domain::library::StandardList;

fn with_moods() -> TestBot {
    let bot = TestBot::new();
    bot.world.has(a_user().of_telegram(ANNA));
    let comedy = bot.world.has(a_genre("Comedy"));
    let horror = bot.world.has(a_genre("Horror"));
    bot.world.has(a_mood("Merry").with_genre(comedy.id));
    bot.world.has(a_mood("Brave").with_genre(horror.id));
    bot.world
        .has(a_film().titled("Some Like It Hot").with_genre(comedy.id));
    bot.world
        .has(a_film().titled("Alien").with_genre(horror.id));
    bot
}

#[tokio::test]
async fn a_mood_gives_a_film_that_suits_it() {
    let bot = with_moods();
    let question = bot.says(ANNA, "/tonight").await;
    let words = buttons(&question.keyboard);
    assert_eq!(words.len(), 3);
    assert!(words.contains(&"Merry") && words.contains(&"🎲 Anything"));
    let card = instead(&bot.presses(ANNA, &question, "Merry").await);
    assert!(card.html.contains("Some Like It Hot"));
    // There was one; it is not given twice.
    let nothing = instead(&bot.presses(ANNA, &card, "Another one").await);
    assert!(nothing.html.contains("Nothing suits"));
    let again = instead(&bot.presses(ANNA, &nothing, "Another mood").await);
    assert_eq!(again, question);
    let card = instead(&bot.presses(ANNA, &again, "Anything").await);
    assert!(card.html.contains("Alien"));
}

#[tokio::test]
async fn a_film_for_tonight_can_be_marked_and_the_buttons_stay() {
    let bot = with_moods();
    let question = bot.says(ANNA, "/tonight@filmhub_bot").await;
    let card = instead(&bot.presses(ANNA, &question, "Brave").await);
    let said = bot.presses(ANNA, &card, "Liked").await;
    assert!(notice(&said).contains(StandardList::Liked.title(domain::shared::Language::English)));
}

#[tokio::test]
async fn without_an_account_nothing_is_given() {
    let bot = with_moods();
    let invitation = bot.says(99, "/tonight").await;
    assert!(invitation.html.contains("account"));
}
