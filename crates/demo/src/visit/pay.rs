//! The slow endpoint: the checkout asks whoever handles the money.

use chrono::{DateTime, Utc};
use protocol::level::Level;
use protocol::metric::MetricKind;
use protocol::trace::SpanId;
use serde_json::json;

use super::failure::OF_THE_GATEWAY;
use super::request::{Work, ended};
use super::scene::Scene;
use crate::incident;

/// The median of paying, in milliseconds.
const PAY_MILLIS: f64 = 780.0;
/// The gateway is given up on after so long, twice.
const GATEWAY_PATIENCE: f64 = 4_000.0;
/// The share of payments that a bank declines.
const DECLINED: f64 = 0.07;
/// The share that the gateway does not answer while it is down.
const UNANSWERED: f64 = 0.85;

/// How a payment ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    Paid,
    Declined,
    NoAnswer,
}

impl Scene<'_> {
    /// A payment; the error says why it did not go through.
    pub(super) fn pay(&mut self, value: f64, method: &str) -> Result<(), &'static str> {
        self.trace = self.dice.trace_id();
        let ending = self.ending();
        let own = self.dice.log_normal(PAY_MILLIS * 0.2, 0.4);
        let gateway = match ending {
            Ending::NoAnswer => 2.0 * GATEWAY_PATIENCE,
            Ending::Paid | Ending::Declined => self.dice.log_normal(PAY_MILLIS * 0.75 * self.release.checkout_slowness, 0.55),
        };
        let millis = own + gateway;
        self.serve_checkout(ending, (own, gateway), method);
        self.pass(millis / 1_000.0);
        let reason = match ending {
            Ending::Paid => {
                self.measure("checkout.value", value, MetricKind::Distribution, Some("usd"), &[("method", method)]);
                return Ok(());
            }
            Ending::Declined => "declined",
            Ending::NoAnswer => "gateway_timeout",
        };
        self.measure("checkout.failed", 1.0, MetricKind::Counter, None, &[("method", method), ("reason", reason)]);
        Err(reason)
    }

    fn ending(&mut self) -> Ending {
        let unanswered = if incident::gateway_is_down(self.at, self.end) { UNANSWERED } else { self.release.lost_payments };
        if self.dice.chance(unanswered) {
            return Ending::NoAnswer;
        }
        if self.dice.chance(DECLINED) { Ending::Declined } else { Ending::Paid }
    }

    /// Browser, checkout and gateway, with what each says. What is measured belongs to the checkout's span.
    fn serve_checkout(&mut self, ending: Ending, (own, gateway): (f64, f64), method: &str) {
        const ROUTE: &str = "/api/checkout";
        let (begun, way, millis) = (self.at, self.dice.log_normal(24.0, 0.5), own + gateway);
        let (status, failed) = match ending {
            Ending::Paid => ("200", false),
            Ending::Declined => ("402", false),
            Ending::NoAnswer => ("504", true),
        };
        let said = json!({"http.method": "POST", "http.route": ROUTE, "http.status_code": status});
        let mut seen = said.clone();
        seen["route"] = json!(self.page.route());
        let name = format!("POST {ROUTE}");
        let asking =
            Work { status: ended(failed), attributes: seen, ..Work::new(name.clone(), "http.client", "web", (0.0, way * 2.0 + millis)) };
        let browser = self.work(begun, None, asking);
        let serving = Work { status: ended(failed), attributes: said, ..Work::new(name, "http.server", "checkout", (way, millis)) };
        let server = self.work(begun, Some(browser), serving);
        self.span = server;
        let tags = [("method", "POST"), ("route", ROUTE), ("status", status)];
        self.after(begun, way + millis, |scene| {
            scene.measure("http.server.duration_ms", millis, MetricKind::Distribution, Some("ms"), &tags);
            scene.measure("http.server.requests", 1.0, MetricKind::Counter, None, &tags);
        });
        self.query(begun, server, "carts", (way, own));
        self.charge(begun, (way + own * 0.6, gateway), (ending, method));
        let order = if ending == Ending::Paid { "INSERT orders" } else { "UPDATE orders" };
        self.work(begun, Some(server), Work::new(order, "db.query", "shop", (way + own * 0.65 + gateway, own * 0.2)));
    }

    /// The gateway's part, asked a second time when it does not answer.
    fn charge(&mut self, begun: DateTime<Utc>, (after, millis): (f64, f64), (ending, method): (Ending, &str)) {
        let server = self.span;
        let attempts = if ending == Ending::NoAnswer { 2 } else { 1 };
        let each = millis / f64::from(attempts);
        for attempt in 0..attempts {
            let charging = Work {
                status: ended(ending == Ending::NoAnswer),
                attributes: json!({"peer.service": "payment-gateway", "method": method, "attempt": attempt + 1}),
                ..Work::new("POST /v1/charges", "http.client", "checkout", (after + each * f64::from(attempt), each))
            };
            let span = self.work(begun, Some(server), charging);
            let is_last = attempt + 1 == attempts;
            self.after(begun, after + each * f64::from(attempt + 1), |scene| scene.say_of_charge(span, (ending, method), each, is_last));
        }
    }

    /// What the checkout writes when the gateway has answered, or has not.
    fn say_of_charge(&mut self, span: SpanId, (ending, method): (Ending, &str), millis: f64, is_last: bool) {
        match ending {
            Ending::NoAnswer if is_last => {
                self.report(&OF_THE_GATEWAY, "checkout", span, true);
                let body = format!("payment by {method} failed: the gateway did not answer");
                self.write(Level::Error, "checkout", body, span, json!({"method": method}));
            }
            Ending::NoAnswer => {
                let body = format!("no answer from the payment gateway after {millis:.0} ms, trying again");
                self.write(Level::Warning, "checkout", body, span, json!({"method": method}));
            }
            Ending::Declined => {
                self.write(Level::Info, "checkout", format!("payment by {method} declined"), span, json!({"method": method}));
            }
            Ending::Paid => {}
        }
    }
}
