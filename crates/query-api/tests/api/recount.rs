//! Metric points at random, and what plain SQL over the raw ones makes of them.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use protocol::explorer::AggregateAnswer;
use protocol::metric::{Aggregate, MetricKind};
use uuid::Uuid;

use crate::app::App;
use crate::points::Point;
use crate::sent::Dice;

pub const NOW: &str = "2026-05-14T12:07:30Z";

/// Points of the last hours, some with a trace.
pub fn points(now: DateTime<Utc>, kind: MetricKind, count: usize, hours: u64) -> Vec<Point> {
    let mut dice = Dice::new(11);
    (0..count)
        .map(|n| {
            let mut tags = BTreeMap::new();
            // Seven values, some seldom, and points without the tag.
            let table = dice.roll(10).min(dice.roll(10));
            if table < 9 {
                tags.insert("table".to_owned(), format!("t{table}"));
            }
            Point {
                ts: now - TimeDelta::seconds(dice.roll(hours * 3_600) as i64 + 1),
                value: dice.roll(10_000) as f64 / 10.0,
                set_hash: (kind == MetricKind::Set).then(|| dice.roll(40) as i64),
                tags,
                trace_id: (n % 3 == 0).then(|| Uuid::from_u128(n as u128 + 1)),
            }
        })
        .collect()
}

pub async fn aggregate(app: &App, query: &str) -> AggregateAnswer {
    let (status, body) = app.get(&app.path(&format!("/metrics/aggregate?{query}"))).await;
    assert_eq!(status, 200, "{body}");
    serde_json::from_value(body).expect("an answer")
}

/// SQL that makes one number of a bucket's points; `$5` is the bucket's width in seconds.
pub fn recount_sql(kind: MetricKind, aggregate: Aggregate) -> String {
    let amount = if kind == MetricKind::Counter { "sum(value)" } else { "count(*)::float8" };
    match aggregate {
        Aggregate::Sum => "sum(value)".to_owned(),
        Aggregate::Count => "count(*)::float8".to_owned(),
        Aggregate::Avg => "avg(value)".to_owned(),
        Aggregate::Min => "min(value)".to_owned(),
        Aggregate::Max => "max(value)".to_owned(),
        Aggregate::Last => "(array_agg(value order by ts desc, value desc))[1]".to_owned(),
        Aggregate::PerSecond => format!("{amount} / $5"),
        Aggregate::PerMinute => format!("{amount} / $5 * 60"),
        Aggregate::Unique => "count(distinct set_hash)::float8".to_owned(),
        percentile => format!("percentile_disc({}) within group (order by value)", percentile.quantile().expect("a percentile")),
    }
}

/// Those points of a metric in a time that pass an SQL condition, as one number.
pub async fn recount(
    app: &App,
    name: &str,
    expression: &str,
    condition: &str,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
    seconds: f64,
) -> Option<f64> {
    let sql = format!(
        "select case when count(*) > 0 then {expression} end from metric_point
         where project_id = $1 and name = $2 and ts >= $3 and ts < $4 and $5::float8 > 0 and {condition}"
    );
    sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
        .bind(app.shop.id.0)
        .bind(name)
        .bind(from)
        .bind(until)
        .bind(seconds)
        .fetch_one(&app.pool)
        .await
        .expect("a recount")
}

pub fn assert_close(found: Option<f64>, expected: Option<f64>, share: f64, what: &str) {
    let close = match (found, expected) {
        (Some(found), Some(expected)) => (found - expected).abs() <= expected.abs() * share + 1e-9,
        (None, None) => true,
        _ => false,
    };
    assert!(close, "{what}: {found:?}, expected {expected:?}");
}

/// A point with these attributes, so many seconds before now.
pub fn tagged(app: &App, seconds: i64, value: f64, tags: &[(&str, &str)]) -> Point {
    Point {
        ts: app.clock.now() - TimeDelta::seconds(seconds),
        value,
        set_hash: None,
        tags: tags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect(),
        trace_id: None,
    }
}
