//! The filter language: what its text means, what it refuses, and that every form of a filter is the same filter.

mod documentation;
mod json;
mod matching;
mod properties;
mod random;
mod refused;
mod search;
mod text;
