//! Where a visitor is, and what is sent from there.

use chrono::{DateTime, TimeDelta, Utc};
use protocol::event::{Context, Event, PAGE_VIEW};
use protocol::metric::{MetricKind, MetricPoint};
use protocol::trace::TraceId;
use serde_json::{Map, Value, json};

use super::page::Page;
use crate::dice::Dice;
use crate::person::Person;
use crate::release::Release;
use crate::signal::Signal;

const ENVIRONMENT: &str = "prod";
/// The slow endpoint: the median of paying, in milliseconds.
const PAY_MILLIS: f64 = 780.0;

/// Where people come from; an empty text means that they typed the address.
const REFERRERS: [(u32, &str); 5] = [
    (38, ""),
    (34, "https://search.example/"),
    (14, "https://social.example/"),
    (9, "https://magazine.example/"),
    (5, "https://mail.example/"),
];

const ERRORS: [(u32, (&str, &str)); 4] = [
    (45, ("TypeError", "Cannot read properties of undefined (reading 'price')")),
    (25, ("NetworkError", "Failed to fetch")),
    (20, ("ChunkLoadError", "Loading chunk 7 failed")),
    (10, ("RangeError", "Invalid time value")),
];

pub(super) struct Scene<'a> {
    pub(super) dice: &'a mut Dice,
    pub(super) person: &'a Person,
    pub(super) signals: Vec<Signal>,
    release: &'static Release,
    session_id: String,
    referrer: &'static str,
    at: DateTime<Utc>,
    page: Page,
    trace: TraceId,
}

impl<'a> Scene<'a> {
    pub(super) fn new(dice: &'a mut Dice, person: &'a Person, release: &'static Release, at: DateTime<Utc>) -> Self {
        let session_id = format!("s-{}", dice.word());
        let referrer = dice.weighted(&REFERRERS);
        let trace = dice.trace_id();
        Self { dice, person, signals: Vec::new(), release, session_id, referrer, at, page: Page::Home, trace }
    }

    /// The browser asks for a page, the server makes it, and the visitor reads it.
    pub(super) fn open(&mut self, page: Page) {
        self.page = page;
        self.trace = self.dice.trace_id();
        let millis = self.dice.log_normal(page.millis(), 0.45);
        let breaks = self.dice.chance(self.release.broken_pages);
        self.serve("GET", page.route(), millis, if breaks { 500 } else { 200 });
        if page.is_cached() {
            let cache = if self.dice.chance(0.83) { "cache.hits" } else { "cache.misses" };
            self.measure(cache, 1.0, MetricKind::Counter, None, &[("cache", "pages")]);
        }
        self.query_database(page.table(), millis);
        self.pass(millis / 1_000.0);
        self.track(PAGE_VIEW, json!({}));
        if breaks {
            let (kind, message) = *self.dice.weighted(&ERRORS);
            self.track("error", json!({"type": kind, "message": message}));
        }
        let seconds = self.dice.log_normal(page.attention(), 0.7);
        self.pass(seconds);
    }

    /// The slow endpoint. Whether the payment went through.
    pub(super) fn pay(&mut self, value: f64, method: &str) -> bool {
        self.trace = self.dice.trace_id();
        let millis = self.dice.log_normal(PAY_MILLIS * self.release.checkout_slowness, 0.5);
        let succeeds = !self.dice.chance(0.09);
        self.serve("POST", "/api/checkout", millis, if succeeds { 200 } else { 402 });
        self.query_database("orders", millis);
        self.pass(millis / 1_000.0);
        match succeeds {
            true => self.measure("checkout.value", value, MetricKind::Distribution, Some("usd"), &[("method", method)]),
            false => self.measure("checkout.failed", 1.0, MetricKind::Counter, None, &[("method", method)]),
        }
        succeeds
    }

    pub(super) fn note_cart(&mut self, items: usize) {
        self.measure("cart.size", items as f64, MetricKind::Distribution, Some("items"), &[]);
    }

    /// Who searches is counted once, however often.
    pub(super) fn note_search(&mut self) {
        let mut point = self.point("search.users", MetricKind::Set, None, &[]);
        point.value = protocol::metric::MetricValue::Text(self.who().to_owned());
        self.signals.push(Signal::metric(self.at, point));
    }

    /// An event happens here and now; a second or so goes by.
    pub(super) fn track(&mut self, name: &str, props: Value) {
        let event = Event {
            event_id: Some(self.dice.event_id(self.at.timestamp_millis() as u64)),
            name: name.to_owned(),
            user_id: self.person.user_id.clone(),
            anonymous_id: Some(self.person.anonymous_id.clone()),
            session_id: Some(self.session_id.clone()),
            route: Some(self.page.route().to_owned()),
            release: Some(self.release.name.to_owned()),
            environment: Some(ENVIRONMENT.to_owned()),
            props: object(props),
            context: Some(self.context()),
            trace_id: Some(self.trace),
            span_id: Some(self.dice.span_id()),
            ..Event::default()
        };
        self.signals.push(Signal::event(self.at, event));
        let seconds = self.dice.log_normal(1.2, 0.6);
        self.pass(seconds);
    }

    fn serve(&mut self, method: &str, route: &str, millis: f64, status: u16) {
        let status = status.to_string();
        let tags = [("method", method), ("route", route), ("status", status.as_str())];
        self.measure("http.server.duration_ms", millis, MetricKind::Distribution, Some("ms"), &tags);
        self.measure("http.server.requests", 1.0, MetricKind::Counter, None, &tags);
    }

    fn query_database(&mut self, table: &str, server_millis: f64) {
        let share = self.dice.unit();
        self.measure("db.query.duration_ms", server_millis * share * 0.5, MetricKind::Distribution, Some("ms"), &[("table", table)]);
    }

    fn measure(&mut self, name: &str, value: f64, kind: MetricKind, unit: Option<&str>, tags: &[(&str, &str)]) {
        let mut point = self.point(name, kind, unit, tags);
        // Microseconds are as fine as a server's clock is worth.
        point.value = ((value * 1_000.0).round() / 1_000.0).into();
        self.signals.push(Signal::metric(self.at, point));
    }

    fn point(&mut self, name: &str, kind: MetricKind, unit: Option<&str>, tags: &[(&str, &str)]) -> MetricPoint {
        MetricPoint {
            name: name.to_owned(),
            kind,
            unit: unit.map(str::to_owned),
            tags: tags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect(),
            trace_id: Some(self.trace),
            span_id: Some(self.dice.span_id()),
            user_id: self.person.user_id.clone(),
            session_id: Some(self.session_id.clone()),
            release: Some(self.release.name.to_owned()),
            environment: Some(ENVIRONMENT.to_owned()),
            ..MetricPoint::default()
        }
    }

    fn who(&self) -> &str {
        self.person.user_id.as_deref().unwrap_or(&self.person.anonymous_id)
    }

    fn context(&self) -> Context {
        let device = self.person.device;
        Context {
            os: Some(device.os.to_owned()),
            browser: Some(device.browser.to_owned()),
            device: Some(device.kind.to_owned()),
            country: Some(self.person.home.country.to_owned()),
            locale: Some(self.person.home.locale.to_owned()),
            referrer: (!self.referrer.is_empty()).then(|| self.referrer.to_owned()),
            screen: Some(device.screen.to_owned()),
            ..Context::default()
        }
    }

    fn pass(&mut self, seconds: f64) {
        // Clients send milliseconds.
        self.at += TimeDelta::milliseconds((seconds * 1_000.0) as i64 + 1);
    }
}

fn object(props: Value) -> Map<String, Value> {
    match props {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}
