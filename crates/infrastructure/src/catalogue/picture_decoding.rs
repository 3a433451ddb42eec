//! Pictures are decoded within bounds of memory.
use super::picture_structure::{frames_fit, is_complete};
use application::catalogue::ports::PictureRefused;
use domain::catalogue::PictureFormat;
use image::{
    DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageResult, Limits,
    codecs::{jpeg::JpegDecoder, png::PngDecoder, webp::WebPDecoder},
    error::LimitErrorKind,
    metadata::Orientation,
};
use std::{io::Cursor, sync::Arc};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    task,
};

const MEGAPIXEL: u64 = 1_000_000;
const MOST_MEGAPIXELS: u32 = 40;
const MOST_PIXELS: u64 = 40 * MEGAPIXEL;
/// The longest side that a JPEG can have; nothing longer is a poster.
const LONGEST_SIDE: u32 = 65_535;
/// What a decoder may set aside besides the pixels, for colour profiles and rows.
const MOST_BYTES_ASIDE: u64 = 16 * 1024 * 1024;
/// What every picture counts as at least, so that no more than two are decoded at a time.
const LEAST_SHARE: u32 = MOST_MEGAPIXELS / 2;

/// Whose turn it is to be decoded: two pictures at a time, with 40 megapixels at most together.
///
/// The hungriest work keeps 16 bytes for a pixel (a moving WebP: the frame, the canvas, the result and
/// the planes it is made from), so that they stay below 640 MB whatever is sent. Everybody who decodes
/// shares the turns.
#[derive(Clone, Debug)]
pub struct DecodingTurns(Arc<Semaphore>);

impl Default for DecodingTurns {
    fn default() -> Self {
        Self(semaphore(MOST_MEGAPIXELS))
    }
}

/// A semaphore of so many permits.
pub(super) fn semaphore(permits: u32) -> Arc<Semaphore> {
    let permits = permits.try_into().unwrap_or(Semaphore::MAX_PERMITS);
    Arc::new(Semaphore::new(permits))
}

impl DecodingTurns {
    /// Waits until a picture may be decoded. The turn lasts until the permit is dropped.
    pub(super) async fn wait_for(
        &self,
        header: &Header,
    ) -> Result<OwnedSemaphorePermit, PictureRefused> {
        let turn = Arc::clone(&self.0).acquire_many_owned(header.share()).await;
        turn.map_err(|_closed| PictureRefused::Busy)
    }
}

/// Runs work that takes its time. Decoders panic where a file surprises them.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, PictureRefused> + Send + 'static,
) -> Result<T, PictureRefused> {
    task::spawn_blocking(work)
        .await
        .unwrap_or_else(|panic| Err(PictureRefused::NotAPicture(panic.into())))
}

/// What the first bytes of a picture tell.
pub(super) struct Header {
    /// What the bytes are.
    pub(super) format: PictureFormat,
    pixels: u64,
}

impl Header {
    /// Reads a header; nothing is decoded or set aside for pixels yet.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, PictureRefused> {
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

    /// Decodes the picture, and tells how it is to be turned to stand upright.
    pub(super) fn decode(
        &self,
        bytes: &[u8],
    ) -> Result<(DynamicImage, Orientation), PictureRefused> {
        decode(self.format, bytes).map_err(refused)
    }

    fn share(&self) -> u32 {
        let megapixels = u32::try_from(self.pixels.div_ceil(MEGAPIXEL)).unwrap_or(MOST_MEGAPIXELS);
        megapixels.clamp(LEAST_SHARE, MOST_MEGAPIXELS)
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

fn decode(format: PictureFormat, bytes: &[u8]) -> ImageResult<(DynamicImage, Orientation)> {
    let mut decoder = open(format, bytes)?;
    // What is said of it beside the picture may be broken without harm to the picture.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let size = usize::try_from(decoder.total_bytes()).unwrap_or(usize::MAX);
    // Made and dropped, so that a lack of memory is an error here and not the end of the process.
    if Vec::<u8>::new().try_reserve_exact(size).is_err() {
        return Err(ImageError::Limits(image::error::LimitError::from_kind(
            LimitErrorKind::InsufficientMemory,
        )));
    }
    Ok((DynamicImage::from_decoder(decoder)?, orientation))
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
impl DecodingTurns {
    /// Takes every turn, for tests.
    pub(super) async fn take_all(&self) -> OwnedSemaphorePermit {
        let all = Arc::clone(&self.0).acquire_many_owned(MOST_MEGAPIXELS);
        all.await.unwrap()
    }

    /// How many megapixels may be decoded at once now.
    pub(super) fn left(&self) -> usize {
        self.0.available_permits()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_decoder_that_panics_has_met_no_picture() {
        let outcome = blocking::<()>(|| panic!("surprised")).await;
        assert!(matches!(outcome, Err(PictureRefused::NotAPicture(_))));
    }

    #[test]
    fn large_pictures_are_decoded_alone_and_small_ones_two_at_a_time() {
        let at_once = |megapixels: u64| {
            let header = Header {
                format: PictureFormat::Png,
                pixels: megapixels * MEGAPIXEL,
            };
            MOST_MEGAPIXELS / header.share()
        };
        assert_eq!(at_once(1), 2);
        assert_eq!(at_once(20), 2);
        assert_eq!(at_once(21), 1);
        assert_eq!(at_once(40), 1);
    }
}
