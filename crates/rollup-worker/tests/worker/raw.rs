//! Raw rows as ingest writes them, in plain SQL.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use protocol::metric::MetricKind;
use protocol::outcome::OutcomeCount;
use serde::Serialize;
use sqlx::PgPool;
use sqlx::types::Uuid;
use storage::Db;
use storage::partitions::{self, Table};

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Event {
    pub(crate) ts: DateTime<Utc>,
    pub(crate) actor_kind: i16,
    pub(crate) actor: String,
    pub(crate) name: String,
    pub(crate) route: Option<String>,
    pub(crate) environment: String,
    pub(crate) weight: f64,
    pub(crate) is_bot: bool,
}

impl Event {
    /// A page view of a user in production.
    pub(crate) fn of(user: &str, route: &str, ts: DateTime<Utc>) -> Self {
        Self {
            ts,
            actor_kind: 1,
            actor: user.to_owned(),
            name: "$pageview".to_owned(),
            route: Some(route.to_owned()),
            environment: "prod".to_owned(),
            weight: 1.0,
            is_bot: false,
        }
    }
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Point {
    pub(crate) ts: DateTime<Utc>,
    pub(crate) name: String,
    #[serde(serialize_with = "code")]
    pub(crate) kind: MetricKind,
    pub(crate) unit: String,
    pub(crate) value: f64,
    pub(crate) set_hash: Option<i64>,
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) environment: String,
}

impl Point {
    /// One more order in a shop.
    pub(crate) fn order(shop: &str, ts: DateTime<Utc>) -> Self {
        Self {
            ts,
            name: "orders".to_owned(),
            kind: MetricKind::Counter,
            unit: String::new(),
            value: 1.0,
            set_hash: None,
            tags: [("shop".to_owned(), shop.to_owned())].into(),
            environment: "prod".to_owned(),
        }
    }
}

fn code<S: serde::Serializer>(kind: &MetricKind, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_i16(kind.code())
}

/// A project's part of a flush.
#[derive(Clone, Debug)]
pub(crate) struct Flush {
    pub(crate) project: i32,
    pub(crate) flush_id: Uuid,
    pub(crate) received_at: DateTime<Utc>,
    /// Rows lie at their own times instead of `received_at`.
    pub(crate) imported: bool,
    pub(crate) events: Vec<Event>,
    pub(crate) points: Vec<Point>,
    pub(crate) outcomes: Vec<OutcomeCount>,
    /// How many more events it announces than it holds.
    pub(crate) missing: i32,
}

impl Flush {
    pub(crate) fn live(project: i32, received_at: DateTime<Utc>, events: Vec<Event>, points: Vec<Point>) -> Self {
        // Nobody but the test picks ids, and only different ones matter.
        static NEXT: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(1);
        let flush_id = Uuid::from_u64_pair(NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed), 0);
        Self { project, flush_id, received_at, imported: false, events, points, outcomes: Vec::new(), missing: 0 }
    }

    pub(crate) fn import(project: i32, received_at: DateTime<Utc>, events: Vec<Event>, points: Vec<Point>) -> Self {
        Self { imported: true, ..Self::live(project, received_at, events, points) }
    }

    fn range(&self) -> (DateTime<Utc>, DateTime<Utc>) {
        let times: Vec<DateTime<Utc>> = self.events.iter().map(|event| event.ts).chain(self.points.iter().map(|point| point.ts)).collect();
        match (times.iter().min(), times.iter().max()) {
            (Some(from), Some(until)) if self.imported => (*from, *until),
            _ => (self.received_at, self.received_at),
        }
    }
}

/// A database with every partition that the worker's start makes.
pub(crate) async fn prepare(pool: &PgPool, now: DateTime<Utc>) -> Db {
    let db = Db::from_pool(pool.clone());
    partitions::ensure(&db, now).await.unwrap();
    db
}

/// Commits a flush.
pub(crate) async fn insert(pool: &PgPool, flush: &Flush) {
    let (from, until) = flush.range();
    if flush.imported {
        let db = Db::from_pool(pool.clone());
        for table in [Table::Event, Table::MetricPoint] {
            let days = from.date_naive().iter_days().take_while(|day| *day <= until.date_naive());
            partitions::ensure_days(&db, table, days).await.unwrap();
        }
    }
    let mut tx = pool.begin().await.unwrap();
    sqlx::query(
        "insert into event (project_id, received_at, flush_id, n, event_id, batch_id, ts, actor_kind, actor, name, route, environment, props,
             weight, flags, is_bot)
         select $1, case when $4 then e.ts else $2 end, $3, row_number() over (), gen_random_uuid(), $3, e.ts, e.actor_kind, e.actor, e.name,
             e.route, e.environment, '{}', e.weight, 0, e.is_bot
         from jsonb_to_recordset($5) as e (ts timestamptz, actor_kind int2, actor text, name text, route text, environment text,
             weight float8, is_bot bool)",
    )
    .bind(flush.project)
    .bind(flush.received_at)
    .bind(flush.flush_id)
    .bind(flush.imported)
    .bind(sqlx::types::Json(&flush.events))
    .execute(&mut *tx)
    .await
    .unwrap();
    sqlx::query(
        "insert into metric_point (project_id, received_at, flush_id, n, batch_id, ts, name, kind, unit, value, set_hash, tags, environment, flags)
         select $1, case when $4 then p.ts else $2 end, $3, row_number() over (), $3, p.ts, p.name, p.kind, p.unit, p.value, p.set_hash,
             p.tags, p.environment, 0
         from jsonb_to_recordset($5) as p (ts timestamptz, name text, kind int2, unit text, value float8, set_hash int8, tags jsonb,
             environment text)",
    )
    .bind(flush.project)
    .bind(flush.received_at)
    .bind(flush.flush_id)
    .bind(flush.imported)
    .bind(sqlx::types::Json(&flush.points))
    .execute(&mut *tx)
    .await
    .unwrap();
    sqlx::query(
        "insert into pending (project_id, flush_id, received_from, received_until, committed_at, events, points, imported, outcomes)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(flush.project)
    .bind(flush.flush_id)
    .bind(from)
    .bind(until)
    .bind(flush.received_at)
    .bind(flush.events.len() as i32 + flush.missing)
    .bind(flush.points.len() as i32)
    .bind(flush.imported)
    .bind(sqlx::types::Json(&flush.outcomes))
    .execute(&mut *tx)
    .await
    .unwrap();
    tx.commit().await.unwrap();
}

/// How many flushes wait.
pub(crate) async fn pending(pool: &PgPool) -> i64 {
    sqlx::query_scalar("select count(*) from pending").fetch_one(pool).await.unwrap()
}
