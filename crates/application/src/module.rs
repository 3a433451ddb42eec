//! The wiring of the use cases; what they need comes from outside through [`Ports`].
#![expect(
    missing_docs,
    reason = "the module macro leaves no place for comments on what it declares"
)]

use crate::{
    assistant::{
        ports::{LanguageModel, ModelBudget, ModelPolicy},
        recall::ModelRecall,
    },
    catalogue::{
        create_film::CreateFilmUseCase,
        list_films::ListFilmsUseCase,
        ports::{
            FilmIndex, FilmQueries, FilmResolver, PictureInspector, PosterImages, PosterStore,
            Vocabulary,
        },
        posters::{
            CommittedPosterChange, MayEditFilmUseCase, RemovePosterUseCase, SetPosterUseCase,
        },
        search_films::SearchFilmsUseCase,
        show_film::{ShowFilmDetailsUseCase, ShowFilmUseCase},
        show_image::ShowImageUseCase,
        sources::FilmSources,
        update_film::UpdateFilmUseCase,
        vocabulary::{ListGenresUseCase, ListMoodsUseCase, ShowGenreUseCase, ShowMoodUseCase},
    },
    identity::{
        administer::{CreateUserUseCase, GrantRoleUseCase, SetStandingUseCase},
        authenticate::TokenAuthenticator,
        ports::{
            AccessTokens, IdentityQueries, PasswordHasher, Secrets, SessionGate, SessionPolicy,
        },
        profile::{
            ChangePasswordUseCase, DeleteAccountUseCase, ShowMeUseCase, UpdateProfileUseCase,
        },
        register::RegisterUseCase,
        sessions::{EndSessionUseCase, EndSessionsUseCase, ListSessionsUseCase},
        sign_in::SignInUseCase,
        telegram::{
            CheckTelegramSignInUseCase, ConfirmTelegramSignInUseCase, DeclineTelegramSignInUseCase,
            ExchangeTelegramKeyUseCase, OpenTelegramSignInUseCase,
        },
        tokens::{IssueTokensUseCase, RefreshTokensUseCase},
    },
    jobs::{handler::TaskHandler, ports::JobQueries},
    library::{
        create_watchlist::CreateWatchlistUseCase,
        entries::{AddToWatchlistUseCase, RemoveFromWatchlistUseCase},
        list_watchlists::{ListWatchlistsUseCase, ShowWatchlistUseCase},
        ports::{LibraryQueries, WatchlistEntries},
        show_watchlist::{DeleteWatchlistUseCase, ListEntriesUseCase},
    },
    mixes::{
        browse_mixes::{ListMixFilmsUseCase, ListMixesUseCase, ShowMixUseCase},
        ports::MixQueries,
    },
    recommendation::recommend_tonight::RecommendTonightUseCase,
    shared::{
        clock::{Chance, Clock, IdGenerator},
        store::Store,
    },
    upkeep::{
        check_health::CheckHealthUseCase,
        tidy_up::{TidyUpHandler, TidyUpUseCase},
    },
};
use shaku::{HasComponent, module};

/// Declares [`Ports`] and the module from one list of ports.
macro_rules! application_module {
    (
        ports = [$($port:ident),* $(,)?],
        use_cases = [$($use_case:ident),* $(,)?],
        handlers = [$($handler:ident),* $(,)?] $(,)?
    ) => {
        /// Everything that the application asks of the outside world.
        pub trait Ports: $(HasComponent<dyn $port> +)* {}
        impl<M: $(HasComponent<dyn $port> +)*> Ports for M {}

        module! {
            pub ApplicationModule {
                components = [$($use_case,)* $(#[ordered(dyn TaskHandler)] $handler),*],
                providers = [],

                use dyn Ports {
                    components = [$(dyn $port),*],
                    providers = []
                }
            }
        }
    };
}

application_module! {
    ports = [
        Clock, IdGenerator, Chance, Store,
        IdentityQueries, PasswordHasher, AccessTokens, Secrets, SessionPolicy, SessionGate,
        FilmQueries, Vocabulary, FilmIndex, FilmResolver, PictureInspector, PosterImages,
        PosterStore, FilmSources,
        LibraryQueries, WatchlistEntries,
        MixQueries,
        LanguageModel, ModelPolicy, ModelBudget,
        JobQueries,
    ],
    use_cases = [
        TokenAuthenticator, RegisterUseCase, SignInUseCase, IssueTokensUseCase,
        RefreshTokensUseCase, ListSessionsUseCase, EndSessionUseCase, EndSessionsUseCase,
        ShowMeUseCase, UpdateProfileUseCase, ChangePasswordUseCase, DeleteAccountUseCase,
        OpenTelegramSignInUseCase, CheckTelegramSignInUseCase, ExchangeTelegramKeyUseCase,
        ConfirmTelegramSignInUseCase, DeclineTelegramSignInUseCase,
        CreateUserUseCase, GrantRoleUseCase, SetStandingUseCase,
        CreateFilmUseCase, UpdateFilmUseCase, ShowFilmUseCase, ShowFilmDetailsUseCase,
        ListFilmsUseCase, SearchFilmsUseCase, ModelRecall, MayEditFilmUseCase, SetPosterUseCase,
        RemovePosterUseCase, CommittedPosterChange, ShowImageUseCase,
        ListGenresUseCase, ShowGenreUseCase, ListMoodsUseCase, ShowMoodUseCase,
        ListWatchlistsUseCase, ShowWatchlistUseCase, CreateWatchlistUseCase,
        DeleteWatchlistUseCase, ListEntriesUseCase, AddToWatchlistUseCase,
        RemoveFromWatchlistUseCase,
        ListMixesUseCase, ShowMixUseCase, ListMixFilmsUseCase,
        RecommendTonightUseCase, TidyUpUseCase, CheckHealthUseCase,
    ],
    // One for each kind of job; `resolve_all` finds them.
    handlers = [TidyUpHandler],
}
