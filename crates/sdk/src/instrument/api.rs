//! Calls to other services: `<prefix>.api.…`.

use std::time::Duration;

use super::family::Family;
use crate::value::Text;

/// The status with which a service asks for fewer calls.
const TOO_MANY_REQUESTS: u16 = 429;

/// A call under way; its outcome sends `api.call.duration`, `api.call.count`, and, where that was so, `api.rate_limits` and
/// `api.failures`.
#[derive(Debug)]
#[must_use = "nothing is sent before its outcome is said"]
pub struct Api(Family);

impl Api {
    pub(super) fn new(family: Family) -> Self {
        Self(family)
    }

    /// How long it took, if not the time since it was named.
    pub fn took(self, duration: Duration) -> Self {
        Self(self.0.took(duration))
    }

    /// The service answered with this status: from 400 on it failed.
    pub fn answered(self, status: u16) {
        let success = status < 400;
        let family = self.0.with("status_code", status).succeeded(success);
        send(&family);
        if status == TOO_MANY_REQUESTS {
            family.count("api.rate_limits");
        }
        if !success {
            family.count("api.failures");
        }
    }

    /// There was no answer; the type of error, such as `ConnectionRefused`.
    pub fn failed(self, error_type: impl Into<Text>) {
        let family = self.0.failed(error_type.into());
        send(&family);
        family.count("api.failures");
    }
}

fn send(family: &Family) {
    family.duration("api.call.duration");
    family.count("api.call.count");
}
