//! Signing in and linking: who asks is shown, and the person says yes or no.
use super::{html::filled, press::Press, talk::Talk, words::Words};
use application::{
    identity::{
        ports::SaveUserError,
        telegram::{
            AskedSignIn, ConfirmTelegramLink, ConfirmTelegramSignIn, DeclineTelegramSignIn,
            ShowTelegramSignIn, TelegramSignInError,
        },
    },
    telegram::ports::{Keyboard, Message, TelegramError},
};
use domain::identity::{DeviceName, KeyPurpose, TelegramSignInRefused, Username};

/// What keys begin with when the bot is started with them.
const BEGINNINGS: [&str; 2] = ["auth_", "link_"];

impl Talk<'_> {
    /// Shows who asks with the key that the bot was started with.
    pub(super) async fn ask_to_confirm(&self, start: &str) -> Result<(), TelegramError> {
        let telegram = self.person.telegram;
        let mut keys = BEGINNINGS
            .iter()
            .filter_map(|begin| start.strip_prefix(begin));
        let Some(key) = keys.next().filter(|key| Press::takes(key)) else {
            return self.tell(self.words.greeting).await;
        };
        if !self.bot.limits.may_try_key(telegram) {
            return self.tell(self.words.keys_tried_often).await;
        }
        let key = key.to_owned();
        let asked = self.ask_as_bot(ShowTelegramSignIn {
            key: key.clone(),
            telegram,
        });
        match asked.await {
            Ok(asked) => self.say(&self.question(&asked, key)).await,
            Err(failure) => self.refuse(&failure).await,
        }
    }

    fn question(&self, asked: &AskedSignIn, key: String) -> Message {
        let attempt = &asked.attempt;
        let (words, confirm) = match attempt.purpose {
            KeyPurpose::SignIn => (self.words.sign_in_question, Press::Confirm(key.clone())),
            KeyPurpose::Link { .. } => (self.words.link_question, Press::Link(key.clone())),
        };
        let unknown = self.words.unknown;
        let device = attempt.opener.device.as_ref();
        let address = attempt.opener.address.map(|address| address.to_string());
        let time = attempt.created_at.format("%d.%m.%Y %H:%M UTC").to_string();
        let account = asked.account.as_ref();
        let html = filled(
            words,
            &[
                ("name", self.person.username.as_str()),
                ("account", account.map_or(unknown, Username::as_str)),
                ("device", device.map_or(unknown, DeviceName::as_str)),
                ("address", address.as_deref().unwrap_or(unknown)),
                ("time", &time),
            ],
        );
        let buttons = vec![
            confirm.button(self.words.confirm),
            Press::Decline(key).button(self.words.decline),
        ];
        Message {
            keyboard: Keyboard(vec![buttons]),
            ..Message::of(html)
        }
    }

    /// Signs in where the key was opened.
    pub(super) async fn confirm(&self, key: String) -> Result<(), TelegramError> {
        let request = ConfirmTelegramSignIn {
            key,
            telegram: self.person.telegram,
            username: self.person.username.clone(),
            language: self.language,
        };
        match self.ask_as_bot(request).await {
            Ok(_user) => self.answer(Message::of(self.words.signed_in)).await,
            Err(failure) => self.refuse(&failure).await,
        }
    }

    /// Ties the person's Telegram account to who opened the key.
    pub(super) async fn confirm_link(&self, key: String) -> Result<(), TelegramError> {
        let telegram = self.person.telegram;
        match self.ask_as_bot(ConfirmTelegramLink { key, telegram }).await {
            Ok(user) => {
                let account = user.username.as_str();
                let words = filled(self.words.linked, &[("account", account)]);
                self.answer(Message::of(words)).await
            }
            Err(failure) => self.refuse(&failure).await,
        }
    }

    /// Says no.
    pub(super) async fn decline(&self, key: String) -> Result<(), TelegramError> {
        let telegram = self.person.telegram;
        let declined = self.ask_as_bot(DeclineTelegramSignIn { key, telegram });
        match declined.await {
            Ok(()) => self.answer(Message::of(self.words.declined)).await,
            Err(failure) => self.refuse(&failure).await,
        }
    }

    async fn refuse(&self, failure: &TelegramSignInError) -> Result<(), TelegramError> {
        let words = match failure {
            TelegramSignInError::IncorrectKey(why) => {
                if why.is_none() {
                    self.bot.limits.note_wrong_key(self.person.telegram);
                }
                why_not(self.words, *why)
            }
            TelegramSignInError::User(SaveUserError::TelegramTaken) => self.words.link_taken,
            TelegramSignInError::Access(_)
            | TelegramSignInError::User(_)
            | TelegramSignInError::Store(_) => return self.apologise(failure).await,
        };
        self.answer(Message::of(words)).await
    }
}

fn why_not(words: &Words, why: Option<TelegramSignInRefused>) -> &'static str {
    match why {
        None | Some(TelegramSignInRefused::OtherPurpose | TelegramSignInRefused::NotConfirmed) => {
            words.key_unknown
        }
        Some(TelegramSignInRefused::Expired) => words.key_expired,
        Some(TelegramSignInRefused::Declined) => words.key_declined,
        Some(TelegramSignInRefused::Used) => words.key_used,
        Some(TelegramSignInRefused::AlreadyConfirmed) => words.key_confirmed,
        Some(TelegramSignInRefused::SomebodyElse) => words.key_of_somebody_else,
    }
}
