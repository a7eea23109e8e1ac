//! From raw items to typed ones: each item gets its own verdict. A file per signal; [`bounds`] holds what they share.

mod bounds;
mod error_report;
mod event;
mod identity;
mod log;
mod point;
mod span;

use protocol::verdict::{ItemCode, ItemError};

pub(crate) use error_report::error_report;
pub(crate) use event::event;
pub(crate) use identity::identity;
pub(crate) use log::log;
pub(crate) use point::point;
pub(crate) use span::{duration, span};

/// Why an item was refused; its position is added by the stage that knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) code: ItemCode,
    pub(crate) message: String,
}

impl Refusal {
    pub(crate) fn new(code: ItemCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    pub(crate) fn at(self, index: u32) -> ItemError {
        ItemError { index, code: self.code, message: self.message, hint: self.code.hint().to_owned() }
    }
}

/// An item that passed every check, and whether its text had to be repaired for that.
#[derive(Debug, PartialEq)]
pub(crate) struct Valid<T> {
    pub(crate) item: T,
    pub(crate) repaired: bool,
}
