//! What the worker says about itself.

use chrono::{DateTime, Utc};
use storage::{Db, dead_letters, pending};

use crate::count::Counted;

/// Adds a claim to the totals.
pub(crate) fn counted(counted: Counted) {
    metrics::counter!("throughline_worker_flushes_total").increment(counted.flushes);
    metrics::counter!("throughline_worker_events_total").increment(counted.events);
    metrics::counter!("throughline_worker_points_total").increment(counted.points);
}

/// Reports the state of the queue: the age of the oldest flush that waits, and what became a dead letter.
pub(crate) async fn report_backlog(db: &Db, now: DateTime<Utc>) -> anyhow::Result<()> {
    let age = |since: Option<DateTime<Utc>>| since.map_or(0.0, |since| (now - since).as_seconds_f64().max(0.0));
    let dead = dead_letters::tally_of_all(db).await?;
    metrics::gauge!("throughline_worker_lag_seconds").set(age(pending::oldest_of_all(db).await?));
    metrics::gauge!("throughline_dead_letters").set(dead.letters as f64);
    metrics::gauge!("throughline_dead_letters_oldest_seconds").set(age(dead.oldest));
    Ok(())
}
