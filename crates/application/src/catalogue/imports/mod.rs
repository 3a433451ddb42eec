//! Films come into the catalogue from elsewhere, and are kept up with what is told of them there.
//!
//! What is told is matched and merged by rules of the domain. Nothing outside is asked while a unit of
//! work is open. Whoever imports takes turns with everybody else who does, on every instance, so that
//! of two who bring the same film at once the second finds it there.
mod complete;
mod handlers;
mod import;
mod order;
mod outside;
pub mod ports;
mod refresh;
mod resolve;

pub(crate) use complete::CompletionByJob;
pub use complete::FilmCompletion;
pub(crate) use handlers::{
    CompleteFilmHandler, ImportFilmHandler, ImportPagesHandler, RefreshOldestHandler,
    SearchSourcesHandler,
};
pub(crate) use import::ImportFilmsUseCase;
pub use import::{ImportError, ImportFilms, ImportTally, PageReached};
pub(crate) use order::OrderFilmsUseCase;
pub use order::{ListPages, NoListPages, Order, OrderFilms, RefreshCount, RefreshCountOutOfRange};
pub(crate) use outside::SharedOutsideSearch;
pub use outside::{FoundOutside, OutsideSearch};
pub use refresh::RefreshFilm;
pub(crate) use refresh::RefreshFilmUseCase;
pub use resolve::FilmResolver;
pub(crate) use resolve::OutsideFilmResolver;
