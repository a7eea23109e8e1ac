//! Layers that refuse other sites: names that are not ours (rebinding), and forms that another page sends.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::Access;
use super::credentials::key_of;
use crate::{ApiError, QueryState};

/// Refuses a request whose Host is neither a configured name nor a loopback one: a page whose name was made to point here
/// must not read our answers. Not for ingest, which has no cookies, nor for health checks.
pub async fn require_known_host(State(state): State<QueryState>, request: Request, next: Next) -> Response {
    let host = host_of(&request);
    if state.access().knows_host(host) {
        return next.run(request).await;
    }
    ApiError::UnknownHost(host.chars().take(100).collect()).into_response()
}

/// Refuses a request that may change something unless our own page sent it, or a program with a key: no browser adds a key
/// by itself.
pub async fn require_same_site(request: Request, next: Next) -> Response {
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS | Method::TRACE);
    if safe || key_of(request.headers()).is_some() || is_from_own_page(request.headers(), host_of(&request)) {
        return next.run(request).await;
    }
    ApiError::CrossSite.into_response()
}

/// The name and port that the request was sent to.
fn host_of(request: &Request) -> &str {
    let header = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    header.or_else(|| request.uri().authority().map(|authority| authority.as_str())).unwrap_or_default()
}

/// Browsers say `Sec-Fetch-Site` on trustworthy addresses, and `Origin` with every form; one of them must be there.
fn is_from_own_page(headers: &HeaderMap, host: &str) -> bool {
    if let Some(site) = headers.get("sec-fetch-site") {
        return site == "same-origin" || site == "none";
    }
    let origin = headers.get(header::ORIGIN).and_then(|origin| origin.to_str().ok());
    let authority = origin.and_then(|origin| origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://")));
    authority.is_some_and(|authority| !host.is_empty() && authority.eq_ignore_ascii_case(host))
}

impl Access {
    fn knows_host(&self, host: &str) -> bool {
        let name = without_port(host);
        // An empty setting, as compose files leave it, must not let in requests without a name.
        is_loopback(name) || !name.is_empty() && self.0.config.hosts.iter().any(|known| without_port(known).eq_ignore_ascii_case(name))
    }
}

fn without_port(host: &str) -> &str {
    if host.starts_with('[') {
        return host.find(']').map_or(host, |end| &host[..=end]);
    }
    host.split_once(':').map_or(host, |(name, _)| name)
}

fn is_loopback(name: &str) -> bool {
    matches!(name, "127.0.0.1" | "[::1]") || name.eq_ignore_ascii_case("localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().expect("a name"), value.parse().expect("a value"))).collect()
    }

    #[test]
    fn a_form_counts_as_ours_by_its_fetch_site_or_its_origin() {
        let host = "tl.example:6440";
        for ours in [
            &[("sec-fetch-site", "same-origin")][..],
            &[("sec-fetch-site", "none")],
            &[("origin", "https://tl.example:6440")],
            &[("origin", "http://TL.example:6440")],
        ] {
            assert!(is_from_own_page(&headers(ours), host), "{ours:?}");
        }
        for foreign in [
            &[][..],
            &[("sec-fetch-site", "cross-site")],
            &[("sec-fetch-site", "same-site")],
            &[("sec-fetch-site", "cross-site"), ("origin", "https://tl.example:6440")],
            &[("origin", "null")],
            &[("origin", "https://evil.example")],
            &[("origin", "https://tl.example")],
            &[("origin", "https://tl.example:6440.evil.example")],
        ] {
            assert!(!is_from_own_page(&headers(foreign), host), "{foreign:?}");
        }
    }

    #[test]
    fn a_name_is_compared_without_its_port() {
        assert_eq!(without_port("tl.example:6440"), "tl.example");
        assert_eq!(without_port("[::1]:6440"), "[::1]");
        assert!(is_loopback(without_port("LOCALHOST:80")));
        assert!(!is_loopback(without_port("localhost.evil.example")));
    }
}
