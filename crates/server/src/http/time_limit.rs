//! The time limit of a whole request, up to the beginning of its answer.

use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use protocol::problem::{Problem, ProblemCode};

/// Answers 408 when no answer is ready in time. What an answer streams afterwards has no limit.
pub(crate) async fn limit_time(State(within): State<Duration>, request: Request, next: Next) -> Response {
    let id = request.headers().get("x-request-id").and_then(|id| id.to_str().ok()).unwrap_or("-").to_owned();
    match tokio::time::timeout(within, next.run(request)).await {
        Ok(response) => response,
        Err(_elapsed) => {
            let problem = Problem::new(ProblemCode::RequestTimeout, format!("the request was not complete within {within:?}"), id);
            let mut response = (StatusCode::REQUEST_TIMEOUT, axum::Json(problem)).into_response();
            response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
            // Whatever of the request is still to come cannot be told from a next one.
            response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
            response
        }
    }
}
