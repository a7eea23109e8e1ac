//! Links between actors, made from what was said about who is who.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use protocol::identity::IdentityKind;
use protocol::identity_link::Refusal;
use protocol::time::Clock;
use rollup_worker::{Config, Stage, run_once, run_once_with};
use sqlx::{PgPool, Row as _};
use storage::pending::ClaimSize;

use crate::random::Random;
use crate::raw::{Event, Flush, insert, pending, prepare};
use crate::rollups::now;

#[derive(Clone, Debug)]
struct Identity {
    kind: IdentityKind,
    user: Option<&'static str>,
    anonymous: Option<&'static str>,
    ts: DateTime<Utc>,
}

fn identify(user: &'static str, anonymous: &'static str, seconds_ago: i64) -> Identity {
    let ts = now() - TimeDelta::seconds(seconds_ago);
    Identity { kind: IdentityKind::Identify, user: Some(user), anonymous: Some(anonymous), ts }
}

/// Commits a flush that holds these identities beside its own signals.
async fn insert_with(pool: &PgPool, flush: &Flush, identities: &[Identity]) {
    for (n, identity) in identities.iter().enumerate() {
        sqlx::query(
            "insert into identity (project_id, received_at, flush_id, n, batch_id, ts, kind, user_id, anonymous_id, traits, flags)
             values ($1, $2, $3, $4, $3, $5, $6, $7, $8, '{}', 0)",
        )
        .bind(flush.project)
        .bind(flush.received_at)
        .bind(flush.flush_id)
        .bind(n as i32)
        .bind(identity.ts)
        .bind(identity.kind.code())
        .bind(identity.user)
        .bind(identity.anonymous)
        .execute(pool)
        .await
        .unwrap();
    }
    insert(pool, flush).await;
    let items = (flush.events.len() + flush.points.len() + identities.len()) as i32;
    sqlx::query("update pending set items = $1 where flush_id = $2").bind(items).bind(flush.flush_id).execute(pool).await.unwrap();
}

/// First time, last time, how often, and whether it is refused.
type Said = (DateTime<Utc>, DateTime<Utc>, i64, Option<i16>);

/// Links by project, anonymous id and user.
async fn stored(pool: &PgPool) -> BTreeMap<(i32, String, String), Said> {
    let rows = sqlx::query(
        "select l.project_id, f.id, t.id, l.ts, l.last_ts, l.times, l.refused from identity_link l
         join actor f on f.project_id = l.project_id and f.number = l.from_actor and f.kind = 2 and l.from_kind = 2
         join actor t on t.project_id = l.project_id and t.number = l.to_actor and t.kind = 1 and l.to_kind = 1",
    );
    let rows = rows.fetch_all(pool).await.unwrap();
    let links: BTreeMap<_, _> =
        rows.iter().map(|row| ((row.get(0), row.get(1), row.get(2)), (row.get(3), row.get(4), row.get(5), row.get(6)))).collect();
    let all: i64 = sqlx::query_scalar("select count(*) from identity_link").fetch_one(pool).await.unwrap();
    assert_eq!(links.len() as i64, all, "a link without its actors");
    let gaps: i64 = sqlx::query_scalar(
        "select count(*) from work w where w.next_link - 1 <> (select count(*) from identity_link l where l.project_id = w.project_id)
             or w.next_link - 1 <> (select coalesce(max(l.link_id), 0) from identity_link l where l.project_id = w.project_id)
             or w.next_actor <> (select count(*) from actor a where a.project_id = w.project_id)
             or w.next_actor <> (select coalesce(max(a.number) + 1, 0) from actor a where a.project_id = w.project_id)",
    )
    .fetch_one(pool)
    .await
    .unwrap();
    assert_eq!(gaps, 0, "numbers have gaps");
    links
}

async fn version(pool: &PgPool) -> i64 {
    sqlx::query_scalar("select links_version from work where project_id = 1").fetch_one(pool).await.unwrap()
}

fn pair(project: i32, anonymous: &str, user: &str) -> (i32, String, String) {
    (project, anonymous.to_owned(), user.to_owned())
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn identify_and_alias_link_two_ids_and_nothing_else_does(pool: PgPool) {
    let db = prepare(&pool, now()).await;
    let one = |kind, user, anonymous| Identity { kind, user, anonymous, ts: now() };
    let identities = [
        identify("u1", "a1", 60),
        one(IdentityKind::Alias, Some("u1"), Some("a2")),
        one(IdentityKind::Identify, Some("u2"), None),
        one(IdentityKind::Reset, Some("u3"), Some("a3")),
        one(IdentityKind::Reset, None, Some("a1")),
    ];
    // Both ids on one event are no link either; the same ids are linked in another project.
    insert_with(&pool, &Flush::live(1, now(), vec![Event::of("u4", "/", now())], Vec::new()), &identities).await;
    insert_with(&pool, &Flush::live(2, now(), Vec::new(), Vec::new()), &identities[..1]).await;
    run_once(&db, &Clock::fixed(now())).await.unwrap();
    let ago = now() - TimeDelta::seconds(60);
    let expected = [
        (pair(1, "a1", "u1"), (ago, ago, 1, None)),
        (pair(1, "a2", "u1"), (now(), now(), 1, None)),
        (pair(2, "a1", "u1"), (ago, ago, 1, None)),
    ];
    assert_eq!(stored(&pool).await, expected.into());
    let causes: Vec<i16> =
        sqlx::query_scalar("select cause from identity_link where project_id = 1 order by link_id").fetch_all(&pool).await.unwrap();
    assert_eq!(causes, [IdentityKind::Identify.code(), IdentityKind::Alias.code()]);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_link_that_is_said_again_stays_one_and_begins_when_it_was_said_first(pool: PgPool) {
    let db = prepare(&pool, now()).await;
    let count = async |identities: &[Identity]| {
        insert_with(&pool, &Flush::live(1, now(), Vec::new(), Vec::new()), identities).await;
        run_once(&db, &Clock::fixed(now())).await.unwrap();
        (stored(&pool).await.into_values().next().unwrap(), version(&pool).await)
    };
    let ago = |seconds| now() - TimeDelta::seconds(seconds);
    assert_eq!(count(&[identify("u1", "a1", 50), identify("u1", "a1", 60)]).await, ((ago(60), ago(50), 2, None), 1));
    assert_eq!(count(&[identify("u1", "a1", 40)]).await, ((ago(60), ago(40), 3, None), 1), "persons stay as they are");
    assert_eq!(count(&[identify("u1", "a1", 70)]).await, ((ago(70), ago(40), 4, None), 2), "an earlier link may win over others");
    sqlx::query("update identity_link set undone = true").execute(&pool).await.unwrap();
    assert_eq!(count(&[identify("u1", "a1", 10)]).await, ((ago(70), ago(10), 5, None), 2));
    assert!(sqlx::query_scalar::<_, bool>("select undone from identity_link").fetch_one(&pool).await.unwrap(), "it stays undone");
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn ids_that_identify_nobody_are_kept_as_refused_links(pool: PgPool) {
    let db = prepare(&pool, now()).await;
    let identities = [identify("undefined", "a1", 0), identify("u1", "00000000-0000-0000-0000-000000000000", 0), identify("u1", "a1", 0)];
    insert_with(&pool, &Flush::live(1, now(), Vec::new(), Vec::new()), &identities).await;
    run_once(&db, &Clock::fixed(now())).await.unwrap();
    let refused: Vec<Option<i16>> = stored(&pool).await.into_values().map(|(.., refused)| refused).collect();
    let null_like = Some(Refusal::NullLike.code());
    assert_eq!(refused, [null_like, None, null_like], "of 0000, a1 with u1, a1 with undefined");
}

const USERS: [&str; 4] = ["u1", "u2", "u3", "null"];
const DEVICES: [&str; 5] = ["a1", "a2", "a3", "a4", "u1"];

fn random_identities(random: &mut Random) -> Vec<Identity> {
    let one = |random: &mut Random| Identity {
        kind: [IdentityKind::Identify, IdentityKind::Alias, IdentityKind::Reset][random.below(3) as usize],
        user: USERS.get(random.below(5) as usize).copied(),
        anonymous: DEVICES.get(random.below(6) as usize).copied(),
        ts: now() - TimeDelta::seconds(random.below(50) as i64),
    };
    (0..random.below(6)).map(|_| one(random)).collect()
}

fn expected(all: &[(i32, Identity)]) -> BTreeMap<(i32, String, String), Said> {
    let mut links = BTreeMap::new();
    for (project, identity) in all {
        if let (true, Some(user), Some(anonymous)) = (identity.kind != IdentityKind::Reset, identity.user, identity.anonymous) {
            let refused = (user == "null").then_some(Refusal::NullLike.code());
            let link = links.entry(pair(*project, anonymous, user)).or_insert((identity.ts, identity.ts, 0, refused));
            *link = (link.0.min(identity.ts), link.1.max(identity.ts), link.2 + 1, refused);
        }
    }
    links
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_worker_broken_off_at_any_stage_links_nothing_twice_and_forgets_nothing(pool: PgPool) {
    let db = prepare(&pool, now()).await;
    let mut random = Random(5);
    let mut all = Vec::new();
    let mut clock = now();
    for stage in [Stage::Claimed, Stage::IdentitiesLinked, Stage::EventsCounted, Stage::Removed, Stage::Committed] {
        for flush in random.flushes(2, 6, now()) {
            let identities = random_identities(&mut random);
            insert_with(&pool, &flush, &identities).await;
            all.extend(identities.into_iter().map(|identity| (flush.project, identity)));
        }
        let broken = AtomicU64::new(0);
        // The first three times: the whole claim, and then two of its flushes on their own.
        let break_off = move |at| {
            anyhow::ensure!(at != stage || broken.fetch_add(1, Ordering::Relaxed) >= 3, "a test breaks off at {stage:?}");
            Ok(())
        };
        let claim = ClaimSize { flushes_max: 3, items_max: 1_000 };
        let config = Config { at_stage: Some(Arc::new(break_off)), claim, ..Config::new(|| 0.5) };
        run_once_with(&db, &Clock::fixed(clock), &config).await.unwrap();
        clock += TimeDelta::seconds(100);
        run_once(&db, &Clock::fixed(clock)).await.unwrap();
        assert_eq!(pending(&pool).await, 0, "{stage:?}");
        assert_eq!(stored(&pool).await, expected(&all), "{stage:?}");
    }
    assert!(all.len() > 40, "only {} identities", all.len());
}
