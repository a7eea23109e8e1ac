//! Day partitions come and go.

use chrono::{DateTime, Days, TimeDelta, Utc};
use protocol::limits::LEDGER_DAYS;
use sqlx::PgPool;
use storage::Db;
use storage::partitions::{self, Table};

fn now() -> DateTime<Utc> {
    "2026-05-14T12:00:00Z".parse().expect("a time")
}

async fn ledger_partitions(pool: &PgPool) -> Vec<String> {
    sqlx::query_scalar("select inhrelid::regclass::text from pg_inherits where inhparent = 'batch'::regclass order by 1")
        .fetch_all(pool)
        .await
        .expect("the catalogue")
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn the_ledger_keeps_its_window_and_no_day_more(pool: PgPool) {
    let db = Db::from_pool(pool.clone());
    partitions::ensure(&db, now()).await.expect("partitions");
    let a_month_on = now() + TimeDelta::days(30);
    partitions::ensure(&db, a_month_on).await.expect("partitions");
    let first = partitions::first_day(Table::Batch, a_month_on);
    assert!(first <= a_month_on.date_naive() - Days::new(LEDGER_DAYS as u64), "the window is whole");
    let dropped = partitions::drop_before(&db, Table::Batch, first).await.expect("a drop");
    assert_eq!(dropped, 16);
    let left = ledger_partitions(&pool).await;
    assert_eq!(left.len(), 17);
    assert!(left.contains(&"batch_undated".to_owned()) && left[0] == format!("batch_{}", first.format("%Y_%m_%d")), "{left:?}");
    assert_eq!(partitions::drop_before(&db, Table::Batch, first).await.expect("nothing"), 0);
    assert_eq!(partitions::missing(&db, a_month_on).await.expect("a look"), 0);
}
