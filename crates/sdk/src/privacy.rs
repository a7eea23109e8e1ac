//! Pseudonyms: what identifies a person, so that it can be counted and not read.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Turns an address, a phone number or a name into an id: HMAC-SHA-256 (RFC 2104) under a key that stays in the program,
/// the first 128 bits as hex. The same text always gives the same id; without the key nobody can try addresses until one
/// fits, as with a plain hash. Letters' case and surrounding blanks make no difference.
///
/// ```
/// use throughline::privacy::Pseudonyms;
///
/// let people = Pseudonyms::new("a secret of this program");
/// assert_eq!(people.of("Ada@example.org "), people.of("ada@example.org"));
/// assert_ne!(people.of("ada@example.org"), Pseudonyms::new("another secret").of("ada@example.org"));
/// ```
#[derive(Clone)]
pub struct Pseudonyms(Hmac<Sha256>);

impl Pseudonyms {
    /// With a key of any length; 32 random bytes are best. Another key makes other people of everybody.
    pub fn new(key: impl AsRef<[u8]>) -> Self {
        // A key of any length is one; the empty one stands in where that should ever change.
        Self(Hmac::new_from_slice(key.as_ref()).unwrap_or_else(|_| Hmac::new(&Default::default())))
    }

    /// The id of a text: 32 hex digits.
    pub fn of(&self, text: &str) -> String {
        use std::fmt::Write as _;
        let mut mac = self.0.clone();
        mac.update(text.trim().to_lowercase().as_bytes());
        mac.finalize().into_bytes().iter().take(16).fold(String::with_capacity(32), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
    }
}

impl std::fmt::Debug for Pseudonyms {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pseudonyms")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4231, test case 2.
    #[test]
    fn it_is_the_standard_s_code() {
        assert_eq!(Pseudonyms::new("Jefe").of("what do ya want for nothing?"), "5bdcc146bf60754e6a042426089575c7");
        assert!(!format!("{:?}", Pseudonyms::new("Jefe")).contains("Jefe"));
    }
}
