//! What mails say, in both languages. `templates/letter.html` and `templates/letter.txt` give it form.
use application::notifications::ports::{Mail, MailSecret};
use askama::Template;
use domain::{notifications::LetterKind, shared::Language};

/// Where links of mails lead; each is the start of an address that the token is added to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailLinks {
    /// Where somebody shows that they read what is sent to their address.
    pub verify_email: String,
    /// Where somebody chooses another password.
    pub reset_password: String,
    /// Where somebody wants no more mails.
    pub unsubscribe: String,
}

impl MailLinks {
    fn of(&self, letter: LetterKind, token: &MailSecret) -> String {
        let start = match letter {
            LetterKind::ResetPassword => &self.reset_password,
            LetterKind::Welcome | LetterKind::VerifyEmail | LetterKind::PasswordChanged => {
                &self.verify_email
            }
        };
        format!("{start}{}", token.0)
    }

    /// By which address the reader of a mail wants no more of them.
    pub(super) fn unsubscribe(&self, mail: &Mail) -> Option<String> {
        let token = mail.unsubscribe.as_ref()?;
        Some(format!("{}{}", self.unsubscribe, token.0))
    }
}

/// A mail as it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Letter {
    pub(super) subject: &'static str,
    pub(super) html: String,
    pub(super) plain: String,
}

#[derive(Template)]
#[template(path = "letter.html")]
struct Html<'a> {
    language: &'static str,
    greeting: &'a str,
    words: &'a Words,
    link: Option<&'a str>,
    no_more: &'static str,
    unsubscribe: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "letter.txt")]
struct Plain<'a> {
    greeting: &'a str,
    words: &'a Words,
    link: Option<&'a str>,
    no_more: &'static str,
    unsubscribe: Option<&'a str>,
}

impl Letter {
    /// Writes a mail; in this language, unless its reader has another one.
    pub(super) fn write(
        mail: &Mail,
        links: &MailLinks,
        language: Language,
    ) -> Result<Self, askama::Error> {
        let language = mail.language.unwrap_or(language);
        let words = words(mail.letter, language);
        let link = mail.token.as_ref();
        let link = link.map(|token| links.of(mail.letter, token));
        let unsubscribe = links.unsubscribe(mail);
        let (greeting, no_more) = match language {
            Language::English => ("Hello", "No more mails, but for those about your account"),
            Language::Russian => (
                "Здравствуйте",
                "Больше не писать, кроме как об учётной записи",
            ),
        };
        let greeting = match &mail.name {
            Some(name) => format!("{greeting}, {name}!"),
            None => format!("{greeting}!"),
        };
        let html = Html {
            language: language.code(),
            greeting: &greeting,
            words,
            link: link.as_deref(),
            no_more,
            unsubscribe: unsubscribe.as_deref(),
        };
        let plain = Plain {
            greeting: &greeting,
            words,
            link: link.as_deref(),
            no_more,
            unsubscribe: unsubscribe.as_deref(),
        };
        Ok(Self {
            subject: words.subject,
            html: html.render()?,
            plain: plain.render()?,
        })
    }
}

/// What a mail says.
struct Words {
    subject: &'static str,
    /// Said first.
    before: &'static [&'static str],
    /// What the link is for.
    button: &'static str,
    /// Said of the link, where there is one.
    of_link: &'static [&'static str],
    /// Said last.
    after: &'static [&'static str],
}

fn words(letter: LetterKind, language: Language) -> &'static Words {
    match (letter, language) {
        (LetterKind::Welcome, Language::English) => &Words {
            subject: "Welcome to Filmhub",
            before: &[
                "Your account is open. Say what you have seen and what you liked, and Filmhub finds what to watch next.",
            ],
            button: "Yes, this address is mine",
            of_link: &["The link is good for three days."],
            after: &[
                "If you have not registered, somebody has mistyped their address: do nothing.",
            ],
        },
        (LetterKind::Welcome, Language::Russian) => &Words {
            subject: "Добро пожаловать в Filmhub",
            before: &[
                "Учётная запись открыта. Отмечайте, что смотрели и что понравилось, и Filmhub подберёт, что смотреть дальше.",
            ],
            button: "Да, это мой адрес",
            of_link: &["Ссылка действует три дня."],
            after: &[
                "Если вы не регистрировались, значит, кто-то ошибся в своём адресе: ничего делать не нужно.",
            ],
        },
        (LetterKind::VerifyEmail, Language::English) => &Words {
            subject: "Is this your address?",
            before: &["Show Filmhub that you read what is sent to this address."],
            button: "Yes, this address is mine",
            of_link: &["The link is good for three days."],
            after: &["If you did not ask for this mail, do nothing."],
        },
        (LetterKind::VerifyEmail, Language::Russian) => &Words {
            subject: "Это ваш адрес?",
            before: &["Подтвердите, что читаете почту по этому адресу."],
            button: "Да, это мой адрес",
            of_link: &["Ссылка действует три дня."],
            after: &["Если вы не просили об этом письме, ничего делать не нужно."],
        },
        (LetterKind::ResetPassword, Language::English) => &Words {
            subject: "A new password for Filmhub",
            before: &["Somebody, you we hope, has forgotten the password of your account."],
            button: "Choose a new password",
            of_link: &[
                "The link is good for 30 minutes and works once. After that you are signed out everywhere.",
            ],
            after: &["If it was not you, do nothing: the password stays as it is."],
        },
        (LetterKind::ResetPassword, Language::Russian) => &Words {
            subject: "Новый пароль для Filmhub",
            before: &["Кто-то, надеемся, вы, забыл пароль от вашей учётной записи."],
            button: "Выбрать новый пароль",
            of_link: &[
                "Ссылка действует 30 минут и один раз. После этого вы выйдете на всех устройствах.",
            ],
            after: &["Если это не вы, ничего делать не нужно: пароль останется прежним."],
        },
        (LetterKind::PasswordChanged, Language::English) => &Words {
            subject: "Your password was changed",
            before: &["The password of your account at Filmhub is another one now."],
            button: "",
            of_link: &[],
            after: &[
                "If it was you, there is nothing to do. If not, ask at once for a new password where you sign in.",
            ],
        },
        (LetterKind::PasswordChanged, Language::Russian) => &Words {
            subject: "Ваш пароль изменён",
            before: &["Пароль от вашей учётной записи в Filmhub теперь другой."],
            button: "",
            of_link: &[],
            after: &[
                "Если это сделали вы, ничего делать не нужно. Если нет, сразу запросите новый пароль там, где входите.",
            ],
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;
    use domain::{
        identity::{EmailAddress, Username},
        shared::Id,
    };
    use proptest::prelude::*;
    use uuid::Uuid;

    fn links() -> MailLinks {
        MailLinks {
            verify_email: "https://films.example/verify?token=".to_owned(),
            reset_password: "https://films.example/reset?token=".to_owned(),
            unsubscribe: "https://films.example/stop?token=".to_owned(),
        }
    }

    fn mail(letter: LetterKind, name: &str) -> Mail {
        Mail {
            id: Uuid::nil(),
            user: Id::from_uuid(Uuid::nil()),
            to: EmailAddress::parse("anna@example.org").unwrap(),
            name: Some(Username::parse(name).unwrap()),
            language: None,
            letter,
            token: letter.token().map(|_| MailSecret("s3cret".to_owned())),
            unsubscribe: None,
            at: DateTime::UNIX_EPOCH,
        }
    }

    fn written(mail: &Mail, language: Language) -> Letter {
        Letter::write(mail, &links(), language).unwrap()
    }

    #[test]
    fn a_reset_says_the_same_in_both_forms() {
        let letter = written(&mail(LetterKind::ResetPassword, "Ann"), Language::English);
        let expected = "Hello, Ann!

Somebody, you we hope, has forgotten the password of your account.

Choose a new password:
https://films.example/reset?token=s3cret

The link is good for 30 minutes and works once. After that you are signed out everywhere.

If it was not you, do nothing: the password stays as it is.

Filmhub";
        assert_eq!(letter.plain, expected);
        assert!(letter.html.contains(r#"<html lang="en">"#));
        let link = r#"<a href="https://films.example/reset?token=s3cret" "#;
        assert!(letter.html.contains(link), "{}", letter.html);
    }

    #[test]
    fn every_mail_is_written_in_the_language_of_its_reader() {
        for kind in LetterKind::ALL {
            let mut mail = mail(kind, "Ann");
            let english = written(&mail, Language::English);
            assert!(english.plain.starts_with("Hello, Ann!"));
            mail.language = Some(Language::Russian);
            let russian = written(&mail, Language::English);
            assert!(russian.plain.starts_with("Здравствуйте, Ann!"));
            assert_ne!(english.subject, russian.subject);
            assert_eq!(russian.plain.contains("s3cret"), kind.token().is_some());
        }
    }

    #[test]
    fn a_mail_without_its_link_says_nothing_of_one() {
        let mut mail = mail(LetterKind::Welcome, "Ann");
        mail.token = None;
        let letter = written(&mail, Language::English);
        assert!(!letter.plain.contains("link") && !letter.html.contains("href"));
    }

    #[test]
    fn the_way_out_stands_at_the_end() {
        let mut mail = mail(LetterKind::Welcome, "Ann");
        mail.unsubscribe = Some(MailSecret("anna.any.seal".to_owned()));
        let letter = written(&mail, Language::Russian);
        let way = "https://films.example/stop?token=anna.any.seal";
        assert!(letter.plain.ends_with(way), "{}", letter.plain);
        assert!(letter.html.contains(way));
    }

    #[test]
    fn who_may_not_be_the_one_who_registered_is_greeted_without_a_name() {
        let mut mail = mail(LetterKind::Welcome, "Your prize: https://evil.example");
        mail.name = None;
        let letter = written(&mail, Language::English);
        assert!(letter.plain.starts_with("Hello!"));
        assert!(!letter.plain.contains("evil") && !letter.html.contains("evil"));
    }

    #[test]
    fn a_name_is_no_markup() {
        let name = r#"<a href="https://evil.example">Tom & "Jerry"</a>"#;
        let letter = written(&mail(LetterKind::Welcome, name), Language::English);
        assert!(letter.plain.contains(name));
        assert!(!letter.html.contains("<a href=\"https://evil"));
        assert!(!letter.html.contains(name));
    }

    proptest! {
        #[test]
        fn no_name_adds_an_element(name in "[<>\"'&a-z /=!-]{1,40}") {
            prop_assume!(!name.trim().is_empty());
            let plain = written(&mail(LetterKind::PasswordChanged, "Ann"), Language::English);
            let other = written(&mail(LetterKind::PasswordChanged, &name), Language::English);
            let count = |html: &str| (html.matches('<').count(), html.matches('>').count());
            prop_assert_eq!(count(&plain.html), count(&other.html));
        }
    }
}
