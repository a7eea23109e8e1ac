//! Stored points one by one, in an order, a page at a time.

use protocol::explorer::Sample;
use storage::samples::{self, Of, SamplePlace, Walk};

use super::chosen::POINTS_MAX;
use super::matching::Asked;
use crate::access::ProjectContext;
use crate::receipt::Making;
use crate::{ApiError, QueryState};

/// Rows that are read at once where the database let through what does not match: more each time, as it puts all in order each time.
const CHUNK: i64 = 5_000;
const CHUNK_MAX: i64 = 100_000;

/// The first points of a walk that match, at most `walk.limit`, and whether there are more.
pub(super) async fn page(
    state: &QueryState,
    context: &ProjectContext,
    making: &mut Making,
    of: Of<'_>,
    asked: &Asked<'_>,
    mut walk: Walk,
) -> Result<(Vec<(SamplePlace, Sample)>, bool), ApiError> {
    let wanted = usize::try_from(walk.limit).unwrap_or(0);
    let mut found = Vec::with_capacity(wanted);
    let mut looked_at = 0;
    // One more than is wanted tells whether there is more.
    walk.limit += 1;
    while looked_at < POINTS_MAX {
        let rows = samples::walk(state.db(), context.id(), of, walk).await?;
        let through = (rows.len() as i64) < walk.limit;
        looked_at += rows.len() as u64;
        making.rows_read += rows.len() as u64;
        walk.beside = rows.last().map(|(place, _)| *place).or(walk.beside);
        for (place, sample) in rows {
            if !asked.matches(&sample) {
                continue;
            }
            if found.len() == wanted {
                return Ok((found, true));
            }
            found.push((place, sample));
        }
        if through {
            break;
        }
        walk.limit = (walk.limit * 4).clamp(CHUNK, CHUNK_MAX);
    }
    Ok((found, false))
}
