//! The books of delivery, by the hour of commit. Only the holder of the project's [`crate::work`] row writes here.

use chrono::{DateTime, Utc};
use protocol::id::ProjectId;
use protocol::outcome::OutcomeCount;

use crate::{Result, Transaction};

/// A change of one hour's books.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HourOutcome {
    /// Its start.
    pub hour: DateTime<Utc>,
    /// What is added.
    pub count: OutcomeCount,
}

/// Adds to the books. No two changes may have the same hour, signal, outcome, reason and SDK.
///
/// # Errors
/// When the database refuses.
pub async fn add(tx: &mut Transaction, project: ProjectId, changes: &[HourOutcome]) -> Result<()> {
    let hours: Vec<DateTime<Utc>> = changes.iter().map(|change| change.hour).collect();
    let signals: Vec<String> = changes.iter().map(|change| change.count.signal.word().to_owned()).collect();
    let outcomes: Vec<String> = changes.iter().map(|change| change.count.outcome.word().to_owned()).collect();
    let reasons: Vec<String> = changes.iter().map(|change| change.count.reason.clone()).collect();
    let sdks: Vec<String> = changes.iter().map(|change| change.count.sdk.clone()).collect();
    let ns: Vec<i64> = changes.iter().map(|change| change.count.n).collect();
    sqlx::query_file!("sql/outcomes/add.sql", project.0, &hours, &signals, &outcomes, &reasons, &sdks, &ns).execute(&mut **tx).await?;
    Ok(())
}
