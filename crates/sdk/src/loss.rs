//! Why the client gave items up.

/// Why an item never reached the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LossReason {
    /// The ring was full; the oldest item made room.
    QueueOverflow,
    /// The server refused the batch, or did not take it in time.
    SendError,
    /// The item's JSON was over 64 KiB.
    ItemTooLarge,
    /// A metric's value was not a finite number.
    NotFinite,
    /// The client was shut down before it could be sent, or already before it was made.
    Shutdown,
    /// A fault of this library.
    InternalSdkError,
    /// Left out by the sample rate; the server counts it as sampled.
    SampleRate,
    /// Left out by the host application's own hook, or the hook panicked.
    BeforeSend,
    /// The person, or the operator, does not want to be measured.
    OptOut,
}

/// How many reasons there are.
pub(crate) const REASONS: usize = 9;
/// Counts by reason, in the order of [`LossReason::ALL`].
pub(crate) type LossCounts = [u64; REASONS];

impl LossReason {
    /// Every reason.
    pub const ALL: [Self; REASONS] = [
        Self::QueueOverflow,
        Self::SendError,
        Self::ItemTooLarge,
        Self::NotFinite,
        Self::Shutdown,
        Self::InternalSdkError,
        Self::SampleRate,
        Self::BeforeSend,
        Self::OptOut,
    ];

    /// The word in a batch's `lost`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::QueueOverflow => "queue_overflow",
            Self::SendError => "send_error",
            Self::ItemTooLarge => "item_too_large",
            Self::NotFinite => "not_finite",
            Self::Shutdown => "shutdown",
            Self::InternalSdkError => "internal_sdk_error",
            Self::SampleRate => "sample_rate",
            Self::BeforeSend => "before_send",
            Self::OptOut => "opt_out",
        }
    }

    pub(crate) const fn index(self) -> usize {
        self as usize
    }
}

/// Adds `more` to `counts`.
pub(crate) fn add(counts: &mut LossCounts, more: &LossCounts) {
    for (count, n) in counts.iter_mut().zip(more) {
        *count += n;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_has_its_own_place_and_word() {
        for (i, reason) in LossReason::ALL.into_iter().enumerate() {
            assert_eq!(reason.index(), i);
            assert_eq!(LossReason::ALL.iter().filter(|other| other.word() == reason.word()).count(), 1);
        }
    }
}
