//! Secrets that others hold: links, sessions and tickets, kept here only as keyed hashes.
//!
//! Format: a secret is 32 random bytes as 43 characters of base64url; its hash is hex HMAC-SHA256 over label, NUL and
//! the secret's text.
//! Invariant: the label keeps the kinds apart: a ticket is never a session.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::config::keys::LinkHashKey;
use crate::randomness::Randomness;

/// What a secret is for.
#[derive(Clone, Copy)]
pub enum SecretKind {
    Link,
    Session,
    Ticket,
}

impl SecretKind {
    fn label(self) -> &'static str {
        match self {
            Self::Link => "link",
            Self::Session => "session",
            Self::Ticket => "ticket",
        }
    }
}

/// Makes secrets and recognises them again.
#[derive(Clone)]
pub struct Secrets {
    key: LinkHashKey,
    randomness: Randomness,
}

impl Secrets {
    pub fn new(key: LinkHashKey, randomness: Randomness) -> Self {
        Self { key, randomness }
    }

    /// A new secret, as it is handed out.
    pub fn draw(&self) -> Zeroizing<String> {
        let bytes = Zeroizing::new(self.randomness.bytes::<32>());
        Zeroizing::new(URL_SAFE_NO_PAD.encode(bytes.as_slice()))
    }

    /// How it is looked up.
    pub fn hash(&self, kind: SecretKind, secret: &str) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.key.bytes()).expect("HMAC takes keys of any length");
        mac.update(kind.label().as_bytes());
        mac.update(&[0]);
        mac.update(secret.as_bytes());
        hex::encode(mac.finalize().into_bytes())
    }

    /// Names the key that makes the hashes.
    pub fn key_id(&self) -> String {
        hex::encode(&Sha256::digest(self.key.bytes())[..4])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_secret_hashes_differently_for_each_use_and_key() {
        let secrets = |byte| Secrets::new(LinkHashKey::from_bytes([byte; 32]), Randomness::seeded(1));
        let (one, two) = (secrets(1), secrets(2));
        let secret = one.draw();
        assert_eq!(secret.len(), 43);
        let hashes = [
            one.hash(SecretKind::Link, &secret),
            one.hash(SecretKind::Session, &secret),
            one.hash(SecretKind::Ticket, &secret),
            two.hash(SecretKind::Link, &secret),
        ];
        for (index, hash) in hashes.iter().enumerate() {
            assert_eq!(hash.len(), 64);
            assert!(hashes[index + 1..].iter().all(|other| other != hash));
        }
        assert_eq!(one.hash(SecretKind::Link, &secret), hashes[0]);
    }
}
