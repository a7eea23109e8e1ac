//! People: which actors are one person, and the links that say so.

mod links;
mod persons;
mod preview;

pub use links::{LinksQuery, links, restore, undo};
pub(crate) use persons::PersonsCache;
pub use persons::persons;
pub use preview::preview;
