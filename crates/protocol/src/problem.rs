//! Whole-request problems, as RFC 9457 `application/problem+json`.

use serde::{Deserialize, Serialize};

/// The body of an answer that is not a success.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// A URI for the kind of problem: `/docs/problems#<code>`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What happened in this case.
    pub detail: String,
    /// The kind, for programs.
    pub code: ProblemCode,
    /// What to do about it.
    pub hint: String,
    /// Finds this request in the server's log.
    pub correlation_id: String,
}

/// Kinds of problem. A closed set; each has a paragraph in `docs/problems.md`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ProblemCode {
    /// 400: not JSON, or not the shape of this endpoint.
    BadRequest,
    /// 401: no key.
    KeyMissing,
    /// 401: a key that is not known, or was revoked.
    KeyUnknown,
    /// 401: sign in first.
    SignInNeeded,
    /// 403: known, but not allowed to do this.
    NotAllowed,
    /// 404: nothing there, or nothing that this caller may see.
    NotFound,
    /// 405: another method is needed.
    MethodNotAllowed,
    /// 408: the request was not complete in time.
    RequestTimeout,
    /// 413: more bytes or items than the limit.
    TooLarge,
    /// 415: a body encoding that is not read.
    EncodingUnknown,
    /// 422: the batch id was used for another content.
    KeyReused,
    /// 429: faster than a rate allows.
    TooMany,
    /// 429: more in this month than a quota allows.
    QuotaExceeded,
    /// 503: overloaded, or the database is away; try again later.
    Unavailable,
    /// 504: the query took longer than its budget.
    Timeout,
    /// 500: a fault of the server.
    Internal,
}

impl ProblemCode {
    /// Every code, in the order of the documentation.
    pub const ALL: [Self; 16] = [
        Self::BadRequest,
        Self::KeyMissing,
        Self::KeyUnknown,
        Self::SignInNeeded,
        Self::NotAllowed,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::RequestTimeout,
        Self::TooLarge,
        Self::EncodingUnknown,
        Self::KeyReused,
        Self::TooMany,
        Self::QuotaExceeded,
        Self::Unavailable,
        Self::Timeout,
        Self::Internal,
    ];

    /// The HTTP status.
    pub const fn status(self) -> u16 {
        match self {
            Self::BadRequest => 400,
            Self::KeyMissing | Self::KeyUnknown | Self::SignInNeeded => 401,
            Self::NotAllowed => 403,
            Self::NotFound => 404,
            Self::MethodNotAllowed => 405,
            Self::RequestTimeout => 408,
            Self::TooLarge => 413,
            Self::EncodingUnknown => 415,
            Self::KeyReused => 422,
            Self::TooMany | Self::QuotaExceeded => 429,
            Self::Internal => 500,
            Self::Unavailable => 503,
            Self::Timeout => 504,
        }
    }

    /// The word in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::BadRequest => "bad_request",
            Self::KeyMissing => "key_missing",
            Self::KeyUnknown => "key_unknown",
            Self::SignInNeeded => "sign_in_needed",
            Self::NotAllowed => "not_allowed",
            Self::NotFound => "not_found",
            Self::MethodNotAllowed => "method_not_allowed",
            Self::RequestTimeout => "request_timeout",
            Self::TooLarge => "too_large",
            Self::EncodingUnknown => "encoding_unknown",
            Self::KeyReused => "key_reused",
            Self::TooMany => "too_many",
            Self::QuotaExceeded => "quota_exceeded",
            Self::Unavailable => "unavailable",
            Self::Timeout => "timeout",
            Self::Internal => "internal",
        }
    }

    /// The kind in words.
    pub const fn title(self) -> &'static str {
        match self {
            Self::BadRequest => "The request cannot be read",
            Self::KeyMissing => "No key was sent",
            Self::KeyUnknown => "The key is not known",
            Self::SignInNeeded => "Sign in first",
            Self::NotAllowed => "Not allowed",
            Self::NotFound => "Nothing here",
            Self::MethodNotAllowed => "Another method is needed",
            Self::RequestTimeout => "The request was not complete in time",
            Self::TooLarge => "The request is too large",
            Self::EncodingUnknown => "The body's encoding is not read here",
            Self::KeyReused => "The batch id was used for another content",
            Self::TooMany => "Too many requests",
            Self::QuotaExceeded => "The month's quota is used up",
            Self::Unavailable => "Not available for the moment",
            Self::Timeout => "The query took too long",
            Self::Internal => "The server failed",
        }
    }

    /// What the caller can do.
    pub const fn hint(self) -> &'static str {
        match self {
            Self::BadRequest => "compare the request with the example in the documentation",
            Self::KeyMissing => "send the header `Authorization: Bearer pk_…`; `throughline keys --project NAME list` shows the key",
            Self::KeyUnknown => "copy the key again: it may have been revoked, or belong to another server",
            Self::SignInNeeded => "open the dashboard and sign in, or send `Authorization: Bearer sk_…`",
            Self::NotAllowed => "use a key or an account with that right",
            Self::NotFound => "check the address",
            Self::MethodNotAllowed => "check the method in the documentation",
            Self::RequestTimeout => "send the same batch again, in fewer bytes when the connection is slow",
            Self::TooLarge => "send fewer items per batch: at most 1,000 items and 1 MB",
            Self::EncodingUnknown => "send gzip, br, zstd, deflate or no encoding",
            Self::KeyReused => "make a new batch id for new content; repeat one only with the same items",
            Self::TooMany => "wait as long as Retry-After says",
            Self::QuotaExceeded => {
                "wait for the next month (UTC), or raise the quota with `throughline projects set` or `throughline keys set`"
            }
            Self::Unavailable => "wait as long as Retry-After says and send the same batch again",
            Self::Timeout => "choose a shorter range",
            Self::Internal => "look for the correlation id in the server's log",
        }
    }
}

impl Problem {
    /// The problem of kind `code` with what happened in this case.
    pub fn new(code: ProblemCode, detail: impl Into<String>, correlation_id: impl Into<String>) -> Self {
        Self {
            kind: format!("/docs/problems#{}", code.word()),
            title: code.title().to_owned(),
            status: code.status(),
            detail: detail.into(),
            code,
            hint: code.hint().to_owned(),
            correlation_id: correlation_id.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_codes_word_is_its_json() {
        for code in ProblemCode::ALL {
            assert_eq!(serde_json::to_string(&code).expect("json"), format!("\"{}\"", code.word()));
        }
    }
}
