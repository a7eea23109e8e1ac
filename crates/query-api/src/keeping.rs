//! How a project's data is kept, and what was let go.

use protocol::keeping::{DataType, KeepDays, KeepingAnswer, KeptData};
use storage::keeping;

use crate::access::ProjectContext;
use crate::{ApiError, QueryState, budget};

/// Each type of data: how long it is kept, its oldest day, and what was freed.
///
/// # Errors
/// When the database does not answer in time.
pub async fn keeping(state: &QueryState, context: &ProjectContext) -> Result<KeepingAnswer, ApiError> {
    budget::within(state, run(state, context)).await
}

async fn run(state: &QueryState, context: &ProjectContext) -> Result<KeepingAnswer, ApiError> {
    let wishes = keeping::of_projects(state.db()).await?;
    let longest = wishes.values().copied().reduce(KeepDays::max).unwrap_or_default();
    let own = wishes.get(&context.id()).copied().unwrap_or_default();
    let mut kept = keeping::of_project(state.db(), context.id()).await?;
    let describe = |data_type: DataType| {
        let found = kept.remove(data_type.word()).unwrap_or_default();
        KeptData {
            data_type,
            keep_days: own.of(data_type),
            kept_days: if data_type.is_shared() { longest.of(data_type) } else { own.of(data_type) },
            oldest_day: found.oldest_day,
            held_day: found.held_day,
            freed_rows: found.freed_rows,
            freed_bytes: found.freed_bytes,
            freed_at: found.freed_at,
            ran_at: found.ran_at,
        }
    };
    Ok(KeepingAnswer { types: DataType::ALL.into_iter().map(describe).collect() })
}
