//! A `tower` layer for servers: each request becomes a span and metric points, and what happens while it is handled knows
//! its trace, route and breadcrumbs.

mod pending;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use http::{Request, Response};
use tower_layer::Layer;
use tower_service::Service;

use crate::client::Client;
use crate::repair;
use crate::scope::Scope;
use crate::span_context::SpanContext;
use crate::start_span::Span;
use crate::value::Text;
use pending::Pending;

/// Bytes of a path or a method that are looked at.
const PATH_BYTES: usize = 500;
/// The header of W3C Trace Context.
const TRACEPARENT: &str = "traceparent";

type RouteOf = Arc<dyn Fn(&http::Extensions) -> Option<String> + Send + Sync>;

/// Wraps a service so that each request sends
/// - a span `GET /orders/{id}` of the op `http.server`, below the caller's `traceparent`; a response of 500 and above, or
///   none, is an error, and a request that its client gave up is cancelled;
/// - `http.server.request.duration` in milliseconds until the response's head, with `method`, `route` and `status`;
/// - `http.server.request.count` with the same tags, and `http.server.active_requests`, the gauge of requests in flight.
///
/// Inside, the request's span is the current one and breadcrumbs are its own. The query is never sent, nor the path where
/// there is a route.
///
/// With axum, add it as a route layer and say where the matched route is found:
///
/// ```
/// use axum::extract::MatchedPath;
/// use axum::{Router, routing::get};
/// use throughline::RequestLayer;
///
/// # let tl = throughline::init(throughline::Config::new("http://127.0.0.1:9", "pk_0123456789abcdef0123456789abcdef").drop_wait(std::time::Duration::ZERO))?;
/// let layer = RequestLayer::new(&tl).route(|extensions| Some(extensions.get::<MatchedPath>()?.as_str().to_owned()));
/// let app: Router = Router::new().route("/orders/{id}", get(|| async { "an order" })).route_layer(layer);
/// # Ok::<(), throughline::InitError>(())
/// ```
#[derive(Clone)]
pub struct RequestLayer {
    client: Client,
    route: RouteOf,
    in_flight: Arc<AtomicU64>,
}

impl RequestLayer {
    /// A layer that sends through this client. Without [`route`](RequestLayer::route), requests are told apart by method.
    pub fn new(client: &Client) -> Self {
        Self { client: client.clone(), route: Arc::new(|_| None), in_flight: Arc::default() }
    }

    /// How the templated route of a request is found, such as axum's `MatchedPath` among its extensions.
    #[must_use]
    pub fn route(mut self, find: impl Fn(&http::Extensions) -> Option<String> + Send + Sync + 'static) -> Self {
        self.route = Arc::new(find);
        self
    }
}

impl std::fmt::Debug for RequestLayer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RequestLayer").field("in_flight", &self.in_flight).finish_non_exhaustive()
    }
}

impl<S> Layer<S> for RequestLayer {
    type Service = RequestService<S>;

    fn layer(&self, inner: S) -> RequestService<S> {
        RequestService { inner, layer: self.clone() }
    }
}

/// A service in a [`RequestLayer`].
#[derive(Clone, Debug)]
pub struct RequestService<S> {
    inner: S,
    layer: RequestLayer,
}

impl<S, B, R> Service<Request<B>> for RequestService<S>
where
    S: Service<Request<B>, Response = Response<R>>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pending<S::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let handled = Handled::begin(&self.layer, &request);
        let scope = handled.scope();
        let future = {
            let _entered = scope.clone().enter();
            self.inner.call(request)
        };
        Pending::new(handled, scope.bind(future))
    }
}

/// A request from its arrival on. Its end is booked when it is dropped.
#[derive(Debug)]
pub(crate) struct Handled {
    client: Client,
    span: Option<Span>,
    method: Text,
    route: Option<Text>,
    status: Outcome,
    began: std::time::Instant,
    in_flight: Arc<AtomicU64>,
}

/// How a request came out.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Outcome {
    /// Its client went away first.
    GivenUp,
    /// The service failed without a response.
    Failed,
    /// A response with this status.
    Answered(u16),
}

impl Handled {
    fn begin<B>(layer: &RequestLayer, request: &Request<B>) -> Self {
        let header = request.headers().get(TRACEPARENT).and_then(|value| value.to_str().ok());
        let parent = header.and_then(SpanContext::from_traceparent);
        let method: Text = known_method(request.method()).into();
        let route = (layer.route)(request.extensions()).map(|route| Text::Owned(repair::shortened(route, PATH_BYTES)));
        let name = route.as_ref().map_or_else(|| method.to_string(), |route| format!("{method} {route}"));
        let mut span = layer.client.start_span(name).op("http.server").attribute("http.request.method", method.clone());
        if route.is_none() {
            span.set("url.path", repair::head(request.uri().path(), PATH_BYTES).to_owned());
        }
        let span = if let Some(parent) = parent { span.parent(parent) } else { span };
        let count = layer.in_flight.fetch_add(1, Ordering::Relaxed) + 1;
        layer.client.gauge("http.server.active_requests", count).parent(&span).send();
        Self {
            client: layer.client.clone(),
            span: Some(span),
            method,
            route,
            status: Outcome::GivenUp,
            began: std::time::Instant::now(),
            in_flight: Arc::clone(&layer.in_flight),
        }
    }

    fn scope(&self) -> Scope {
        let mut scope = Scope::empty().own_breadcrumbs();
        let place = scope.say();
        place.span = self.span.as_ref().map(Span::context);
        place.route.clone_from(&self.route);
        scope
    }

    pub(crate) fn ended(&mut self, outcome: Outcome) {
        self.status = outcome;
    }
}

impl Drop for Handled {
    fn drop(&mut self) {
        use crate::SpanStatus;
        let before = self.in_flight.fetch_sub(1, Ordering::Relaxed);
        let Some(mut span) = self.span.take() else { return };
        let (word, status): (Text, SpanStatus) = match self.status {
            Outcome::GivenUp if std::thread::panicking() => ("panic".into(), SpanStatus::Error),
            Outcome::GivenUp => ("cancelled".into(), SpanStatus::Cancelled),
            Outcome::Failed => ("error".into(), SpanStatus::Error),
            Outcome::Answered(code) => {
                span.set("http.response.status_code", u32::from(code));
                (code.to_string().into(), if code >= 500 { SpanStatus::Error } else { SpanStatus::Ok })
            }
        };
        let took = self.began.elapsed().as_secs_f64() * 1_000.0;
        let duration = self.client.distribution("http.server.request.duration", took).unit("ms");
        for point in [duration, self.client.increment("http.server.request.count")] {
            let point = point.parent(&span).tag("method", self.method.clone()).tag("status", word.clone());
            if let Some(route) = &self.route { point.tag("route", route.clone()) } else { point }.send();
        }
        self.client.gauge("http.server.active_requests", before.saturating_sub(1)).parent(&span).send();
        if let Some(route) = &self.route {
            span.set("http.route", route.clone());
        }
        span.end_with(status);
    }
}

/// The method, if it is one that everybody knows: others would make a series each.
fn known_method(method: &http::Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        "CONNECT" => "CONNECT",
        "TRACE" => "TRACE",
        _ => "OTHER",
    }
}
