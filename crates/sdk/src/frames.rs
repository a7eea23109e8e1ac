//! Stacks as frames: the standard library's backtrace is text, which is read here, line by line.

use std::backtrace::Backtrace;
use std::fmt::{self, Write};
use std::panic::Location;

use protocol::error_report::Frame;

use crate::repair;

/// Frames of one report: the innermost. All of the protocol's 250 with long names would not fit into a report's 64 KiB.
const FRAMES: usize = 100;
/// Bytes of a backtrace's text that are read.
const TEXT_BYTES: usize = 256 * 1024;
/// Bytes of a function's or a file's name.
const NAME_BYTES: usize = 400;

/// The frames of a backtrace, innermost first, from `place` on, where the error was reported. Frames are the application's own
/// when their module is under one of `in_app`, or, when that is empty, when their file is no dependency's.
pub(crate) fn of(backtrace: &Backtrace, place: Option<&Frame>, in_app: &[String]) -> Vec<Frame> {
    let mut text = Head(String::new());
    let _ = write!(text, "{backtrace}");
    let frames = read(&text.0, in_app);
    let begin = place.and_then(|place| frames.iter().position(|frame| is_at(frame, place)));
    let begin = begin.unwrap_or_else(|| frames.iter().take_while(|frame| is_capture(frame)).count());
    frames.into_iter().skip(begin).take(FRAMES).collect()
}

/// The same line of the same file, whose path may begin at the workspace or at the folder that the program runs in.
fn is_at(frame: &Frame, place: &Frame) -> bool {
    let (Some(file), Some(other)) = (&frame.file, &place.file) else { return false };
    let (file, other) = (file.trim_start_matches("./"), other.trim_start_matches("./"));
    frame.line == place.line && (file.ends_with(other) || other.ends_with(file))
}

/// The frame of a place in the source.
pub(crate) fn of_location(location: &Location<'_>) -> Frame {
    Frame {
        file: Some(repair::head(location.file(), NAME_BYTES).to_owned()),
        line: Some(location.line()),
        column: Some(location.column()),
        in_app: true,
        ..Frame::default()
    }
}

struct Head(String);

impl Write for Head {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let room = TEXT_BYTES - self.0.len();
        self.0.push_str(repair::head(text, room));
        if text.len() > room { Err(fmt::Error) } else { Ok(()) }
    }
}

/// Reads the text form: `  12: a::function` and, where it is known, `             at file:line:column` on the next line.
fn read(text: &str, in_app: &[String]) -> Vec<Frame> {
    let mut frames: Vec<Frame> = Vec::new();
    for line in text.lines() {
        let line = line.trim_start();
        if let Some(place) = line.strip_prefix("at ") {
            if let Some(frame) = frames.last_mut() {
                locate(frame, place);
            }
        } else if let Some((number, function)) = line.split_once(": ")
            && number.bytes().all(|digit| digit.is_ascii_digit())
        {
            frames.push(named(function));
        }
    }
    for frame in &mut frames {
        frame.in_app = is_in_app(frame, in_app);
    }
    frames
}

fn named(function: &str) -> Frame {
    let path = without_hash(function);
    let module = path.rsplit_once("::").map(|(module, _)| repair::head(module, NAME_BYTES).to_owned());
    Frame { function: Some(repair::head(path, NAME_BYTES).to_owned()), module, ..Frame::default() }
}

/// `a::b::h0123456789abcdef` is `a::b`.
fn without_hash(function: &str) -> &str {
    match function.rsplit_once("::h") {
        Some((path, hash)) if hash.len() == 16 && hash.bytes().all(|b| b.is_ascii_hexdigit()) => path,
        _ => function,
    }
}

/// `file:line:column`, of which the numbers may be missing; the file may hold colons.
fn locate(frame: &mut Frame, place: &str) {
    let mut parts = place.rsplitn(3, ':');
    let (last, middle, first) = (parts.next(), parts.next(), parts.next());
    let number = |part: Option<&str>| part.and_then(|part| part.parse::<u32>().ok());
    let (file, line, column) = match (first, number(middle), number(last)) {
        (Some(file), Some(line), Some(column)) => (file, Some(line), Some(column)),
        (_, _, Some(line)) => (place.rsplit_once(':').map_or(place, |(file, _)| file), Some(line), None),
        _ => (place, None, None),
    };
    frame.file = Some(repair::head(file, NAME_BYTES).to_owned());
    (frame.line, frame.column) = (line, column);
}

fn is_in_app(frame: &Frame, in_app: &[String]) -> bool {
    let function = frame.function.as_deref().unwrap_or_default().trim_start_matches(['<', '&']);
    if !in_app.is_empty() {
        return in_app.iter().any(|module| function.strip_prefix(module.as_str()).is_some_and(|rest| !rest.starts_with(is_word)));
    }
    let root = function.split("::").next().unwrap_or_default();
    // Where the compiler kept lines only, inlined functions have no path: then the file tells.
    let is_runtime = matches!(root, "std" | "core" | "alloc" | "throughline") || frame.file.is_none() && !function.contains("::");
    let foreign = ["/rustc/", "/.cargo/registry/", "/.cargo/git/", "/rustlib/src/", "/vendor/"];
    let is_foreign = frame.file.as_ref().is_some_and(|file| {
        let file = file.replace('\\', "/");
        foreign.iter().any(|part| file.contains(part))
    });
    !is_runtime && !is_foreign
}

fn is_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// The frames on top of every stack: taking the backtrace, this library, and the runtime's way into a panic.
fn is_capture(frame: &Frame) -> bool {
    let path = frame.function.as_deref().unwrap_or_default().trim_start_matches(['<', '&']);
    ["std::", "core::", "alloc::", "throughline::", "__rustc", "rust_begin_unwind"].iter().any(|way| path.starts_with(way))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "   0: std::backtrace_rs::backtrace::trace
             at /rustc/59807616e1fa2540724bfbac14d7976d7e4a3860/library/std/src/../../backtrace/src/backtrace/mod.rs:66:14
   1: throughline::client::Client::capture_exception
             at ./crates/sdk/src/client.rs:80:9
   2: shop::charge::h0123456789abcdef
             at ./src/charge.rs:118:9
   3: <shop::Order as shop::Pay>::pay
             at C:\\shop\\src\\order.rs:7
   4: axum::handler::call
             at /home/me/.cargo/registry/src/index/axum-0.8.9/src/handler.rs:3:1
   5: __libc_start_main
";

    #[test]
    fn frames_begin_where_the_application_called_and_know_whose_they_are() {
        let frames: Vec<Frame> = read(TEXT, &[]).into_iter().skip_while(is_capture).collect();
        let seen: Vec<_> = frames
            .iter()
            .map(|frame| {
                (frame.function.as_deref().unwrap_or(""), frame.file.as_deref().unwrap_or(""), frame.line, frame.column, frame.in_app)
            })
            .collect();
        assert_eq!(
            seen,
            [
                ("shop::charge", "./src/charge.rs", Some(118), Some(9), true),
                ("<shop::Order as shop::Pay>::pay", "C:\\shop\\src\\order.rs", Some(7), None, true),
                ("axum::handler::call", "/home/me/.cargo/registry/src/index/axum-0.8.9/src/handler.rs", Some(3), Some(1), false),
                ("__libc_start_main", "", None, None, false),
            ]
        );
        assert_eq!(frames[0].module.as_deref(), Some("shop"));
    }

    #[test]
    fn a_stack_begins_at_the_line_that_reported() {
        let place = Frame { file: Some("src/order.rs".to_owned()), line: Some(7), ..Frame::default() };
        let frames = read(&TEXT.replace('\\', "/"), &[]);
        assert_eq!(frames.iter().position(|frame| is_at(frame, &place)), Some(3));
        assert!(!frames.iter().any(|frame| is_at(frame, &Frame { line: Some(8), ..place.clone() })));
    }

    #[test]
    fn modules_that_the_application_names_are_its_own_alone() {
        let own: Vec<String> = read(TEXT, &["axum".to_owned(), "sho".to_owned()])
            .into_iter()
            .filter(|frame| frame.in_app)
            .filter_map(|frame| frame.function)
            .collect();
        assert_eq!(own, ["axum::handler::call"]);
    }

    #[test]
    fn a_real_backtrace_is_read() {
        let frames = of(&Backtrace::force_capture(), None, &[]);
        assert!(frames.iter().any(|frame| frame.function.is_some() && frame.line.is_some()), "{frames:?}");
    }

    #[test]
    fn text_of_another_form_is_no_frame() {
        assert!(read("disabled backtrace\n at nowhere\n x: y", &[]).is_empty());
    }
}
