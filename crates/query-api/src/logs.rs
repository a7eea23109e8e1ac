//! Log records: searched, counted, looked at with what was written around them, followed as they arrive.
//!
//! Nothing is counted beforehand: a search walks through raw rows, newest or oldest first, and asks the one definition,
//! [`protocol::logs::StoredLog::matches`]. It looks at a bounded number of rows for a bounded time and says how far it got.

mod context;
mod scan;
mod search;
mod summary;
mod tail;

use analysis::calendar::{self, Frame};
use chrono::{DateTime, Utc};
use protocol::access::Role;
use protocol::range::Period;
use storage::logs;

use crate::access::ProjectContext;
use crate::receipt::Making;
use crate::{ApiError, QueryState, budget};

pub use context::around;
pub use search::search;
pub use summary::summary;
pub use tail::tail;

/// Whether the project ever had a log record.
///
/// # Errors
/// When the database does not answer in time.
pub async fn has_begun(state: &QueryState, context: &ProjectContext) -> Result<bool, ApiError> {
    context.require(Role::Viewer)?;
    budget::within(state, async { Ok(logs::any(state.db(), context.id()).await?) }).await
}

/// From when, inclusive, until when, exclusive.
type Searched = (DateTime<Utc>, DateTime<Utc>);

/// The buckets of a period, and the time that is searched.
fn time(making: &Making, context: &ProjectContext, period: Period) -> Result<(Frame, Searched), ApiError> {
    let frame = calendar::metrics(period, None, making.now, context.zone()).ok_or_else(|| ApiError::InvalidParameter {
        name: "from",
        problem: "makes a range that is too long, or has not begun".to_owned(),
        allowed: format!("a range of at most {} days that begins before now", calendar::BUCKETS_MAX),
    })?;
    // What is asked for by its ends is meant exactly; a range ends with the bucket that is open.
    let time = match period {
        Period::Between { from, until } => (from, until),
        _ => (frame.start(), frame.end()),
    };
    Ok((frame, time))
}
