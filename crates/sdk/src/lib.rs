//! The Rust client of Throughline.
//!
//! ```no_run
//! use std::time::Duration;
//! use throughline::Config;
//!
//! # fn charge() -> Result<(), std::io::Error> { Ok(()) }
//! let tl = throughline::init(
//!     Config::new("http://127.0.0.1:6440", "pk_0123456789abcdef0123456789abcdef")
//!         .release("web@5.2")
//!         .environment("prod"),
//! )?;
//! tl.track("cart.add").prop("sku", "A-1").prop("qty", 2).user("u1").send();
//! tl.record_metric("db.query.duration_ms", 42.0).unit("ms").tag("table", "users").send();
//! tl.increment("cache.hits").send();
//! let span = tl.start_span("POST /charge").op("http.client"); // sends `span.traceparent()` along
//! if let Err(error) = charge() {
//!     tl.capture_exception(&error).parent(&span).user("u1").send();
//! }
//! span.end();
//! let _ = tl.shutdown(Duration::from_secs(5));
//! # Ok::<(), throughline::InitError>(())
//! ```
//!
//! What the host application can rely on:
//! - **A call costs a clock reading and a push under a short lock,** which threads seldom share, and after a pause of 10 µs
//!   the question which process this is, so that a fork is noticed. No call does I/O, waits, panics, logs or returns an error
//!   that must be handled. One background thread per client serialises, compresses and
//!   sends.
//! - **Memory is bounded.** Each signal has a ring of 500 items (and 4 MB) that evicts the oldest, and a few sealed
//!   batches that wait for the server. While the server is away a circuit breaker sends one probe at a time.
//! - **Nothing vanishes uncounted.** [`Client::report`] closes at every moment:
//!   made = delivered + rejected + lost + queued. Losses also travel to the server with the next batch.
//! - **A batch is stored once.** It gets its id when it is sealed, is never cut again, and is repeated with the same id
//!   and the same items until the server answers, for up to ten minutes.
//!
//! A [`Scope`] says whose request it is, and which [`Span`] is the current one. What stands between capture and the wire
//! (consent, sampling, hooks, removed keys) is part of [`Config`]. Integrations are features: `tower`, `tracing`, `metrics`;
//! [`capture_panics`] and [`instrument`] are always there.
//!
//! Dropping the last handle waits for at most [`Config::drop_wait`], half a second unless configured; inside an async runtime
//! too, as the end of an async `main` cannot be told from the end of a task. From async code call [`Client::shutdown`] and
//! [`Client::flush`] on a blocking thread.

mod backoff;
mod batch;
mod bell;
mod breadcrumbs;
mod breaker;
mod capture_error;
mod client;
mod clock;
mod config;
mod consent;
mod courier;
mod error_item;
mod event_record;
mod filter;
mod frames;
mod handle;
mod identity;
mod identity_item;
pub mod import;
pub mod instrument;
mod item;
mod lane;
mod lanes;
mod log_item;
mod loss;
mod metric_record;
mod pairs;
mod panics;
mod person;
pub mod privacy;
mod process;
mod record_metric;
#[cfg(feature = "metrics")]
mod recorder;
mod repair;
mod report;
#[cfg(feature = "tower")]
mod request_layer;
mod scope;
mod seal;
mod self_report;
mod sequence;
mod sources;
mod span_context;
mod span_item;
mod start_moment;
mod start_span;
mod start_timer;
#[cfg(feature = "tracing")]
mod tracing_layer;
mod track;
mod transport;
mod value;
mod worker;

pub use capture_error::ErrorBuilder;
pub use client::{Client, FlushError};
pub use config::{Config, InitError};
pub use consent::Consent;
pub use identity_item::IdentityBuilder;
pub use log_item::LogBuilder;
pub use loss::LossReason;
pub use panics::capture_panics;
pub use protocol::error_report::ErrorReport;
pub use protocol::event::Event;
pub use protocol::identity::Identity;
pub use protocol::level::Level;
pub use protocol::log::LogRecord;
pub use protocol::metric::{MetricKind, MetricPoint};
pub use protocol::outcome::Signal;
pub use protocol::span::{Span as FinishedSpan, SpanStatus};
pub use protocol::trace::{SpanId, TraceId};
pub use record_metric::MetricBuilder;
#[cfg(feature = "metrics")]
pub use recorder::Recorder;
pub use report::{Report, SignalReport};
#[cfg(feature = "tower")]
pub use request_layer::{RequestLayer, RequestService};
pub use scope::{Bound, Entered, Scope};
pub use span_context::SpanContext;
pub use start_moment::Moment;
pub use start_span::Span;
pub use start_timer::Timer;
#[cfg(feature = "tracing")]
pub use tracing_layer::TracingLayer;
pub use track::EventBuilder;
pub use value::{Measure, Text, Value};

/// Starts a client: checks the configuration and starts its thread. Does no I/O.
///
/// # Errors
/// When the configuration is not valid, or the system refuses a thread.
pub fn init(config: Config) -> Result<Client, InitError> {
    Client::start(config)
}
