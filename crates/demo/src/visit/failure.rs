//! What breaks, as the program that it broke in reports it.

use chrono::{DateTime, Utc};
use protocol::error_report::{Breadcrumb, ErrorReport, Frame};
use protocol::level::Level;
use protocol::log::LogRecord;
use protocol::trace::SpanId;
use serde_json::{Value, json};

use super::scene::{ENVIRONMENT, Scene, object};
use crate::signal::Signal;

/// A kind of failure: its type, its message, and where it happened, innermost call first: function, file, line.
pub(super) struct Failure {
    kind: &'static str,
    message: &'static str,
    calls: &'static [(&'static str, &'static str, u32)],
}

/// What breaks in a browser.
pub(super) const OF_A_PAGE: [(u32, Failure); 4] = [
    (
        45,
        Failure {
            kind: "TypeError",
            message: "Cannot read properties of undefined (reading 'price')",
            calls: &[
                ("priceOf", "src/cart/price.ts", 41),
                ("Summary", "src/cart/Summary.tsx", 88),
                ("render", "node_modules/react-dom/client.js", 1204),
            ],
        },
    ),
    (
        25,
        Failure {
            kind: "NetworkError",
            message: "Failed to fetch",
            calls: &[("load", "src/api/client.ts", 27), ("useProducts", "src/catalogue/useProducts.ts", 15)],
        },
    ),
    (
        20,
        Failure {
            kind: "ChunkLoadError",
            message: "Loading chunk 7 failed",
            calls: &[("requireChunk", "webpack/runtime/load.js", 63), ("openGallery", "src/product/Gallery.tsx", 19)],
        },
    ),
    (
        10,
        Failure {
            kind: "RangeError",
            message: "Invalid time value",
            calls: &[("formatDelivery", "src/delivery/date.ts", 12), ("Delivery", "src/product/Delivery.tsx", 54)],
        },
    ),
];

/// What breaks between the checkout and whoever handles the money.
pub(super) const OF_THE_GATEWAY: Failure = Failure {
    kind: "PaymentGatewayTimeout",
    message: "no answer from the payment gateway after 2 attempts",
    calls: &[
        ("checkout::gateway::charge", "src/gateway.rs", 118),
        ("checkout::order::pay", "src/order.rs", 73),
        ("axum::handler::call", "axum/src/handler.rs", 210),
    ],
};

impl Failure {
    fn frames(&self) -> Vec<Frame> {
        let frame = |(function, file, line): &(&str, &str, u32)| Frame {
            function: Some((*function).to_owned()),
            file: Some((*file).to_owned()),
            line: Some(*line),
            in_app: file.starts_with("src/"),
            ..Frame::default()
        };
        self.calls.iter().map(frame).collect()
    }
}

impl Scene<'_> {
    /// A program reports a failure, with what the visitor did before.
    pub(super) fn report(&mut self, failure: &Failure, service: &str, span: SpanId, handled: bool) {
        let report = ErrorReport {
            event_id: Some(self.dice.event_id(self.at.timestamp_millis() as u64)),
            ts: None,
            level: Some(Level::Error),
            kind: Some(failure.kind.to_owned()),
            message: Some(failure.message.to_owned()),
            handled,
            stacktrace: failure.frames(),
            cause: Vec::new(),
            breadcrumbs: self.steps.iter().map(|(at, name)| crumb(*at, name)).collect(),
            fingerprint: Vec::new(),
            tags: Default::default(),
            context: object(json!({"os": self.person.device.os, "browser": self.person.device.browser, "device": self.person.device.kind})),
            trace_id: Some(self.trace),
            span_id: Some(span),
            user_id: self.person.user_id.clone(),
            anonymous_id: Some(self.person.anonymous_id.clone()),
            session_id: Some(self.session_id.clone()),
            route: Some(self.page.route().to_owned()),
            service: Some(service.to_owned()),
            release: Some(self.release.name.to_owned()),
            environment: Some(ENVIRONMENT.to_owned()),
            sample_rate: None,
        };
        self.signals.push(Signal::error(self.at, report));
    }

    /// A program writes a line.
    pub(super) fn write(&mut self, level: Level, service: &str, body: String, span: SpanId, attributes: Value) {
        let log = LogRecord {
            ts: None,
            level,
            body,
            attributes: object(attributes),
            service: Some(service.to_owned()),
            trace_id: Some(self.trace),
            span_id: Some(span),
            user_id: self.person.user_id.clone(),
            session_id: Some(self.session_id.clone()),
            release: Some(self.release.name.to_owned()),
            environment: Some(ENVIRONMENT.to_owned()),
            sample_rate: None,
        };
        self.signals.push(Signal::log(self.at, log));
    }
}

fn crumb(at: DateTime<Utc>, name: &str) -> Breadcrumb {
    Breadcrumb { ts: Some(at.into()), kind: Some("track".to_owned()), message: Some(name.to_owned()), ..Breadcrumb::default() }
}
