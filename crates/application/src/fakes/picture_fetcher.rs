//! Pictures that other catalogues show, written by a test.
use super::state::locked;
use crate::catalogue::fetch_poster::{FetchPictureError, PictureFetcher, RemotePoster};
use async_trait::async_trait;
use bytes::Bytes;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

/// What is the matter with a picture elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PictureTrouble {
    /// Its server does not answer.
    Unavailable,
    /// It is not where pictures may be fetched from.
    NotAllowed,
}

/// The pictures that can be fetched, by address.
#[derive(Clone, Debug, Default)]
pub struct FakePictureFetcher(Arc<Mutex<HashMap<String, Result<Bytes, PictureTrouble>>>>);

impl FakePictureFetcher {
    /// Puts a picture at an address.
    pub fn has(&self, url: &str, picture: Result<&'static str, PictureTrouble>) {
        locked(&self.0).insert(url.to_owned(), picture.map(Into::into));
    }
}

#[async_trait]
impl PictureFetcher for FakePictureFetcher {
    async fn fetch(&self, poster: &RemotePoster) -> Result<Bytes, FetchPictureError> {
        match locked(&self.0).get(poster.url.as_str()) {
            Some(Ok(bytes)) => Ok(bytes.clone()),
            Some(Err(PictureTrouble::Unavailable)) => {
                Err(FetchPictureError::Unavailable("told to be down".into()))
            }
            Some(Err(PictureTrouble::NotAllowed)) => Err(FetchPictureError::NotAllowed),
            None => Err(FetchPictureError::NotThere),
        }
    }
}
