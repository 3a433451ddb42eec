//! What a task looks like in storage.
//!
//! Jobs outlive the version that wrote them. A payload may gain fields that need not be there; anything
//! else makes a new kind.
use application::jobs::Task;
use serde::Serialize;
use uuid::Uuid;

/// The fields of every kind of task; each kind has some.
#[derive(Debug, Default, Serialize)]
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
    count: Option<u32>,
}

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
        Task::TidyUp => Payload::default(),
    };
    serde_json::to_string(&payload)
}

#[cfg(test)]
mod tests {
    use super::*;
    use application::{catalogue::sources::SourceList, jobs::TaskKind};
    use domain::{
        catalogue::{SourceName, SourceRef},
        shared::{Id, Language},
    };

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
            (Task::TidyUp, "{}"),
        ]
    }

    #[test]
    fn every_kind_is_written_as_ever() {
        let written = written();
        assert_eq!(written.len(), TaskKind::ALL.len());
        for (task, text) in written {
            assert_eq!(write(&task).unwrap(), text);
        }
    }
}
