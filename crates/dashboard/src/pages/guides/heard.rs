//! Whether a platform was heard from.

use protocol::delivery::DeliveryAnswer;
use protocol::number;

use super::platform::Platform;

/// What came from a platform's client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Heard {
    Nothing,
    /// So many items, and none of them was stored.
    Refused(u64),
    /// So many items are stored.
    Stored(u64),
}

impl Heard {
    pub(super) fn from(platform: Platform, answer: &DeliveryAnswer) -> Self {
        let of_it = || answer.senders.iter().filter(|sender| platform.is_sent_by(&sender.sdk));
        let stored = of_it().map(|sender| sender.counts.stored).sum();
        let rejected = of_it().map(|sender| sender.counts.rejected).sum();
        match (stored, rejected) {
            (0, 0) => Self::Nothing,
            (0, refused) => Self::Refused(refused),
            (stored, _) => Self::Stored(stored),
        }
    }

    pub(super) fn sentence(self) -> String {
        match self {
            Self::Nothing => "Waiting for the first signal".to_owned(),
            Self::Refused(n) => format!("{} refused", number::counted(n, "item", "items")),
            Self::Stored(n) => format!("{} in 30 days", number::counted(n, "item", "items")),
        }
    }
}
