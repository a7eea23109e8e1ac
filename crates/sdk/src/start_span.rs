//! Spans, as the host application opens and ends them.

use protocol::span::SpanStatus;

use crate::client::Client;
use crate::clock;
use crate::scope::{Entered, Scope, place};
use crate::span_context::SpanContext;
use crate::span_item::{SpanItem, SpanRecord};
use crate::value::{Text, Value};

/// Work under way. It is captured when it ends: by [`end`](Span::end), or when it is dropped, and then as an error if that
/// is because of a panic.
///
/// Its parent is the span of the current scope, else it begins a new trace.
///
/// ```
/// # let tl = throughline::init(throughline::Config::new("http://127.0.0.1:9", "pk_0123456789abcdef0123456789abcdef").drop_wait(std::time::Duration::ZERO))?;
/// use throughline::SpanStatus;
///
/// let span = tl.start_span("db.query users").op("db.query").attribute("table", "users");
/// let timer = tl.start_timer("db.query.duration_ms").parent(&span);
/// // … the query …
/// timer.end();
/// span.end_with(SpanStatus::Ok);
/// # Ok::<(), throughline::InitError>(())
/// ```
#[derive(Debug)]
#[must_use = "a span that is dropped at once took no time"]
pub struct Span {
    client: Client,
    /// Nothing once it has ended.
    record: Option<Box<SpanRecord>>,
    context: SpanContext,
}

impl Span {
    pub(crate) fn start(client: &Client, name: Text) -> Self {
        let parent = place().and_then(|place| place.span);
        let context = client.new_span(parent);
        let record = SpanRecord::new(name, context, parent.map(|parent| parent.span));
        Self { client: client.clone(), record: Some(Box::new(record)), context }
    }

    fn edit(mut self, edit: impl FnOnce(&mut SpanRecord)) -> Self {
        if let Some(record) = &mut self.record {
            edit(record);
        }
        self
    }

    /// The kind of work, such as `http.server`, `db.query`.
    pub fn op(self, op: impl Into<Text>) -> Self {
        self.edit(|record| record.op = Some(op.into()))
    }

    /// Places it below another span: one of this process, or what a caller sent as `traceparent`. Say it before the span
    /// is entered or named as a parent itself.
    pub fn parent(mut self, parent: impl Into<SpanContext>) -> Self {
        let parent = parent.into();
        self.context = SpanContext { span: self.context.span, ..parent };
        let context = self.context;
        self.edit(|record| {
            record.parent = Some(parent.span);
            record.context = context;
        })
    }

    /// What else is known, such as `http.response.status_code`.
    pub fn attribute(self, key: impl Into<Text>, value: impl Into<Value>) -> Self {
        self.edit(|record| record.set(key.into(), value.into()))
    }

    /// The user for whom it is done.
    pub fn user(self, id: impl Into<Text>) -> Self {
        self.edit(|record| record.own.user = Some(id.into()))
    }

    /// The session in which it is done.
    pub fn session(self, id: impl Into<Text>) -> Self {
        self.edit(|record| record.own.session = Some(id.into()))
    }

    /// Adds an attribute while it is under way.
    pub fn set(&mut self, key: impl Into<Text>, value: impl Into<Value>) {
        if let Some(record) = &mut self.record {
            record.set(key.into(), value.into());
        }
    }

    /// Says how it is going: the status with which it ends unless another is said.
    pub fn set_status(&mut self, status: SpanStatus) {
        if let Some(record) = &mut self.record {
            record.status = status;
        }
    }

    /// Its place in the trace, for children, metric points and errors.
    pub fn context(&self) -> SpanContext {
        self.context
    }

    /// The header `traceparent` for a request that is part of it.
    pub fn traceparent(&self) -> String {
        self.context.traceparent()
    }

    /// The current scope, with this span: bind it to the future that does the work.
    pub fn scope(&self) -> Scope {
        Scope::inherit().span(self.context)
    }

    /// Makes it the current span of this thread until the guard is dropped.
    pub fn enter(&self) -> Entered {
        self.scope().enter()
    }

    /// How long it has taken so far, in milliseconds.
    pub(crate) fn elapsed_ms(&self) -> f64 {
        self.record.as_ref().map_or(0.0, |record| record.began.elapsed().as_secs_f64() * 1_000.0)
    }

    /// Ends it as it was going: well, unless [`set_status`](Span::set_status) said otherwise.
    pub fn end(mut self) {
        self.finish(None);
    }

    /// Ends it.
    pub fn end_with(mut self, status: SpanStatus) {
        self.finish(Some(status));
    }

    /// Lets go of it without a trace.
    pub fn discard(mut self) {
        self.record = None;
    }

    fn finish(&mut self, status: Option<SpanStatus>) {
        let Some(mut record) = self.record.take() else { return };
        record.took = Some(record.began.elapsed());
        record.status = status.unwrap_or(record.status);
        record.place = self.client.place(clock::now_micros());
        self.client.capture(SpanItem::Built(record));
    }
}

impl Drop for Span {
    fn drop(&mut self) {
        self.finish(std::thread::panicking().then_some(SpanStatus::Error));
    }
}

impl From<&Span> for SpanContext {
    fn from(span: &Span) -> Self {
        span.context
    }
}
