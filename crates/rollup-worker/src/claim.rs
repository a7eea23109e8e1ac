//! The claim: one project, held by one worker, with the flushes that it counts in one transaction.

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use protocol::id::ProjectId;
use storage::pending::{self, ClaimSize, Pending};
use storage::work::{self, Work};
use storage::{Db, Transaction, counted};
use uuid::Uuid;

/// Which flushes of a project are wanted.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Wanted {
    /// The oldest.
    Oldest(ClaimSize),
    /// This one, to find out whether it is the one that fails.
    Only(Uuid),
}

/// A project's lock and its claimed flushes. Dropped without [`Claim::commit`], everything is as it was.
pub(crate) struct Claim {
    pub(crate) tx: Transaction,
    pub(crate) project: ProjectId,
    pub(crate) flushes: Vec<Pending>,
    /// When it was taken.
    pub(crate) now: DateTime<Utc>,
    /// The next free numbers; written back by [`Claim::commit`].
    pub(crate) work: Work,
    locked: Work,
}

impl Claim {
    /// Locks the project and claims flushes; `None` when another worker holds it or nothing is to be counted.
    pub(crate) async fn take(db: &Db, project: ProjectId, wanted: Wanted, now: DateTime<Utc>) -> anyhow::Result<Option<Self>> {
        work::ensure(db, project).await?;
        let mut tx = db.begin().await?;
        work::limit_waits(&mut tx).await?;
        let Some(locked) = work::lock(&mut tx, project).await? else {
            rollback(tx).await;
            return Ok(None);
        };
        let flushes = match wanted {
            Wanted::Oldest(size) => pending::claim(&mut tx, project, size, now).await?,
            Wanted::Only(flush_id) => pending::claim_one(&mut tx, project, flush_id).await?.into_iter().collect(),
        };
        if flushes.is_empty() {
            rollback(tx).await;
            return Ok(None);
        }
        Ok(Some(Self { tx, project, flushes, now, work: locked, locked }))
    }

    /// A project that is locked for something else than its flushes.
    pub(crate) fn without_flushes(tx: Transaction, project: ProjectId, locked: Work, now: DateTime<Utc>) -> Self {
        Self { tx, project, flushes: Vec::new(), now, work: locked, locked }
    }

    /// Writes the numbers back, if some were taken.
    pub(crate) async fn write_numbers(&mut self) -> anyhow::Result<()> {
        if self.work != self.locked {
            work::advance(&mut self.tx, self.project, self.work).await?;
        }
        Ok(())
    }

    /// Takes the flushes off the list, notes when that was, and writes the numbers back, without committing.
    pub(crate) async fn finish(&mut self) -> anyhow::Result<()> {
        self.write_numbers().await?;
        let ids: Vec<Uuid> = self.flushes.iter().map(|flush| flush.flush_id).collect();
        let removed = pending::remove(&mut self.tx, self.project, &ids).await?;
        anyhow::ensure!(removed == ids.len() as u64, "{removed} of {} claimed flushes were still pending", ids.len());
        // An older version's note knows only its events and points.
        let items = self.flushes.iter().map(|flush| i64::from(flush.items).max(i64::from(flush.events) + i64::from(flush.points))).sum();
        counted::insert(&mut self.tx, self.project, self.now, &ids, items).await?;
        Ok(())
    }

    /// Makes it so.
    pub(crate) async fn commit(self) -> anyhow::Result<()> {
        self.tx.commit().await.map_err(storage::Error::from).context("commit a claim")
    }

    /// Leaves everything as it was. Once this returns, the next try finds the project free.
    pub(crate) async fn give_up(self) {
        rollback(self.tx).await;
    }
}

/// A dropped transaction is rolled back too, but some time later: until then the project would look as if another worker
/// held it. A connection that breaks here has ended its transaction as well.
async fn rollback(tx: Transaction) {
    let _ = tx.rollback().await;
}
