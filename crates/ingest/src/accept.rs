//! The endpoints: what happens to a request, stage by stage.

use axum::Router;
use axum::body::{Body, Bytes, HttpBody as _};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use http_body_util::{BodyExt as _, Limited};
use protocol::access::Scope;
use protocol::limits::{BATCH_ITEMS_MAX, BODY_BYTES_MAX, BODY_WIRE_BYTES_MAX, IMPORT_BODY_BYTES_MAX, IMPORT_ITEMS_MAX};
use protocol::outcome::Signal;
use tower_http::cors::{AllowHeaders, AllowMethods, AllowOrigin, CorsLayer};

use crate::decode::Batch;
use crate::keep::Kept;
use crate::prepare::Source;
use crate::raw_request::RawRequest;
use crate::rejection::Rejection;
use crate::text::Text;
use crate::{Ingest, authenticate, decode, decompress, import, keep};

/// The operation that takes history.
const IMPORT: &str = "import:batch";
const DURABILITY: HeaderName = HeaderName::from_static("x-durability");

/// The ingest endpoints. Any origin may send: a public key can only write.
pub fn router(ingest: Ingest) -> Router {
    let cors = CorsLayer::new()
        .allow_origin(AllowOrigin::any())
        .allow_methods(AllowMethods::list([axum::http::Method::POST]))
        .allow_headers(AllowHeaders::mirror_request())
        .expose_headers([header::RETRY_AFTER, DURABILITY])
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
    let live = Signal::ALL.into_iter().find(|signal| signal.operation() == operation).map(Source::Live);
    let answer = match live.or((operation == IMPORT).then_some(Source::Import)) {
        Some(source) => accept(&ingest, source, Form::Envelope, Request { uri: &uri, headers: &headers, body }).await,
        None => Err(Rejection::NotFound(format!("/v1/{operation}"))),
    };
    match answer {
        Ok(Kept { answer, spooled }) => (StatusCode::ACCEPTED, durability(spooled), axum::Json(answer)).into_response(),
        Err(rejection) => rejection.into_response(correlation_id(&headers)),
    }
}

/// The lifecycle guide's collector: one event or a list of them, answered with 204.
async fn collect(State(ingest): State<Ingest>, uri: Uri, headers: HeaderMap, body: Body) -> Response {
    match accept(&ingest, Source::Live(Signal::Event), Form::BareList, Request { uri: &uri, headers: &headers, body }).await {
        Ok(Kept { spooled, .. }) => (StatusCode::NO_CONTENT, durability(spooled), ()).into_response(),
        Err(rejection) => rejection.into_response(correlation_id(&headers)),
    }
}

/// Says so when a batch is durable in the spool only.
fn durability(spooled: bool) -> Option<[(HeaderName, HeaderValue); 1]> {
    spooled.then_some([(DURABILITY, HeaderValue::from_static("spool"))])
}

/// How a body is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// An object with the envelope's fields and a list of items.
    Envelope,
    /// Items without an envelope.
    BareList,
}

impl Form {
    pub(crate) fn decode<'t>(self, text: &'t Text<'_>, headers: &HeaderMap, limits: &Limits) -> Result<Batch<'t>, Rejection> {
        match self {
            Self::Envelope => decode::batch(&text.json, headers, &limits.lists, limits.items),
            Self::BareList => decode::bare_list(&text.json, headers, limits.items),
        }
    }
}

struct Request<'r> {
    uri: &'r Uri,
    headers: &'r HeaderMap,
    body: Body,
}

/// From a request to the answer for its batch, stage by stage.
async fn accept(ingest: &Ingest, source: Source, form: Form, request: Request<'_>) -> Result<Kept, Rejection> {
    let Request { uri, headers, body } = request;
    let limits = Limits::of(source);
    let grant = authenticate::request(ingest, headers, uri, limits.scope).await?;
    keep::refuse_what_cannot_be_kept(ingest, source)?;
    let body = read(body, headers, &limits).await?;
    let reserved = ingest.queue.reserve(body.len())?;
    let (project, dedupe, arrived_at) = (grant.project_id, grant.dedupe, ingest.clock.now());
    let raw = RawRequest { project, dedupe, source, form, arrived_at, body };
    let prepared = raw.prepare(headers, ingest.random)?;
    match source {
        Source::Import => import::store(ingest.queue.flusher(), prepared).await.map(Kept::committed),
        Source::Live(_) => keep::keep(ingest, &raw, prepared, reserved).await,
    }
}

/// What an endpoint takes.
pub(crate) struct Limits {
    scope: Scope,
    lists: Vec<&'static str>,
    items: usize,
    wire_bytes: usize,
    pub(crate) plain_bytes: usize,
}

impl Limits {
    pub(crate) fn of(source: Source) -> Self {
        let lists = source.signals().into_iter().map(Signal::list).collect();
        match source {
            Source::Live(_) => {
                Self { scope: Scope::Ingest, lists, items: BATCH_ITEMS_MAX, wire_bytes: BODY_WIRE_BYTES_MAX, plain_bytes: BODY_BYTES_MAX }
            }
            Source::Import => Self {
                scope: Scope::Import,
                lists,
                items: IMPORT_ITEMS_MAX,
                wire_bytes: IMPORT_BODY_BYTES_MAX,
                plain_bytes: IMPORT_BODY_BYTES_MAX,
            },
        }
    }
}

/// Bytes beyond the limit that are still taken and thrown away: a sender that is cut off while it writes sees a broken
/// connection, tries again, and never learns why.
const THROWN_AWAY_MAX: usize = 16 * 1024 * 1024;

/// The body's plain bytes, bounded before and after decompression.
async fn read(mut body: Body, headers: &HeaderMap, limits: &Limits) -> Result<Bytes, Rejection> {
    let refused = Rejection::TooManyBytes { limit: limits.wire_bytes, when: "as sent" };
    if body.size_hint().lower() > (limits.wire_bytes + THROWN_AWAY_MAX) as u64 {
        return Err(refused);
    }
    let wire = match Limited::new(&mut body, limits.wire_bytes).collect().await {
        Ok(collected) => collected.to_bytes(),
        Err(error) if error.is::<http_body_util::LengthLimitError>() => {
            throw_away(body).await;
            return Err(refused);
        }
        Err(error) => return Err(Rejection::Malformed(format!("the body broke off: {error}"))),
    };
    decompress::body(wire, headers, limits.plain_bytes)
}

/// Reads what the sender still has to say, up to a limit.
async fn throw_away(body: Body) {
    let mut rest = Limited::new(body, THROWN_AWAY_MAX);
    while let Some(Ok(_)) = rest.frame().await {}
}

/// Set by the server's outermost layer; the answer and the log name it.
fn correlation_id(headers: &HeaderMap) -> &str {
    headers.get("x-request-id").and_then(|value| value.to_str().ok()).unwrap_or("-")
}
