//! Pictures told by decoding them, within bounds of memory.
use super::{
    image_rendering::looks_of,
    picture_decoding::{DecodingTurns, Header, blocking, semaphore},
};
use application::catalogue::ports::{Picture, PictureInspector, PictureRefused};
use async_trait::async_trait;
use bytes::Bytes;
use sha2::{Digest, Sha256};
use shaku::Component;
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

const MOST_BYTES: usize = 10 * 1024 * 1024;
/// The pictures being decoded and those that wait for it.
const MOST_PLACES: u32 = 10;

/// Decodes pictures on the threads for blocking work when it is their turn; a few may wait for it.
#[derive(Component, Default)]
#[shaku(interface = PictureInspector)]
pub struct ImageInspector {
    #[shaku(default)]
    turns: DecodingTurns,
    #[shaku(default)]
    places: Places,
}

/// Where pictures wait to be looked at.
#[derive(Clone, Debug)]
pub struct Places(Arc<Semaphore>);

impl Default for Places {
    fn default() -> Self {
        Self(semaphore(MOST_PLACES))
    }
}

impl Places {
    fn take(&self) -> Result<Arc<OwnedSemaphorePermit>, PictureRefused> {
        let place = Arc::clone(&self.0).try_acquire_owned();
        // Why there is no place says nothing more than that there is none.
        place.map(Arc::new).map_err(|_full| PictureRefused::Busy)
    }
}

#[async_trait]
impl PictureInspector for ImageInspector {
    async fn inspect(&self, bytes: Bytes) -> Result<Picture, PictureRefused> {
        if bytes.len() > MOST_BYTES {
            return Err(PictureRefused::TooManyBytes);
        }
        // A place is given back when the work is over, not when nobody waits for it any more.
        let place = self.places.take()?;
        let header = {
            let (place, bytes) = (Arc::clone(&place), bytes.clone());
            blocking(move || {
                let _place = place;
                Header::read(&bytes)
            })
            .await?
        };
        let turn = self.turns.wait_for(&header).await?;
        blocking(move || {
            let _until_done = (place, turn);
            look_at(&header, bytes)
        })
        .await
    }
}

fn look_at(header: &Header, bytes: Bytes) -> Result<Picture, PictureRefused> {
    let (picture, turn) = header.decode(&bytes)?;
    let looks = looks_of(picture, turn).map_err(PictureRefused::NotAPicture)?;
    Ok(Picture {
        looks,
        format: header.format,
        sha256: Sha256::digest(&bytes).into(),
        bytes,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{DynamicImage, ImageBuffer, ImageFormat, Rgb};
    use std::io::Cursor;

    fn png() -> Bytes {
        let mut bytes = Cursor::new(Vec::new());
        DynamicImage::from(ImageBuffer::from_pixel(8, 8, Rgb([200_u8, 30, 30])))
            .write_to(&mut bytes, ImageFormat::Png)
            .unwrap();
        bytes.into_inner().into()
    }

    #[tokio::test]
    async fn when_every_place_is_taken_it_says_so_at_once() {
        let inspector = ImageInspector::default();
        let taken = inspector.places.0.try_acquire_many(MOST_PLACES).unwrap();
        let refused = inspector.inspect(png()).await.unwrap_err();
        assert!(matches!(refused, PictureRefused::Busy));
        drop(taken);
        inspector.inspect(png()).await.unwrap();
    }

    #[tokio::test]
    async fn a_picture_waits_for_its_turn_and_gives_everything_back() {
        let inspector = ImageInspector::default();
        let all = inspector.turns.take_all().await;
        let wait = std::time::Duration::from_millis(100);
        let cut_short = tokio::time::timeout(wait, inspector.inspect(png())).await;
        assert!(cut_short.is_err(), "it must wait");
        drop(all);
        inspector.inspect(png()).await.unwrap();
        assert_eq!(inspector.places.0.available_permits(), 10);
        assert_eq!(inspector.turns.left(), 40);
    }
}
