//! Segments as one table that other programs read: a row per event, a column per attribute and per prop.
//!
//! The columns are known before the first row, from the segments' descriptions, so that any number of segments makes one
//! file. A prop that has no column (nested, one of too many, or new since the descriptions were read) is in `rest_props`.

mod layout;
mod sheet;

pub use layout::{Layout, Source};
pub use sheet::{Actors, Sheet};
