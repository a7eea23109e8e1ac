//! Questions about a project: parse, plan, run, answer.
//!
//! Every question is a plain async function that takes the [`QueryState`] and a [`access::ProjectContext`]; the dashboard
//! calls these directly, and [`routes::router`] puts JSON on top of them. Nothing here takes a project's number from a
//! caller: the context is the only way to one, and only [`access`] makes it, after it has checked who asks.

pub mod access;
pub mod analyses;
pub mod annotations;
pub mod audience;
mod budget;
pub mod delivery;
mod engine;
pub mod erasing;
mod error;
pub mod explorer;
pub mod export;
pub mod issues;
pub mod keeping;
pub mod live;
pub mod logs;
pub mod people;
mod problems;
mod receipt;
mod rollup;
pub mod routes;
pub mod saved;
pub mod seen;
pub mod sessions;
pub mod shared_links;
mod state;
pub mod traces;
pub mod users;

pub use error::ApiError;
pub use problems::{answer_problems, correlation_id};
pub use state::{QueryConfig, QueryParts, QueryState, Random};
