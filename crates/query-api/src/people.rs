//! People: which actors are one person, and the links that say so.

mod links;
mod persons;
mod preview;

pub use links::{LinksQuery, links, restore, undo};
pub use persons::persons;
pub(crate) use persons::{PersonsCache, at_version, of_project};
pub use preview::preview;
