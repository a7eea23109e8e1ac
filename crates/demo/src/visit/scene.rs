//! Where a visitor is, and what is sent from there.

use std::collections::VecDeque;

use chrono::{DateTime, TimeDelta, Utc};
use protocol::event::{Context, Event};
use protocol::identity::Identity;
use protocol::metric::{MetricKind, MetricPoint};
use protocol::trace::{SpanId, TraceId};
use serde_json::{Map, Value, json};

use super::page::Page;
use crate::dice::Dice;
use crate::person::Person;
use crate::release::{self, Release};
use crate::signal::Signal;

pub(super) const ENVIRONMENT: &str = "prod";
/// What a report says of the way to it.
const STEPS_KEPT: usize = 8;

/// Where people come from; an empty text means that they typed the address.
const REFERRERS: [(u32, &str); 5] = [
    (38, ""),
    (34, "https://search.example/"),
    (14, "https://social.example/"),
    (9, "https://magazine.example/"),
    (5, "https://mail.example/"),
];

pub(super) struct Scene<'a> {
    pub(super) dice: &'a mut Dice,
    pub(super) person: &'a Person,
    pub(super) signals: Vec<Signal>,
    pub(super) release: &'static Release,
    pub(super) session_id: String,
    referrer: &'static str,
    pub(super) at: DateTime<Utc>,
    /// Of the history, from which roll-outs and incidents are dated.
    pub(super) end: DateTime<Utc>,
    pub(super) page: Page,
    pub(super) trace: TraceId,
    /// The span that what happens now is part of.
    pub(super) span: SpanId,
    /// The newest events, oldest first.
    pub(super) steps: VecDeque<(DateTime<Utc>, String)>,
}

impl<'a> Scene<'a> {
    pub(super) fn new(dice: &'a mut Dice, person: &'a Person, at: DateTime<Utc>, end: DateTime<Utc>) -> Self {
        let release = release::of(at, end, person.release_lag);
        let session_id = format!("s-{}", dice.word());
        let referrer = dice.weighted(&REFERRERS);
        let (trace, span) = (dice.trace_id(), dice.span_id());
        let (signals, steps) = (Vec::new(), VecDeque::with_capacity(STEPS_KEPT));
        Self { dice, person, signals, release, session_id, referrer, at, end, page: Page::Home, trace, span, steps }
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

    /// They say who they are.
    pub(super) fn sign_in(&mut self) {
        let Some(user_id) = self.person.user_id.clone() else { return };
        let identity = Identity {
            user_id: Some(user_id),
            anonymous_id: Some(self.person.anonymous_id.clone()),
            session_id: Some(self.session_id.clone()),
            traits: object(json!({"plan": self.person.plan, "newsletter": self.person.newsletter})),
            ..Identity::default()
        };
        self.signals.push(Signal::identity(self.at, identity));
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
            span_id: Some(self.span),
            ..Event::default()
        };
        if self.steps.len() == STEPS_KEPT {
            self.steps.pop_front();
        }
        self.steps.push_back((self.at, name.to_owned()));
        self.signals.push(Signal::event(self.at, event));
        let seconds = self.dice.log_normal(1.2, 0.6);
        self.pass(seconds);
    }

    pub(super) fn measure(&mut self, name: &str, value: f64, kind: MetricKind, unit: Option<&str>, tags: &[(&str, &str)]) {
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
            span_id: Some(self.span),
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
            rest: object(json!({"timezone": self.person.home.zone})),
            ..Context::default()
        }
    }

    pub(super) fn pass(&mut self, seconds: f64) {
        // Clients send milliseconds.
        self.at += TimeDelta::milliseconds((seconds * 1_000.0) as i64 + 1);
    }
}

pub(super) fn object(props: Value) -> Map<String, Value> {
    match props {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}
