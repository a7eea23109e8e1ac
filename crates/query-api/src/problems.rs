//! Writes the body of an answer that is not a success.

use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use protocol::problem::ProblemCode;

use crate::QueryState;
use crate::error::Failed;

const REQUEST_ID: &str = "x-request-id";
/// A longer id than this is not ours and not a proxy's.
const REQUEST_ID_BYTES_MAX: usize = 64;

/// The id under which a request is found in the log: the one that it came with, or a new one.
pub fn correlation_id(headers: &HeaderMap, state: &QueryState) -> String {
    let sent = headers.get(REQUEST_ID).and_then(|id| id.to_str().ok());
    match sent {
        Some(id)
            if (1..=REQUEST_ID_BYTES_MAX).contains(&id.len())
                && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_') =>
        {
            id.to_owned()
        }
        _ => {
            let mut bytes = [0; 8];
            state.access().fill_random(&mut bytes);
            hex::encode(bytes)
        }
    }
}

/// A layer around every route of this crate: gives each failed answer its problem+json and logs it once.
pub async fn answer_problems(State(state): State<QueryState>, request: Request, next: Next) -> Response {
    let correlation_id = correlation_id(request.headers(), &state);
    let response = next.run(request).await;
    let Some(Failed(error)) = response.extensions().get::<Failed>().cloned() else {
        return response;
    };
    match error.code() {
        ProblemCode::Internal => tracing::error!(correlation_id, error = %error, "a question failed"),
        ProblemCode::Unavailable | ProblemCode::Timeout => tracing::warn!(correlation_id, error = %error, "a question was not answered"),
        _ => tracing::debug!(correlation_id, error = %error, "a question was refused"),
    }
    let (parts, _) = response.into_parts();
    let mut answer = (parts.status, Json(error.problem(&correlation_id))).into_response();
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    if let Some(after) = parts.headers.get(header::RETRY_AFTER) {
        answer.headers_mut().insert(header::RETRY_AFTER, after.clone());
    }
    if let Ok(id) = HeaderValue::from_str(&correlation_id) {
        answer.headers_mut().insert(REQUEST_ID, id);
    }
    answer
}
