//! How a poster looks before it is there.
use crate::library::HexColor;
use std::{collections::BTreeMap, fmt};

/// What is shown in place of a poster until it is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PosterLooks {
    /// A blur of it.
    pub blurhash: Blurhash,
    /// Its dominant colour.
    pub colour: HexColor,
}

/// A picture in a few letters, from which clients draw a blur.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blurhash(String);

/// The text is not a blurhash.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a blurhash")]
pub struct InvalidBlurhash(pub String);

impl Blurhash {
    /// The digits of base 83.
    const DIGITS: &'static str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz\
                                  #$%*+,-.:;=?@[]^_{|}~";

    /// Reads a blurhash. The first digit tells how many parts it has, and so how long it is.
    ///
    /// # Errors
    /// [`InvalidBlurhash`] with the text.
    pub fn parse(text: &str) -> Result<Self, InvalidBlurhash> {
        let size = text
            .chars()
            .next()
            .and_then(|first| Self::DIGITS.find(first));
        let length = size.map(|size| 4 + 2 * (size % 9 + 1) * (size / 9 + 1));
        let is_plain = text.chars().all(|digit| Self::DIGITS.contains(digit));
        if is_plain && length == Some(text.len()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidBlurhash(text.to_owned()))
        }
    }

    /// The blurhash as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Blurhash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The pixels of similar colours.
#[derive(Clone, Copy, Default)]
struct Heap {
    pixels: u64,
    sums: [u64; 3],
}

/// The colour that a picture makes one think of: of sixteen shades of red, green and blue each, the
/// combination that most of it has, where vivid colours count for up to four times as much as greys.
/// Black where there are no pixels.
#[must_use]
pub fn dominant_colour(pixels: impl IntoIterator<Item = [u8; 3]>) -> HexColor {
    let mut heaps: BTreeMap<[u8; 3], Heap> = BTreeMap::new();
    for pixel in pixels {
        let heap = heaps.entry(pixel.map(|colour| colour >> 4)).or_default();
        heap.pixels += 1;
        for (sum, colour) in heap.sums.iter_mut().zip(pixel) {
            *sum += u64::from(colour);
        }
    }
    let weight = |heap: &Heap| {
        let mean = heap.mean();
        let (least, most) = (mean.iter().min(), mean.iter().max());
        let vividness = most.zip(least).map_or(0, |(most, least)| most - least);
        heap.pixels * (85 + u64::from(vividness))
    };
    let heap = heaps.into_values().max_by_key(weight).unwrap_or_default();
    HexColor::from_rgb(heap.mean())
}

impl Heap {
    fn mean(&self) -> [u8; 3] {
        let count = self.pixels.max(1);
        self.sums
            .map(|sum| u8::try_from(sum / count).unwrap_or(u8::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn colour_of(parts: &[([u8; 3], usize)]) -> String {
        let pixels = parts
            .iter()
            .flat_map(|(pixel, count)| std::iter::repeat_n(*pixel, *count));
        dominant_colour(pixels).to_string()
    }

    #[test]
    fn a_blurhash_is_as_long_as_it_says() {
        let whole = "LEHV6nWB2yk8pyo0adR*.7kCMdnj";
        assert_eq!(Blurhash::parse(whole).unwrap().as_str(), whole);
        for bad in [
            "",
            "L",
            &whole[1..],
            &whole[..27],
            "LEHV6nWB2yk8pyo0adR*.7kCMdn\"",
            "00000é",
        ] {
            Blurhash::parse(bad).unwrap_err();
        }
        Blurhash::parse("00AAAA").unwrap();
    }

    #[test]
    fn the_colour_of_most_pixels_dominates() {
        assert_eq!(
            colour_of(&[([200, 30, 30], 60), ([30, 30, 200], 40)]),
            "#C81E1E"
        );
        assert_eq!(colour_of(&[([128, 128, 128], 10)]), "#808080");
        assert_eq!(colour_of(&[]), "#000000");
    }

    #[test]
    fn a_vivid_colour_dominates_more_black_than_there_is_of_it() {
        assert_eq!(
            colour_of(&[([0, 0, 0], 70), ([230, 20, 20], 30)]),
            "#E61414"
        );
        assert_eq!(colour_of(&[([0, 0, 0], 95), ([230, 20, 20], 5)]), "#000000");
    }

    #[test]
    fn shades_of_one_colour_are_one_colour() {
        let shades = [
            ([64, 96, 160], 30),
            ([66, 98, 162], 30),
            ([250, 250, 250], 40),
        ];
        assert_eq!(colour_of(&shades), "#4161A1");
    }
}
