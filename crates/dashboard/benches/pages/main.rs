//! The server's time for each Audience page of a project with ten million events in a month: the question, its answer and the
//! whole document, as a router gives it to a connection. Asked again, and asked when new events have come since.
//!
//! `make bench-pages` runs it. `EVENTS`, `SEED` and `TIMES` (requests of each page) choose the size; `PAGE=behavior` asks for the
//! pages that begin so alone.

#[path = "../../../query-api/benches/engine/row.rs"]
#[allow(dead_code, reason = "shared with the bench of the engine")]
mod row;
#[path = "../../../query-api/benches/engine/segments.rs"]
#[allow(dead_code, reason = "shared with the bench of the engine")]
mod segments;
#[path = "../../../query-api/benches/engine/served.rs"]
#[allow(dead_code, reason = "shared with the bench of the engine")]
mod served;
#[path = "../../../query-api/benches/engine/traffic.rs"]
#[allow(dead_code, reason = "shared with the bench of the engine")]
mod traffic;

mod arrivals;

use std::time::Instant;

use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use protocol::access::Scope;
use protocol::id::ActorKind;
use protocol::number;
use storage::actors::{self, Actor};
use tower::ServiceExt as _;

use served::{SLUG, Served, end};

/// Milliseconds within which 95 of 100 requests are answered that were asked before, and with a filter.
const BAR: f64 = 50.0;
const BAR_FILTERED: f64 = 100.0;

const PAGES: [&str; 18] = [
    "live",
    "metrics?range=24h",
    "metrics?range=7d",
    "metrics?range=30d",
    "metrics?range=30d&measure=sessions&sources=utm_source&devices=browser",
    "metrics/active?range=30d",
    "behavior?range=7d",
    "behavior?range=30d",
    "behavior?range=30d&clock=visitor",
    "users?range=7d",
    "users?range=30d&sort=events",
    "sessions?range=30d",
    "sessions?range=30d&sort=duration",
    "metrics?range=30d&filter=country:AB",
    "behavior?range=30d&filter=os:iOS",
    "behavior?range=30d&filter=route:/products",
    "users?range=30d&filter=name:purchase&search=u1",
    "sessions?range=30d&filter=name:purchase",
];

fn main() {
    let (events, seed, times) = (number("EVENTS", 10_000_000), number("SEED", 1), number("TIMES", 40));
    let (hits, people) = (traffic::hits(events, seed as u64), traffic::people(seed as u64));
    println!("{} events of {} users over {} days", hits.len(), traffic::USERS, traffic::DAYS);
    let actors = segments::actors(&hits, traffic::USERS);
    let (before, last) = hits.split_at(hits.len() - arrivals::EVENTS.min(hits.len()));
    let made = segments::Segments::of(before, &people, &actors);
    let arriving = arrivals::Arrivals::of(last, &people, &actors);
    drop((hits, people));
    let url = variable("DATABASE_URL").expect("a database in DATABASE_URL; run `make bench-pages`");
    tokio::runtime::Runtime::new().expect("threads").block_on(measure(&url, &made, arriving, times));
}

async fn measure(url: &str, made: &segments::Segments, mut arriving: arrivals::Arrivals, times: usize) {
    let served = Served::over(url, made).await;
    name_users(&served).await;
    let key = testkit::keys::secret(&served.db, &served.project, 'a', &[Scope::Read], end()).await;
    let router = dashboard::router(served.state.clone());
    let only = variable("PAGE").unwrap_or_default();
    println!("{:<70} {:^21} {:^21} {:>8}", "", "asked again", "after new events", "");
    println!("{:<70} {:>10} {:>10} {:>10} {:>10} {:>8}", "page", "p50", "p95", "p50", "p95", "bytes");
    for page in PAGES.into_iter().filter(|page| page.starts_with(&only)) {
        let ask = async || {
            let request = Request::get(format!("/p/{SLUG}/{page}"))
                .header(header::HOST, "localhost")
                .header(header::AUTHORIZATION, format!("Bearer {key}"));
            let begin = Instant::now();
            let answer = router.clone().oneshot(request.body(Body::empty()).expect("a request")).await.expect("an answer");
            let status = answer.status();
            let body = to_bytes(answer.into_body(), usize::MAX).await.expect("a body");
            let took = begin.elapsed().as_secs_f64() * 1e3;
            assert_eq!(status, StatusCode::OK, "{page}: {}", String::from_utf8_lossy(&body));
            assert!(!String::from_utf8_lossy(&body).contains("in this range</h3>"), "{page} shows nothing: its time says nothing");
            (took, body.len())
        };
        let bytes = ask().await.1;
        let (mut again, mut after) = (Vec::new(), Vec::new());
        for _ in 0..times {
            again.push(ask().await.0);
        }
        for _ in 0..times {
            arriving.next(&served.db, served.project.id).await;
            after.push(ask().await.0);
        }
        let (again, after) = (percentiles(again), percentiles(after));
        let bar = if page.contains("filter=") { BAR_FILTERED } else { BAR };
        let verdict = if again.1 <= bar { "met" } else { "missed" };
        println!(
            "{page:<70} {:>7.1} ms {:>7.1} ms {:>7.1} ms {:>7.1} ms {:>8} {verdict} (at most {bar} ms again)",
            again.0,
            again.1,
            after.0,
            after.1,
            number::bytes(bytes as f64)
        );
    }
}

/// The middle, and what 95 of 100 are within.
fn percentiles(mut took: Vec<f64>) -> (f64, f64) {
    took.sort_by(f64::total_cmp);
    (took[took.len() / 2], took[took.len() * 95 / 100])
}

/// Actors as the worker numbers them.
async fn name_users(served: &Served) {
    let actor = |number: usize| Actor { kind: ActorKind::User.code(), id: format!("u{number}"), number: number as i64, first_seen: end() };
    let actors: Vec<Actor> = (0..traffic::USERS).map(actor).collect();
    for chunk in actors.chunks(10_000) {
        let mut tx = served.db.begin().await.expect("a transaction");
        actors::save(&mut tx, served.project.id, chunk).await.expect("actors");
        tx.commit().await.expect("a commit");
    }
}

fn number(name: &str, otherwise: usize) -> usize {
    variable(name).and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

#[allow(clippy::disallowed_methods, reason = "a bench is started by hand")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
