//! What a filter chooses of a metric: whole series, whose cells are added up, or single points where it asks for what only they know.

use std::collections::BTreeSet;

use analysis::calendar::Frame;
use analysis::cell::Cell;
use analysis::metric::GroupKey;
use chrono::{DateTime, NaiveTime, Utc};
use protocol::explorer::MetricKey;
use protocol::keeping::DataType;
use protocol::metric::MetricKind;
use protocol::receipt::Missing;
use serde_json::Value;
use storage::keeping;
use storage::metric_series::{OTHER, SeriesRow};
use storage::samples::{self, ALIKE_MAX, Alike, Of, SinglePoint, Singles};

use super::cells;
use super::matching::{Asked, Known};
use crate::access::ProjectContext;
use crate::receipt::Making;
use crate::{ApiError, QueryState};

/// Single points that one answer may count. They are held in memory while it is made.
pub(super) const POINTS_MAX: u64 = 1_000_000;
/// Points after which others have a turn.
const POINTS_IN_A_TURN: usize = 20_000;

/// Some points of a metric in a time.
pub(super) enum Chosen {
    /// All points of these series.
    Series(Vec<SeriesRow>),
    /// These points, by what they have in common.
    Points(MetricKind, Vec<(Alike, Vec<SinglePoint>)>),
}

impl Chosen {
    /// What a filter chooses of a metric with these series. `left` is how many single points may still be read.
    pub(super) async fn of(
        state: &QueryState,
        context: &ProjectContext,
        making: &mut Making,
        (metric, series, asked): (&MetricKey, &[SeriesRow], &Asked<'_>),
        (from, until): (DateTime<Utc>, DateTime<Utc>),
        left: &mut u64,
    ) -> Result<Self, ApiError> {
        if !asked.is_of_points() {
            return Ok(Self::Series(series.iter().filter(|series| asked.matches(*series)).cloned().collect()));
        }
        if let Some(kept) = lacks(state, context, series, from).await? {
            making.missing = Some(Missing::Before(kept.min(until)));
        }
        let of = Of { metric, from, until, tags: None, singles: &asked.columns() };
        let list = |points: &mut Vec<SinglePoint>, point| points.push(point);
        let mut found = samples::alike(state.db(), context.id(), of, left.cast_signed() + 1, list).await?;
        let read: usize = found.iter().map(|(_, points)| points.len()).sum();
        if found.len() > ALIKE_MAX {
            return Err(too_many(asked, "combinations", ALIKE_MAX));
        }
        *left = left.checked_sub(read as u64).ok_or_else(|| too_many(asked, "of them", POINTS_MAX as usize))?;
        making.rows_read += read as u64;
        found.retain(|(alike, _)| asked.matches(alike));
        Ok(Self::Points(metric.kind, found))
    }

    /// The group of each place that [`Self::each`] tells of; `None` for what is beyond the series limit.
    pub(super) fn groups(&self, by: &[String]) -> Vec<Option<GroupKey>> {
        let group = |known: Known<'_>| by.iter().map(|key| known.group_value(key)).collect();
        match self {
            Self::Series(series) => {
                let is_rest = |series: &SeriesRow| series.tags.contains_key(OTHER) && !by.is_empty();
                series.iter().map(|series| (!is_rest(series)).then(|| group(series.into()))).collect()
            }
            Self::Points(_, found) => found.iter().map(|(alike, _)| Some(group(alike.into()))).collect(),
        }
    }

    /// Hands every cell in the frame to `take`: its place, its start, and the cell. Cells may be finer than the frame's buckets:
    /// those of single points are of one point each, and list their values.
    pub(super) async fn each(
        &self,
        state: &QueryState,
        context: &ProjectContext,
        making: &mut Making,
        frame: &Frame,
        mut take: impl FnMut(usize, DateTime<Utc>, &Cell),
    ) -> Result<(), ApiError> {
        let (kind, found) = match self {
            Self::Series(series) => {
                return cells::each(state, context, making, frame, &series.iter().collect::<Vec<_>>(), take).await;
            }
            Self::Points(kind, found) => (*kind, found),
        };
        let mut told = 0;
        for (place, (_, points)) in found.iter().enumerate() {
            for at_once in points.chunks(POINTS_IN_A_TURN) {
                for SinglePoint { ts, value, set_hash } in at_once {
                    take(place, *ts, &Cell::of_listed(kind, *value, *set_hash, *ts));
                }
                told += at_once.len();
                if told >= POINTS_IN_A_TURN {
                    told = 0;
                    tokio::task::yield_now().await;
                }
            }
        }
        Ok(())
    }

    /// Whether these are single points: then percentiles are exact.
    pub(super) fn is_of_points(&self) -> bool {
        matches!(self, Self::Points(..))
    }

    /// Which points a list of them is to look at: the sets of attributes, where there are few, and what else they have.
    pub(super) fn narrowed(&self, asked: &Asked<'_>) -> (Option<Vec<Value>>, Singles) {
        /// Sets of attributes that the database is handed.
        const SETS_MAX: usize = 1_000;
        match self {
            Self::Series(series) => (asked.tags(series), Singles::NONE),
            Self::Points(_, found) => {
                let sets: BTreeSet<_> = found.iter().map(|(alike, _)| (&alike.environment, &alike.tags)).collect();
                let few = sets.len() <= SETS_MAX;
                let tags = few.then(|| sets.into_iter().map(|(environment, tags)| Of::tagged(environment, tags)).collect());
                (tags, asked.columns_of(found.iter().map(|(alike, _)| alike.into())))
            }
        }
    }
}

/// From when single points are kept, where some of the metric's from `from` on are not any longer.
pub(super) async fn lacks(
    state: &QueryState,
    context: &ProjectContext,
    series: &[SeriesRow],
    from: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, ApiError> {
    let kept = keeping::of_project(state.db(), context.id()).await?.remove(DataType::MetricPoints.word());
    // Where no day was let go of, the oldest one is the first that there was.
    let Some(kept) = kept.filter(|kept| kept.freed_at.is_some()) else { return Ok(None) };
    let oldest = kept.oldest_day.map(|day| day.and_time(NaiveTime::MIN).and_utc()).or(kept.ran_at);
    Ok(oldest.filter(|oldest| from < *oldest && series.iter().any(|series| series.first_seen < *oldest)))
}

fn too_many(asked: &Asked<'_>, what: &str, max: usize) -> ApiError {
    ApiError::InvalidParameter {
        name: "filter",
        problem: format!(
            "asks for {}, which only single points know, and there are more than {max} {what} to count in this time",
            asked.singles_in_words()
        ),
        allowed: "a shorter time; or attributes of the metric and environment instead, which are added up already".to_owned(),
    }
}
