//! What keys have sent in a calendar month (UTC). Ingest notes it beside each flush; only the holder of the project's
//! [`crate::work`] row writes here.

use chrono::{DateTime, Datelike as _, NaiveDate, Utc};
use protocol::id::ProjectId;
use serde::{Deserialize, Serialize};

use crate::{Db, Result, Transaction};

/// Stored items of one key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyUsage {
    /// The key's number.
    pub key_id: i32,
    /// How many.
    pub n: i64,
}

/// Stored items of one key in one month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MonthUsage {
    /// Its first day.
    pub month: NaiveDate,
    /// What is added.
    pub usage: KeyUsage,
}

/// The first day of the month in which `at` lies.
pub fn month_of(at: DateTime<Utc>) -> NaiveDate {
    let day = at.date_naive();
    day.with_day(1).unwrap_or(day)
}

/// Adds to the months. No two changes may have the same month and key.
///
/// # Errors
/// When the database refuses.
pub async fn add(tx: &mut Transaction, project: ProjectId, changes: &[MonthUsage]) -> Result<()> {
    let months: Vec<NaiveDate> = changes.iter().map(|change| change.month).collect();
    let keys: Vec<i32> = changes.iter().map(|change| change.usage.key_id).collect();
    let ns: Vec<i64> = changes.iter().map(|change| change.usage.n).collect();
    sqlx::query!(
        "insert into usage_monthly (project_id, month, key_id, n)
         select $1, u.month, u.key_id, u.n from unnest($2::date[], $3::int4[], $4::int8[]) as u (month, key_id, n)
         on conflict (project_id, month, key_id) do update set n = usage_monthly.n + excluded.n",
        project.0,
        &months,
        &keys,
        &ns
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// What the project's keys have sent in the month that begins with that day, revoked ones included.
///
/// # Errors
/// When the database refuses.
pub async fn of_month(db: &Db, project: ProjectId, month: NaiveDate) -> Result<Vec<KeyUsage>> {
    Ok(sqlx::query_as!(KeyUsage, "select key_id, n from usage_monthly where project_id = $1 and month = $2", project.0, month)
        .fetch_all(&db.pool)
        .await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_is_named_by_its_first_day() {
        let month = |at: &str| month_of(at.parse().expect("a time")).to_string();
        assert_eq!(month("2028-02-29T23:59:59.999Z"), "2028-02-01");
        assert_eq!(month("2026-12-01T00:00:00Z"), "2026-12-01");
    }
}
