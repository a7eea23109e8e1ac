//! Flushes that cannot be counted, and projects that are held: the others go on.

use chrono::TimeDelta;
use protocol::time::Clock;
use rollup_worker::{Counted, run_once};
use sqlx::PgPool;
use storage::pending::{self, ATTEMPTS_MAX};

use crate::random::Random;
use crate::raw::{self, Flush, insert, prepare};
use crate::recount::assert_counted;
use crate::rollups::now;

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_poisoned_flush_does_not_block_its_neighbours_and_is_left_aside_after_five_tries(pool: PgPool) {
    let db = prepare(&pool, now()).await;
    let mut random = Random(5);
    let mut flushes = random.flushes(1, 9, now());
    // Committed just now, the others before: it would be counted last, with all of them in one claim.
    let poisoned = Flush { missing: 1, ..random.flush(1, now()) };
    for flush in flushes.iter().chain([&poisoned]) {
        insert(&pool, flush).await;
    }
    let counted = run_once(&db, &Clock::fixed(now())).await.unwrap();
    assert_eq!(counted.flushes, 9);
    assert_counted(&pool, &flushes).await;

    let attempts = async || sqlx::query_as::<_, (i16, String)>("select attempts, last_error from pending").fetch_one(&pool).await.unwrap();
    let (tries, reason) = attempts().await;
    assert_eq!(tries, 1);
    assert!(reason.contains("announced") && reason.contains("holds"), "{reason}");
    for (seconds, tries) in [(9, 1), (10, 2), (39, 2), (40, 3), (90, 4), (159, 4), (160, 5), (250, 5), (100_000, 5)] {
        assert_eq!(run_once(&db, &Clock::fixed(now() + TimeDelta::seconds(seconds))).await.unwrap(), Counted::default());
        assert_eq!(attempts().await.0, tries, "after {seconds} s");
    }
    assert_eq!(ATTEMPTS_MAX, 5);
    let backlog = pending::backlog(&db).await.unwrap();
    assert_eq!((backlog.oldest, backlog.poisoned), (None, 1));

    let neighbour = random.flush(1, now());
    insert(&pool, &neighbour).await;
    flushes.push(neighbour);
    assert_eq!(run_once(&db, &Clock::fixed(now())).await.unwrap().flushes, 1);
    assert_counted(&pool, &flushes).await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn books_that_cannot_be_read_poison_their_own_flush_only(pool: PgPool) {
    let db = prepare(&pool, now()).await;
    let flushes = Random(6).flushes(1, 4, now());
    for flush in &flushes {
        insert(&pool, flush).await;
    }
    sqlx::query("update pending set outcomes = '{\"not\": \"a list\"}' where flush_id = $1")
        .bind(flushes[1].flush_id)
        .execute(&pool)
        .await
        .unwrap();
    assert_eq!(run_once(&db, &Clock::fixed(now())).await.unwrap().flushes, 3);
    let rest: Vec<Flush> = flushes.iter().enumerate().filter(|(i, _)| *i != 1).map(|(_, flush)| flush.clone()).collect();
    assert_counted(&pool, &rest).await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_project_that_another_worker_holds_is_skipped_and_the_others_are_counted(pool: PgPool) {
    let db = prepare(&pool, now()).await;
    let mut random = Random(8);
    let flushes = [random.flush(1, now()), random.flush(2, now()), random.flush(3, now())];
    for flush in &flushes {
        insert(&pool, flush).await;
    }
    sqlx::query("insert into work (project_id) values (2)").execute(&pool).await.unwrap();
    let mut holder = pool.begin().await.unwrap();
    sqlx::query("select 1 from work where project_id = 2 for update").execute(&mut *holder).await.unwrap();
    assert_eq!(run_once(&db, &Clock::fixed(now())).await.unwrap().flushes, 2);
    assert_counted(&pool, &[flushes[0].clone(), flushes[2].clone()]).await;

    holder.rollback().await.unwrap();
    assert_eq!(run_once(&db, &Clock::fixed(now())).await.unwrap().flushes, 1);
    assert_counted(&pool, &flushes).await;
    assert_eq!(raw::pending(&pool).await, 0);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_project_whose_rows_the_database_cannot_read_does_not_stop_the_others(pool: PgPool) {
    let db = prepare(&pool, now()).await;
    let mut random = Random(9);
    let flushes = [random.flush(1, now()), random.flush(2, now()), random.flush(3, now())];
    for flush in &flushes {
        insert(&pool, flush).await;
    }
    // An internal error of the server, as damaged storage or a lost node gives; it is nobody's fault.
    for statement in [
        "create function broken() returns trigger language plpgsql as $$ begin raise exception 'damaged' using errcode = 'XX000'; end $$",
        "create trigger broken before insert on event_quarter for each row when (new.project_id = 1) execute function broken()",
    ] {
        sqlx::query(statement).execute(&pool).await.unwrap();
    }
    run_once(&db, &Clock::fixed(now())).await.unwrap_err();
    assert_counted(&pool, &flushes[1..]).await;

    sqlx::query("drop trigger broken on event_quarter").execute(&pool).await.unwrap();
    run_once(&db, &Clock::fixed(now())).await.unwrap();
    assert_counted(&pool, &flushes).await;
}
