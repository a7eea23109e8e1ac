//! What must hold for any bytes, for the corpus of the fuzz targets and for mutations of it.

#[path = "../../fuzz/src/lib.rs"]
mod properties;

mod corpus;
mod mutations;
