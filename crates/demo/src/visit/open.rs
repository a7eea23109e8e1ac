//! A page is opened: the browser asks, the server makes it, the visitor reads it.

use chrono::{DateTime, Utc};
use protocol::event::PAGE_VIEW;
use protocol::level::Level;
use protocol::metric::MetricKind;
use protocol::trace::SpanId;
use serde_json::json;

use super::failure::OF_A_PAGE;
use super::page::Page;
use super::request::{Work, ended};
use super::scene::Scene;

/// How a page breaks: half of them on the server.
const ON_THE_SERVER: f64 = 0.5;
/// A query that takes longer, in milliseconds, is worth a line in the log.
const SLOW_QUERY: f64 = 90.0;

impl Scene<'_> {
    pub(super) fn open(&mut self, page: Page) {
        self.page = page;
        self.trace = self.dice.trace_id();
        let millis = self.dice.log_normal(page.millis(), 0.45);
        let breaks = self.dice.chance(self.release.broken_pages);
        let fails = breaks && self.dice.chance(ON_THE_SERVER);
        self.load(page, millis, fails);
        self.pass(millis / 1_000.0);
        self.track(PAGE_VIEW, json!({}));
        if breaks && !fails {
            let failure = self.dice.weighted(&OF_A_PAGE);
            self.report(failure, "web", self.span, false);
        }
        let seconds = self.dice.log_normal(page.attention(), 0.7);
        self.pass(seconds);
    }

    /// What browser and server do until the page is there. What happens on the page belongs to the browser's span.
    fn load(&mut self, page: Page, millis: f64, fails: bool) {
        let (route, status) = (page.route(), if fails { "500" } else { "200" });
        let (way, render) = (self.dice.log_normal(24.0, 0.5), self.dice.log_normal(60.0, 0.4));
        let begun = self.at;
        let loading =
            Work { attributes: json!({"route": route}), ..Work::new(route, "pageload", "web", (0.0, way * 2.0 + millis + render)) };
        let browser = self.work(begun, None, loading);
        let serving = Work {
            status: ended(fails),
            attributes: json!({"http.method": "GET", "http.route": route, "http.status_code": status}),
            ..Work::new(format!("GET {route}"), "http.server", "shop", (way, millis))
        };
        let server = self.work(begun, Some(browser), serving);
        self.span = server;
        let tags = [("method", "GET"), ("route", route), ("status", status)];
        self.after(begun, way + millis, |scene| {
            scene.measure("http.server.duration_ms", millis, MetricKind::Distribution, Some("ms"), &tags);
            scene.measure("http.server.requests", 1.0, MetricKind::Counter, None, &tags);
            if page.is_cached() {
                let hit = scene.dice.chance(0.83);
                scene.measure(if hit { "cache.hits" } else { "cache.misses" }, 1.0, MetricKind::Counter, None, &[("cache", "pages")]);
            }
        });
        self.query(begun, server, page.table(), (way, millis));
        if fails {
            let body = format!("GET {route} failed: the template has no value for `price`");
            self.after(begun, way + millis, |scene| scene.write(Level::Error, "shop", body, server, json!({"route": route})));
        }
        self.span = browser;
    }

    /// The server reads a table while it serves a request that took so long, `after` the request began.
    pub(super) fn query(&mut self, begun: DateTime<Utc>, server: SpanId, table: &str, (after, millis): (f64, f64)) {
        let took = millis * self.dice.unit() * 0.5;
        let query = Work {
            attributes: json!({"db.system": "postgresql", "db.table": table}),
            ..Work::new(format!("SELECT {table}"), "db.query", "shop", (after + millis * 0.2, took))
        };
        let span = self.work(begun, Some(server), query);
        let request = std::mem::replace(&mut self.span, span);
        self.after(begun, after + millis * 0.2 + took, |scene| {
            scene.measure("db.query.duration_ms", took, MetricKind::Distribution, Some("ms"), &[("table", table)]);
            if took > SLOW_QUERY {
                let body = format!("slow query on {table}: {took:.0} ms");
                scene.write(Level::Warning, "shop", body, span, json!({"table": table, "duration_ms": took.round()}));
            }
        });
        self.span = request;
    }
}
