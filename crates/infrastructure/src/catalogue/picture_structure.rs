//! What decoders do not look at: whether a picture has its end, and what frames lie inside.
use domain::catalogue::PictureFormat;
use std::iter;

/// Whether the file goes on to the end of the picture. Decoders fill in what is missing; a browser
/// would show a poster that is grey from the middle on.
pub(super) fn is_complete(format: PictureFormat, bytes: &[u8]) -> bool {
    match format {
        PictureFormat::Jpeg => has_end_of_image(bytes),
        PictureFormat::Png => has_end_chunk(bytes),
        PictureFormat::WebP => has_whole_container(bytes),
    }
}

/// Follows the markers of a JPEG up to "end of image" (ITU-T T.81, annex B). A thumbnail inside has an
/// end of its own, which does not count.
fn has_end_of_image(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|byte| *byte == 0xff) {
        rest = rest.get(at + 1..).unwrap_or_default();
        match rest.first() {
            Some(0xd9) => return true,
            // Stands for 0xff among the pixels, is a lone marker, or is padding.
            Some(0x00 | 0x01 | 0xd0..=0xd8 | 0xff) | None => {}
            Some(_) => {
                let length = rest.get(1..).and_then(<[u8]>::first_chunk);
                let length = length.map_or(0, |length| usize::from(u16::from_be_bytes(*length)));
                rest = rest.get(1 + length..).unwrap_or_default();
            }
        }
    }
    false
}

/// Follows the chunks of a PNG up to the last.
fn has_end_chunk(bytes: &[u8]) -> bool {
    const SIGNATURE: usize = 8;
    const CHECKSUM: usize = 4;
    let mut rest = bytes.get(SIGNATURE..).unwrap_or_default();
    while let Some((length, chunk)) = rest.split_first_chunk() {
        if chunk.starts_with(b"IEND") {
            return chunk.len() >= b"IEND".len() + CHECKSUM;
        }
        let length = usize::try_from(u32::from_be_bytes(*length)).unwrap_or(usize::MAX);
        let next = length.saturating_add(b"IEND".len() + CHECKSUM);
        rest = chunk.get(next..).unwrap_or_default();
    }
    false
}

fn has_whole_container(bytes: &[u8]) -> bool {
    let size = bytes.get(4..).and_then(<[u8]>::first_chunk);
    size.is_some_and(|size| {
        u32::from_le_bytes(*size) <= u32_len(bytes.get(8..).unwrap_or_default())
    })
}

fn u32_len(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.len()).unwrap_or(u32::MAX)
}

/// Whether no frame inside is larger than the picture says that it is. The decoder of lossy WebP
/// compares the two only after it has decoded the frame.
pub(super) fn frames_fit(format: PictureFormat, bytes: &[u8], pixels: u64) -> bool {
    const CONTAINER_HEADER: usize = 12;
    const MOVING_FRAME_HEADER: usize = 16;
    let fits = |kind: &[u8; 4], frame: &[u8]| kind != b"VP8 " || lossy_pixels(frame) <= pixels;
    format != PictureFormat::WebP
        || riff_chunks(bytes.get(CONTAINER_HEADER..)).all(|(kind, content)| match kind {
            b"ANMF" => riff_chunks(content.get(MOVING_FRAME_HEADER..))
                .all(|(kind, frame)| fits(kind, frame)),
            _ => fits(kind, content),
        })
}

/// The size that a lossy frame announces (RFC 6386, section 9.1), or nothing where there is no frame.
fn lossy_pixels(frame: &[u8]) -> u64 {
    let side = |at: usize| {
        let bytes = frame.get(at..).and_then(<[u8]>::first_chunk);
        bytes.map_or(0, |bytes| u64::from(u16::from_le_bytes(*bytes) & 0x3fff))
    };
    side(6) * side(8)
}

/// The chunks one after another; the last one may be cut off.
fn riff_chunks(bytes: Option<&[u8]>) -> impl Iterator<Item = (&[u8; 4], &[u8])> {
    let mut rest = bytes.unwrap_or_default();
    iter::from_fn(move || {
        let (kind, after) = rest.split_first_chunk::<4>()?;
        let (length, after) = after.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_le_bytes(*length)).unwrap_or(usize::MAX);
        let content = after.get(..length).unwrap_or(after);
        // Chunks begin at even places.
        rest = after
            .get(length.saturating_add(length % 2)..)
            .unwrap_or_default();
        Some((kind, content))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunk(kind: &[u8], content: &[u8]) -> Vec<u8> {
        let length = u32::try_from(content.len()).unwrap().to_le_bytes();
        let padding = vec![0; content.len() % 2];
        [kind, &length[..], content, &padding].concat()
    }

    fn webp(chunks: &[Vec<u8>]) -> Vec<u8> {
        chunk(b"RIFF", &[&b"WEBP"[..], &chunks.concat()].concat())
    }

    fn lossy(width: u16, height: u16) -> Vec<u8> {
        let size = [width.to_le_bytes(), height.to_le_bytes()].concat();
        chunk(
            b"VP8 ",
            &[&[0x10, 0, 0, 0x9d, 0x01, 0x2a][..], &size].concat(),
        )
    }

    #[test]
    fn a_jpeg_ends_with_its_own_end_not_that_of_its_thumbnail() {
        let thumbnail = [0xff, 0xe1, 0x00, 0x06, 0xff, 0xd8, 0xff, 0xd9];
        let scan = [0xff, 0xda, 0x00, 0x02, 0x12, 0xff, 0x00, 0xff, 0xd0, 0x34];
        let jpeg = [&[0xff, 0xd8][..], &thumbnail, &scan, &[0xff, 0xff, 0xd9]].concat();
        assert!(is_complete(PictureFormat::Jpeg, &jpeg));
        for length in 0..jpeg.len() {
            assert!(
                !is_complete(PictureFormat::Jpeg, &jpeg[..length]),
                "{length}"
            );
        }
    }

    #[test]
    fn a_frame_larger_than_the_picture_is_seen_wherever_it_lies() {
        let header = chunk(b"VP8X", &[0; 10]);
        let odd = chunk(b"EXIF", &[1; 3]);
        let still = |frame| webp(&[header.clone(), odd.clone(), frame]);
        let moving = |frame: Vec<u8>| {
            let content = [vec![0; 16], chunk(b"ALPH", &[0; 5]), frame].concat();
            webp(&[header.clone(), odd.clone(), chunk(b"ANMF", &content)])
        };
        let wraps: [&dyn Fn(Vec<u8>) -> Vec<u8>; 2] = [&still, &moving];
        for wrap in wraps {
            assert!(frames_fit(PictureFormat::WebP, &wrap(lossy(20, 10)), 200));
            let large = wrap(lossy(16_383, 16_383));
            assert!(!frames_fit(PictureFormat::WebP, &large, 200));
            assert!(frames_fit(PictureFormat::Png, &large, 200));
        }
    }

    #[test]
    fn lengths_that_lie_do_no_harm() {
        let liar = [
            &b"RIFF\xff\xff\xff\xffWEBPVP8X\xff\xff\xff\xff"[..],
            &[0; 9],
        ]
        .concat();
        assert!(frames_fit(PictureFormat::WebP, &liar, 1));
        assert!(!is_complete(PictureFormat::WebP, &liar));
        let liar = [&[0; 8][..], &[0xff; 4], b"IDAT", &[0; 9]].concat();
        assert!(!is_complete(PictureFormat::Png, &liar));
        let liar = [0xff, 0xd8, 0xff, 0xe1, 0x00, 0x00, 0xff, 0xe1, 0xff];
        assert!(!is_complete(PictureFormat::Jpeg, &liar));
    }
}
