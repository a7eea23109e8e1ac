//! The browser's files: embedded, served below a path that changes with their content, so that they are never stale and
//! never asked for twice. Beside them the browser SDK's scripts, below an address that other people's pages can name.

use std::sync::OnceLock;

use axum::Router;
use axum::extract::Path;
use axum::http::header::{
    ACCEPT_ENCODING, ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, VARY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use rust_embed::RustEmbed;
use sha2::{Digest as _, Sha256};

/// What `islands-build` and the SDK's build made. Debug builds read the folder when asked; the path is absolute, so any working directory will do.
#[derive(RustEmbed)]
#[folder = "../../web/dist"]
struct Dist;

/// The glue between browser and wasm.
const GLUE: &str = "islands.js";
/// The wasm itself.
const WASM: &str = "islands_bg.wasm";

/// The hash of all files, taken once.
fn version() -> &'static str {
    static VERSION: OnceLock<String> = OnceLock::new();
    VERSION.get_or_init(|| {
        let mut names: Vec<_> = Dist::iter().collect();
        names.sort();
        let hash = names
            .iter()
            .filter_map(|name| Some((name, Dist::get(name)?)))
            .fold(Sha256::new(), |hash, (name, file)| hash.chain_update(name.as_bytes()).chain_update(file.metadata.sha256_hash()));
        hash.finalize()[..8].iter().map(|byte| format!("{byte:02x}")).collect()
    })
}

/// The URL of a file.
pub(crate) fn url(name: &str) -> String {
    format!("/assets/{}/{name}", version())
}

/// The URLs of glue and wasm; `None` when the wasm was not built, and pages have to do without.
pub(crate) fn islands() -> Option<(String, String)> {
    (Dist::get(GLUE).is_some() && Dist::get(WASM).is_some()).then(|| (url(GLUE), url(WASM)))
}

/// Serves `/assets/{hash}/{file}`, and the SDK's scripts as `/sdk/{file}`.
pub fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route("/assets/{version}/{name}", get(serve)).route("/sdk/{name}", get(serve_sdk))
}

async fn serve(Path((asked, name)): Path<(String, String)>, headers: HeaderMap) -> Response {
    // A page of an older server may still ask for its own version: it gets today's file, but must not keep it.
    let cache = if asked == version() { "public, max-age=31536000, immutable" } else { "no-store" };
    file(&name, cache, &headers)
}

/// A page of any origin may load these. Its address names no version, so a browser asks again after an hour.
async fn serve_sdk(Path(name): Path<String>, headers: HeaderMap) -> Response {
    if !served(&name) {
        return StatusCode::NOT_FOUND.into_response();
    }
    ([(ACCESS_CONTROL_ALLOW_ORIGIN, "*")], file(&format!("sdk/{name}"), "public, max-age=3600", &headers)).into_response()
}

fn file(name: &str, cache: &str, headers: &HeaderMap) -> Response {
    let Some(plain) = served(name).then(|| Dist::get(name)).flatten() else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let kind = plain.metadata.mimetype().to_owned();
    let common = [
        (CONTENT_TYPE, kind),
        (CACHE_CONTROL, cache.to_owned()),
        (X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
        (VARY, "accept-encoding".to_owned()),
    ];
    match Dist::get(&format!("{name}.br")).filter(|_| accepts_brotli(headers)) {
        Some(small) => (common, [(CONTENT_ENCODING, "br")], small.data).into_response(),
        None => (common, plain.data).into_response(),
    }
}

/// Compressed copies and build notes are not files of their own.
fn served(name: &str) -> bool {
    !name.starts_with('.') && !name.ends_with(".br")
}

fn accepts_brotli(headers: &HeaderMap) -> bool {
    headers.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(',')).any(|encoding| {
        let mut parts = encoding.split(';').map(str::trim);
        parts.next() == Some("br") && !parts.any(|part| matches!(part, "q=0" | "q=0.0"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepting(value: &str) -> HeaderMap {
        HeaderMap::from_iter([(ACCEPT_ENCODING, value.parse().expect("a header"))])
    }

    #[test]
    fn brotli_goes_only_to_those_who_take_it() {
        assert!(accepts_brotli(&accepting("gzip, deflate, br, zstd")));
        assert!(accepts_brotli(&accepting("br;q=0.5")));
        assert!(!accepts_brotli(&accepting("gzip, br;q=0")));
        assert!(!accepts_brotli(&accepting("gzip")));
        assert!(!accepts_brotli(&HeaderMap::new()));
    }

    #[tokio::test]
    async fn hidden_and_missing_files_are_not_found() {
        for name in [".islands", "app.css.br", "nothing.js", "../Cargo.toml"] {
            let answer = serve(Path(("x".to_owned(), name.to_owned())), HeaderMap::new()).await;
            assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{name}");
        }
        for name in [".islands", "throughline.min.js.br", "nothing.js", "../app.css"] {
            let answer = serve_sdk(Path(name.to_owned()), HeaderMap::new()).await;
            assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{name}");
        }
    }
}
