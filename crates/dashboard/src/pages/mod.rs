//! The pages: each a function from its answer to a document.

pub mod behavior;
pub mod delivery;
pub mod docs;
mod entry;
pub mod explorer;
pub mod failure;
pub mod link;
pub mod live;
pub mod login;
pub mod metrics;
pub mod person;
pub mod sessions;
pub mod setup;
pub mod users;
