//! The metrics that guides to application metrics recommend: sent over HTTP and read back with the aggregates of their kind, which
//! are reckoned by hand here.

use chrono::{DateTime, DurationRound as _, SecondsFormat, TimeDelta, Utc};
use serde_json::{Value, json};
use sqlx::PgPool;
use testkit::deadline::until;

use crate::client::Client;
use crate::server::Server;
use crate::shop::{Shop, database};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN: &str = "00f067aa0ba902b7";

/// An attribute with two values that its points have in turn.
type Attribute = (&'static str, [&'static str; 2]);
/// Names with their unit and an attribute.
type Example = (&'static str, &'static str, Attribute);

const EMAIL: Attribute = ("email_type", ["receipt", "welcome"]);
const COMMAND: Attribute = ("command", ["ping", "help"]);
const COMMAND_TYPE: Attribute = ("command_type", ["slash", "prefix"]);
const SUCCESS: Attribute = ("success", ["true", "false"]);
const ERROR_TYPE: Attribute = ("error_type", ["TimeoutError", "ValueError"]);
const OPERATION: Attribute = ("operation", ["query", "insert"]);
const TABLE: Attribute = ("table", ["users", "orders"]);
const RETRIES: Attribute = ("retry_count", ["1", "2"]);
const SERVICE: Attribute = ("service", ["tldr", "example_api"]);
const STATUS: Attribute = ("status_code", ["200", "429"]);
const COG: Attribute = ("cog_name", ["tldr", "snippets"]);
const CACHE: Attribute = ("cache_name", ["tldr", "emoji"]);
const TASK: Attribute = ("task_name", ["daily_cleanup", "sync"]);
const PLAN: Attribute = ("plan", ["free", "pro"]);

const COUNTERS: [Example; 25] = [
    ("email.sent", "", EMAIL),
    ("email.failed", "", EMAIL),
    ("checkout.started", "", PLAN),
    ("checkout.failed", "", PLAN),
    ("payment.declined", "", PLAN),
    ("refund.issued", "", PLAN),
    ("api.request", "", SERVICE),
    ("job.processed", "", TASK),
    ("job.retried", "", TASK),
    ("search.zero_results", "", PLAN),
    ("feature.enabled", "", PLAN),
    ("configuration.loaded", "", PLAN),
    ("bot.command.usage", "", COMMAND_TYPE),
    ("bot.command.failures", "", ERROR_TYPE),
    ("bot.database.operation.count", "", OPERATION),
    ("bot.database.retries", "", RETRIES),
    ("bot.database.failures", "", ERROR_TYPE),
    ("bot.api.call.count", "", STATUS),
    ("bot.api.rate_limits", "", SERVICE),
    ("bot.api.failures", "", STATUS),
    ("bot.cog.operation.count", "", COG),
    ("bot.cog.failures", "", COG),
    ("bot.cache.hits", "", CACHE),
    ("bot.cache.misses", "", CACHE),
    ("bot.task.failures", "", TASK),
];
const GAUGES: [Example; 5] = [
    ("queue.depth", "", TASK),
    ("pool.in_use", "", TABLE),
    ("memory.usage", "bytes", SERVICE),
    ("cache.hit_rate", "percent", CACHE),
    ("bot.cache.size", "", CACHE),
];
const DISTRIBUTIONS: [Example; 9] = [
    ("cart.amount_usd", "usd", PLAN),
    ("query.duration_ms", "ms", TABLE),
    ("file.size_bytes", "bytes", EMAIL),
    ("bot.command.execution_time", "ms", COMMAND),
    ("bot.database.operation.duration", "ms", TABLE),
    ("bot.api.call.duration", "ms", SUCCESS),
    ("bot.cog.operation.duration", "ms", COG),
    ("bot.cache.operation.duration", "ms", CACHE),
    ("bot.task.execution_time", "ms", TASK),
];

/// Their sum is 7, of the first attribute's 5.
const COUNTED: [f64; 3] = [1.0, 2.0, 4.0];
/// From 5 over 9 to 7: 7 on average.
const LEVELS: [f64; 3] = [5.0, 9.0, 7.0];
/// 1 to 100: the sum is 5050, the percentile p is p.
const MEASURED: u32 = 100;
/// What sketches promise.
const SKETCH_ERROR: f64 = 0.01;
/// Seconds of the range.
const SECONDS: f64 = 3_600.0;

/// One hour that is over, in whole minutes.
struct Hour {
    from: DateTime<Utc>,
}

impl Hour {
    fn points(&self, kind: &str, (name, unit, (key, values)): &Example, measured: &[f64]) -> Vec<Value> {
        let point = |(n, value): (usize, &f64)| {
            let ts = (self.from + TimeDelta::seconds(60 + 30 * n as i64)).to_rfc3339_opts(SecondsFormat::Millis, true);
            let mut attributes = json!({});
            attributes[*key] = json!(values[n % 2]);
            json!({"name": name, "kind": kind, "value": value, "unit": unit, "ts": ts, "trace_id": TRACE, "span_id": SPAN, "attributes": attributes})
        };
        measured.iter().enumerate().map(point).collect()
    }

    fn words(&self) -> String {
        let instant = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
        format!("from={}&until={}", instant(self.from), instant(self.from + TimeDelta::hours(1)))
    }
}

struct Reader<'r> {
    client: &'r Client,
    shop: &'r Shop,
    hour: &'r Hour,
}

impl Reader<'_> {
    fn ask(&self, path: &str) -> Value {
        let answer = self.client.get_with_key(&self.shop.path(&format!("{path}&{}", self.hour.words())), &self.shop.secret_key);
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        answer.json()
    }

    fn total(&self, name: &str, aggregate: &str, filter: &str) -> f64 {
        let answer = self.ask(&format!("/metrics/aggregate?name={name}&aggregate={aggregate}&filter={filter}"));
        answer["series"][0]["total"].as_f64().unwrap_or_else(|| panic!("{aggregate}({name}): {answer}"))
    }

    /// Each aggregate of a metric, and what it has to be.
    fn agree(&self, name: &str, expected: &[(&str, f64)]) {
        for (aggregate, value) in expected {
            let found = self.total(name, aggregate, "");
            let off = if aggregate.starts_with('p') && !aggregate.starts_with("per") { SKETCH_ERROR * value } else { 1e-9 };
            assert!((found - value).abs() <= off, "{aggregate}({name}) is {found} instead of {value}");
        }
    }

    /// The points of each value of the attribute, by a filter and by a group.
    fn agree_by(&self, (name, _, (key, values)): &Example, aggregate: &str, expected: [f64; 2]) {
        let grouped = self.ask(&format!("/metrics/aggregate?name={name}&aggregate={aggregate}&by={key}"));
        for (value, expected) in values.iter().zip(expected) {
            assert_eq!(self.total(name, aggregate, &format!("{key}:{value}")), expected, "{aggregate}({name}) of {key}:{value}");
            let series = grouped["series"].as_array().expect("series").iter().find(|series| series["labels"] == json!([value]));
            assert_eq!(series.map(|series| &series["total"]), Some(&json!(expected)), "{aggregate}({name}) by {key}: {grouped}");
        }
    }
}

#[sqlx::test(migrations = false)]
async fn every_recommended_metric_is_read_back_with_the_aggregates_of_its_kind(pool: PgPool) {
    let database = database(&pool);
    let shop = Shop::create(&database, "shop");
    let server = Server::start(&database);
    let client = server.client();
    #[allow(clippy::disallowed_methods, reason = "the server under test has the system's clock")]
    let now = Utc::now();
    let hour = Hour { from: (now - TimeDelta::minutes(70)).duration_trunc(TimeDelta::minutes(1)).expect("a minute") };
    let measured: Vec<f64> = (1..=MEASURED).map(f64::from).collect();
    let counters = COUNTERS.iter().flat_map(|example| hour.points("counter", example, &COUNTED));
    let gauges = GAUGES.iter().flat_map(|example| hour.points("gauge", example, &LEVELS));
    let distributions = DISTRIBUTIONS.iter().flat_map(|example| hour.points("distribution", example, &measured));
    let points: Vec<Value> = counters.chain(gauges).chain(distributions).collect();
    for batch in points.chunks(1_000) {
        let answer = client.post_with_key("/v1/metrics:batch", &shop.public_key, &json!({ "metrics": batch }));
        assert_eq!((answer.status, answer.json()["accepted"].as_u64()), (202, Some(batch.len() as u64)), "{}", answer.text);
    }
    let reader = Reader { client: &client, shop: &shop, hour: &hour };
    let last = DISTRIBUTIONS[DISTRIBUTIONS.len() - 1].0;
    until("everything is counted", async || {
        let path = format!("/metrics/aggregate?name={last}&{}", hour.words());
        let answer = client.get_with_key(&shop.path(&path), &shop.secret_key);
        answer.status == 200 && answer.json()["points"] == json!(MEASURED)
    })
    .await;

    for example in &COUNTERS {
        reader.agree(example.0, &[("sum", 7.0), ("per_second", 7.0 / SECONDS), ("per_minute", 7.0 / 60.0)]);
        reader.agree_by(example, "sum", [5.0, 2.0]);
    }
    for example in &GAUGES {
        let rates = [("per_second", 3.0 / SECONDS), ("per_minute", 3.0 / 60.0)];
        reader.agree(example.0, &[[("min", 5.0), ("max", 9.0), ("avg", 7.0), ("last", 7.0)].as_slice(), &rates].concat());
        reader.agree_by(example, "max", [7.0, 9.0]);
    }
    for example in &DISTRIBUTIONS {
        let percentiles = [("p50", 50.0), ("p75", 75.0), ("p90", 90.0), ("p95", 95.0), ("p99", 99.0)];
        let exact = [("avg", 50.5), ("sum", 5_050.0), ("min", 1.0), ("max", 100.0), ("count", 100.0)];
        let rates = [("per_second", 100.0 / SECONDS), ("per_minute", 100.0 / 60.0)];
        reader.agree(example.0, &[percentiles.as_slice(), &exact, &rates].concat());
        // The odd numbers up to 99, and the even ones up to 100.
        reader.agree_by(example, "sum", [2_500.0, 2_550.0]);
    }

    // Each point is there as it was sent, with the trace and the span that lead to the moment.
    let samples = reader.ask("/metrics/samples?name=checkout.failed");
    assert_eq!(samples["metric"], json!({"name": "checkout.failed", "kind": "counter", "unit": ""}));
    let newest = &samples["samples"][0];
    assert_eq!((&newest["value"], &newest["trace_id"], &newest["span_id"]), (&json!(4.0), &json!(TRACE), &json!(SPAN)));
    assert_eq!(newest["tags"], json!({"plan": "free"}));
}
