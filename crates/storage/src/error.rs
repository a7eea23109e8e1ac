//! What can go wrong between us and Postgres, sorted by what the caller can do about it.

/// The result of a storage function.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A failed statement.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No connection, or it broke, or the server cannot take anything now (no disk, no memory, read-only): the statement may
    /// or may not have happened. Try the whole transaction again.
    #[error("the database is away: {0}")]
    Away(#[source] sqlx::Error),
    /// Another transaction was in the way (deadlock, lock timeout, serialisation). Try the whole transaction again.
    #[error("the database was busy: {0}")]
    Busy(#[source] sqlx::Error),
    /// The statement took longer than its budget.
    #[error("the statement was cancelled: {0}")]
    Cancelled(#[source] sqlx::Error),
    /// No commit came in time, although nothing else is known to be wrong.
    #[error("no commit came in time")]
    Late,
    /// A row with this key exists.
    #[error("there is one already: {0}")]
    Taken(#[source] sqlx::Error),
    /// A text holds what Postgres cannot, such as NUL.
    #[error("a text cannot be used: {0}")]
    Text(#[source] sqlx::Error),
    /// Anything else: a fault of ours or of the data.
    #[error("{0}")]
    Failed(#[source] sqlx::Error),
    /// The migrations could not be brought up to date.
    #[error("migration failed: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// The database is not usable for us, and what to do.
    #[error("{0}")]
    Unfit(String),
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => {
                Self::Away(error)
            }
            sqlx::Error::Database(database) => match database.code().as_deref().unwrap_or_default() {
                // Classes 53, 57 and 58: out of disk, memory or connections, an operator intervened, the system failed. XX000
                // is how a distributed database reports a lost node.
                "57014" => Self::Cancelled(error),
                code if ["08", "53", "57", "58"].iter().any(|class| code.starts_with(class)) => Self::Away(error),
                "25006" | "XX000" => Self::Away(error),
                code if code.starts_with("40") || code == "55P03" => Self::Busy(error),
                "23505" => Self::Taken(error),
                "22021" | "22P05" => Self::Text(error),
                _ => Self::Failed(error),
            },
            _ => Self::Failed(error),
        }
    }
}

impl Error {
    /// The same transaction may succeed when it is tried again.
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Away(_) | Self::Busy(_) | Self::Late)
    }

    /// The data is to blame, whoever sends it and whenever: a text or number that Postgres cannot hold, a row or an index
    /// entry that is too large, a broken constraint (SQLSTATE classes 22, 54 and 23). A missing partition is not.
    pub fn is_of_data(&self) -> bool {
        match self {
            Self::Text(_) | Self::Taken(_) => true,
            Self::Failed(sqlx::Error::Database(error)) => match error.code().as_deref().unwrap_or_default() {
                "23514" => !self.has_no_partition(),
                code => ["22", "23", "54"].iter().any(|class| code.starts_with(class)),
            },
            _ => false,
        }
    }

    /// A row's day has no partition. Shares its SQLSTATE with a broken check, which names its constraint.
    pub fn has_no_partition(&self) -> bool {
        matches!(self, Self::Failed(sqlx::Error::Database(error)) if error.code().as_deref() == Some("23514") && error.constraint().is_none())
    }

    /// The database is known to be away, or did not answer in time: nobody waited for its own error.
    pub fn away() -> Self {
        Self::Away(sqlx::Error::PoolTimedOut)
    }

    /// The database cannot be reached.
    pub fn is_away(&self) -> bool {
        matches!(self, Self::Away(_))
    }
}
