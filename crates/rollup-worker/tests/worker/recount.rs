//! The plain, slow count: every raw row, one by one, into maps of lists. Then the comparison with the rollups.

use std::collections::{BTreeMap, BTreeSet};

use analysis::cell::Cell;
use chrono::{DateTime, Utc};
use protocol::metric::{Aggregate, MetricKind};
use protocol::outcome::OutcomeCount;
use sqlx::types::Json;
use sqlx::{PgPool, Row as _};

use crate::raw::Flush;
use crate::segments::assert_segmented;

/// Events of one project, quarter, dimension, value, environment and bot class.
type QuarterKey = (i32, i64, i16, String, String, bool);
type Quarters = BTreeMap<QuarterKey, (i64, f64, BTreeSet<(i16, String)>)>;
/// Points of one project, name, kind, unit, environment, tags and bucket.
type CellKey = (i32, String, i16, String, String, BTreeMap<String, String>, i64);
type Points = BTreeMap<CellKey, Vec<(f64, Option<i64>, DateTime<Utc>)>>;

/// Compares quarters and segments with a recount of these flushes.
pub(crate) async fn assert_events_counted(pool: &PgPool, flushes: &[Flush]) {
    assert_eq!(stored_quarters(pool).await, expected_quarters(flushes), "quarters");
    assert_segmented(pool, flushes).await;
}

/// Compares every rollup with a recount of these flushes.
pub(crate) async fn assert_counted(pool: &PgPool, flushes: &[Flush]) {
    assert_eq!(stored_quarters(pool).await, expected_quarters(flushes), "quarters");
    for (table, seconds) in [("metric_minute", 60), ("metric_hour", 3_600)] {
        assert_cells(&stored_cells(pool, table).await, &expected_points(flushes, seconds), table);
    }
    assert_eq!(stored_outcomes(pool).await, expected_outcomes(flushes), "books");
    assert_numbers_are_dense(pool, flushes).await;
    assert_segmented(pool, flushes).await;
}

fn expected_quarters(flushes: &[Flush]) -> Quarters {
    let mut quarters = Quarters::new();
    for flush in flushes {
        for event in &flush.events {
            let bucket = event.ts.timestamp().div_euclid(900) * 900;
            let mut values = vec![(0, String::new()), (1, event.name.clone())];
            values.extend(event.route.clone().map(|route| (2, route)));
            for (dimension, value) in values {
                let quarter =
                    quarters.entry((flush.project, bucket, dimension, value, event.environment.clone(), event.is_bot)).or_default();
                quarter.0 += 1;
                quarter.1 += event.weight;
                if event.actor_kind != 0 {
                    quarter.2.insert((event.actor_kind, event.actor.clone()));
                }
            }
        }
    }
    quarters
}

async fn stored_quarters(pool: &PgPool) -> Quarters {
    let rows = sqlx::query("select project_id, number, kind, id from actor").fetch_all(pool).await.unwrap();
    let actors: BTreeMap<(i32, i64), (i16, String)> = rows.iter().map(|row| ((row.get(0), row.get(1)), (row.get(2), row.get(3)))).collect();
    let rows = sqlx::query(
        "select project_id, bucket, dimension, value, environment, is_bot, n, weight, actors from event_quarter where dimension <= 2",
    );
    let mut quarters = Quarters::new();
    for row in rows.fetch_all(pool).await.unwrap() {
        let project: i32 = row.get(0);
        let numbers = analysis::quarter::decode(row.get(8)).unwrap();
        let people = numbers.iter().map(|number| actors[&(project, i64::from(number))].clone()).collect();
        let bucket: DateTime<Utc> = row.get(1);
        quarters.insert((project, bucket.timestamp(), row.get(2), row.get(3), row.get(4), row.get(5)), (row.get(6), row.get(7), people));
    }
    quarters
}

fn expected_points(flushes: &[Flush], seconds: i64) -> Points {
    let mut cells = Points::new();
    for flush in flushes {
        for point in &flush.points {
            let bucket = point.ts.timestamp().div_euclid(seconds) * seconds;
            let metric = (point.name.clone(), point.kind.code(), point.unit.clone(), point.environment.clone(), point.tags.clone());
            let key = (flush.project, metric.0, metric.1, metric.2, metric.3, metric.4, bucket);
            cells.entry(key).or_default().push((point.value, point.set_hash, point.ts));
        }
    }
    cells
}

async fn stored_cells(pool: &PgPool, table: &str) -> BTreeMap<CellKey, Cell> {
    let query = format!(
        "select s.project_id, s.name, s.kind, s.unit, s.environment, s.tags, c.bucket, c.n, c.sum, c.min, c.max, c.last, c.last_ts, c.sketch
         from {table} c join metric_series s on s.project_id = c.project_id and s.series_id = c.series_id"
    );
    let mut cells = BTreeMap::new();
    for row in sqlx::query(sqlx::AssertSqlSafe(query)).fetch_all(pool).await.unwrap() {
        let kind: i16 = row.get(2);
        let tags: Json<BTreeMap<String, String>> = row.get(5);
        let bucket: DateTime<Utc> = row.get(6);
        let sketch: Option<Vec<u8>> = row.get(13);
        let cell = Cell::decode(
            MetricKind::from_code(kind).unwrap(),
            row.get(7),
            row.get(8),
            row.get(9),
            row.get(10),
            row.get(11),
            row.get(12),
            sketch.as_deref(),
        );
        cells.insert((row.get(0), row.get(1), kind, row.get(3), row.get(4), tags.0, bucket.timestamp()), cell.unwrap());
    }
    cells
}

fn assert_cells(stored: &BTreeMap<CellKey, Cell>, expected: &Points, table: &str) {
    assert_eq!(stored.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>(), "{table}");
    for ((key, points), cell) in expected.iter().zip(stored.values()) {
        let mut values: Vec<f64> = points.iter().map(|(value, _, _)| *value).collect();
        values.sort_by(f64::total_cmp);
        let latest =
            points.iter().map(|(value, _, ts)| (*ts, *value)).fold((DateTime::<Utc>::MIN_UTC, f64::MIN), |a, b| if b > a { b } else { a });
        assert_eq!(cell.n, points.len() as i64, "{table} {key:?}");
        assert!((cell.sum - values.iter().sum::<f64>()).abs() < 1e-6, "{table} {key:?}");
        assert_eq!((cell.min, cell.max), (values[0], values[values.len() - 1]), "{table} {key:?}");
        assert_eq!((cell.last_ts, cell.last), latest, "{table} {key:?}");
        match cell.kind {
            MetricKind::Distribution => {
                let exact = values[(values.len() * 95).div_ceil(100) - 1];
                let found = cell.aggregate(Aggregate::P95, 60.0).unwrap();
                assert!((found - exact).abs() <= exact.abs() * 0.010_001, "{table} {key:?}: {found} for {exact}");
            }
            MetricKind::Set => {
                let distinct: BTreeSet<Option<i64>> = points.iter().map(|(_, hash, _)| *hash).collect();
                assert_eq!(cell.aggregate(Aggregate::Unique, 60.0), Some(distinct.len() as f64), "{table} {key:?}");
            }
            MetricKind::Counter | MetricKind::Gauge => {}
        }
    }
}

type Books = BTreeMap<(i32, i64, String, String, String, String), i64>;

fn expected_outcomes(flushes: &[Flush]) -> Books {
    let mut books = Books::new();
    for flush in flushes {
        for OutcomeCount { signal, outcome, reason, sdk, n } in &flush.outcomes {
            let hour = flush.received_at.timestamp() / 3_600 * 3_600;
            *books
                .entry((flush.project, hour, signal.word().to_owned(), outcome.word().to_owned(), reason.clone(), sdk.clone()))
                .or_default() += n;
        }
    }
    books.retain(|_, n| *n != 0);
    books
}

async fn stored_outcomes(pool: &PgPool) -> Books {
    let rows = sqlx::query("select project_id, hour, signal, outcome, reason, sdk, n from outcome_hourly").fetch_all(pool).await.unwrap();
    let hour = |row: &sqlx::postgres::PgRow| row.get::<DateTime<Utc>, _>(1).timestamp();
    rows.iter().map(|row| ((row.get(0), hour(row), row.get(2), row.get(3), row.get(4), row.get(5)), row.get(6))).collect()
}

/// Actors have the numbers 0, 1, 2, … of their project, and first_seen is their first event.
async fn assert_numbers_are_dense(pool: &PgPool, flushes: &[Flush]) {
    let mut first_seen = BTreeMap::<(i32, i16, String), DateTime<Utc>>::new();
    for (flush, event) in flushes.iter().flat_map(|flush| flush.events.iter().map(move |event| (flush, event))) {
        if event.actor_kind != 0 {
            let first = first_seen.entry((flush.project, event.actor_kind, event.actor.clone())).or_insert(event.ts);
            *first = event.ts.min(*first);
        }
    }
    let rows = sqlx::query("select project_id, kind, id, first_seen from actor").fetch_all(pool).await.unwrap();
    let stored: BTreeMap<_, DateTime<Utc>> = rows.iter().map(|row| ((row.get(0), row.get(1), row.get(2)), row.get(3))).collect();
    assert_eq!(stored, first_seen, "first seen");
    let gaps: i64 = sqlx::query_scalar(
        "select count(*) from work w where w.next_actor <> (select count(*) from actor a where a.project_id = w.project_id)
             or w.next_actor <> (select coalesce(max(a.number) + 1, 0) from actor a where a.project_id = w.project_id)
             or w.next_series - 1 <> (select count(*) from metric_series s where s.project_id = w.project_id)",
    )
    .fetch_one(pool)
    .await
    .unwrap();
    assert_eq!(gaps, 0, "numbers have gaps");
}
