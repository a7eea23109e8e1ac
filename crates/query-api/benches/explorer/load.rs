//! The month in a database: raw points, the cells that the worker would have counted, and spans.

use std::fmt::Write as _;
use std::time::Duration;

use analysis::calendar::ZONE_RULES;
use chrono::{DateTime, TimeDelta, Utc};
use protocol::access::Project;
use sqlx::{Connection as _, PgConnection};
use storage::metric_cells::{self, CellRow, Grain};
use storage::metric_folds::{self, Fold};
use storage::metric_series::{self, NewSeries, SeriesKey};
use storage::partitions::{self, Table};
use storage::{Db, PoolSize, projects, work};
use uuid::Uuid;

use crate::cell_row::cell_row;
use crate::points::{self, BEGIN_MS, DAY_MS, DAYS, Point, Series};

pub const SLUG: &str = "explorer";
/// Days at the end that have minutes: shorter steps are asked about those only.
const MINUTE_DAYS: i64 = 2;
/// Rows with one flush id.
const FLUSH_ROWS: usize = 500;
/// Rows of one statement.
const CHUNK: usize = 50_000;

/// The month is over.
pub fn end() -> DateTime<Utc> {
    DateTime::from_timestamp_millis(BEGIN_MS + DAYS * DAY_MS).unwrap_or_default()
}

/// A fresh database with a project, its partitions and its series.
pub async fn project(url: &str) -> (Db, Project) {
    let size = PoolSize { connections_max: 4, wait_max: Duration::from_secs(5), statement_max: Duration::from_secs(900) };
    let db = Db::connect(url, "bench", size).await.expect("a database");
    db.migrate().await.expect("a schema");
    let project = projects::create(&db, SLUG, SLUG, "UTC", end()).await.expect("a project");
    work::ensure(&db, project.id).await.expect("a row");
    let first = DateTime::from_timestamp_millis(BEGIN_MS).expect("a time").date_naive();
    for table in [Table::MetricPoint, Table::MetricMinute, Table::Span] {
        partitions::ensure_days(&db, table, first.iter_days().take(DAYS as usize + 1)).await.expect("partitions");
    }
    let series = |series: Series| NewSeries {
        series_id: series.0 as i32 + 1,
        key: SeriesKey {
            name: series.name(),
            kind: series.kind(),
            unit: series.unit().to_owned(),
            environment: String::new(),
            tags: series.tags().into_iter().map(|(key, value)| (key.to_owned(), value)).collect(),
        },
        first_seen: DateTime::from_timestamp_millis(BEGIN_MS).unwrap_or_default(),
        last_seen: end() - TimeDelta::minutes(1),
    };
    let fold = Fold { zone: "UTC".to_owned(), zone_rules: ZONE_RULES.to_owned(), folded_until: Some(end()), next_series: 0 };
    let mut tx = db.begin().await.expect("a transaction");
    metric_folds::save(&mut tx, project.id, &fold).await.expect("a fold");
    metric_series::insert(&mut tx, project.id, &Series::all().map(series).collect::<Vec<_>>()).await.expect("series");
    tx.commit().await.expect("a commit");
    (db, project)
}

/// A day's points and their cells.
pub async fn day(db: &Db, url: &str, project: &Project, day: i64, points: &[Point]) {
    copy(url, points).await;
    let mut grains = vec![(Grain::Day, TimeDelta::days(1)), (Grain::Hour, TimeDelta::hours(1))];
    if day >= DAYS - MINUTE_DAYS {
        grains.push((Grain::Minute, TimeDelta::minutes(1)));
    }
    for (grain, width) in grains {
        let rows: Vec<CellRow> =
            points::cells(points, width).into_iter().map(|((series, bucket), cell)| cell_row(series.0 as i32 + 1, bucket, &cell)).collect();
        for chunk in rows.chunks(CHUNK) {
            let mut tx = db.begin().await.expect("a transaction");
            metric_cells::save(&mut tx, project.id, grain, chunk).await.expect("cells");
            tx.commit().await.expect("a commit");
        }
    }
}

async fn copy(url: &str, points: &[Point]) {
    const COPY: &str = "copy metric_point (project_id, received_at, flush_id, n, batch_id, ts, name, kind, unit, value, tags, environment, flags) from stdin";
    let mut connection = PgConnection::connect(url).await.expect("a connection");
    for chunk in points.chunks(CHUNK) {
        let mut lines = String::new();
        for (place, point) in chunk.iter().enumerate() {
            let flush = Uuid::from_u64_pair(point.ms as u64, (place / FLUSH_ROWS) as u64);
            let (ts, n, series) = (point.ts().to_rfc3339(), place % FLUSH_ROWS, point.series);
            let (name, kind, unit, value) = (series.name(), series.kind().code(), series.unit(), point.value);
            let tags = serde_json::to_string(&series.tags().into_iter().collect::<std::collections::BTreeMap<_, _>>()).expect("json");
            writeln!(lines, "1\t{ts}\t{flush}\t{n}\t{flush}\t{ts}\t{name}\t{kind}\t{unit}\t{value}\t{tags}\t\t0").expect("memory");
        }
        let mut copy = connection.copy_in_raw(COPY).await.expect("copy");
        copy.send(lines.into_bytes()).await.expect("rows");
        copy.finish().await.expect("commit");
    }
}

/// So many spans in traces of ten, evenly over the month, and what the planner needs to know of all tables.
pub async fn spans(url: &str, count: usize) {
    let mut connection = PgConnection::connect(url).await.expect("a connection");
    let begin = end() - TimeDelta::days(DAYS);
    sqlx::query(include_str!("spans.sql"))
        .bind(count as i64)
        .bind(begin)
        .bind(DAYS as f64 * 86_400.0)
        .execute(&mut connection)
        .await
        .expect("spans");
    for table in ["metric_point", "metric_minute", "metric_hour", "metric_series", "span"] {
        sqlx::query(sqlx::AssertSqlSafe(format!("vacuum (analyze) {table}"))).execute(&mut connection).await.expect("vacuum");
    }
}
