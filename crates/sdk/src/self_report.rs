//! What the client says about its own failures: log records, sent like any other once the server is back.

use std::sync::atomic::Ordering;
use std::time::Instant;

use protocol::level::Level;

use crate::log_item::{LogDraft, LogItem};
use crate::worker::Shared;

/// The service that such records name.
const SERVICE: &str = "throughline-rust";

impl Shared {
    /// The server answered an attempt, whatever it said.
    pub(crate) fn server_answered(&self) {
        let Some(outage) = self.with_breaker(|breaker| breaker.succeeded(Instant::now())) else { return };
        let body = format!("the server could not be reached for {:.1} s", outage.lasted.as_secs_f64());
        self.report(
            LogDraft::new(Level::Warning, body.into())
                .with("attempts", outage.attempts)
                .with("last_error", outage.last_error)
                .with("openings", self.openings.load(Ordering::Relaxed)),
        );
    }

    /// An attempt failed, or nobody knows.
    pub(crate) fn server_failed(&self, why: &str) {
        let waits = (self.config().retry_base, self.config().retry_cap);
        if self.with_breaker(|breaker| breaker.failed(Instant::now(), why, waits, self.randomness().unit())) {
            self.openings.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// The background thread panicked and goes on.
    pub(crate) fn report_restart(&self) {
        let restarts = self.restarts.load(Ordering::Relaxed);
        self.report(
            LogDraft::new(Level::Error, "the client's background thread failed and was started again".into()).with("restarts", restarts),
        );
    }

    fn report(&self, log: LogDraft) {
        if self.config().self_report && self.stop().is_none() {
            self.capture(LogItem::Built(Box::new(log.service(SERVICE))));
        }
    }
}
