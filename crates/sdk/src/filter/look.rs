//! Personal data by its look: email addresses and card numbers in texts. The browser client finds the same.

use super::scrub::REMOVED;

/// Letters of an address before its `@`, and of each part of its domain.
const LOCAL_MAX: usize = 64;
const LABEL_MAX: usize = 63;
/// Parts of a domain after the first.
const LABELS_MAX: usize = 5;
/// Digits of a card.
const CARD_MIN: usize = 13;
const CARD_MAX: usize = 19;
/// Digits that stand together at its beginning.
const CARD_HEAD: usize = 4;

/// The text with `[removed]` for what is found; nothing where there is nothing to find.
pub(crate) fn cleaned(text: &str) -> Option<String> {
    let without = replaced(text, email);
    replaced(without.as_deref().unwrap_or(text), card).or(without)
}

/// Replaces what `find` finds, from left to right: the next from this place on, as its begin and end.
fn replaced(text: &str, find: fn(&str, usize) -> Option<(usize, usize)>) -> Option<String> {
    let mut out = String::new();
    let mut done = 0;
    while let Some((begin, end)) = find(text, done) {
        out.push_str(&text[done..begin]);
        out.push_str(REMOVED);
        done = end;
    }
    out.push_str(&text[done..]);
    (done > 0).then_some(out)
}

fn email(text: &str, from: usize) -> Option<(usize, usize)> {
    text[from..].match_indices('@').find_map(|(at, _)| {
        let at = from + at;
        let stops = |letter: char| letter.is_whitespace() || matches!(letter, '@' | '"' | '\'' | '<' | '>');
        let local = text[from..at].chars().rev().take(LOCAL_MAX).take_while(|letter| !stops(*letter)).map(char::len_utf8).sum::<usize>();
        let end = domain(&text.as_bytes()[at + 1..])?;
        (local > 0).then_some((at - local, at + 1 + end))
    })
}

/// How long the domain is with which these bytes begin: two parts at least.
fn domain(bytes: &[u8]) -> Option<usize> {
    let label = |from: usize| bytes[from..].iter().take(LABEL_MAX).take_while(|byte| is_word(**byte) || **byte == b'-').count();
    let mut end = label(0);
    let mut labels = 0;
    while labels < LABELS_MAX && end > 0 && bytes.get(end) == Some(&b'.') {
        let next = label(end + 1);
        if next == 0 {
            break;
        }
        end += 1 + next;
        labels += 1;
    }
    (labels > 0).then_some(end)
}

fn card(text: &str, from: usize) -> Option<(usize, usize)> {
    let bytes = text.as_bytes();
    let begins = |place: &usize| bytes[*place].is_ascii_digit() && place.checked_sub(1).is_none_or(|before| !is_word(bytes[before]));
    (from..bytes.len()).filter(begins).find_map(|begin| Some((begin, card_end(bytes, begin)?)))
}

/// The end of the longest card number that begins here: digits with single blanks or hyphens between.
fn card_end(bytes: &[u8], begin: usize) -> Option<usize> {
    let digit = |place: usize| bytes.get(place).filter(|byte| byte.is_ascii_digit()).map(|byte| u32::from(byte - b'0'));
    let mut digits = Vec::with_capacity(CARD_MAX);
    let mut end = begin;
    let mut found = None;
    while digits.len() < CARD_MAX {
        let apart = usize::from(digits.len() >= CARD_HEAD && matches!(bytes.get(end), Some(b' ' | b'-')));
        let Some(next) = digit(end + apart) else { break };
        digits.push(next);
        end += apart + 1;
        let ends = bytes.get(end).is_none_or(|byte| !is_word(*byte));
        if ends && digits.len() >= CARD_MIN && is_checked(&digits) {
            found = Some(end);
        }
    }
    found
}

/// The check digit of card numbers. Source: ISO/IEC 7812-1, annex B.
fn is_checked(digits: &[u32]) -> bool {
    let doubled = |(i, digit): (usize, &u32)| {
        let digit = digit << (i % 2);
        if digit > 9 { digit - 9 } else { digit }
    };
    digits.iter().rev().enumerate().map(doubled).sum::<u32>() % 10 == 0
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clean(text: &str) -> String {
        cleaned(text).unwrap_or_else(|| text.to_owned())
    }

    #[test]
    fn cards_and_addresses_go_and_other_numbers_stay() {
        assert_eq!(
            clean("pay 4111 1111 1111 1111 for 2024, or 2024 5500-0000-0000-0004 123; write to ada@example.org"),
            "pay [removed] for 2024, or 2024 [removed] 123; write to [removed]"
        );
        assert_eq!(clean("378282246310005"), REMOVED);
        assert_eq!(clean("ä@b.de,<c.d+e@f-g.co.uk>ß"), "[removed],<[removed]>ß");
        for kept in
            ["1700000000123", "4111 1111 1111 1112", "x4111111111111111", "41111111111111111111", "a@b", "@example.org", "a @b.c", "", "12"]
        {
            assert_eq!(cleaned(kept), None, "{kept}");
        }
    }

    #[test]
    fn any_text_is_cleaned_without_a_panic_and_once_is_enough() {
        let pieces = ["4111", " ", "-", "1111", "@", "a.b", "ü", "\"", "0", "_", ".", "語", "378282246310005", "x@y.z"];
        let mut dice = 7_u64;
        for _ in 0..20_000 {
            let mut text = String::new();
            for _ in 0..12 {
                dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                text.push_str(pieces[(dice >> 33) as usize % pieces.len()]);
            }
            let once = clean(&text);
            assert_eq!((email(&once.replace(REMOVED, " "), 0), card(&once, 0)), (None, None), "{text}");
        }
    }
}
