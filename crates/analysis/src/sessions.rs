//! Sessions: who came, how long, and who left at once.
//!
//! A session is the SDK's own, or else a run of one actor's events with gaps under 30 minutes. It belongs to a person: one
//! session id that two persons send is two sessions. Only what lies in the asked range is looked at, so a session that
//! began before it begins with the range.

mod assign;
mod find;
mod join;
mod list;
mod stats;
mod stretch;

pub use assign::{BySession, GAP_MS, Sessions};
pub use find::Found;
pub(crate) use find::{Kind, Names};
pub(crate) use join::Join;
pub use list::{By, Listed, Page, list};
pub use stats::{SessionCounts, SessionStats, count};
pub(crate) use stretch::Pieces;
pub use stretch::{Stretch, Stretches};
