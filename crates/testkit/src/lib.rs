//! What tests and benches share: a clock that is set by hand, projects with keys, raw COPY, waiting for a condition. A dev-dependency only.

pub mod clock;
pub mod country_file;
pub mod deadline;
pub mod keys;
pub mod raw_copy;
