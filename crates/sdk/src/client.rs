//! The handle that the host application holds.

use std::error::Error;
use std::panic::Location;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use protocol::error_report::ErrorReport;
use protocol::event::{Event, PAGE_VIEW};
use protocol::identity::{Identity, IdentityKind};
use protocol::level::Level;
use protocol::log::LogRecord;
use protocol::metric::{MetricKind, MetricPoint};

use crate::breadcrumbs::{Crumb, Trail};
use crate::capture_error::ErrorBuilder;
use crate::clock;
use crate::config::{Config, InitError};
use crate::consent::Consent;
use crate::error_item::ErrorItem;
use crate::event_record::EventItem;
use crate::handle::{Handle, deadline};
use crate::identity_item::{IdentityBuilder, IdentityItem};
use crate::instrument::Instrument;
use crate::item::Item;
use crate::log_item::{LogBuilder, LogItem};
use crate::metric_record::MetricItem;
use crate::record_metric::MetricBuilder;
use crate::report::Report;
use crate::scope::{self, Own, Place};
use crate::span_context::SpanContext;
use crate::span_item::SpanItem;
use crate::start_moment::Moment;
use crate::start_span::Span;
use crate::start_timer::Timer;
use crate::track::EventBuilder;
use crate::value::{Measure, Text, Value};
use crate::worker::is_own_thread;

/// Sends signals. Cloning is cheap; all clones are one client, which stops with the last of them.
#[derive(Clone, Debug)]
pub struct Client(Arc<Handle>);

/// Not everything could be delivered in the time given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{items} items could not be delivered in time")]
pub struct FlushError {
    /// Items that still wait after [`Client::flush`], or are lost after [`Client::shutdown`].
    pub items: u64,
}

/// Product events and the people behind them.
impl Client {
    /// Begins an event such as `cart.add`; nothing is captured before [`EventBuilder::send`].
    #[inline]
    pub fn track(&self, name: impl Into<Text>) -> EventBuilder<'_> {
        EventBuilder::new(self, name.into())
    }

    /// Begins a page view; `route` is the templated path, such as `/orders/:id`.
    pub fn page(&self, route: impl Into<Text>) -> EventBuilder<'_> {
        self.track(PAGE_VIEW).route(route)
    }

    /// Begins the event that somebody was shown this variant of an experiment. Say it when they are, not when it is decided.
    pub fn exposure(&self, experiment: impl Into<Text>, variant: impl Into<Text>) -> EventBuilder<'_> {
        self.track("$exposure").prop("experiment", experiment.into()).prop("variant", variant.into())
    }

    /// Begins an identity: who the signed-in user is, and, with [`anonymous`](IdentityBuilder::anonymous), who they were
    /// before.
    pub fn identify(&self, user: impl Into<Text>) -> IdentityBuilder<'_> {
        IdentityBuilder::new(self, IdentityKind::Identify).user(user)
    }

    /// Begins the statement that two ids are one person.
    pub fn alias(&self, user: impl Into<Text>, other: impl Into<Text>) -> IdentityBuilder<'_> {
        IdentityBuilder::new(self, IdentityKind::Alias).user(user).anonymous(other)
    }

    /// Begins the statement that somebody else may use the device from now on, as after signing out. Name the id that ends
    /// here; a client of [one person](Config::one_person) knows it, and draws a new anonymous id.
    pub fn reset(&self) -> IdentityBuilder<'_> {
        IdentityBuilder::new(self, IdentityKind::Reset)
    }

    /// Captures an identity in its wire form. It does not change who the client's own person is.
    pub fn record_identity(&self, identity: Identity) {
        self.capture_whole(IdentityItem::Whole(Box::new(identity)));
    }

    /// Captures an event in its wire form. An absent id and time are filled in; the sequence number too, unless the
    /// event names its own time.
    pub fn track_event(&self, event: Event) {
        self.capture_whole(EventItem::Whole { event: Box::new(event), captured_at: clock::now_micros() });
    }
}

/// Numbers that describe how the product runs.
impl Client {
    /// Begins a metric point, of a distribution unless another [kind](MetricBuilder::kind) is said; nothing is captured
    /// before [`MetricBuilder::send`].
    #[inline]
    pub fn record_metric(&self, name: impl Into<Text>, value: impl Into<Measure>) -> MetricBuilder<'_> {
        MetricBuilder::new(self, name.into(), MetricKind::Distribution, value.into())
    }

    /// Begins an increment of a counter by `by`.
    #[inline]
    pub fn count(&self, name: impl Into<Text>, by: impl Into<Measure>) -> MetricBuilder<'_> {
        MetricBuilder::new(self, name.into(), MetricKind::Counter, by.into())
    }

    /// Begins an increment of a counter by one.
    #[inline]
    pub fn increment(&self, name: impl Into<Text>) -> MetricBuilder<'_> {
        self.count(name, 1)
    }

    /// Begins a gauge's value at this moment, such as the depth of a queue.
    #[inline]
    pub fn gauge(&self, name: impl Into<Text>, value: impl Into<Measure>) -> MetricBuilder<'_> {
        MetricBuilder::new(self, name.into(), MetricKind::Gauge, value.into())
    }

    /// Begins a value of a distribution, for which there are percentiles.
    #[inline]
    pub fn distribution(&self, name: impl Into<Text>, value: impl Into<Measure>) -> MetricBuilder<'_> {
        self.record_metric(name, value)
    }

    /// The same as [`distribution`](Client::distribution).
    #[inline]
    pub fn histogram(&self, name: impl Into<Text>, value: impl Into<Measure>) -> MetricBuilder<'_> {
        self.record_metric(name, value)
    }

    /// Starts a timer, which becomes a value of a distribution in milliseconds when it ends.
    pub fn start_timer(&self, name: impl Into<Text>) -> Timer {
        Timer::start(self, name.into())
    }

    /// The ready-made families of metrics, with names below this prefix; see [`instrument`](crate::instrument).
    pub fn instrument(&self, prefix: impl Into<Text>) -> Instrument {
        Instrument::new(self.clone(), prefix.into())
    }

    /// Captures a metric point in its wire form. An absent time is filled in.
    pub fn record_point(&self, point: MetricPoint) {
        self.capture_whole(MetricItem::Whole { point: Box::new(point), captured_at: clock::now_micros() });
    }
}

/// What took how long, what failed, and what was said.
impl Client {
    /// Starts a span below the current one, or the root of a new trace.
    pub fn start_span(&self, name: impl Into<Text>) -> Span {
        Span::start(self, name.into())
    }

    /// Starts a named flow of several steps.
    pub fn start_moment(&self, name: impl Into<Text>) -> Moment {
        Moment::start(self, name.into())
    }

    /// Begins a report of an error with its causes and the stack of this moment. The stack costs some microseconds; its
    /// names are looked up later, on the background thread.
    #[track_caller]
    pub fn capture_exception<E: Error + ?Sized>(&self, error: &E) -> ErrorBuilder<'_> {
        ErrorBuilder::exception(self, error, Location::caller())
    }

    /// Begins a report without an exception, such as "payment 500, fallback fired".
    pub fn capture_message(&self, level: Level, message: impl Into<Text>) -> ErrorBuilder<'_> {
        ErrorBuilder::message(self, level, message.into())
    }

    /// Begins a log record.
    pub fn log(&self, level: Level, body: impl Into<Text>) -> LogBuilder<'_> {
        LogBuilder::new(self, level, body.into())
    }

    /// Notes what happened, such as `("navigation", "/cart")`: sent only with the next error of the current scope, or of the
    /// client where no scope keeps its own. The newest 100 are kept.
    pub fn add_breadcrumb(&self, kind: impl Into<Text>, message: impl Into<Text>) {
        self.leave(Crumb::new(kind.into(), message.into()));
    }

    /// The same with a level and data.
    pub fn add_breadcrumb_with<K: Into<Text>, V: Into<Value>>(
        &self,
        kind: impl Into<Text>,
        message: impl Into<Text>,
        level: Level,
        data: impl IntoIterator<Item = (K, V)>,
    ) {
        let mut crumb = Crumb::new(kind.into(), message.into());
        crumb.set_level(level);
        for (key, value) in data.into_iter().take(protocol::limits::BREADCRUMBS_MAX) {
            crumb.add(key.into(), value.into());
        }
        self.leave(crumb);
    }

    /// Captures a span in its wire form, as somebody else measured it; the service is its own.
    pub fn record_span(&self, span: protocol::span::Span) {
        self.capture_whole(SpanItem::Whole(Box::new(span)));
    }

    /// Captures an error report in its wire form.
    pub fn record_error(&self, report: ErrorReport) {
        self.capture_whole(ErrorItem::Whole(Box::new(report)));
    }

    /// Captures a log record in its wire form.
    pub fn record_log(&self, log: LogRecord) {
        self.capture_whole(LogItem::Whole(Box::new(log)));
    }

    /// Forgets the breadcrumbs so far.
    pub fn clear_breadcrumbs(&self) {
        self.trail(clock::now_micros()).clear();
    }
}

/// Whether and when signals leave, and what became of them.
impl Client {
    pub(crate) fn start(mut config: Config) -> Result<Self, InitError> {
        config.check()?;
        let consent = std::mem::take(&mut config.consent);
        Ok(Self(Arc::new(Handle::start(config, consent)?)))
    }

    /// Says whether signals may be captured and sent, from now on. To remember it is the host application's part.
    pub fn set_consent(&self, consent: Consent) {
        self.0.here().shared.set_consent(consent);
    }

    /// Stops capturing, and drops what waits. The same as [`Consent::Denied`].
    pub fn opt_out(&self) {
        self.set_consent(Consent::Denied);
    }

    /// Captures and sends again.
    pub fn opt_in(&self) {
        self.set_consent(Consent::Granted);
    }

    /// What holds at this moment.
    pub fn consent(&self) -> Consent {
        self.0.known().shared.consent()
    }

    /// Tells the client that this process was forked off: it gets a thread of its own, and empty books; what the parent had
    /// captured stays the parent's. Without the call that happens with the first signal. Only who goes on to count with a
    /// handle of the `metrics` facade from before the fork should call it: such a handle reads no clock and notices nothing.
    pub fn after_fork(&self) {
        self.0.here();
    }

    /// Sends what has been captured so far and waits until the server has answered for it, at most `timeout`.
    /// Blocks: from async code, call it on a blocking thread. Items that were given up count as answered; see
    /// [`Client::report`].
    ///
    /// # Errors
    /// When the time is over, and the client goes on trying; or at once when signals wait for [consent](Consent::Pending).
    pub fn flush(&self, timeout: Duration) -> Result<(), FlushError> {
        let shared = &self.0.here().shared;
        if is_own_thread() {
            // A hook would wait for itself.
            return Err(FlushError { items: shared.lanes.queued() });
        }
        let deadline = deadline(timeout);
        shared.sources.gather(shared);
        if shared.consent() == Consent::Pending {
            let items = shared.lanes.queued();
            return if items == 0 { Ok(()) } else { Err(FlushError { items }) };
        }
        let lanes = shared.lanes.all();
        let targets = lanes.map(|lane| lane.request_flush());
        shared.ask();
        let done = lanes.iter().zip(targets).all(|(lane, target)| lane.wait_settled(target, deadline));
        if done { Ok(()) } else { Err(FlushError { items: shared.lanes.queued() }) }
    }

    /// Captures nothing more, sends what waits, and ends the background thread, within `timeout`. Blocks: from async
    /// code, call it on a blocking thread. What is captured afterwards, through any clone, is counted as lost.
    ///
    /// # Errors
    /// When items could not be delivered in that time, or the server asks to come back later than that.
    pub fn shutdown(&self, timeout: Duration) -> Result<(), FlushError> {
        let shared = &self.0.here().shared;
        let deadline = if is_own_thread() { Instant::now() } else { deadline(timeout) };
        if shared.stop().is_none() {
            shared.sources.gather(shared);
        }
        shared.stop_by(deadline);
        let ended = shared.lanes.wait_finished(deadline);
        let items = if ended { shared.lanes.written_off() } else { shared.lanes.queued() };
        if ended && items == 0 { Ok(()) } else { Err(FlushError { items }) }
    }

    /// What became of everything that was captured, as of now.
    pub fn report(&self) -> Report {
        let shared = &self.0.here().shared;
        let mut report = Report {
            worker_restarts: shared.restarts.load(Ordering::Relaxed),
            breaker_openings: shared.openings.load(Ordering::Relaxed),
            ..Report::default()
        };
        for lane in shared.lanes.all() {
            *report.of_mut(lane.signal()) = lane.report();
        }
        report
    }
}

/// What the builders need.
impl Client {
    /// Captures an item whose [place](Client::place) was asked for just now.
    #[inline]
    pub(crate) fn capture<T: Item>(&self, item: T) {
        self.0.known().shared.capture(item);
    }

    /// Captures an item that says itself where it was made.
    fn capture_whole<T: Item>(&self, item: T) {
        self.0.here().shared.capture(item);
    }

    /// Counts an item that could not be captured.
    #[cfg(feature = "metrics")]
    pub(crate) fn refuse<T: Item>(&self, reason: crate::LossReason) {
        T::lane(&self.0.here().shared.lanes).refuse(reason);
    }

    /// Adds what reports by itself at each flush.
    #[cfg(feature = "metrics")]
    pub(crate) fn add_source(&self, source: Arc<dyn crate::sources::Source>) {
        self.0.here().shared.sources.add(source);
    }

    /// Notices where this process was forked off since the last look.
    #[cfg(feature = "metrics")]
    pub(crate) fn notice(&self, now: i64) {
        self.0.at(now);
    }

    pub(crate) fn config(&self) -> &Config {
        self.0.known().shared.config()
    }

    /// What the current scope says at this moment; in a client of one person it is theirs, too.
    #[inline]
    pub(crate) fn place(&self, now: i64) -> Option<Arc<Place>> {
        let current = scope::place();
        let handle = self.0.at(now);
        match &handle.person {
            None => current,
            Some(person) => Some(join(current, person.place(now, || handle.draw()))),
        }
    }

    /// In a client of one person, their ids so far are filled in and what follows is theirs.
    pub(crate) fn note_identity(&self, kind: IdentityKind, own: &mut Own) {
        let handle = self.0.here();
        let Some(person) = &handle.person else { return };
        match kind {
            IdentityKind::Identify => {
                let Some(user) = &own.user else { return };
                let anonymous = person.sign_in(user.clone());
                own.anonymous = own.anonymous.take().or(anonymous);
            }
            IdentityKind::Alias => {}
            IdentityKind::Reset => {
                let (user, anonymous) = person.reset(handle.draw().into());
                if own.user.is_none() && own.anonymous.is_none() {
                    (own.user, own.anonymous) = (user, anonymous);
                }
            }
        }
    }

    /// A new span below `parent`, or the root of a new trace.
    pub(crate) fn new_span(&self, parent: Option<SpanContext>) -> SpanContext {
        let shared = &self.0.here().shared;
        parent.map_or_else(|| SpanContext::root(shared.randomness()), |parent| parent.child(shared.randomness()))
    }

    /// An event's breadcrumb, if the host application wants them.
    #[inline]
    pub(crate) fn leave_crumb(&self, event: &Text) {
        if self.config().track_auto_breadcrumb {
            self.leave(Crumb::new("track".into(), event.clone()));
        }
    }

    pub(crate) fn leave(&self, crumb: Crumb) {
        self.trail(crumb.at()).add(crumb);
    }

    pub(crate) fn crumbs(&self) -> Vec<Crumb> {
        self.trail(clock::now_micros()).crumbs()
    }

    /// The current scope's breadcrumbs, else the client's at this moment.
    fn trail(&self, now: i64) -> Arc<Trail> {
        let own = scope::current().and_then(|scope| scope.trail.clone());
        own.unwrap_or_else(|| Arc::clone(&self.0.at(now).trail))
    }

    /// A reference that does not keep the client from ending: for what is installed for good.
    pub(crate) fn downgrade(&self) -> Observer {
        Observer(Arc::downgrade(&self.0))
    }
}

/// A client that somebody else holds.
#[derive(Clone, Debug)]
pub(crate) struct Observer(Weak<Handle>);

impl Observer {
    /// The client, while it lasts; none on a client's own thread, as what that does must not make more to send.
    pub(crate) fn client(&self) -> Option<Client> {
        if is_own_thread() { None } else { self.0.upgrade().map(Client) }
    }
}

/// A place within another: what the inner one does not say, the outer one does. Their persons are not mixed.
fn join(inner: Option<Arc<Place>>, outer: Arc<Place>) -> Arc<Place> {
    let Some(inner) = inner else { return outer };
    let names_person = inner.user.is_some() || inner.anonymous.is_some();
    let person = |own: &Option<Text>, around: &Option<Text>| own.clone().or_else(|| around.clone().filter(|_| !names_person));
    Arc::new(Place {
        user: person(&inner.user, &outer.user),
        anonymous: person(&inner.anonymous, &outer.anonymous),
        session: person(&inner.session, &outer.session),
        ..(*inner).clone()
    })
}
