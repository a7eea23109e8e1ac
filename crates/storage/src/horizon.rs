//! How far a project's figures reach, at both ends.

use chrono::{DateTime, NaiveDate, Utc};
use protocol::id::ProjectId;

use crate::{Db, Result};

/// What is known of a project's figures at one moment.
#[derive(Clone, Copy, Debug)]
pub struct Horizon {
    /// When the oldest live flush that is not counted was committed; `None` when all are counted. Imports are left out.
    pub oldest_pending: Option<DateTime<Utc>>,
    /// The number that every change of the project's identity links raises; 0 before the first.
    pub links_version: i64,
    /// Retention has taken segments of days before this one.
    pub segments_from: Option<NaiveDate>,
    /// The last quarter before that day in which something happened.
    pub last_without: Option<DateTime<Utc>>,
    /// Events from before there were segments are counted and not yet in any.
    pub has_debts: bool,
}

/// The horizon of a project.
///
/// # Errors
/// When the database refuses.
pub async fn read(db: &Db, project: ProjectId) -> Result<Horizon> {
    Ok(sqlx::query_file_as!(Horizon, "sql/horizon/read.sql", project.0).fetch_one(&db.pool).await?)
}

impl Horizon {
    /// Whether every event from `from` on that is in the rollup is in a segment too.
    pub fn segments_cover(&self, from: DateTime<Utc>) -> bool {
        !self.has_debts && !self.segments_lack(from)
    }

    /// Whether some event from `from` on, a quarter's start, is no longer in segments while the rollup counts it.
    pub fn segments_lack(&self, from: DateTime<Utc>) -> bool {
        self.last_without.is_some_and(|last| last >= from)
    }
}
