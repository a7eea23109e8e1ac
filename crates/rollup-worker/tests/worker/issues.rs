//! Error reports become issues: what they say, how often and to whom, and what further errors do to a decision.

use std::collections::{BTreeMap, BTreeSet};

use analysis::issue::decide;
use chrono::{DateTime, TimeDelta, Utc};
use protocol::id::{ActorKind, ProjectId};
use protocol::issue::{IgnoreUntil, Issue, IssueChange, IssueId, IssueStatus};
use protocol::level::Level;
use protocol::limits::ISSUES_MAX;
use protocol::time::Clock;
use rollup_worker::{erase, run_once};
use serde::Serialize;
use sqlx::PgPool;
use sqlx::types::Json;
use storage::erasures::{self, Targets};
use storage::{Db, Error, actors, issues};

use crate::random::Random;
use crate::raw::{Flush, insert, pending, prepare};
use crate::rollups::now;

/// Project, issue, bucket, environment, reports, their weight, a bitmap of actors.
type Quarter = (i32, i64, DateTime<Utc>, String, i64, f64, Vec<u8>);

const SHOP: ProjectId = ProjectId(1);

#[derive(Clone, Debug, Serialize)]
struct Report {
    ts: DateTime<Utc>,
    issue: i64,
    level: i16,
    kind: String,
    message: String,
    actor_kind: i16,
    actor: String,
    release: Option<String>,
    environment: String,
    weight: f64,
}

/// An error of a user a moment ago.
fn report(issue: i64, user: &str, seconds_ago: i64) -> Report {
    Report {
        ts: now() - TimeDelta::seconds(seconds_ago),
        issue,
        level: Level::Error.code(),
        kind: format!("E{issue}"),
        message: "order 7 is gone".to_owned(),
        actor_kind: i16::from(!user.is_empty()),
        actor: user.to_owned(),
        release: Some("1.0".to_owned()),
        environment: "prod".to_owned(),
        weight: 1.0,
    }
}

/// Commits a flush of error reports, as ingest does.
async fn send(pool: &PgPool, project: ProjectId, reports: &[Report], announced: usize) {
    let flush = Flush::live(project.0, now(), Vec::new(), Vec::new());
    insert(pool, &flush).await;
    sqlx::query(
        "insert into error_report (project_id, received_at, flush_id, n, batch_id, event_id, ts, level, type, message, handled, stacktrace,
             cause, breadcrumbs, fingerprint, tags, context, actor_kind, actor, release, environment, weight, flags, issue_id, culprit)
         select $1, $2, $3, row_number() over (), $3, gen_random_uuid(), r.ts, r.level, r.kind, r.message, true, '[]', '[]', '[]', '[]', '{}',
             '{}', r.actor_kind, r.actor, r.release, r.environment, r.weight, 0, r.issue, 'pay in src/pay.rs'
         from jsonb_to_recordset($4) as r (ts timestamptz, issue int8, level int2, kind text, message text, actor_kind int2, actor text,
             release text, environment text, weight float8)",
    )
    .bind(project.0)
    .bind(now())
    .bind(flush.flush_id)
    .bind(Json(reports))
    .execute(pool)
    .await
    .unwrap();
    sqlx::query("update pending set errors = $1 where flush_id = $2")
        .bind(announced as i32)
        .bind(flush.flush_id)
        .execute(pool)
        .await
        .unwrap();
}

async fn count(pool: &PgPool, db: &Db, reports: &[Report]) {
    send(pool, SHOP, reports, reports.len()).await;
    run_once(db, &Clock::fixed(now())).await.unwrap();
    assert_eq!(pending(pool).await, 0);
}

async fn issue(db: &Db, id: i64) -> Issue {
    issues::read(db, SHOP, &[id]).await.unwrap().pop().unwrap()
}

/// As somebody's decision a minute ago.
async fn change(db: &Db, ids: &[i64], change: IssueChange) {
    let numbers: Vec<i64> = ids.iter().copied().chain(if let IssueChange::Merge { into } = change { Some(into.0) } else { None }).collect();
    let ids: Vec<IssueId> = ids.iter().copied().map(IssueId).collect();
    let at = now() - TimeDelta::seconds(60);
    let decided = |known| Ok::<_, Error>(decide(known, &ids, &change, (at, "ann")).unwrap());
    issues::change(db, SHOP, &numbers, decided).await.unwrap();
}

type Key = (i32, i64, i64, String);
type Counted = (i64, f64, BTreeSet<(i16, String)>);

async fn stored(pool: &PgPool) -> BTreeMap<Key, Counted> {
    let names: Vec<(i32, i64, i16, String)> =
        sqlx::query_as("select project_id, number, kind, id from actor").fetch_all(pool).await.unwrap();
    let names: BTreeMap<(i32, u32), (i16, String)> =
        names.into_iter().map(|(project, number, kind, id)| ((project, number as u32), (kind, id))).collect();
    let rows: Vec<Quarter> = sqlx::query_as("select project_id, issue_id, bucket, environment, n, weight, actors from issue_quarter")
        .fetch_all(pool)
        .await
        .unwrap();
    let row = |(project, issue, bucket, environment, n, weight, actors): (i32, i64, DateTime<Utc>, String, i64, f64, Vec<u8>)| {
        let who = analysis::quarter::decode(&actors).unwrap().into_iter().map(|number| names[&(project, number)].clone()).collect();
        ((project, issue, bucket.timestamp(), environment), (n, weight, who))
    };
    rows.into_iter().map(row).collect()
}

fn expected(sent: &[(ProjectId, Report)]) -> BTreeMap<Key, Counted> {
    let mut quarters = BTreeMap::<Key, Counted>::new();
    for (project, report) in sent {
        let bucket = report.ts.timestamp().div_euclid(900) * 900;
        let quarter = quarters.entry((project.0, report.issue, bucket, report.environment.clone())).or_default();
        quarter.0 += 1;
        quarter.1 += report.weight;
        if report.actor_kind > 0 {
            quarter.2.insert((report.actor_kind, report.actor.clone()));
        }
    }
    quarters
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn random_errors_of_two_projects_are_counted_like_a_slow_recount(pool: PgPool) {
    let db = prepare(&pool, now()).await;
    let mut random = Random(5);
    let mut sent: Vec<(ProjectId, Report)> = Vec::new();
    for _ in 0..6 {
        for _ in 0..random.below(4) + 1 {
            let project = ProjectId(random.below(2) as i32 + 1);
            let reports: Vec<Report> = (0..random.below(30))
                .map(|_| {
                    let late = if random.below(4) == 0 { random.below(6 * 86_400) } else { random.below(2_000) };
                    let actor_kind = random.below(3) as i16;
                    Report {
                        actor_kind,
                        actor: if actor_kind == 0 { String::new() } else { format!("a{}", random.below(9)) },
                        level: [Level::Warning, Level::Error, Level::Fatal][random.below(3) as usize].code(),
                        release: (random.below(4) > 0).then(|| format!("1.{}", random.below(3))),
                        environment: ["prod", "dev"][random.below(2) as usize].to_owned(),
                        weight: [1.0, 2.5][random.below(2) as usize],
                        ..report(random.below(5) as i64 + 1, "", late as i64)
                    }
                })
                .collect();
            send(&pool, project, &reports, reports.len()).await;
            sent.extend(reports.into_iter().map(|report| (project, report)));
        }
        run_once(&db, &Clock::fixed(now())).await.unwrap();
        assert_eq!(stored(&pool).await, expected(&sent));
    }
    for project in [ProjectId(1), ProjectId(2)] {
        let mut known = BTreeSet::new();
        for issue in issues::read(&db, project, &[1, 2, 3, 4, 5]).await.unwrap() {
            let of: Vec<&Report> =
                sent.iter().filter(|(of, report)| *of == project && report.issue == issue.id.0).map(|(_, report)| report).collect();
            let (first, last) = (of.iter().map(|report| report.ts).min().unwrap(), of.iter().map(|report| report.ts).max().unwrap());
            assert_eq!((issue.first_seen, issue.last_seen), (first, last));
            assert_eq!(issue.level.code(), of.iter().map(|report| report.level).max().unwrap());
            let release = |at| of.iter().filter(|report| report.ts == at).filter_map(|report| report.release.clone()).max();
            assert_eq!((issue.first_release.clone(), issue.last_release.clone()), (release(first), release(last)));
            assert_eq!((issue.message.as_str(), issue.culprit.as_deref()), ("order <num> is gone", Some("pay in src/pay.rs")));
            known.insert(issue.id.0);
        }
        assert_eq!(known, sent.iter().filter(|(of, _)| *of == project).map(|(_, report)| report.issue).collect());
    }
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_flush_that_lacks_a_report_is_not_counted_rather_than_wrongly(pool: PgPool) {
    let db = prepare(&pool, now()).await;
    send(&pool, SHOP, &[report(1, "ann", 5)], 2).await;
    run_once(&db, &Clock::fixed(now())).await.unwrap();
    assert_eq!((pending(&pool).await, stored(&pool).await.len()), (1, 0));
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn what_was_resolved_comes_back_with_an_error_from_after_it(pool: PgPool) {
    let db = prepare(&pool, now()).await;
    count(&pool, &db, &[report(1, "ann", 300), report(2, "ann", 300)]).await;
    change(&db, &[1], IssueChange::Resolve { next_release: false }).await;
    change(&db, &[2], IssueChange::Resolve { next_release: true }).await;
    let late = [report(1, "bob", 61), report(2, "bob", 5)];
    count(&pool, &db, &late).await;
    for id in [1, 2] {
        assert_eq!(issue(&db, id).await.standing.status, IssueStatus::Resolved, "{id}: from before, or of the release that has it");
    }
    let next = Report { release: Some("1.1".to_owned()), ..report(2, "bob", 3) };
    count(&pool, &db, &[report(1, "bob", 4), next]).await;
    for (id, seconds) in [(1, 4), (2, 3)] {
        let standing = issue(&db, id).await.standing;
        assert_eq!((standing.status, standing.since), (IssueStatus::Regressed, Some(now() - TimeDelta::seconds(seconds))));
    }
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn an_error_of_what_is_merged_is_one_of_the_issue_that_stands_for_it(pool: PgPool) {
    let db = prepare(&pool, now()).await;
    count(&pool, &db, &[report(1, "ann", 300), report(2, "bob", 300)]).await;
    change(&db, &[1], IssueChange::Merge { into: IssueId(2) }).await;
    change(&db, &[1], IssueChange::Ignore(IgnoreUntil::Errors(2.0))).await;
    count(&pool, &db, &[report(1, "ann", 20)]).await;
    assert_eq!(issue(&db, 2).await.standing.ignored_errors, Some(1.0));
    count(&pool, &db, &[report(1, "ann", 10)]).await;
    assert_eq!(issue(&db, 2).await.standing.status, IssueStatus::Unresolved);
    let of: Vec<i64> = stored(&pool).await.into_iter().map(|((_, issue, ..), _)| issue).collect();
    assert!(of.contains(&1) && of.contains(&2), "each is counted under its own number: {of:?}");
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn beyond_the_limit_errors_are_counted_together_and_what_is_long_gone_takes_no_room(pool: PgPool) {
    let db = prepare(&pool, now()).await;
    sqlx::query(
        "insert into issue (project_id, issue_id, message, level, first_seen, last_seen)
         select 1, 1000 + n, '', 17, $1, $1 from generate_series(1, $2) as n",
    )
    .bind(now())
    .bind(ISSUES_MAX as i32 - 1)
    .execute(&pool)
    .await
    .unwrap();
    sqlx::query("insert into issue (project_id, issue_id, message, level, first_seen, last_seen) values (1, 999, '', 17, $1, $1)")
        .bind(now() - TimeDelta::days(31))
        .execute(&pool)
        .await
        .unwrap();
    count(&pool, &db, &[report(7, "ann", 9), report(5, "ann", 8), report(1_001, "ann", 7), report(8, "bob", 6)]).await;
    let counted: Vec<(i64, i64)> = stored(&pool).await.into_iter().map(|((_, issue, ..), (n, ..))| (issue, n)).collect();
    assert_eq!(counted, [(IssueId::OTHERS.0, 2), (5, 1), (1_001, 1)]);
    count(&pool, &db, &[report(9, "ann", 5)]).await;
    let others = issue(&db, IssueId::OTHERS.0).await;
    assert_eq!((others.kind, others.culprit, others.last_seen), (None, None, now() - TimeDelta::seconds(5)));
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn who_is_forgotten_leaves_the_issues_and_everybody_else_stays(pool: PgPool) {
    let db = prepare(&pool, now()).await;
    storage::projects::create(&db, "shop", "shop", "UTC", now()).await.unwrap();
    let others = vec![report(1, "bob", 5), Report { weight: 2.5, ..report(2, "bob", 90) }];
    let mine = [Report { weight: 4.0, ..report(1, "ann", 7) }, report(3, "ann", 6)];
    count(&pool, &db, &[others.clone(), mine.to_vec()].concat()).await;
    let number = actors::number(&db, SHOP, ActorKind::User, "ann").await.unwrap().unwrap() as u32;
    let targets = Targets { users: vec!["ann".to_owned()], anonymous: Vec::new(), numbers: vec![number], sessions: Vec::new() };
    erasures::begin(&db, SHOP, sqlx::types::Uuid::from_u128(1), &targets, "a test", now()).await.unwrap();
    assert_eq!(erase(&db, now()).await.unwrap(), 1);
    let left: Vec<(ProjectId, Report)> = others.into_iter().map(|report| (SHOP, report)).collect();
    assert_eq!(stored(&pool).await, expected(&left));
    // What still comes of them is left out before it is counted.
    count(&pool, &db, &mine).await;
    assert_eq!(stored(&pool).await, expected(&left));
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn where_reports_are_gone_a_forgotten_person_leaves_the_bitmaps_and_the_counts_stay(pool: PgPool) {
    let db = prepare(&pool, now()).await;
    storage::projects::create(&db, "shop", "shop", "UTC", now()).await.unwrap();
    count(&pool, &db, &[report(1, "bob", 5), report(1, "ann", 5)]).await;
    sqlx::query("delete from error_report").execute(&pool).await.unwrap();
    let number = actors::number(&db, SHOP, ActorKind::User, "ann").await.unwrap().unwrap() as u32;
    let targets = Targets { users: vec!["ann".to_owned()], anonymous: Vec::new(), numbers: vec![number], sessions: Vec::new() };
    erasures::begin(&db, SHOP, sqlx::types::Uuid::from_u128(1), &targets, "a test", now()).await.unwrap();
    assert_eq!(erase(&db, now()).await.unwrap(), 1);
    let counted: Vec<Counted> = stored(&pool).await.into_values().collect();
    assert_eq!(counted, [(2, 2.0, BTreeSet::from([(1, "bob".to_owned())]))]);
    assert_eq!(erasures::latest(&db, SHOP, 1).await.unwrap().remove(0).found["issue_quarters"], 1);
}
