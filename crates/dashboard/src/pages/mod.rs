//! The pages: each a function from its answer to a document.

mod entry;
pub mod docs;
pub mod explorer;
pub mod failure;
pub mod live;
pub mod login;
pub mod metrics;
pub mod setup;
