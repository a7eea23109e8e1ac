//! The closed sets of codes and their pages agree.

use protocol::problem::ProblemCode;
use protocol::verdict::ItemCode;

fn headings(page: &str) -> Vec<String> {
    let path = format!("{}/../../docs/{page}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).expect("the page");
    text.lines().filter_map(|line| line.strip_prefix("## ")).map(str::to_owned).collect()
}

#[test]
fn every_verdict_has_its_paragraph() {
    assert_eq!(headings("verdicts.md"), ItemCode::ALL.map(|code| code.word().to_owned()));
}

#[test]
fn every_problem_has_its_paragraph() {
    assert_eq!(headings("problems.md"), ProblemCode::ALL.map(|code| code.word().to_owned()));
}
