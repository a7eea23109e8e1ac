//! The pools: ingest, worker and query each have their own, so that none starves another.

use std::time::Duration;

use anyhow::Context as _;
use protocol::time::Clock;
use storage::{Db, PoolSize, partitions};

/// One for each committer (4), import (2) and look-up of a key (2), the drain, the clerk and the heartbeat, and some for
/// quotas and signs of life, so that none waits for another.
const INGEST: PoolSize = PoolSize { connections_max: 14, wait_max: Duration::from_millis(700), statement_max: Duration::from_secs(10) };
const WORKER: PoolSize = PoolSize { connections_max: 4, wait_max: Duration::from_secs(5), statement_max: Duration::from_secs(60) };
const QUERY: PoolSize = PoolSize { connections_max: 12, wait_max: Duration::from_secs(1), statement_max: Duration::from_secs(10) };
const TOOL: PoolSize = PoolSize { connections_max: 2, wait_max: Duration::from_secs(10), statement_max: Duration::from_secs(300) };

/// One pool per role.
pub(crate) struct Pools {
    pub(crate) ingest: Db,
    pub(crate) worker: Db,
    pub(crate) query: Db,
}

impl Pools {
    pub(crate) async fn connect(url: &str) -> anyhow::Result<Self> {
        let (ingest, worker, query) = tokio::try_join!(
            Db::connect(url, "throughline ingest", INGEST),
            Db::connect(url, "throughline worker", WORKER),
            Db::connect(url, "throughline query", QUERY),
        )
        .with_context(|| unreachable(url))?;
        Ok(Self { ingest, worker, query })
    }

    pub(crate) async fn close(&self) {
        tokio::join!(self.ingest.close(), self.worker.close(), self.query.close());
    }
}

/// A small pool for a command.
pub(crate) async fn connect(url: &str) -> anyhow::Result<Db> {
    Db::connect(url, "throughline command", TOOL).await.with_context(|| unreachable(url))
}

/// Brings the schema up to date and makes the partitions of the days around today.
pub(crate) async fn prepare(url: &str, clock: &Clock) -> anyhow::Result<Db> {
    Db::create_if_missing(url).await.with_context(|| unreachable(url))?;
    let db = connect(url).await?;
    db.migrate().await.context("the schema could not be brought up to date")?;
    partitions::ensure(&db, clock.now()).await.context("the day partitions could not be made")?;
    Ok(db)
}

/// Names the server without the password.
fn unreachable(url: &str) -> String {
    let server = url.rsplit_once('@').map_or(url, |(_, server)| server);
    format!("the database at {server} cannot be used; is it running, and is DATABASE_URL right?")
}
