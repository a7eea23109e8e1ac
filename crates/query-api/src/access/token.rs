//! Tokens of sessions and one-time links: 256 random bits, of which only the SHA-256 is kept.

use sha2::{Digest as _, Sha256};

use super::Access;

/// A token as its holder has it. Never logged, never stored.
pub(super) struct Token(String);

impl Token {
    pub(super) fn new(access: &Access) -> Self {
        let mut bytes = [0; 32];
        access.fill_random(&mut bytes);
        Self(hex::encode(bytes))
    }

    /// A token as it was sent; `None` when it cannot be one of ours.
    pub(super) fn read(text: &str) -> Option<Self> {
        (text.len() == 64 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))).then(|| Self(text.to_owned()))
    }

    pub(super) fn sha256(&self) -> [u8; 32] {
        Sha256::digest(self.0.as_bytes()).into()
    }

    pub(super) fn into_text(self) -> String {
        self.0
    }

    pub(super) fn text(&self) -> &str {
        &self.0
    }
}
