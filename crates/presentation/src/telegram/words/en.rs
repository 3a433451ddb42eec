//! English.
use super::Words;
use application::telegram::ports::Command;

pub(super) const WORDS: Words = Words {
    greeting: "Hello! This is <b>Filmhub</b>.\n\nSend me a title, or describe a film you half \
        remember, and I will look for it. /tonight finds something to watch, /lists shows your lists, \
        /help tells the rest.",
    help: "<b>What I can do</b>\n\n\
        A title, with typos or in another alphabet, finds films: <i>terminatr</i>.\n\
        A description finds them too: <i>archaeologist hunts for the ark</i>.\n\n\
        Under each film: 🔖 want to watch, ❤️ liked, 👁 watched.\n\n\
        /tonight – a film for your mood\n\
        /lists – your lists\n\
        /help – this text",
    unknown_command: "I do not know this command. /help tells what I can do.",
    text_only: "I understand text only. Send me a title or a description of a film.",
    too_fast: "That is a little too fast. Give me a few seconds, please.",
    too_old: "This button is too old. Please ask again.",
    failed: "Something went wrong here. Please try again in a minute.",

    account_needed: "For this you need an account. If you have one with an e-mail address, link Telegram in its \
        profile first; else open one here with a single press.",
    open_account: "Open an account",
    joined: "Your account is ready. Send me a title, or try /tonight.",
    shut_out: "This account is shut out. Please turn to the operator of the service.",

    sign_in_question: "<b>Sign in to Filmhub?</b>\n\nSomebody asks to be signed in as you, <b>{name}</b>:\n\n\
        📱 {device}\n🌍 {address}\n🕒 {time}\n\nConfirm only if it is you, on a device in front of you.",
    link_question: "<b>Link Telegram?</b>\n\nThe account <b>{account}</b> of Filmhub asks to be linked with \
        your Telegram, <b>{name}</b>:\n\n📱 {device}\n🌍 {address}\n🕒 {time}\n\nAfterwards you sign in to it \
        by Telegram. Confirm only if the account is yours.",
    unknown: "not known",
    confirm: "✅ Confirm",
    decline: "✖️ Decline",
    signed_in: "✅ Confirmed. Go back to the app: you are signed in there.",
    linked: "✅ Telegram is linked with the account {account}.",
    declined: "Declined: nobody was signed in or linked.",
    link_taken: "This Telegram belongs to an account already, or the account has another Telegram. \
        Unlink that one first.",
    key_unknown: "This link is not valid. Please open the bot from the app again.",
    key_expired: "This link is over: it is good for ten minutes. Please open the bot from the app again.",
    key_declined: "This was declined. If it was you after all, begin again in the app.",
    key_used: "This link was used already.",
    key_confirmed: "This is confirmed already. Go back to the app.",
    key_of_somebody_else: "This link was opened by somebody else. Begin again in your app.",
    keys_tried_often: "Too many links that are not valid. Please come back in a few minutes.",

    nothing_found: "Nothing found for “{query}”. Try other words, or describe what happens in the film.",
    film_gone: "This film is no longer in the catalogue.",
    liked: "Liked",
    wish: "Wish",
    watched: "Watched",
    put_on: "On the list “{list}”",
    taken_off: "No longer on the list “{list}”",

    mood_question: "What are you in the mood for?",
    any_mood: "🎲 Anything",
    another: "🎲 Another one",
    other_mood: "🎭 Another mood",
    nothing_suits: "Nothing suits any more: you have seen it all, or had it today. Try another mood.",

    your_lists: "<b>Your lists</b>",
    list_empty: "<b>{list}</b>\n\nNothing here yet.",
    list_gone: "There is no such list any more.",
    to_lists: "📚 Lists",
    from_start: "⏮ From the start",
    further: "Further ▶️",

    commands: [
        Command {
            name: "tonight",
            does: "A film for your mood",
        },
        Command {
            name: "lists",
            does: "Your lists",
        },
        Command {
            name: "help",
            does: "What I can do",
        },
    ],
};
