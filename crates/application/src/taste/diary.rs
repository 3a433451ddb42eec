//! A user keeps a diary of what they saw.
use super::{
    following::follow,
    ports::{DiaryEntry, DiaryFilter, DiaryKey, DiaryQueries, OnDay},
};
use crate::shared::{
    actor::{AccessDenied, Actor},
    clock::{Clock, IdGenerator},
    failure::failure,
    once::{Came, KeptAnswer, Once, OnceKey, kept_for},
    page::{Page, PageRequest},
    retry::retryable,
    store::{Store, StoreError, UnitOfWork},
    use_case::{UseCase, request},
};
use async_trait::async_trait;
use chrono::NaiveDate;
use domain::{
    catalogue::FilmId,
    events::DomainEvent,
    identity::UserId,
    taste::{
        Deed, Viewing, ViewingChange, ViewingDay, ViewingDayOutOfRange, ViewingId, ViewingNote,
    },
};
use shaku::Component;
use std::sync::Arc;
use tracing::instrument;

/// Writes a viewing into the diary. A film is seen once a day, and once at an unknown time: what is
/// there already is answered with, unless only now something is told of it.
#[derive(Clone, Debug)]
pub struct LogViewing {
    /// Which film.
    pub film: FilmId,
    /// When; `None` where nobody knows any more.
    pub watched_on: Option<NaiveDate>,
    /// Whether the user had seen it before.
    pub is_rewatch: bool,
    /// What they write beside it.
    pub note: Option<ViewingNote>,
    /// What the client calls this request, if it may come again.
    pub key: Option<OnceKey>,
}

/// Corrects a viewing.
#[derive(Clone, Debug)]
pub struct ReviseViewing {
    /// Which viewing.
    pub viewing: ViewingId,
    /// When it was.
    pub watched_on: Option<Option<NaiveDate>>,
    /// Whether the user had seen it before.
    pub is_rewatch: Option<bool>,
    /// What they write beside it.
    pub note: Option<Option<ViewingNote>>,
}

/// Strikes a viewing out of the diary; with the last one the film is no longer watched.
#[derive(Clone, Debug)]
pub struct EraseViewing {
    /// Which viewing.
    pub viewing: ViewingId,
}

/// Shows a viewing.
#[derive(Debug)]
pub struct ShowViewing {
    /// Which viewing.
    pub viewing: ViewingId,
}

/// Lists the diary, the latest viewing first and those of unknown date last.
#[derive(Debug)]
pub struct ListDiary {
    /// Which viewings.
    pub filter: DiaryFilter,
    /// Which page of them.
    pub page: PageRequest<DiaryKey>,
}

/// A viewing in the diary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logged {
    /// The viewing.
    pub viewing: Viewing,
    /// Whether it was not there before.
    pub is_new: bool,
}

/// Why the diary was not changed or shown.
#[derive(Debug, thiserror::Error)]
pub enum DiaryError {
    /// The actor may not.
    #[error(transparent)]
    Access(#[from] AccessDenied),
    /// There is no such film.
    #[error("Film not found")]
    FilmNotFound,
    /// The user has no such viewing.
    #[error("viewing not found")]
    ViewingNotFound,
    /// Nobody saw a film on that day.
    #[error("the day {0}")]
    NoSuchDay(#[from] ViewingDayOutOfRange),
    /// The diary has another viewing of the film on that day.
    #[error("there is another viewing of the film on that day")]
    DayTaken,
    /// Another request came under the same key.
    #[error("another request came under the same `Idempotency-Key`")]
    KeyReused,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

failure!(DiaryError {
    FilmNotFound => NotFound "catalogue.film_not_found",
    ViewingNotFound => NotFound "taste.viewing_not_found",
    NoSuchDay => Invalid "taste.no_such_day",
    DayTaken => Conflict "taste.day_taken",
    KeyReused => Conflict "taste.key_reused",
} via Access, Store);
request!(LogViewing => Logged, DiaryError);
request!(ReviseViewing => Viewing, DiaryError);
request!(EraseViewing => (), DiaryError);
request!(ShowViewing => Viewing, DiaryError);
request!(ListDiary => Page<DiaryEntry, DiaryKey>, DiaryError);
retryable!(LogViewing, ReviseViewing, EraseViewing);

impl LogViewing {
    fn once(&self, user: UserId) -> Option<Once> {
        let Self {
            film,
            watched_on,
            is_rewatch,
            note,
            key,
        } = self;
        let note = note.as_ref().map(ViewingNote::as_str);
        let asked = format_args!("log viewing {film} {watched_on:?} {is_rewatch} {note:?}");
        Some(Once::new(key.clone()?, user, asked))
    }
}

#[derive(Component)]
#[shaku(interface = UseCase<LogViewing>)]
pub(crate) struct LogViewingUseCase {
    #[shaku(inject)]
    clock: Arc<dyn Clock>,
    #[shaku(inject)]
    ids: Arc<dyn IdGenerator>,
    #[shaku(inject)]
    store: Arc<dyn Store>,
}

#[async_trait]
impl UseCase<LogViewing> for LogViewingUseCase {
    #[instrument(name = "taste.log_viewing", skip_all, fields(film.id = %request.film))]
    async fn execute(&self, actor: &Actor, request: LogViewing) -> Result<Logged, DiaryError> {
        let user = actor.user()?.id;
        let now = self.clock.now();
        let once = request.once(user);
        let day = request.watched_on;
        let watched_on = day.map(|day| ViewingDay::new(day, now)).transpose()?;
        let viewing = Viewing {
            id: self.ids.next(),
            user,
            film: request.film,
            watched_on,
            is_rewatch: request.is_rewatch,
            note: request.note,
            logged_at: now,
        };
        let uow = self.store.begin().await?;
        uow.tastes().take_turn(user).await?;
        if let Some(once) = &once {
            let since = now - kept_for();
            match uow.answers().take(user, once, since, now).await? {
                Came::First => {}
                Came::Again(KeptAnswer::ViewingLogged(logged)) => return Ok(logged),
                Came::Otherwise => return Err(DiaryError::KeyReused),
            }
        }
        let logged = log(&*uow, viewing).await?;
        if let Some(once) = &once {
            let answer = KeptAnswer::ViewingLogged(logged.clone());
            uow.answers().keep(user, &once.key, &answer).await?;
        }
        uow.commit().await?;
        Ok(logged)
    }
}

async fn log(uow: &dyn UnitOfWork, viewing: Viewing) -> Result<Logged, DiaryError> {
    let (user, film) = (viewing.user, viewing.film);
    let found = uow.viewings().find_on(user, film, viewing.watched_on);
    match found.await? {
        OnDay::NoSuchFilm => Err(DiaryError::FilmNotFound),
        OnDay::Viewing(found) if viewing.is_bare() || !found.is_bare() => Ok(Logged {
            viewing: found,
            is_new: false,
        }),
        OnDay::Viewing(_) | OnDay::Nothing => {
            let bare = Viewing::bare(viewing.id, user, film, viewing.logged_at);
            follow(uow, Deed::of_logging(&viewing), &bare).await?;
            uow.viewings().insert(&viewing).await?;
            uow.outbox()
                .publish(DomainEvent::FilmWatched { user, film }, viewing.logged_at);
            Ok(Logged {
                viewing,
                is_new: true,
            })
        }
    }
}

#[derive(Component)]
#[shaku(interface = UseCase<ReviseViewing>)]
pub(crate) struct ReviseViewingUseCase {
    #[shaku(inject)]
    clock: Arc<dyn Clock>,
    #[shaku(inject)]
    store: Arc<dyn Store>,
}

#[async_trait]
impl UseCase<ReviseViewing> for ReviseViewingUseCase {
    #[instrument(name = "taste.revise_viewing", skip_all)]
    async fn execute(&self, actor: &Actor, request: ReviseViewing) -> Result<Viewing, DiaryError> {
        let user = actor.user()?.id;
        let now = self.clock.now();
        let new_day = |day| ViewingDay::new(day, now);
        let watched_on = request
            .watched_on
            .map(|day| day.map(new_day).transpose())
            .transpose()?;
        let uow = self.store.begin().await?;
        uow.tastes().take_turn(user).await?;
        let found = uow.viewings().find(user, request.viewing).await?;
        let mut viewing = found.ok_or(DiaryError::ViewingNotFound)?;
        let before = viewing.watched_on;
        viewing.revise(ViewingChange {
            watched_on,
            is_rewatch: request.is_rewatch,
            note: request.note,
        });
        if viewing.watched_on != before {
            let day = viewing.watched_on;
            let there = uow.viewings().find_on(user, viewing.film, day).await?;
            if matches!(there, OnDay::Viewing(_)) {
                return Err(DiaryError::DayTaken);
            }
        }
        uow.viewings().save(&viewing).await?;
        uow.commit().await?;
        Ok(viewing)
    }
}

#[derive(Component)]
#[shaku(interface = UseCase<EraseViewing>)]
pub(crate) struct EraseViewingUseCase {
    #[shaku(inject)]
    clock: Arc<dyn Clock>,
    #[shaku(inject)]
    store: Arc<dyn Store>,
}

#[async_trait]
impl UseCase<EraseViewing> for EraseViewingUseCase {
    #[instrument(name = "taste.erase_viewing", skip_all)]
    async fn execute(&self, actor: &Actor, request: EraseViewing) -> Result<(), DiaryError> {
        let user = actor.user()?.id;
        let uow = self.store.begin().await?;
        uow.tastes().take_turn(user).await?;
        let film = uow.viewings().remove(user, request.viewing).await?;
        let film = film.ok_or(DiaryError::ViewingNotFound)?;
        let now = self.clock.now();
        uow.outbox()
            .publish(DomainEvent::FilmUnwatched { user, film }, now);
        let bare = Viewing::bare(request.viewing, user, film, now);
        follow(&*uow, Deed::ViewingErased, &bare).await?;
        uow.commit().await?;
        Ok(())
    }
}

#[derive(Component)]
#[shaku(interface = UseCase<ShowViewing>)]
pub(crate) struct ShowViewingUseCase {
    #[shaku(inject)]
    queries: Arc<dyn DiaryQueries>,
}

#[async_trait]
impl UseCase<ShowViewing> for ShowViewingUseCase {
    #[instrument(name = "taste.show_viewing", skip_all)]
    async fn execute(&self, actor: &Actor, request: ShowViewing) -> Result<Viewing, DiaryError> {
        let user = actor.user()?.id;
        let found = self.queries.show(user, request.viewing).await?;
        found.ok_or(DiaryError::ViewingNotFound)
    }
}

#[derive(Component)]
#[shaku(interface = UseCase<ListDiary>)]
pub(crate) struct ListDiaryUseCase {
    #[shaku(inject)]
    queries: Arc<dyn DiaryQueries>,
}

#[async_trait]
impl UseCase<ListDiary> for ListDiaryUseCase {
    #[instrument(name = "taste.list_diary", skip_all)]
    async fn execute(
        &self,
        actor: &Actor,
        request: ListDiary,
    ) -> Result<Page<DiaryEntry, DiaryKey>, DiaryError> {
        let user = actor.user()?.id;
        let ListDiary { filter, page } = request;
        Ok(self.queries.list(user, filter, &page).await?)
    }
}
