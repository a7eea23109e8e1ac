//! Why a whole request was refused. Every variant has one status; nothing is refused without a name.

use std::time::Duration;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use protocol::problem::{Problem, ProblemCode};

use crate::commit::{Full, TooLong};
use crate::limit::bucket::Left;

/// A refused request.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Rejection {
    #[error("no key in `Authorization: Bearer`, `x-throughline-key`, `?key=` or the envelope's `key`")]
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
    #[error("the {whose} may send {} per second", protocol::number::counted(u64::from(*events_per_second), "event", "events"))]
    TooFast { whose: &'static str, events_per_second: u32, retry_after: Duration },
    #[error("the {whose} may send {events_per_month} events per month, and they are used up until the next one begins (UTC)")]
    QuotaExceeded { whose: &'static str, events_per_month: u64, retry_after: Duration },
    #[error("{0}")]
    Overloaded(&'static str),
    #[error("{0}")]
    Unavailable(&'static str),
    /// As `Unavailable`; but the spool could take the batch.
    #[error("the database does not answer at the moment")]
    Away,
    #[error("the batch could not be stored")]
    Internal(#[source] storage::Error),
}

/// When a sender should try again whose batch met a passing fault.
const RETRY_AFTER: Duration = Duration::from_secs(2);
/// No rate makes a sender wait longer: by then it may have been raised.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(3_600);

impl Rejection {
    /// The sender is not to blame, and the same batch may be taken later.
    pub(crate) fn is_passing(&self) -> bool {
        self.code() == ProblemCode::Unavailable
    }

    /// The sender is not to blame.
    pub(crate) fn is_ours(&self) -> bool {
        matches!(self.code(), ProblemCode::Unavailable | ProblemCode::Internal)
    }

    /// What is left of the quota that is the reason.
    pub(crate) fn left(&self) -> Option<Left> {
        match self {
            Self::QuotaExceeded { events_per_month, retry_after, .. } => {
                Some(Left { burst: *events_per_month, now: 0, full_after: *retry_after })
            }
            _ => None,
        }
    }

    pub(crate) fn code(&self) -> ProblemCode {
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
            Self::TooFast { .. } => ProblemCode::TooMany,
            Self::QuotaExceeded { .. } => ProblemCode::QuotaExceeded,
            Self::Overloaded(_) | Self::Unavailable(_) | Self::Away => ProblemCode::Unavailable,
            Self::Internal(_) => ProblemCode::Internal,
        }
    }

    /// When the same batch may be sent again; `None` when it would be refused again.
    fn retry_after(&self, overload: impl FnOnce() -> Duration) -> Option<Duration> {
        match self {
            Self::TooFast { retry_after, .. } | Self::QuotaExceeded { retry_after, .. } => Some((*retry_after).min(RETRY_AFTER_MAX)),
            // Spread, so that not all come back at once.
            Self::Overloaded(_) | Self::Away => Some(overload()),
            Self::Unavailable(_) => Some(RETRY_AFTER),
            _ => None,
        }
    }

    /// The answer, with `correlation_id` in its body and in the log. A sender that met an overload shall come back after
    /// `overload`.
    pub(crate) fn into_response(self, correlation_id: &str, overload: impl FnOnce() -> Duration) -> Response {
        let code = self.code();
        metrics::counter!("throughline_ingest_refused_total", "code" => code.word()).increment(1);
        match &self {
            Self::Internal(error) => tracing::error!(correlation.id = correlation_id, %error, "batch could not be stored"),
            other => tracing::debug!(correlation.id = correlation_id, code = code.word(), detail = %other, "request refused"),
        }
        let retry_after = self.retry_after(overload);
        let problem = Problem::new(code, self.to_string(), correlation_id);
        let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, axum::Json(problem)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(after) = retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(whole_seconds(after)));
        }
        response
    }
}

/// Rounded up: a sender that comes back a moment too early is refused again.
pub(crate) fn whole_seconds(duration: Duration) -> u64 {
    duration.as_secs() + u64::from(duration.subsec_nanos() > 0)
}

impl From<Full> for Rejection {
    fn from(Full: Full) -> Self {
        Self::Overloaded("too many bytes are being worked on")
    }
}

impl From<TooLong> for Rejection {
    fn from(TooLong: TooLong) -> Self {
        Self::Overloaded("too many batches are waiting to be committed")
    }
}

impl From<storage::Error> for Rejection {
    fn from(error: storage::Error) -> Self {
        if error.is_passing() { Self::Away } else { Self::Internal(error) }
    }
}
