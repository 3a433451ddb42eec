//! What a client is shown of a poster: the poster itself, or an image of it made smaller.
use super::{PictureFormat, PosterKey};
use std::{fmt, str::FromStr};

/// How large a poster is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ImageSize {
    /// 92 pixels wide.
    W92,
    /// 185 pixels wide.
    W185,
    /// 342 pixels wide.
    W342,
    /// 500 pixels wide.
    W500,
    /// 780 pixels wide.
    W780,
    /// As large as it was sent.
    Original,
}

/// The text is not a size in which posters are shown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a size of posters")]
pub struct UnknownImageSize(pub String);

impl ImageSize {
    /// Every size, the smallest first.
    pub const ALL: [Self; 6] = [
        Self::W92,
        Self::W185,
        Self::W342,
        Self::W500,
        Self::W780,
        Self::Original,
    ];

    /// The word that stands for it in addresses.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::W92 => "92",
            Self::W185 => "185",
            Self::W342 => "342",
            Self::W500 => "500",
            Self::W780 => "780",
            Self::Original => "original",
        }
    }

    /// The width in pixels that no image of it exceeds.
    #[must_use]
    pub const fn width(self) -> Option<u32> {
        match self {
            Self::W92 => Some(92),
            Self::W185 => Some(185),
            Self::W342 => Some(342),
            Self::W500 => Some(500),
            Self::W780 => Some(780),
            Self::Original => None,
        }
    }

    /// The width and height of an image of a picture that stands upright: as wide as asked for but
    /// never larger than the picture, of the same shape, and no side beyond `longest_side`.
    #[must_use]
    pub fn fit(self, width: u32, height: u32, longest_side: u32) -> (u32, u32) {
        let wanted = self.width().unwrap_or(width).min(width).max(1);
        let high = scaled(height, wanted, width);
        if wanted.max(high) <= longest_side {
            return (wanted, high);
        }
        if wanted < high {
            (scaled(width, longest_side, height), longest_side)
        } else {
            (longest_side, scaled(height, longest_side, width))
        }
    }
}

/// `side` made smaller as `whole` is to become `part`, to the nearest pixel and at least one.
fn scaled(side: u32, part: u32, whole: u32) -> u32 {
    let (part, whole) = (u64::from(part), u64::from(whole.max(1)));
    let scaled = (u64::from(side) * part + whole / 2) / whole;
    u32::try_from(scaled).unwrap_or(u32::MAX).max(1)
}

impl FromStr for ImageSize {
    type Err = UnknownImageSize;

    fn from_str(text: &str) -> Result<Self, UnknownImageSize> {
        Self::ALL
            .into_iter()
            .find(|size| size.name() == text)
            .ok_or_else(|| UnknownImageSize(text.to_owned()))
    }
}

/// The format of an image made of a poster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ImageFormat {
    /// WebP, for everybody who says that they accept it.
    WebP,
    /// JPEG, for everybody else.
    Jpeg,
}

impl ImageFormat {
    /// Every format.
    pub const ALL: [Self; 2] = [Self::WebP, Self::Jpeg];

    /// The same among the formats of posters.
    #[must_use]
    pub const fn as_picture(self) -> PictureFormat {
        match self {
            Self::WebP => PictureFormat::WebP,
            Self::Jpeg => PictureFormat::Jpeg,
        }
    }

    /// The longest side that an image of this format can have.
    #[must_use]
    pub const fn longest_side(self) -> u32 {
        match self {
            Self::WebP => 16_383,
            Self::Jpeg => 65_535,
        }
    }
}

/// An image made of a poster. It is kept beside the poster, by a name that is no poster's.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PosterImage {
    /// The poster.
    pub poster: PosterKey,
    /// How large it is.
    pub size: ImageSize,
    /// In which format.
    pub format: ImageFormat,
}

impl PosterImage {
    /// Every image that may be kept of a poster.
    #[must_use]
    pub fn all_of(poster: &PosterKey) -> Vec<Self> {
        ImageSize::ALL
            .into_iter()
            .flat_map(|size| ImageFormat::ALL.map(|format| (size, format)))
            // At its own size a poster is shown as it is to whoever accepts WebP.
            .filter(|pair| *pair != (ImageSize::Original, ImageFormat::WebP))
            .map(|(size, format)| Self {
                poster: poster.clone(),
                size,
                format,
            })
            .collect()
    }
}

/// Its name as a relative path with forward slashes: that of the poster, with the size before the
/// extension.
impl fmt::Display for PosterImage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let extension = self.format.as_picture().extension();
        write!(f, "{}.{}.{extension}", self.poster.stem(), self.size.name())
    }
}

/// What a client is shown of a poster.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ShownPoster {
    /// The poster as it was sent.
    Itself(PosterKey),
    /// An image made of it.
    Image(PosterImage),
}

impl ShownPoster {
    /// Chooses what suits a client. The poster itself is only shown at its own size, and not as WebP
    /// to somebody who does not accept that.
    #[must_use]
    pub fn choose(poster: PosterKey, size: ImageSize, accepts_webp: bool) -> Self {
        let is_webp = poster.format() == PictureFormat::WebP;
        if size == ImageSize::Original && (accepts_webp || !is_webp) {
            return Self::Itself(poster);
        }
        let format = if accepts_webp {
            ImageFormat::WebP
        } else {
            ImageFormat::Jpeg
        };
        Self::Image(PosterImage {
            poster,
            size,
            format,
        })
    }

    /// The format.
    #[must_use]
    pub fn format(&self) -> PictureFormat {
        match self {
            Self::Itself(poster) => poster.format(),
            Self::Image(image) => image.format.as_picture(),
        }
    }
}

impl fmt::Display for ShownPoster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Itself(poster) => poster.fmt(f),
            Self::Image(image) => image.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared::Id;
    use std::collections::HashSet;
    use uuid::Uuid;

    fn poster(format: PictureFormat) -> PosterKey {
        PosterKey::new(Id::from_uuid(Uuid::from_u128(5)), &[0xab; 32], format)
    }

    #[test]
    fn a_size_is_known_by_its_name() {
        for size in ImageSize::ALL {
            assert_eq!(size.name().parse(), Ok(size));
        }
        for other in ["", "w500", "0500", "501", "Original"] {
            other.parse::<ImageSize>().unwrap_err();
        }
    }

    #[test]
    fn an_image_keeps_its_shape_and_is_never_larger_than_the_picture() {
        let fit = |size: ImageSize, width, height| size.fit(width, height, 16_383);
        assert_eq!(fit(ImageSize::W500, 2000, 3000), (500, 750));
        assert_eq!(fit(ImageSize::W342, 1000, 1481), (342, 507));
        assert_eq!(fit(ImageSize::W780, 300, 450), (300, 450));
        assert_eq!(fit(ImageSize::Original, 2000, 3000), (2000, 3000));
        assert_eq!(fit(ImageSize::W92, 4000, 3), (92, 1));
        assert_eq!(fit(ImageSize::W780, 1, 1), (1, 1));
    }

    #[test]
    fn no_side_is_longer_than_the_format_allows() {
        assert_eq!(ImageSize::W500.fit(600, 60_000, 16_383), (164, 16_383));
        assert_eq!(ImageSize::Original.fit(60_000, 2, 16_383), (16_383, 1));
        assert_eq!(ImageSize::W92.fit(1, 65_535, 16_383), (1, 16_383));
    }

    #[test]
    fn images_are_named_apart_from_each_other_and_from_posters() {
        let poster = poster(PictureFormat::Png);
        let images = PosterImage::all_of(&poster);
        assert_eq!(images.len(), 11);
        let names: HashSet<String> = images.iter().map(ToString::to_string).collect();
        assert_eq!(names.len(), images.len());
        for name in &names {
            PosterKey::parse(name).unwrap_err();
            assert_eq!(name.rsplit_once('/').unwrap().0, &poster.as_str()[..44]);
        }
        let digest = "ab".repeat(32);
        assert!(
            names
                .iter()
                .any(|name| name.ends_with(&format!("/{digest}.500.webp")))
        );
    }

    #[test]
    fn everybody_is_shown_what_they_accept() {
        use PictureFormat::{Jpeg, Png, WebP};
        for (format, size, accepts_webp, shown) in [
            (Png, ImageSize::W500, true, WebP),
            (Png, ImageSize::W500, false, Jpeg),
            (WebP, ImageSize::W92, false, Jpeg),
            (Png, ImageSize::Original, true, Png),
            (Jpeg, ImageSize::Original, false, Jpeg),
            (WebP, ImageSize::Original, true, WebP),
            (WebP, ImageSize::Original, false, Jpeg),
        ] {
            let chosen = ShownPoster::choose(poster(format), size, accepts_webp);
            assert_eq!(chosen.format(), shown, "{format:?} {size:?} {accepts_webp}");
            if let ShownPoster::Image(image) = &chosen {
                assert!(PosterImage::all_of(&image.poster).contains(image));
            }
        }
    }
}
