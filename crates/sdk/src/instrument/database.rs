//! Databases: `<prefix>.database.…`.

use std::time::Duration;

use super::family::Family;
use crate::value::Text;

/// An operation under way; its outcome sends `database.operation.duration`, `database.operation.count`, and, where there
/// were any, `database.retries` and `database.failures`.
#[derive(Debug)]
#[must_use = "nothing is sent before its outcome is said"]
pub struct Database {
    family: Family,
    retries: u32,
}

impl Database {
    pub(super) fn new(family: Family) -> Self {
        Self { family, retries: 0 }
    }

    /// The table that it is about.
    pub fn table(self, table: impl Into<Text>) -> Self {
        Self { family: self.family.with("table", table.into()), ..self }
    }

    /// How often it was tried again.
    pub fn retries(self, retries: u32) -> Self {
        Self { retries, ..self }
    }

    /// How long it took with all tries, if not the time since it was named.
    pub fn took(self, duration: Duration) -> Self {
        Self { family: self.family.took(duration), ..self }
    }

    /// It did what it should.
    pub fn succeeded(self) {
        send(&self.family.with("retry_count", self.retries).succeeded(true), self.retries);
    }

    /// It failed; the type of error, such as `DeadlockDetected`.
    pub fn failed(self, error_type: impl Into<Text>) {
        let family = self.family.with("retry_count", self.retries).failed(error_type.into());
        send(&family, self.retries);
        family.count("database.failures");
    }
}

fn send(family: &Family, retries: u32) {
    family.duration("database.operation.duration");
    family.count("database.operation.count");
    if retries > 0 {
        family.add("database.retries", u64::from(retries));
    }
}
