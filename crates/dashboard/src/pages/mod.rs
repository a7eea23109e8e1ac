//! The pages: each a function from its answer to a document.

pub mod active;
pub mod behavior;
pub mod components;
pub mod delivery;
pub mod docs;
mod entry;
pub mod explorer;
pub mod failure;
pub mod find;
pub mod guides;
pub mod issues;
pub mod link;
pub mod live;
pub mod login;
pub mod logs;
pub mod metrics;
pub mod person;
pub mod saved;
pub mod sessions;
pub mod setup;
pub mod shared;
pub mod traces;
pub mod trends;
pub mod users;
