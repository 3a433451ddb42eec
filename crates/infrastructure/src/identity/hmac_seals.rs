//! Seals as HMAC-SHA-256 (RFC 2104) under the secret that signs tokens.
use super::JwtSecret;
use application::notifications::ports::Seals;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, crypto};
use shaku::Component;

/// Seals and recognises texts.
#[derive(Component)]
#[shaku(interface = Seals)]
pub struct HmacSeals {
    keys: SealKeys,
}

/// The secret, made ready for sealing.
#[derive(Clone)]
pub struct SealKeys {
    sealing: EncodingKey,
    comparing: DecodingKey,
}

impl From<&JwtSecret> for SealKeys {
    fn from(secret: &JwtSecret) -> Self {
        Self {
            sealing: EncodingKey::from_secret(secret.bytes()),
            comparing: DecodingKey::from_secret(secret.bytes()),
        }
    }
}

/// What is sealed. It holds a byte that no token holds, so that a seal is never the signature of one,
/// and ends the purpose by it, so that purpose and text are not to be shifted.
fn message(purpose: &str, text: &str) -> Vec<u8> {
    format!("filmhub seal {purpose}\0{text}").into_bytes()
}

impl Seals for HmacSeals {
    fn seal(&self, purpose: &str, text: &str) -> String {
        let message = message(purpose, text);
        match crypto::sign(&message, &self.keys.sealing, Algorithm::HS256) {
            Ok(seal) => seal,
            Err(failure) => unreachable!("any bytes can be sealed: {failure}"),
        }
    }

    fn is_sealed(&self, purpose: &str, text: &str, seal: &str) -> bool {
        let message = message(purpose, text);
        // What cannot be decoded is no seal.
        crypto::verify(seal, &message, &self.keys.comparing, Algorithm::HS256).unwrap_or(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn seals(secret: &str) -> HmacSeals {
        let secret = JwtSecret::new(secret.to_owned().into()).unwrap();
        HmacSeals {
            keys: SealKeys::from(&secret),
        }
    }

    const SECRET: &str = "0123456789abcdef0123456789abcdef";

    #[test]
    fn a_seal_is_good_for_its_text_and_purpose_under_its_secret() {
        let seals = seals(SECRET);
        let seal = seals.seal("unsubscribe", "anna");
        assert_eq!(seal.len(), 43);
        assert!(seals.is_sealed("unsubscribe", "anna", &seal));
        assert!(!seals.is_sealed("unsubscribe", "bob", &seal));
        assert!(!seals.is_sealed("other", "anna", &seal));
        assert!(!seals.is_sealed("unsubscrib", "eanna", &seal));
        let others = self::seals("another secret of more than 32 bytes");
        assert!(!others.is_sealed("unsubscribe", "anna", &seal));
    }

    proptest! {
        #[test]
        fn what_was_not_sealed_is_not_recognised(text in "\\PC{0,60}", seal in "\\PC{0,60}") {
            prop_assert!(!seals(SECRET).is_sealed("unsubscribe", &text, &seal));
        }
    }
}
