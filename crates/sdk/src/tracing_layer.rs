//! A layer for `tracing-subscriber`: spans become spans, events become log records and breadcrumbs.

mod entered;
mod fields;

use std::sync::Arc;

use protocol::level::Level;
use protocol::span::SpanStatus;
use tracing_core::span::{Attributes, Id, Record};
use tracing_core::{Event, Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

use crate::breadcrumbs::Crumb;
use crate::client::{Client, Observer};
use crate::scope::{Scope, current};
use crate::start_span::Span;
use fields::Fields;

/// Hands what a program says through `tracing` to a client:
/// - a span at `info` or above becomes a span with its fields as attributes; what is captured while it is entered belongs to
///   it. One in which an event at `error` occurs ends as an error;
/// - an event at `info` or above becomes a log record, and at `info` or above a breadcrumb of the next error report.
///
/// ```
/// use tracing_subscriber::layer::SubscriberExt as _;
/// # let tl = throughline::init(throughline::Config::new("http://127.0.0.1:9", "pk_0123456789abcdef0123456789abcdef").drop_wait(std::time::Duration::ZERO))?;
/// let subscriber = tracing_subscriber::registry().with(throughline::TracingLayer::new(&tl));
/// tracing::subscriber::with_default(subscriber, || {
///     let _span = tracing::info_span!("charge", order = 7).entered();
///     tracing::warn!(gateway = "x", "the gateway answers slowly");
/// });
/// # Ok::<(), throughline::InitError>(())
/// ```
///
/// It does not keep the client: when its last handle is dropped, what is said goes nowhere. What the client's own thread
/// says, in its HTTP library for instance, is left out.
#[derive(Clone, Debug)]
pub struct TracingLayer {
    observer: Observer,
    spans_from: Level,
    logs_from: Level,
    breadcrumbs_from: Level,
}

/// What a span of `tracing` keeps of ours.
struct Ours {
    span: Span,
    scope: Arc<Scope>,
}

impl TracingLayer {
    /// A layer for this client.
    pub fn new(client: &Client) -> Self {
        Self { observer: client.downgrade(), spans_from: Level::Info, logs_from: Level::Info, breadcrumbs_from: Level::Info }
    }

    /// The mildest level of spans that are sent.
    #[must_use]
    pub fn spans_from(self, level: Level) -> Self {
        Self { spans_from: level, ..self }
    }

    /// The mildest level of events that become log records.
    #[must_use]
    pub fn logs_from(self, level: Level) -> Self {
        Self { logs_from: level, ..self }
    }

    /// The mildest level of events that become breadcrumbs.
    #[must_use]
    pub fn breadcrumbs_from(self, level: Level) -> Self {
        Self { breadcrumbs_from: level, ..self }
    }
}

fn level(metadata: &Metadata<'_>) -> Level {
    match *metadata.level() {
        tracing_core::Level::TRACE => Level::Trace,
        tracing_core::Level::DEBUG => Level::Debug,
        tracing_core::Level::INFO => Level::Info,
        tracing_core::Level::WARN => Level::Warning,
        tracing_core::Level::ERROR => Level::Error,
    }
}

impl<S> Layer<S> for TracingLayer
where
    S: Subscriber + for<'s> LookupSpan<'s>,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        if level(attributes.metadata()) < self.spans_from {
            return;
        }
        let (Some(client), Some(found)) = (self.observer.client(), context.span(id)) else { return };
        // The nearest span around it that is ours, which need not be the one that this thread is in.
        let around = found.scope().skip(1).find_map(|span| span.extensions().get::<Ours>().map(|ours| Arc::clone(&ours.scope)));
        let around = if attributes.is_root() { None } else { around.or_else(current) };
        let mut span = client.start_span(attributes.metadata().name());
        if let Some(parent) = around.as_ref().and_then(|scope| scope.place.span) {
            span = span.parent(parent);
        }
        span.set("target", attributes.metadata().target());
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        fields.put_on(&mut span);
        let scope = around.map_or_else(Scope::empty, |scope| (*scope).clone()).span(span.context());
        found.extensions_mut().insert(Ours { span, scope: Arc::new(scope) });
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let Some(found) = context.span(id) else { return };
        if let Some(ours) = found.extensions_mut().get_mut::<Ours>() {
            let mut fields = Fields::default();
            values.record(&mut fields);
            fields.put_on(&mut ours.span);
        }
    }

    fn on_enter(&self, id: &Id, context: Context<'_, S>) {
        let Some(found) = context.span(id) else { return };
        if let Some(ours) = found.extensions().get::<Ours>() {
            entered::enter(id, &ours.scope);
        }
    }

    fn on_exit(&self, id: &Id, _: Context<'_, S>) {
        entered::exit(id);
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let level = level(event.metadata());
        if level < self.logs_from && level < self.breadcrumbs_from && level < Level::Error {
            return;
        }
        let Some(client) = self.observer.client() else { return };
        let around = context.event_span(event).into_iter().flat_map(|span| span.scope()).find_map(|found| {
            let mut extensions = found.extensions_mut();
            let ours = extensions.get_mut::<Ours>()?;
            if level == Level::Error {
                ours.span.set_status(SpanStatus::Error);
            }
            Some(ours.span.context())
        });
        let mut fields = Fields::default();
        event.record(&mut fields);
        let (message, fields) = fields.split(event.metadata().name());
        if level >= self.breadcrumbs_from {
            let mut crumb = Crumb::new("log".into(), message.clone().into());
            crumb.set_level(level);
            fields.iter().for_each(|(key, value)| crumb.add((*key).into(), value.clone()));
            client.leave(crumb);
        }
        if level >= self.logs_from {
            let mut log = client.log(level, message).attribute("target", event.metadata().target());
            if let Some(span) = around {
                log = log.parent(span);
            }
            fields.into_iter().fold(log, |log, (key, value)| log.attribute(key, value)).send();
        }
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        // Dropping our span ends it.
        let ours = context.span(&id).and_then(|found| found.extensions_mut().remove::<Ours>());
        drop(ours);
    }
}
