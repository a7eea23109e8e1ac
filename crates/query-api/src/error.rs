//! What can go wrong with a question, and what is said about it.

use std::sync::Arc;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use protocol::access::{Role, Scope};
use protocol::problem::{Problem, ProblemCode};

/// Why a question has no answer.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// Nobody is signed in, and there is no key.
    #[error("this needs a signed-in browser or a secret key")]
    SignInNeeded,
    /// A public key asked.
    #[error("a public key (pk_) can only send signals")]
    PublicKey,
    /// A key that is malformed, unknown or revoked.
    #[error("the key is not known, or was revoked")]
    KeyUnknown,
    /// A key without the scope.
    #[error("this key does not have the scope `{}`", .0.word())]
    ScopeMissing(Scope),
    /// An account without the role.
    #[error("this needs the role `{}` in the project", .0.word())]
    RoleTooLow(Role),
    /// No such project, or one that the caller may not see: both look the same.
    #[error("there is no such project, or it is not yours")]
    UnknownProject,
    /// No such metric in the project.
    #[error("the project has no metric `{0}`")]
    UnknownMetric(String),
    /// No such trace in the project, or none that is still kept.
    #[error("the project has no trace `{0}`, or keeps it no longer")]
    UnknownTrace(String),
    /// Nobody in the project was ever counted with this id.
    #[error("the project knows nobody by the id `{0}`")]
    UnknownPerson(String),
    /// No such identity link in the project.
    #[error("the project has no identity link `{0}`")]
    UnknownLink(String),
    /// No such issue in the project.
    #[error("the project has no issue `{0}`")]
    UnknownIssue(String),
    /// Nothing is saved in the project under this id, or nothing that the caller sees.
    #[error("the project has no saved view or segment `{0}`")]
    UnknownSaved(uuid::Uuid),
    /// A link that expired, was revoked, or never was: all look the same.
    #[error("this link is over, was taken back, or never was")]
    LinkOver,
    /// A parameter that is missing or cannot be used.
    #[error("the parameter `{name}` {problem}")]
    InvalidParameter {
        /// Which one.
        name: &'static str,
        /// What is wrong with it, as the end of a sentence.
        problem: String,
        /// What it could be.
        allowed: String,
    },
    /// A request that would change something, from another site.
    #[error("the request came from another site")]
    CrossSite,
    /// A Host header with a name that is not ours.
    #[error("this server does not answer to the name `{0}`")]
    UnknownHost(String),
    /// Too many wrong passwords.
    #[error("too many attempts to sign in")]
    TooManyAttempts {
        /// When the next one is allowed.
        retry_after_seconds: u32,
    },
    /// A bound was reached.
    #[error("{0}")]
    Busy(&'static str),
    /// More would have to be read at once than is allowed.
    #[error("this would read {megabytes} MB at once, and {megabytes_max} MB are allowed")]
    TooMuch {
        /// What would be read.
        megabytes: usize,
        /// The limit.
        megabytes_max: usize,
    },
    /// The budget of the question is used up.
    #[error("the answer took longer than {0:?}")]
    Timeout(std::time::Duration),
    /// No such route.
    #[error("there is nothing at this address")]
    UnknownRoute,
    /// A route that has other methods.
    #[error("this address does not take this method")]
    UnknownMethod,
    /// The database.
    #[error(transparent)]
    Storage(#[from] storage::Error),
    /// A fault of ours, or of the stored data.
    #[error("{0}")]
    Fault(String),
}

impl From<analysis::cell::Corrupt> for ApiError {
    fn from(corrupt: analysis::cell::Corrupt) -> Self {
        Self::Fault(corrupt.to_string())
    }
}

/// Seconds after which a caller may try again when the database was away or a bound was reached.
const RETRY_AFTER_SECONDS: u32 = 2;

impl ApiError {
    /// The kind of problem.
    pub fn code(&self) -> ProblemCode {
        match self {
            Self::SignInNeeded => ProblemCode::SignInNeeded,
            Self::KeyUnknown => ProblemCode::KeyUnknown,
            Self::PublicKey | Self::ScopeMissing(_) | Self::RoleTooLow(_) | Self::CrossSite | Self::UnknownHost(_) => {
                ProblemCode::NotAllowed
            }
            Self::UnknownProject | Self::UnknownMetric(_) | Self::UnknownPerson(_) | Self::UnknownLink(_) | Self::UnknownRoute => {
                ProblemCode::NotFound
            }
            Self::UnknownTrace(_) | Self::UnknownIssue(_) | Self::UnknownSaved(_) | Self::LinkOver => ProblemCode::NotFound,
            Self::UnknownMethod => ProblemCode::MethodNotAllowed,
            Self::InvalidParameter { .. } | Self::Storage(storage::Error::Text(_)) => ProblemCode::BadRequest,
            Self::TooManyAttempts { .. } => ProblemCode::TooMany,
            Self::TooMuch { .. } => ProblemCode::BadRequest,
            Self::Busy(_) => ProblemCode::Unavailable,
            Self::Timeout(_) | Self::Storage(storage::Error::Cancelled(_)) => ProblemCode::Timeout,
            Self::Storage(error) if error.is_passing() => ProblemCode::Unavailable,
            Self::Storage(_) | Self::Fault(_) => ProblemCode::Internal,
        }
    }

    /// The problem as it is told. Never says what the database said: that is in the log, under the correlation id.
    pub fn problem(&self, correlation_id: &str) -> Problem {
        let code = self.code();
        let detail = match self {
            Self::Storage(error) if error.is_passing() => "the database is away or busy".to_owned(),
            Self::Storage(storage::Error::Cancelled(_)) => "the database stopped the query at its time limit".to_owned(),
            Self::Storage(storage::Error::Text(_)) => "a parameter holds a character that no stored text has, such as NUL".to_owned(),
            Self::Storage(_) | Self::Fault(_) => "the answer could not be made".to_owned(),
            other => other.to_string(),
        };
        let mut problem = Problem::new(code, detail, correlation_id);
        if let Some(hint) = self.hint() {
            problem.hint = hint;
        }
        problem
    }

    /// Where there is more to say than the code's own hint.
    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::PublicKey => "make a secret key with the scope `read`: throughline keys --project NAME create --scope read".to_owned(),
            Self::ScopeMissing(Scope::Write) => "make a secret key with the scopes `read` and `write`".to_owned(),
            Self::ScopeMissing(scope) => format!("make a secret key with the scope `{}`", scope.word()),
            Self::InvalidParameter { allowed, .. } => format!("allowed: {allowed}"),
            Self::TooMuch { .. } => "ask for a shorter range, or let the server keep more columns (--column-cache-mb)".to_owned(),
            Self::CrossSite => "send the form from this site's own page".to_owned(),
            Self::UnknownHost(_) => "add the name to the server's --host list".to_owned(),
            _ => return None,
        })
    }

    /// Seconds after which the caller may try again, when that may help.
    pub fn retry_after_seconds(&self) -> Option<u32> {
        match self {
            Self::TooManyAttempts { retry_after_seconds } => Some(*retry_after_seconds),
            _ if self.code() == ProblemCode::Unavailable => Some(RETRY_AFTER_SECONDS),
            _ => None,
        }
    }
}

/// The error on its way out: [`crate::answer_problems`] writes the body, since only it knows the correlation id.
#[derive(Clone)]
pub(crate) struct Failed(pub(crate) Arc<ApiError>);

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.code().status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = status.into_response();
        if let Some(seconds) = self.retry_after_seconds() {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response.extensions_mut().insert(Failed(Arc::new(self)));
        response
    }
}

impl ApiError {
    /// A range that a page does not offer.
    pub(crate) fn range(found: protocol::range::Range, allowed: &[protocol::range::Range]) -> Self {
        let words: Vec<&str> = allowed.iter().map(|range| range.word()).collect();
        Self::InvalidParameter { name: "range", problem: format!("cannot be `{}` here", found.word()), allowed: words.join(", ") }
    }
}
