//! What became of everything that was captured.

use std::collections::BTreeMap;

use protocol::outcome::Signal;

use crate::loss::LossReason;

/// A client's books, as one look at them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Of events.
    pub events: SignalReport,
    /// Of metric points.
    pub metrics: SignalReport,
    /// Of spans, moments included.
    pub spans: SignalReport,
    /// Of exceptions and messages.
    pub errors: SignalReport,
    /// Of log records; also those in which the client reports its own failures.
    pub logs: SignalReport,
    /// Of identities.
    pub identities: SignalReport,
    /// How often the circuit breaker has opened: the server was away for five attempts in a row.
    pub breaker_openings: u64,
    /// How often the background thread failed and was started again; anything but 0 is a fault of this library.
    pub worker_restarts: u64,
}

impl Report {
    /// The books of every signal.
    pub fn signals(&self) -> [(Signal, &SignalReport); 6] {
        Signal::ALL.map(|signal| (signal, self.of(signal)))
    }

    /// The books of one signal.
    pub fn of(&self, signal: Signal) -> &SignalReport {
        match signal {
            Signal::Event => &self.events,
            Signal::Metric => &self.metrics,
            Signal::Span => &self.spans,
            Signal::Error => &self.errors,
            Signal::Log => &self.logs,
            Signal::Identity => &self.identities,
        }
    }

    pub(crate) fn of_mut(&mut self, signal: Signal) -> &mut SignalReport {
        match signal {
            Signal::Event => &mut self.events,
            Signal::Metric => &mut self.metrics,
            Signal::Span => &mut self.spans,
            Signal::Error => &mut self.errors,
            Signal::Log => &mut self.logs,
            Signal::Identity => &mut self.identities,
        }
    }
}

/// The books of one signal: `made == delivered + rejected + lost_total() + queued`, always.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SignalReport {
    /// Items that the host application captured.
    pub made: u64,
    /// Items that the server says it has stored.
    pub delivered: u64,
    /// Items that the server refused one by one.
    pub rejected: u64,
    /// Items that were given up, by reason; only reasons that occurred.
    pub lost: BTreeMap<LossReason, u64>,
    /// Items that wait or are being sent.
    pub queued: u64,
    /// What last went wrong, in words. Never contains the key.
    pub last_error: Option<String>,
}

impl SignalReport {
    /// Items that were given up for any reason.
    pub fn lost_total(&self) -> u64 {
        self.lost.values().sum()
    }

    /// Items that were given up for this reason.
    pub fn lost_to(&self, reason: LossReason) -> u64 {
        self.lost.get(&reason).copied().unwrap_or(0)
    }
}
