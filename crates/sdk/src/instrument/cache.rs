//! Caches: `<prefix>.cache.…`.

use std::time::Duration;

use super::family::Family;

/// An operation under way; its outcome sends `cache.operation.duration` and `cache.hits` or `cache.misses`.
#[derive(Debug)]
#[must_use = "nothing is sent before its outcome is said"]
pub struct Cache(Family);

impl Cache {
    pub(super) fn new(family: Family) -> Self {
        Self(family)
    }

    /// How long it took, if not the time since it was named.
    pub fn took(self, duration: Duration) -> Self {
        Self(self.0.took(duration))
    }

    /// It was there.
    pub fn hit(self) {
        self.0.duration("cache.operation.duration");
        self.0.count("cache.hits");
    }

    /// It was not there.
    pub fn miss(self) {
        self.0.duration("cache.operation.duration");
        self.0.count("cache.misses");
    }

    /// It was neither a hit nor a miss, such as a `set`; the cache holds so many entries now: the gauge `cache.size`.
    pub fn done(self, entries: u64) {
        self.0.duration("cache.operation.duration");
        self.size(entries);
    }

    /// The cache holds so many entries now; nothing took time.
    pub fn size(self, entries: u64) {
        self.0.gauge("cache.size", entries.into());
    }
}
