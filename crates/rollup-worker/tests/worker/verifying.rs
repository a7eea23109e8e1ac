//! The check finds nothing in what is right, and every fault where it is.

use chrono::{Days, NaiveDate, NaiveTime, TimeDelta};
use protocol::access::Project;
use protocol::id::ProjectId;
use protocol::time::Clock;
use rollup_worker::{Checked, Extent, RawChecked, check_raw, compact, run_once, verify};
use sqlx::{AssertSqlSafe, PgPool};
use storage::{Db, dead_letters, horizon, segments};

use crate::random::Random;
use crate::raw::{Event, Flush, insert, prepare};
use crate::rollups::now;

/// Two projects' random events, counted in several claims.
async fn counted(pool: &PgPool) -> (Db, Vec<Project>, Vec<Flush>) {
    let db = prepare(pool, now()).await;
    let mut projects = Vec::new();
    for slug in ["shop", "bank"] {
        projects.push(storage::projects::create(&db, slug, slug, "UTC", now()).await.unwrap());
    }
    let flushes = Random(31).flushes(2, 24, now());
    for some in flushes.chunks(8) {
        for flush in some {
            insert(pool, flush).await;
        }
        run_once(&db, &Clock::fixed(now())).await.unwrap();
    }
    (db, projects, flushes)
}

async fn checked(db: &Db, project: &Project, extent: Extent) -> Checked {
    verify(db, project, extent, || 0.9, |_, _| {}).await.unwrap()
}

fn events(flushes: &[Flush], project: &Project) -> u64 {
    flushes.iter().filter(|flush| flush.project == project.id.0).map(|flush| flush.events.len() as u64).sum()
}

async fn change(pool: &PgPool, sql: &str) {
    let done = sqlx::query(AssertSqlSafe(sql.to_owned())).execute(pool).await.unwrap();
    assert!(done.rows_affected() > 0, "{sql}");
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn nothing_differs_after_claims_merging_and_while_flushes_wait_or_are_dead(pool: PgPool) {
    let (db, projects, flushes) = counted(&pool).await;
    let agrees = async || {
        for project in &projects {
            let found = checked(&db, project, Extent::All).await;
            assert_eq!((found.events, found.debts), (events(&flushes, project), 0));
            assert_eq!((found.drifts, found.damaged), (Vec::new(), Vec::new()));
            let sample = checked(&db, project, Extent::Sample(5)).await;
            assert_eq!((sample.quarters, sample.drifts.len()), (1, 0), "the same quarter each time: this chance is always 0.9");
            let raw = check_raw(&db, project.id, now()).await.unwrap();
            assert_eq!((raw.waits_for, raw.drifts), (None, Vec::new()));
            assert!(raw.events > 0 && raw.events as u64 <= found.events && raw.days > 0);
        }
    };
    agrees().await;
    while compact(&db, now() + TimeDelta::hours(1)).await.unwrap() > 0 {}
    agrees().await;
    let more = Random(32).flushes(2, 4, now());
    for flush in &more {
        insert(&pool, flush).await;
    }
    agrees().await;
    let bury = "with waiting as (delete from pending returning project_id, flush_id)
        insert into dead_letter (project_id, id, first_failed_at, last_failed_at, attempts, error, flush)
        select distinct project_id, flush_id, now(), now(), 5, 'broken', '{}'::jsonb from waiting";
    change(&pool, bury).await;
    agrees().await;
    let dead: Vec<(i32, sqlx::types::Uuid)> = sqlx::query_as("select project_id, id from dead_letter").fetch_all(&pool).await.unwrap();
    for (project, id) in dead {
        assert!(dead_letters::discard(&db, ProjectId(project), id, now()).await.unwrap());
    }
    agrees().await;
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn days_that_retention_has_taken_are_left_alone_also_when_something_late_arrives_there(pool: PgPool) {
    let (db, projects, _) = counted(&pool).await;
    let shop = &projects[0];
    let days: Vec<NaiveDate> =
        sqlx::query_scalar("select distinct day from segment where project_id = 1 order by day").fetch_all(&pool).await.unwrap();
    for day in &days[..2] {
        let mut tx = db.begin().await.unwrap();
        segments::remove_day(&mut tx, shop.id, *day).await.unwrap();
        tx.commit().await.unwrap();
    }
    let start = |day: NaiveDate| day.and_time(NaiveTime::MIN).and_utc();
    let late = Event::of("u1", "/", start(days[0]) + TimeDelta::hours(3));
    insert(&pool, &Flush::live(1, now(), vec![late], Vec::new())).await;
    run_once(&db, &Clock::fixed(now())).await.unwrap();
    let found = checked(&db, shop, Extent::All).await;
    assert!(found.quarters > 0 && found.drifts.is_empty() && found.damaged.is_empty(), "{found:?}");
    assert_eq!(check_raw(&db, shop.id, now()).await.unwrap().drifts, Vec::new());
    let horizon = horizon::read(&db, shop.id).await.unwrap();
    assert_eq!(horizon.segments_from, Some(days[1] + Days::new(1)));
    assert!(horizon.segments_lack(start(days[0])) && !horizon.segments_lack(start(days[2])));
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn every_kind_of_fault_is_found_where_it_is(pool: PgPool) {
    let (db, projects, _) = counted(&pool).await;
    let shop = &projects[0];
    for table in ["event_quarter", "segment", "segment_part"] {
        change(&pool, &format!("create table {table}_before as select * from {table}")).await;
    }
    let a_quarter = "(project_id, bucket, dimension, value, environment, is_bot) = (
        select project_id, bucket, dimension, value, environment, is_bot from event_quarter
        where project_id = 1 and dimension = 2 and value = '/cart' and environment = 'prod' and not is_bot order by bucket desc limit 1)";
    let a_segment = "project_id = 1 and segment_id = (select max(segment_id) from segment where project_id = 1)";
    let faults = [
        (format!("update event_quarter set n = n + 1 where {a_quarter}"), "events on route /cart of people in prod: the rollup has"),
        (format!("update event_quarter set weight = weight - 1 where {a_quarter}"), "of weight"),
        (format!("delete from event_quarter where {a_quarter}"), "the rollup has 0 events, 0 actors; the segments have"),
        (
            // An empty bitmap has 9 bytes with its version.
            format!("update event_quarter set actors = '\\x013a30000000000000'::bytea where {a_quarter}"),
            ", 0 actors; the segments have",
        ),
        (format!("delete from segment where {a_segment}"), "all events: the rollup has"),
        ("delete from segment where project_id = 1".to_owned(), "all events: the rollup has"),
        (format!("update event_quarter set actors = '\\x02'::bytea where {a_quarter}"), "events on route /cart of people in prod of"),
        (format!("update segment set events = events + 1 where {a_segment}"), "its description has"),
        (format!("update segment_part set bytes = set_byte(bytes, 40, get_byte(bytes, 40) # 1) where {a_segment} and part = 0"), "part 0"),
        (format!("delete from segment_part where {a_segment}"), "no times"),
    ];
    for (fault, told) in &faults {
        change(&pool, fault).await;
        let found = checked(&db, shop, Extent::All).await;
        let texts: Vec<String> = found.drifts.iter().map(ToString::to_string).chain(found.damaged).collect();
        assert!(texts.iter().any(|text| text.contains(told)), "{fault}: {texts:#?}");
        assert_eq!(checked(&db, &projects[1], Extent::All).await.drifts, Vec::new(), "another project's are right: {fault}");
        for table in ["event_quarter", "segment", "segment_part"] {
            change(&pool, &format!("delete from {table}")).await;
            change(&pool, &format!("insert into {table} select * from {table}_before")).await;
        }
        let repaired = checked(&db, shop, Extent::All).await;
        assert_eq!((repaired.drifts, repaired.damaged), (Vec::new(), Vec::new()), "after {fault}");
    }
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_sample_beside_a_lost_quarter_sees_it_by_the_sum_of_the_day(pool: PgPool) {
    let (db, projects, _) = counted(&pool).await;
    let quarters = "select distinct bucket from event_quarter where project_id = 1 and dimension = 0
        and bucket::date = (select max(day) - 1 from segment where project_id = 1) order by bucket";
    let quarters: Vec<chrono::DateTime<chrono::Utc>> = sqlx::query_scalar(quarters).fetch_all(&pool).await.unwrap();
    assert!(quarters.len() > 1, "the sample looks at another one");
    change(&pool, &format!("delete from event_quarter where project_id = 1 and bucket = '{}'", quarters[quarters.len() - 1])).await;
    // A chance of 0 is the first quarter of yesterday.
    let found = verify(&db, &projects[0], Extent::Sample(1), || 0.0, |_, _| {}).await.unwrap();
    assert_eq!(found.quarters, 1);
    assert_eq!(found.drifts.iter().map(|drift| drift.is_day).collect::<Vec<_>>(), [true]);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_lost_raw_event_is_found_and_older_events_on_their_way_are_waited_for(pool: PgPool) {
    let (db, projects, _) = counted(&pool).await;
    let shop = &projects[0];
    let one = "delete from event where (project_id, received_at, flush_id, n) = (
        select project_id, received_at, flush_id, n from event where project_id = 1 order by ts desc limit 1)";
    change(&pool, one).await;
    let RawChecked { drifts, .. } = check_raw(&db, shop.id, now()).await.unwrap();
    assert_eq!(drifts.iter().map(|drift| (drift.day, drift.in_segments - drift.raw)).collect::<Vec<_>>(), [(now().date_naive(), 1)]);
    change(&pool, "insert into segment_debt select 1, received_at, received_at, flush_id from event where project_id = 1 limit 1").await;
    assert_eq!(checked(&db, shop, Extent::All).await, Checked { debts: 1, ..Checked::default() });
    assert!(check_raw(&db, shop.id, now()).await.unwrap().waits_for.is_some());
}
