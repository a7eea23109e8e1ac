//! Metric points, as their raw rows and counted into cells.

use std::collections::BTreeMap;

use analysis::calendar;
use analysis::cell::Cell;
use chrono::{DateTime, DurationRound as _, TimeDelta, Utc};
use chrono_tz::Tz;
use protocol::metric::MetricKind;
use storage::metric_cells::{self, CellRow, Grain};
use storage::metric_folds::{self, Fold};
use storage::metric_series::{self, NewSeries, SeriesKey};
use uuid::Uuid;

use crate::app::App;
use crate::cell_row::cell_row;
use crate::sent::id;

#[derive(Clone, Debug)]
pub struct Point {
    pub ts: DateTime<Utc>,
    pub value: f64,
    pub set_hash: Option<i64>,
    pub tags: BTreeMap<String, String>,
    pub trace_id: Option<Uuid>,
}

impl App {
    /// Stores points of one metric of the shop and counts them, all at once: what the worker does bit by bit. `first_series`
    /// numbers its series.
    pub async fn record(&self, name: &str, kind: MetricKind, unit: &str, first_series: i32, points: &[Point]) {
        for point in points {
            sqlx::query(
                "insert into metric_point (project_id, received_at, flush_id, n, batch_id, ts, name, kind, unit, value, set_hash, tags, environment, trace_id, flags)
                 values ($1, $2, $3, 0, $3, $2, $4, $5, $6, $7, $8, $9, 'prod', $10, 0)",
            )
            .bind(self.shop.id.0)
            .bind(point.ts)
            .bind(id())
            .bind(name)
            .bind(kind.code())
            .bind(unit)
            .bind(point.value)
            .bind(point.set_hash)
            .bind(serde_json::to_value(&point.tags).expect("tags"))
            .bind(point.trace_id)
            .execute(&self.pool)
            .await
            .expect("a point");
        }
        let mut series = BTreeMap::<&BTreeMap<String, String>, Vec<&Point>>::new();
        for point in points {
            series.entry(&point.tags).or_default().push(point);
        }
        let mut tx = self.db.begin().await.expect("transaction");
        for (series_id, (tags, points)) in (first_series..).zip(series) {
            let key = SeriesKey { name: name.to_owned(), kind, unit: unit.to_owned(), environment: "prod".to_owned(), tags: tags.clone() };
            let seen = |pick: fn(DateTime<Utc>, DateTime<Utc>) -> DateTime<Utc>| {
                points.iter().map(|point| point.ts).reduce(pick).expect("a point")
            };
            let new = NewSeries { series_id, key, first_seen: seen(DateTime::min), last_seen: seen(DateTime::max) };
            metric_series::insert(&mut tx, self.shop.id, &[new]).await.expect("series");
            for (grain, width) in [(Grain::Minute, TimeDelta::minutes(1)), (Grain::Hour, TimeDelta::hours(1))] {
                let mut cells = BTreeMap::<DateTime<Utc>, Cell>::new();
                for point in &points {
                    let start = point.ts.duration_trunc(width).expect("a bucket");
                    match cells.get_mut(&start) {
                        Some(cell) => cell.add_point(point.value, point.set_hash, point.ts),
                        None => drop(cells.insert(start, Cell::of_point(kind, point.value, point.set_hash, point.ts))),
                    }
                }
                let rows: Vec<CellRow> = cells.into_iter().map(|(bucket, cell)| cell_row(series_id, bucket, &cell)).collect();
                metric_cells::save(&mut tx, self.shop.id, grain, &rows).await.expect("cells");
            }
        }
        tx.commit().await.expect("commit");
    }

    /// Folds the hours of a metric into days up to a time.
    pub async fn fold(&self, kind: MetricKind, zone: Tz, until: DateTime<Utc>) {
        let series: Vec<i32> = sqlx::query_scalar("select series_id from metric_series").fetch_all(&self.pool).await.expect("series");
        let hours = metric_cells::read(&self.db, self.shop.id, Grain::Hour, &series, DateTime::UNIX_EPOCH, until).await.expect("hours");
        let mut days = BTreeMap::<(i32, DateTime<Utc>), Cell>::new();
        for hour in hours {
            let (n, last_ts, sketch) = (hour.n, hour.last_ts, hour.sketch.as_deref());
            let cell = Cell::decode(kind, n, hour.sum, hour.min, hour.max, hour.last, last_ts, sketch).expect("a cell");
            let day = (hour.series_id, calendar::metric_day(hour.bucket, zone).0);
            days.entry(day).and_modify(|day| day.merge(&cell)).or_insert(cell);
        }
        let rows: Vec<CellRow> = days.into_iter().map(|((series_id, bucket), cell)| cell_row(series_id, bucket, &cell)).collect();
        let rules = calendar::ZONE_RULES.to_owned();
        let fold = Fold { zone: zone.name().to_owned(), zone_rules: rules, folded_until: Some(until), next_series: 0 };
        let mut tx = self.db.begin().await.expect("transaction");
        metric_cells::save(&mut tx, self.shop.id, Grain::Day, &rows).await.expect("days");
        metric_folds::save(&mut tx, self.shop.id, &fold).await.expect("a fold");
        tx.commit().await.expect("commit");
    }
}
