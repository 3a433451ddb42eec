//! Films are found, looked at and marked.
use super::support::{ANNA, TestBot, buttons, instead, new_one, notice, press};
use application::{
    fakes::{Said, a_film, a_poster_of, a_user},
    identity::telegram::JoinByTelegram,
    shared::actor::Actor,
    telegram::ports::{Button, Keyboard, Message},
};
use domain::{
    identity::{TelegramId, User, Username},
    library::StandardList,
    shared::{Id, Language},
};

fn with_films(titles: &[&str]) -> TestBot {
    let bot = TestBot::new();
    for title in titles {
        bot.world
            .has(a_film().titled(title).described("A <crew> & a cat."));
    }
    bot
}

/// Anna, with an account and her lists.
async fn anna(bot: &TestBot) -> User {
    let join = JoinByTelegram {
        telegram: TelegramId(ANNA),
        username: Username::parse("Anna").unwrap(),
        language: Language::English,
    };
    bot.world.run(&Actor::System, join).await.unwrap()
}

#[tokio::test]
async fn a_title_finds_a_film_with_its_words_made_harmless() {
    let bot = with_films(&["Alien"]);
    let card = bot.says(ANNA, "alien").await;
    assert!(card.html.starts_with("<b>Alien</b>"), "{}", card.html);
    assert!(card.html.contains("A &lt;crew&gt; &amp; a cat."));
    assert_eq!(
        buttons(&card.keyboard),
        ["🔖 Wish", "❤️ Liked", "👁 Watched"]
    );
}

#[tokio::test]
async fn a_film_is_shown_with_its_poster() {
    let bot = TestBot::new();
    let poster = a_poster_of(Id::from_uuid(uuid::Uuid::nil()), "poster");
    bot.world
        .has(a_film().titled("Alien").with_poster(poster.clone()));
    let card = bot.says(ANNA, "alien").await;
    let url = format!("https://films.example/images/500/{poster}");
    assert_eq!(card.picture, Some(url));
}

#[tokio::test]
async fn one_turns_from_film_to_film_in_the_same_message() {
    let bot = with_films(&["Alien", "Alien Nation", "Alien Resurrection"]);
    let card = bot.says(ANNA, "alien").await;
    assert!(buttons(&card.keyboard).contains(&"· 1 ·"));
    let said = bot.presses(ANNA, &card, "2").await;
    let second = instead(&said);
    assert_ne!(second.html, card.html);
    let shown = buttons(&second.keyboard);
    assert!(shown.contains(&"1") && shown.contains(&"· 2 ·") && shown.contains(&"3"));
    let said = bot.presses(ANNA, &second, "1").await;
    assert_eq!(instead(&said).html, card.html);
}

#[tokio::test]
async fn many_words_are_a_description() {
    let bot = TestBot::new();
    bot.world.has(
        a_film()
            .titled("Raiders of the Lost Ark")
            .described("An archaeologist hunts for the ark."),
    );
    let card = bot.says(ANNA, "archaeologist hunts for the ark").await;
    assert!(card.html.contains("Raiders of the Lost Ark"));
    // So are few words of which no title is found.
    let card = bot.says(ANNA, "archaeologist").await;
    assert!(card.html.contains("Raiders of the Lost Ark"));
}

#[tokio::test]
async fn where_nothing_is_found_the_words_are_repeated_harmlessly() {
    let bot = TestBot::new();
    let told = bot.says(ANNA, "<b>qwerty").await;
    assert!(told.html.contains("“&lt;b&gt;qwerty”"), "{}", told.html);
    let long = bot.says(ANNA, &"слово ".repeat(600)).await;
    assert!(long.html.chars().count() < 300);
}

#[tokio::test]
async fn a_mark_is_set_and_taken_back_and_shown_on_its_button() {
    let bot = with_films(&["Alien", "Alien Nation"]);
    let user = anna(&bot).await;
    let wish = StandardList::Wish.of(user.id);
    let card = bot.says(ANNA, "alien").await;
    let said = bot.presses(ANNA, &card, "Wish").await;
    assert!(notice(&said).contains("Want to watch"));
    let keyboard = rebuttoned(&said);
    assert_eq!(bot.world.stored().films_on(wish).len(), 1);
    let words = buttons(&keyboard);
    assert_eq!(words[0], "✅ Wish");
    // The numbers stay where they were.
    assert_eq!(words[3..], ["· 1 ·", "2"]);
    let marked = Message {
        keyboard,
        ..card.clone()
    };
    // Pressing the old button again changes nothing.
    bot.presses(ANNA, &card, "Wish").await;
    assert_eq!(bot.world.stored().films_on(wish).len(), 1);
    let said = bot.presses(ANNA, &marked, "Wish").await;
    assert_eq!(buttons(&rebuttoned(&said))[0], "🔖 Wish");
    assert!(bot.world.stored().films_on(wish).is_empty());
    // Nor does taking back what is not there.
    bot.presses(ANNA, &marked, "Wish").await;
    assert!(bot.world.stored().films_on(wish).is_empty());
}

#[track_caller]
fn rebuttoned(said: &[Said]) -> Keyboard {
    let mut keyboards = said.iter().filter_map(|said| match said {
        Said::Buttons(_, _, keyboard) => Some(keyboard.clone()),
        Said::New(..) | Said::Instead(..) | Said::Acknowledged(..) => None,
    });
    keyboards.next().unwrap()
}

#[tokio::test]
async fn without_an_account_films_are_found_but_not_marked() {
    let bot = with_films(&["Alien"]);
    let card = bot.says(ANNA, "alien").await;
    let said = bot.presses(ANNA, &card, "Liked").await;
    let invitation = new_one(&said);
    assert!(invitation.html.contains("account"));
    assert_eq!(bot.world.stored().user_count(), 0);
    let said = bot.presses(ANNA, &invitation, "Open an account").await;
    assert!(instead(&said).html.contains("ready"));
    let said = bot.presses(ANNA, &card, "Liked").await;
    assert!(notice(&said).contains("Liked"));
}

#[tokio::test]
async fn a_film_that_is_gone_is_said_to_be_so() {
    let bot = with_films(&["Alien", "Alien Nation"]);
    anna(&bot).await;
    let gone = "AAAAAAAAAAAAAAAAAAAAAA";
    let card = bot.says(ANNA, "alien").await;
    for button in [
        format!("t:{gone}"),
        format!("o:{gone}"),
        format!("+wish:{gone}"),
    ] {
        bot.handle(&press(ANNA, &card, &button)).await.unwrap();
        assert!(
            notice(&bot.after_the_press()).contains("no longer"),
            "{button}"
        );
    }
}

#[tokio::test]
async fn a_button_that_nobody_knows_is_too_old() {
    let bot = with_films(&["Alien"]);
    let card = Message {
        keyboard: Keyboard(vec![vec![Button {
            words: "?".to_owned(),
            data: "zz:1".to_owned(),
        }]]),
        ..bot.says(ANNA, "alien").await
    };
    assert!(notice(&bot.presses(ANNA, &card, "?").await).contains("too old"));
}

#[tokio::test]
async fn an_account_by_e_mail_is_marked_for_once_it_is_linked() {
    let bot = with_films(&["Alien"]);
    let anna = bot
        .world
        .has(a_user().of_telegram(ANNA).with_email("anna@example.org"));
    let card = bot.says(ANNA, "alien").await;
    bot.presses(ANNA, &card, "Watched").await;
    let watched = StandardList::Watched.of(anna.id);
    assert_eq!(bot.world.stored().films_on(watched).len(), 1);
}
