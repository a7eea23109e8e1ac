//! When each value of an attribute came up: its first event ever, as far back as segments reach.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use analysis::segment::{Attribute, ColumnKey, DAY_MS, first_times};
use chrono::{DateTime, Utc};
use protocol::filter::Filter;

use super::load::{self, Ties, Wanted};
use super::run;
use crate::access::ProjectContext;
use crate::{ApiError, QueryState};

/// Of everybody's events before a time, bots included.
///
/// # Errors
/// When the database does not answer, or more would have to be read than the server allows.
pub(crate) async fn first_of_each(
    state: &QueryState,
    context: &ProjectContext,
    attribute: Attribute,
    until: DateTime<Utc>,
) -> Result<HashMap<Arc<str>, DateTime<Utc>>, ApiError> {
    let columns = BTreeSet::from([ColumnKey::Time, ColumnKey::Text(attribute)]);
    let wanted = Wanted { from: DateTime::UNIX_EPOCH, until, prune: &Filter::all(), columns: &columns, ties: Ties::Nowhere };
    let load::Loaded { segments, blocks } = load::load(state, context, &wanted).await?;
    let (kept, project) = (state.clone(), context.id());
    run(state, move |_| {
        let mut first = HashMap::<Arc<str>, i64>::new();
        for (segment, block) in segments.into_iter().zip(&blocks) {
            let make = || first_times(block, &ColumnKey::Text(attribute)).into();
            let midnight = i64::from(block.day.to_epoch_days()) * DAY_MS;
            for (value, ms) in kept.engine().first_times(project, segment, attribute, make).iter() {
                let at = midnight + i64::from(*ms);
                first.entry(Arc::clone(value)).and_modify(|known| *known = at.min(*known)).or_insert(at);
            }
        }
        let time = |(value, ms)| Some((value, DateTime::from_timestamp_millis(ms)?));
        Ok(first.into_iter().filter_map(time).collect())
    })
    .await
}
