//! The dashboard: pages rendered on the server, complete without wasm, woken by the islands where they move.
//!
//! A page is a plain function of data that was loaded before, so that it can be rendered, tested and looked at without
//! a database. `cargo run -p dashboard --example preview -- 6500` serves every page with invented data.
//!
//! To add a page: write `pages/<page>.rs` with a function from its answer to a view, wrap it with [`shell::framed`],
//! list it in [`shell::menu`], and route to it. All state is in the URL; every control is a link or a GET form.

#![recursion_limit = "256"]

pub mod assets;
mod components;
mod filtered;
mod frame;
mod headers;
pub mod pages;
pub mod render;
mod routes;
mod selected;
mod shared;
mod shell;
mod url;
mod ways_out;
mod zone;

pub use frame::Frame;
pub use routes::router;
pub use shared::ShownLink;

/// The islands were built: pages move by themselves. Without them pages still work.
pub fn has_islands() -> bool {
    assets::islands().is_some()
}
