//! Which reports are one fault.
//!
//! What a client says counts first. Else the type and the calls of the application's own code count, by function and module or
//! file and never by line, so that two releases agree; where a stack says nothing, the type and the message count, without what
//! differs each time (see [`super::message`]). A report without a type is somebody's message: its text counts in any case. The
//! level never does: an issue has the worst of its reports'.

use super::message::normalised;
use super::{ErrorReport, Frame};

/// Stands in a client's fingerprint for what would count without it.
const DEFAULT: &str = "default";
/// A part of a file's name that is a bundler's hash has so many characters, at least.
const HASH_CHARS_MIN: usize = 6;
/// So many when it is not hexadecimal.
const MIXED_HASH_CHARS_MIN: usize = 8;

/// What must be equal for two reports to be one issue. The first part says which rule it was, so that parts of different rules
/// are never taken for each other.
pub fn fingerprint(report: &ErrorReport) -> Vec<String> {
    if report.fingerprint.is_empty() {
        return by_what_happened(report);
    }
    let mut parts = vec!["custom".to_owned()];
    for part in &report.fingerprint {
        if is_default(part) { parts.extend(by_what_happened(report)) } else { parts.push(part.clone()) }
    }
    parts
}

/// Where it happened, for people: the innermost call of the application's own code.
pub fn culprit(report: &ErrorReport) -> Option<String> {
    let frame = own_calls(&report.stacktrace).into_iter().find(|frame| key(frame).is_some())?;
    let (function, file) = (function(frame), frame.file.as_deref().map(file));
    let place = file.or_else(|| frame.module.clone());
    Some(match (function, place) {
        (Some(function), Some(place)) => format!("{function} in {place}"),
        (Some(only), None) | (None, Some(only)) => only,
        (None, None) => return None,
    })
}

/// `{{ default }}`, however it is spaced.
fn is_default(part: &str) -> bool {
    let inner = part.trim().strip_prefix("{{").and_then(|part| part.strip_suffix("}}"));
    inner.is_some_and(|inner| inner.trim() == DEFAULT)
}

fn by_what_happened(report: &ErrorReport) -> Vec<String> {
    let mut calls: Vec<String> = own_calls(&report.stacktrace).into_iter().filter_map(key).collect();
    // How deep a recursion got does not matter.
    calls.dedup();
    let kind = report.kind.clone().unwrap_or_default();
    let message = || normalised(report.message.as_deref().unwrap_or_default());
    if calls.is_empty() {
        return vec!["message".to_owned(), kind, message()];
    }
    let mut parts = vec!["stack".to_owned()];
    parts.push(if report.kind.is_none() { message() } else { kind });
    parts.extend(report.cause.iter().filter_map(|cause| Some(format!("caused by {}", cause.kind.as_deref()?))));
    parts.extend(calls);
    parts
}

/// The application's own calls, innermost first; all of them where none is.
fn own_calls(frames: &[Frame]) -> Vec<&Frame> {
    let own: Vec<&Frame> = frames.iter().filter(|frame| frame.in_app).collect();
    if own.is_empty() { frames.iter().collect() } else { own }
}

/// A call without its line; `None` when nothing is known of it. Modules are steadier than files, whose folders differ by machine.
fn key(frame: &Frame) -> Option<String> {
    let place = frame.module.clone().or_else(|| frame.file.as_deref().map(file));
    match (function(frame), place) {
        (None, None) => None,
        (function, place) => Some(format!("{} in {}", function.unwrap_or_default(), place.unwrap_or_default())),
    }
}

/// The function, without the hash that Rust's linker appends; `None` for names that stand for none.
fn function(frame: &Frame) -> Option<String> {
    let name = frame.function.as_deref()?.trim();
    let is_none = matches!(name, "" | "?" | "<anonymous>" | "(anonymous)" | "anonymous" | "<unknown>") || name.starts_with("0x");
    let hashed = name.rsplit_once("::h").filter(|(_, hash)| hash.len() == 16 && hash.bytes().all(|b| b.is_ascii_hexdigit()));
    (!is_none).then(|| hashed.map_or(name, |(name, _)| name).to_owned())
}

/// A file without what a release or a server adds to its name: host, query, hashes of a bundler.
fn file(name: &str) -> String {
    let name = name.split(['?', '#']).next().unwrap_or_default();
    let path = name.split_once("://").map_or(name, |(_, rest)| rest.split_once('/').map_or("", |(_, path)| path));
    let path = path.replace('\\', "/");
    let (folder, last) = path.rsplit_once('/').map_or(("", path.as_str()), |(folder, last)| (folder, last));
    let last = without_hashes(last);
    if folder.is_empty() { last } else { format!("{folder}/{last}") }
}

fn without_hashes(name: &str) -> String {
    let separates = |c: char| matches!(c, '.' | '-' | '_' | '~');
    let mut out = String::with_capacity(name.len());
    for (place, part) in name.split_inclusive(separates).enumerate() {
        let bare = part.trim_end_matches(separates);
        out.push_str(if is_hash(bare, place == 0) { "*" } else { bare });
        out.push_str(&part[bare.len()..]);
    }
    out
}

/// A file that begins with letters of either case and digits has a name, such as `OAuth2Client`.
fn is_hash(part: &str, first: bool) -> bool {
    let has = |test: fn(&u8) -> bool| part.as_bytes().iter().any(test);
    let (digit, upper, lower) = (has(u8::is_ascii_digit), has(u8::is_ascii_uppercase), has(u8::is_ascii_lowercase));
    let hex = part.bytes().all(|b| b.is_ascii_hexdigit());
    let mixed = !first && part.bytes().all(|b| b.is_ascii_alphanumeric()) && upper && lower;
    digit && (hex && (upper || lower) && part.len() >= HASH_CHARS_MIN || mixed && part.len() >= MIXED_HASH_CHARS_MIN)
}

#[cfg(test)]
mod tests;
