//! Moments: named flows of several steps, such as a checkout.

use protocol::span::SpanStatus;

use crate::client::Client;
use crate::scope::Scope;
use crate::span_context::SpanContext;
use crate::start_span::Span;
use crate::value::{Text, Value};

/// A flow under way: sent as a span with the op `moment`, its steps as attributes `checkpoint.<name>` in milliseconds.
/// One that is dropped before it is finished was abandoned.
///
/// ```
/// # let tl = throughline::init(throughline::Config::new("http://127.0.0.1:9", "pk_0123456789abcdef0123456789abcdef").drop_wait(std::time::Duration::ZERO))?;
/// let mut checkout = tl.start_moment("checkout");
/// checkout.checkpoint("address");
/// checkout.checkpoint("payment");
/// checkout.finish();
/// # Ok::<(), throughline::InitError>(())
/// ```
#[derive(Debug)]
#[must_use = "a moment that is dropped is abandoned"]
pub struct Moment(Span);

impl Moment {
    pub(crate) fn start(client: &Client, name: Text) -> Self {
        let mut span = Span::start(client, name).op("moment");
        span.set_status(SpanStatus::Cancelled);
        Self(span)
    }

    /// What else is known.
    pub fn attribute(mut self, key: impl Into<Text>, value: impl Into<Value>) -> Self {
        self.0.set(key, value);
        self
    }

    /// Who goes through it.
    pub fn user(self, id: impl Into<Text>) -> Self {
        Self(self.0.user(id))
    }

    /// The session in which they do.
    pub fn session(self, id: impl Into<Text>) -> Self {
        Self(self.0.session(id))
    }

    /// A step was reached; said again, the later time counts.
    pub fn checkpoint(&mut self, name: &str) {
        let reached = self.0.elapsed_ms();
        self.0.set(format!("checkpoint.{}", crate::repair::head(name, protocol::limits::NAME_BYTES_MAX)), reached);
    }

    /// Its place in a trace, for what happens within it.
    pub fn context(&self) -> SpanContext {
        self.0.context()
    }

    /// The current scope, with this moment as its span.
    pub fn scope(&self) -> Scope {
        self.0.scope()
    }

    /// It was gone through to the end.
    pub fn finish(self) {
        self.0.end_with(SpanStatus::Ok);
    }

    /// It ended with an error.
    pub fn fail(self) {
        self.0.end_with(SpanStatus::Error);
    }

    /// It was given up; the same as dropping it.
    pub fn abandon(self) {
        self.0.end_with(SpanStatus::Cancelled);
    }
}

impl From<&Moment> for SpanContext {
    fn from(moment: &Moment) -> Self {
        moment.context()
    }
}
