//! What was acknowledged, as a sender remembers it.

use std::sync::{Condvar, Mutex};

use uuid::Uuid;

use testkit::deadline::PATIENCE;

/// The ids of acknowledged events.
#[derive(Default)]
pub struct Journal {
    events: Mutex<Vec<Uuid>>,
    grew: Condvar,
}

impl Journal {
    pub fn write(&self, events: &[Uuid]) {
        self.events.lock().expect("nobody panics while writing").extend(events);
        self.grew.notify_all();
    }

    /// Waits until this many more events are acknowledged than now.
    pub fn wait_for_more(&self, more: usize) {
        let events = self.events.lock().expect("nobody panics while writing");
        let enough = events.len() + more;
        let (_events, waited) =
            self.grew.wait_timeout_while(events, PATIENCE, |events| events.len() < enough).expect("nobody panics while writing");
        assert!(!waited.timed_out(), "nothing is acknowledged any more");
    }

    /// The ids, sorted.
    pub fn read(&self) -> Vec<Uuid> {
        let mut events = self.events.lock().expect("nobody panics while writing").clone();
        events.sort_unstable();
        events
    }
}
