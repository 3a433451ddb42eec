//! The wiring of the use cases; what they need comes from outside through [`Ports`].
#![expect(
    missing_docs,
    reason = "the module macro leaves no place for comments on what it declares"
)]

use crate::{
    assistant::{
        conversations::{
            DeleteConversationUseCase, DeleteConversationsUseCase, ListConversationsUseCase,
            ShowConversationUseCase,
        },
        ports::{ConversationQueries, Embedder, LanguageModel, ModelBudget, ModelPolicy},
        recall::ModelRecall,
        reply::FilmConcierge,
        send_message::SendMessageUseCase,
        toolbox::FilmToolbox,
    },
    catalogue::{
        create_film::CreateFilmUseCase,
        embed_films::EmbedFilmsHandler,
        fetch_poster::{FetchPosterUseCase, PictureFetcher},
        find_by_title::LocalFirstTitleSearch,
        imports::{
            CompleteFilmHandler, CompletionByJob, ImportFilmHandler, ImportFilms,
            ImportFilmsUseCase, ImportPagesHandler, OrderFilms, OrderFilmsUseCase,
            OutsideFilmResolver, RefreshFilmUseCase, RefreshOldestHandler, SearchSourcesHandler,
            SharedOutsideSearch,
        },
        list_films::ListFilmsUseCase,
        make_images::MakeImagesHandler,
        ports::{
            FilmIndex, FilmQueries, MeaningIndex, MeaningQueries, PictureInspector, PosterImages,
            PosterStore, SearchBudget, Vocabulary,
        },
        posters::{
            ClaimedPosterRemoval, CommittedPosterChange, MayEditFilmUseCase, RemovePoster,
            RemovePosterUseCase, ReservedPosterIntake, SetPoster, SetPosterUseCase,
        },
        search_films::SearchFilmsUseCase,
        show_film::{ShowFilmDetailsUseCase, ShowFilmUseCase},
        show_image::ShowImageUseCase,
        sources::FilmSources,
        update_film::{UpdateFilm, UpdateFilmUseCase},
        vocabulary::{ListGenresUseCase, ListMoodsUseCase, ShowGenreUseCase, ShowMoodUseCase},
    },
    community::{
        ImportRatingsUseCase, ListCommunitiesUseCase, RemoveCommunityUseCase,
        ports::CommunityQueries,
    },
    events::{
        administer::{ListDeadEventsUseCase, RetryEventUseCase},
        broker::BrokerWatch,
        ports::{EventConsumer, EventPolicy, OutboxQueue},
    },
    identity::{
        administer::{
            CreateUserUseCase, GrantRole, GrantRoleUseCase, SetStanding, SetStandingUseCase,
        },
        authenticate::TokenAuthenticator,
        email_verification::{
            AskForVerification, AskForVerificationUseCase, VerifyEmail, VerifyEmailUseCase,
        },
        manage_users::{
            ChangeUser, ChangeUserUseCase, DeleteUser, DeleteUserUseCase, ListUsersUseCase,
        },
        password_reset::{
            AskForPasswordReset, AskForPasswordResetUseCase, IssuePasswordResetUseCase,
            ResetPasswordUseCase,
        },
        ports::{
            AccessTokens, IdentityQueries, PasswordHasher, Secrets, SessionGate, SessionPolicy,
        },
        profile::{
            ChangePasswordUseCase, DeleteAccount, DeleteAccountUseCase, ShowMeUseCase,
            UpdateProfile, UpdateProfileUseCase,
        },
        register::RegisterUseCase,
        sessions::{
            EndSession, EndSessionUseCase, EndSessions, EndSessionsUseCase, ListSessionsUseCase,
        },
        sign_in::SignInUseCase,
        telegram::{
            CheckTelegramSignInUseCase, ConfirmTelegramLink, ConfirmTelegramLinkUseCase,
            ConfirmTelegramSignIn, ConfirmTelegramSignInUseCase, DeclineTelegramSignIn,
            DeclineTelegramSignInUseCase, ExchangeTelegramKey, ExchangeTelegramKeyUseCase,
            JoinByTelegram, JoinByTelegramUseCase, OpenTelegramLinkUseCase,
            OpenTelegramSignInUseCase, RecogniseTelegramUseCase, ShowTelegramSignIn,
            ShowTelegramSignInUseCase, UnlinkTelegram, UnlinkTelegramUseCase,
        },
        tokens::{IssueTokensUseCase, RefreshTokens, RefreshTokensUseCase},
    },
    jobs::{
        administer::{
            CancelJob, CancelJobUseCase, ListJobsUseCase, RetryJob, RetryJobUseCase, ShowJobUseCase,
        },
        handler::TaskHandler,
        ports::JobQueries,
    },
    library::{
        choose_gradient::{ChooseGradientHandler, ChooseGradientUseCase},
        create_watchlist::CreateWatchlistUseCase,
        entries::{
            AddToWatchlist, AddToWatchlistUseCase, RemoveFromWatchlist, RemoveFromWatchlistUseCase,
        },
        list_watchlists::{ListWatchlistsUseCase, ShowWatchlistUseCase},
        painting::ModelPainter,
        ports::{LibraryQueries, WatchlistEntries},
        show_watchlist::{DeleteWatchlistUseCase, ListEntriesUseCase},
    },
    mixes::{
        browse_mixes::{ListMixFilmsUseCase, ListMixesUseCase, ShowMixUseCase},
        choose_gradient::{ChooseMixGradientHandler, ChooseMixGradientUseCase},
        ports::MixQueries,
    },
    notifications::{
        ports::{Mailer, NotificationQueries, Seals},
        preferences::{ChoosePreferences, ChoosePreferencesUseCase, ShowPreferencesUseCase},
        send_letter::{SendLetterHandler, SendLetterUseCase},
        unsubscribe::{Unsubscribe, UnsubscribeUseCase},
        welcome::WelcomeMail,
    },
    recommendation::{
        companions::{
            AcceptCompanion, AcceptCompanionUseCase, DeclineCompanion, DeclineCompanionUseCase,
            EndCompanionship, EndCompanionshipUseCase, InviteCompanion, InviteCompanionUseCase,
            ListCompanionsUseCase,
        },
        giving::DrawingGiver,
        new_acts::TrainingTrigger,
        ports::{CompanionQueries, PeopleNames, ShownFilms},
        reasons::ReasonedShow,
        recommend::RecommendUseCase,
        recommend_tonight::{RecommendTonight, RecommendTonightUseCase},
        recommender::{Recommender, TasteQueries},
        similar::ShowSimilarUseCase,
        together::RecommendTogetherUseCase,
        training::{
            ChooseModelUseCase, ListModelsUseCase, ModelWorkshop, OrderTraining,
            OrderTrainingUseCase, TrainModelUseCase, TrainRecommenderHandler,
        },
    },
    shared::{
        background::Background,
        clock::{Chance, Clock, IdGenerator},
        retry::{Backoff, Retrying},
        store::Store,
    },
    taste::{
        diary::{
            EraseViewing, EraseViewingUseCase, ListDiaryUseCase, LogViewing, LogViewingUseCase,
            ReviseViewing, ReviseViewingUseCase, ShowViewingUseCase,
        },
        hides::{HideThing, HideThingUseCase, ListHiddenUseCase, UnhideThing, UnhideThingUseCase},
        mine::{MineQueries, ShowMineUseCase},
        ports::{DiaryQueries, HideQueries, ProgressQueries, RatingQueries, ReviewQueries},
        progress::{
            ClearProgress, ClearProgressUseCase, ListProgressUseCase, SetProgress,
            SetProgressUseCase,
        },
        ratings::{
            ListRatingsUseCase, RateFilm, RateFilmUseCase, ShowRatingUseCase, UnrateFilm,
            UnrateFilmUseCase,
        },
        reviews::{
            DeleteReview, DeleteReviewUseCase, ListFilmReviewsUseCase, ListReviewsUseCase,
            ShowReviewUseCase, WriteReview, WriteReviewUseCase,
        },
        stats::{ShowStatsUseCase, StatsQueries},
    },
    telegram::{ports::UpdateInbox, receive::ReceiveUpdateUseCase},
    upkeep::{
        check_health::CheckHealthUseCase,
        figures::ShowFiguresUseCase,
        ports::FigureQueries,
        show_broker::ShowBrokerUseCase,
        show_sources::ShowSourcesUseCase,
        tidy_up::{TidyUpHandler, TidyUpUseCase},
    },
};
use shaku::{HasComponent, module};

/// Declares [`Ports`] and the module from a list of ports, one of use cases, and one of those that are
/// executed again when others were in their way.
macro_rules! application_module {
    (
        ports = [$($port:ident),* $(,)?],
        use_cases = [$($use_case:ident),* $(,)?],
        retried = [$($request:ident by $retried:ident),* $(,)?],
        handlers = [$($handler:ident),* $(,)?],
        consumers = [$($consumer:ident),* $(,)?] $(,)?
    ) => {
        /// Everything that the application asks of the outside world.
        pub trait Ports: $(HasComponent<dyn $port> +)* {}
        impl<M: $(HasComponent<dyn $port> +)*> Ports for M {}

        module! {
            pub ApplicationModule {
                components = [
                    $($use_case,)*
                    $(Retrying<$retried, $request>,)*
                    $(#[ordered(dyn TaskHandler)] $handler,)*
                    $(#[ordered(dyn EventConsumer)] $consumer),*
                ],
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
        Clock, IdGenerator, Chance, Backoff, Store,
        IdentityQueries, PasswordHasher, AccessTokens, Secrets, SessionPolicy, SessionGate,
        FilmQueries, Vocabulary, FilmIndex, PictureInspector, PosterImages,
        PosterStore, PictureFetcher, FilmSources, SearchBudget, Background,
        MeaningQueries, MeaningIndex,
        LibraryQueries, WatchlistEntries,
        RatingQueries, DiaryQueries, ReviewQueries, ProgressQueries, HideQueries,
        MixQueries, CommunityQueries, StatsQueries, MineQueries,
        ShownFilms, PeopleNames, CompanionQueries,
        Recommender, TasteQueries, ModelWorkshop,
        LanguageModel, Embedder, ModelPolicy, ModelBudget, ConversationQueries,
        JobQueries, FigureQueries,
        Mailer, NotificationQueries, Seals,
        UpdateInbox,
        OutboxQueue, EventPolicy, BrokerWatch,
    ],
    use_cases = [
        TokenAuthenticator, RegisterUseCase, SignInUseCase, IssueTokensUseCase,
        ListSessionsUseCase,
        ShowMeUseCase, ChangePasswordUseCase, ResetPasswordUseCase, IssuePasswordResetUseCase,
        ShowPreferencesUseCase, SendLetterUseCase,
        OpenTelegramSignInUseCase, CheckTelegramSignInUseCase,
        OpenTelegramLinkUseCase, RecogniseTelegramUseCase, ReceiveUpdateUseCase,
        CreateUserUseCase,
        CreateFilmUseCase, ShowFilmUseCase, ShowFilmDetailsUseCase,
        ListFilmsUseCase, SearchFilmsUseCase, LocalFirstTitleSearch, SharedOutsideSearch,
        OutsideFilmResolver, CompletionByJob, RefreshFilmUseCase, ModelRecall, MayEditFilmUseCase,
        CommittedPosterChange, ClaimedPosterRemoval, ReservedPosterIntake, FetchPosterUseCase,
        ShowImageUseCase,
        ListGenresUseCase, ShowGenreUseCase, ListMoodsUseCase, ShowMoodUseCase,
        ListWatchlistsUseCase, ShowWatchlistUseCase, CreateWatchlistUseCase,
        ModelPainter, ChooseGradientUseCase, DeleteWatchlistUseCase, ListEntriesUseCase,
        ShowRatingUseCase, ListRatingsUseCase, ShowViewingUseCase, ListDiaryUseCase,
        ShowReviewUseCase, ListReviewsUseCase, ListFilmReviewsUseCase, ListProgressUseCase,
        ListHiddenUseCase,
        ListMixesUseCase, ShowMixUseCase, ListMixFilmsUseCase, ChooseMixGradientUseCase,
        DrawingGiver, ReasonedShow, RecommendUseCase, ShowSimilarUseCase,
        RecommendTogetherUseCase, ListCompanionsUseCase,
        SendMessageUseCase, FilmConcierge, FilmToolbox, ListConversationsUseCase,
        ShowConversationUseCase, DeleteConversationUseCase, DeleteConversationsUseCase,
        ImportRatingsUseCase, ListCommunitiesUseCase, RemoveCommunityUseCase,
        ListModelsUseCase, TrainModelUseCase, ChooseModelUseCase,
        ShowStatsUseCase, ShowMineUseCase,
        TidyUpUseCase, CheckHealthUseCase, ShowFiguresUseCase, ShowSourcesUseCase,
        ShowBrokerUseCase,
        ListUsersUseCase, ListJobsUseCase, ShowJobUseCase,
        ListDeadEventsUseCase, RetryEventUseCase,
    ],
    retried = [
        RefreshTokens by RefreshTokensUseCase, EndSession by EndSessionUseCase,
        EndSessions by EndSessionsUseCase, UpdateProfile by UpdateProfileUseCase,
        DeleteAccount by DeleteAccountUseCase, ExchangeTelegramKey by ExchangeTelegramKeyUseCase,
        ShowTelegramSignIn by ShowTelegramSignInUseCase,
        ConfirmTelegramSignIn by ConfirmTelegramSignInUseCase,
        DeclineTelegramSignIn by DeclineTelegramSignInUseCase,
        ConfirmTelegramLink by ConfirmTelegramLinkUseCase,
        UnlinkTelegram by UnlinkTelegramUseCase, JoinByTelegram by JoinByTelegramUseCase, GrantRole by GrantRoleUseCase,
        SetStanding by SetStandingUseCase, UpdateFilm by UpdateFilmUseCase,
        SetPoster by SetPosterUseCase, RemovePoster by RemovePosterUseCase,
        AddToWatchlist by AddToWatchlistUseCase,
        RemoveFromWatchlist by RemoveFromWatchlistUseCase,
        RateFilm by RateFilmUseCase, UnrateFilm by UnrateFilmUseCase,
        LogViewing by LogViewingUseCase, ReviseViewing by ReviseViewingUseCase,
        EraseViewing by EraseViewingUseCase,
        WriteReview by WriteReviewUseCase, DeleteReview by DeleteReviewUseCase,
        SetProgress by SetProgressUseCase, ClearProgress by ClearProgressUseCase,
        HideThing by HideThingUseCase, UnhideThing by UnhideThingUseCase,
        RecommendTonight by RecommendTonightUseCase,
        InviteCompanion by InviteCompanionUseCase, AcceptCompanion by AcceptCompanionUseCase,
        DeclineCompanion by DeclineCompanionUseCase,
        EndCompanionship by EndCompanionshipUseCase, ImportFilms by ImportFilmsUseCase,
        OrderFilms by OrderFilmsUseCase, OrderTraining by OrderTrainingUseCase,
        ChangeUser by ChangeUserUseCase, DeleteUser by DeleteUserUseCase,
        CancelJob by CancelJobUseCase, RetryJob by RetryJobUseCase,
        AskForPasswordReset by AskForPasswordResetUseCase,
        AskForVerification by AskForVerificationUseCase, VerifyEmail by VerifyEmailUseCase,
        ChoosePreferences by ChoosePreferencesUseCase, Unsubscribe by UnsubscribeUseCase,
    ],
    // One for each kind of job; `resolve_all` finds them.
    handlers = [
        TidyUpHandler, TrainRecommenderHandler, ImportFilmHandler, ImportPagesHandler, SearchSourcesHandler,
        CompleteFilmHandler, RefreshOldestHandler, MakeImagesHandler, ChooseGradientHandler,
        ChooseMixGradientHandler, EmbedFilmsHandler, SendLetterHandler,
    ],
    // Those who want to know what happened; `resolve_all` finds them.
    consumers = [TrainingTrigger, WelcomeMail],
}
