//! Log records: what is found is what a plain filter over all of them finds.

use std::collections::{BTreeMap, BTreeSet};
use std::pin::pin;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures::StreamExt as _;
use protocol::filter::Filter;
use protocol::id::ProjectId;
use protocol::level::Level;
use protocol::logs::{LogContext, LogSummary, LogsAnswer, StoredLog};
use query_api::logs;
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::app::App;
use crate::sent::{Dice, id};

/// A log record with its raw row's columns.
#[derive(Clone, Debug)]
pub struct Written {
    pub ts: DateTime<Utc>,
    pub received_at: DateTime<Utc>,
    pub level: Level,
    pub body: String,
    pub attributes: Value,
    pub service: Option<String>,
    pub trace: Option<uuid::Uuid>,
    pub session: Option<String>,
    pub weight: f64,
}

/// A line that was written and received at `at`.
pub fn written(at: DateTime<Utc>) -> Written {
    Written {
        ts: at,
        received_at: at,
        level: Level::Info,
        body: "hello".to_owned(),
        attributes: json!({}),
        service: Some("api".to_owned()),
        trace: None,
        session: None,
        weight: 1.0,
    }
}

impl App {
    /// Stores records as one flush each.
    pub async fn write(&self, project: ProjectId, records: &[Written]) {
        let mut tx = self.pool.begin().await.expect("transaction");
        for record in records {
            sqlx::query(
                "insert into log (project_id, received_at, flush_id, n, batch_id, ts, level, body, attributes, service, trace_id, session_id,
                 environment, weight, flags) values ($1, $2, $3, 0, $3, $4, $5, $6, $7, $8, $9, $10, 'prod', $11, 0)",
            )
            .bind(project.0)
            .bind(record.received_at)
            .bind(id())
            .bind(record.ts)
            .bind(record.level.code())
            .bind(&record.body)
            .bind(&record.attributes)
            .bind(&record.service)
            .bind(record.trace)
            .bind(&record.session)
            .bind(record.weight)
            .execute(&mut *tx)
            .await
            .expect("a record");
        }
        tx.commit().await.expect("commit");
    }
}

/// Records of the last day, many of them at the same moment, some received late.
fn random(app: &App, count: usize) -> Vec<Written> {
    let mut dice = Dice::new(7);
    let mut pick = |of: &[&str]| of[dice.roll(of.len() as u64) as usize].to_owned();
    let mut records: Vec<Written> = (0..count)
        .map(|_| Written {
            body: format!("{} {}", pick(&["timeout", "order paid", "Cart ADDED", "health"]), pick(&["of the gateway", "in 5 ms", "größe"])),
            service: Some(pick(&["api", "web", "worker"])).filter(|service| service != "worker"),
            attributes: json!({"gateway": pick(&["x", "y"]), "status": pick(&["200", "500"]).parse::<i64>().expect("a number")}),
            session: Some(pick(&["s1", "s2", ""])).filter(|session| !session.is_empty()),
            ..written(app.clock.now())
        })
        .collect();
    for record in &mut records {
        record.level = Level::ALL[dice.roll(6) as usize];
        record.ts = app.clock.now() - TimeDelta::minutes(dice.roll(1_400) as i64 / 7 * 7);
        record.received_at = (record.ts + TimeDelta::seconds(dice.roll(3) as i64)).min(app.clock.now());
        record.weight = if dice.roll(10) == 0 { 4.0 } else { 1.0 };
        record.trace = (dice.roll(20) == 0).then(|| uuid::Uuid::from_bytes([9; 16]));
    }
    records
}

async fn page(app: &App, query: &str) -> LogsAnswer {
    let (status, body) = app.get(&app.path(&format!("/logs?{query}"))).await;
    assert_eq!(status, 200, "{query}: {body}");
    serde_json::from_value(body).expect("an answer")
}

/// Every page of a search.
async fn all(app: &App, query: &str) -> Vec<StoredLog> {
    let mut found = Vec::new();
    let mut after = String::new();
    loop {
        let answer = page(app, &format!("{query}&after={after}")).await;
        found.extend(answer.records);
        match answer.next {
            Some(next) => after = next,
            None => return found,
        }
    }
}

fn encoded(text: &str) -> String {
    text.bytes().map(|b| if b.is_ascii_alphanumeric() { (b as char).to_string() } else { format!("%{b:02X}") }).collect()
}

const SEARCHES: [&str; 9] = [
    "",
    "timeout",
    "added gateway:x",
    "level>=warning -health",
    "level:error or status>=500 service:web",
    "\"of the gateway\" not (service:api)",
    "trace:09090909090909090909090909090909",
    "level:fatal trace:09090909090909090909090909090909",
    "service absent session exists größe",
];

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_search_finds_what_a_plain_filter_finds_and_pages_neither_lose_nor_repeat(pool: PgPool) {
    let app = App::start(pool).await;
    app.write(app.shop.id, &random(&app, 700)).await;
    let everything = all(&app, "range=7d&limit=1000").await;
    assert_eq!(everything.len(), 700);
    assert_eq!(everything.iter().map(|log| &log.id).collect::<BTreeSet<_>>().len(), 700);
    for text in SEARCHES {
        let filter = Filter::search(text).expect(text);
        let plain: Vec<&StoredLog> = everything.iter().filter(|log| log.matches(&filter)).collect();
        assert!(!plain.is_empty(), "{text}");
        for limit in [7, 100] {
            let found = all(&app, &format!("range=7d&limit={limit}&filter={}", encoded(text))).await;
            assert!(found.iter().eq(plain.iter().copied()), "{text}: {} instead of {}", found.len(), plain.len());
            let mut oldest = all(&app, &format!("range=7d&order=oldest&limit={limit}&filter={}", encoded(text))).await;
            oldest.reverse();
            assert!(oldest.iter().eq(plain.iter().copied()), "{text}, oldest first: {} instead of {}", oldest.len(), plain.len());
        }
    }
    assert!(everything.is_sorted_by(|a, b| a.ts >= b.ts));
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn levels_over_time_and_values_add_up_to_what_is_found(pool: PgPool) {
    let app = App::start(pool).await;
    app.write(app.shop.id, &random(&app, 400)).await;
    for text in SEARCHES {
        let found = all(&app, &format!("range=7d&limit=1000&filter={}", encoded(text))).await;
        let (status, body) = app.get(&app.path(&format!("/logs/summary?range=7d&filter={}", encoded(text)))).await;
        assert_eq!(status, 200, "{body}");
        let summary: LogSummary = serde_json::from_value(body).expect("an answer");
        assert_eq!((summary.counted_back_to, summary.searched.stopped_at), (None, None));
        for level in Level::ALL {
            let plain: f64 = found.iter().filter(|log| log.level == level).map(|log| log.weight).sum();
            let buckets: f64 = summary.buckets.iter().map(|bucket| bucket.records.of(level)).sum();
            assert_eq!((buckets, summary.total.of(level)), (plain, plain), "{text} {}", level.word());
        }
        for bucket in &summary.buckets {
            let within = found.iter().filter(|log| (bucket.start..bucket.end).contains(&log.ts));
            assert_eq!(bucket.records.all(), within.map(|log| log.weight).sum::<f64>(), "{text}");
        }
        for facet in &summary.facets {
            for value in &facet.values {
                let filter = Filter::search(&value.term).expect("a search");
                let plain: f64 = found.iter().filter(|log| log.matches(&filter)).map(|log| log.weight).sum();
                assert_eq!(value.records, plain, "{text}: {}", value.term);
            }
        }
        let fields: Vec<&str> = summary.facets.iter().map(|facet| facet.field.as_str()).collect();
        assert!(["level", "environment", "gateway", "status"].iter().all(|field| fields.contains(field)), "{fields:?}");
    }
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_search_without_a_time_and_one_that_cannot_be_read_are_refused(pool: PgPool) {
    let app = App::start(pool).await;
    for (query, says) in [
        ("", "range"),
        ("?filter=slow", "range"),
        ("?range=24h&filter=level%3Eloud", "character 7"),
        ("?range=24h&after=abc", "after"),
        ("?range=24h&after=7fffffffffffffff-7fffffffffffffff-0-0", "after"),
        ("?range=24h&limit=0", "limit"),
        ("?range=24h&limit=1001", "limit"),
        ("?from=2020-01-01&until=2026-01-01", "from"),
    ] {
        let (status, body) = app.get(&app.path(&format!("/logs{query}"))).await;
        assert_eq!((status, body["code"].as_str()), (400, Some("bad_request")), "{query}: {body}");
        assert!(body["detail"].as_str().expect("a detail").contains(says), "{query}: {body}");
    }
    let (status, _) = app.get(&app.path("/logs/record?id=abc")).await;
    assert_eq!(status, 400);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_record_stands_among_the_lines_of_its_source(pool: PgPool) {
    let app = App::start(pool).await;
    let at = |seconds: i64| app.clock.now() - TimeDelta::minutes(10) + TimeDelta::seconds(seconds);
    let line = |seconds: i64, host: &str, service: &str| Written {
        body: format!("{service} {host} {seconds}"),
        attributes: json!({"host.name": host}),
        service: Some(service.to_owned()),
        ..written(at(seconds))
    };
    let mut records: Vec<Written> = (0..30).map(|n| line(n, if n % 2 == 0 { "a" } else { "b" }, "api")).collect();
    records.extend((0..30).map(|n| line(n, "a", "web")));
    records.push(Written { session: Some("s1".to_owned()), ..line(12, "a", "app") });
    records.push(Written { session: Some("s1".to_owned()), ..line(40, "b", "app") });
    records.push(Written { session: Some("s2".to_owned()), ..line(13, "a", "app") });
    app.write(app.shop.id, &records).await;
    let around = async |body: &str, lines: usize| -> LogContext {
        let found = page(&app, &format!("range=1h&filter={}", encoded(&format!("\"{body}\"")))).await;
        let record = found.records.iter().find(|log| log.body == body).expect("the record");
        let (status, body) = app.get(&app.path(&format!("/logs/record?id={}&lines={lines}", record.id))).await;
        assert_eq!(status, 200, "{body}");
        serde_json::from_value(body).expect("an answer")
    };
    let says = |lines: &[StoredLog]| lines.iter().map(|log| log.body.clone()).collect::<Vec<_>>();
    let of_host = around("api a 10", 3).await;
    assert_eq!(says(&of_host.before), ["api a 4", "api a 6", "api a 8"]);
    assert_eq!(says(&of_host.after), ["api a 12", "api a 14", "api a 16"]);
    assert!(of_host.more);
    let of_session = around("app a 12", 8).await;
    assert_eq!((says(&of_session.before), says(&of_session.after)), (vec![], vec!["app b 40".to_owned()]));
    assert!(!of_session.more);
    let same = all(&app, &format!("range=1h&filter={}", encoded(&of_session.source))).await;
    assert_eq!(same.len(), 2, "the source is a search");
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn nobody_reads_a_record_of_another_project_by_its_id(pool: PgPool) {
    let app = App::start(pool).await;
    let bank = testkit::keys::project(&app.db, "bank", app.clock.now()).await;
    app.write(app.shop.id, &[written(app.clock.now() - TimeDelta::seconds(5))]).await;
    let id = page(&app, "range=1h").await.records[0].id.clone();
    assert_eq!(app.get(&app.path(&format!("/logs/record?id={id}"))).await.0, 200);
    sqlx::query("update log set project_id = $1").bind(bank.id.0).execute(&app.pool).await.expect("moved");
    let (status, body) = app.get(&app.path(&format!("/logs/record?id={id}"))).await;
    assert_eq!(status, 400, "{body}");
    assert!(page(&app, "range=1h").await.records.is_empty());
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn what_arrives_is_told_once_if_it_matches(pool: PgPool) {
    let app = App::start(pool).await;
    let filter = Filter::search("level>=warning").expect("a search");
    let mut tail = pin!(logs::tail(&app.state, app.context().await, filter).await.expect("a stream"));
    let mut told = BTreeMap::<String, usize>::new();
    for n in 0..4 {
        app.clock.advance(TimeDelta::seconds(1));
        let late = Written { body: format!("late {n}"), received_at: app.clock.now() - TimeDelta::seconds(6), ..written(app.clock.now()) };
        let line = |level, word: &str| Written { level, body: format!("{word} {n}"), ..written(app.clock.now()) };
        let late = Written { level: Level::Error, ..late };
        app.write(app.shop.id, &[line(Level::Info, "quiet"), line(Level::Fatal, "loud"), late]).await;
        let message = tokio::time::timeout(Duration::from_secs(10), tail.next()).await.expect("in time").expect("a message");
        assert!(!message.left_out);
        for record in message.records {
            *told.entry(record.body).or_default() += 1;
        }
    }
    let expected: BTreeMap<String, usize> = (0..4).flat_map(|n| [(format!("late {n}"), 1), (format!("loud {n}"), 1)]).collect();
    assert_eq!(told, expected);
    // More than fits is said, and what comes afterwards is told again.
    app.clock.advance(TimeDelta::seconds(1));
    app.write(app.shop.id, &vec![Written { level: Level::Error, ..written(app.clock.now()) }; 60]).await;
    let crowded = tail.next().await.expect("a message");
    assert!(crowded.left_out && crowded.records.len() == 50, "{}", crowded.records.len());
    app.shutdown.send_replace(true);
    assert!(tail.next().await.is_none());
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_page_is_a_table_too(pool: PgPool) {
    let app = App::start(pool).await;
    let line = Written { body: "=1+1".to_owned(), attributes: json!({"k": "v"}), ..written(app.clock.now() - TimeDelta::seconds(5)) };
    app.write(app.shop.id, &[line]).await;
    let csv = app.text(&app.path("/logs?range=1h&format=csv")).await;
    let lines: Vec<&str> = csv.lines().collect();
    assert!(lines[0].starts_with("time,level,service,body") && lines[1].contains(",info,api,'=1+1,"), "{csv}");
}
