//! Six questions about ten million events, asked of our engine, of ClickHouse (embedded, as chdb), of DuckDB and of plain
//! SQL on the table of events, in one run on one machine. Every answer must be the same in all of them.
//!
//! `make bench-engine` runs it. `EVENTS`, `SEED` and `TIMES` (repetitions) choose the size; `PG=0` leaves Postgres out,
//! which takes by far the longest, and `PEERS=0` leaves all others out, for a profiler. What the peers loaded is kept in `target/bench-engine` for the next run.

mod ours;
mod peers;
mod postgres;
mod question;
mod row;
mod segments;
mod served;
mod table;
mod traffic;

use std::path::{Path, PathBuf};
use std::time::Instant;

use question::Answers;

fn main() {
    let (events, seed, times) = (number("EVENTS", 10_000_000), number("SEED", 1), number("TIMES", 15));
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../target/bench-engine");
    let data = folder.join(format!("{events}-{seed}-{}", row::SHAPE));
    std::fs::create_dir_all(&data).expect("a folder");

    let (hits, people) = timed("generate", || (traffic::hits(events, seed as u64), traffic::people(seed as u64)));
    println!("{} events of {} users over {} days", hits.len(), traffic::USERS, traffic::DAYS);
    timed("write the file", || peers::file(&data, &hits, &people));
    let mut segments = timed("make segments", || segments::Segments::of(&hits, &people, &segments::actors(&hits, traffic::USERS)));
    segments.decode();
    segments.print();

    let url = variable("DATABASE_URL").expect("a database in DATABASE_URL; run `make bench-engine`");
    let runtime = tokio::runtime::Runtime::new().expect("threads");
    let bytes = segments.bytes.values().sum::<usize>() as u64;
    let (warm, cold) = timed("throughline", || {
        runtime.block_on(async {
            let ours = ours::Ours::over(&url, &segments).await;
            (ours.warm(times).await, ours.cold(times.min(5)).await)
        })
    });
    drop(segments);
    let ours = Answers { engine: "throughline".to_owned(), bytes: Some(bytes), answers: warm };
    let cold = Answers { engine: "throughline, cold".to_owned(), bytes: None, answers: cold };
    if number("PEERS", 1) == 0 {
        return table::print_alone(&[ours, cold]);
    }
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/engine");
    let python = folder.join("venv/bin/python");
    let mut engines = vec![ours];
    engines.push(timed("chdb", || peers::ask(&python.to_string_lossy(), &[&beside.join("ask_chdb.py")], &data, times)));
    engines.push(timed("DuckDB", || peers::ask("node", &[&beside.join("ask_duckdb.mjs")], &data, times)));
    let peers = engines.len() - 1;
    if number("PG", 1) > 0 {
        engines.push(timed("Postgres", || runtime.block_on(postgres::ask(&url, &hits, &people, times))));
    }
    table::print(&engines, peers);
    table::print_cold(&cold, &engines[1]);
    engines.push(cold);

    let differences = table::differences(&engines);
    differences.iter().for_each(|difference| eprintln!("{difference}"));
    assert!(differences.is_empty(), "the engines do not agree");
    println!("All engines gave the same answers.");
}

fn timed<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let begin = Instant::now();
    let done = work();
    eprintln!("{what}: {:.1} s", begin.elapsed().as_secs_f64());
    done
}

fn number(name: &str, otherwise: usize) -> usize {
    variable(name).and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

#[allow(clippy::disallowed_methods, reason = "a bench is started by hand")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
