//! What an operator's tools ask: is it alive, is it ready, how does it do.

use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use ingest::Ingest;
use metrics_exporter_prometheus::PrometheusHandle;
use protocol::time::Clock;
use query_api::QueryState;
use storage::Db;

use crate::shutdown::Stop;

/// Whoever asks has a limit of its own, of one or two seconds as a rule.
const DATABASE_WITHIN: Duration = Duration::from_millis(500);

#[derive(Clone)]
pub(crate) struct Operations {
    pub(crate) db: Db,
    pub(crate) clock: Clock,
    pub(crate) metrics: PrometheusHandle,
    /// `None` when this process answers no questions.
    pub(crate) query: Option<QueryState>,
    pub(crate) stop: Stop,
    pub(crate) readiness: Readiness,
}

/// What readiness asks besides the database.
#[derive(Clone, Default)]
pub(crate) struct Readiness {
    /// `None` when this process takes no signals.
    pub(crate) ingest: Option<Ingest>,
    /// A spool was asked for and cannot be used.
    pub(crate) spool_is_broken: bool,
}

pub(crate) fn router(operations: Operations) -> Router {
    Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .with_state(operations)
}

/// Ready while the database answers and nobody asked to stop. A process with a spool stays ready without the database, until
/// the spool is nearly full: it can still acknowledge, and nobody should take its senders away. Liveness never depends on the
/// database: restarting a process does not bring it back.
async fn ready(State(operations): State<Operations>) -> impl IntoResponse {
    let Readiness { ingest, spool_is_broken } = &operations.readiness;
    let spool = ingest.as_ref().and_then(|ingest| ingest.spool());
    let refusal = if *operations.stop.borrow() {
        "stopping\n"
    } else if *spool_is_broken {
        "the spool cannot be used\n"
    } else if spool.is_some_and(|spool| spool.is_nearly_full(operations.clock.now())) {
        "the spool is nearly full\n"
    } else if spool.is_some() || matches!(tokio::time::timeout(DATABASE_WITHIN, operations.db.ping()).await, Ok(Ok(()))) {
        return (StatusCode::OK, "ready\n");
    } else {
        "the database does not answer\n"
    };
    (StatusCode::SERVICE_UNAVAILABLE, refusal)
}

async fn metrics(State(operations): State<Operations>) -> impl IntoResponse {
    if let Some(query) = &operations.query {
        metrics::gauge!("throughline_column_cache_bytes").set(query.column_cache_bytes() as f64);
    }
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], operations.metrics.render())
}
