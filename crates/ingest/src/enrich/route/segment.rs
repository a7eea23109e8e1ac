//! One segment of a path: a word that stays, or something that varies.

use std::borrow::Cow;

/// The segment, or its placeholder and what it was taken for.
///
/// A segment is folded when it is a number, a UUID, a date, an email address, hexadecimal or random text, or holds one of
/// these between `-`, `_` and `.`: `order-18273`, `my-first-post-8f3a9c1b`. Words, words with short numbers (`top-10-cars`,
/// `iphone-15-pro`, `v2`, `1.2.3`), placeholders and text that is not ASCII stay.
pub(super) fn fold(segment: &str) -> (Cow<'_, str>, Option<&'static str>) {
    if segment.starts_with(':') || segment == "*" {
        return (Cow::Borrowed(segment), None);
    }
    if let Some(placeholder) = placeholder(segment) {
        return (Cow::Owned(placeholder), None);
    }
    // A file is known by what it is named, and its type still matters: `18273.pdf`.
    let (stem, extension) = file(segment).unwrap_or((segment, ""));
    let kind = whole(segment).or_else(|| part(stem)).or_else(|| whole(stem));
    match kind {
        None => (Cow::Borrowed(segment), None),
        Some(kind) if extension.is_empty() || matches!(kind, Kind::Email) => (Cow::Borrowed(kind.placeholder()), Some(kind.word())),
        Some(kind) => (Cow::Owned(format!("{}.{extension}", kind.placeholder())), Some(kind.word())),
    }
}

#[derive(Clone, Copy)]
enum Kind {
    Number,
    Uuid,
    Date,
    Email,
    Hex,
    Random,
    Numbered,
}

impl Kind {
    const fn placeholder(self) -> &'static str {
        match self {
            Self::Date => ":date",
            Self::Email => ":email",
            _ => ":id",
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Number => "a number",
            Self::Uuid => "a UUID",
            Self::Date => "a date",
            Self::Email => "an email address",
            Self::Hex => "hexadecimal",
            Self::Random => "random text",
            Self::Numbered => "a name with a long number in it",
        }
    }
}

/// What a text is as a whole.
fn whole(text: &str) -> Option<Kind> {
    let bytes = text.as_bytes();
    if !bytes.is_empty() && bytes.iter().all(u8::is_ascii_digit) {
        Some(Kind::Number)
    } else if is_uuid(bytes) {
        Some(Kind::Uuid)
    } else if is_date(bytes) {
        Some(Kind::Date)
    } else {
        is_email(text).then_some(Kind::Email)
    }
}

/// What a part between separators, or all of them together, look like. Encoded text in another language (`%E6%97`) looks
/// random and is not: what holds other characters stays.
fn part(text: &str) -> Option<Kind> {
    let separators = ['-', '_', '.', '~', '+', '=', ',', '!', '$'];
    if !text.bytes().all(|byte| byte.is_ascii_alphanumeric() || separators.contains(&char::from(byte))) {
        return None;
    }
    let mut mixing = 0;
    let mut letters_and_digits = 0;
    for part in text.split(separators).map(str::as_bytes) {
        let digits = part.iter().filter(|byte| byte.is_ascii_digit()).count();
        if part.len() >= 8 && digits >= 2 && digits < part.len() && part.iter().all(u8::is_ascii_hexdigit) {
            return Some(Kind::Hex);
        }
        if digits >= 5 && digits == part.len() {
            return Some(Kind::Numbered);
        }
        let mixed = mixed(part);
        if part.len() >= 10 && digits >= 2 && mixed >= 5 || part.len() > 40 {
            return Some(Kind::Random);
        }
        mixing += mixed;
        letters_and_digits += part.len();
    }
    // Some ids have separators of their own: `V1StGXR8_Z5jdHi6B-myT`.
    (mixing >= 8 && mixing * 3 >= letters_and_digits).then_some(Kind::Random)
}

/// How often letters and digits, or small and capital letters, take turns.
fn mixed(part: &[u8]) -> usize {
    let turns =
        |pair: &[u8]| pair[0].is_ascii_digit() != pair[1].is_ascii_digit() || pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase();
    part.windows(2).filter(|pair| turns(pair)).count()
}

fn is_uuid(bytes: &[u8]) -> bool {
    bytes.len() == 36
        && bytes.iter().enumerate().all(|(at, byte)| if matches!(at, 8 | 13 | 18 | 23) { *byte == b'-' } else { byte.is_ascii_hexdigit() })
}

fn is_date(bytes: &[u8]) -> bool {
    bytes.len() == 10 && bytes.iter().enumerate().all(|(at, byte)| if matches!(at, 4 | 7) { *byte == b'-' } else { byte.is_ascii_digit() })
}

fn is_email(text: &str) -> bool {
    let address = text.split_once('@').or_else(|| text.split_once("%40"));
    address.is_some_and(|(name, host)| !name.is_empty() && host.contains('.') && !host.starts_with('.') && !host.ends_with('.'))
}

fn file(segment: &str) -> Option<(&str, &str)> {
    let (stem, extension) = segment.rsplit_once('.')?;
    let short = (1..=5).contains(&extension.len()) && extension.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (short && extension.bytes().any(|byte| byte.is_ascii_alphabetic())).then_some((stem, extension))
}

/// How frameworks write what we write `:name` and `*`.
fn placeholder(segment: &str) -> Option<String> {
    let inside = [("{", "}"), ("[[", "]]"), ("[", "]"), ("<", ">")]
        .into_iter()
        .find_map(|(open, close)| segment.strip_prefix(open).and_then(|rest| rest.strip_suffix(close)))?;
    let name = inside.trim_start_matches('*').trim_start_matches('.');
    if name.len() < inside.len() || inside.ends_with("...") {
        return Some("*".to_owned());
    }
    // `<int:id>` names the converter first, `{id:[0-9]+}` the pattern last.
    let name = if segment.starts_with('<') { name.rsplit(':').next() } else { name.split([':', '=', '?']).next() }.unwrap_or_default();
    let plain =
        !name.is_empty() && name.len() <= 40 && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-');
    Some(if plain { format!(":{name}") } else { ":id".to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_all_kinds_are_folded() {
        for (segment, want) in [
            ("7", ":id"),
            ("2024", ":id"),
            ("550E8400-E29B-41D4-A716-446655440000", ":id"),
            ("550e8400e29b41d4a716446655440000", ":id"),
            ("507f1f77bcf86cd799439011", ":id"),
            ("8f3a9c1b", ":id"),
            ("01ARZ3NDEKTSV4RRFFQ69G5FAV", ":id"),
            ("cjld2cjxh0000qzrmn831i7rn", ":id"),
            ("V1StGXR8_Z5jdHi6B-myT", ":id"),
            ("dQw4w9WgXcQ", ":id"),
            ("cus_Nff5fDX0pVqb3a", ":id"),
            ("order-18273", ":id"),
            ("my-first-post-8f3a9c1b", ":id"),
            ("20260514-storm", ":id"),
            ("2026-05-14", ":date"),
            ("ann.lee+x@shop.example", ":email"),
            ("ann%40shop.example", ":email"),
            ("18273.pdf", ":id.pdf"),
            ("{id}", ":id"),
            ("{id:[0-9]+}", ":id"),
            ("{*rest}", "*"),
            ("{rest...}", "*"),
            ("[slug]", ":slug"),
            ("[[...slug]]", "*"),
            ("<int:order_id>", ":order_id"),
            ("{}", ":id"),
        ] {
            assert_eq!(fold(segment).0, want, "{segment}");
        }
    }

    #[test]
    fn words_stay() {
        for segment in [
            "",
            "orders",
            "v2",
            "1.2.3",
            "v1.2.3-rc1",
            "top-10-cars",
            "iphone-15-pro-max-256gb",
            "iphone15promax256gb",
            "rtx4090-vs-rx7900xtx-2k-4k-1440p",
            "oauth2-callback",
            "getUserProfile",
            "facade",
            "decade",
            "defaced",
            "effaced",
            "index.html",
            "jquery-3.6.0.min.js",
            ":id",
            ":id.pdf",
            "*",
            "@ann",
            "%E6%97%A5%E6%9C%AC%E8%AA%9E",
            "größe",
            "日本語",
            "a b",
            "my_profile",
            "2fa",
            "404-not-found",
            "mp3",
            "h264",
            "summer-sale-2024",
            "web3",
        ] {
            assert_eq!(fold(segment), (Cow::Borrowed(segment), None), "{segment}");
        }
    }
}
