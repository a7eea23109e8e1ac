//! The HTTP server: how many connections, how long each may take, and how they end when the process stops.
//!
//! A connection costs memory before anybody knows who it belongs to. So their number is capped, a request's head has a
//! time limit, and so has the whole request ([`time_limit`]).

mod descriptors;
mod head_timer;
pub(crate) mod time_limit;

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tower::ServiceExt as _;

use crate::shutdown::{self, Stop};
use head_timer::{Counted, HeadTimer};

/// Bytes of a request's head, and of what is read ahead of a body.
const BUFFER_BYTES_MAX: usize = 64 * 1024;
/// The pause after the system refused to hand out a connection, for want of file descriptors as a rule.
const ACCEPT_AGAIN_AFTER: Duration = Duration::from_millis(100);
/// What a connection above the cap is told.
const FULL: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 5\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";

/// What a client may take of the server before anybody knows who it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HttpLimits {
    /// Connections at the same time; the next ones are refused.
    pub(crate) connections_max: usize,
    /// From the first byte of a request's head to its last, and from connecting to the first head.
    pub(crate) head_within: Duration,
    /// How long a connection may rest between two requests.
    pub(crate) rest_within: Duration,
}

/// Serves until `stop`. Then requests that have begun are answered, and connections at rest are closed. Dropped before
/// that is done, it cuts what is left.
pub(crate) async fn serve(listener: TcpListener, router: Router, limits: HttpLimits, stop: Stop) {
    let mut connections = JoinSet::new();
    let mut stopped = std::pin::pin!(shutdown::requested(stop.clone()));
    let connections_max = limits.connections_max.min(descriptors::connections_max());
    loop {
        let accepted = tokio::select! {
            () = &mut stopped => break,
            Some(_ended) = connections.join_next() => continue,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, _)) if connections.len() >= connections_max => refuse(&stream),
            Ok((stream, peer)) => {
                connections.spawn(connection(stream, peer, router.clone(), limits, stop.clone()));
            }
            Err(error) if is_of_the_connection(&error) => {}
            Err(error) => {
                tracing::warn!(%error, connections = connections.len(), "no connection can be accepted");
                tokio::time::sleep(ACCEPT_AGAIN_AFTER).await;
            }
        }
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

/// One client's requests, one after the other.
async fn connection(stream: TcpStream, peer: SocketAddr, router: Router, limits: HttpLimits, stop: Stop) {
    // Without it, a small answer waits for the acknowledgement of the one before.
    let _ = stream.set_nodelay(true);
    let timer = HeadTimer::new(limits.rest_within, limits.head_within);
    let io = TokioIo::new(Counted::new(stream, timer.received()));
    let service = service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        let answer = router.clone().oneshot(request);
        async move { answer.await as Result<_, Infallible> }
    });
    let serving = http1::Builder::new()
        .timer(timer)
        .header_read_timeout(limits.head_within)
        .max_buf_size(BUFFER_BYTES_MAX)
        .serve_connection(io, service);
    let mut serving = std::pin::pin!(serving);
    // A broken connection is its client's business.
    tokio::select! {
        _ended = serving.as_mut() => return,
        () = shutdown::requested(stop) => serving.as_mut().graceful_shutdown(),
    }
    let _ = serving.await;
}

/// The cheapest refusal: no task, no buffer, no wait.
fn refuse(stream: &TcpStream) {
    metrics::counter!("throughline_http_connections_refused_total").increment(1);
    // A new connection's send buffer has room for it; if not, closing says enough.
    let _ = stream.try_write(FULL);
}

fn is_of_the_connection(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset)
}
