//! Answers side by side: equal, and how fast.

use crate::question::{Answers, Question};

/// The bar: our time is at most this part of the faster peer's.
const BAR: f64 = 0.2;

/// The bar of a cold question, against chdb's warm one.
const COLD_BAR: f64 = 5.0;

/// Where an engine's answer is another than the first engine's.
pub fn differences(engines: &[Answers]) -> Vec<String> {
    let mut found = Vec::new();
    for question in Question::ALL {
        let rows = |engine: &Answers| of(engine, question).map(|answer| answer.rows.clone());
        for other in &engines[1..] {
            let (ours, theirs) = (rows(&engines[0]), rows(other));
            if ours != theirs {
                found.push(format!(
                    "{}: {} says {}\n  {} says {}",
                    question.title(),
                    engines[0].engine,
                    text(&ours),
                    other.engine,
                    text(&theirs)
                ));
            }
        }
    }
    found
}

fn text(rows: &Option<Vec<Vec<serde_json::Value>>>) -> String {
    let Some(rows) = rows else { return "nothing".to_owned() };
    let lines: Vec<String> = rows.iter().map(|row| serde_json::Value::from(row.clone()).to_string()).collect();
    lines.join(" ")
}

fn of(engine: &Answers, question: Question) -> Option<&crate::question::Answer> {
    engine.answers.iter().find(|answer| answer.question == question)
}

/// Milliseconds of each engine, and how many times as long as ours the peers take. `peers` of the engines are those that
/// the bar is about.
pub fn print(engines: &[Answers], peers: usize) {
    print!("\n{:<34}", "median ms (how many times ours)");
    for engine in engines {
        print!("{:>24}", engine.engine);
    }
    println!("{:>22}", "ours / faster peer");
    for question in Question::ALL {
        let medians: Vec<f64> = engines.iter().filter_map(|engine| Some(of(engine, question)?.median())).collect();
        print!("{:<34}{:>24.2}", question.title(), medians[0]);
        for median in &medians[1..] {
            print!("{:>24}", format!("{median:.2} ({:.1})", median / medians[0]));
        }
        let faster = medians[1..=peers].iter().copied().fold(f64::INFINITY, f64::min);
        let part = medians[0] / faster;
        println!("{:>22}", format!("{part:.3} {}", if part <= BAR { "met" } else { "MISSED" }));
    }
    for engine in engines {
        let times: Vec<usize> = engine.answers.iter().map(|answer| answer.ms.len()).collect();
        let bytes = engine.bytes.map_or(String::new(), |bytes| format!(", {:.2} GB stored", bytes as f64 / 1e9));
        println!("{}: n = {times:?}{bytes}", engine.engine);
    }
}

/// Milliseconds of engines that have nothing beside them.
pub fn print_alone(engines: &[Answers]) {
    for question in Question::ALL {
        let medians = engines.iter().filter_map(|engine| Some(format!("{}: {:.2} ms", engine.engine, of(engine, question)?.median())));
        println!("{:<34}{}", question.title(), medians.collect::<Vec<_>>().join(", "));
    }
}

/// Milliseconds with nothing decoded, beside what chdb takes warm.
pub fn print_cold(cold: &Answers, chdb: &Answers) {
    println!("\n{:<34}{:>24}{:>22}", "median ms, nothing decoded", cold.engine, "/ chdb warm");
    for question in Question::ALL {
        let (Some(ours), Some(theirs)) = (of(cold, question), of(chdb, question)) else { continue };
        let part = ours.median() / theirs.median();
        println!(
            "{:<34}{:>24.2}{:>22}",
            question.title(),
            ours.median(),
            format!("{part:.2} {}", if part <= COLD_BAR { "met" } else { "MISSED" })
        );
    }
}
