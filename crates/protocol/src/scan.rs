//! Walks over a text that people type: filters and formulas.

/// A place in a text; never inside a character.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cursor<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Cursor<'t> {
    pub(crate) const fn new(text: &'t str) -> Self {
        Self { text, at: 0 }
    }

    /// Bytes from the start.
    pub(crate) const fn at(&self) -> usize {
        self.at
    }

    pub(crate) fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    pub(crate) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(crate) fn next(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += next.len_utf8();
        Some(next)
    }

    /// Goes past `what` if it stands here.
    pub(crate) fn eat(&mut self, what: &str) -> bool {
        let here = self.rest().starts_with(what);
        if here {
            self.at += what.len();
        }
        here
    }

    /// Goes past the characters that fit, and returns them.
    pub(crate) fn take_while(&mut self, fits: impl Fn(char) -> bool) -> &'t str {
        let rest = self.rest();
        let taken = &rest[..rest.find(|c| !fits(c)).unwrap_or(rest.len())];
        self.at += taken.len();
        taken
    }

    pub(crate) fn skip_space(&mut self) {
        self.take_while(char::is_whitespace);
    }
}

/// The place in characters of a place in bytes.
pub(crate) fn characters(text: &str, at: usize) -> usize {
    text.char_indices().take_while(|(start, _)| *start < at).count()
}

/// The shortest text that is read as this finite number again.
pub(crate) fn write_number(value: f64, out: &mut impl std::fmt::Write) -> std::fmt::Result {
    let plain = value == 0.0 || (1e-6..1e16).contains(&value.abs());
    if plain { write!(out, "{value}") } else { write!(out, "{value:e}") }
}
