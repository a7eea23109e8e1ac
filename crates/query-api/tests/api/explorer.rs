//! The Metrics explorer against a plain recount in SQL over the raw points.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use protocol::explorer::{AggregateAnswer, MetricCatalogue, SERIES_SHOWN_MAX, SamplesAnswer};
use protocol::metric::{Aggregate, MetricKind};
use protocol::receipt::Accuracy;
use sqlx::PgPool;
use uuid::Uuid;

use crate::app::App;
use crate::points::Point;
use crate::sent::Dice;

const NOW: &str = "2026-05-14T12:07:30Z";

fn points(now: DateTime<Utc>, kind: MetricKind, count: usize, hours: u64) -> Vec<Point> {
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

async fn aggregate(app: &App, query: &str) -> AggregateAnswer {
    let (status, body) = app.get(&app.path(&format!("/metrics/aggregate?{query}"))).await;
    assert_eq!(status, 200, "{body}");
    serde_json::from_value(body).expect("an answer")
}

/// SQL that makes one number of a bucket's points; `$5` is the bucket's width in seconds.
fn recount_sql(kind: MetricKind, aggregate: Aggregate) -> String {
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

async fn recount(
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

fn assert_close(found: Option<f64>, expected: Option<f64>, share: f64, what: &str) {
    let close = match (found, expected) {
        (Some(found), Some(expected)) => (found - expected).abs() <= expected.abs() * share + 1e-9,
        (None, None) => true,
        _ => false,
    };
    assert!(close, "{what}: {found:?}, expected {expected:?}");
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn every_aggregate_of_every_kind_is_that_of_a_recount(pool: PgPool) {
    let app = App::start_at(pool, NOW).await;
    for (kind, first_series) in
        [(MetricKind::Counter, 100), (MetricKind::Gauge, 200), (MetricKind::Distribution, 300), (MetricKind::Set, 400)]
    {
        app.record(kind.word(), kind, "ms", first_series, &points(app.clock.now(), kind, 400, 6)).await;
        for aggregate_word in kind.aggregates() {
            let answer = aggregate(&app, &format!("name={}&range=6h&aggregate={}", kind.word(), aggregate_word.word())).await;
            let share = if aggregate_word.quantile().is_some() { 0.0101 } else { 1e-9 };
            assert_eq!(answer.receipt.accuracy == Accuracy::Exact, aggregate_word.quantile().is_none());
            let sql = recount_sql(kind, *aggregate_word);
            assert_eq!((answer.buckets.len(), answer.series.len()), (72, 1));
            for (bucket, value) in answer.buckets.iter().zip(&answer.series[0].values).step_by(6) {
                let expected = recount(&app, kind.word(), &sql, "true", bucket.start, bucket.end, 300.0).await;
                assert_close(*value, expected, share, &format!("{kind:?} {aggregate_word:?} {}", bucket.start));
            }
            let (from, until) = (answer.buckets[0].start, answer.buckets[71].end);
            let elapsed = (app.clock.now() - from).num_seconds() as f64;
            let expected = recount(&app, kind.word(), &sql, "true", from, until, elapsed).await;
            assert_close(answer.series[0].total, expected, share, &format!("{kind:?} {aggregate_word:?} in total"));
        }
    }
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn the_largest_values_of_a_tag_have_lines_and_the_rest_is_merged(pool: PgPool) {
    let app = App::start_at(pool, NOW).await.with_days_back(9).await;
    app.record("db.ms", MetricKind::Distribution, "ms", 1, &points(app.clock.now(), MetricKind::Distribution, 600, 7 * 24)).await;
    let answer = aggregate(&app, "name=db.ms&range=7d&aggregate=p90&by=table").await;
    assert_eq!((answer.buckets.len(), answer.tag_keys.as_slice()), (168, &["table".to_owned()][..]));
    let (from, until) = (answer.buckets[0].start, answer.buckets[167].end);
    let sizes: Vec<(Option<String>, i64)> = sqlx::query_as(
        "select tags ->> 'table', count(*) from metric_point where project_id = $1 and ts >= $2 and ts < $3 group by 1 order by 2 desc, 1 nulls first",
    )
    .bind(app.shop.id.0)
    .bind(from)
    .bind(until)
    .fetch_all(&app.pool)
    .await
    .unwrap();
    let found: Vec<(Option<String>, i64)> =
        answer.series.iter().filter(|series| !series.other).map(|series| (series.label.clone(), series.points as i64)).collect();
    assert_eq!(found, sizes[..SERIES_SHOWN_MAX]);
    let other = answer.series.last().expect("a line");
    assert!(other.other && answer.series.len() == SERIES_SHOWN_MAX + 1);
    assert_eq!(other.points as i64, sizes[SERIES_SHOWN_MAX..].iter().map(|(_, points)| points).sum::<i64>());
    assert_eq!(answer.points as i64, sizes.iter().map(|(_, points)| points).sum::<i64>());
    for series in &answer.series {
        let names: Vec<String> = sizes[..SERIES_SHOWN_MAX].iter().flat_map(|(value, _)| value).map(|value| format!("'{value}'")).collect();
        let null_is_drawn = sizes[..SERIES_SHOWN_MAX].iter().any(|(value, _)| value.is_none());
        let condition = match (&series.label, series.other) {
            (Some(label), _) => format!("tags ->> 'table' = '{label}'"),
            (None, false) => "tags ->> 'table' is null".to_owned(),
            (None, true) => format!("(tags ->> 'table' not in ({}) or tags ->> 'table' is null and not {null_is_drawn})", names.join(", ")),
        };
        let sql = recount_sql(MetricKind::Distribution, Aggregate::P90);
        assert_close(series.total, recount(&app, "db.ms", &sql, &condition, from, until, 1.0).await, 0.0101, &condition);
        for (bucket, value) in answer.buckets.iter().zip(&series.values).step_by(7) {
            let expected = recount(&app, "db.ms", &sql, &condition, bucket.start, bucket.end, 1.0).await;
            assert_close(*value, expected, 0.0101, &format!("{condition} {}", bucket.start));
        }
    }
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn the_catalogue_tells_metrics_of_one_name_apart(pool: PgPool) {
    let app = App::start_at(pool, NOW).await.with_days_back(3).await;
    let now = app.clock.now();
    app.record("jobs", MetricKind::Counter, "", 1, &points(now, MetricKind::Counter, 50, 20)).await;
    app.record("jobs", MetricKind::Gauge, "", 100, &points(now - TimeDelta::hours(48), MetricKind::Gauge, 5, 1)).await;
    let (status, body) = app.get(&app.path("/metrics")).await;
    assert_eq!(status, 200, "{body}");
    let catalogue: MetricCatalogue = serde_json::from_value(body).expect("a catalogue");
    let kinds: Vec<(MetricKind, u64)> = catalogue.metrics.iter().map(|metric| (metric.metric.kind, metric.points)).collect();
    assert_eq!(kinds, [(MetricKind::Counter, 50), (MetricKind::Gauge, 0)]);
    let counter = &catalogue.metrics[0];
    assert_eq!((counter.spark.len(), counter.tag_keys.as_slice()), (24, &["table".to_owned()][..]));
    let total: f64 = sqlx::query_scalar("select sum(value) from metric_point where kind = 1").fetch_one(&app.pool).await.unwrap();
    assert_close(Some(counter.spark.iter().flatten().sum()), Some(total), 1e-9, "the sparkline of a counter adds up");
    assert_eq!(catalogue.metrics[1].spark, vec![None; 24]);
    // Without a kind the one that was seen last is meant.
    assert_eq!(aggregate(&app, "name=jobs").await.metric.kind, MetricKind::Counter);
    let gauge = aggregate(&app, "name=jobs&kind=gauge&unit=&range=7d").await;
    assert_eq!((gauge.metric.kind, gauge.aggregate, gauge.points), (MetricKind::Gauge, Aggregate::Avg, 5));
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn samples_are_the_latest_or_the_largest_with_their_traces(pool: PgPool) {
    let app = App::start_at(pool, NOW).await;
    app.record("db.ms", MetricKind::Distribution, "ms", 1, &points(app.clock.now(), MetricKind::Distribution, 120, 3)).await;
    for (order, sort) in [("latest", "ts desc"), ("largest", "value desc, ts desc")] {
        let (status, body) = app.get(&app.path(&format!("/metrics/samples?name=db.ms&range=1h&order={order}"))).await;
        assert_eq!(status, 200, "{body}");
        let answer: SamplesAnswer = serde_json::from_value(body).expect("an answer");
        let rows: Vec<(DateTime<Utc>, f64, Option<Uuid>)> = sqlx::query_as(sqlx::AssertSqlSafe(format!(
            "select ts, value, trace_id from metric_point where ts >= '2026-05-14 11:08Z' and ts < '2026-05-14 12:08Z' order by {sort} limit 50"
        )))
        .fetch_all(&app.pool)
        .await
        .unwrap();
        let found: Vec<_> =
            answer.samples.iter().map(|sample| (sample.ts, sample.value, sample.trace_id.map(|id| Uuid::from_bytes(id.0)))).collect();
        assert_eq!(found, rows);
        assert!(found.iter().any(|(_, _, trace)| trace.is_some()));
        assert_eq!(
            answer.points,
            sqlx::query_scalar::<_, i64>("select count(*) from metric_point where ts >= '2026-05-14 11:08Z'")
                .fetch_one(&app.pool)
                .await
                .unwrap() as u64
        );
    }
}
