//! Items that name the release and the environment that they come from.

use protocol::error_report::ErrorReport;
use protocol::event::Event;
use protocol::identity::Identity;
use protocol::log::LogRecord;
use protocol::metric::MetricPoint;
use protocol::span::Span;
use serde::Serialize;

/// An item of an import.
pub(super) trait Signed: Serialize + Clone {
    /// It names both, or needs none.
    fn is_signed(&self) -> bool;
    /// With these where it names none.
    fn signed(self, release: Option<&str>, environment: Option<&str>) -> Self;
}

macro_rules! signed {
    ($($item:ty),+) => {$(
        impl Signed for $item {
            fn is_signed(&self) -> bool {
                self.release.is_some() && self.environment.is_some()
            }

            fn signed(mut self, release: Option<&str>, environment: Option<&str>) -> Self {
                self.release = self.release.or_else(|| release.map(str::to_owned));
                self.environment = self.environment.or_else(|| environment.map(str::to_owned));
                self
            }
        }
    )+};
}

signed!(Event, MetricPoint, Span, ErrorReport, LogRecord);

impl Signed for Identity {
    fn is_signed(&self) -> bool {
        true
    }

    fn signed(self, _: Option<&str>, _: Option<&str>) -> Self {
        self
    }
}
