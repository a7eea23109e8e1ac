//! The Rust client of Throughline.
//!
//! ```no_run
//! use std::time::Duration;
//! use throughline::{Config, MetricKind};
//!
//! let tl = throughline::init(
//!     Config::new("http://127.0.0.1:6440", "pk_0123456789abcdef0123456789abcdef")
//!         .release("web@5.2")
//!         .environment("prod"),
//! )?;
//! tl.track("cart.add").prop("sku", "A-1").prop("qty", 2).user("u1").send();
//! tl.record_metric("db.query.duration_ms", 42.0).unit("ms").tag("table", "users").send();
//! tl.record_metric("cache.hits", 1).kind(MetricKind::Counter).send();
//! let _ = tl.shutdown(Duration::from_secs(5));
//! # Ok::<(), throughline::InitError>(())
//! ```
//!
//! What the host application can rely on:
//! - **A call costs a clock reading and a push under a short lock.** No call does I/O, waits, panics, logs or returns an
//!   error that must be handled. One background thread per client serialises, compresses and sends.
//! - **Memory is bounded.** Each signal has a ring of 500 items (and 4 MB) that evicts the oldest, and a few sealed
//!   batches that wait for the server.
//! - **Nothing vanishes uncounted.** [`Client::report`] closes at every moment:
//!   made = delivered + rejected + lost + queued. Losses also travel to the server with the next batch.
//! - **A batch is stored once.** It gets its id when it is sealed, is never cut again, and is repeated with the same id
//!   and the same items until the server answers, for up to ten minutes.
//!
//! From async code call [`Client::shutdown`] and [`Client::flush`] on a blocking thread; dropping the last handle waits
//! for at most [`Config::drop_wait`], half a second unless configured.

mod backoff;
mod batch;
mod bell;
mod client;
mod clock;
mod config;
mod event_record;
mod identity;
pub mod import;
mod lane;
mod loss;
mod metric_record;
mod pairs;
mod record_metric;
mod repair;
mod report;
mod seal;
mod track;
mod transport;
mod value;
mod worker;

pub use client::{Client, FlushError};
pub use config::{Config, InitError};
pub use loss::LossReason;
pub use protocol::event::Event;
pub use protocol::metric::{MetricKind, MetricPoint};
pub use protocol::trace::{SpanId, TraceId};
pub use record_metric::MetricBuilder;
pub use report::{Report, SignalReport};
pub use track::EventBuilder;
pub use value::{Measure, Text, Value};

/// Starts a client: checks the configuration and starts its thread. Does no I/O.
///
/// # Errors
/// When the configuration is not valid, or the system refuses a thread.
pub fn init(config: Config) -> Result<Client, InitError> {
    Client::start(config)
}
