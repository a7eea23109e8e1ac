//! Flushes that cannot be counted, and projects that are held: the others go on.

use chrono::TimeDelta;
use protocol::id::ProjectId;
use protocol::time::Clock;
use rollup_worker::{Counted, run_once};
use sqlx::PgPool;
use storage::dead_letters::{self, Tally};
use storage::pending::{self, ATTEMPTS_MAX};

use crate::random::Random;
use crate::raw::{self, Event, Flush, insert, prepare};
use crate::recount::assert_counted;
use crate::rollups::now;

const SHOP: ProjectId = ProjectId(1);

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_poisoned_flush_does_not_block_its_neighbours_and_becomes_a_dead_letter_after_five_tries(pool: PgPool) {
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
    let after = async |seconds| run_once(&db, &Clock::fixed(now() + TimeDelta::seconds(seconds))).await.unwrap();
    for (seconds, tries) in [(9, 1), (10, 2), (39, 2), (40, 3), (90, 4), (159, 4)] {
        assert_eq!(after(seconds).await, Counted::default());
        assert_eq!(attempts().await.0, tries, "after {seconds} s");
    }
    assert_eq!(dead_letters::tally(&db, SHOP).await.unwrap(), Tally::default());
    assert_eq!(after(160).await, Counted::default());
    // It holds nothing back any more.
    assert_eq!((raw::pending(&pool).await, pending::oldest_of_all(&db).await.unwrap()), (0, None));
    let letter = dead_letters::list(&db, SHOP, 9).await.unwrap().pop().unwrap();
    assert_eq!((letter.id, letter.attempts, &letter.error), (poisoned.flush_id, ATTEMPTS_MAX, &reason));
    assert_eq!((letter.first_failed_at, letter.last_failed_at), (now(), now() + TimeDelta::seconds(160)));
    for tally in [dead_letters::tally(&db, SHOP).await.unwrap(), dead_letters::tally_of_all(&db).await.unwrap()] {
        assert_eq!(tally, Tally { letters: 1, oldest: Some(now()) });
    }

    let neighbour = random.flush(1, now());
    insert(&pool, &neighbour).await;
    flushes.push(neighbour);
    assert_eq!(run_once(&db, &Clock::fixed(now())).await.unwrap().flushes, 1);
    assert_counted(&pool, &flushes).await;

    // Replayed as it is, it fails again; once its fault is gone, it is counted as if nothing had been.
    assert!(!dead_letters::revive_flush(&db, ProjectId(2), poisoned.flush_id).await.unwrap(), "it is another project's");
    assert!(dead_letters::revive_flush(&db, SHOP, poisoned.flush_id).await.unwrap());
    assert!(!dead_letters::revive_flush(&db, SHOP, poisoned.flush_id).await.unwrap());
    assert_eq!((attempts_or_none(&pool).await, dead_letters::tally(&db, SHOP).await.unwrap()), ((0, None), Tally::default()));
    assert_eq!(after(0).await, Counted::default());
    sqlx::query("update pending set events = events - 1").execute(&pool).await.unwrap();
    assert_eq!(after(1_000).await.flushes, 1);
    flushes.push(Flush { missing: 0, ..poisoned });
    assert_counted(&pool, &flushes).await;
}

/// Of the one flush that waits.
async fn attempts_or_none(pool: &PgPool) -> (i16, Option<String>) {
    sqlx::query_as("select attempts, last_error from pending").fetch_one(pool).await.unwrap()
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
    break_counting_of_project_1(&pool, "XX000").await;
    run_once(&db, &Clock::fixed(now())).await.unwrap_err();
    assert_counted(&pool, &flushes[1..]).await;

    sqlx::query("drop trigger broken on event_quarter").execute(&pool).await.unwrap();
    run_once(&db, &Clock::fixed(now())).await.unwrap();
    assert_counted(&pool, &flushes).await;
}

/// Every attempt to count something of project 1 fails with this SQLSTATE from now on.
async fn break_counting_of_project_1(pool: &PgPool, code: &str) {
    for statement in [
        format!(
            "create or replace function broken() returns trigger language plpgsql as $$ begin raise exception 'broken' using errcode = '{code}'; end $$"
        ),
        "create or replace trigger broken before insert on event_quarter for each row when (new.project_id = 1) execute function broken()"
            .to_owned(),
    ] {
        sqlx::query(sqlx::AssertSqlSafe(statement)).execute(pool).await.unwrap();
    }
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_flush_is_blamed_for_its_data_and_its_length_and_never_for_the_database(pool: PgPool) {
    let db = prepare(&pool, now()).await;
    let flushes = [Flush::live(1, now(), vec![Event::of("u1", "/", now())], Vec::new())];
    insert(&pool, &flushes[0]).await;
    let try_with = async |code: &str| {
        break_counting_of_project_1(&pool, code).await;
        let _ = run_once(&db, &Clock::fixed(now() + TimeDelta::hours(1))).await;
        attempts_or_none(&pool).await.0
    };
    // Disk full, out of memory, connections or configured limits, read-only, an operator's intervention, an I/O error.
    for code in ["53100", "53200", "53300", "53400", "25006", "57000", "57P01", "58000", "58030", "40P01", "55P03"] {
        assert_eq!(try_with(code).await, 0, "{code}");
    }
    // A value that does not fit, a constraint, a statement that took longer than it may.
    for (tries, code) in [(1, "22003"), (2, "23514"), (3, "57014")] {
        assert_eq!(try_with(code).await, tries, "{code}");
    }
    sqlx::query("drop trigger broken on event_quarter").execute(&pool).await.unwrap();
    run_once(&db, &Clock::fixed(now() + TimeDelta::hours(2))).await.unwrap();
    assert_counted(&pool, &flushes).await;
}
