//! A message without what differs each time: numbers, ids, addresses, names in quotes. Two reports of one fault then say the
//! same, and what is kept of a message for longer than the report names nobody.

/// What stands in quotes, at most; beyond, an apostrophe was none that quotes.
const QUOTED_CHARS_MAX: usize = 200;
/// Digits behind letters that are part of a word, such as in `sha256`.
const WORD_DIGITS_MAX: usize = 3;

/// The message with placeholders: `<text>` for what was quoted, `<url>`, `<email>`, `<uuid>`, `<ip>`, `<hex>`, `<num>`. Runs of
/// blanks are one.
pub fn normalised(message: &str) -> String {
    let unquoted = without_quoted(message);
    let words: Vec<String> = unquoted.split_whitespace().map(word).collect();
    words.join(" ")
}

/// Replaces what stands in quotes, apostrophes within words left alone.
fn without_quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut rest, mut before) = (text, ' ');
    while let Some(first) = rest.chars().next() {
        let tail = &rest[first.len_utf8()..];
        let quoted = (matches!(first, '\'' | '"' | '`') && !before.is_alphanumeric()).then(|| closing(tail, first)).flatten();
        match quoted {
            Some(end) => {
                out.push_str("<text>");
                (rest, before) = (&tail[end + first.len_utf8()..], first);
            }
            None => {
                out.push(first);
                (rest, before) = (tail, first);
            }
        }
    }
    out
}

/// Where what was opened ends: the next such quote that no letter follows.
fn closing(text: &str, quote: char) -> Option<usize> {
    let mut chars = text.char_indices().take(QUOTED_CHARS_MAX).peekable();
    while let Some((at, c)) = chars.next() {
        let ends = c == quote && chars.peek().is_none_or(|(_, next)| !next.is_alphanumeric());
        if ends {
            return (at > 0).then_some(at);
        }
    }
    None
}

/// One word, its brackets and punctuation left where they are.
fn word(word: &str) -> String {
    let is_edge = |c: char| matches!(c, '(' | ')' | '[' | ']' | '{' | '}' | ',' | ';' | ':' | '!' | '?' | '.' | '"' | '\'' | '=' | '#');
    let core = word.trim_matches(is_edge);
    if core.is_empty() || core.starts_with('<') && core.ends_with('>') {
        return word.to_owned();
    }
    let begin = word.len() - word.trim_start_matches(is_edge).len();
    let (head, tail) = (&word[..begin], &word[begin + core.len()..]);
    format!("{head}{}{tail}", placeholder(core).map_or_else(|| pieces(core), str::to_owned))
}

/// What the whole of a word is.
fn placeholder(word: &str) -> Option<&'static str> {
    let lower = word.to_ascii_lowercase();
    match word {
        _ if lower.contains("://") => Some("<url>"),
        _ if is_email(word) => Some("<email>"),
        _ if is_uuid(&lower) => Some("<uuid>"),
        _ if is_ip(word) => Some("<ip>"),
        _ => None,
    }
}

fn is_email(word: &str) -> bool {
    word.split_once('@').is_some_and(|(user, host)| !user.is_empty() && host.contains('.') && !host.contains(['@', '/']))
}

fn is_uuid(word: &str) -> bool {
    word.len() == 36
        && word.bytes().enumerate().all(|(at, b)| if matches!(at, 8 | 13 | 18 | 23) { b == b'-' } else { b.is_ascii_hexdigit() })
}

fn is_ip(word: &str) -> bool {
    let bare = word.trim_start_matches('[');
    let (host, port) = bare.rsplit_once(':').unwrap_or((bare, ""));
    let is_four = |host: &str| host.split('.').count() == 4 && host.split('.').all(|part| part.parse::<u8>().is_ok());
    is_four(bare)
        || is_four(host) && port.bytes().all(|b| b.is_ascii_digit())
        || bare.trim_end_matches(']').parse::<std::net::Ipv6Addr>().is_ok()
}

/// A word taken apart at what is no letter and no digit, its ids and numbers replaced.
fn pieces(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    for piece in word.split_inclusive(|c: char| !c.is_alphanumeric()) {
        let end = piece.trim_end_matches(|c: char| !c.is_alphanumeric()).len();
        out.push_str(&of_piece(&piece[..end]));
        out.push_str(&piece[end..]);
    }
    // 1.5, 1,000 and 12:30 are one number each.
    let mut before = String::new();
    while before != out {
        before.clone_from(&out);
        for between in ['.', ',', ':'] {
            out = out.replace(&format!("<num>{between}<num>"), "<num>");
        }
    }
    out
}

fn of_piece(piece: &str) -> String {
    let has_digit = piece.bytes().any(|b| b.is_ascii_digit());
    let hex = piece.strip_prefix("0x").or_else(|| piece.strip_prefix("0X"));
    match piece {
        _ if !has_digit => piece.to_owned(),
        _ if piece.bytes().all(|b| b.is_ascii_digit()) => "<num>".to_owned(),
        _ if hex.is_some_and(|hex| !hex.is_empty() && hex.bytes().all(|b| b.is_ascii_hexdigit())) => "<hex>".to_owned(),
        _ if piece.len() >= 8 && piece.bytes().all(|b| b.is_ascii_hexdigit()) => "<hex>".to_owned(),
        _ => without_numbers(piece),
    }
}

/// Replaces runs of digits but for those that end a word, such as `utf8`.
fn without_numbers(piece: &str) -> String {
    let mut out = String::with_capacity(piece.len());
    let mut rest = piece;
    while !rest.is_empty() {
        let letters = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
        out.push_str(&rest[..letters]);
        rest = &rest[letters..];
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let ends_a_word = letters > 0 && digits <= WORD_DIGITS_MAX && digits == rest.len();
        match digits {
            0 => {}
            _ if ends_a_word => out.push_str(&rest[..digits]),
            _ => out.push_str("<num>"),
        }
        rest = &rest[digits..];
    }
    out
}

#[cfg(test)]
mod tests {
    use super::normalised;

    #[test]
    fn what_differs_each_time_is_a_placeholder_and_the_words_stay() {
        for (message, want) in [
            ("Order 48213 not found", "Order <num> not found"),
            ("order_48213 failed after 12.5s", "order_<num> failed after <num>s"),
            ("timeout after 1,000 ms at 12:30:05", "timeout after <num> ms at <num>"),
            ("user ann@example.org is locked", "user <email> is locked"),
            ("GET https://api.shop.test/v1/orders/7?x=1 failed", "GET <url> failed"),
            ("no session 018f6a2e-7c1b-7a44-9d0e-3b5f1c2d4e6f.", "no session <uuid>."),
            ("connect to 10.0.3.17:5432: refused", "connect to <ip>: refused"),
            ("connect to [fe80::1]", "connect to [<ip>]"),
            ("segfault at 0x7ffd1c2b", "segfault at <hex>"),
            ("object 4bf92f3577b34da6 is gone", "object <hex> is gone"),
            ("Cannot read properties of undefined (reading 'price')", "Cannot read properties of undefined (reading <text>)"),
            ("can't parse \"12, Main St\" as utf8", "can't parse <text> as utf8"),
            ("the users' list isn't there", "the users' list isn't there"),
            ("sha256  of\tchunk 7", "sha256 of chunk <num>"),
            ("added feed to the decade", "added feed to the decade"),
            ("", ""),
        ] {
            assert_eq!(normalised(message), want, "{message}");
        }
    }
}
