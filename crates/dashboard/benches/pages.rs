//! The server's time for each Audience page of a project with ten million events in a month: the question, its answer and the
//! whole document, as a router gives it to a connection.
//!
//! `make bench-pages` runs it. `EVENTS`, `SEED` and `TIMES` (requests of each page) choose the size.

#[path = "../../query-api/benches/engine/row.rs"]
#[allow(dead_code, reason = "shared with the bench of the engine")]
mod row;
#[path = "../../query-api/benches/engine/segments.rs"]
#[allow(dead_code, reason = "shared with the bench of the engine")]
mod segments;
#[path = "../../query-api/benches/engine/served.rs"]
#[allow(dead_code, reason = "shared with the bench of the engine")]
mod served;
#[path = "../../query-api/benches/engine/traffic.rs"]
#[allow(dead_code, reason = "shared with the bench of the engine")]
mod traffic;

use std::time::Instant;

use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use protocol::access::Scope;
use protocol::id::ActorKind;
use protocol::number;
use storage::actors::{self, Actor};
use tower::ServiceExt as _;

use served::{SLUG, Served, end};

/// Milliseconds within which 95 of 100 requests are answered, and with a filter.
const BAR: f64 = 50.0;
const BAR_FILTERED: f64 = 100.0;

const PAGES: [&str; 12] = [
    "live",
    "metrics?range=24h",
    "metrics?range=7d",
    "metrics?range=30d",
    "metrics?range=30d&measure=sessions&sources=utm_source&devices=browser",
    "behavior?range=7d",
    "behavior?range=30d",
    "users?range=7d",
    "users?range=30d&sort=events",
    "metrics?range=30d&filter=country:AB",
    "behavior?range=30d&filter=os:iOS",
    "users?range=30d&filter=name:purchase&search=u1",
];

fn main() {
    let (events, seed, times) = (number("EVENTS", 10_000_000), number("SEED", 1), number("TIMES", 40));
    let (hits, people) = (traffic::hits(events, seed as u64), traffic::people(seed as u64));
    println!("{} events of {} users over {} days", hits.len(), traffic::USERS, traffic::DAYS);
    let made = segments::Segments::of(&hits, &people, &segments::actors(&hits, traffic::USERS));
    drop((hits, people));
    let url = variable("DATABASE_URL").expect("a database in DATABASE_URL; run `make bench-pages`");
    tokio::runtime::Runtime::new().expect("threads").block_on(measure(&url, &made, times));
}

async fn measure(url: &str, made: &segments::Segments, times: usize) {
    let served = Served::over(url, made).await;
    name_users(&served).await;
    let key = testkit::keys::secret(&served.db, &served.project, 'a', &[Scope::Read], end()).await;
    let router = dashboard::router(served.state.clone());
    println!("{:<72} {:>10} {:>10} {:>10}", "page, warm", "p50", "p95", "bytes");
    for page in PAGES {
        let ask = async || {
            let request = Request::get(format!("/p/{SLUG}/{page}"))
                .header(header::HOST, "localhost")
                .header(header::AUTHORIZATION, format!("Bearer {key}"));
            let answer = router.clone().oneshot(request.body(Body::empty()).expect("a request")).await.expect("an answer");
            let status = answer.status();
            let body = to_bytes(answer.into_body(), usize::MAX).await.expect("a body");
            assert_eq!(status, StatusCode::OK, "{page}: {}", String::from_utf8_lossy(&body));
            assert!(!String::from_utf8_lossy(&body).contains("in this range</h3>"), "{page} shows nothing: its time says nothing");
            body.len()
        };
        let bytes = ask().await;
        let mut took = Vec::new();
        for _ in 0..times {
            let begin = Instant::now();
            ask().await;
            took.push(begin.elapsed().as_secs_f64() * 1e3);
        }
        took.sort_by(f64::total_cmp);
        let (p50, p95) = (took[took.len() / 2], took[took.len() * 95 / 100]);
        let bar = if page.contains("filter=") { BAR_FILTERED } else { BAR };
        let verdict = if p95 <= bar { "met" } else { "missed" };
        println!("{page:<72} {p50:>7.1} ms {p95:>7.1} ms {:>10} {verdict} (at most {bar} ms)", number::bytes(bytes as f64));
    }
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
