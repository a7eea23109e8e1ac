//! Rounds over all projects, one claim each, so that a busy project does not starve the others.

use chrono::{DateTime, Utc};
use protocol::id::ProjectId;
use protocol::time::Clock;
use storage::Db;
use storage::pending::{self, ATTEMPTS_MAX};
use uuid::Uuid;

use crate::claim::Wanted;
use crate::config::Config;
use crate::count::{Counted, count};
use crate::telemetry;

/// Counts what is pending, until nothing is left that can be counted now. What another worker holds is left to it.
///
/// # Errors
/// When the database is away; what was counted stays counted.
pub async fn run_once(db: &Db, clock: &Clock) -> anyhow::Result<Counted> {
    run_once_with(db, clock, &Config::new(|| 0.5)).await
}

/// As [`run_once`], in claims of another size.
///
/// # Errors
/// As [`run_once`].
pub async fn run_once_with(db: &Db, clock: &Clock, config: &Config) -> anyhow::Result<Counted> {
    let mut total = Counted::default();
    loop {
        let counted = round(db, clock, config, || false).await?;
        if counted == Counted::default() {
            return Ok(total);
        }
        total += counted;
    }
}

/// One claim of each project that has something pending, until it is time to stop. One project may fail and the others
/// still get their turn; a second failure means that the database is ill, and every further wait would be in vain.
pub(crate) async fn round(db: &Db, clock: &Clock, config: &Config, is_stopped: impl Fn() -> bool) -> anyhow::Result<Counted> {
    let mut total = Counted::default();
    let mut failed = None;
    for project in pending::projects(db).await? {
        if is_stopped() {
            break;
        }
        match count_project(db, project, clock.now(), config).await {
            Ok(counted) => total += counted,
            Err(error) if failed.is_none() => failed = Some(error.context(format!("project {project}"))),
            Err(error) => return Err(error),
        }
    }
    failed.map_or(Ok(total), Err)
}

/// One claim of a project. When it fails for a reason of its own, its flushes are counted one by one, so that only the
/// guilty one suffers.
async fn count_project(db: &Db, project: ProjectId, now: DateTime<Utc>, config: &Config) -> anyhow::Result<Counted> {
    let failed = match count(db, project, Wanted::Oldest(config.claim), now, config).await {
        Ok(counted) => {
            telemetry::counted(counted);
            return Ok(counted);
        }
        Err(failed) if failed.is_passing() => return Err(failed.error),
        Err(failed) => failed,
    };
    if let [flush_id] = failed.flushes[..] {
        record_failure(db, project, flush_id, &failed.error, now).await?;
        return Ok(Counted::default());
    }
    let mut total = Counted::default();
    for flush_id in failed.flushes {
        match count(db, project, Wanted::Only(flush_id), now, config).await {
            Ok(counted) => {
                telemetry::counted(counted);
                total += counted;
            }
            Err(failed) if failed.is_passing() => return Err(failed.error),
            Err(failed) => record_failure(db, project, flush_id, &failed.error, now).await?,
        }
    }
    Ok(total)
}

/// Notes the failure with the flush, which becomes a dead letter with its last try.
async fn record_failure(db: &Db, project: ProjectId, flush_id: Uuid, error: &anyhow::Error, now: DateTime<Utc>) -> anyhow::Result<()> {
    let reason = format!("{error:#}");
    let Some(attempts) = pending::record_failure(db, project, flush_id, &reason, now).await? else {
        return Ok(());
    };
    if attempts >= ATTEMPTS_MAX {
        tracing::error!(project.id = project.0, flush.id = %flush_id, attempts, error = reason, "a flush cannot be counted and is a dead letter now");
    } else {
        tracing::warn!(project.id = project.0, flush.id = %flush_id, attempts, error = reason, "a flush was not counted and will be tried again");
    }
    Ok(())
}
