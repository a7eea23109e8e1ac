//! Which project a request belongs to, by its key.

use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderMap, Uri, header};
use protocol::access::Scope;
use storage::api_keys::{Grant, Presented};

use crate::Ingest;
use crate::rejection::Rejection;

/// The longest wait for a turn to ask the database for a key.
const LOOKUP_WAIT: Duration = Duration::from_millis(500);

/// The grant of a key, if it may do what `scope` says.
pub(crate) async fn grant(ingest: &Ingest, key: &str, scope: Scope) -> Result<Arc<Grant>, Rejection> {
    let presented = Presented::of(key).ok_or(Rejection::KeyUnknown)?;
    let grant = find(ingest, presented).await?.ok_or(Rejection::KeyUnknown)?;
    if grant.allows(scope) { Ok(grant) } else { Err(Rejection::ScopeMissing(scope.word())) }
}

async fn find(ingest: &Ingest, presented: Presented) -> Result<Option<Arc<Grant>>, Rejection> {
    let (now, outage) = (ingest.clock.now(), &ingest.queue.flusher().outage);
    if let Some(known) = ingest.keys.remembered(&presented, now) {
        return Ok(known);
    }
    let turn = tokio::time::timeout(LOOKUP_WAIT, ingest.lookups.acquire()).await;
    let _turn = turn.map_err(|_elapsed| Rejection::Overloaded("too many unknown keys are being looked up"))?;
    // While the database is known to be away, nobody asks it, and a turn takes no time.
    let found = ingest.keys.grant_to_send(&ingest.db, presented, now, outage.is_known()).await;
    if found.as_ref().is_err_and(storage::Error::is_away) {
        outage.begin();
    }
    Ok(found?)
}

/// The first of: bearer token, own header, query parameter (for beacons, which cannot set headers; see [`crate::beacon`]).
pub(crate) fn credential<'r>(headers: &'r HeaderMap, uri: &'r Uri) -> Option<&'r str> {
    let text = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let bearer =
        text(header::AUTHORIZATION).and_then(|value| value.split_once(' ')).filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    bearer
        .map(|(_, key)| key.trim())
        .or_else(|| text(header::HeaderName::from_static("x-throughline-key")))
        .or_else(|| uri.query()?.split('&').find_map(|pair| pair.strip_prefix("key=")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_from_the_bearer_then_the_header_then_the_query() {
        let uri: Uri = "/v1/track:batch?a=1&key=pk_query".parse().expect("uri");
        let mut headers = HeaderMap::new();
        assert_eq!(credential(&headers, &uri), Some("pk_query"));
        headers.insert("x-throughline-key", "pk_header".parse().expect("value"));
        assert_eq!(credential(&headers, &uri), Some("pk_header"));
        headers.insert(header::AUTHORIZATION, "bearer pk_bearer".parse().expect("value"));
        assert_eq!(credential(&headers, &uri), Some("pk_bearer"));
        headers.insert(header::AUTHORIZATION, "Basic eDp5".parse().expect("value"));
        assert_eq!(credential(&headers, &uri), Some("pk_header"));
    }
}
