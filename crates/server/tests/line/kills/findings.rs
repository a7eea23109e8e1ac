//! The journal compared with what the database holds.

use std::collections::BTreeMap;
use std::process::Command;

use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, PgPool};

use super::Plan;
use super::batch::KINDS;
use super::load::Journal;
use crate::recount;

/// What was found, by the names of `make soak`'s line. Only the first two may differ from 0.
#[derive(Debug, PartialEq, Eq)]
pub struct Findings {
    acked: usize,
    stored: usize,
    /// Acknowledged and not there.
    lost: usize,
    /// There more than once.
    twice: usize,
    /// There, although nobody was told.
    unasked: usize,
    /// Batches with other rows than the ledger says.
    torn: usize,
    /// Aggregates that differ from a recount.
    drift: Vec<String>,
    /// Entries of the books that differ from the journal.
    books: Vec<String>,
}

impl Findings {
    /// Waits until the worker has counted everything, then compares.
    pub async fn gather(pool: &PgPool, journal: &Journal) -> Self {
        recount::everything_counted(pool).await;
        let mut marks = BTreeMap::<(&str, u64), (usize, usize)>::new();
        for batch in journal.read() {
            for mark in batch.marks() {
                marks.entry((batch.kind().table, mark)).or_default().0 += 1;
            }
        }
        for (table, mark) in tables() {
            let stored: Vec<i64> =
                sqlx::query_scalar(AssertSqlSafe(format!("select {mark} from {table}"))).fetch_all(pool).await.expect("marks");
            for mark in stored {
                marks.entry((table, mark as u64)).or_default().1 += 1;
            }
        }
        let mut drift = recount::quarter_differences(pool).await;
        drift.extend(recount::cell_differences(pool).await);
        Self {
            acked: marks.values().map(|(acked, _)| acked).sum(),
            stored: marks.values().map(|(_, stored)| stored).sum(),
            lost: marks.values().filter(|(acked, stored)| *acked > 0 && *stored == 0).count(),
            twice: marks.values().filter(|(_, stored)| *stored > 1).count(),
            unasked: marks.values().filter(|(acked, _)| *acked == 0).count(),
            torn: torn_batches(pool).await,
            drift,
            books: wrong_books(pool, journal).await,
        }
    }

    pub fn assert_flawless(&self) {
        let flawless = Self { acked: self.acked, stored: self.acked, lost: 0, twice: 0, unasked: 0, torn: 0, drift: vec![], books: vec![] };
        assert_eq!(*self, flawless);
        assert!(self.acked > 0);
    }

    /// One line of JSON.
    pub fn report(&self, plan: Plan) -> Value {
        let Self { acked, stored, lost, twice, unasked, torn, drift, books } = self;
        json!({
            "seed": plan.seed, "git": commit(), "kills": plan.kills, "rate": plan.items_per_second, "acked": acked, "stored": stored,
            "lost": lost, "twice": twice, "unasked": unasked, "torn": torn, "drift": drift.len(), "books": books.len(),
        })
    }
}

/// Each raw table once, with the mark of its rows.
fn tables() -> BTreeMap<&'static str, &'static str> {
    KINDS.iter().map(|kind| (kind.table, kind.mark)).collect()
}

async fn torn_batches(pool: &PgPool) -> usize {
    let rows: Vec<String> = tables().keys().map(|table| format!("select project_id, batch_id from {table}")).collect();
    let sql = format!(
        "select count(*) from batch
         full join (select project_id, batch_id, count(*) as n from ({}) as row group by 1, 2) as stored using (project_id, batch_id)
         where accepted is distinct from coalesce(n, 0)",
        rows.join(" union all ")
    );
    let torn: i64 = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(pool).await.expect("a count");
    torn as usize
}

/// Compares the sums of the books with the journal.
async fn wrong_books(pool: &PgPool, journal: &Journal) -> Vec<String> {
    let mut expected = BTreeMap::<(String, String), i64>::new();
    for batch in journal.read() {
        let kind = batch.kind();
        let (stored, refused) = (batch.marks().count() as i64, batch.refused() as i64);
        let made = if kind.has_envelope() { stored + refused } else { 0 };
        for (outcome, n) in [("stored", stored), ("rejected", refused), ("made", made)] {
            *expected.entry((kind.signal.to_owned(), outcome.to_owned())).or_default() += n;
        }
    }
    let sums: Vec<(String, String, i64)> = sqlx::query_as(
        "select signal, outcome, sum(n)::int8 from outcome_hourly where outcome in ('stored', 'rejected', 'made') group by 1, 2 order by 1, 2",
    )
    .fetch_all(pool)
    .await
    .expect("the books");
    let found: BTreeMap<(String, String), i64> = sums.into_iter().map(|(signal, outcome, n)| ((signal, outcome), n)).collect();
    let keys = expected.keys().chain(found.keys()).collect::<std::collections::BTreeSet<_>>();
    keys.into_iter()
        .filter(|key| expected.get(*key).copied().unwrap_or_default() != found.get(*key).copied().unwrap_or_default())
        .map(|key| format!("{key:?}: {:?} expected, {:?} found", expected.get(key), found.get(key)))
        .collect()
}

/// Which version of the code this is.
fn commit() -> String {
    let output = Command::new("git").args(["rev-parse", "--short", "HEAD"]).output();
    output.map_or_else(|_| "unknown".to_owned(), |output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
