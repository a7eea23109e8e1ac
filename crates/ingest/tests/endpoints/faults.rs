//! What goes wrong in the database: whose fault it is, and who pays for it.

use chrono::{Days, TimeDelta};
use futures::future::join_all;
use ingest::Config;
use serde_json::{Value, json};
use sqlx::PgPool;
use storage::batches::{self, NewBatch};
use storage::partitions::{self, Table};
use storage::{Db, Transaction};
use testkit::clock::HandClock;
use testkit::deadline::until;
use uuid::Uuid;

use crate::app::{self, App};

const BATCH: &str = "019e2622-4600-7000-8000-0000000000f1";

async fn refuse_poison(app: &App) {
    let constraint = "alter table event add constraint no_poison check (name not like 'poison%')";
    sqlx::query(constraint).execute(&app.pool).await.expect("a constraint");
}

/// Another request that is about to store the batch.
async fn hold_batch(app: &App, db: &Db) -> Transaction {
    let mut tx = db.begin().await.expect("a transaction");
    let batch_id: Uuid = BATCH.parse().expect("an id");
    let entry = NewBatch { batch_id, signal: 1, body_hash: [0; 16], accepted: 1, rejected: 0, errors: Vec::new() };
    batches::enter(&mut tx, app.project, Uuid::nil(), app::now(), &[entry]).await.expect("the ledger");
    tx
}

fn events(n: usize, is_poison: impl Fn(usize) -> bool) -> Vec<Value> {
    (0..n).map(|n| json!({"name": if is_poison(n) { "poison" } else { "fine" }, "ts": app::NOW})).collect()
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_batch_of_which_much_is_refused_is_answered_all_the_same(pool: PgPool) {
    let app = App::start(pool).await;
    refuse_poison(&app).await;
    let body = json!({"batch_id": BATCH, "events": events(900, |n| n % 2 == 1 || n >= 600)}).to_string();
    let (status, answer) = app.post("/v1/track:batch", body).await;
    let (accepted, rejected) = (answer["accepted"].as_i64().expect("a number"), answer["rejected"].as_i64().expect("a number"));
    // Beyond some that are found one by one, neighbours are refused with them; nobody is told that what is not stored is.
    assert_eq!((status, accepted + rejected), (202, 900), "{answer}");
    assert!(rejected >= 600, "{answer}");
    assert_eq!(app.count("select count(*) from event").await, accepted);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn history_is_stored_without_what_the_database_refuses(pool: PgPool) {
    let app = App::start(pool).await;
    refuse_poison(&app).await;
    let body = json!({"batch_id": BATCH, "events": events(20, |n| n == 3)});
    let (status, answer) = app.import(&body).await;
    assert_eq!((status, &answer["accepted"], &answer["errors"][0]["code"]), (202, &json!(19), &json!("not_storable")), "{answer}");
    assert_eq!(app.count("select count(*) from event").await, 19);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn whoever_waits_for_a_row_of_the_ledger_waits_alone(pool: PgPool) {
    let app = App::start(pool).await;
    let db = Db::from_pool(app.pool.clone());
    let other = hold_batch(&app, &db).await;

    let held = json!({"batch_id": BATCH, "events": events(1, |_| false)}).to_string();
    let free: Vec<String> = (0..20).map(|_| json!({"events": events(1, |_| false)}).to_string()).collect();
    let (waiting, neighbours) = futures::join!(
        app.post("/v1/track:batch", held.clone()),
        join_all(free.iter().map(|body| app.post("/v1/track:batch", body.clone())))
    );
    assert!(neighbours.iter().all(|(status, _)| *status == 202), "{neighbours:?}");
    assert_eq!((waiting.0, &waiting.1["detail"]), (503, &json!("the batch is being stored by another request")));

    other.rollback().await.expect("an end");
    assert_eq!(app.post("/v1/track:batch", held).await.0, 202);
    assert_eq!(app.count("select count(*) from event").await, 21);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn history_is_stored_although_its_empty_day_is_dropped_before_its_first_row(pool: PgPool) {
    let app = App::start(pool).await;
    let db = Db::from_pool(app.pool.clone());
    let other = hold_batch(&app, &db).await;

    let day = (app::now() - TimeDelta::days(20)).date_naive();
    let body = json!({"batch_id": BATCH, "events": [{"name": "old", "ts": format!("{day}T12:00:00Z")}]});
    let drop = async {
        until("the import waits for the ledger", async || {
            app.count(
                "select count(*) from pg_locks l join pg_stat_activity a using (pid) where not granted and a.datname = current_database()",
            )
            .await
                > 0
        })
        .await;
        assert_eq!(partitions::drop_before(&db, Table::Event, day + Days::new(1)).await.expect("dropped"), 1);
        other.rollback().await.expect("an end");
    };
    let ((status, answer), ()) = futures::join!(app.import(&body), drop);
    assert_eq!((status, &answer["accepted"]), (202, &json!(1)), "{answer}");
    assert_eq!(app.count("select count(*) from event").await, 1);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_missing_partition_is_no_items_fault(pool: PgPool) {
    let app = App::start(pool).await;
    let partition: String = sqlx::query_scalar("select tableoid::regclass::text from event where false union all select inhrelid::regclass::text from pg_inherits where inhparent = 'event'::regclass and inhrelid::regclass::text like '%2026%05%14%'")
        .fetch_one(&app.pool)
        .await
        .expect("today's partition");
    sqlx::query(sqlx::AssertSqlSafe(format!("alter table event detach partition {partition}"))).execute(&app.pool).await.expect("detached");
    let body = json!({"batch_id": BATCH, "events": events(3, |_| false)}).to_string();
    let (status, answer) = app.post("/v1/track:batch", body.clone()).await;
    assert_eq!((status, &answer["code"]), (503, &json!("unavailable")), "{answer}");
    assert_eq!(app.count("select count(*) from batch").await, 0);

    let attach =
        format!("alter table event attach partition {partition} for values from ('2026-05-14T00:00:00Z') to ('2026-05-15T00:00:00Z')");
    sqlx::query(sqlx::AssertSqlSafe(attach)).execute(&app.pool).await.expect("attached");
    assert_eq!(app.post("/v1/track:batch", body).await.1["accepted"], 3);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_batch_whose_id_grows_too_old_over_night_is_the_same_batch(pool: PgPool) {
    let clock = HandClock::at("2026-05-14T23:59:59Z");
    let app = App::start_with(pool, clock.clock(), Config::default()).await;
    let sent_at = "2026-05-07T12:00:00Z";
    let millis = u64::try_from(testkit::clock::instant(sent_at).timestamp_millis()).expect("after 1970");
    let id = uuid::Builder::from_unix_timestamp_millis(millis, &[7; 10]).into_uuid();
    let body = json!({"batch_id": id, "sent_at": sent_at, "events": [{"name": "a", "ts": sent_at}]}).to_string();
    let (status, first) = app.post("/v1/track:batch", body.clone()).await;
    assert_eq!((status, &first["accepted"], &first["duplicate"]), (202, &json!(1), &json!(false)), "{first}");
    clock.advance(TimeDelta::seconds(2));
    let (status, again) = app.post("/v1/track:batch", body).await;
    assert_eq!((status, &again["accepted"], &again["duplicate"]), (202, &json!(1), &json!(true)), "{again}");
    assert_eq!(app.count("select count(*) from event").await, 1);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn an_install_id_without_end_is_refused_before_every_row_carries_it(pool: PgPool) {
    let app = App::start(pool).await;
    let body = json!({"install_id": "x".repeat(501), "events": events(2, |_| false)}).to_string();
    let (status, answer) = app.post("/v1/track:batch", body).await;
    assert_eq!((status, &answer["detail"]), (400, &json!("`install_id` has 501 bytes, the limit is 500")));
}
