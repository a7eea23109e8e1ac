//! The kind of a metric: a glyph and the whole word, always neutral.

use leptos::prelude::*;
use protocol::metric::MetricKind;

/// The badge.
pub(crate) fn kind_badge(kind: MetricKind) -> AnyView {
    let glyph = match kind {
        MetricKind::Counter => r#"<path d="M1 10h3V7h3V4h3V1"/>"#,
        MetricKind::Gauge => r#"<path d="M1.5 9a4.5 4.5 0 1 1 8 0M5.5 7.5l2-2.7"/>"#,
        MetricKind::Distribution => r#"<path d="M.5 9.5c3 0 2.5-7.5 5-7.5s2 7.5 5 7.5"/>"#,
        MetricKind::Set => r#"<circle cx="3" cy="3.2" r="1.3"/><circle cx="8" cy="4" r="1.3"/><circle cx="5" cy="8.3" r="1.3"/>"#,
    };
    view! {
        <span class="kind">
            <svg viewBox="0 0 11 11" aria-hidden="true" inner_html=glyph></svg>
            {kind.word()}
        </span>
    }
    .into_any()
}
