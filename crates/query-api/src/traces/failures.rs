//! How many spans of each trace failed.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use protocol::trace::TraceId;
use storage::traces;

use super::search::LOOKED_AT_MAX;
use crate::access::ProjectContext;
use crate::receipt::Making;
use crate::{ApiError, QueryState};

/// So long before and after the time that is asked for, spans of its traces are still looked for.
const AROUND: TimeDelta = TimeDelta::hours(1);

/// The failed spans of the traces of a time.
#[derive(Default)]
pub(super) struct Failures {
    by_trace: HashMap<TraceId, u64>,
    /// Where not all could be looked at: what began before is not known.
    pub(super) known_from: Option<DateTime<Utc>>,
}

impl Failures {
    /// Those of the newest failed spans of the time, and of as many that follow: these must not take the place of its own.
    pub(super) async fn of(
        state: &QueryState,
        context: &ProjectContext,
        making: &mut Making,
        (from, until): (DateTime<Utc>, DateTime<Utc>),
    ) -> Result<Self, ApiError> {
        let found = traces::failures(state.db(), context.id(), from - AROUND, until, LOOKED_AT_MAX).await?;
        let later = traces::failures(state.db(), context.id(), until, until + AROUND, LOOKED_AT_MAX).await?;
        let cut = found.iter().map(|one| one.failed).sum::<u64>() >= LOOKED_AT_MAX.unsigned_abs();
        let known_from = found.iter().map(|one| one.first).min().filter(|first| cut && *first > from);
        let mut by_trace = HashMap::new();
        for one in found.into_iter().chain(later) {
            making.rows_read += one.failed;
            *by_trace.entry(one.trace).or_default() += one.failed;
        }
        Ok(Self { by_trace, known_from })
    }

    pub(super) fn in_trace(&self, trace: TraceId) -> u64 {
        self.by_trace.get(&trace).copied().unwrap_or_default()
    }

    /// The traces that have any.
    pub(super) fn traces(&self) -> Vec<TraceId> {
        self.by_trace.keys().copied().collect()
    }
}
