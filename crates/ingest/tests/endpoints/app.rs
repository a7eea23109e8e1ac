//! An ingest process over a test's own database, spoken to through its router.

use std::sync::atomic::{AtomicU64, Ordering};

use axum::body::Body;
use axum::http::{HeaderMap, Request};
use chrono::{DateTime, Utc};
use http_body_util::BodyExt as _;
use ingest::{Committers, Config, Ingest};
use protocol::access::Scope;
use protocol::id::ProjectId;
use protocol::time::Clock;
use serde_json::Value;
use sqlx::PgPool;
use storage::api_keys::{self, Presented};
use storage::{Db, partitions, projects};
use tower::ServiceExt as _;

/// The time of every test: a Thursday.
pub const NOW: &str = "2026-05-14T12:00:00Z";

pub struct App {
    pub pool: PgPool,
    pub project: ProjectId,
    pub key: String,
    router: axum::Router,
    committers: Committers,
}

/// What a sender is told.
pub struct Answer {
    pub status: u16,
    headers: HeaderMap,
    pub body: Value,
}

impl Answer {
    /// Empty when the header is missing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("text"))
    }
}

static COUNT: AtomicU64 = AtomicU64::new(1);

fn random() -> u128 {
    u128::from(COUNT.fetch_add(1, Ordering::Relaxed)).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)
}

pub fn now() -> DateTime<Utc> {
    NOW.parse().expect("a time")
}

impl App {
    pub async fn start(pool: PgPool) -> Self {
        Self::start_with(pool, Clock::fixed(now()), Config::default()).await
    }

    pub async fn start_with(pool: PgPool, clock: Clock, config: Config) -> Self {
        let db = Db::from_pool(pool.clone());
        partitions::ensure(&db, now()).await.expect("partitions");
        let (ingest, committers) = Ingest::start(db.clone(), clock, random, config, None);
        let router = ingest::router(ingest);
        let (project, key) = Self::project(&db, "shop", '1').await;
        Self { pool, project, key, router, committers }
    }

    /// A project and its public key.
    pub async fn project(db: &Db, slug: &str, digit: char) -> (ProjectId, String) {
        let project = projects::create(db, slug, slug, "Europe/Berlin", now()).await.expect("project");
        let key = format!("pk_{}", digit.to_string().repeat(32));
        let presented = Presented::of(&key).expect("well-formed");
        api_keys::create(db, project.id, &presented, "pk_", "test", &[Scope::Ingest], now()).await.expect("key");
        (project.id, key)
    }

    pub async fn post(&self, path: &str, body: impl Into<Body>) -> (u16, Value) {
        self.send(Request::post(path).header("authorization", format!("Bearer {}", self.key)).body(body.into()).expect("request")).await
    }

    pub async fn send(&self, request: Request<Body>) -> (u16, Value) {
        let Answer { status, body, .. } = self.ask(request).await;
        (status, body)
    }

    /// A batch of history, with a key that may import.
    pub async fn import(&self, body: &Value) -> (u16, Value) {
        let secret = format!("sk_{}", "a".repeat(64));
        let presented = Presented::of(&secret).expect("well-formed");
        let db = Db::from_pool(self.pool.clone());
        if api_keys::find(&db, &presented).await.expect("an answer").is_none() {
            api_keys::create(&db, self.project, &presented, "sk_aaaa", "test", &[Scope::Import], now()).await.expect("key");
        }
        let request = Request::post("/v1/import:batch").header("authorization", format!("Bearer {secret}"));
        self.send(request.body(Body::from(body.to_string())).expect("request")).await
    }

    /// As [`App::post`], with the answer's headers.
    pub async fn answer(&self, path: &str, body: impl Into<Body>) -> Answer {
        self.ask(Request::post(path).header("authorization", format!("Bearer {}", self.key)).body(body.into()).expect("request")).await
    }

    async fn ask(&self, request: Request<Body>) -> Answer {
        let (parts, body) = self.router.clone().oneshot(request).await.expect("infallible").into_parts();
        let body = body.collect().await.expect("body").to_bytes();
        let body = if body.is_empty() { Value::Null } else { serde_json::from_slice(&body).expect("json") };
        Answer { status: parts.status.as_u16(), headers: parts.headers, body }
    }

    /// Ends in order: whatever was accepted or refused is written.
    pub async fn stop(self) -> PgPool {
        drop(self.router);
        self.committers.finished().await;
        self.pool
    }

    pub async fn count(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(&self.pool).await.expect("count")
    }
}
