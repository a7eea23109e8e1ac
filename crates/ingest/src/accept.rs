//! The endpoints: what happens to a request, stage by stage, the cheapest refusal first.

use std::borrow::Cow;
use std::mem::size_of;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Instant;

use axum::body::Body;
use axum::extract::{ConnectInfo, Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Extension, Router};
use protocol::access::Scope;
use protocol::limits::{BATCH_ITEMS_MAX, BODY_BYTES_MAX, BODY_WIRE_BYTES_MAX, IMPORT_BODY_BYTES_MAX, IMPORT_ITEMS_MAX};
use protocol::outcome::Signal;
use storage::api_keys::Grant;
use tower_http::cors::{AllowHeaders, AllowMethods, AllowOrigin, CorsLayer};

use crate::body::{self, Size};
use crate::commit::Reserved;
use crate::decode::Batch;
use crate::enrich::Shown;
use crate::keep::{self, Kept};
use crate::limit::bucket::Left;
use crate::limit::headers as limit_headers;
use crate::prepare::{Item, Prepared, Source};
use crate::raw_request::RawRequest;
use crate::rejection::Rejection;
use crate::text::Text;
use crate::{Ingest, authenticate, beacon, decode, import};

/// The operation that takes history.
const IMPORT: &str = "import:batch";
const DURABILITY: HeaderName = HeaderName::from_static("x-durability");

/// The ingest endpoints. Any origin may send: a public key can only write.
pub fn router(ingest: Ingest) -> Router {
    let cors = CorsLayer::new()
        .allow_origin(AllowOrigin::any())
        .allow_methods(AllowMethods::list([axum::http::Method::POST]))
        .allow_headers(AllowHeaders::mirror_request())
        .expose_headers([header::RETRY_AFTER, DURABILITY, limit_headers::LIMIT, limit_headers::REMAINING, limit_headers::RESET])
        .max_age(std::time::Duration::from_secs(86_400));
    Router::new()
        // One route for all: some proxies and libraries write the colon as %3A, and the path parameter is decoded.
        .route("/v1/{operation}", post(operation))
        .route("/api/events/collect", post(collect))
        .method_not_allowed_fallback(async |State(ingest): State<Ingest>, headers: HeaderMap| {
            refuse(&ingest, Rejection::UnknownMethod, &headers)
        })
        .layer(cors)
        .with_state(ingest)
}

/// The other end of the connection, where the server keeps it.
type Peer = Option<Extension<ConnectInfo<SocketAddr>>>;

async fn operation(
    State(ingest): State<Ingest>,
    Path(operation): Path<String>,
    peer: Peer,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let live = Signal::ALL.into_iter().find(|signal| signal.operation() == operation).map(Source::Live);
    match live.or((operation == IMPORT).then_some(Source::Import)) {
        Some(source) => {
            let request = Request { source, form: Form::Envelope, uri: &uri, headers: &headers, peer: ip(peer) };
            let accepted = |kept: Kept| (StatusCode::ACCEPTED, durability(kept.spooled), axum::Json(kept.answer)).into_response();
            answer(&ingest, request, body, accepted).await
        }
        None => refuse(&ingest, Rejection::NotFound(format!("/v1/{operation}")), &headers),
    }
}

/// The lifecycle guide's collector: one event or a list of them, answered with 204.
async fn collect(State(ingest): State<Ingest>, peer: Peer, uri: Uri, headers: HeaderMap, body: Body) -> Response {
    let request = Request { source: Source::Live(Signal::Event), form: Form::BareList, uri: &uri, headers: &headers, peer: ip(peer) };
    answer(&ingest, request, body, |kept| (StatusCode::NO_CONTENT, durability(kept.spooled), ()).into_response()).await
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
    source: Source,
    form: Form,
    uri: &'r Uri,
    headers: &'r HeaderMap,
    peer: Option<IpAddr>,
}

fn ip(peer: Peer) -> Option<IpAddr> {
    peer.map(|Extension(ConnectInfo(address))| address.ip())
}

/// The answer to a request, with what is left of its key's rate.
async fn answer(ingest: &Ingest, request: Request<'_>, mut body: Body, accepted: impl FnOnce(Kept) -> Response) -> Response {
    let limits = Limits::of(request.source);
    let announced = limits.size.announced(&body);
    let (told, left) = match read_head(ingest, &request, &limits, announced, &mut body).await {
        Ok(head) => {
            let told = accept(ingest, &head, &limits, &request, &mut body).await;
            if let Err(rejection) = &told {
                // From here on a refusal is the project's.
                ingest.clerk.note(head.grant.project_id, request.source, rejection, correlation_id(request.headers));
            }
            let left = told.as_ref().err().and_then(Rejection::left).or_else(|| ingest.left(&head, request.source));
            (told, left)
        }
        Err(rejection) => (Err(rejection), None),
    };
    let mut response = match told {
        Ok(kept) => accepted(kept),
        Err(rejection) => {
            let response = refuse(ingest, rejection, request.headers);
            body::drain(&mut body, request.headers).await;
            response
        }
    };
    if let Some(left) = left {
        limit_headers::insert(response.headers_mut(), left);
    }
    response
}

/// What a request's head says.
struct Head {
    bytes: usize,
    grant: Arc<Grant>,
}

/// What can be said before any of the body is read, except that a beacon's key may be in it.
async fn read_head(
    ingest: &Ingest,
    request: &Request<'_>,
    limits: &Limits,
    announced: Result<usize, Rejection>,
    body: &mut Body,
) -> Result<Head, Rejection> {
    let bytes = announced?;
    let key = match (authenticate::credential(request.headers, request.uri), request.form) {
        (Some(key), _) => Cow::Borrowed(key),
        (None, Form::Envelope) => Cow::Owned(beacon::key(body, request.headers, &ingest.beacons).await?),
        (None, Form::BareList) => return Err(Rejection::KeyMissing),
    };
    let grant = authenticate::grant(ingest, &key, limits.scope).await?;
    Ok(Head { bytes, grant })
}

/// From a known sender to the answer for its batch, stage by stage.
async fn accept(ingest: &Ingest, head: &Head, limits: &Limits, request: &Request<'_>, body: &mut Body) -> Result<Kept, Rejection> {
    let Head { bytes, grant } = head;
    if let Source::Live(_) = request.source {
        ingest.limits.check_rate(grant, Instant::now())?;
    }
    keep::refuse_what_cannot_be_kept(ingest, request.source)?;
    let mut reserved = ingest.queue.admit(grant.project_id, *bytes)?;
    if let Source::Live(_) = request.source {
        ingest.limits.check_quota(&ingest.db, grant, ingest.clock.now(), Instant::now()).await?;
    }
    let (raw, prepared) = prepare(ingest, grant, limits, request, body, &mut reserved).await?;
    let raw = raw.map(|raw| {
        let bytes = raw.body.len();
        (raw, reserved.split_off(bytes))
    });
    match request.source {
        Source::Import => {
            // The semaphore is never closed.
            let _turn = ingest.imports.acquire().await;
            import::store(ingest.queue.flusher(), prepared).await.map(Kept::committed)
        }
        Source::Live(_) => {
            let items = prepared.read_items();
            let kept = keep::keep(ingest, raw, prepared, reserved).await;
            match &kept {
                Ok(Kept { answer, .. }) if !answer.duplicate => ingest.limits.stored(grant, u64::from(answer.accepted)),
                Err(rejection) if rejection.is_ours() => ingest.limits.give_back(grant, items),
                Ok(_) | Err(_) => {}
            }
            kept
        }
    }
}

/// Reads the body and makes rows of it. Afterwards only they are held, and the request where it may have to be spooled.
async fn prepare(
    ingest: &Ingest,
    grant: &Grant,
    limits: &Limits,
    request: &Request<'_>,
    body: &mut Body,
    reserved: &mut Reserved,
) -> Result<(Option<RawRequest>, Prepared), Rejection> {
    let raw = RawRequest {
        project: grant.project_id,
        key_id: grant.key_id,
        dedupe: grant.dedupe,
        history_days: grant.keep_segments_days,
        source: request.source,
        form: request.form,
        arrived_at: ingest.clock.now(),
        shown: match request.source {
            Source::Live(_) => ingest.enricher.shown(request.headers, request.peer),
            // History: who sends it now was not there.
            Source::Import => Shown::default(),
        },
        body: body::read(body, request.headers, limits.size, reserved).await?,
    };
    let is_kept = ingest.spool.is_some() && request.source != Source::Import;
    let mut held = 0;
    let surroundings = ingest.enricher.surroundings(&raw.shown, ingest.enricher.rules(grant.project_id, &grant.route_rules));
    let prepared = raw.prepare(request.headers, ingest.random, surroundings, |items| {
        // The rows' own size, and their texts, which come from the body.
        held = items * size_of::<Item>() + raw.body.len() * if is_kept { 2 } else { 1 };
        reserved.grow(held)?;
        // Last, since it is paid for.
        if let Source::Live(_) = request.source {
            ingest.limits.charge(grant, items, Instant::now())?;
        }
        Ok(())
    })?;
    let raw = is_kept.then_some(raw);
    reserved.shrink_to(held);
    Ok((raw, prepared))
}

impl Ingest {
    /// What is left of a rate, for those that have one.
    fn left(&self, head: &Head, source: Source) -> Option<Left> {
        matches!(source, Source::Live(_)).then(|| self.limits.left(&head.grant, Instant::now())).flatten()
    }
}

fn refuse(ingest: &Ingest, rejection: Rejection, headers: &HeaderMap) -> Response {
    rejection.into_response(correlation_id(headers), || ingest.queue.retry_after())
}

/// What an endpoint takes.
pub(crate) struct Limits {
    scope: Scope,
    lists: Vec<&'static str>,
    items: usize,
    pub(crate) size: Size,
}

impl Limits {
    pub(crate) fn of(source: Source) -> Self {
        let lists = source.signals().into_iter().map(Signal::list).collect();
        match source {
            Source::Live(_) => Self {
                scope: Scope::Ingest,
                lists,
                items: BATCH_ITEMS_MAX,
                size: Size { wire_bytes_max: BODY_WIRE_BYTES_MAX, plain_bytes_max: BODY_BYTES_MAX },
            },
            Source::Import => Self {
                scope: Scope::Import,
                lists,
                items: IMPORT_ITEMS_MAX,
                size: Size { wire_bytes_max: IMPORT_BODY_BYTES_MAX, plain_bytes_max: IMPORT_BODY_BYTES_MAX },
            },
        }
    }
}

/// Set by the server's outermost layer; the answer and the log name it.
fn correlation_id(headers: &HeaderMap) -> &str {
    headers.get("x-request-id").and_then(|value| value.to_str().ok()).unwrap_or("-")
}
