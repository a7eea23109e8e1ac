//! A line per signal: columns for people, JSON for programs.

use std::io::IsTerminal as _;

use protocol::delivery::{TailLine, TailVerdict};
use protocol::outcome::Signal;

use crate::command::cell;

/// Widths of the columns for signal, verdict, name and actor; longer texts push the rest of their line.
const WIDTHS: [usize; 4] = [8, 8, 32, 20];

/// Prints lines.
pub(super) struct Printer {
    json: bool,
    colours: bool,
}

impl Printer {
    /// For standard output: colours on a terminal only.
    pub(super) fn new(json: bool) -> Self {
        Self { json, colours: !json && std::io::stdout().is_terminal() }
    }

    /// Says what is waited for; a program that reads JSON is told nothing.
    pub(super) fn begin(&self, project: &str, signals: &[Signal], only_rejected: bool) -> anyhow::Result<()> {
        if !self.json {
            let words: Vec<&str> = signals.iter().map(|signal| signal.word()).collect();
            let what = if signals.len() == Signal::ALL.len() { "signals".to_owned() } else { words.join(", ") };
            let what = if only_rejected { format!("refused {what}") } else { what };
            eprintln!("Waiting for {what} of `{project}`; times are UTC; Ctrl-C ends");
        }
        Ok(())
    }

    /// Prints one signal.
    pub(super) fn line(&self, line: &TailLine) -> anyhow::Result<()> {
        if self.json {
            out!("{}", serde_json::to_string(line)?)?;
            return Ok(());
        }
        out!("{}", self.columns(line))?;
        if !line.fix.is_empty() {
            out!("{:14}{}", "", self.dim(&format!("fix: {}", line.fix)))?;
        }
        Ok(())
    }

    fn columns(&self, line: &TailLine) -> String {
        let signal = line.signal.map_or("-", Signal::word);
        let texts = [signal.to_owned(), line.verdict.word().to_owned(), dashed(&line.name), dashed(&line.actor)];
        let mut columns: Vec<String> = texts.iter().zip(WIDTHS).map(|(text, width)| format!("{text:width$}")).collect();
        columns[1] = self.coloured(line.verdict, &columns[1]);
        let notes = line.notes.iter().map(|note| cell_of_note(note)).collect::<Vec<_>>().join(", ");
        let id = line.id.as_deref().map(|id| self.dim(&cell(id)));
        let time = line.at.format("%H:%M:%S%.3f").to_string();
        let rest = [cell(&line.environment), notes, id.unwrap_or_default()].into_iter().filter(|text| !text.is_empty());
        let line: Vec<String> = [time].into_iter().chain(columns).chain(rest).collect();
        line.join("  ").trim_end().to_owned()
    }

    fn coloured(&self, verdict: TailVerdict, text: &str) -> String {
        match (self.colours, verdict) {
            (false, _) => text.to_owned(),
            (true, TailVerdict::Stored) => format!("\x1b[32m{text}\x1b[0m"),
            (true, TailVerdict::Rejected | TailVerdict::Refused) => format!("\x1b[31m{text}\x1b[0m"),
        }
    }

    fn dim(&self, text: &str) -> String {
        if self.colours { format!("\x1b[2m{text}\x1b[0m") } else { text.to_owned() }
    }
}

fn dashed(text: &str) -> String {
    if text.is_empty() { "-".to_owned() } else { cell(text) }
}

/// A reason is shown in full, but never with what would move the cursor.
fn cell_of_note(note: &str) -> String {
    note.chars().flat_map(|c| if c.is_control() { c.escape_debug().collect::<Vec<_>>() } else { vec![c] }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(verdict: TailVerdict) -> TailLine {
        TailLine {
            at: "2026-05-14T12:03:18.412Z".parse().expect("a time"),
            verdict,
            signal: Some(Signal::Event),
            id: Some("e1".to_owned()),
            ts: None,
            name: "cart.add".to_owned(),
            actor: "u1".to_owned(),
            environment: "prod".to_owned(),
            notes: vec!["text repaired".to_owned(), "a\u{1b}[2J".to_owned()],
            fix: String::new(),
        }
    }

    #[test]
    fn columns_line_up_and_no_text_moves_the_cursor() {
        let plain = Printer { json: false, colours: false };
        assert_eq!(
            plain.columns(&line(TailVerdict::Stored)),
            "12:03:18.412  event     stored    cart.add                          u1                    prod  text repaired, a\\u{1b}[2J  e1"
        );
        let coloured = Printer { json: false, colours: true }.columns(&line(TailVerdict::Rejected));
        assert!(coloured.contains("\u{1b}[31mrejected\u{1b}[0m  cart.add"), "{coloured}");
    }
}
