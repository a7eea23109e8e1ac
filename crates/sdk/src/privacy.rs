//! Pseudonyms: what identifies a person, so that it can be counted and not read.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Turns an address, a phone number or a name into an id: HMAC-SHA-256 (RFC 2104) under a key that stays in the program, of
/// the text without surrounding blanks and in lower case, as 64 hex digits. `pseudonym` of the browser client makes the same
/// of the same. One text always gives one id; without the key nobody can try addresses until one fits, as with a plain hash.
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

    /// The id of a text: 64 hex digits.
    pub fn of(&self, text: &str) -> String {
        use std::fmt::Write as _;
        let mut mac = self.0.clone();
        mac.update(text.trim_matches(is_blank).to_lowercase().as_bytes());
        mac.finalize().into_bytes().iter().fold(String::with_capacity(64), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
    }
}

/// What a browser calls a blank around a text: ECMA-262, white space and line terminators.
fn is_blank(letter: char) -> bool {
    letter == '\u{feff}' || (letter.is_whitespace() && letter != '\u{85}')
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
        let id = Pseudonyms::new("Jefe").of("what do ya want for nothing?");
        assert_eq!(id, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
        assert!(!format!("{:?}", Pseudonyms::new("Jefe")).contains("Jefe"));
    }

    /// The same stands in the browser client's tests, and is what `hmac.new(b"k", b"ann@example.com", "sha256")` of Python says.
    #[test]
    fn the_browser_client_makes_the_same_of_the_same() {
        let ann = Pseudonyms::new("k").of("  Ann@Example.com ");
        assert_eq!(ann, "812b5e65283998e47b49528ef531aea6e0a9f94ed9005c6c1cdec12579d7d459");
        assert_eq!(Pseudonyms::new("k").of("\u{feff}ann@example.com\u{2029}"), ann);
        assert_ne!(Pseudonyms::new("k").of("\u{85}ann@example.com"), ann, "no blank in a browser");
    }
}
