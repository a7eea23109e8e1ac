//! The pool and the migrator.

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Connection as _, PgPool};

use crate::{Error, Result};

/// The schema's migrations, also for `#[sqlx::test]`.
pub static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!("../../migrations");

/// The advisory lock of whoever migrates.
const MIGRATING: i64 = 0x7468_726f_7567_686c;

/// A transaction that a storage function takes part in.
pub type Transaction = sqlx::Transaction<'static, sqlx::Postgres>;

/// How many connections a pool opens, and how long a caller waits for one.
#[derive(Clone, Copy, Debug)]
pub struct PoolSize {
    /// At most this many.
    pub connections_max: u32,
    /// Then the caller gets [`Error::Away`].
    pub wait_max: Duration,
    /// Longest statement.
    pub statement_max: Duration,
}

/// A pool of connections to the one database. Ingest, worker and query each have their own, so that none starves another.
#[derive(Clone, Debug)]
pub struct Db {
    pub(crate) pool: PgPool,
}

/// The oldest server that has what the schema uses.
const SERVER_VERSION_MIN: i32 = 150_000;

impl Db {
    /// Connects, and refuses a server that is too old or would lose acknowledged commits.
    ///
    /// # Errors
    /// When the URL is wrong, nobody answers within the pool's wait, or the server is unfit.
    pub async fn connect(url: &str, name: &str, size: PoolSize) -> Result<Self> {
        let options: PgConnectOptions = url.parse()?;
        // As connection options, so that no statement is spent on them. A lock that takes longer than two seconds is
        // somebody else's fault: the caller tries again.
        let statement_ms = size.statement_max.as_millis().to_string();
        let options = options.application_name(name).options([
            ("statement_timeout", statement_ms.as_str()),
            ("lock_timeout", "2000"),
            ("idle_in_transaction_session_timeout", "30000"),
            ("timezone", "UTC"),
        ]);
        let pool = PgPoolOptions::new()
            .max_connections(size.connections_max)
            .acquire_timeout(size.wait_max)
            .idle_timeout(Duration::from_secs(300))
            .connect_with(options)
            .await?;
        let db = Self { pool };
        db.require_fit().await?;
        Ok(db)
    }

    /// A pool made elsewhere, for tests.
    pub fn from_pool(pool: PgPool) -> Self {
        Self { pool }
    }

    /// Creates the database that `url` names when it does not exist.
    ///
    /// # Errors
    /// When the server cannot be reached or refuses.
    pub async fn create_if_missing(url: &str) -> Result<()> {
        use sqlx::migrate::MigrateDatabase as _;
        if !sqlx::Postgres::database_exists(url).await? {
            sqlx::Postgres::create_database(url).await?;
        }
        Ok(())
    }

    async fn require_fit(&self) -> Result<()> {
        let (version, fsync, full_page_writes, synchronous_commit): (i32, String, String, String) = sqlx::query_as(
            "select current_setting('server_version_num')::int4, current_setting('fsync'), current_setting('full_page_writes'), current_setting('synchronous_commit')",
        )
        .fetch_one(&self.pool)
        .await?;
        if version < SERVER_VERSION_MIN {
            return Err(Error::Unfit(format!("Postgres {} is too old: 15 or newer is needed", version / 10_000)));
        }
        if fsync == "off" || full_page_writes == "off" || synchronous_commit == "off" {
            // Tests run without durability on purpose; a production server must be told.
            tracing::warn!(fsync, full_page_writes, synchronous_commit, "this Postgres can lose acknowledged data in a crash");
        }
        Ok(())
    }

    /// Brings the schema up to date; several processes may call it at once: one does, however long that takes, and the others wait.
    ///
    /// # Errors
    /// When a migration fails, or the database was migrated by a newer version.
    pub async fn migrate(&self) -> Result<()> {
        // A connection of its own: an index of a large table takes longer than any other statement may. The migrator has a lock,
        // too, but would wait for it no longer than for a row.
        let mut connection = self.pool.acquire().await?.detach();
        let in_turn = format!("set statement_timeout = 0; set lock_timeout = 0; select pg_advisory_lock({MIGRATING}); reset lock_timeout");
        sqlx::raw_sql(sqlx::AssertSqlSafe(in_turn)).execute(&mut connection).await?;
        MIGRATOR.run(&mut connection).await?;
        Ok(connection.close().await?)
    }

    /// Migrations of this version that the database has not seen; all of them when it was never migrated.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn missing_migrations(&self) -> Result<usize> {
        let there = sqlx::query_scalar!(r#"select to_regclass('_sqlx_migrations') is not null as "there!""#).fetch_one(&self.pool).await?;
        if !there {
            return Ok(MIGRATOR.iter().count());
        }
        let seen = sqlx::query_scalar::<_, i64>("select version from _sqlx_migrations where success").fetch_all(&self.pool).await?;
        Ok(MIGRATOR.iter().filter(|migration| !seen.contains(&migration.version)).count())
    }

    /// Begins a transaction.
    ///
    /// # Errors
    /// [`Error::Away`] when no connection is free within the pool's wait.
    pub async fn begin(&self) -> Result<Transaction> {
        Ok(self.pool.begin().await?)
    }

    /// Begins a transaction whose statements, and waits for locks, end before the caller gives up: what the caller no
    /// longer waits for must not be stored later, nor hold its locks.
    ///
    /// # Errors
    /// As [`Db::begin`].
    pub async fn begin_within(&self, statement_max: Duration, lock_max: Duration) -> Result<Transaction> {
        let [statement_ms, lock_ms] = [statement_max, lock_max].map(|max| max.as_millis());
        // One round trip instead of two; both are numbers.
        let begin = format!("begin; set local statement_timeout = {statement_ms}; set local lock_timeout = {lock_ms}");
        Ok(self.pool.begin_with(sqlx::AssertSqlSafe(begin)).await?)
    }

    /// Asks the server for a sign of life.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn ping(&self) -> Result<()> {
        let mut connection = self.pool.acquire().await?;
        Ok(connection.ping().await?)
    }

    /// Closes every connection once it is free.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}
