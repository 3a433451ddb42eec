//! Images are made of pictures: upright, smaller, without what is said beside the pixels.
use application::shared::store::Cause;
use domain::catalogue::{Blurhash, ImageFormat, ImageSize, PosterLooks, dominant_colour};
use fast_image_resize::Resizer;
use image::{DynamicImage, RgbImage, codecs::jpeg::JpegEncoder, metadata::Orientation};

/// Chosen so that a photograph 500 pixels wide has around 20 kB and shows no blocks.
const WEBP_QUALITY: f32 = 80.0;
const JPEG_QUALITY: u8 = 82;
/// What shines through where a picture is transparent and the format knows no transparency.
const BACKGROUND: u8 = 255;

/// A picture that stands upright, with eight bits for each colour, from which images are made.
///
/// All images but the one of full size are made of one master that is as wide as the widest of them,
/// so that they come out the same whether they are made together or one by one.
#[derive(Debug)]
pub(super) struct Master(DynamicImage);

impl Master {
    /// Takes what all images of fixed widths need of a picture.
    pub(super) fn for_widths(picture: DynamicImage, turn: Orientation) -> Result<Self, Cause> {
        Self::made(picture, turn, ImageSize::W780)
    }

    /// Takes a picture at its own size.
    pub(super) fn at_full_size(picture: DynamicImage, turn: Orientation) -> Result<Self, Cause> {
        Self::made(picture, turn, ImageSize::Original)
    }

    fn made(picture: DynamicImage, turn: Orientation, size: ImageSize) -> Result<Self, Cause> {
        let (lying_width, lying_height) = (picture.width(), picture.height());
        let is_lying = lies(turn);
        let (width, height) = if is_lying {
            fit(size, lying_height, lying_width)
        } else {
            fit(size, lying_width, lying_height)
        };
        let (width, height) = if is_lying {
            (height, width)
        } else {
            (width, height)
        };
        let mut made = resized(with_eight_bits(picture), width, height)?;
        // The few pixels that are left are turned faster than those of the whole picture.
        made.apply_orientation(turn);
        Ok(Self(made))
    }

    /// Makes an image.
    pub(super) fn image(&self, size: ImageSize, format: ImageFormat) -> Result<Vec<u8>, Cause> {
        let (width, height) = fit(size, self.0.width(), self.0.height());
        if is_of_size(&self.0, width, height) {
            return encode(&self.0, format);
        }
        encode(&smaller(&self.0, width, height)?, format)
    }
}

/// How a picture looks before it is there.
pub(super) fn looks_of(picture: DynamicImage, turn: Orientation) -> Result<PosterLooks, Cause> {
    let small = Master::made(picture, turn, ImageSize::W92)?;
    let pixels = opaque(&small.0);
    let (width, height) = pixels.dimensions();
    let colour = dominant_colour(pixels.pixels().map(|pixel| pixel.0));
    // More parts on the longer side.
    let (across, down) = if width > height { (4, 3) } else { (3, 4) };
    let pixels = DynamicImage::from(pixels).into_rgba8();
    let blurhash = blurhash::encode(across, down, width, height, &pixels)?;
    Ok(PosterLooks {
        blurhash: Blurhash::parse(&blurhash)?,
        colour,
    })
}

/// The size of an image, such that every format can have it.
fn fit(size: ImageSize, width: u32, height: u32) -> (u32, u32) {
    size.fit(width, height, ImageFormat::WebP.longest_side())
}

/// Whether width and height change places when the picture is set upright.
fn lies(turn: Orientation) -> bool {
    match turn {
        Orientation::Rotate90
        | Orientation::Rotate270
        | Orientation::Rotate90FlipH
        | Orientation::Rotate270FlipH => true,
        Orientation::NoTransforms
        | Orientation::Rotate180
        | Orientation::FlipHorizontal
        | Orientation::FlipVertical => false,
    }
}

fn with_eight_bits(picture: DynamicImage) -> DynamicImage {
    if picture.color().has_alpha() {
        DynamicImage::ImageRgba8(picture.into_rgba8())
    } else {
        DynamicImage::ImageRgb8(picture.into_rgb8())
    }
}

fn resized(picture: DynamicImage, width: u32, height: u32) -> Result<DynamicImage, Cause> {
    if is_of_size(&picture, width, height) {
        return Ok(picture);
    }
    smaller(&picture, width, height)
}

fn is_of_size(picture: &DynamicImage, width: u32, height: u32) -> bool {
    (picture.width(), picture.height()) == (width, height)
}

fn smaller(picture: &DynamicImage, width: u32, height: u32) -> Result<DynamicImage, Cause> {
    let mut smaller = DynamicImage::new(width, height, picture.color());
    Resizer::new().resize(picture, &mut smaller, None)?;
    Ok(smaller)
}

fn encode(picture: &DynamicImage, format: ImageFormat) -> Result<Vec<u8>, Cause> {
    match format {
        ImageFormat::WebP => encode_webp(picture),
        ImageFormat::Jpeg => encode_jpeg(picture),
    }
}

fn encode_webp(picture: &DynamicImage) -> Result<Vec<u8>, Cause> {
    let (width, height) = (picture.width(), picture.height());
    let encoder = match picture {
        DynamicImage::ImageRgba8(pixels) => webp::Encoder::from_rgba(pixels, width, height),
        DynamicImage::ImageRgb8(pixels) => webp::Encoder::from_rgb(pixels, width, height),
        _ => return Err("a master has eight bits for each colour".into()),
    };
    let written = encoder.encode_simple(false, WEBP_QUALITY);
    let written = written.map_err(|code| format!("the WebP encoder failed: {code:?}"))?;
    Ok(written.to_vec())
}

fn encode_jpeg(picture: &DynamicImage) -> Result<Vec<u8>, Cause> {
    let mut bytes = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut bytes, JPEG_QUALITY);
    encoder.encode_image(&opaque(picture))?;
    Ok(bytes)
}

/// The picture before a background.
fn opaque(picture: &DynamicImage) -> RgbImage {
    let DynamicImage::ImageRgba8(pixels) = picture else {
        return picture.to_rgb8();
    };
    let mut opaque = RgbImage::new(pixels.width(), pixels.height());
    for (before, after) in pixels.pixels().zip(opaque.pixels_mut()) {
        let [red, green, blue, alpha] = before.0;
        after.0 = [red, green, blue].map(|colour| blended(colour, alpha));
    }
    opaque
}

fn blended(colour: u8, alpha: u8) -> u8 {
    let (colour, alpha) = (u16::from(colour), u16::from(alpha));
    let mixed = colour * alpha + u16::from(BACKGROUND) * (255 - alpha);
    u8::try_from((mixed + 127) / 255).unwrap_or(BACKGROUND)
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{Luma, Rgb, Rgba, RgbaImage};

    /// Red at the upper left, green at the upper right, blue below.
    fn three_corners(width: u32, height: u32) -> DynamicImage {
        let colour = |x: u32, y: u32| match (x < width / 2, y < height / 2) {
            (true, true) => [250, 10, 10],
            (false, true) => [10, 250, 10],
            (_, false) => [10, 10, 250],
        };
        RgbImage::from_fn(width, height, |x, y| Rgb(colour(x, y))).into()
    }

    fn decoded(bytes: &[u8]) -> DynamicImage {
        image::load_from_memory(bytes).unwrap()
    }

    /// Which of red, green and blue is strongest at a place.
    fn colour_at(picture: &DynamicImage, x: u32, y: u32) -> usize {
        let colours = picture.to_rgb8().get_pixel(x, y).0;
        (0..3).max_by_key(|at| colours[*at]).unwrap()
    }

    fn upright(picture: DynamicImage) -> Master {
        Master::for_widths(picture, Orientation::NoTransforms).unwrap()
    }

    #[test]
    fn an_image_has_the_width_that_is_asked_for_in_each_format() {
        let master = upright(three_corners(1000, 1500));
        for (format, kind) in [
            (ImageFormat::WebP, image::ImageFormat::WebP),
            (ImageFormat::Jpeg, image::ImageFormat::Jpeg),
        ] {
            for (size, width, height) in [
                (ImageSize::W92, 92, 138),
                (ImageSize::W185, 185, 278),
                (ImageSize::W342, 342, 513),
                (ImageSize::W500, 500, 750),
                (ImageSize::W780, 780, 1170),
            ] {
                let bytes = master.image(size, format).unwrap();
                assert_eq!(image::guess_format(&bytes).unwrap(), kind);
                let image = decoded(&bytes);
                assert_eq!((image.width(), image.height()), (width, height));
                let seen = [(5, 5), (width - 5, 5), (5, height - 5)];
                let seen = seen.map(|(x, y)| colour_at(&image, x, y));
                assert_eq!(seen, [0, 1, 2], "{size:?} {format:?}");
            }
        }
    }

    #[test]
    fn nothing_is_made_larger_than_it_was() {
        let master = upright(three_corners(120, 180));
        let image = decoded(&master.image(ImageSize::W780, ImageFormat::WebP).unwrap());
        assert_eq!((image.width(), image.height()), (120, 180));
        let dot = upright(three_corners(1, 1));
        let image = decoded(&dot.image(ImageSize::W92, ImageFormat::Jpeg).unwrap());
        assert_eq!((image.width(), image.height()), (1, 1));
    }

    #[test]
    fn the_widest_is_as_wide_at_its_own_size() {
        let picture = three_corners(1000, 1500);
        let master = Master::at_full_size(picture, Orientation::NoTransforms).unwrap();
        let bytes = master.image(ImageSize::Original, ImageFormat::Jpeg);
        let image = decoded(&bytes.unwrap());
        assert_eq!((image.width(), image.height()), (1000, 1500));
    }

    #[test]
    fn a_strip_too_long_for_the_format_is_made_shorter() {
        let strip = RgbImage::new(40, 40_000);
        let image = upright(strip.into()).image(ImageSize::W500, ImageFormat::WebP);
        let image = decoded(&image.unwrap());
        assert_eq!((image.width(), image.height()), (16, 16_383));
    }

    #[test]
    fn every_orientation_ends_upright() {
        for turn in (1..=8).map(|exif| Orientation::from_exif(exif).unwrap()) {
            // How the camera wrote it: turned the other way round.
            let back = match turn {
                Orientation::Rotate90 => Orientation::Rotate270,
                Orientation::Rotate270 => Orientation::Rotate90,
                same => same,
            };
            let mut written = three_corners(400, 600);
            written.apply_orientation(back);
            let image = Master::for_widths(written, turn).unwrap();
            let image = decoded(&image.image(ImageSize::W185, ImageFormat::WebP).unwrap());
            assert_eq!((image.width(), image.height()), (185, 278), "{turn:?}");
            let seen = [(5, 5), (180, 5), (5, 270)].map(|(x, y)| colour_at(&image, x, y));
            assert_eq!(seen, [0, 1, 2], "{turn:?}");
        }
    }

    #[test]
    fn transparency_stays_in_webp_and_becomes_white_in_jpeg() {
        let half = RgbaImage::from_fn(200, 200, |x, _| {
            Rgba([200, 0, 0, if x < 100 { 0 } else { 255 }])
        });
        let master = upright(half.into());
        let webp = decoded(&master.image(ImageSize::W92, ImageFormat::WebP).unwrap());
        let webp = webp.to_rgba8();
        assert_eq!(webp.get_pixel(10, 10).0[3], 0);
        assert_eq!(webp.get_pixel(80, 10).0[3], 255);
        let jpeg = decoded(&master.image(ImageSize::W92, ImageFormat::Jpeg).unwrap());
        assert!(!jpeg.color().has_alpha());
        let jpeg = jpeg.to_rgb8();
        assert!(jpeg.get_pixel(10, 10).0.iter().all(|colour| *colour > 250));
        assert!(jpeg.get_pixel(80, 10).0[1] < 20);
    }

    #[test]
    fn a_picture_looks_like_itself() {
        let looks = |picture| looks_of(picture, Orientation::NoTransforms).unwrap();
        let portrait = looks(three_corners(600, 900));
        let colour = portrait.colour.as_str();
        assert!(
            colour.starts_with("#0") && colour.ends_with("FA"),
            "{colour}"
        );
        let blurred = blurhash::decode(portrait.blurhash.as_str(), 60, 90, 1.0).unwrap();
        let blurred = RgbaImage::from_raw(60, 90, blurred).unwrap().into();
        let seen = [(5, 5), (55, 5), (5, 85)].map(|(x, y)| colour_at(&blurred, x, y));
        assert_eq!(seen, [0, 1, 2]);
        let landscape = looks(three_corners(900, 600));
        assert_ne!(landscape.blurhash, portrait.blurhash);
        let turned = looks_of(three_corners(600, 900).rotate270(), Orientation::Rotate90);
        assert_eq!(turned.unwrap().colour, portrait.colour);
        let clear = RgbaImage::from_pixel(50, 50, Rgba([0, 0, 0, 0]));
        assert_eq!(looks(clear.into()).colour.as_str(), "#FFFFFF");
        looks(three_corners(1, 1));
    }

    #[test]
    fn half_transparent_is_half_white() {
        assert_eq!(blended(0, 128), 127);
        assert_eq!(blended(200, 255), 200);
        assert_eq!(blended(200, 0), 255);
    }

    #[test]
    fn grey_and_deep_pictures_become_images_too() {
        let grey = image::GrayImage::from_pixel(300, 450, Luma([90]));
        let deep = image::ImageBuffer::from_pixel(300, 450, Rgba([90_u16 << 8, 0, 0, u16::MAX]));
        for picture in [DynamicImage::from(grey), DynamicImage::from(deep)] {
            let master = upright(picture);
            for format in ImageFormat::ALL {
                let image = decoded(&master.image(ImageSize::W92, format).unwrap());
                let red = image.to_rgb8().get_pixel(40, 40).0[0];
                assert!(red.abs_diff(90) < 6, "{red}");
            }
        }
    }
}
