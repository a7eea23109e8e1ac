//! What an operator's tools ask: is it alive, is it ready, how does it do.

use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use metrics_exporter_prometheus::PrometheusHandle;
use storage::Db;

use crate::shutdown::Stop;

/// Whoever asks has a limit of its own, of one or two seconds as a rule.
const DATABASE_WITHIN: Duration = Duration::from_millis(500);

#[derive(Clone)]
pub(crate) struct Operations {
    pub(crate) db: Db,
    pub(crate) metrics: PrometheusHandle,
    pub(crate) stop: Stop,
}

pub(crate) fn router(operations: Operations) -> Router {
    Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .with_state(operations)
}

/// Ready while the database answers and nobody asked to stop. Liveness never depends on the database: restarting a
/// process does not bring it back.
async fn ready(State(operations): State<Operations>) -> impl IntoResponse {
    if *operations.stop.borrow() {
        return (StatusCode::SERVICE_UNAVAILABLE, "stopping\n");
    }
    match tokio::time::timeout(DATABASE_WITHIN, operations.db.ping()).await {
        Ok(Ok(())) => (StatusCode::OK, "ready\n"),
        _ => (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n"),
    }
}

async fn metrics(State(operations): State<Operations>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], operations.metrics.render())
}
