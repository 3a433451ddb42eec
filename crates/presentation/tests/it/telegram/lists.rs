//! Lists, and the films on them.
use super::support::{ANNA, BOB, TestBot, buttons, data, instead, new_one, notice, press};
use application::fakes::{a_film, a_user, a_watchlist};
use chrono::Duration;
use domain::{identity::User, library::StandardList};

fn with_anna() -> (TestBot, User) {
    let bot = TestBot::new();
    let anna = bot.world.has(a_user().of_telegram(ANNA));
    (bot, anna)
}

#[tokio::test]
async fn the_standard_lists_come_first_and_then_ones_own() {
    let (bot, anna) = with_anna();
    bot.world
        .has(a_watchlist().owned_by(anna.id).titled("Rainy evenings"));
    let lists = bot.says(ANNA, "/lists").await;
    assert_eq!(
        buttons(&lists.keyboard),
        ["Want to watch", "Liked", "Watched", "Rainy evenings"]
    );
    let russian = bot.says_in("ru", "/lists").await;
    assert_eq!(buttons(&russian.keyboard)[0], "Хочу посмотреть");
}

#[tokio::test]
async fn many_lists_come_in_pages() {
    let (bot, anna) = with_anna();
    for number in 0..10 {
        bot.world.clock.advance(Duration::seconds(1));
        let title = format!("List {number}");
        bot.world
            .has(a_watchlist().owned_by(anna.id).titled(&title));
    }
    let first = bot.says(ANNA, "/lists").await;
    assert_eq!(first.keyboard.0.len(), 9);
    let second = instead(&bot.presses(ANNA, &first, "Further").await);
    let shown = buttons(&second.keyboard);
    assert_eq!(shown.len(), 6, "{shown:?}");
    assert!(shown.contains(&"List 0"));
    let again = instead(&bot.presses(ANNA, &second, "From the start").await);
    assert_eq!(again, first);
}

#[tokio::test]
async fn the_films_of_a_list_come_in_pages_and_open_by_number() {
    let (bot, anna) = with_anna();
    let wish = StandardList::Wish.of(anna.id);
    for number in 1..=10 {
        bot.world.clock.advance(Duration::seconds(1));
        let film = bot.world.has(
            a_film()
                .titled(&format!("Film <{number}>"))
                .released_in(1999),
        );
        bot.world.lists(film.id, wish);
    }
    let lists = bot.says(ANNA, "/lists").await;
    let first = instead(&bot.presses(ANNA, &lists, "Want to watch").await);
    assert!(
        first.html.contains("1. Film &lt;10&gt; (1999)"),
        "{}",
        first.html
    );
    assert!(first.html.contains("8. Film &lt;3&gt;"));
    let second = instead(&bot.presses(ANNA, &first, "Further").await);
    assert!(second.html.contains("2. Film &lt;1&gt;"), "{}", second.html);
    assert!(!buttons(&second.keyboard).contains(&"Further ▶️"));
    let card = new_one(&bot.presses(ANNA, &second, "2").await);
    assert!(card.html.contains("<b>Film &lt;1&gt;</b>"));
    assert_eq!(buttons(&card.keyboard)[0], "✅ Wish");
    let back = instead(&bot.presses(ANNA, &second, "From the start").await);
    assert_eq!(back, first);
    let lists_again = instead(&bot.presses(ANNA, &second, "Lists").await);
    assert_eq!(lists_again, lists);
}

#[tokio::test]
async fn an_empty_list_says_so() {
    let (bot, _) = with_anna();
    let lists = bot.says(ANNA, "/lists").await;
    let empty = instead(&bot.presses(ANNA, &lists, "Liked").await);
    assert!(empty.html.contains("Nothing here yet"));
}

#[tokio::test]
async fn lists_of_others_are_not_shown_whatever_the_button_says() {
    let (bot, anna) = with_anna();
    bot.world.has(a_user().of_telegram(BOB));
    bot.world
        .has(a_watchlist().owned_by(anna.id).titled("Secret"));
    let annas = bot.says(ANNA, "/lists").await;
    for words in ["Secret", "Liked"] {
        let stolen = press(BOB, &annas, &data(&annas, words));
        bot.handle(&stolen).await.unwrap();
        assert!(notice(&bot.after_the_press()).contains("no such list"));
    }
}

#[tokio::test]
async fn lists_are_for_those_who_have_an_account() {
    let bot = TestBot::new();
    let invitation = bot.says(ANNA, "/lists").await;
    assert!(invitation.html.contains("account"));
    assert_eq!(buttons(&invitation.keyboard), ["Open an account"]);
}
