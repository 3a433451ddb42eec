//! Posters in sizes and formats that suit browsers: kept in the poster store, made when missing.
use super::{
    image_rendering::Master,
    picture_decoding::{DecodingTurns, Header, blocking, semaphore},
};
use application::{
    catalogue::ports::{
        PictureRefused, PosterImageError, PosterImages, PosterStore, PosterStoreError,
    },
    shared::{failure::logged, store::Cause},
};
use async_trait::async_trait;
use bytes::Bytes;
use domain::catalogue::{ImageSize, PosterImage, PosterKey, ShownPoster};
use moka::future::Cache;
use shaku::Component;
use std::{future::Future, sync::Arc, time::Duration};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

/// Those who wait for an image to be made; they hold next to nothing.
const MOST_WAITING: u32 = 64;
/// The images being made, each of which holds a poster of up to 10 MiB.
const MOST_AT_ONCE: u32 = 4;
/// The posters on their way out as they are, each of which may have 10 MiB.
const MOST_POSTERS_OUT: u32 = 16;
/// How long somebody waits for their turn; browsers do not wait much longer.
const WAIT_AT_MOST: Duration = Duration::from_secs(8);
/// For how long an image is at hand that could not be kept.
const UNKEPT_FOR: Duration = Duration::from_secs(10);
const UNKEPT_BYTES: u64 = 16 * 1024 * 1024;

/// Finds images in the poster store and makes those that are missing.
#[derive(Component)]
#[shaku(interface = PosterImages)]
pub struct StoredPosterImages {
    #[shaku(inject)]
    posters: Arc<dyn PosterStore>,
    workshop: ImageWorkshop,
}

/// Where images are made: how many at once, and by whom they are waited for.
#[derive(Clone, Debug)]
pub struct ImageWorkshop {
    turns: DecodingTurns,
    places: Arc<Semaphore>,
    hands: Arc<Semaphore>,
    out: Arc<Semaphore>,
    /// What is being made, so that nobody makes it too; and for a moment what could not be kept.
    making: Cache<PosterImage, Made>,
}

/// An image that has been found or made.
#[derive(Clone, Debug)]
struct Made {
    bytes: Bytes,
    is_kept: bool,
}

/// Why there is no image. Those who wait for the same one share it.
#[derive(Debug, thiserror::Error)]
enum Missed {
    #[error("there is no such poster")]
    NoPoster,
    #[error(transparent)]
    Failed(#[from] PosterImageError),
}

impl From<PosterStoreError> for Missed {
    fn from(failure: PosterStoreError) -> Self {
        Self::Failed(PosterImageError::Unavailable(failure.into()))
    }
}

impl From<PictureRefused> for Missed {
    fn from(refused: PictureRefused) -> Self {
        Self::Failed(match refused {
            PictureRefused::Busy => PosterImageError::Busy,
            other => PosterImageError::Broken(other.into()),
        })
    }
}

/// Tells each of those who waited what has happened.
fn found<T>(outcome: Result<T, Arc<Missed>>) -> Result<Option<T>, PosterImageError> {
    let missed = match outcome {
        Ok(found) => return Ok(Some(found)),
        Err(missed) => missed,
    };
    match &*missed {
        Missed::NoPoster => Ok(None),
        Missed::Failed(PosterImageError::Busy) => Err(PosterImageError::Busy),
        Missed::Failed(PosterImageError::Broken(_)) => {
            Err(PosterImageError::Broken(Box::new(missed)))
        }
        Missed::Failed(PosterImageError::Unavailable(_)) => {
            Err(PosterImageError::Unavailable(Box::new(missed)))
        }
    }
}

impl ImageWorkshop {
    /// A workshop that decodes when it is its turn.
    #[must_use]
    pub fn new(turns: DecodingTurns) -> Self {
        let making = Cache::builder()
            .max_capacity(UNKEPT_BYTES)
            .weigher(|_, made: &Made| u32::try_from(made.bytes.len()).unwrap_or(u32::MAX))
            .time_to_live(UNKEPT_FOR)
            .build();
        Self {
            turns,
            places: semaphore(MOST_WAITING),
            hands: semaphore(MOST_AT_ONCE),
            out: semaphore(MOST_POSTERS_OUT),
            making,
        }
    }

    /// Waits for a hand that is free, unless too many wait already.
    async fn hand(&self) -> Result<OwnedSemaphorePermit, PosterImageError> {
        let place = self.places.try_acquire();
        let _while_waiting = place.map_err(|_full| PosterImageError::Busy)?;
        take(&self.hands).await
    }

    /// Does something with a master of a poster, off the threads that answer. What a picture takes is
    /// given back before the next one's turn.
    async fn work<T: Send + 'static>(
        &self,
        poster: Bytes,
        size: ImageSize,
        work: impl FnOnce(Master) -> Result<T, Cause> + Send + 'static,
    ) -> Result<T, PictureRefused> {
        let header = {
            let poster = poster.clone();
            blocking(move || Header::read(&poster)).await?
        };
        let turn = self.turns.wait_for(&header).await?;
        blocking(move || {
            let _until_done = turn;
            let (picture, orientation) = header.decode(&poster)?;
            let master = match size {
                ImageSize::Original => Master::at_full_size(picture, orientation),
                _ => Master::for_widths(picture, orientation),
            };
            let done = master.and_then(work);
            done.map_err(PictureRefused::NotAPicture)
        })
        .await
    }
}

async fn take(semaphore: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, PosterImageError> {
    let permit = timeout(WAIT_AT_MOST, Arc::clone(semaphore).acquire_owned()).await;
    match permit {
        Ok(Ok(permit)) => Ok(permit),
        Ok(Err(_)) | Err(_) => Err(PosterImageError::Busy),
    }
}

async fn render(master: Arc<Master>, image: &PosterImage) -> Result<Bytes, Missed> {
    let (size, format) = (image.size, image.format);
    let made = blocking(move || {
        let made = master.image(size, format);
        made.map_err(PictureRefused::NotAPicture)
    });
    Ok(made.await?.into())
}

/// Bytes that hold a permit for as long as anybody has them.
struct Permitted {
    bytes: Bytes,
    _permit: OwnedSemaphorePermit,
}

impl AsRef<[u8]> for Permitted {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

#[async_trait]
impl PosterImages for StoredPosterImages {
    async fn find(&self, shown: &ShownPoster) -> Result<Option<Bytes>, PosterImageError> {
        match shown {
            ShownPoster::Itself(poster) => self.poster(poster).await,
            ShownPoster::Image(image) => {
                let made = found(self.shared(image, self.make(image)).await)?;
                Ok(made.map(|made| made.bytes))
            }
        }
    }

    async fn prepare(&self, poster: &PosterKey) -> Result<Option<usize>, PosterImageError> {
        let mut missing = Vec::new();
        for image in PosterImage::all_of(poster) {
            let is_wanted = image.size != ImageSize::Original;
            if is_wanted
                && found(self.kept(&image).await.map_err(Arc::new))?
                    .flatten()
                    .is_none()
            {
                missing.push(image);
            }
        }
        if missing.is_empty() {
            return Ok(Some(0));
        }
        let Some(master) = found(self.master(poster).await.map_err(Arc::new))? else {
            return Ok(None);
        };
        for image in &missing {
            found(self.shared(image, render(Arc::clone(&master), image)).await)?;
        }
        Ok(Some(missing.len()))
    }
}

impl StoredPosterImages {
    /// Images of the posters of a store.
    #[must_use]
    pub fn new(posters: Arc<dyn PosterStore>, turns: DecodingTurns) -> Self {
        Self {
            posters,
            workshop: ImageWorkshop::new(turns),
        }
    }

    async fn poster(&self, poster: &PosterKey) -> Result<Option<Bytes>, PosterImageError> {
        let permit = take(&self.workshop.out).await?;
        let found = self.posters.fetch(poster).await;
        let found = found.map_err(|failure| PosterImageError::Unavailable(failure.into()))?;
        Ok(found.map(|bytes| {
            Bytes::from_owner(Permitted {
                bytes,
                _permit: permit,
            })
        }))
    }

    /// Finds an image or makes it; whoever asks for it meanwhile is given the same.
    async fn shared(
        &self,
        image: &PosterImage,
        make: impl Future<Output = Result<Bytes, Missed>>,
    ) -> Result<Made, Arc<Missed>> {
        let making = &self.workshop.making;
        let find_or_make = async {
            if let Some(bytes) = self.kept(image).await? {
                let is_kept = true;
                return Ok(Made { bytes, is_kept });
            }
            let bytes = make.await?;
            let is_kept = self.keep(image, &bytes).await;
            Ok::<_, Missed>(Made { bytes, is_kept })
        };
        let shared = making.try_get_with_by_ref(image, find_or_make).await?;
        if shared.is_kept {
            making.invalidate(image).await;
        }
        Ok(shared)
    }

    async fn kept(&self, image: &PosterImage) -> Result<Option<Bytes>, Missed> {
        Ok(self.posters.fetch_image(image).await?)
    }

    async fn make(&self, image: &PosterImage) -> Result<Bytes, Missed> {
        let _hand = self.workshop.hand().await?;
        let poster = self.posters.fetch(&image.poster).await?;
        let poster = poster.ok_or(Missed::NoPoster)?;
        let (size, format) = (image.size, image.format);
        let work = move |master: Master| master.image(size, format);
        Ok(self.workshop.work(poster, size, work).await?.into())
    }

    /// The master of all images of fixed widths, which is small enough to be kept for a while.
    async fn master(&self, poster: &PosterKey) -> Result<Arc<Master>, Missed> {
        let _hand = self.workshop.hand().await?;
        let poster = self.posters.fetch(poster).await?;
        let poster = poster.ok_or(Missed::NoPoster)?;
        let master = self.workshop.work(poster, ImageSize::W780, Ok).await?;
        Ok(Arc::new(master))
    }

    /// Keeps an image for the next who asks. Whoever asked now is answered even when that fails.
    async fn keep(&self, image: &PosterImage, bytes: &Bytes) -> bool {
        let kept = self.posters.put_image(image, bytes.clone()).await;
        if let Err(failure) = &kept {
            tracing::warn!(error = logged(failure), "an image could not be kept");
        }
        kept.is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use application::fakes::FakePosterStore;
    use domain::{catalogue::PictureFormat, shared::Id};
    use image::{DynamicImage, ImageFormat, RgbImage};
    use std::io::Cursor;
    use uuid::Uuid;

    fn poster() -> PosterKey {
        let film = Id::from_uuid(Uuid::from_u128(7));
        PosterKey::new(film, &[1; 32], PictureFormat::Png)
    }

    fn images() -> StoredPosterImages {
        let store = FakePosterStore::default();
        let mut png = Cursor::new(Vec::new());
        let picture = DynamicImage::from(RgbImage::new(20, 30));
        picture.write_to(&mut png, ImageFormat::Png).unwrap();
        store.has(&poster(), png.into_inner());
        StoredPosterImages::new(Arc::new(store), DecodingTurns::default())
    }

    fn shown() -> ShownPoster {
        ShownPoster::choose(poster(), ImageSize::W92, true)
    }

    #[tokio::test]
    async fn when_too_many_wait_it_says_so_at_once() {
        let images = images();
        let places = Arc::clone(&images.workshop.places);
        let taken = places.try_acquire_many(MOST_WAITING).unwrap();
        let busy = images.find(&shown()).await;
        assert!(matches!(busy, Err(PosterImageError::Busy)));
        drop(taken);
        images.find(&shown()).await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn somebody_who_goes_away_gives_everything_back() {
        let images = images();
        let all = images.workshop.turns.take_all().await;
        let wait = Duration::from_millis(100);
        let cut_short = timeout(wait, images.find(&shown())).await;
        assert!(cut_short.is_err(), "it must wait for its turn");
        drop(all);
        images.find(&shown()).await.unwrap().unwrap();
        assert_eq!(images.workshop.places.available_permits(), 64);
        assert_eq!(images.workshop.hands.available_permits(), 4);
        assert_eq!(images.workshop.turns.left(), 40);
    }

    #[tokio::test]
    async fn a_poster_on_its_way_out_counts_until_it_has_gone() {
        let images = images();
        let out = images.find(&ShownPoster::Itself(poster())).await.unwrap();
        assert_eq!(images.workshop.out.available_permits(), 15);
        let part = out.unwrap().slice(..4);
        assert_eq!(images.workshop.out.available_permits(), 15);
        drop(part);
        assert_eq!(images.workshop.out.available_permits(), 16);
    }
}
