//! Where clients fetch a poster.
use crate::PosterAddresses;
use domain::catalogue::{ImageSize, PosterKey};
use serde::{Serialize, Serializer};
use std::fmt;

/// Where a poster can be fetched in one size; put together while it is written.
#[derive(Clone, Copy)]
pub enum PosterUrl<'a> {
    /// An image of this size, from this service.
    Image(&'a str, ImageSize, &'a PosterKey),
    /// The poster as it was sent, from elsewhere.
    Original(&'a str, &'a PosterKey),
}

/// Where a poster can be fetched, by the names of sizes.
#[derive(Clone, Copy)]
pub struct PosterUrls<'a> {
    addresses: &'a PosterAddresses,
    key: &'a PosterKey,
}

impl PosterAddresses {
    /// Where a poster can be fetched in a size, or else as it was sent.
    pub(crate) fn url<'a>(&'a self, key: &'a PosterKey, size: ImageSize) -> PosterUrl<'a> {
        match self {
            Self::Images {
                originals: Some(base),
                ..
            } if size == ImageSize::Original => PosterUrl::Original(base, key),
            Self::Images { base, .. } => PosterUrl::Image(base, size, key),
            Self::Originals { base } => PosterUrl::Original(base, key),
        }
    }

    /// Where a poster can be fetched in all sizes that there are.
    pub(super) fn urls<'a>(&'a self, key: &'a PosterKey) -> PosterUrls<'a> {
        PosterUrls {
            addresses: self,
            key,
        }
    }

    fn sizes(&self) -> &'static [ImageSize] {
        match self {
            Self::Images { .. } => &ImageSize::ALL,
            Self::Originals { .. } => &[ImageSize::Original],
        }
    }
}

impl fmt::Display for PosterUrl<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Image(base, size, key) => write!(f, "{base}/{}/{key}", size.name()),
            Self::Original(base, key) => write!(f, "{base}/{key}"),
        }
    }
}

impl Serialize for PosterUrl<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Serialize for PosterUrls<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let sizes = self.addresses.sizes().iter();
        serializer.collect_map(sizes.map(|size| (size.name(), self.addresses.url(self.key, *size))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{catalogue::PictureFormat, shared::Id};
    use serde_json::{Value, json};
    use uuid::Uuid;

    fn told(addresses: &PosterAddresses) -> (Value, Value) {
        let film = Id::from_uuid(Uuid::from_u128(5));
        let key = PosterKey::new(film, &[0xab; 32], PictureFormat::Png);
        let shorten = |told: Value| {
            let text = told.to_string().replace(key.as_str(), "KEY");
            serde_json::from_str(&text).unwrap()
        };
        let one = serde_json::to_value(addresses.url(&key, ImageSize::W500));
        let all = serde_json::to_value(addresses.urls(&key));
        (shorten(one.unwrap()), shorten(all.unwrap()))
    }

    #[test]
    fn posters_are_fetched_here_in_all_sizes() {
        let (one, all) = told(&PosterAddresses::Images {
            base: "https://a.example/images".to_owned(),
            originals: None,
        });
        assert_eq!(one, "https://a.example/images/500/KEY");
        assert_eq!(
            all,
            json!({
                "92": "https://a.example/images/92/KEY",
                "185": "https://a.example/images/185/KEY",
                "342": "https://a.example/images/342/KEY",
                "500": "https://a.example/images/500/KEY",
                "780": "https://a.example/images/780/KEY",
                "original": "https://a.example/images/original/KEY",
            })
        );
    }

    #[test]
    fn the_picture_as_it_was_sent_may_be_elsewhere() {
        let (one, all) = told(&PosterAddresses::Images {
            base: "https://a.example/images".to_owned(),
            originals: Some("https://cdn.example".to_owned()),
        });
        assert_eq!(one, "https://a.example/images/500/KEY");
        assert_eq!(all["780"], "https://a.example/images/780/KEY");
        assert_eq!(all["original"], "https://cdn.example/KEY");
    }

    #[test]
    fn where_this_service_is_not_known_only_the_picture_as_it_was_sent_is_told_of() {
        let (one, all) = told(&PosterAddresses::Originals {
            base: "https://cdn.example".to_owned(),
        });
        assert_eq!(one, "https://cdn.example/KEY");
        assert_eq!(all, json!({"original": "https://cdn.example/KEY"}));
    }
}
