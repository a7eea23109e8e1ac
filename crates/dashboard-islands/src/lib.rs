//! The interactive leaves of the dashboard, and the parts that pages and leaves draw with alike.
//!
//! This crate is the root of the browser's wasm: [`hydrate`] wakes the islands that a page holds. Pages live in
//! `dashboard`, which is never built for wasm; it uses the charts and marks from here, so that a figure looks the same
//! whether the server or an island drew it. Props are `protocol` structs or plain text.
//!
//! To add an island: write the component with `#[island]`, leaf-sized, complete on the server, and pass it everything
//! it needs as props: no router, no context, no data of its own except a stream that the server offers.

pub mod catalogue_find;
pub mod charts;
pub mod clock;
pub mod copy;
pub mod country;
pub mod encoded;
pub mod icon;
pub mod live;
pub mod receipt;
pub mod snippet;
pub mod trace;

use wasm_bindgen::prelude::wasm_bindgen;

/// Wakes every island of the page.
#[wasm_bindgen]
pub fn hydrate() {
    #[cfg(feature = "hydrate")]
    leptos::mount::hydrate_islands();
}
