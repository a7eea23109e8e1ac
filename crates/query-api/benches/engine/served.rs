//! A query role over a database that holds the segments, at the end of their month.

use std::time::Duration;

use chrono::{DateTime, Utc};
use protocol::access::Project;
use protocol::time::Clock;
use query_api::{QueryConfig, QueryParts, QueryState};
use storage::segments;
use storage::{Db, PoolSize, projects, work};
use tokio::sync::watch;

use crate::segments::Segments;
use crate::traffic::{BEGIN_MS, DAY_MS, DAYS};

/// The project's word.
pub const SLUG: &str = "engine";
/// Room for every column that the questions read.
const CACHE_BYTES: u64 = 1 << 30;

/// The role, which ends when `running` is dropped.
#[allow(dead_code, reason = "shared with the bench of the pages")]
pub struct Served {
    pub db: Db,
    pub project: Project,
    pub state: QueryState,
    pub running: watch::Sender<bool>,
}

impl Served {
    /// Stores the segments in a fresh database.
    pub async fn over(url: &str, made: &Segments) -> Self {
        let size = PoolSize { connections_max: 4, wait_max: Duration::from_secs(5), statement_max: Duration::from_secs(600) };
        let db = Db::connect(url, "bench", size).await.expect("a database");
        db.migrate().await.expect("a schema");
        let project = projects::create(&db, SLUG, SLUG, "UTC", end()).await.expect("a project");
        store(&db, &project, made).await;
        let (running, shutdown) = watch::channel(false);
        let config = QueryConfig { column_cache_bytes: CACHE_BYTES, budget: Duration::from_secs(60), ..QueryConfig::default() };
        let parts = QueryParts { db: db.clone(), clock: Clock::fixed(end()), random: |bytes| bytes.fill(7), config, shutdown };
        Self { db, project, state: QueryState::new(parts), running }
    }
}

async fn store(db: &Db, project: &Project, made: &Segments) {
    work::ensure(db, project.id).await.expect("a row");
    for (number, stored) in (1..).zip(&made.stored) {
        let segment = stored.numbered(number);
        let mut tx = db.begin().await.expect("a transaction");
        segments::insert(&mut tx, project.id, &[segment], end()).await.expect("a segment");
        tx.commit().await.expect("a commit");
    }
}

/// The month is over.
pub fn end() -> DateTime<Utc> {
    DateTime::from_timestamp_millis(BEGIN_MS + DAYS * DAY_MS).unwrap_or_default()
}
