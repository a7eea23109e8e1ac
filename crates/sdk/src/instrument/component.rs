//! Parts of the program that come and go: `<prefix>.cog.…`, or what the program [calls
//! them](super::Instrument::component_word).

use std::time::Duration;

use super::family::Family;
use crate::value::Text;

/// An operation under way; its outcome sends `cog.operation.count`, `cog.operation.duration` and, where it failed,
/// `cog.failures`.
#[derive(Debug)]
#[must_use = "nothing is sent before its outcome is said"]
pub struct Component {
    family: Family,
    word: Text,
}

impl Component {
    pub(super) fn new(family: Family, word: Text) -> Self {
        Self { family, word }
    }

    /// How long it took, if not the time since it was named.
    pub fn took(self, duration: Duration) -> Self {
        Self { family: self.family.took(duration), ..self }
    }

    /// It did what it should.
    pub fn succeeded(self) {
        send(&self.family.succeeded(true), &self.word);
    }

    /// It failed; the type of error, such as `ImportError`.
    pub fn failed(self, error_type: impl Into<Text>) {
        let family = self.family.failed(error_type.into());
        send(&family, &self.word);
        family.count(&format!("{}.failures", self.word));
    }
}

fn send(family: &Family, word: &str) {
    family.count(&format!("{word}.operation.count"));
    family.duration(&format!("{word}.operation.duration"));
}
