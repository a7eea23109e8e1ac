//! What is left of a rate, as headers of every answer; of a quota, once it is used up.

use axum::http::{HeaderMap, HeaderName, HeaderValue};

use super::bucket::Left;
use crate::rejection::whole_seconds;

/// Items that may come at once when none have come for a while.
pub(crate) const LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
/// Items that may come now.
pub(crate) const REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
/// Seconds until as many may come as `x-ratelimit-limit` says.
pub(crate) const RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

pub(crate) fn insert(headers: &mut HeaderMap, left: Left) {
    headers.insert(LIMIT, HeaderValue::from(left.burst));
    headers.insert(REMAINING, HeaderValue::from(left.now));
    headers.insert(RESET, HeaderValue::from(whole_seconds(left.full_after)));
}
