//! Pictures told by decoding them, within bounds of memory.
use super::picture_structure::{frames_fit, is_complete};
use application::catalogue::ports::{Picture, PictureInspector, PictureRefused};
use async_trait::async_trait;
use bytes::Bytes;
use domain::catalogue::PictureFormat;
use image::{
    ImageDecoder, ImageError, ImageFormat, ImageResult, Limits,
    codecs::{jpeg::JpegDecoder, png::PngDecoder, webp::WebPDecoder},
    error::LimitErrorKind,
};
use sha2::{Digest, Sha256};
use shaku::Component;
use std::{io::Cursor, sync::Arc};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    task,
};

const MOST_BYTES: usize = 10 * 1024 * 1024;
const MEGAPIXEL: u64 = 1_000_000;
const MOST_MEGAPIXELS: u32 = 40;
const MOST_PIXELS: u64 = 40 * MEGAPIXEL;
/// The longest side that a JPEG can have; nothing longer is a poster.
const LONGEST_SIDE: u32 = 65_535;
/// What a decoder may set aside besides the pixels, for colour profiles and rows.
const MOST_BYTES_ASIDE: u64 = 16 * 1024 * 1024;
/// What every picture counts as at least, so that no more than two are decoded at a time.
const LEAST_SHARE: u32 = MOST_MEGAPIXELS / 2;
/// The pictures being decoded and those that wait for it.
const MOST_PLACES: u32 = 10;

/// Decodes pictures on the threads for blocking work, two at a time; a few more may wait.
///
/// The pictures being decoded have 40 megapixels at most together. The hungriest decoder keeps 16
/// bytes for a pixel (a moving WebP: the frame, the canvas, the result and the planes it is made
/// from), so that they stay below 640 MB whatever is sent.
#[derive(Component, Default)]
#[shaku(interface = PictureInspector)]
pub struct ImageInspector {
    #[shaku(default)]
    turns: DecodingTurns,
}

/// Whose turn it is to be decoded.
#[derive(Clone, Debug)]
pub struct DecodingTurns {
    places: Arc<Semaphore>,
    megapixels: Arc<Semaphore>,
}

impl Default for DecodingTurns {
    fn default() -> Self {
        let semaphore = |permits: u32| {
            Arc::new(Semaphore::new(
                permits.try_into().unwrap_or(Semaphore::MAX_PERMITS),
            ))
        };
        Self {
            places: semaphore(MOST_PLACES),
            megapixels: semaphore(MOST_MEGAPIXELS),
        }
    }
}

impl DecodingTurns {
    fn take_place(&self) -> Result<Arc<OwnedSemaphorePermit>, PictureRefused> {
        let place = Arc::clone(&self.places).try_acquire_owned();
        // Why there is no place says nothing more than that there is none.
        place.map(Arc::new).map_err(|_full| PictureRefused::Busy)
    }

    async fn wait_for(&self, megapixels: u32) -> Result<OwnedSemaphorePermit, PictureRefused> {
        let share = megapixels.clamp(LEAST_SHARE, MOST_MEGAPIXELS);
        let turn = Arc::clone(&self.megapixels).acquire_many_owned(share).await;
        turn.map_err(|_closed| PictureRefused::Busy)
    }
}

#[async_trait]
impl PictureInspector for ImageInspector {
    async fn inspect(&self, bytes: Bytes) -> Result<Picture, PictureRefused> {
        if bytes.len() > MOST_BYTES {
            return Err(PictureRefused::TooManyBytes);
        }
        // A place is given back when the work is over, not when nobody waits for it any more.
        let place = self.turns.take_place()?;
        let header = {
            let (place, bytes) = (Arc::clone(&place), bytes.clone());
            blocking(move || {
                let _place = place;
                Header::read(&bytes)
            })
            .await?
        };
        let turn = self.turns.wait_for(header.megapixels()).await?;
        blocking(move || {
            let _until_done = (place, turn);
            header.decode(bytes)
        })
        .await
    }
}

/// Runs work that takes its time. Decoders panic where a file surprises them.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, PictureRefused> + Send + 'static,
) -> Result<T, PictureRefused> {
    task::spawn_blocking(work)
        .await
        .unwrap_or_else(|panic| Err(PictureRefused::NotAPicture(panic.into())))
}

/// What the first bytes of a picture tell.
struct Header {
    format: PictureFormat,
    pixels: u64,
}

impl Header {
    /// Reads a header; nothing is decoded or set aside for pixels yet.
    fn read(bytes: &[u8]) -> Result<Self, PictureRefused> {
        let format = told_by_content(bytes)?;
        let (width, height) = open(format, bytes).map_err(refused)?.dimensions();
        let pixels = u64::from(width) * u64::from(height);
        if pixels > MOST_PIXELS || width.max(height) > LONGEST_SIDE {
            return Err(PictureRefused::TooManyPixels);
        }
        if !is_complete(format, bytes) {
            return Err(not_a_picture("the end is missing"));
        }
        if !frames_fit(format, bytes, pixels) {
            return Err(not_a_picture("a frame is larger than the picture"));
        }
        Ok(Self { format, pixels })
    }

    fn megapixels(&self) -> u32 {
        u32::try_from(self.pixels.div_ceil(MEGAPIXEL)).unwrap_or(MOST_MEGAPIXELS)
    }

    fn decode(self, bytes: Bytes) -> Result<Picture, PictureRefused> {
        decode_pixels(self.format, &bytes).map_err(refused)?;
        Ok(Picture {
            format: self.format,
            sha256: Sha256::digest(&bytes).into(),
            bytes,
        })
    }
}

fn told_by_content(bytes: &[u8]) -> Result<PictureFormat, PictureRefused> {
    match image::guess_format(bytes) {
        Ok(ImageFormat::Jpeg) => Ok(PictureFormat::Jpeg),
        Ok(ImageFormat::Png) => Ok(PictureFormat::Png),
        Ok(ImageFormat::WebP) => Ok(PictureFormat::WebP),
        Ok(_) => Err(not_a_picture("it is of another format")),
        Err(unknown) => Err(PictureRefused::NotAPicture(unknown.into())),
    }
}

fn open(format: PictureFormat, bytes: &[u8]) -> ImageResult<Box<dyn ImageDecoder + '_>> {
    let mut limits = Limits::default();
    limits.max_alloc = Some(MOST_BYTES_ASIDE);
    limits.max_image_width = Some(LONGEST_SIDE);
    limits.max_image_height = Some(LONGEST_SIDE);
    let reader = Cursor::new(bytes);
    let mut decoder: Box<dyn ImageDecoder> = match format {
        PictureFormat::Jpeg => Box::new(JpegDecoder::new(reader)?),
        // It takes its limits only here, the others only below.
        PictureFormat::Png => Box::new(PngDecoder::with_limits(reader, limits.clone())?),
        PictureFormat::WebP => Box::new(WebPDecoder::new(reader)?),
    };
    decoder.set_limits(limits)?;
    Ok(decoder)
}

fn decode_pixels(format: PictureFormat, bytes: &[u8]) -> ImageResult<()> {
    let decoder = open(format, bytes)?;
    let size = usize::try_from(decoder.total_bytes()).unwrap_or(usize::MAX);
    let mut pixels = Vec::new();
    if pixels.try_reserve_exact(size).is_err() {
        return Err(ImageError::Limits(image::error::LimitError::from_kind(
            LimitErrorKind::InsufficientMemory,
        )));
    }
    pixels.resize(size, 0);
    decoder.read_image(&mut pixels)
}

fn refused(failure: ImageError) -> PictureRefused {
    match &failure {
        ImageError::Limits(limit) if limit.kind() == LimitErrorKind::DimensionError => {
            PictureRefused::TooManyPixels
        }
        _ => PictureRefused::NotAPicture(failure.into()),
    }
}

fn not_a_picture(why: &'static str) -> PictureRefused {
    PictureRefused::NotAPicture(why.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{DynamicImage, ImageBuffer, Rgb};

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
        let taken = inspector
            .turns
            .places
            .try_acquire_many(MOST_PLACES)
            .unwrap();
        let refused = inspector.inspect(png()).await.unwrap_err();
        assert!(matches!(refused, PictureRefused::Busy));
        drop(taken);
        inspector.inspect(png()).await.unwrap();
    }

    #[tokio::test]
    async fn a_picture_waits_for_its_turn_and_gives_everything_back() {
        let inspector = ImageInspector::default();
        let all = Arc::clone(&inspector.turns.megapixels)
            .acquire_many_owned(MOST_MEGAPIXELS)
            .await
            .unwrap();
        let wait = std::time::Duration::from_millis(100);
        let cut_short = tokio::time::timeout(wait, inspector.inspect(png())).await;
        assert!(cut_short.is_err(), "it must wait");
        drop(all);
        inspector.inspect(png()).await.unwrap();
        assert_eq!(inspector.turns.places.available_permits(), 10);
        assert_eq!(inspector.turns.megapixels.available_permits(), 40);
    }

    #[tokio::test]
    async fn a_decoder_that_panics_has_met_no_picture() {
        let outcome = blocking::<()>(|| panic!("surprised")).await;
        assert!(matches!(outcome, Err(PictureRefused::NotAPicture(_))));
    }

    #[test]
    fn large_pictures_are_decoded_alone_and_small_ones_two_at_a_time() {
        let share = |megapixels: u64| {
            let header = Header {
                format: PictureFormat::Png,
                pixels: megapixels * MEGAPIXEL,
            };
            header.megapixels().clamp(LEAST_SHARE, MOST_MEGAPIXELS)
        };
        assert_eq!(MOST_MEGAPIXELS / share(1), 2);
        assert_eq!(MOST_MEGAPIXELS / share(20), 2);
        assert_eq!(MOST_MEGAPIXELS / share(21), 1);
        assert_eq!(MOST_MEGAPIXELS / share(40), 1);
    }
}
