//! One claim, from lock to commit.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use protocol::id::ProjectId;
use storage::Db;
use uuid::Uuid;

use crate::claim::{Claim, Wanted};
use crate::config::Config;
use crate::stage::Stage;
use crate::{
    admit_routes, book_outcomes, book_usage, count_events, count_issues, count_points, forget, intern_actors, link_identities, read_events,
    write_segments,
};

/// What was counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Counted {
    pub flushes: u64,
    pub events: u64,
    pub points: u64,
}

impl std::ops::AddAssign for Counted {
    fn add_assign(&mut self, other: Self) {
        self.flushes += other.flushes;
        self.events += other.events;
        self.points += other.points;
    }
}

/// Why a claim was not counted, and which flushes it held.
#[derive(Debug)]
pub(crate) struct Failed {
    /// Empty when it failed before it held any.
    pub(crate) flushes: Vec<Uuid>,
    pub(crate) error: anyhow::Error,
}

impl Failed {
    /// The database was the reason, not the flushes: the same claim may succeed later.
    pub(crate) fn is_passing(&self) -> bool {
        self.flushes.is_empty() || self.error.chain().filter_map(|cause| cause.downcast_ref()).any(storage::Error::is_passing)
    }
}

/// Counts one claim of a project. Nothing is counted when another worker holds the project or nothing is pending.
pub(crate) async fn count(db: &Db, project: ProjectId, wanted: Wanted, now: DateTime<Utc>, config: &Config) -> Result<Counted, Failed> {
    let claim = Claim::take(db, project, wanted, now).await.map_err(|error| Failed { flushes: Vec::new(), error })?;
    let Some(claim) = claim else {
        return Ok(Counted::default());
    };
    let flushes: Vec<Uuid> = claim.flushes.iter().map(|flush| flush.flush_id).collect();
    // In a task of its own: a panic over one flush's rows becomes that flush's error, and leaves the worker alive.
    let config = Arc::new(config.clone());
    let counting = AbortOnDrop(tokio::spawn(async move { settle(claim, now, &config).await }));
    counting.join().await.map_err(|error| Failed { flushes, error })
}

async fn settle(mut claim: Claim, now: DateTime<Utc>, config: &Config) -> anyhow::Result<Counted> {
    match fill_rollups(&mut claim, now, config).await {
        Ok(counted) => {
            claim.commit().await?;
            config.reached(Stage::Committed)?;
            Ok(counted)
        }
        Err(error) => {
            claim.give_up().await;
            Err(error)
        }
    }
}

async fn fill_rollups(claim: &mut Claim, now: DateTime<Utc>, config: &Config) -> anyhow::Result<Counted> {
    config.reached(Stage::Claimed)?;
    forget::forget_erased(claim).await?;
    link_identities::link_identities(claim).await?;
    config.reached(Stage::IdentitiesLinked)?;
    let events = settle_events(claim, config).await?;
    count_issues::count_issues(claim).await?;
    config.reached(Stage::IssuesCounted)?;
    let points = count_points::count_points(claim, now, &config.series).await?;
    config.reached(Stage::PointsCounted)?;
    book_outcomes::book_outcomes(claim).await?;
    book_usage::book_usage(claim).await?;
    config.reached(Stage::OutcomesBooked)?;
    claim.finish().await?;
    config.reached(Stage::Removed)?;
    Ok(Counted { flushes: claim.flushes.len() as u64, events, points })
}

/// Reads the claim's events, numbers their actors, and puts them into quarters and segments.
async fn settle_events(claim: &mut Claim, config: &Config) -> anyhow::Result<u64> {
    let events = read_events::read_events(claim).await?;
    if !events.is_empty() {
        let numbers = intern_actors::intern(claim, &events).await?;
        let beyond = admit_routes::beyond_limit(claim, &events).await?;
        count_events::count_events(claim, &events, &numbers, &beyond).await?;
        config.reached(Stage::EventsCounted)?;
        write_segments::write_segments(claim, &events, &numbers, &beyond).await?;
    }
    config.reached(Stage::SegmentsWritten)?;
    Ok(events.len() as u64)
}

/// A task that ends with its owner, so that a stopped worker leaves no transaction open.
struct AbortOnDrop(tokio::task::JoinHandle<anyhow::Result<Counted>>);

impl AbortOnDrop {
    async fn join(mut self) -> anyhow::Result<Counted> {
        match (&mut self.0).await {
            Ok(counted) => counted,
            Err(error) => match error.try_into_panic() {
                Ok(panic) => Err(anyhow::anyhow!("counting panicked: {}", message(&*panic))),
                Err(error) => Err(error.into()),
            },
        }
    }
}

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

fn message(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
}
