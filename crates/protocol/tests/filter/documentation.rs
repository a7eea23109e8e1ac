//! `docs/filters.md` shows nothing that is not so.

use protocol::filter::{Field, Filter, Test};

const PAGE: &str = include_str!("../../../../docs/filters.md");

/// The contents of the code blocks that are opened by this line.
fn blocks(opening: &str) -> Vec<&'static str> {
    PAGE.split(&format!("\n{opening}\n")).skip(1).filter_map(|rest| rest.split("\n```").next()).collect()
}

/// The code in a cell of a table.
fn code(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

fn read(text: &str) -> Filter {
    Filter::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[test]
fn every_example_is_a_filter() {
    let lines: Vec<&str> = blocks("```")[0].lines().collect();
    assert!(lines.len() > 5);
    for line in lines {
        assert!(!read(line).is_all());
    }
}

#[test]
fn every_operator_is_its_own_spelling_and_the_same_as_the_others() {
    let (_, table) = PAGE.split_once("| example | matches | the same as |\n|---|---|---|\n").expect("the table");
    let mut rows = 0;
    for row in table.lines().take_while(|line| !line.is_empty()) {
        let cells: Vec<&str> = row.split('|').collect();
        let example = code(cells[1])[0];
        assert_eq!(read(example).to_string(), example);
        for other in code(cells[3]) {
            assert_eq!(read(other), read(example), "{other}");
        }
        rows += 1;
    }
    assert_eq!(rows, 11);
}

#[test]
fn the_tree_is_a_filter_and_every_op_is_listed() {
    let tree: Filter = serde_json::from_str(blocks("```json")[0]).expect("a filter");
    assert_eq!(tree.terms().len(), 5);
    let (_, ops) = PAGE.split_once("`op` is one of").expect("the ops");
    let ops = code(ops);
    for text in [
        "is:a",
        "a!=b",
        "a in (b, c)",
        "a not in (b, c)",
        "a>1",
        "a>=1",
        "a<1",
        "a<=1",
        "a contains b",
        "a not contains b",
        "a starts b",
        "a not starts b",
        "a exists",
        "a absent",
    ] {
        let Filter::Term(term) = read(text) else { panic!("{text} is a term") };
        assert!(ops.contains(&term.test.word()), "{text}");
        let json = serde_json::to_value(&term.test).expect("json");
        assert_eq!(json["op"], term.test.word());
    }
    assert_eq!(ops.len(), 15, "fourteen, and `value`");
}

#[test]
fn the_limits_are_those_of_the_code() {
    use protocol::filter::{DEPTH_MAX, LIST_MAX, TERMS_MAX, TEXT_BYTES_MAX};
    let limits = format!("{} KiB of text, {TERMS_MAX} terms, {DEPTH_MAX} levels, {LIST_MAX} values in a list.", TEXT_BYTES_MAX / 1024);
    assert!(PAGE.contains(&limits), "{limits}");
}

#[test]
fn a_value_that_is_clicked_is_written_so_that_it_is_read_back() {
    let clicked = Filter::term(Field::Name, Test::is("Add to cart, now"));
    assert_eq!(clicked.to_string(), r#"name:"Add to cart, now""#);
    assert_eq!(read(&clicked.to_string()), clicked);
}
