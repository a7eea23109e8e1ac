//! Audience · Metrics: people, page views and events over time.
//!
//! Segments are counted where they reach back far enough, else the rollup, which outlives them; both say the same. See
//! [`analysis::calendar`] for where days begin. The totals of the range before are cut at the same time on the wall, to the
//! quarter of an hour, so that a morning is compared with a morning.

mod from_rollup;
mod from_segments;

use analysis::audience::Ranked;
use analysis::calendar::{self, Frame};
use protocol::audience::{AudienceAnswer, AudienceBucket, Counts, NameCounts, RouteCounts};
use protocol::filter::Filter;
use protocol::range::Range;
use protocol::receipt::{Accuracy, Missing, Receipt};
use storage::event_quarters;

use crate::access::ProjectContext;
use crate::receipt::Making;
use crate::{ApiError, QueryState, budget};

/// Routes and names in an answer.
const ROWS_SHOWN: usize = 10;

/// What is counted, from wherever.
struct Figures {
    totals: Counts,
    previous_totals: Counts,
    buckets: Vec<Counts>,
    previous: Vec<Counts>,
    /// By people.
    routes: Vec<Ranked>,
    /// By events.
    names: Vec<Ranked>,
}

/// What the Audience · Metrics page shows.
///
/// # Errors
/// [`ApiError::InvalidParameter`] for a range that this page does not offer; else when the database does not answer in time.
pub async fn metrics(state: &QueryState, context: &ProjectContext, range: Range, filter: &Filter) -> Result<AudienceAnswer, ApiError> {
    budget::within(state, run(state, context, range, filter)).await
}

/// Whether the project ever had an event, of a person or of a bot: a page with nothing to show says what to do then.
///
/// # Errors
/// When the database does not answer in time.
pub async fn has_begun(state: &QueryState, context: &ProjectContext) -> Result<bool, ApiError> {
    budget::within(state, async { Ok(event_quarters::any(state.db(), context.id()).await?) }).await
}

async fn run(state: &QueryState, context: &ProjectContext, range: Range, filter: &Filter) -> Result<AudienceAnswer, ApiError> {
    let mut making = Making::from_rollups(state, context).await?;
    let frames = calendar::audience(range, making.now, context.zone()).ok_or_else(|| ApiError::range(range, &Range::AUDIENCE))?;
    let horizon = making.horizon(state, context).await?;
    // The rollup knows nothing that a filter could test.
    let figures = if horizon.segments_cover(frames.previous.start()) || !filter.is_all() {
        let figures = async |making: &mut Making, sessions| from_segments::figures(state, context, making, &frames, filter, sessions).await;
        match figures(&mut making, true).await {
            // Better without sessions than not at all.
            Err(ApiError::TooMuch { .. }) => figures(&mut making, false).await?,
            figures => figures?,
        }
    } else {
        from_rollup::figures(state, context, &mut making, &frames).await?
    };
    let mut figures = figures;
    if let Some(Missing::Before(whole_from)) = making.missing
        && whole_from > frames.previous.start()
    {
        // Part of the range before is gone: the rest of it is nothing to compare with, and this range may be whole.
        figures.previous_totals = Counts::default();
        figures.previous.clear();
        making.missing = making.missing.filter(|_| whole_from > frames.current.start());
    }
    let what = if figures.totals.sessions.is_some() {
        "Distinct people, sessions by when they began, page views"
    } else {
        "Distinct people, page views"
    };
    let counted = format!("{what} and events of the {}, by the event's own time.", range.sentence());
    Ok(AudienceAnswer {
        range,
        step: frames.current.step,
        totals: figures.totals,
        previous_totals: figures.previous_totals,
        buckets: buckets(&frames.current, &figures.buckets, &making),
        previous: buckets(&frames.previous, &figures.previous, &making),
        routes: figures.routes.into_iter().map(route_counts).collect(),
        names: figures.names.into_iter().map(name_counts).collect(),
        receipt: Receipt {
            filter: filter.to_string(),
            ..making.receipt(context, counted, frames.current.start(), frames.current.end(), Accuracy::Exact)
        },
    })
}

fn buckets(frame: &Frame, counts: &[Counts], making: &Making) -> Vec<AudienceBucket> {
    let bucket = |(bucket, counts): (&calendar::Bucket, &Counts)| AudienceBucket {
        start: bucket.start,
        end: bucket.end,
        utc_offset_seconds: bucket.utc_offset_seconds,
        counts: *counts,
        open: making.is_open(bucket.end),
    };
    frame.buckets.iter().zip(counts).map(bucket).collect()
}

fn route_counts(Ranked { value: route, people, events }: Ranked) -> RouteCounts {
    RouteCounts { route, people, events }
}

fn name_counts(Ranked { value: name, people, events }: Ranked) -> NameCounts {
    NameCounts { name, people, events }
}
