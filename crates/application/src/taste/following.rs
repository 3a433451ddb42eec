//! What is told of a film follows through to the rest of what its user keeps.
use crate::shared::store::{StoreError, UnitOfWork};
use domain::{
    events::DomainEvent,
    library::StandardList,
    taste::{Consequence, Deed, Viewing, consequences},
};

/// Lets everything follow from a deed, for the user and the film of `bare`, which is the viewing to be
/// logged where the diary holds none. What has changed by that is told.
pub(crate) async fn follow(
    uow: &dyn UnitOfWork,
    deed: Deed,
    bare: &Viewing,
) -> Result<(), StoreError> {
    for consequence in consequences(deed) {
        if uow.tastes().follow(*consequence, bare).await?
            && let Some(event) = event(*consequence, bare)
        {
            uow.outbox().publish(event, bare.logged_at);
        }
    }
    Ok(())
}

/// What is told when a consequence has changed something.
fn event(consequence: Consequence, bare: &Viewing) -> Option<DomainEvent> {
    let (user, film) = (bare.user, bare.film);
    let watchlist = |list: StandardList| list.of(user);
    Some(match consequence {
        Consequence::PutOnWatched => DomainEvent::WatchlistFilmAdded {
            watchlist: watchlist(StandardList::Watched),
            user,
            film,
        },
        Consequence::PutOnWish => DomainEvent::WatchlistFilmAdded {
            watchlist: watchlist(StandardList::Wish),
            user,
            film,
        },
        Consequence::TakeOffWatched => DomainEvent::WatchlistFilmRemoved {
            watchlist: watchlist(StandardList::Watched),
            user,
            film,
        },
        Consequence::LogBareViewing => DomainEvent::FilmWatched { user, film },
        Consequence::EraseBareViewing => DomainEvent::FilmUnwatched { user, film },
        Consequence::ForgetCompletion => return None,
    })
}
