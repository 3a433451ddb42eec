//! What the tests share.
use application::{
    fakes::World,
    identity::authenticate::{Authenticator, TokenRefused},
    shared::{actor::Actor, failure::Failure},
};
use domain::{
    catalogue::{CountryName, FilmContent, FilmDescription, FilmTitle, GenreId},
    identity::{EmailAddress, NewPassword, Username},
};
use shaku::HasComponent;
use std::sync::Arc;

/// The code of what went wrong.
#[track_caller]
pub fn code<T, E: Failure>(outcome: Result<T, E>) -> &'static str {
    match outcome {
        Ok(_) => panic!("it went well"),
        Err(failure) => failure.code(),
    }
}

pub fn email(text: &str) -> EmailAddress {
    EmailAddress::parse(text).unwrap()
}

pub fn password(text: &str) -> NewPassword {
    NewPassword::parse(text).unwrap()
}

pub fn username(text: &str) -> Username {
    Username::parse(text).unwrap()
}

pub fn content(title: &str, genres: &[GenreId]) -> FilmContent {
    FilmContent {
        title: FilmTitle::parse(title).unwrap(),
        description: Some(FilmDescription::parse("Somebody goes somewhere.").unwrap()),
        genres: genres.to_vec(),
        country: Some(CountryName::parse("Latvia").unwrap()),
        release_year: None,
    }
}

/// Whom a token stands for.
pub fn authenticate(world: &World, token: &str) -> Result<Actor, TokenRefused> {
    let authenticator: Arc<dyn Authenticator> = world.application().resolve();
    authenticator.authenticate(token)
}
