//! The words of a filter's text: keys, values, quotes, and which of them need quotes.

use super::fault::{Fault, FilterError};
use crate::scan::Cursor;

/// Words that mean something where a term or an operator may stand, whatever their capitals.
const KEYWORDS: [&str; 10] = ["and", "or", "not", "in", "contains", "starts", "with", "exists", "absent", "is"];

/// Goes past a keyword, unless it is a key because an operator follows at once: `in:5`.
pub(super) fn eat_keyword(cursor: &mut Cursor<'_>, keyword: &str) -> bool {
    let mut ahead = *cursor;
    ahead.skip_space();
    let found = ahead.take_while(in_key).eq_ignore_ascii_case(keyword) && !ahead.peek().is_some_and(is_operator);
    if found {
        *cursor = ahead;
    }
    found
}

/// The key here, with or without quotes; `None` when a key cannot begin here.
pub(super) fn key(cursor: &mut Cursor<'_>) -> Result<Option<super::Field>, FilterError> {
    let at = cursor.at();
    if let Some(text) = quoted(cursor)? {
        return super::Field::named(&text).bounded(at).map(Some);
    }
    let bare = cursor.take_while(in_key);
    if bare == super::field::PROPS
        && let Some(text) = quoted(cursor)?
    {
        return super::Field::Prop(text).bounded(at).map(Some);
    }
    if bare.is_empty() { Ok(None) } else { super::Field::named(bare).bounded(at).map(Some) }
}

/// The text here that could be a key, with or without quotes; `None` when there is none.
pub(super) fn word(cursor: &mut Cursor<'_>) -> Result<Option<String>, FilterError> {
    if let Some(text) = quoted(cursor)? {
        return Ok(Some(text));
    }
    let bare = cursor.take_while(in_key);
    Ok((!bare.is_empty()).then(|| bare.to_owned()))
}

/// The value here, with or without quotes.
pub(super) fn value(cursor: &mut Cursor<'_>) -> Result<String, FilterError> {
    cursor.skip_space();
    let at = cursor.at();
    let text = match quoted(cursor)? {
        Some(text) => text,
        None => match cursor.take_while(in_value) {
            bare if bare.is_empty() || is_joint(bare) => return Err(Fault::ValueMissing.at(at)),
            bare if bare.contains('*') => return Err(Fault::Wildcard.at(at)),
            bare if bare.starts_with(is_operator_start) => return Err(Fault::Unexpected.at(at)),
            bare => bare.to_owned(),
        },
    };
    match cursor.peek() {
        Some('(' | '"') => Err(Fault::Unexpected.at(cursor.at())),
        Some(c) if in_value(c) => Err(Fault::Unexpected.at(cursor.at())),
        _ => Ok(text),
    }
}

/// The text in the quotes here; `None` when no quote stands here.
fn quoted(cursor: &mut Cursor<'_>) -> Result<Option<String>, FilterError> {
    let open = cursor.at();
    let Some(quote @ ('"' | '\'')) = cursor.peek() else { return Ok(None) };
    cursor.next();
    let mut text = String::new();
    loop {
        let at = cursor.at();
        match cursor.next() {
            None => return Err(Fault::QuoteOpen.at(open)),
            Some(c) if c == quote => return Ok(Some(text)),
            Some('\\') => text.push(escaped(cursor).ok_or_else(|| Fault::EscapeUnknown.at(at))?),
            Some(c) => text.push(c),
        }
    }
}

/// The character that is written behind a backslash.
fn escaped(cursor: &mut Cursor<'_>) -> Option<char> {
    match cursor.next()? {
        c @ ('"' | '\'' | '\\') => Some(c),
        'n' => Some('\n'),
        'r' => Some('\r'),
        't' => Some('\t'),
        'u' if cursor.eat("{") => {
            let digits = cursor.take_while(|c| c.is_ascii_hexdigit());
            (digits.len() <= 6 && cursor.eat("}"))
                .then_some(digits)
                .and_then(|digits| u32::from_str_radix(digits, 16).ok())?
                .try_into()
                .ok()
        }
        _ => None,
    }
}

/// The value as it is written: in quotes only where it must be.
pub(super) fn write_value(text: &str, out: &mut impl std::fmt::Write) -> std::fmt::Result {
    let bare = text.chars().all(|c| in_value(c) && c != '*' && !c.is_control())
        && !text.starts_with(|c| c == '\'' || is_operator_start(c))
        && !text.is_empty()
        && !is_joint(text)
        && !text.eq_ignore_ascii_case("with");
    if bare { out.write_str(text) } else { write_quoted(text, out) }
}

/// A prop's key as it is written: with `props.` where it would be read as something else, in quotes only where it must be.
pub(super) fn write_prop(key: &str, out: &mut impl std::fmt::Write) -> std::fmt::Result {
    let bare = key.chars().all(|c| in_key(c) && !c.is_control()) && !key.starts_with(['\'', '-']) && !key.is_empty();
    let taken = super::Field::built_in_named(key).is_some()
        || key.starts_with(super::field::PROPS)
        || KEYWORDS.iter().any(|keyword| key.eq_ignore_ascii_case(keyword));
    match (bare, taken) {
        (true, false) => out.write_str(key),
        (true, true) => write!(out, "{}{key}", super::field::PROPS),
        (false, _) => {
            out.write_str(super::field::PROPS)?;
            write_quoted(key, out)
        }
    }
}

fn write_quoted(text: &str, out: &mut impl std::fmt::Write) -> std::fmt::Result {
    out.write_char('"')?;
    for c in text.chars() {
        match c {
            '"' | '\\' => write!(out, "\\{c}")?,
            '\n' => out.write_str("\\n")?,
            '\r' => out.write_str("\\r")?,
            '\t' => out.write_str("\\t")?,
            c if c.is_control() => write!(out, "\\u{{{:x}}}", c as u32)?,
            c => out.write_char(c)?,
        }
    }
    out.write_char('"')
}

const fn is_operator(c: char) -> bool {
    matches!(c, ':' | '=' | '!' | '<' | '>')
}

/// What a value without quotes cannot begin with; a colon it can: `route::id` has the value `:id`.
const fn is_operator_start(c: char) -> bool {
    matches!(c, '=' | '!' | '<' | '>')
}

fn in_value(c: char) -> bool {
    !c.is_whitespace() && !matches!(c, '(' | ')' | ',' | '"')
}

fn in_key(c: char) -> bool {
    in_value(c) && !is_operator(c)
}

/// Words that join terms: as a value without quotes they are more likely the next word of a filter whose value was forgotten.
fn is_joint(word: &str) -> bool {
    ["and", "or", "not"].iter().any(|joint| word.eq_ignore_ascii_case(joint))
}
