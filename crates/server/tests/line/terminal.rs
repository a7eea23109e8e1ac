//! The binary, run to its end as from a terminal.

use std::process::{Command, Stdio};

/// What a command left in the terminal.
#[derive(Debug)]
pub struct Output {
    pub code: i32,
    pub out: String,
    pub err: String,
}

/// The binary with nothing in its environment but the database, and silent unless something fails.
pub fn command(database: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_throughline"));
    command.args(arguments).env_clear().env("DATABASE_URL", database).env("THROUGHLINE_LOG", "error").stdin(Stdio::null());
    command
}

/// Runs it and waits for its end.
pub fn run(database: &str, arguments: &[&str]) -> Output {
    let output = command(database, arguments).output().expect("the binary runs");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    Output { code: output.status.code().expect("it ended by itself"), out: text(output.stdout), err: text(output.stderr) }
}

/// Runs what must succeed, and returns what it printed.
pub fn succeed(database: &str, arguments: &[&str]) -> String {
    let output = run(database, arguments);
    assert_eq!(output.code, 0, "throughline {arguments:?}: {output:?}");
    output.out
}

/// Printed text with what differs from run to run blackened: times, dates and the digits of keys.
pub fn masked(text: &str) -> String {
    let lines = text.lines().map(|line| line.trim_end().split(' ').map(masked_word).collect::<Vec<_>>().join(" "));
    lines.collect::<Vec<_>>().join("\n")
}

fn masked_word(word: &str) -> String {
    if let Some(digits) = word.strip_prefix("pk_").or_else(|| word.strip_prefix("sk_")) {
        return word[..3].to_owned() + &digits.replace(|c: char| c.is_ascii_hexdigit(), "x");
    }
    let is_time = word.len() >= 8 && word.chars().all(|c| c.is_ascii_digit() || c == ':' || c == '-');
    if is_time { word.replace(|c: char| c.is_ascii_digit(), "0") } else { word.to_owned() }
}
