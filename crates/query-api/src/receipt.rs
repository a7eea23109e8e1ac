//! Measures an answer while it is made, and says how complete it is.

use std::time::Instant;

use chrono::{DateTime, TimeDelta, Utc};
use protocol::analyses::Scope;
use protocol::receipt::{Accuracy, BotRule, Missing, Receipt};
use storage::horizon::{self, Horizon};

use crate::access::ProjectContext;
use crate::{ApiError, QueryState};

/// A flush takes its time of receipt when it begins and commits within this time, or is given up.
pub(crate) const COMMIT_TAKES_AT_MOST: TimeDelta = TimeDelta::seconds(2);
/// A bucket stays open for this long after everything that was received before its end is counted: clients are late.
const BUCKET_WAITS: TimeDelta = TimeDelta::seconds(60);

/// An answer in the making.
pub(crate) struct Making {
    began: Instant,
    /// The time of the answer.
    pub(crate) now: DateTime<Utc>,
    /// Everything that was received before this is in what is read from here on.
    pub(crate) complete_through: DateTime<Utc>,
    /// What was known before anything was read.
    horizon: Option<Horizon>,
    /// Rows read so far.
    pub(crate) rows_read: u64,
    /// Events that could not be read.
    pub(crate) missing: Option<Missing>,
    /// Some signals count more than one.
    pub(crate) weighted: bool,
}

impl Making {
    /// Begins an answer that is read from rollups. Asks how far they reach *before* the rollups are read: one that is
    /// counted in between makes the answer more complete than it says, never less.
    pub(crate) async fn from_rollups(state: &QueryState, context: &ProjectContext) -> Result<Self, ApiError> {
        let began = Instant::now();
        let now = state.clock().now();
        let horizon = horizon::read(state.db(), context.id()).await?;
        let settled = now - COMMIT_TAKES_AT_MOST;
        Ok(Self {
            began,
            now,
            complete_through: horizon.oldest_pending.map_or(settled, |oldest| oldest.min(settled)),
            horizon: Some(horizon),
            rows_read: 0,
            missing: None,
            weighted: false,
        })
    }

    /// Begins an answer that is read from raw rows.
    pub(crate) fn from_rows(state: &QueryState) -> Self {
        let now = state.clock().now();
        Self {
            began: Instant::now(),
            now,
            complete_through: now - COMMIT_TAKES_AT_MOST,
            horizon: None,
            rows_read: 0,
            missing: None,
            weighted: false,
        }
    }

    /// How far the project's figures reach, as of the beginning.
    ///
    /// # Errors
    /// When the database does not answer.
    pub(crate) async fn horizon(&self, state: &QueryState, context: &ProjectContext) -> Result<Horizon, ApiError> {
        match self.horizon {
            Some(horizon) => Ok(horizon),
            None => Ok(horizon::read(state.db(), context.id()).await?),
        }
    }

    /// A bucket that ends at `end` may still change.
    pub(crate) fn is_open(&self, end: DateTime<Utc>) -> bool {
        end + BUCKET_WAITS > self.complete_through
    }

    /// The receipt of the finished answer. A bucket that is not over ends in the future: the receipt speaks of the range up
    /// to now, or else it would miss what nobody can have sent yet.
    pub(crate) fn receipt(
        &self,
        context: &ProjectContext,
        counted: impl Into<String>,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
        accuracy: Accuracy,
    ) -> Receipt {
        Receipt {
            counted: counted.into(),
            from,
            until: until.min(self.now),
            zone: context.project().zone.clone(),
            filter: String::new(),
            bots: BotRule::Humans,
            accuracy,
            complete_through: self.complete_through,
            missing: self.missing,
            weighted: self.weighted,
            rows_read: self.rows_read,
            elapsed_ms: self.began.elapsed().as_secs_f64() * 1_000.0,
        }
    }

    /// The receipt of an analysis.
    pub(crate) fn receipt_of(
        &self,
        context: &ProjectContext,
        counted: impl Into<String>,
        scope: &Scope,
        (from, until): (DateTime<Utc>, DateTime<Utc>),
        accuracy: Accuracy,
    ) -> Receipt {
        Receipt { filter: scope.filter.to_string(), bots: scope.bots, ..self.receipt(context, counted, from, until, accuracy) }
    }
}
