//! The pages of the closed sets are written from their enums: `make gen` writes them, and here they are compared.

use std::fmt::Write as _;
use std::path::PathBuf;

use protocol::filter::Field;
use protocol::limits;
use protocol::problem::ProblemCode;
use protocol::verdict::ItemCode;

fn path(page: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "..", "..", "docs", page].iter().collect()
}

/// Compares the page with what it must be, or writes it when `WRITE_DOCS` is set.
fn agree(page: &str, must_be: impl Fn(&str) -> String) {
    let is = std::fs::read_to_string(path(page)).expect("the page");
    let must_be = must_be(&is);
    if std::env::var_os("WRITE_DOCS").is_some() {
        std::fs::write(path(page), must_be).expect("the page can be written");
    } else {
        assert_eq!(is, must_be, "docs/{page} is stale: run `make gen`");
    }
}

/// The page's own words before its first paragraph of a code, then a paragraph for each.
fn paragraphs(page: &str, codes: impl Iterator<Item = (&'static str, String, &'static str)>) -> String {
    let mut text = page.split("## ").next().unwrap_or_default().to_owned();
    for (n, (word, meaning, hint)) in codes.enumerate() {
        let gap = if n == 0 { "" } else { "\n" };
        let _ = writeln!(text, "{gap}## {word}\n\n{meaning}\n\nWhat to do: {hint}.");
    }
    text
}

#[test]
fn every_verdict_has_its_paragraph() {
    let codes = || ItemCode::ALL.into_iter().map(|code| (code.word(), format!("{}.", code.meaning()), code.hint()));
    agree("verdicts.md", |page| paragraphs(page, codes()));
}

#[test]
fn every_problem_has_its_paragraph() {
    let codes =
        || ProblemCode::ALL.into_iter().map(|code| (code.word(), format!("{}. Status {}.", code.title(), code.status()), code.hint()));
    agree("problems.md", |page| paragraphs(page, codes()));
}

/// The page with these rows in the table that begins with `head`.
fn with_rows(page: &str, head: &str, rows: &str) -> String {
    let (before, rest) = page.split_once(head).expect("the table");
    let after = if rest.starts_with('\n') { rest } else { rest.find("\n\n").map_or("", |end| &rest[end + 1..]) };
    format!("{before}{head}{rows}{after}")
}

#[test]
fn every_limit_has_its_row() {
    let rows: String = limits::table().into_iter().map(|(what, at_most)| format!("| {what} | {at_most} |\n")).collect();
    agree("sending.md", |page| with_rows(page, "| what | at most |\n|---|---|\n", &rows));
}

#[test]
fn every_built_in_key_of_a_filter_has_its_row() {
    let code = |words: &[&str]| words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
    let rows: String =
        Field::built_in().map(|field| format!("| {} | {} | {} |\n", code(&[field.word()]), code(field.aliases()), field.doc())).collect();
    agree("filters.md", |page| with_rows(page, "| key | or | |\n|---|---|---|\n", &rows));
}
