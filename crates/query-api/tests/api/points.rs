//! Metric points, as their raw rows and counted into cells.

use std::collections::BTreeMap;

use analysis::cell::Cell;
use chrono::{DateTime, DurationRound as _, TimeDelta, Utc};
use protocol::metric::MetricKind;
use storage::metric_cells::{self, CellRow, Grain};
use storage::metric_series::{self, NewSeries, SeriesKey};
use uuid::Uuid;

use crate::app::App;
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
                let rows: Vec<CellRow> = cells
                    .into_iter()
                    .map(|(bucket, cell)| CellRow {
                        series_id,
                        bucket,
                        n: cell.n,
                        sum: cell.sum,
                        min: cell.min,
                        max: cell.max,
                        last: cell.last,
                        last_ts: cell.last_ts,
                        sketch: cell.encode_sketch(),
                    })
                    .collect();
                metric_cells::save(&mut tx, self.shop.id, grain, &rows).await.expect("cells");
            }
        }
        tx.commit().await.expect("commit");
    }
}
