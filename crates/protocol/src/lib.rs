//! Everything that crosses a wire: signals in, queries and answers out, ids, limits, units.
//!
//! One definition per thing. The struct here is the JSON, the page's input and the island's props; SQL fills it.
//! The crate knows serde and nothing else: no runtime, no database, no web framework; it also builds for wasm.

pub mod access;
pub mod analyses;
pub mod annotation;
pub mod audience;
pub mod delivery;
pub mod envelope;
pub mod erasure;
pub mod error_report;
pub mod event;
pub mod explorer;
pub mod filter;
pub mod formula;
pub mod id;
pub mod identity;
pub mod identity_link;
pub mod issue;
pub mod keeping;
pub mod level;
pub mod limits;
pub mod live;
pub mod log;
pub mod logs;
pub mod metric;
pub mod number;
pub mod outcome;
pub mod page_address;
pub mod problem;
pub mod profile;
pub mod range;
pub mod receipt;
pub mod saved;
mod scan;
pub mod sessions;
pub mod shared_link;
pub mod span;
pub mod text;
pub mod time;
pub mod timeline;
pub mod trace;
pub mod traces;
pub mod users;
pub mod verdict;
