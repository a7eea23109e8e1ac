//! What every question needs.

use std::sync::Arc;
use std::time::Duration;

use protocol::time::Clock;
use storage::Db;
use tokio::sync::watch;

use crate::access::{Access, AccessConfig};
use crate::engine::Engine;
use crate::live::LiveWindows;
use crate::people::PersonsCache;

/// Fills a buffer with random bytes that nobody can guess.
pub type Random = fn(&mut [u8]);

/// How questions are answered.
#[derive(Clone, Debug)]
pub struct QueryConfig {
    /// Who may ask, and how.
    pub access: AccessConfig,
    /// The longest that one answer may take.
    pub budget: Duration,
    /// How often a project's live figures are refreshed while somebody looks.
    pub live_refresh: Duration,
    /// Live streams open at the same time.
    pub live_streams_max: usize,
    /// Bytes of decoded columns that are kept in memory.
    pub column_cache_bytes: u64,
}

impl Default for QueryConfig {
    fn default() -> Self {
        Self {
            access: AccessConfig::default(),
            budget: Duration::from_secs(10),
            live_refresh: Duration::from_secs(1),
            live_streams_max: 256,
            column_cache_bytes: 256 << 20,
        }
    }
}

/// What a [`QueryState`] is made of.
pub struct QueryParts {
    /// The query role's own pool.
    pub db: Db,
    /// The source of the current time.
    pub clock: Clock,
    /// The source of tokens and keys.
    pub random: Random,
    /// How questions are answered.
    pub config: QueryConfig,
    /// Becomes `true` when the process stops: open streams end then.
    pub shutdown: watch::Receiver<bool>,
}

/// What every question needs. Cheap to clone.
#[derive(Clone)]
pub struct QueryState(Arc<Shared>);

struct Shared {
    access: Access,
    db: Db,
    clock: Clock,
    random: Random,
    live: LiveWindows,
    engine: Engine,
    persons: PersonsCache,
    config: QueryConfig,
    shutdown: watch::Receiver<bool>,
}

impl QueryState {
    /// Makes the state. Asks nobody.
    pub fn new(parts: QueryParts) -> Self {
        let QueryParts { db, clock, random, config, shutdown } = parts;
        let access = Access::new(db.clone(), clock.clone(), random, config.access.clone());
        let live = LiveWindows::new(config.live_streams_max);
        let engine = Engine::new(config.column_cache_bytes);
        Self(Arc::new(Shared { access, db, clock, random, live, engine, persons: PersonsCache::default(), config, shutdown }))
    }

    /// Who may ask.
    pub fn access(&self) -> &Access {
        &self.0.access
    }

    /// The source of the current time.
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// The source of ids.
    pub(crate) fn random(&self) -> Random {
        self.0.random
    }

    pub(crate) fn live(&self) -> &LiveWindows {
        &self.0.live
    }

    pub(crate) fn persons(&self) -> &PersonsCache {
        &self.0.persons
    }

    pub(crate) fn engine(&self) -> &Engine {
        &self.0.engine
    }

    /// Bytes of decoded columns that are kept.
    pub fn column_cache_bytes(&self) -> u64 {
        self.0.engine.bytes()
    }

    /// Forgets every decoded column: what is asked next is read from the database.
    pub fn forget_columns(&self) {
        self.0.engine.forget();
    }

    /// Forgets what was counted: what is asked next is counted anew.
    pub fn forget_answers(&self) {
        self.0.engine.answers().forget();
    }

    pub(crate) fn db(&self) -> &Db {
        &self.0.db
    }

    pub(crate) fn config(&self) -> &QueryConfig {
        &self.0.config
    }

    pub(crate) fn shutdown(&self) -> watch::Receiver<bool> {
        self.0.shutdown.clone()
    }
}

impl std::fmt::Debug for QueryState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("QueryState")
    }
}
