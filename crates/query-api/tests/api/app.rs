//! A query process over a test's own database, spoken to through its router.

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request};
use http_body_util::BodyExt as _;
use protocol::access::{Project, Role, Scope};
use query_api::access::{AccessConfig, ProjectContext};
use query_api::{QueryConfig, QueryParts, QueryState, routes};
use serde_json::Value;
use sqlx::PgPool;
use storage::partitions::{self, Table};
use storage::{Db, project_roles};
use testkit::clock::HandClock;
use testkit::keys;
use tokio::sync::watch;
use tower::ServiceExt as _;

pub struct App {
    pub pool: PgPool,
    pub db: Db,
    pub clock: HandClock,
    pub state: QueryState,
    pub shop: Project,
    /// Reads the shop.
    pub key: String,
    pub router: Router,
    pub shutdown: watch::Sender<bool>,
}

pub fn random(bytes: &mut [u8]) {
    getrandom::fill(bytes).expect("random bytes");
}

impl App {
    /// At noon of a Thursday.
    pub async fn start(pool: PgPool) -> Self {
        Self::start_at(pool, "2026-05-14T12:00:30Z").await
    }

    pub async fn start_at(pool: PgPool, now: &str) -> Self {
        Self::start_with(pool, now, |_| {}).await
    }

    pub async fn start_with(pool: PgPool, now: &str, change: impl FnOnce(&mut QueryConfig)) -> Self {
        let db = Db::from_pool(pool.clone());
        let clock = HandClock::at(now);
        // Live figures are never older than a moment: tests see what they inserted.
        let mut config = QueryConfig { live_refresh: Duration::ZERO, ..QueryConfig::default() };
        config.access = AccessConfig { hosts: vec!["tl.example".to_owned()], https: false };
        change(&mut config);
        let (shutdown, stopped) = watch::channel(false);
        let state = QueryState::new(QueryParts { db: db.clone(), clock: clock.clock(), random, config, shutdown: stopped });
        partitions::ensure(&db, clock.now()).await.expect("partitions");
        let shop = keys::project(&db, "shop", clock.now()).await;
        let key = keys::secret(&db, &shop, '5', &[Scope::Read], clock.now()).await;
        Self { router: routes::router(state.clone()), pool, db, clock, state, shop, key, shutdown }
    }

    /// Makes the raw partitions of the days before now, as an import does.
    pub async fn with_days_back(self, days: u64) -> Self {
        for table in [Table::Event, Table::MetricPoint] {
            let first = self.clock.now().date_naive() - chrono::Days::new(days);
            partitions::ensure_days(&self.db, table, first.iter_days().take(days as usize)).await.expect("partitions");
        }
        self
    }

    pub async fn get(&self, path: &str) -> (u16, Value) {
        self.get_as(path, &[("authorization", &format!("Bearer {}", self.key))]).await
    }

    pub async fn get_as(&self, path: &str, headers: &[(&str, &str)]) -> (u16, Value) {
        let (status, _, body) = self.send(request("GET", path, headers)).await;
        (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
    }

    /// An answer that is no JSON.
    pub async fn text(&self, path: &str) -> String {
        let (status, _, body) = self.send(request("GET", path, &[("authorization", &format!("Bearer {}", self.key))])).await;
        assert_eq!(status, 200, "{path}");
        String::from_utf8(body).expect("text")
    }

    /// Asks as a browser's own page does, which matters for a method that changes something.
    pub async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> (u16, Value) {
        let headers = [headers, &[("sec-fetch-site", "same-origin")]].concat();
        let (status, _, body) = self.send(request(method, path, &headers)).await;
        (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
    }

    pub async fn send(&self, request: Request<Body>) -> (u16, HeaderMap, Vec<u8>) {
        send(&self.router, request).await
    }

    /// The status alone, for an answer that does not end.
    pub async fn status(&self, path: &str, headers: &[(&str, &str)]) -> u16 {
        self.router.clone().oneshot(request("GET", path, headers)).await.expect("infallible").status().as_u16()
    }

    /// A path of the shop.
    pub fn path(&self, rest: &str) -> String {
        format!("/api/v1/projects/{}{rest}", self.shop.id)
    }

    pub async fn context(&self) -> ProjectContext {
        let headers = headers(&[("authorization", &format!("Bearer {}", self.key))]);
        self.state.access().project_context(&headers, "shop").await.expect("the shop")
    }

    /// A browser that is signed in with this role in the shop: its cookie.
    pub async fn browser(&self, role: Role) -> String {
        let mut tx = self.db.begin().await.expect("transaction");
        let email = format!("{}@example.com", role.word());
        let account = storage::accounts::create(&mut tx, &email, None, self.clock.now()).await.expect("account");
        tx.commit().await.expect("commit");
        project_roles::grant(&self.db, self.shop.id, account.id, role).await.expect("role");
        let link = self.state.access().create_sign_in_link(account.id).await.expect("link");
        let session = self.state.access().use_sign_in_link(&link, &HeaderMap::new()).await.expect("database").expect("session");
        cookie(&session.set_cookie)
    }
}

/// What a browser sends back for a `Set-Cookie`.
pub fn cookie(set_cookie: &str) -> String {
    set_cookie.split(';').next().expect("a cookie").to_owned()
}

pub fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
    pairs.iter().map(|(name, value)| (name.parse().expect("a name"), value.parse().expect("a value"))).collect()
}

pub fn request(method: &str, path: &str, headers: &[(&str, &str)]) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(path);
    if !headers.iter().any(|(name, _)| *name == "host") {
        request = request.header("host", "localhost:6440");
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(Body::empty()).expect("a request")
}

pub async fn send(router: &Router, request: Request<Body>) -> (u16, HeaderMap, Vec<u8>) {
    let response = router.clone().oneshot(request).await.expect("infallible");
    let (parts, body) = response.into_parts();
    let body = body.collect().await.expect("a body").to_bytes();
    (parts.status.as_u16(), parts.headers, body.to_vec())
}
