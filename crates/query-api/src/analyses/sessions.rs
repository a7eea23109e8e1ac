//! Sessions over time: how many, how long, and who left at once.

use analysis::calendar::Frame;
use analysis::history::{Cancel, Cancelled, Spread};
use analysis::sessions::{self, SessionCounts, SessionStats};
use protocol::analyses::{SessionFigures, SessionsAnswer, SessionsBucket, SessionsQuery};
use protocol::receipt::Accuracy;

use super::{frame, share};
use crate::access::ProjectContext;
use crate::engine::{self, Asked, Found, Question};
use crate::receipt::Making;
use crate::{ApiError, QueryState, budget};

/// Answers a [`SessionsQuery`].
///
/// # Errors
/// [`ApiError::InvalidParameter`] for a question that makes no sense; else when the database does not answer in time.
pub async fn sessions(state: &QueryState, context: &ProjectContext, query: &SessionsQuery) -> Result<SessionsAnswer, ApiError> {
    budget::within(state, run(state, context, query)).await
}

async fn run(state: &QueryState, context: &ProjectContext, query: &SessionsQuery) -> Result<SessionsAnswer, ApiError> {
    let mut making = Making::from_rollups(state, context).await?;
    let frame = frame::frame(context, &making, query.scope.period, query.step)?;
    let asked =
        Asked { only_matching: false, columns: sessions::Stretches::COLUMNS.into(), ordered: true, ..Asked::of(&query.scope, &frame) };
    let stats = engine::answer(state, context, &mut making, asked, OverTime(frame.clone())).await?;
    let buckets = frame::buckets(&making, &frame).into_iter().zip(&stats.buckets);
    let counted = "Sessions by their first event in the range: the SDK's own, or runs of one actor's events with gaps under 30 minutes.";
    Ok(SessionsAnswer {
        step: frame.step,
        buckets: buckets.map(|(time, counts)| SessionsBucket { time, figures: figures(counts) }).collect(),
        total: figures(&stats.total),
        median_duration_ms: stats.median_duration_ms,
        receipt: making.receipt_of(context, counted, &query.scope, (frame.start(), frame.end()), Accuracy::Exact),
    })
}

#[derive(Hash)]
struct OverTime(Frame);

impl Question for OverTime {
    type Counted = SessionStats;

    fn count(&self, found: &Found, cancel: &Cancel) -> Result<SessionStats, Cancelled> {
        let Self(frame) = self;
        let (spread, stretches) = (Spread::over(&found.history, frame), found.stretches(frame.start(), frame.end()));
        sessions::count(&found.history, &stretches, &found.chosen(), &spread, frame.buckets.len(), cancel)
    }
}

/// What is told of sessions.
pub(crate) fn figures(counts: &SessionCounts) -> SessionFigures {
    SessionFigures {
        sessions: counts.sessions,
        bounce_rate: share(counts.bounced, counts.sessions),
        views_per_session: share(counts.page_views, counts.sessions),
        mean_duration_ms: (counts.sessions > 0).then(|| counts.duration_ms as f64 / counts.sessions as f64),
    }
}
