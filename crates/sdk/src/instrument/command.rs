//! Commands: `<prefix>.command.…`.

use std::time::Duration;

use super::family::Family;
use crate::value::Text;

/// A command under way; its outcome sends `command.execution_time`, `command.usage` and, where it failed,
/// `command.failures`.
#[derive(Debug)]
#[must_use = "nothing is sent before its outcome is said"]
pub struct Command(Family);

impl Command {
    pub(super) fn new(family: Family) -> Self {
        Self(family)
    }

    /// The type of command, such as `prefix`, `slash`, `hybrid`: the attribute `command_type`.
    pub fn kind(self, kind: impl Into<Text>) -> Self {
        Self(self.0.with("command_type", kind.into()))
    }

    /// How long it took, if not the time since it was named.
    pub fn took(self, duration: Duration) -> Self {
        Self(self.0.took(duration))
    }

    /// It did what it should.
    pub fn succeeded(self) {
        send(&self.0.succeeded(true));
    }

    /// It failed; the type of error, such as `Timeout`.
    pub fn failed(self, error_type: impl Into<Text>) {
        let family = self.0.failed(error_type.into());
        send(&family);
        family.count("command.failures");
    }
}

fn send(family: &Family) {
    family.duration("command.execution_time");
    family.count("command.usage");
}
