//! A person who asked to be forgotten is nowhere any more, and everybody else is as before.

use chrono::TimeDelta;
use protocol::id::ProjectId;
use protocol::time::Clock;
use rollup_worker::{compact, erase, run_once, would_erase};
use sqlx::PgPool;
use sqlx::types::Uuid;
use storage::erasures::{self, Targets};
use storage::{Db, actors};

use crate::random::Random;
use crate::raw::{Event, Flush, insert, pending, prepare};
use crate::recount::assert_events_counted;
use crate::rollups::now;
use crate::segments::stored;

const SHOP: ProjectId = ProjectId(1);
/// One word in every id of the person.
const CANARY: &str = "canary";
const USER: &str = "user-canary";
const ANONYMOUS: &str = "anonymous-canary";

async fn shop(pool: &PgPool) -> Db {
    let db = prepare(pool, now()).await;
    for slug in ["shop", "bank"] {
        storage::projects::create(&db, slug, slug, "UTC", now()).await.unwrap();
    }
    db
}

fn canary_events(seconds_ago: i64) -> Vec<Event> {
    let ts = now() - TimeDelta::seconds(seconds_ago);
    let user = Event { weight: 2.5, ..Event::of(USER, "/checkout", ts) };
    let anonymous = Event { actor_kind: 2, actor: ANONYMOUS.to_owned(), ..Event::of("", "/cart", ts) };
    vec![user, anonymous]
}

/// Flushes in which the person is among others, and the same without the person.
fn flushes() -> (Vec<Flush>, Vec<Flush>) {
    let others: Vec<Flush> = Random(21).flushes(2, 12, now());
    let mut all = others.clone();
    let live = all.iter_mut().filter(|flush| flush.project == SHOP.0 && !flush.imported);
    for (flush, seconds) in live.zip([5, 1_000, 3, 70_000, 9]) {
        flush.events.extend(canary_events(seconds));
    }
    (all, others)
}

/// Rows of the other signals that name the person, beside a flush that is counted.
async fn mention(pool: &PgPool, flush: Uuid) {
    let received = now();
    for statement in [
        "insert into span (project_id, received_at, flush_id, n, batch_id, trace_id, span_id, ts, duration_ms, name, status, attributes, environment, user_id, session_id, weight, flags)
         values (1, $1, $2, 1, $2, $2, 1, $1, 1, 'a', 0, '{}', 'prod', 'user-canary', 's', 1, 0), (1, $1, $2, 2, $2, $2, 1, $1, 1, 'b', 0, '{}', 'prod', null, 'session-canary', 1, 0)",
        "insert into log (project_id, received_at, flush_id, n, batch_id, ts, level, body, attributes, user_id, environment, weight, flags)
         values (1, $1, $2, 1, $2, $1, 1, 'hello', '{}', 'user-canary', 'prod', 1, 0)",
        "insert into error_report (project_id, received_at, flush_id, n, batch_id, event_id, ts, level, message, handled, stacktrace, cause, breadcrumbs, fingerprint, tags, context, actor_kind, actor, environment, weight, flags)
         values (1, $1, $2, 1, $2, $2, $1, 1, 'hello', true, '[]', '[]', '[]', '[]', '{}', '{}', 2, 'anonymous-canary', 'prod', 1, 0)",
        "insert into identity (project_id, received_at, flush_id, n, batch_id, ts, kind, user_id, anonymous_id, traits, flags)
         values (1, $1, $2, 1, $2, $1, 1, 'user-canary', 'anonymous-canary', '{}', 0)",
        "insert into rejection (project_id, rejection_id, refused_at, code, message, sdk, excerpt)
         values (1, $2, $1, 'too_old', 'too old', '', '{\"user_id\":\"user-canary\"}')",
        "update event set session_id = 'session-canary' where received_at <= $1 and flush_id <> $2 and actor = 'user-canary' and project_id = 1",
        "update event set anonymous_id = 'anonymous-canary' where project_id = 1 and received_at <= $1 and flush_id <> $2 and actor_kind = 0",
    ] {
        sqlx::query(statement).bind(received).bind(flush).execute(pool).await.unwrap();
    }
}

async fn ask(db: &Db, id: u128) -> Targets {
    let mut numbers = Vec::new();
    for (kind, id) in [(protocol::id::ActorKind::User, USER), (protocol::id::ActorKind::Anonymous, ANONYMOUS)] {
        numbers.extend(actors::number(db, SHOP, kind, id).await.unwrap().map(|number| number as u32));
    }
    let targets = Targets { users: vec![USER.to_owned()], anonymous: vec![ANONYMOUS.to_owned()], numbers, sessions: Vec::new() };
    erasures::begin(db, SHOP, Uuid::from_u128(id), &targets, "a test", now()).await.unwrap();
    targets
}

/// Every table and segment in which the canary is.
async fn places(pool: &PgPool) -> Vec<String> {
    let tables: Vec<String> = sqlx::query_scalar(
        "select c.relname::text from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition order by 1",
    )
    .fetch_all(pool)
    .await
    .unwrap();
    assert!(tables.len() > 30, "{tables:?}");
    let mut places = Vec::new();
    for table in tables {
        let find = format!("select exists (select from {table} t where to_jsonb(t)::text like '%{CANARY}%')");
        if sqlx::query_scalar(sqlx::AssertSqlSafe(find)).fetch_one(pool).await.unwrap() {
            places.push(table);
        }
    }
    for ((project, segment), block) in stored(pool).await {
        if format!("{block:?}").contains(CANARY) {
            places.push(format!("segment {segment} of {project}"));
        }
    }
    places
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn nothing_is_left_of_the_person_and_the_others_are_as_before(pool: PgPool) {
    let db = shop(&pool).await;
    let (all, others) = flushes();
    for flush in &all {
        insert(&pool, flush).await;
    }
    mention(&pool, Uuid::from_u128(77)).await;
    run_once(&db, &Clock::fixed(now())).await.unwrap();
    compact(&db, now() + TimeDelta::hours(1)).await.unwrap();
    assert!(places(&pool).await.len() > 8, "{:?}", places(&pool).await);

    let targets = ask(&db, 1).await;
    let planned = would_erase(&db, SHOP, &targets).await.unwrap();
    assert_events_counted(&pool, &all).await;
    let (one, other) = tokio::join!(erase(&db, now()), erase(&db, now()));
    assert_eq!(one.unwrap() + other.unwrap(), 1, "one of them finishes it");
    assert_eq!(places(&pool).await, [""; 0]);
    assert_events_counted(&pool, &others).await;

    let told = erasures::latest(&db, SHOP, 10).await.unwrap().remove(0);
    let person: usize = all.iter().zip(&others).map(|(all, others)| all.events.len() - others.events.len()).sum();
    assert_eq!((told.finished_at, told.waits_for, told.actors), (Some(now()), None, 2));
    let found = |place: &str| (told.found[place], planned[place]);
    assert_eq!(
        [found("segments"), found("events"), found("spans")],
        [(person as i64, person as i64); 2].into_iter().chain([(2, 2)]).collect::<Vec<_>>()[..]
    );
    assert_eq!(
        [found("logs"), found("errors"), found("identities"), found("rejections"), found("actors")],
        [(1, 1), (1, 1), (1, 1), (1, 1), (2, 2)]
    );
    assert_eq!(erase(&db, now()).await.unwrap(), 0);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn what_still_comes_of_the_person_is_left_out_and_booked(pool: PgPool) {
    let db = shop(&pool).await;
    ask(&db, 1).await;
    let other = vec![Event::of("u1", "/", now())];
    let flush = Flush::live(1, now(), [canary_events(5), other.clone()].concat(), Vec::new());
    insert(&pool, &flush).await;
    assert_eq!(erase(&db, now()).await.unwrap(), 0, "a flush from before waits");
    let waits = erasures::latest(&db, SHOP, 1).await.unwrap().remove(0).waits_for;
    assert_eq!(waits.as_deref(), Some("1 flushes, to be counted"));
    run_once(&db, &Clock::fixed(now())).await.unwrap();
    assert_eq!(erase(&db, now()).await.unwrap(), 1);
    assert_eq!(places(&pool).await, [""; 0]);
    // Days later, a phone comes back to the network.
    let late = Flush::live(1, now(), canary_events(60), Vec::new());
    insert(&pool, &late).await;
    run_once(&db, &Clock::fixed(now() + TimeDelta::days(7))).await.unwrap();
    assert_eq!((places(&pool).await, pending(&pool).await), (Vec::new(), 0));
    assert_events_counted(&pool, &[Flush { events: other, ..flush }]).await;
    let booked: i64 =
        sqlx::query_scalar("select sum(n)::int8 from outcome_hourly where outcome = 'erased'").fetch_one(&pool).await.unwrap();
    assert_eq!(booked, 4);
    // And after the tombstone, who comes is somebody new.
    insert(&pool, &Flush::live(1, now(), canary_events(5), Vec::new())).await;
    run_once(&db, &Clock::fixed(now() + TimeDelta::days(9))).await.unwrap();
    assert!(!places(&pool).await.is_empty());
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn an_erasure_waits_for_dead_letters_and_finishes_when_they_are_gone(pool: PgPool) {
    let db = shop(&pool).await;
    let flush = Flush::live(1, now(), canary_events(5), Vec::new());
    insert(&pool, &flush).await;
    sqlx::query("update pending set attempts = 5, first_failed_at = committed_at").execute(&pool).await.unwrap();
    let mut tx = db.begin().await.unwrap();
    assert!(storage::dead_letters::bury_flush(&mut tx, SHOP, flush.flush_id, now()).await.unwrap());
    tx.commit().await.unwrap();
    ask(&db, 1).await;
    for _ in 0..2 {
        assert_eq!(erase(&db, now()).await.unwrap(), 0);
    }
    let waits = erasures::latest(&db, SHOP, 1).await.unwrap().remove(0).waits_for;
    assert_eq!(waits.as_deref(), Some("1 dead letters, to be replayed or discarded"));
    assert!(storage::dead_letters::revive_flush(&db, SHOP, flush.flush_id).await.unwrap());
    run_once(&db, &Clock::fixed(now())).await.unwrap();
    assert_eq!(pending(&pool).await, 0, "a flush that holds less than it announced is counted");
    assert_eq!(erase(&db, now()).await.unwrap(), 1);
    assert_eq!(places(&pool).await, [""; 0]);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn where_segments_are_gone_the_person_leaves_the_bitmaps_and_the_counts_stay(pool: PgPool) {
    let db = shop(&pool).await;
    let others = vec![Event::of("u1", "/cart", now())];
    insert(&pool, &Flush::live(1, now(), [canary_events(0), others].concat(), Vec::new())).await;
    run_once(&db, &Clock::fixed(now())).await.unwrap();
    for forget in ["delete from segment_part", "delete from segment"] {
        sqlx::query(forget).execute(&pool).await.unwrap();
    }
    ask(&db, 1).await;
    assert_eq!(erase(&db, now()).await.unwrap(), 1);
    let rows: Vec<(i64, Vec<u8>)> =
        sqlx::query_as("select n, actors from event_quarter where dimension = 0").fetch_all(&pool).await.unwrap();
    let [(n, actors)] = &rows[..] else { panic!("one quarter: {rows:?}") };
    assert_eq!((*n, analysis::quarter::decode(actors).unwrap().len()), (3, 1));
    let found = erasures::latest(&db, SHOP, 1).await.unwrap().remove(0).found;
    assert_eq!(found["quarters_without_segments"], 4, "all, the name and two routes");
}
