//! Which files are pictures and which are not, whatever they call themselves.
use application::catalogue::ports::{Picture, PictureInspector, PictureRefused};
use bytes::Bytes;
use domain::catalogue::PictureFormat;
use flate2::{Compression, Crc, write::DeflateEncoder};
use futures_util::future::join_all;
use image::{DynamicImage, ImageFormat, RgbImage};
use infrastructure::catalogue::ImageInspector;
use sha2::{Digest, Sha256};
use std::{
    io::{Cursor, Write},
    time::{Duration, Instant},
};

const MOST_BYTES: usize = 10 * 1024 * 1024;

async fn inspect(bytes: impl Into<Bytes>) -> Result<Picture, PictureRefused> {
    ImageInspector::default().inspect(bytes.into()).await
}

fn encode(format: ImageFormat) -> Vec<u8> {
    let picture = RgbImage::from_fn(24, 16, |x, y| {
        image::Rgb([x, y, x * y].map(|value| u8::try_from(value * 7 % 256).unwrap()))
    });
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::from(picture)
        .write_to(&mut bytes, format)
        .unwrap();
    bytes.into_inner()
}

fn png_chunk(kind: &[u8], content: &[u8]) -> Vec<u8> {
    let named = [kind, content].concat();
    let mut checksum = Crc::new();
    checksum.update(&named);
    let length = u32::try_from(content.len()).unwrap().to_be_bytes();
    [&length[..], &named, &checksum.sum().to_be_bytes()].concat()
}

/// A PNG in shades of grey whose pixels take the given bytes, all of them zero.
fn png(width: u32, height: u32, bits: u8, pixel_bytes: usize, extra: &[u8]) -> Vec<u8> {
    let size = [width.to_be_bytes(), height.to_be_bytes()].concat();
    [
        b"\x89PNG\r\n\x1a\n".to_vec(),
        png_chunk(b"IHDR", &[&size[..], &[bits, 0, 0, 0, 0]].concat()),
        extra.to_vec(),
        png_chunk(b"IDAT", &compressed_zeros(pixel_bytes)),
        png_chunk(b"IEND", &[]),
    ]
    .concat()
}

/// Zeros packed as in a PNG. After the first block all blocks look the same, so that a gibibyte need
/// not be packed to get what unpacks to one.
fn compressed_zeros(count: usize) -> Vec<u8> {
    const BLOCK: usize = 1 << 20;
    let block = vec![0; BLOCK];
    let mut packed = vec![0x78, 0x01];
    if count >= BLOCK {
        let mut encoder = DeflateEncoder::new(packed, Compression::fast());
        encoder.write_all(&block).unwrap();
        encoder.flush().unwrap();
        let first = encoder.get_ref().len();
        encoder.write_all(&block).unwrap();
        encoder.flush().unwrap();
        let repeated = encoder.get_ref()[first..].to_vec();
        packed = encoder.get_ref()[..first].to_vec();
        packed.extend(repeated.repeat(count / BLOCK - 1));
    }
    let mut rest = DeflateEncoder::new(packed, Compression::fast());
    rest.write_all(&block[..count % BLOCK]).unwrap();
    packed = rest.finish().unwrap();
    // Adler-32 of zeros (RFC 1950).
    let checksum = u32::try_from(count % 65_521).unwrap() << 16 | 1;
    packed.extend(checksum.to_be_bytes());
    packed
}

fn assert_not_a_picture(outcome: Result<Picture, PictureRefused>, what: &str) {
    assert!(
        matches!(outcome, Err(PictureRefused::NotAPicture(_))),
        "{what}: {:?}",
        outcome.map(|picture| picture.format)
    );
}

#[tokio::test]
async fn pictures_are_told_by_what_they_are() {
    for (encoding, format) in [
        (ImageFormat::Jpeg, PictureFormat::Jpeg),
        (ImageFormat::Png, PictureFormat::Png),
        (ImageFormat::WebP, PictureFormat::WebP),
    ] {
        let bytes = Bytes::from(encode(encoding));
        let digest: [u8; 32] = Sha256::digest(&bytes).into();
        let picture = inspect(bytes.clone()).await.unwrap();
        assert_eq!(picture.format, format);
        assert_eq!(picture.bytes, bytes);
        assert_eq!(picture.sha256, digest);
    }
}

#[tokio::test]
async fn other_files_are_refused() {
    let gif = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\xff\xff\xff\x00\x00\x00,\
        \x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;";
    for (what, bytes) in [
        ("nothing", &b""[..]),
        ("a text", b"I am a .jpg, honestly"),
        ("a page", b"<!doctype html><script>alert(1)</script>"),
        ("a drawing", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("a GIF", gif),
        (
            "the first bytes of a JPEG before a text",
            b"\xff\xd8\xff\xe0 and a text",
        ),
        (
            "the first bytes of a PNG before a text",
            b"\x89PNG\r\n\x1a\n and a text",
        ),
        (
            "the first bytes of a WebP before a text",
            b"RIFF\x0e\x00\x00\x00WEBPVP8 text",
        ),
    ] {
        assert_not_a_picture(inspect(bytes).await, what);
    }
}

#[tokio::test]
async fn pictures_that_are_cut_off_anywhere_are_refused() {
    for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
        let bytes = Bytes::from(encode(format));
        for length in 0..bytes.len() {
            let what = format!("{length} of {} bytes of {format:?}", bytes.len());
            assert_not_a_picture(inspect(bytes.slice(..length)).await, &what);
        }
    }
}

#[tokio::test]
async fn damaged_pixels_are_noticed() {
    let mut bytes = encode(ImageFormat::Png);
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0xff;
    assert_not_a_picture(inspect(bytes).await, "a damaged PNG");
}

#[tokio::test]
async fn ten_mebibytes_are_the_most() {
    let mut bytes = encode(ImageFormat::Jpeg);
    bytes.resize(MOST_BYTES, 0);
    assert!(inspect(bytes.clone()).await.is_ok());
    bytes.push(0);
    let refused = inspect(bytes).await;
    assert!(matches!(refused, Err(PictureRefused::TooManyBytes)));
}

#[tokio::test]
async fn forty_megapixels_are_the_most() {
    // With one bit for a pixel, and one byte before each row.
    let rows = |height: usize| (8000 / 8 + 1) * height;
    assert!(inspect(png(8000, 5000, 1, rows(5000), b"")).await.is_ok());
    let refused = inspect(png(8000, 5001, 1, rows(5001), b"")).await;
    assert!(matches!(refused, Err(PictureRefused::TooManyPixels)));
}

#[tokio::test]
async fn too_many_pixels_are_seen_in_the_header_alone() {
    let mut jpeg = encode(ImageFormat::Jpeg);
    let frame = jpeg.windows(2).position(|marker| marker == [0xff, 0xc0]);
    // After the marker come its length, the depth, the height and the width.
    jpeg[frame.unwrap() + 5..][..4].copy_from_slice(&[0xff; 4]);
    let mut webp = encode(ImageFormat::WebP);
    // After the headers of the container and of the chunk and a signature: twice 14 bits of size.
    webp[21..25].copy_from_slice(&(8_199_u32 + (4_999 << 14)).to_le_bytes());
    for (what, bytes) in [
        ("PNG", png(8200, 5000, 8, 0, b"")),
        ("endless PNG", png(u32::MAX >> 1, u32::MAX >> 1, 16, 0, b"")),
        ("narrow PNG", png(100_000, 1, 8, 0, b"")),
        ("JPEG", jpeg),
        ("WebP", webp),
    ] {
        let started = Instant::now();
        let refused = inspect(bytes).await;
        assert!(
            matches!(refused, Err(PictureRefused::TooManyPixels)),
            "{what}: {refused:?}"
        );
        assert!(started.elapsed() < Duration::from_secs(3), "{what}");
    }
}

#[tokio::test]
async fn files_that_grow_while_they_are_unpacked_are_held_in_bounds() {
    const GIBIBYTE: usize = 1 << 30;
    // Nothing beyond the pixels is unpacked, so either answer will do as long as it comes soon.
    let pixels = png(8, 8, 8, GIBIBYTE, b"");
    let profile = [b"profile\0\0".to_vec(), compressed_zeros(GIBIBYTE)].concat();
    let profile = png(8, 8, 8, 9 * 8, &png_chunk(b"iCCP", &profile));
    for (what, bytes) in [("pixels", pixels), ("profile", profile)] {
        assert!(bytes.len() < MOST_BYTES, "{what}");
        let started = Instant::now();
        let outcome = inspect(bytes).await;
        assert!(
            matches!(outcome, Ok(_) | Err(PictureRefused::NotAPicture(_))),
            "{what}: {outcome:?}"
        );
        assert!(started.elapsed() < Duration::from_secs(10), "{what}");
    }
}

#[tokio::test]
async fn a_frame_much_larger_than_its_picture_is_refused_undecoded() {
    let canvas = [b"VP8X\x0a\x00\x00\x00", &[0; 4][..], &[9, 0, 0, 9, 0, 0]].concat();
    let frame = b"VP8 \x0a\x00\x00\x00\x10\x00\x00\x9d\x01\x2a\xff\x3f\xff\x3f";
    let content = [b"WEBP", &canvas[..], frame].concat();
    let length = u32::try_from(content.len()).unwrap().to_le_bytes();
    let refused = inspect([b"RIFF", &length[..], &content].concat()).await;
    let Err(PictureRefused::NotAPicture(cause)) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(cause.to_string(), "a frame is larger than the picture");
}

#[tokio::test]
async fn of_a_crowd_some_are_served_and_the_rest_are_told_to_come_again() {
    let inspector = ImageInspector::default();
    let picture = Bytes::from(encode(ImageFormat::Png));
    let crowd = (0..40).map(|_| inspector.inspect(picture.clone()));
    let (served, sent_away): (Vec<_>, Vec<_>) =
        join_all(crowd).await.into_iter().partition(Result::is_ok);
    assert!(served.len() >= 10, "{}", served.len());
    assert!(!sent_away.is_empty());
    for refused in sent_away {
        assert!(matches!(refused, Err(PictureRefused::Busy)), "{refused:?}");
    }
    inspector.inspect(picture).await.unwrap();
}
