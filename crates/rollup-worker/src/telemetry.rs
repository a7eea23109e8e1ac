//! What the worker says about itself.

use chrono::{DateTime, Utc};
use storage::Db;
use storage::pending;

use crate::count::Counted;

/// Adds a claim to the totals.
pub(crate) fn counted(counted: Counted) {
    metrics::counter!("throughline_worker_flushes_total").increment(counted.flushes);
    metrics::counter!("throughline_worker_events_total").increment(counted.events);
    metrics::counter!("throughline_worker_points_total").increment(counted.points);
}

/// Reports the state of the queue: the age of the oldest flush that waits, and flushes that failed for good.
pub(crate) async fn report_backlog(db: &Db, now: DateTime<Utc>) -> anyhow::Result<()> {
    let backlog = pending::backlog(db).await?;
    let lag = backlog.oldest.map_or(0.0, |oldest| (now - oldest).as_seconds_f64().max(0.0));
    metrics::gauge!("throughline_worker_lag_seconds").set(lag);
    metrics::gauge!("throughline_worker_poisoned_flushes").set(backlog.poisoned as f64);
    Ok(())
}
