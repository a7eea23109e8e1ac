//! What the requests behind a page cost, by what spans are timed with: see `protocol::span::DURATION_METRIC`.

use std::collections::HashMap;

use analysis::calendar::Frame;
use analysis::cell::Cell;
use protocol::analyses::RouteBackend;
use protocol::metric::{Aggregate, MetricKind};
use protocol::span::{DURATION_METRIC, ROUTE, SpanStatus};
use storage::metric_series::{self, SeriesRow};

use super::cells;
use crate::access::ProjectContext;
use crate::receipt::Making;
use crate::{ApiError, QueryState};

/// What a page asks of servers: as its browser saw it, or the server itself where the page is its own.
const REQUESTS: [&str; 2] = ["http.client", "http.server"];

/// The requests behind each route in a frame.
pub(crate) async fn behind_routes(
    state: &QueryState,
    context: &ProjectContext,
    making: &mut Making,
    frame: &Frame,
) -> Result<HashMap<String, RouteBackend>, ApiError> {
    let series = metric_series::of_metric(state.db(), context.id(), DURATION_METRIC, MetricKind::Distribution, "ms").await?;
    let requests: Vec<&SeriesRow> = series.iter().filter(|series| is_request(series)).collect();
    let mut sums = HashMap::<&str, (Cell, i64)>::new();
    let add = |place: usize, _, cell: &Cell| {
        let series = requests[place];
        let Some(route) = series.tags.get(ROUTE) else { return };
        let failed = if is_failed(series) { cell.n } else { 0 };
        sums.entry(route)
            .and_modify(|(sum, all_failed)| {
                sum.merge(cell);
                *all_failed += failed;
            })
            .or_insert_with(|| (cell.clone(), failed));
    };
    cells::each(state, context, making, frame, &requests, add).await?;
    let told = sums.into_iter().map(|(route, (cell, failed))| {
        let p95_ms = cell.aggregate(Aggregate::P95, 1.0);
        (route.to_owned(), RouteBackend { requests: cell.n as u64, failed: failed as u64, p95_ms })
    });
    Ok(told.collect())
}

fn is_request(series: &SeriesRow) -> bool {
    series.tags.contains_key(ROUTE) && series.tags.get("op").is_some_and(|op| REQUESTS.contains(&op.as_str()))
}

fn is_failed(series: &SeriesRow) -> bool {
    series.tags.get("status").is_some_and(|status| status == SpanStatus::Error.word())
}
