//! The books of delivery, by the hour of commit. Only the holder of the project's [`crate::work`] row writes here.
//!
//! Rows with a word that this version does not know are left out of what is read.

use chrono::{DateTime, Utc};
use protocol::id::ProjectId;
use protocol::outcome::{Outcome, OutcomeCount, Signal};

use crate::{Db, Result, Transaction};

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

/// The SDKs that the books of an hour name.
///
/// # Errors
/// When the database refuses.
pub async fn sdks(tx: &mut Transaction, project: ProjectId, hour: DateTime<Utc>) -> Result<Vec<String>> {
    Ok(sqlx::query_scalar!("select distinct sdk from outcome_hourly where project_id = $1 and hour = $2", project.0, hour)
        .fetch_all(&mut **tx)
        .await?)
}

/// The reasons that the books of an hour name for an outcome.
///
/// # Errors
/// When the database refuses.
pub async fn reasons(tx: &mut Transaction, project: ProjectId, hour: DateTime<Utc>, outcome: Outcome) -> Result<Vec<String>> {
    Ok(sqlx::query_scalar!(
        "select distinct reason from outcome_hourly where project_id = $1 and hour = $2 and outcome = $3",
        project.0,
        hour,
        outcome.word()
    )
    .fetch_all(&mut **tx)
    .await?)
}

/// Items of one hour, signal and outcome, of every SDK.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct HourSum {
    pub hour: DateTime<Utc>,
    pub signal: Signal,
    pub outcome: Outcome,
    pub n: u64,
}

/// The books by hour, of hours that begin in the range.
///
/// # Errors
/// When the database refuses.
pub async fn by_hour(db: &Db, project: ProjectId, from: DateTime<Utc>, until: DateTime<Utc>) -> Result<Vec<HourSum>> {
    let rows = sqlx::query!(
        r#"select hour, signal, outcome, sum(n)::int8 as "n!" from outcome_hourly
           where project_id = $1 and hour >= $2 and hour < $3 group by hour, signal, outcome order by hour, signal, outcome"#,
        project.0,
        from,
        until
    )
    .fetch_all(&db.pool)
    .await?;
    let sum = |hour, signal: &str, outcome: &str, n: i64| {
        Some(HourSum {
            hour,
            signal: Signal::from_word(signal)?,
            outcome: Outcome::from_word(outcome)?,
            n: u64::try_from(n).unwrap_or_default(),
        })
    };
    Ok(rows.into_iter().filter_map(|row| sum(row.hour, &row.signal, &row.outcome, row.n)).collect())
}

/// Items of one signal, SDK and outcome over a range.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct SenderSum {
    pub signal: Signal,
    pub sdk: String,
    pub outcome: Outcome,
    pub n: u64,
}

/// The books by sender, of hours that begin in the range.
///
/// # Errors
/// When the database refuses.
pub async fn by_sender(db: &Db, project: ProjectId, from: DateTime<Utc>, until: DateTime<Utc>) -> Result<Vec<SenderSum>> {
    let rows = sqlx::query!(
        r#"select signal, sdk, outcome, sum(n)::int8 as "n!" from outcome_hourly
           where project_id = $1 and hour >= $2 and hour < $3 group by signal, sdk, outcome order by signal, sdk, outcome"#,
        project.0,
        from,
        until
    )
    .fetch_all(&db.pool)
    .await?;
    let sum = |signal: &str, sdk, outcome: &str, n: i64| {
        Some(SenderSum {
            signal: Signal::from_word(signal)?,
            sdk,
            outcome: Outcome::from_word(outcome)?,
            n: u64::try_from(n).unwrap_or_default(),
        })
    };
    Ok(rows.into_iter().filter_map(|row| sum(&row.signal, row.sdk, &row.outcome, row.n)).collect())
}

/// Items of one signal, outcome and reason over a range.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct ReasonSum {
    pub signal: Signal,
    pub outcome: Outcome,
    pub reason: String,
    pub n: u64,
}

/// The reasons of what has one, of hours that begin in the range, the most frequent first; of one signal where one is given.
///
/// # Errors
/// When the database refuses.
pub async fn by_reason(
    db: &Db,
    project: ProjectId,
    signal: Option<Signal>,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<ReasonSum>> {
    let rows = sqlx::query_file!("sql/outcomes/by_reason.sql", project.0, signal.map(Signal::word), from, until, limit)
        .fetch_all(&db.pool)
        .await?;
    let sum = |signal: &str, outcome: &str, reason, n: i64| {
        Some(ReasonSum {
            signal: Signal::from_word(signal)?,
            outcome: Outcome::from_word(outcome)?,
            reason,
            n: u64::try_from(n).unwrap_or_default(),
        })
    };
    Ok(rows.into_iter().filter_map(|row| sum(&row.signal, &row.outcome, row.reason, row.n)).collect())
}
