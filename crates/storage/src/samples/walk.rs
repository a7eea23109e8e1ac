//! Stored points in an order, a page at a time.

use chrono::{DateTime, Datelike as _, TimeDelta, Utc};
use protocol::explorer::{Sample, SampleOrder};
use protocol::id::ProjectId;
use protocol::range::YEARS;
use uuid::Uuid;

use super::{Of, Stored};
use crate::{Db, Result, received, row_id};

/// Where a point stands in any order: pages go on behind it, or before it.
#[derive(Clone, Copy, Debug, PartialEq)]
#[allow(missing_docs, reason = "see migrations/0016_metric_point.sql")]
pub struct SamplePlace {
    pub ts: DateTime<Utc>,
    pub received_at: DateTime<Utc>,
    pub flush_id: Uuid,
    pub n: i32,
    pub value: f64,
    /// What points are ordered by their distance from, where they are. It stays what it was on the first page.
    pub near: f64,
}

impl SamplePlace {
    /// The place as a text.
    pub fn word(&self) -> String {
        let id = row_id::write(self.received_at, self.flush_id, self.n);
        format!("{:x}-{:x}-{:x}-{id}", self.value.to_bits(), self.near.to_bits(), self.ts.timestamp_micros())
    }

    /// The place of a text that [`Self::word`] made.
    pub fn read(word: &str) -> Option<Self> {
        let mut pieces = word.splitn(4, '-');
        let (value, near, ts, id) = (pieces.next()?, pieces.next()?, pieces.next()?, pieces.next()?);
        let number = |bits: &str| Some(f64::from_bits(u64::from_str_radix(bits, 16).ok()?)).filter(|number| number.is_finite());
        let (received_at, flush_id, n) = row_id::read(id)?;
        let ts = DateTime::from_timestamp_micros(i64::from_str_radix(ts, 16).ok()?)?;
        let is_stored = [ts, received_at].iter().all(|time| YEARS.contains(&time.year()));
        is_stored.then_some(Self { ts, received_at, flush_id, n, value: number(value)?, near: number(near)? })
    }
}

/// How points are walked through.
#[derive(Clone, Copy, Debug)]
pub struct Walk {
    /// Which come first.
    pub order: SampleOrder,
    /// What those near a percentile are near to.
    pub near: f64,
    /// Only those behind this one, or before it where `back`.
    pub beside: Option<SamplePlace>,
    /// From the end to the begin: those before a place, the nearest to it first.
    pub back: bool,
    /// At most so many.
    pub limit: i64,
}

/// Stored points of a metric with their places. By (project_id, name, ts) in each partition that can hold such points; by value, all
/// of the range are sorted, of which Postgres keeps no more than the limit. Points of equal value come by their time and key, so that
/// every order is the exact reverse of its way back.
///
/// # Errors
/// When the database refuses.
pub async fn walk(db: &Db, project: ProjectId, of: Of<'_>, walk: Walk) -> Result<Vec<(SamplePlace, Sample)>> {
    let Walk { order, near, beside, back, limit } = walk;
    let falling = !matches!(order, SampleOrder::Oldest | SampleOrder::Smallest) ^ back;
    let by_time = matches!(order, SampleOrder::Latest | SampleOrder::Oldest);
    // What was passed need not be walked through again.
    let (from, until) = match beside.filter(|_| by_time) {
        None => (of.from, of.until),
        Some(beside) if falling => (of.from, of.until.min(beside.ts + TimeDelta::microseconds(1))),
        Some(beside) => (of.from.max(beside.ts), of.until),
    };
    let (received_from, received_until) = received::range(from, until);
    let (edge_ts, edge_value) = if falling { (of.until, f64::INFINITY) } else { (of.from - TimeDelta::microseconds(1), f64::NEG_INFINITY) };
    let (ts, key) = beside.map_or((edge_ts, (of.from, Uuid::nil(), 0)), |place| (place.ts, (place.received_at, place.flush_id, place.n)));
    let value = beside.map_or(edge_value, |place| place.value);
    let distance = beside.map_or(edge_value, |place| -(place.value - near).abs());
    let (releases, users, sessions) = (of.singles.release.values(), of.singles.user.values(), of.singles.session.values());
    let traces = of.singles.traces();
    macro_rules! rows {
        ($beyond:literal, $rank:literal, $place:literal, $order:literal, $by_key:literal $(, $more:expr)*) => {
            // $9 are the tags that are asked for, null for all; as rows they are hashed once. Who sent a point is said in the words
            // of the index metric_point_by_sender, too.
            sqlx::query_as!(
                Stored,
                r#"select received_at, flush_id, n, ts, value, set_hash, tags as "tags: _", environment, release, user_id, session_id,
                       trace_id, span_id
                   from metric_point
                   where project_id = $1 and name = $2 and kind = $3 and unit = $4 and ts >= $5 and ts < $6
                       and received_at >= $7 and received_at < $8
                       and ($9::jsonb[] is null or (environment, tags) in (select t ->> 0, t -> 1 from unnest($9::jsonb[]) t))
                       and ($10::text[] is null or release = any($10))
                       and ($11::text[] is null or user_id = any($11) and coalesce(user_id, session_id) = any($11)
                           and (user_id is not null or session_id is not null))
                       and ($12::text[] is null or session_id = any($12))
                       and ($13::uuid[] is null or trace_id = any($13))
                       and ("#
                    + $rank + "ts, received_at, flush_id, n)" + $beyond + "(" + $place + "$14, $15, $16, $17) order by " + $order + $by_key
                    + " limit $18",
                project.0, &of.metric.name, of.metric.kind.code(), &of.metric.unit, from, until, received_from, received_until,
                of.tags as _, releases as _, users as _, sessions as _, traces.as_deref() as _, ts, key.0, key.1, key.2, limit $(, $more)*
            )
            .fetch_all(&db.pool)
            .await?
        };
    }
    macro_rules! either {
        ($rank:literal, $place:literal, $rising:literal, $falling:literal $(, $more:expr)*) => {
            if falling {
                rows!("<", $rank, $place, $falling, "ts desc, received_at desc, flush_id desc, n desc" $(, $more)*)
            } else {
                rows!(">", $rank, $place, $rising, "ts, received_at, flush_id, n" $(, $more)*)
            }
        };
    }
    let rows = match order {
        SampleOrder::Latest | SampleOrder::Oldest => either!("", "", "", ""),
        SampleOrder::Largest | SampleOrder::Smallest => either!("value, ", "$19, ", "value, ", "value desc, ", value),
        SampleOrder::P50 | SampleOrder::P95 => either!(
            "-abs(value - $20::float8), ",
            "$19, ",
            "-abs(value - $20::float8), ",
            "-abs(value - $20::float8) desc, ",
            distance,
            near
        ),
    };
    let placed = |row: Stored| {
        let Stored { ts, received_at, flush_id, n, value, .. } = row;
        (SamplePlace { ts, received_at, flush_id, n, value, near }, row.read())
    };
    Ok(rows.into_iter().map(placed).collect())
}
