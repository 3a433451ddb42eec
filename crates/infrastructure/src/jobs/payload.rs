//! What a task looks like in storage.
//!
//! Jobs outlive the version that wrote them. A payload may gain fields that need not be there; anything
//! else makes a new kind.
use application::{
    catalogue::sources::SourceList,
    jobs::{Task, TaskKind},
};
use domain::{
    catalogue::{SourceName, SourceRef},
    notifications::LetterKind,
    shared::{Id, Language},
};
use serde::{Deserialize, Serialize};
use std::{error::Error, str::FromStr};
use uuid::Uuid;

/// The fields of every kind of task; each kind has some.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
struct Payload {
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    list: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    film: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    watchlist: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mix: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    letter: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<Uuid>,
}

/// A payload lacks what its kind needs.
#[derive(Debug, thiserror::Error)]
#[error("the payload has no `{0}`")]
struct Lacking(&'static str);

/// Writes a task.
pub(super) fn write(task: &Task) -> Result<String, serde_json::Error> {
    let payload = match task.clone() {
        Task::ImportFilm { at } => Payload {
            source: Some(at.source().name().to_owned()),
            id: Some(at.id().to_owned()),
            ..Payload::default()
        },
        Task::ImportPages {
            source,
            list,
            from,
            to,
        } => Payload {
            source: Some(source.name().to_owned()),
            list: Some(list.name().to_owned()),
            from: Some(from),
            to: Some(to),
            ..Payload::default()
        },
        Task::SearchSources { title, language } => Payload {
            title: Some(title),
            language: Some(language.code().to_owned()),
            ..Payload::default()
        },
        Task::CompleteFilm { film } | Task::MakeImages { film } => Payload {
            film: Some(film.as_uuid()),
            ..Payload::default()
        },
        Task::RefreshOldest { count } => Payload {
            count: Some(count),
            ..Payload::default()
        },
        Task::ChooseGradient { watchlist } => Payload {
            watchlist: Some(watchlist.as_uuid()),
            ..Payload::default()
        },
        Task::ChooseMixGradient { mix } => Payload {
            mix: Some(mix.as_uuid()),
            ..Payload::default()
        },
        Task::SendLetter {
            letter,
            user,
            language,
        } => Payload {
            letter: Some(letter.name().to_owned()),
            user: Some(user.as_uuid()),
            language: language.map(|language| language.code().to_owned()),
            ..Payload::default()
        },
        Task::EmbedFilms | Task::TrainRecommender | Task::TidyUp => Payload::default(),
    };
    serde_json::to_string(&payload)
}

/// Reads a task back.
pub(super) fn read(kind: TaskKind, text: &str) -> Result<Task, Box<dyn Error + Send + Sync>> {
    // An object and nothing else: a struct would be read from an array too.
    let fields: serde_json::Map<_, _> = serde_json::from_str(text)?;
    let payload: Payload = serde_json::from_value(fields.into())?;
    Ok(match kind {
        TaskKind::ImportFilm => {
            let source = word("source", payload.source)?;
            let id = needed("id", payload.id)?;
            let at = SourceRef::new(source, &id)?;
            Task::ImportFilm { at }
        }
        TaskKind::ImportPages => Task::ImportPages {
            source: word::<SourceName>("source", payload.source)?,
            list: word::<SourceList>("list", payload.list)?,
            from: needed("from", payload.from)?,
            to: needed("to", payload.to)?,
        },
        TaskKind::SearchSources => Task::SearchSources {
            title: needed("title", payload.title)?,
            language: word::<Language>("language", payload.language)?,
        },
        TaskKind::CompleteFilm => Task::CompleteFilm {
            film: Id::from_uuid(needed("film", payload.film)?),
        },
        TaskKind::RefreshOldest => Task::RefreshOldest {
            count: needed("count", payload.count)?,
        },
        TaskKind::MakeImages => Task::MakeImages {
            film: Id::from_uuid(needed("film", payload.film)?),
        },
        TaskKind::ChooseGradient => Task::ChooseGradient {
            watchlist: Id::from_uuid(needed("watchlist", payload.watchlist)?),
        },
        TaskKind::ChooseMixGradient => Task::ChooseMixGradient {
            mix: Id::from_uuid(needed("mix", payload.mix)?),
        },
        TaskKind::SendLetter => Task::SendLetter {
            letter: word::<LetterKind>("letter", payload.letter)?,
            user: Id::from_uuid(needed("user", payload.user)?),
            language: payload.language.map(|code| code.parse()).transpose()?,
        },
        TaskKind::EmbedFilms => Task::EmbedFilms,
        TaskKind::TrainRecommender => Task::TrainRecommender,
        TaskKind::TidyUp => Task::TidyUp,
    })
}

fn needed<T>(field: &'static str, value: Option<T>) -> Result<T, Lacking> {
    value.ok_or(Lacking(field))
}

fn word<T>(field: &'static str, value: Option<String>) -> Result<T, Box<dyn Error + Send + Sync>>
where
    T: FromStr<Err: Error + Send + Sync + 'static>,
{
    Ok(needed(field, value)?.parse()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every kind as it has been written since it exists; a line that is changed here would lose jobs
    /// that are waiting somewhere.
    fn written() -> Vec<(Task, &'static str)> {
        let uuid = Uuid::from_u128(7);
        vec![
            (
                Task::ImportFilm {
                    at: SourceRef::new(SourceName::Tmdb, "movie/603").unwrap(),
                },
                r#"{"source":"tmdb","id":"movie/603"}"#,
            ),
            (
                Task::ImportPages {
                    source: SourceName::KinopoiskDev,
                    list: SourceList::Popular,
                    from: 1,
                    to: 50,
                },
                r#"{"source":"kinopoisk_dev","list":"popular","from":1,"to":50}"#,
            ),
            (
                Task::SearchSources {
                    title: "Сталкер".to_owned(),
                    language: Language::Russian,
                },
                r#"{"title":"Сталкер","language":"ru"}"#,
            ),
            (
                Task::CompleteFilm {
                    film: Id::from_uuid(uuid),
                },
                r#"{"film":"00000000-0000-0000-0000-000000000007"}"#,
            ),
            (Task::RefreshOldest { count: 100 }, r#"{"count":100}"#),
            (
                Task::MakeImages {
                    film: Id::from_uuid(uuid),
                },
                r#"{"film":"00000000-0000-0000-0000-000000000007"}"#,
            ),
            (
                Task::ChooseGradient {
                    watchlist: Id::from_uuid(uuid),
                },
                r#"{"watchlist":"00000000-0000-0000-0000-000000000007"}"#,
            ),
            (
                Task::ChooseMixGradient {
                    mix: Id::from_uuid(uuid),
                },
                r#"{"mix":"00000000-0000-0000-0000-000000000007"}"#,
            ),
            (
                Task::SendLetter {
                    letter: LetterKind::ResetPassword,
                    user: Id::from_uuid(uuid),
                    language: Some(Language::English),
                },
                r#"{"language":"en","letter":"reset_password","user":"00000000-0000-0000-0000-000000000007"}"#,
            ),
            (Task::EmbedFilms, "{}"),
            (Task::TrainRecommender, "{}"),
            (Task::TidyUp, "{}"),
        ]
    }

    #[test]
    fn every_kind_is_written_as_ever_and_read_back() {
        let written = written();
        assert_eq!(written.len(), TaskKind::ALL.len());
        for (task, text) in written {
            assert_eq!(write(&task).unwrap(), text);
            assert_eq!(read(task.kind(), text).unwrap(), task);
        }
    }

    #[test]
    fn what_a_later_version_adds_is_passed_over_and_what_lacks_is_named() {
        let text = r#"{"count":3,"since":"yesterday"}"#;
        let task = read(TaskKind::RefreshOldest, text).unwrap();
        assert_eq!(task, Task::RefreshOldest { count: 3 });
        let lacking = read(TaskKind::CompleteFilm, "{}").unwrap_err();
        assert_eq!(lacking.to_string(), "the payload has no `film`");
        assert!(read(TaskKind::TidyUp, "[]").is_err());
    }
}
