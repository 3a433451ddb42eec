//! Where a film's poster lies.
use super::FilmId;
use std::{fmt, fmt::Write};

/// A picture format that posters may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PictureFormat {
    /// JPEG.
    Jpeg,
    /// PNG.
    Png,
    /// WebP.
    WebP,
}

impl PictureFormat {
    /// The ending of file names.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::WebP => "webp",
        }
    }

    /// The media type.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::WebP => "image/webp",
        }
    }

    fn from_extension(extension: &str) -> Option<Self> {
        [Self::Jpeg, Self::Png, Self::WebP]
            .into_iter()
            .find(|format| format.extension() == extension)
    }
}

/// The name of a stored poster: `posters/<film>/<sha-256 of the bytes>.<extension>`.
///
/// The digest makes a name stand for one content for ever, so that it may be cached for ever. The
/// film keeps two films from sharing one object, so that removing a poster never takes another's.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PosterKey {
    key: String,
    extension_at: usize,
}

/// The text is not the name of a stored poster.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not the key of a poster")]
pub struct InvalidPosterKey(pub String);

impl PosterKey {
    /// Names the poster of a film by the digest of its bytes.
    #[must_use]
    pub fn new(film: FilmId, sha256: &[u8; 32], format: PictureFormat) -> Self {
        let mut key = format!("posters/{film}/");
        for byte in sha256 {
            // Writing to a string cannot fail.
            let _ = write!(key, "{byte:02x}");
        }
        key.push('.');
        let extension_at = key.len();
        key.push_str(format.extension());
        Self { key, extension_at }
    }

    /// Reads a name back; anything else, and so any path that climbs out, is refused.
    ///
    /// # Errors
    /// [`InvalidPosterKey`] with the text.
    pub fn parse(text: &str) -> Result<Self, InvalidPosterKey> {
        Self::read(text).ok_or_else(|| InvalidPosterKey(text.to_owned()))
    }

    fn read(text: &str) -> Option<Self> {
        let (film, name) = text.strip_prefix("posters/")?.split_once('/')?;
        let (digest, extension) = name.split_once('.')?;
        let film_is_plain = film.parse::<FilmId>().ok()?.to_string() == film;
        let digest_is_plain = digest.len() == 64
            && digest
                .bytes()
                .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        PictureFormat::from_extension(extension)?;
        (film_is_plain && digest_is_plain).then(|| Self {
            key: text.to_owned(),
            extension_at: text.len() - extension.len(),
        })
    }

    /// The name as a relative path with forward slashes.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.key
    }

    /// The name up to its extension and the dot before that.
    #[must_use]
    pub(super) fn stem(&self) -> &str {
        let dot = self.extension_at.saturating_sub(1);
        self.key.get(..dot).unwrap_or_default()
    }

    /// The format that the name tells.
    #[must_use]
    pub fn format(&self) -> PictureFormat {
        self.key
            .get(self.extension_at..)
            .and_then(PictureFormat::from_extension)
            .unwrap_or(PictureFormat::Jpeg)
    }
}

impl fmt::Display for PosterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared::Id;
    use uuid::Uuid;

    #[test]
    fn a_key_round_trips() {
        for format in [PictureFormat::Jpeg, PictureFormat::Png, PictureFormat::WebP] {
            let key = PosterKey::new(Id::from_uuid(Uuid::from_u128(5)), &[0xab; 32], format);
            let again = PosterKey::parse(key.as_str()).unwrap();
            assert_eq!(again, key);
            assert_eq!(again.format(), format);
        }
    }

    #[test]
    fn paths_that_climb_out_are_refused() {
        let digest = "a".repeat(64);
        let film = Uuid::from_u128(5);
        for bad in [
            String::new(),
            "posters/../secret".into(),
            format!("posters/{film}/{digest}.svg"),
            format!("posters/{film}/../{digest}.jpg"),
            format!("posters/{film}/{}.jpg", digest.to_uppercase()),
            format!("posters/{{{film}}}/{digest}.jpg"),
            format!("/posters/{film}/{digest}.jpg"),
        ] {
            assert!(PosterKey::parse(&bad).is_err(), "{bad}");
        }
    }
}
