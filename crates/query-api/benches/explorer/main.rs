//! The explorer over ten million points in two thousand series and five million spans: the server's time for each answer, as a
//! router gives it to a connection, beside plain SQL and ClickHouse (embedded, as chdb) for one of the questions.
//!
//! `make bench-explorer` runs it. `POINTS`, `SPANS`, `SEED` and `TIMES` (requests of each question) choose the size; `PEERS=0`
//! leaves chdb out.

#[path = "../../tests/api/cell_row.rs"]
mod cell_row;
mod load;
mod peers;
mod points;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use protocol::access::Scope;
use protocol::time::Clock;
use query_api::{QueryConfig, QueryParts, QueryState};
use tokio::sync::watch;
use tower::ServiceExt as _;

use load::{SLUG, end};

/// What is asked, and the milliseconds within which 95 of 100 requests are to be answered, where that is promised; a distribution of
/// a hundred series, a counter and a gauge.
const QUESTIONS: [(&str, Option<f64>); 16] = [
    (P95_BY_ROUTE, Some(50.0)),
    ("metrics/aggregate?range=24h&name=bench.metric_0&aggregate=p95&by=route&by=region", Some(50.0)),
    ("metrics/aggregate?range=24h&name=bench.metric_0&aggregate=p95&by=region&filter=status:500&compare=previous", Some(50.0)),
    ("metrics/aggregate?range=24h&name=bench.metric_2&aggregate=per_minute&by=route", Some(50.0)),
    ("metrics/aggregate?range=24h&name=bench.metric_3&aggregate=avg&by=region", Some(50.0)),
    ("metrics/aggregate?range=7d&name=bench.metric_0&aggregate=p95&by=route", Some(150.0)),
    ("metrics/aggregate?range=30d&name=bench.metric_0&aggregate=p95&by=route", Some(150.0)),
    ("metrics/aggregate?range=30d&name=bench.metric_0&aggregate=p95&by=route&step=1d", Some(150.0)),
    ("metrics/heat?range=24h&name=bench.metric_0", Some(50.0)),
    ("metrics/aggregate?range=90d&name=bench.metric_0&aggregate=p95&by=route&compare=previous", Some(150.0)),
    ("metrics?", None),
    ("metrics/samples?range=24h&name=bench.metric_0", Some(50.0)),
    ("metrics/samples?range=24h&name=bench.metric_0&order=largest", Some(50.0)),
    ("metrics/samples?range=24h&name=bench.metric_0&order=p95&filter=route:/route/3", Some(50.0)),
    ("traces?range=24h&filter=status:error", None),
    ("traces?range=24h&of=spans&sort=slowest&filter=service:service-1", None),
];

/// Whole hours, as a ready range would end with a part of one.
const P95_BY_ROUTE: &str =
    "metrics/aggregate?from=2025-12-30T00:00:00Z&until=2025-12-31T00:00:00Z&name=bench.metric_0&aggregate=p95&by=route&top=10";

/// What sketches promise.
const SKETCH_ERROR: f64 = 0.01;

fn main() {
    let (points, spans, seed, times) = (number("POINTS", 10_000_000), number("SPANS", 5_000_000), number("SEED", 1), number("TIMES", 40));
    let url = variable("DATABASE_URL").expect("a database in DATABASE_URL; run `make bench-explorer`");
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../target/bench-engine");
    let with_peers = number("PEERS", 1) > 0;
    tokio::runtime::Runtime::new().expect("threads").block_on(async {
        let per_day = (points / points::SERIES / points::DAYS as usize).max(1);
        println!(
            "{} points in {} series and {spans} spans over {} days",
            per_day * points::SERIES * points::DAYS as usize,
            points::SERIES,
            points::DAYS
        );
        let (db, project) = load::project(&url).await;
        let mut file = with_peers.then(|| peers::File::create(&folder));
        let begin = Instant::now();
        for day in 0..points::DAYS {
            let points = points::day(day, per_day, seed as u64);
            load::day(&db, &url, &project, day, &points).await;
            if let Some(file) = &mut file {
                file.write(&points);
            }
        }
        load::spans(&url, spans).await;
        eprintln!("load: {:.0} s", begin.elapsed().as_secs_f64());

        let (_running, shutdown) = watch::channel(false);
        let config = QueryConfig { budget: Duration::from_secs(60), ..QueryConfig::default() };
        let parts = QueryParts { db: db.clone(), clock: Clock::fixed(end()), random: |bytes| bytes.fill(7), config, shutdown };
        let key = testkit::keys::secret(&db, &project, 'a', &[Scope::Read], end()).await;
        let asked = Asked { router: query_api::routes::router(QueryState::new(parts)), key };
        println!("{:<100} {:>9} {:>9}", "question, warm", "p50", "p95");
        let mut ours = Vec::new();
        for (question, bar) in QUESTIONS {
            let took = asked.times(question, times).await;
            let p95 = took[took.len() * 95 / 100];
            let verdict = bar.map(|bar| format!("{} (at most {bar} ms)", if p95 <= bar { "met" } else { "missed" })).unwrap_or_default();
            println!("{question:<100} {:>6.1} ms {p95:>6.1} ms {verdict}", middle(&took));
            if question == P95_BY_ROUTE {
                ours = took;
            }
        }
        let answer: serde_json::Value = serde_json::from_slice(&asked.once(P95_BY_ROUTE).await).expect("json");
        compare(&answer, &ours, &peers::postgres(&url, times.min(5)).await);
        if let Some(file) = file {
            compare(&answer, &ours, &peers::chdb(&folder, &file.finish(), times));
        }
    });
}

/// What is asked over HTTP.
struct Asked {
    router: axum::Router,
    key: String,
}

impl Asked {
    async fn once(&self, question: &str) -> Vec<u8> {
        let request = Request::get(format!("/api/v1/projects/{SLUG}/{question}"))
            .header(header::HOST, "localhost")
            .header(header::AUTHORIZATION, format!("Bearer {}", self.key));
        let answer = self.router.clone().oneshot(request.body(Body::empty()).expect("a request")).await.expect("an answer");
        let status = answer.status();
        let body = to_bytes(answer.into_body(), usize::MAX).await.expect("a body");
        assert_eq!(status, StatusCode::OK, "{question}: {}", String::from_utf8_lossy(&body));
        body.to_vec()
    }

    /// Milliseconds, sorted; asked once before for nothing.
    async fn times(&self, question: &str, times: usize) -> Vec<f64> {
        self.once(question).await;
        let mut took = Vec::new();
        for _ in 0..times {
            let begin = Instant::now();
            self.once(question).await;
            took.push(begin.elapsed().as_secs_f64() * 1e3);
        }
        took.sort_by(f64::total_cmp);
        took
    }
}

/// The ratio to another engine, whose percentiles are exact: ours must be within the sketches' promise.
fn compare(answer: &serde_json::Value, ours: &[f64], peer: &peers::Answer) {
    let (mine, theirs) = (middle(ours), middle(&peer.ms));
    println!("p95 by route over 24 h: {mine:.1} ms, {} {theirs:.1} ms: {:.2} of its time", peer.engine, mine / theirs);
    for (route, exact) in &peer.rows {
        let series = answer["series"].as_array().expect("series").iter().find(|series| series["labels"][0] == **route).expect(route);
        let total = series["total"].as_f64().expect("a value");
        assert!((total - exact).abs() <= exact * SKETCH_ERROR, "{route}: {total} is further than 1 % from {exact}");
    }
    println!("all {} percentiles are within 1 % of the exact ones of {}", peer.rows.len(), peer.engine);
}

fn middle(sorted: &[f64]) -> f64 {
    sorted[sorted.len() / 2]
}

fn number(name: &str, otherwise: usize) -> usize {
    variable(name).and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

#[allow(clippy::disallowed_methods, reason = "a bench is started by hand")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
