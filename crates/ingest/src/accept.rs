//! The endpoints: what happens to a request, stage by stage.

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use http_body_util::{BodyExt as _, Limited};
use protocol::access::Scope;
use protocol::limits::{BATCH_ITEMS_MAX, BODY_BYTES_MAX, BODY_WIRE_BYTES_MAX, IMPORT_BODY_BYTES_MAX, IMPORT_ITEMS_MAX};
use protocol::verdict::BatchAnswer;
use storage::batches::NewBatch;
use tower_http::cors::{AllowHeaders, AllowMethods, AllowOrigin, CorsLayer};

use crate::commit::Fate;
use crate::prepare::{self, Setting, Source};
use crate::rejection::Rejection;
use crate::{Ingest, authenticate, decode, decompress, import};

/// The ingest endpoints. Any origin may send: a public key can only write.
pub fn router(ingest: Ingest) -> Router {
    let cors = CorsLayer::new()
        .allow_origin(AllowOrigin::any())
        .allow_methods(AllowMethods::list([axum::http::Method::POST]))
        .allow_headers(AllowHeaders::mirror_request())
        .expose_headers([header::RETRY_AFTER])
        .max_age(std::time::Duration::from_secs(86_400));
    Router::new()
        // One route for all: some proxies and libraries write the colon as %3A, and the path parameter is decoded.
        .route("/v1/{operation}", post(operation))
        .route("/api/events/collect", post(collect))
        .method_not_allowed_fallback(async |headers: HeaderMap| Rejection::UnknownMethod.into_response(correlation_id(&headers)))
        .layer(cors)
        .with_state(ingest)
}

async fn operation(State(ingest): State<Ingest>, Path(operation): Path<String>, uri: Uri, headers: HeaderMap, body: Body) -> Response {
    let answer = match operation.as_str() {
        "track:batch" => batch(&ingest, Source::Track, &uri, &headers, body).await,
        "metrics:batch" => batch(&ingest, Source::Metrics, &uri, &headers, body).await,
        "import:batch" => batch(&ingest, Source::Import, &uri, &headers, body).await,
        other => Err(Rejection::NotFound(format!("/v1/{other}"))),
    };
    match answer {
        Ok(answer) => (StatusCode::ACCEPTED, axum::Json(answer)).into_response(),
        Err(rejection) => rejection.into_response(correlation_id(&headers)),
    }
}

/// The lifecycle guide's collector: one event or a list of them, answered with 204.
async fn collect(State(ingest): State<Ingest>, uri: Uri, headers: HeaderMap, body: Body) -> Response {
    match collect_events(&ingest, &uri, &headers, body).await {
        Ok(_) => StatusCode::NO_CONTENT.into_response(),
        Err(rejection) => rejection.into_response(correlation_id(&headers)),
    }
}

async fn batch(ingest: &Ingest, source: Source, uri: &Uri, headers: &HeaderMap, body: Body) -> Result<BatchAnswer, Rejection> {
    let limits = Limits::of(source);
    let grant = authenticate::request(ingest, headers, uri, limits.scope).await?;
    let plain = read(body, headers, &limits).await?;
    let reserved = ingest.queue.reserve(plain.len())?;
    let (text, repaired) = decode::text(&plain);
    let batch = decode::batch(&text, headers, limits.fields, limits.items)?;
    let setting = Setting { project: grant.project_id, source, now: ingest.clock.now(), random: ingest.random, repaired };
    let prepared = prepare::batch(batch, &setting);
    let entry = prepared.entry.clone();
    let fate = match source {
        Source::Import => import::store(ingest.queue.flusher(), prepared).await?,
        Source::Track | Source::Metrics => ingest.queue.commit(prepared, reserved).await?,
    };
    Ok(answer(fate, entry))
}

async fn collect_events(ingest: &Ingest, uri: &Uri, headers: &HeaderMap, body: Body) -> Result<BatchAnswer, Rejection> {
    let limits = Limits::of(Source::Track);
    let grant = authenticate::request(ingest, headers, uri, limits.scope).await?;
    let plain = read(body, headers, &limits).await?;
    let reserved = ingest.queue.reserve(plain.len())?;
    let (text, repaired) = decode::text(&plain);
    let batch = decode::bare_list(&text, headers, limits.items)?;
    let setting = Setting { project: grant.project_id, source: Source::Track, now: ingest.clock.now(), random: ingest.random, repaired };
    let prepared = prepare::batch(batch, &setting);
    let entry = prepared.entry.clone();
    Ok(answer(ingest.queue.commit(prepared, reserved).await?, entry))
}

/// What an endpoint takes.
struct Limits {
    scope: Scope,
    fields: &'static [&'static str],
    items: usize,
    wire_bytes: usize,
    plain_bytes: usize,
}

impl Limits {
    fn of(source: Source) -> Self {
        let live = Self {
            scope: Scope::Ingest,
            fields: &["events"],
            items: BATCH_ITEMS_MAX,
            wire_bytes: BODY_WIRE_BYTES_MAX,
            plain_bytes: BODY_BYTES_MAX,
        };
        match source {
            Source::Track => live,
            Source::Metrics => Self { fields: &["metrics"], ..live },
            Source::Import => Self {
                scope: Scope::Import,
                fields: &["events", "metrics"],
                items: IMPORT_ITEMS_MAX,
                wire_bytes: IMPORT_BODY_BYTES_MAX,
                plain_bytes: IMPORT_BODY_BYTES_MAX,
            },
        }
    }
}

/// The body's plain bytes, bounded before and after decompression.
async fn read(body: Body, headers: &HeaderMap, limits: &Limits) -> Result<Bytes, Rejection> {
    let wire = match Limited::new(body, limits.wire_bytes).collect().await {
        Ok(collected) => collected.to_bytes(),
        Err(error) if error.is::<http_body_util::LengthLimitError>() => {
            return Err(Rejection::TooManyBytes { limit: limits.wire_bytes, when: "as sent" });
        }
        Err(error) => return Err(Rejection::Malformed(format!("the body broke off: {error}"))),
    };
    decompress::body(wire, headers, limits.plain_bytes)
}

fn answer(fate: Fate, entry: NewBatch) -> BatchAnswer {
    match fate {
        Fate::Stored => {
            BatchAnswer { accepted: entry.accepted as u32, duplicate: false, rejected: entry.rejected as u32, errors: entry.errors }
        }
        Fate::Duplicate(first) => {
            BatchAnswer { accepted: first.accepted as u32, duplicate: true, rejected: first.rejected as u32, errors: first.errors }
        }
    }
}

/// Set by the server's outermost layer; the answer and the log name it.
fn correlation_id(headers: &HeaderMap) -> &str {
    headers.get("x-request-id").and_then(|value| value.to_str().ok()).unwrap_or("-")
}
