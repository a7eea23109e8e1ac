//! Icons: 16 × 16 strokes in the colour of their text. Each stands beside a word or carries a title.

use leptos::prelude::*;

/// The strokes of one icon.
#[derive(Clone, Copy)]
pub struct Icon(&'static str);

macro_rules! icons {
    ($($(#[$doc:meta])* $name:ident = $paths:literal;)*) => {
        impl Icon { $($(#[$doc])* pub const $name: Self = Self($paths);)* }
    };
}
icons! {
    /// The Live page.
    LIVE = r#"<circle cx="8" cy="8" r="2"/><path d="M4.2 11.8a5.4 5.4 0 0 1 0-7.6M11.8 4.2a5.4 5.4 0 0 1 0 7.6"/>"#;
    /// Audience · Metrics.
    METRICS = r#"<path d="M2 13.5h12M4 11V8M8 11V3.5M12 11V6"/>"#;
    /// The Metrics explorer.
    EXPLORER = r#"<circle cx="4" cy="11" r="1"/><circle cx="7" cy="6" r="1"/><circle cx="10.5" cy="9" r="1"/><circle cx="13" cy="4" r="1"/><path d="M2 14h12"/>"#;
    /// Issues.
    ISSUES = r#"<rect x="5" y="5" width="6" height="8.5" rx="3"/><path d="M6 5a2 2 0 0 1 4 0M2 6l3 1.5M14 6l-3 1.5M1.5 10H5M11 10h3.5M2.5 14l2.7-2M13.5 14l-2.7-2"/>"#;
    /// Delivery.
    DELIVERY = r#"<path d="M2 5.5 8 2.5l6 3v5l-6 3-6-3zM2 5.5l6 3 6-3M8 8.5v5"/>"#;
    /// Analysis · Trends.
    TRENDS = r#"<path d="m2 11.5 4-4 3 2.5 5-6M10.5 4H14v3.5"/>"#;
    /// A release came up.
    RELEASE = r#"<path d="M8 2.5 13.5 8 8 13.5 2.5 8z"/>"#;
    /// Find.
    SEARCH = r#"<circle cx="7" cy="7" r="4.5"/><path d="m10.5 10.5 3.5 3.5"/>"#;
    /// A filter.
    FILTER = r#"<path d="M2 4h12M4.5 8h7M6.5 12h3"/>"#;
    /// Take away.
    CLOSE = r#"<path d="m4.5 4.5 7 7M11.5 4.5l-7 7"/>"#;
    /// Audience · Behavior.
    BEHAVIOR = r#"<path d="M3 3.5v4a2 2 0 0 0 2 2h6a2 2 0 0 1 2 2v1M3 7.5v5"/><circle cx="3" cy="2.5" r="1"/><circle cx="3" cy="13.5" r="1"/><circle cx="13" cy="13.5" r="1"/>"#;
    /// Audience · Users.
    USERS = r#"<circle cx="6" cy="5.5" r="2.5"/><path d="M1.5 13.5c0-2.8 2-4.5 4.5-4.5s4.5 1.7 4.5 4.5M10.5 3.2a2.5 2.5 0 0 1 0 4.6M12 9.4c1.6.6 2.5 2.1 2.5 4.1"/>"#;
    /// What somebody noted.
    NOTE = r#"<path d="M2.5 3h11v8h-6l-3 2.8V11h-2z"/>"#;
    /// Any days.
    CALENDAR = r#"<rect x="2" y="3" width="12" height="11" rx="1.5"/><path d="M2 6.5h12M5.5 1.5v3M10.5 1.5v3"/>"#;
    /// Audience · Sessions.
    SESSIONS = r#"<rect x="2" y="2.5" width="12" height="11" rx="1.5"/><path d="M2 6h12M5 9h4M5 11h6"/>"#;
    /// Kept under a name.
    SAVED = r#"<path d="M4 2.5h8v11L8 10.5l-4 3z"/>"#;
    /// Kept under a name: some of the events.
    SEGMENT = r#"<circle cx="8" cy="8" r="5.5"/><path d="M8 2.5V8l3.9 3.9"/>"#;
    /// Show to others.
    SHARE = r#"<circle cx="12" cy="3.5" r="1.8"/><circle cx="4" cy="8" r="1.8"/><circle cx="12" cy="12.5" r="1.8"/><path d="m5.6 7.1 4.8-2.7M5.6 8.9l4.8 2.7"/>"#;
    /// For one account only.
    LOCK = r#"<rect x="3" y="7" width="10" height="7" rx="1"/><path d="M5 7V5a3 3 0 0 1 6 0v2"/>"#;
    /// Give another name.
    RENAME = r#"<path d="M2.5 13.5h3l7.5-7.5-3-3L2.5 10.5zM9 4l3 3"/>"#;
    /// A span.
    SPAN = r#"<path d="M2 4h6M5 8h7M9 12h5"/>"#;
    /// A log record.
    LOG = r#"<path d="M2.5 4h11M2.5 8h8M2.5 12h5"/>"#;
    /// Two ids become one person.
    LINK = r#"<path d="M6.5 9.5 9.5 6.5M7 4.5l1.4-1.4a2.8 2.8 0 0 1 4 4L11 8.5M9 11.5l-1.4 1.4a2.8 2.8 0 0 1-4-4L5 7.5"/>"#;
    /// Goes on to what is within.
    NEXT = r#"<path d="m6 4 4 4-4 4"/>"#;
    /// Opens a menu.
    DOWN = r#"<path d="m4 6 4 4 4-4"/>"#;
    /// The phone's menu.
    MENU = r#"<path d="M2 4h12M2 8h12M2 12h12"/>"#;
    /// The table behind a chart.
    TABLE = r#"<rect x="2" y="3" width="12" height="10" rx="1"/><path d="M2 6.5h12M2 10h12M6.5 3v10"/>"#;
    /// Copy.
    COPY = r#"<rect x="5.5" y="5.5" width="8" height="8" rx="1"/><path d="M3 10.5h-.5v-8h8V3"/>"#;
    /// Done.
    CHECK = r#"<path d="m3 8.5 3.5 3.5L13 4.5"/>"#;
    /// Hold the feed.
    PAUSE = r#"<path d="M5.5 3.5v9M10.5 3.5v9"/>"#;
    /// Let the feed run.
    PLAY = r#"<path d="M5 3.5v9l7-4.5z"/>"#;
    /// A page view.
    VIEW = r#"<path d="M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8z"/><circle cx="8" cy="8" r="1.8"/>"#;
    /// Any other event.
    EVENT = r#"<path d="m9 1.5-6 8h4.5L7 14.5l6-8H8.5z"/>"#;
    /// Nothing yet.
    IDLE = r#"<circle cx="8" cy="8" r="5.5" stroke-dasharray="2 2.3"/>"#;
    /// Late, or held up.
    WARN = r#"<path d="M8 2.2 14.3 13H1.7zM8 6.5v3M8 11.3v.1"/>"#;
    /// Failed.
    FAILED = r#"<path d="M5.3 2h5.4L14 5.3v5.4L10.7 14H5.3L2 10.7V5.3zM8 5v3.5M8 11v.1"/>"#;
    /// The system's theme.
    SYSTEM = r#"<rect x="2" y="2.5" width="12" height="8.5" rx="1"/><path d="M5.5 14h5M8 11v3"/>"#;
    /// The light theme.
    SUN = r#"<circle cx="8" cy="8" r="2.8"/><path d="M8 1.5v1.2M8 13.3v1.2M1.5 8h1.2M13.3 8h1.2M3.4 3.4l.9.9M11.7 11.7l.9.9M12.6 3.4l-.9.9M4.3 11.7l-.9.9"/>"#;
    /// The dark theme.
    MOON = r#"<path d="M13 9.8A5.5 5.5 0 0 1 6.2 3 5.5 5.5 0 1 0 13 9.8z"/>"#;
    /// Sign out.
    LEAVE = r#"<path d="M6 2.5H3v11h3M10.5 5l3 3-3 3M13 8H6.5"/>"#;
}

/// An icon at text size.
pub fn icon(icon: Icon) -> impl IntoView + use<> {
    view! { <svg class="icon" viewBox="0 0 16 16" aria-hidden="true" inner_html=icon.0></svg> }
}

/// A small icon, for chevrons and buttons within a line.
pub fn small_icon(icon: Icon) -> impl IntoView + use<> {
    view! { <svg class="icon s" viewBox="0 0 16 16" aria-hidden="true" inner_html=icon.0></svg> }
}
