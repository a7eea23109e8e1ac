//! Events, as the host application writes them.

use chrono::{DateTime, Utc};
use protocol::trace::{SpanId, TraceId};

use crate::client::Client;
use crate::clock;
use crate::event_record::{EventItem, EventRecord, PROPS_MAX, Rare};
use crate::scope::{Own, own_setters};
use crate::value::{Text, Value};

/// An event that is being put together. Ends with [`send`](EventBuilder::send).
#[derive(Debug)]
#[must_use = "nothing is captured until `send`"]
pub struct EventBuilder<'a> {
    client: &'a Client,
    record: Box<EventRecord>,
}

impl<'a> EventBuilder<'a> {
    #[inline]
    pub(crate) fn new(client: &'a Client, name: Text) -> Self {
        Self { client, record: Box::new(EventRecord { name, ..EventRecord::default() }) }
    }

    own_setters!(user, anonymous, session, route, parent);

    #[inline]
    fn own(&mut self) -> &mut Own {
        &mut self.record.own
    }

    fn rare(&mut self) -> &mut Rare {
        self.record.rare.get_or_insert_default()
    }

    /// A property of the event: text, a number, a bool, or JSON. Of two with one key the later counts.
    #[inline]
    pub fn prop(mut self, key: impl Into<Text>, value: impl Into<Value>) -> Self {
        self.record.props.push(key.into(), value.into(), PROPS_MAX);
        self
    }

    /// The trace and the span during which it happened.
    #[inline]
    pub fn trace(mut self, trace: TraceId, span: impl Into<Option<SpanId>>) -> Self {
        self.record.own.trace = Some(trace);
        self.record.own.span = span.into();
        self
    }

    /// When it happened, if not now. Such an event gets no sequence number.
    pub fn at(mut self, ts: DateTime<Utc>) -> Self {
        self.rare().ts = Some(ts.timestamp_micros());
        self
    }

    /// The release, if not the client's.
    pub fn release(mut self, release: impl Into<Text>) -> Self {
        self.rare().release = Some(release.into());
        self
    }

    /// The environment, if not the client's.
    pub fn environment(mut self, environment: impl Into<Text>) -> Self {
        self.rare().environment = Some(environment.into());
        self
    }

    /// The operating system, such as `iOS`.
    pub fn os(mut self, os: impl Into<Text>) -> Self {
        self.rare().os = Some(os.into());
        self
    }

    /// The browser, such as `Safari`.
    pub fn browser(mut self, browser: impl Into<Text>) -> Self {
        self.rare().browser = Some(browser.into());
        self
    }

    /// The kind of device, such as `mobile`.
    pub fn device(mut self, device: impl Into<Text>) -> Self {
        self.rare().device = Some(device.into());
        self
    }

    /// The country as ISO 3166-1 alpha-2, such as `DE`.
    pub fn country(mut self, country: impl Into<Text>) -> Self {
        self.rare().country = Some(country.into());
        self
    }

    /// The language and region, such as `de-DE`.
    pub fn locale(mut self, locale: impl Into<Text>) -> Self {
        self.rare().locale = Some(locale.into());
        self
    }

    /// Where the visitor came from.
    pub fn referrer(mut self, referrer: impl Into<Text>) -> Self {
        self.rare().referrer = Some(referrer.into());
        self
    }

    /// The screen's size, such as `390x844`.
    pub fn screen(mut self, screen: impl Into<Text>) -> Self {
        self.rare().screen = Some(screen.into());
        self
    }

    /// A campaign parameter: `source`, `medium`, `campaign`, `term` or `content`.
    pub fn utm(mut self, parameter: impl Into<Text>, value: impl Into<Text>) -> Self {
        self.rare().utm.push((parameter.into(), value.into()));
        self
    }

    /// What else is known of where it happened, such as `browser_version`.
    pub fn context(mut self, key: impl Into<Text>, value: impl Into<Value>) -> Self {
        let rest = &mut self.rare().rest;
        if rest.len() < PROPS_MAX {
            rest.push((key.into(), value.into()));
        }
        self
    }

    /// The share of such events that is sent, above 0 and at most 1: the event then counts 1 / `rate`.
    pub fn sample_rate(mut self, rate: f64) -> Self {
        self.rare().sample_rate = Some(rate);
        self
    }

    /// Captures the event with the current time.
    #[inline]
    pub fn send(mut self) {
        self.record.captured_at = clock::now_micros();
        self.record.place = self.client.place(self.record.captured_at);
        self.client.leave_crumb(&self.record.name);
        self.client.capture(EventItem::Built(self.record));
    }
}
