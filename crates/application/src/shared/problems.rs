//! Every way in which a request may fail, for documents and tests.
use super::failure::ProblemCode;
use crate::{
    assistant::conversations::ConversationError,
    audit::list::AuditError,
    catalogue::{
        create_film::CreateFilmError,
        embed_films::EmbedFilmsError,
        fetch_poster::{FetchPictureError, FetchPosterError},
        imports::ImportError,
        ports::{FilmIndexError, PictureRefused, PosterImageError, PosterStoreError},
        posters::PosterError,
        search_films::SearchFilmsError,
        show_film::ShowFilmError,
        show_image::ShowImageError,
        sources::SourceError,
        update_film::UpdateFilmError,
        vocabulary::VocabularyError,
    },
    community::{CommunityError, ImportRatingsError, ports::BadFiles},
    events::administer::EventsError,
    identity::{
        administer::AdministerError,
        authenticate::TokenRefused,
        door::TooManyFailures,
        email_verification::VerifyEmailError,
        last_admin::LastAdminError,
        manage_users::ManageUsersError,
        password_reset::PasswordResetError,
        ports::{HashingError, SaveUserError},
        profile::ProfileError,
        register::RegisterError,
        sessions::SessionsError,
        sign_in::SignInError,
        telegram::{ExchangeTelegramKeyError, TelegramLinkError, TelegramSignInError},
        tokens::RefreshTokensError,
    },
    jobs::administer::JobsError,
    library::{choose_gradient::ChooseGradientError, show_watchlist::WatchlistError},
    mixes::{browse_mixes::MixError, choose_gradient::ChooseMixGradientError},
    notifications::{
        ports::MailError, preferences::PreferencesError, send_letter::SendLetterError,
        unsubscribe::UnsubscribeError,
    },
    recommendation::{
        companions::CompanionError, recommend::RecommendError,
        recommend_tonight::RecommendTonightError, similar::SimilarError, together::TogetherError,
        training::ModelsError, wishes::WishesError,
    },
    shared::{actor::AccessDenied, store::StoreError},
    taste::{
        diary::DiaryError, hides::HideError, progress::ProgressError, ratings::RatingError,
        reviews::ReviewError, stats::StatsError,
    },
    telegram::receive::ReceiveUpdateError,
    upkeep::{figures::FiguresError, tidy_up::TidyUpError},
};

/// Lists errors by name with the failures that start in them.
macro_rules! listed {
    ($($error:ident),* $(,)?) => {
        &[$((stringify!($error), $error::PROBLEMS)),*]
    };
}

const LISTED: &[(&str, &[ProblemCode])] = listed![
    AccessDenied,
    AdministerError,
    AuditError,
    BadFiles,
    ChooseGradientError,
    ChooseMixGradientError,
    CommunityError,
    CompanionError,
    ConversationError,
    CreateFilmError,
    DiaryError,
    EmbedFilmsError,
    EventsError,
    ExchangeTelegramKeyError,
    FetchPictureError,
    FetchPosterError,
    FiguresError,
    FilmIndexError,
    HashingError,
    HideError,
    ImportError,
    ImportRatingsError,
    JobsError,
    LastAdminError,
    ManageUsersError,
    MailError,
    MixError,
    ModelsError,
    PasswordResetError,
    PictureRefused,
    PosterError,
    PosterImageError,
    PosterStoreError,
    PreferencesError,
    ProfileError,
    ProgressError,
    RatingError,
    ReceiveUpdateError,
    RecommendError,
    RecommendTonightError,
    RefreshTokensError,
    RegisterError,
    ReviewError,
    SaveUserError,
    SearchFilmsError,
    SendLetterError,
    SessionsError,
    ShowFilmError,
    ShowImageError,
    SignInError,
    SimilarError,
    SourceError,
    StatsError,
    StoreError,
    TelegramLinkError,
    TelegramSignInError,
    TidyUpError,
    TogetherError,
    TokenRefused,
    TooManyFailures,
    UnsubscribeError,
    UpdateFilmError,
    VerifyEmailError,
    VocabularyError,
    WatchlistError,
    WishesError,
];

/// All failures of the application, each once, in the order of their codes.
#[must_use]
pub fn problems() -> Vec<ProblemCode> {
    let listed = LISTED.iter().flat_map(|(_, problems)| problems.iter());
    let mut problems: Vec<ProblemCode> = listed.copied().collect();
    problems.sort_unstable_by_key(|(code, _)| *code);
    problems.dedup();
    problems
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{collections::BTreeSet, fs, path::Path};

    #[test]
    fn a_code_means_one_thing_wherever_it_appears() {
        let problems = problems();
        assert!(!problems.is_empty());
        let codes: BTreeSet<&str> = problems.iter().map(|(code, _)| *code).collect();
        // Equal pairs are listed once, so a code that is there twice has two kinds.
        assert_eq!(codes.len(), problems.len());
    }

    #[test]
    fn a_code_is_a_context_and_a_name() {
        let is_word = |word: &str, others: &str| {
            let is_allowed = |letter: char| letter.is_ascii_lowercase() || others.contains(letter);
            !word.is_empty() && word.chars().all(is_allowed)
        };
        for (code, _) in problems() {
            let (context, name) = code.split_once('.').unwrap();
            assert!(is_word(context, "") && is_word(name, "_"), "{code}");
        }
    }

    #[test]
    fn every_error_that_speaks_of_failure_is_listed() {
        let mut declared = BTreeSet::new();
        collect(
            &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
            &mut declared,
        );
        let listed: BTreeSet<String> = LISTED.iter().map(|(name, _)| (*name).to_owned()).collect();
        assert_eq!(declared, listed);
    }

    /// The error of which a line says how it fails. What never happens has no name of ours.
    fn declared_in(line: &str) -> Option<String> {
        let by_macro = line.strip_prefix("failure!(");
        let rest = by_macro.or_else(|| line.strip_prefix("impl Failure for "))?;
        let name = rest.split_whitespace().next()?;
        (!name.contains("::")).then(|| name.to_owned())
    }

    fn collect(folder: &Path, declared: &mut BTreeSet<String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                collect(&path, declared);
            } else {
                let text = fs::read_to_string(&path).unwrap();
                declared.extend(text.lines().filter_map(declared_in));
            }
        }
    }
}
