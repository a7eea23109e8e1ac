//! Traces: found by their spans, told as a waterfall, with what else names them; endpoints and moments by their names.

use chrono::{DateTime, TimeDelta, Utc};
use protocol::filter::{Field, Filter, Value as Has};
use protocol::id::ProjectId;
use protocol::metric::MetricKind;
use serde_json::{Value, json};
use sqlx::PgPool;
use uuid::Uuid;

use crate::app::App;
use crate::points::Point;
use crate::sent::{Dice, id, view};

const NOW: &str = "2026-05-14T12:00:00Z";
const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

#[derive(Clone, Debug)]
struct Stored {
    trace: Uuid,
    span: i64,
    parent: Option<i64>,
    ts: DateTime<Utc>,
    ms: f64,
    name: &'static str,
    op: Option<&'static str>,
    service: Option<&'static str>,
    status: i16,
    attributes: Value,
    user: Option<&'static str>,
}

fn at(text: &str) -> DateTime<Utc> {
    format!("2026-05-14T{text}Z").parse().expect("a time")
}

fn span(span: i64, parent: Option<i64>, ts: DateTime<Utc>, ms: f64, name: &'static str, service: &'static str) -> Stored {
    let trace = Uuid::parse_str(TRACE).expect("an id");
    let service = Some(service);
    Stored { trace, span, parent, ts, ms, name, op: None, service, status: 1, attributes: json!({}), user: None }
}

async fn store(app: &App, spans: &[Stored]) {
    store_in(app, app.shop.id, spans).await;
}

async fn store_in(app: &App, project: ProjectId, spans: &[Stored]) {
    for span in spans {
        sqlx::query(
            "insert into span (project_id, received_at, flush_id, n, batch_id, trace_id, span_id, parent_span_id, ts, duration_ms, name, op,
             service, status, attributes, environment, user_id, weight, flags)
             values ($1, $2, $3, 0, $3, $4, $5, $6, $2, $7, $8, $9, $10, $11, $12, 'prod', $13, 1, 0)",
        )
        .bind(project.0)
        .bind(span.ts)
        .bind(id())
        .bind(span.trace)
        .bind(span.span)
        .bind(span.parent)
        .bind(span.ms)
        .bind(span.name)
        .bind(span.op)
        .bind(span.service)
        .bind(span.status)
        .bind(&span.attributes)
        .bind(span.user)
        .execute(&app.pool)
        .await
        .expect("a span");
    }
}

async fn ask(app: &App, rest: &str) -> Value {
    let (status, body) = app.get(&app.path(rest)).await;
    assert_eq!(status, 200, "{rest}: {body}");
    body
}

fn each(list: &Value, key: &str) -> Vec<Value> {
    list.as_array().expect("a list").iter().map(|item| item[key].clone()).collect()
}

fn ms(count: i64) -> TimeDelta {
    TimeDelta::milliseconds(count)
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_search_finds_what_a_plain_filter_finds(pool: PgPool) {
    let app = App::start_at(pool, NOW).await;
    let mut dice = Dice::new(7);
    let mut pick = |of: u64| dice.roll(of) as usize;
    let spans: Vec<Stored> = (0..300)
        .map(|number| Stored {
            trace: Uuid::from_u128(pick(90) as u128 + 1),
            parent: (pick(2) == 0).then_some(1),
            ms: [0.5, 12.0, 100.0, 250.0, 900.0][pick(5)],
            name: ["GET /cart", "POST /pay", "SELECT"][pick(3)],
            op: [None, Some("http.server"), Some("db.query")][pick(3)],
            service: [None, Some("api"), Some("db")][pick(3)],
            status: pick(3) as i16 + 1,
            attributes: [json!({}), json!({"db.table": "users"}), json!({"http.status_code": 500, "route": "/cart"})][pick(3)].clone(),
            ..span(number, None, at("06:30:00") + ms(pick(18_000_000) as i64), 0.0, "", "")
        })
        .collect();
    store(&app, &spans).await;
    for filter in [
        "",
        "service:api",
        "status:error duration>=100",
        "duration>12 duration<900 op:http.server",
        "not service:api",
        "db.table:users or http.status_code>=500",
        "route:/cart name contains get",
        "service absent status!=ok",
        "errors>0",
        "errors>=2 service:api",
        "errors:0",
        "errors:1 or service:db",
        "not errors>0 duration>12",
    ] {
        for (of, roots) in [("roots", true), ("spans", false)] {
            let parsed = Filter::parse(filter).expect("a filter");
            let errors = |span: &Stored| spans.iter().filter(|one| one.trace == span.trace && one.status == 2).count();
            let value = |span: &'_ Stored, field: &Field| (field.word() == "errors").then(|| Has::Number(errors(span) as f64));
            let matches = |span: &&Stored| {
                (!roots || span.parent.is_none()) && parsed.matches(&|field| value(span, field).unwrap_or_else(|| has(span, field)))
            };
            let mut expected: Vec<&Stored> = spans.iter().filter(matches).collect();
            let failed = expected.iter().filter(|span| span.status == 2).count();
            let query = format!("/traces?range=6h&of={of}&filter={}", filter.replace(' ', "%20").replace('>', "%3E").replace('<', "%3C"));
            let found = ask(&app, &query).await;
            assert_eq!((&found["matching"], &found["failed"]), (&json!(expected.len()), &json!(failed)), "{of} {filter}");
            let with_errors = expected.iter().filter(|span| errors(span) > 0).count();
            let is_told = roots || filter.contains("errors");
            assert_eq!(found["with_errors"], json!(is_told.then_some(with_errors)), "{of} {filter}");
            let bins: u64 = each(&found["durations"], "spans").iter().filter_map(Value::as_u64).sum();
            assert_eq!(bins, expected.len() as u64);
            let mut durations: Vec<f64> = expected.iter().map(|span| span.ms).collect();
            durations.sort_by(f64::total_cmp);
            let rank = |share: f64| durations.get(((durations.len() as f64 * share).ceil() as usize).max(1) - 1).copied();
            assert_eq!((found["p50_ms"].as_f64(), found["p95_ms"].as_f64()), (rank(0.5), rank(0.95)));
            expected.sort_by_key(|span| std::cmp::Reverse(span.ts));
            let listed: Vec<Value> = expected.iter().take(50).map(|span| json!(format!("{:016x}", span.span))).collect();
            assert_eq!(each(&found["rows"], "span_id"), listed, "{of} {filter}");
            for row in found["rows"].as_array().expect("rows") {
                let of_trace = |span: &&Stored| row["trace_id"] == json!(span.trace.simple().to_string());
                let (all, bad) =
                    (spans.iter().filter(of_trace).count(), spans.iter().filter(of_trace).filter(|span| span.status == 2).count());
                assert_eq!((&row["spans"], &row["failed"]), (&json!(all), &json!(bad)));
            }
        }
    }
    let slowest = ask(&app, "/traces?range=6h&of=spans&sort=slowest").await;
    let took: Vec<f64> = each(&slowest["rows"], "duration_ms").iter().filter_map(Value::as_f64).collect();
    assert!(took.windows(2).all(|two| two[0] >= two[1]) && took[0] == 900.0, "{took:?}");
}

/// What a span has, written down once more.
fn has<'s>(span: &'s Stored, field: &Field) -> Has<'s> {
    let text = |text: Option<&'s str>| text.map_or(Has::Absent, Has::Text);
    match field.word() {
        "name" => Has::Text(span.name),
        "op" => text(span.op),
        "service" => text(span.service),
        "status" => Has::Text(["ok", "error", "cancelled"][span.status as usize - 1]),
        "duration" => Has::Number(span.ms),
        key => match &span.attributes[key] {
            Value::String(is) => Has::Text(is),
            Value::Number(is) => Has::Number(is.as_f64().expect("a number")),
            _ => Has::Absent,
        },
    }
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_trace_is_told_with_its_clocks_its_path_and_what_happened_in_it(pool: PgPool) {
    let app = App::start_at(pool, NOW).await;
    let begin = at("10:00:00");
    let mut spans = vec![
        Stored { user: Some("u1"), ..span(1, None, begin, 100.0, "checkout", "web") },
        // Its clock is five seconds behind.
        Stored { status: 2, ..span(2, Some(1), begin - ms(5_000), 80.0, "POST /pay", "api") },
        span(3, Some(2), begin - ms(4_990), 50.0, "charge", "api"),
        span(4, Some(99), begin + ms(90), 5.0, "late", "web"),
    ];
    // The same id a second time.
    spans.push(span(3, Some(2), begin - ms(4_000), 1.0, "again", "api"));
    store(&app, &spans).await;
    let trace = Uuid::parse_str(TRACE).expect("an id");
    sqlx::query(
        "insert into error_report (project_id, received_at, flush_id, n, batch_id, event_id, ts, level, type, message, handled, stacktrace, cause,
         breadcrumbs, fingerprint, tags, context, trace_id, span_id, actor_kind, actor, environment, weight, flags)
         values ($1, $2, $3, 0, $3, $3, $2, $4, 'Timeout', 'too slow', true, '[]', '[]', '[]', '[]', '{}', '{}', $5, 2, 0, '', 'prod', 1, 0)",
    )
    .bind(app.shop.id.0)
    .bind(begin - ms(4_930))
    .bind(id())
    .bind(protocol::level::Level::Error.code())
    .bind(trace)
    .execute(&app.pool)
    .await
    .expect("an error");
    app.record(
        "pay.ms",
        MetricKind::Distribution,
        "ms",
        1,
        &[Point { ts: begin + ms(60), value: 80.0, set_hash: None, tags: [].into(), trace_id: Some(trace) }],
    )
    .await;
    app.store(app.shop.id, &[view("u1", begin + ms(40)), view("u1", begin + ms(400)), view("u2", begin + ms(40))]).await;
    let told = ask(&app, &format!("/traces/{TRACE}")).await;
    assert_eq!((&told["duration_us"], &told["duplicates"], &told["rootless"]), (&json!(100_000), &json!(1), &json!(false)));
    assert_eq!(told["services"], json!(["web", "api"]));
    assert_eq!(told["users"], json!(["u1"]));
    let rows: Vec<(Value, Value, Value)> = told["spans"]
        .as_array()
        .expect("spans")
        .iter()
        .map(|span| (span["name"].clone(), json!([span["depth"], span["start_us"], span["self_us"]]), span["shift_us"].clone()))
        .collect();
    let row = |name: &str, of: [i64; 3], shift: Value| (json!(name), json!(of), shift);
    assert_eq!(
        rows,
        [
            row("checkout", [0, 0, 100_000 - 80_000 - 5_000], Value::Null),
            row("POST /pay", [1, 10_000, 30_000], json!(5_010_000)),
            row("charge", [2, 20_000, 50_000], json!(5_010_000)),
            row("late", [1, 90_000, 5_000], Value::Null),
        ]
    );
    let waited: i64 = told["spans"]
        .as_array()
        .expect("spans")
        .iter()
        .flat_map(|span| span["critical_us"].as_array().cloned().unwrap_or_default())
        .map(|part| part[1].as_i64().expect("an end") - part[0].as_i64().expect("a start"))
        .sum();
    assert_eq!(waited, 100_000, "the path takes as long as the trace");
    let marks: Vec<(Value, Value, Value)> = told["marks"]
        .as_array()
        .expect("marks")
        .iter()
        .map(|mark| (mark["item"]["kind"].clone(), mark["at_us"].clone(), mark["span_id"].clone()))
        .collect();
    assert_eq!(
        marks,
        [
            (json!("error"), json!(80_000), json!("0000000000000002")),
            (json!("view"), json!(40_000), Value::Null),
            (json!("metric"), json!(60_000), Value::Null),
        ],
        "the error on the clock of its span; of the user's views the one of the trace's time"
    );
    let one = ask(&app, &format!("/traces/{TRACE}/spans/0000000000000002")).await;
    assert_eq!((&one["span"]["name"], &each(&one["items"], "kind")), (&json!("POST /pay"), &vec![json!("error")]));
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_session_without_a_user_leads_to_whoever_its_events_and_errors_are_of(pool: PgPool) {
    let app = App::start_at(pool, NOW).await;
    let begin = at("10:00:00");
    store(&app, &[span(1, None, begin, 100.0, "checkout", "web"), span(2, Some(1), begin, 80.0, "POST /pay", "api")]).await;
    sqlx::query("update span set session_id = 's1' where span_id = 1").execute(&app.pool).await.expect("a session");
    let trace = Uuid::parse_str(TRACE).expect("an id");
    for (kind, actor, session) in [(2_i16, "a-7", Some("s1")), (2, "a-7", Some("s1")), (1, "u1", Some("s1")), (0, "", None)] {
        sqlx::query(
            "insert into error_report (project_id, received_at, flush_id, n, batch_id, event_id, ts, level, type, message, handled, stacktrace,
             cause, breadcrumbs, fingerprint, tags, context, trace_id, actor_kind, actor, session_id, environment, weight, flags)
             values ($1, $2, $3, 0, $3, $3, $2, $4, 'Timeout', 'slow', true, '[]', '[]', '[]', '[]', '{}', '{}', $5, $6, $7, $8, 'prod', 1, 0)",
        )
        .bind(app.shop.id.0)
        .bind(begin)
        .bind(id())
        .bind(protocol::level::Level::Error.code())
        .bind(trace)
        .bind(kind)
        .bind(actor)
        .bind(session)
        .execute(&app.pool)
        .await
        .expect("an error");
    }
    let told = ask(&app, &format!("/traces/{TRACE}")).await;
    let visitor = json!({"kind": "anonymous", "id": "a-7"});
    assert_eq!(told["visitors"], json!([{"session_id": "s1", "actor": visitor}]), "each once, and no user");
    let of_span = async |span: u8| ask(&app, &format!("/traces/{TRACE}/spans/000000000000000{span}")).await["visitor"].clone();
    assert_eq!((of_span(1).await, of_span(2).await), (visitor, Value::Null), "a span without a session is nobody's");
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn what_is_not_stored_is_not_found_and_what_is_no_id_is_refused(pool: PgPool) {
    let app = App::start_at(pool, NOW).await;
    let elsewhere = ProjectId(app.shop.id.0 + 1);
    store_in(&app, elsewhere, &[span(1, None, at("10:00:00"), 5.0, "theirs", "api")]).await;
    assert_eq!(ask(&app, "/traces?range=6h&of=spans").await["matching"], json!(0));
    let (status, _) = app.get(&app.path(&format!("/traces/{TRACE}/spans/0000000000000001"))).await;
    assert_eq!(status, 404);
    let (status, body) = app.get(&app.path(&format!("/traces/{TRACE}"))).await;
    assert_eq!((status, &body["code"]), (404, &json!("not_found")));
    let (status, body) = app.get(&app.path("/traces/zz")).await;
    assert_eq!((status, &body["hint"]), (400, &json!("allowed: 32 hex digits, not all zero")));
    let (status, _) = app.get(&app.path(&format!("/traces/{TRACE}/spans/zz"))).await;
    assert_eq!(status, 400);
    // What only names the trace is told without any span.
    let point = Point { ts: at("10:00:00"), value: 1.0, set_hash: None, tags: [].into(), trace_id: Uuid::parse_str(TRACE).ok() };
    app.record("pay.ms", MetricKind::Distribution, "ms", 1, &[point]).await;
    let told = ask(&app, &format!("/traces/{TRACE}")).await;
    assert_eq!((&told["spans"], told["marks"].as_array().map(Vec::len)), (&json!([]), Some(1)));
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn ten_thousand_spans_are_one_answer(pool: PgPool) {
    let app = App::start_at(pool, NOW).await;
    sqlx::query(
        "insert into span (project_id, received_at, flush_id, n, batch_id, trace_id, span_id, parent_span_id, ts, duration_ms, name, service,
         status, attributes, environment, weight, flags)
         select $1, $2, $3, i, $3, $4, i + 1, nullif(i / 10, 0) + 0, $2 + i * interval '1 ms', 20000 - i, 'step ' || i, 's' || i % 5, 1, '{}', 'prod', 1, 0
         from generate_series(0, 9999) i",
    )
    .bind(app.shop.id.0)
    .bind(at("10:00:00"))
    .bind(id())
    .bind(Uuid::parse_str(TRACE).expect("an id"))
    .execute(&app.pool)
    .await
    .expect("spans");
    let told = ask(&app, &format!("/traces/{TRACE}")).await;
    let names: std::collections::BTreeSet<String> = each(&told["spans"], "name").iter().map(Value::to_string).collect();
    assert_eq!((names.len(), &told["more_spans"]), (10_000, &json!(false)));
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn endpoints_and_moments_are_told_by_name_and_by_release(pool: PgPool) {
    let app = App::start_at(pool, NOW).await;
    let timed = |op: &str, name: &str, status: &str, release: &str, value: f64| Point {
        ts: at("11:00:00"),
        value,
        tags: [("op", op), ("name", name), ("status", status), ("release", release), ("service", "api")]
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .into(),
        set_hash: None,
        trace_id: None,
    };
    let points = [
        timed("http.server", "GET /cart", "ok", "api@1", 1_000.0),
        timed("http.server", "GET /cart", "ok", "api@1", 3_000.0),
        timed("http.server", "GET /cart", "error", "api@2", 5_000.0),
        timed("http.server", "POST /pay", "ok", "api@1", 9_000.0),
        timed("moment", "checkout", "ok", "web@5", 4_000.0),
        timed("moment", "checkout", "cancelled", "web@5", 9_000.0),
        timed("moment", "checkout", "error", "web@5", 2_000.0),
        timed("db.query", "SELECT", "ok", "api@1", 1.0),
    ];
    app.record("$span.duration", MetricKind::Distribution, "ms", 1, &points).await;
    let rows = |answer: &Value| -> Vec<Value> {
        let row = |row: &Value| {
            json!([row["name"], row["release"], row["spans"], row["failed"], row["cancelled"], row["p50_ms"].as_f64().map(roughly)])
        };
        answer["rows"].as_array().expect("rows").iter().map(row).collect()
    };
    // Percentiles are within 1 %.
    fn roughly(ms: f64) -> f64 {
        (ms / 100.0).round() * 100.0
    }
    let endpoints = ask(&app, "/spans/timed?range=6h").await;
    assert_eq!(rows(&endpoints), [json!(["GET /cart", null, 3, 1, 0, 3_000.0]), json!(["POST /pay", null, 1, 0, 0, 9_000.0])]);
    assert_eq!(endpoints["rows"][0]["trend"].as_array().expect("a trend").iter().filter_map(Value::as_u64).sum::<u64>(), 3);
    let releases = ask(&app, "/spans/timed?range=6h&by=release&filter=name:%22GET%20/cart%22").await;
    assert_eq!(rows(&releases), [json!(["GET /cart", "api@1", 2, 0, 0, 1_000.0]), json!(["GET /cart", "api@2", 1, 1, 0, 5_000.0])]);
    assert_eq!(rows(&ask(&app, "/spans/timed?range=6h&of=moments").await), [json!(["checkout", null, 3, 1, 1, 4_000.0])]);
    assert_eq!(rows(&ask(&app, "/spans/timed?range=6h&of=jobs").await), [] as [Value; 0]);
}
