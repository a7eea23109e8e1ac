//! Why a whole request was refused. Every variant has one status; nothing is refused without a name.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use protocol::problem::{Problem, ProblemCode};

/// A refused request.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Rejection {
    #[error("no key in `Authorization: Bearer`, `x-throughline-key` or `?key=`")]
    KeyMissing,
    #[error("the key is not known to this server, or was revoked")]
    KeyUnknown,
    #[error("the key has no right to send here: scope `{0}` is needed")]
    ScopeMissing(&'static str),
    #[error("{0}")]
    Malformed(String),
    #[error("the batch holds {found} items, the limit is {limit}")]
    TooManyItems { found: usize, limit: usize },
    #[error("the body is over {limit} bytes {when}")]
    TooManyBytes { limit: usize, when: &'static str },
    #[error("content-encoding `{0}` is not read here")]
    EncodingUnknown(String),
    #[error("the batch id was used before, for other items or on another endpoint")]
    KeyReused,
    #[error("no such endpoint: {0}")]
    NotFound(String),
    #[error("signals are sent with POST")]
    UnknownMethod,
    #[error("{0}")]
    Unavailable(&'static str),
    /// As `Unavailable`; but the spool could take the batch.
    #[error("the database does not answer at the moment")]
    Away,
    #[error("the batch could not be stored")]
    Internal(#[source] storage::Error),
}

/// Seconds after which a refused sender should try again.
const RETRY_AFTER_SECONDS: &str = "2";

impl Rejection {
    /// The same batch may be taken later.
    pub(crate) fn is_passing(&self) -> bool {
        self.code() == ProblemCode::Unavailable
    }

    fn code(&self) -> ProblemCode {
        match self {
            Self::KeyMissing => ProblemCode::KeyMissing,
            Self::KeyUnknown => ProblemCode::KeyUnknown,
            Self::ScopeMissing(_) => ProblemCode::NotAllowed,
            Self::Malformed(_) => ProblemCode::BadRequest,
            Self::TooManyItems { .. } | Self::TooManyBytes { .. } => ProblemCode::TooLarge,
            Self::EncodingUnknown(_) => ProblemCode::EncodingUnknown,
            Self::KeyReused => ProblemCode::KeyReused,
            Self::NotFound(_) => ProblemCode::NotFound,
            Self::UnknownMethod => ProblemCode::MethodNotAllowed,
            Self::Unavailable(_) | Self::Away => ProblemCode::Unavailable,
            Self::Internal(_) => ProblemCode::Internal,
        }
    }

    /// The answer, with `correlation_id` in its body and in the log.
    pub(crate) fn into_response(self, correlation_id: &str) -> Response {
        let code = self.code();
        metrics::counter!("throughline_ingest_refused_total", "code" => code.word()).increment(1);
        match &self {
            Self::Internal(error) => tracing::error!(correlation.id = correlation_id, %error, "batch could not be stored"),
            other => tracing::debug!(correlation.id = correlation_id, code = code.word(), detail = %other, "request refused"),
        }
        let problem = Problem::new(code, self.to_string(), correlation_id);
        let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, axum::Json(problem)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if code == ProblemCode::Unavailable {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static(RETRY_AFTER_SECONDS));
        }
        response
    }
}

impl From<storage::Error> for Rejection {
    fn from(error: storage::Error) -> Self {
        if error.is_passing() { Self::Away } else { Self::Internal(error) }
    }
}
