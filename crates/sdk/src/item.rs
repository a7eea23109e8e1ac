//! What the signals have in common: an item waits in a ring as it was captured, becomes its wire form on the background
//! thread, and passes there what the host application has set up for it.

use protocol::outcome::Signal;
use serde::Serialize;

use crate::filter::Filters;
use crate::identity::Ids;
use crate::lane::Lane;
use crate::lanes::Lanes;
use crate::loss::LossReason;
use crate::seal::encode_bounded;
use crate::sequence::Sequence;

/// What the client knows about itself and puts on every item.
#[derive(Debug)]
pub(crate) struct Origin<'a> {
    pub(crate) ids: Ids,
    /// Of events.
    pub(crate) sequence: &'a Sequence,
    pub(crate) release: Option<&'a str>,
    pub(crate) environment: Option<&'a str>,
    pub(crate) service: Option<&'a str>,
    /// Of the person that the program serves, if it serves one.
    pub(crate) os: Option<&'a str>,
    /// Modules whose frames are the application's own, when it names them.
    pub(crate) in_app: &'a [String],
    pub(crate) filters: &'a Filters,
}

impl Origin<'_> {
    /// Fills in the release and the environment where the item names none.
    pub(crate) fn sign(&self, release: &mut Option<String>, environment: &mut Option<String>) {
        if release.is_none() {
            *release = self.release.map(str::to_owned);
        }
        if environment.is_none() {
            *environment = self.environment.map(str::to_owned);
        }
    }
}

/// What a ring holds.
pub(crate) trait Item: Sized + Send + 'static {
    /// Whose endpoint its batches go to.
    const SIGNAL: Signal;
    /// What goes over the wire.
    type Wire: Wire;
    /// Its lane among all.
    fn lane(lanes: &Lanes) -> &Lane<Self>;
    /// Roughly the bytes that it keeps in memory beside itself.
    fn weight(&self) -> usize;
    /// Its wire form, or why it is lost. `number` is its place in the order of capture.
    fn into_wire(self, number: u64, origin: &Origin<'_>) -> Result<Self::Wire, LossReason>;
}

/// An item's wire form.
pub(crate) trait Wire: Serialize + Sized {
    /// Passes sampling, the host's hook and the deny-list.
    fn pass(self, filters: &Filters) -> Result<Self, LossReason>;
    /// Gives up what is least needed; false when there is nothing to give up.
    fn slim(&mut self) -> bool {
        false
    }
}

/// Appends an item's JSON to `out`, or leaves `out` as it was and says why the item is lost.
pub(crate) fn encode<T: Item>(item: T, number: u64, origin: &Origin<'_>, out: &mut Vec<u8>) -> Result<(), LossReason> {
    let mut wire = item.into_wire(number, origin)?.pass(origin.filters)?;
    match encode_bounded(&wire, out) {
        Err(LossReason::ItemTooLarge) if wire.slim() => encode_bounded(&wire, out),
        encoded => encoded,
    }
}
