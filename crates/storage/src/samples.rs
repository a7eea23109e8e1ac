//! Stored metric points, and how many there are.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use protocol::explorer::{MetricKey, Sample, SampleOrder};
use protocol::id::ProjectId;
use protocol::metric::MetricKind;
use protocol::trace::{SpanId, TraceId};
use sqlx::types::Json;

use crate::metric_cells::Grain;
use crate::{Db, Result, received};

/// A metric of some name, and when it was last seen.
#[derive(Clone, Debug)]
pub struct NamedMetric {
    /// Which.
    pub metric: MetricKey,
    /// Its newest point.
    pub last_seen: DateTime<Utc>,
}

/// The metrics of one name, the last seen one first: one name may come with several kinds or units.
pub async fn metrics_named(db: &Db, project: ProjectId, name: &str) -> Result<Vec<NamedMetric>> {
    let rows = sqlx::query!(
        r#"select kind, unit, max(last_seen) as "last_seen!" from metric_series
           where project_id = $1 and name = $2 group by kind, unit order by max(last_seen) desc, kind, unit"#,
        project.0,
        name
    )
    .fetch_all(&db.pool)
    .await?;
    Ok(rows
        .into_iter()
        .filter_map(|row| {
            let kind = MetricKind::from_code(row.kind)?;
            Some(NamedMetric { metric: MetricKey { name: name.to_owned(), kind, unit: row.unit }, last_seen: row.last_seen })
        })
        .collect())
}

/// Points of each of these series in a range, `until` exclusive; series without any are left out.
pub async fn points(
    db: &Db,
    project: ProjectId,
    grain: Grain,
    series: &[i32],
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Vec<(i32, u64)>> {
    macro_rules! sums {
        ($statement:literal) => {
            sqlx::query!($statement, project.0, series, from, until)
                .fetch_all(&db.pool)
                .await?
                .into_iter()
                .map(|row| (row.series_id, row.points.unsigned_abs()))
                .collect()
        };
    }
    Ok(match grain {
        Grain::Minute => sums!(
            r#"select series_id, sum(n)::int8 as "points!" from metric_minute
               where project_id = $1 and series_id = any($2) and bucket >= $3 and bucket < $4 group by series_id"#
        ),
        Grain::Hour => sums!(
            r#"select series_id, sum(n)::int8 as "points!" from metric_hour
               where project_id = $1 and series_id = any($2) and bucket >= $3 and bucket < $4 group by series_id"#
        ),
    })
}

/// Stored points of a metric whose time lies in the range, `until` exclusive.
pub async fn find(
    db: &Db,
    project: ProjectId,
    metric: &MetricKey,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
    order: SampleOrder,
    limit: i64,
) -> Result<Vec<Sample>> {
    let (received_from, received_until) = received::range(from, until);
    macro_rules! samples {
        ($file:literal) => {
            sqlx::query_file_as!(
                Stored,
                $file,
                project.0,
                &metric.name,
                metric.kind.code(),
                &metric.unit,
                from,
                until,
                received_from,
                received_until,
                limit
            )
            .fetch_all(&db.pool)
            .await?
        };
    }
    let rows = match order {
        SampleOrder::Latest => samples!("sql/samples/latest.sql"),
        SampleOrder::Largest => samples!("sql/samples/largest.sql"),
    };
    Ok(rows.into_iter().map(Stored::read).collect())
}

/// A row as it is stored.
struct Stored {
    ts: DateTime<Utc>,
    value: f64,
    set_hash: Option<i64>,
    tags: Json<BTreeMap<String, String>>,
    environment: String,
    release: Option<String>,
    user_id: Option<String>,
    session_id: Option<String>,
    trace_id: Option<uuid::Uuid>,
    span_id: Option<i64>,
}

impl Stored {
    fn read(self) -> Sample {
        Sample {
            ts: self.ts,
            value: if self.set_hash.is_some() { 1.0 } else { self.value },
            member: self.set_hash.map(|hash| format!("{:016x}", hash.cast_unsigned())),
            tags: self.tags.0,
            trace_id: self.trace_id.map(|id| TraceId(id.into_bytes())),
            span_id: self.span_id.map(|id| SpanId(id.to_be_bytes())),
            user_id: self.user_id,
            session_id: self.session_id,
            release: self.release,
            environment: self.environment,
        }
    }
}
