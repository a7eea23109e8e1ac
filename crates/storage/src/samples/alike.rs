//! Stored points by what a filter can ask of them: of each such combination it is decided once.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use futures::TryStreamExt as _;
use protocol::explorer::MetricKey;
use protocol::filter::Field;
use protocol::id::ProjectId;
use protocol::trace::TraceId;

use super::Of;
use crate::{Db, Result, received};

/// Combinations that [`alike`] tells apart: each takes about a kilobyte.
pub const ALIKE_MAX: usize = 200_000;

/// What some points have in common. Of what only single points have, what is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "see migrations/0016_metric_point.sql")]
pub struct Alike {
    pub environment: String,
    pub tags: BTreeMap<String, String>,
    pub release: Option<String>,
    pub user_id: Option<String>,
    pub session_id: Option<String>,
    pub trace_id: Option<TraceId>,
}

/// A point apart from what it has in common with others.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SinglePoint {
    /// Its own time.
    pub ts: DateTime<Utc>,
    /// Its value; of a set, none.
    pub value: f64,
    /// Of a set, which member.
    pub set_hash: Option<i64>,
}

/// At most `limit` points of a metric, in no order, each added to what those like it come to. Ends with the first combination beyond
/// [`ALIKE_MAX`].
///
/// # Errors
/// When the database refuses.
pub async fn alike<T: Default>(
    db: &Db,
    project: ProjectId,
    of: Of<'_>,
    limit: i64,
    mut add: impl FnMut(&mut T, SinglePoint),
) -> Result<Vec<(Alike, T)>> {
    let (received_from, received_until) = received::range(of.from, of.until);
    let (singles, traces) = (of.singles, of.singles.traces());
    let mut rows = sqlx::query_file!(
        "sql/samples/alike.sql",
        project.0,
        &of.metric.name,
        of.metric.kind.code(),
        &of.metric.unit,
        of.from,
        of.until,
        received_from,
        received_until,
        of.tags as _,
        singles.release.values() as _,
        singles.user.values() as _,
        singles.session.values() as _,
        traces.as_deref() as _,
        singles.release.is_asked(),
        singles.user.is_asked(),
        singles.session.is_asked(),
        singles.trace.is_asked(),
        limit
    )
    .fetch(&db.pool);
    let mut found: Vec<(Alike, T)> = Vec::new();
    let mut places = HashMap::new();
    while let Some(row) = rows.try_next().await? {
        let point = SinglePoint { ts: row.ts, value: row.value, set_hash: row.set_hash };
        // Attributes are compared as the database writes them, and read once.
        let key = (row.environment, row.tags, row.release, row.user_id, row.session_id, row.trace_id);
        if let Some(place) = places.get(&key) {
            let (_, sum): &mut (Alike, T) = &mut found[*place];
            add(sum, point);
            continue;
        }
        let (environment, tags, release, user_id, session_id, trace_id) = key.clone();
        let tags = serde_json::from_str(&tags).map_err(|error| sqlx::Error::Decode(Box::new(error)))?;
        let trace_id = trace_id.map(|id| TraceId(id.into_bytes()));
        let mut sum = T::default();
        add(&mut sum, point);
        places.insert(key, found.len());
        found.push((Alike { environment, tags, release, user_id, session_id, trace_id }, sum));
        if found.len() > ALIKE_MAX {
            break;
        }
    }
    Ok(found)
}

/// Values of a field that only single points have which hold a text, whatever its capitals, with how many of the latest 10,000 points
/// of a time have each; most first. Another field has none.
///
/// # Errors
/// When the database refuses.
pub async fn values(
    db: &Db,
    project: ProjectId,
    (metric, field): (&MetricKey, &Field),
    (from, until): (DateTime<Utc>, DateTime<Utc>),
    text: &str,
    limit: i64,
) -> Result<Vec<(String, i64)>> {
    let (received_from, received_until) = received::range(from, until);
    let rows = sqlx::query_file!(
        "sql/samples/values.sql",
        project.0,
        &metric.name,
        metric.kind.code(),
        &metric.unit,
        from,
        until,
        received_from,
        received_until,
        field.word(),
        text,
        limit
    );
    Ok(rows.fetch_all(&db.pool).await?.into_iter().map(|row| (row.value, row.points)).collect())
}
