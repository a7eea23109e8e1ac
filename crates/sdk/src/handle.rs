//! What all clones of a client share, and what becomes of it in a process that was forked off.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use crate::breadcrumbs::Trail;
use crate::clock;
use crate::config::{Config, InitError};
use crate::consent::Consent;
use crate::identity::Ids;
use crate::person::Person;
use crate::process;
use crate::sources::Sources;
use crate::value::Text;
use crate::worker::Shared;

/// One process's client. Threads do not survive a fork, and what the parent had queued is the parent's to send: the child
/// gets a handle of its own, with a thread, fresh ids and empty books, as soon as somebody notices.
#[derive(Debug)]
pub(crate) struct Handle {
    pub(crate) shared: Arc<Shared>,
    /// Breadcrumbs outside of every scope that keeps its own.
    pub(crate) trail: Arc<Trail>,
    pub(crate) person: Option<Person>,
    process: u32,
    heir: OnceLock<Box<Handle>>,
}

impl Handle {
    pub(crate) fn start(config: Config, consent: Consent) -> Result<Self, InitError> {
        let one_person = config.one_person.clone();
        let shared = Shared::start(config, consent, Sources::default())?;
        Ok(Self::over(shared, one_person, process::id()))
    }

    fn over(shared: Arc<Shared>, one_person: Option<Text>, process: u32) -> Self {
        let drawn = |id: Text| if id.is_empty() { draw(&shared).into() } else { id };
        let person = one_person.map(|id| Person::new(drawn(id)));
        Self { person, shared, trail: Arc::default(), process, heir: OnceLock::new() }
    }

    /// The handle of this process as far as is known: costs one look at memory.
    #[inline]
    pub(crate) fn known(&self) -> &Self {
        let mut known = self;
        while let Some(heir) = known.heir.get() {
            known = heir;
        }
        known
    }

    /// The handle of this process: asks the system which one that is.
    #[inline(never)]
    pub(crate) fn here(&self) -> &Self {
        self.of_process(process::id())
    }

    /// The same for a caller who has just read the clock: asks only where a fork may have happened since.
    #[inline]
    pub(crate) fn at(&self, now: i64) -> &Self {
        self.of_process(process::id_at(now))
    }

    #[inline]
    pub(crate) fn of_process(&self, process: u32) -> &Self {
        let known = self.known();
        if known.process == process {
            return known;
        }
        known.heir.get_or_init(|| Box::new(known.bequeath(process)))
    }

    #[cold]
    fn bequeath(&self, process: u32) -> Self {
        let config = self.shared.config().clone();
        let one_person = config.one_person.clone();
        let shared = Shared::start_or_close(config, self.shared.consent(), || self.shared.sources.inherited());
        Self::over(shared, one_person, process)
    }

    fn is_of_this_process(&self) -> bool {
        self.process == std::process::id()
    }

    /// A fresh random id.
    pub(crate) fn draw(&self) -> String {
        draw(&self.shared)
    }
}

fn draw(shared: &Shared) -> String {
    Ids::new(shared.randomness()).id(clock::now_micros(), 0).to_string()
}

/// A day is as good as for ever, and no instant overflows.
pub(crate) fn deadline(timeout: Duration) -> Instant {
    Instant::now() + timeout.min(Duration::from_secs(86_400))
}

impl Drop for Handle {
    /// The thread gets one more request's time to deliver what waits; the caller waits for a small part of it only. In a
    /// forked process the parent's handle has no thread to wait for.
    fn drop(&mut self) {
        if !self.is_of_this_process() {
            return;
        }
        let config = self.shared.config();
        self.shared.sources.gather(&self.shared);
        if self.shared.stop_by(deadline(config.request_timeout.max(config.drop_wait))) {
            self.shared.lanes.wait_finished(deadline(config.drop_wait));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "pk_0123456789abcdef0123456789abcdef";

    #[test]
    fn another_process_gets_a_thread_and_books_of_its_own_once() {
        let config = Config::new("http://127.0.0.1:9", KEY).drop_wait(Duration::ZERO).one_person("a1");
        let parent = Handle::start(config, Consent::Granted).expect("a handle");
        let elsewhere = parent.process.wrapping_add(1);
        assert!(std::ptr::eq(parent.known(), parent.here()));
        let child = std::ptr::from_ref(parent.of_process(elsewhere));
        assert!(!std::ptr::eq(child, &raw const parent));
        assert!(std::ptr::eq(parent.known(), child) && std::ptr::eq(parent.of_process(elsewhere), child));
        assert_ne!(parent.known().draw(), parent.draw());
        assert!(!Arc::ptr_eq(&parent.known().shared, &parent.shared));
    }
}
