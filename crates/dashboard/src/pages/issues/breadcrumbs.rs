//! What happened before a report.

use chrono::{DateTime, Utc};
use leptos::prelude::*;
use protocol::error_report::Breadcrumb;
use protocol::level::Level;
use protocol::number;
use protocol::time::Timestamp;

/// Characters of one crumb's data.
const DATA_CHARS: usize = 200;

/// The newest last, each with how long before the error it was.
pub(super) fn breadcrumbs(crumbs: &[Breadcrumb], error: DateTime<Utc>) -> AnyView {
    let row = |crumb: &Breadcrumb| {
        let before = match &crumb.ts {
            Some(Timestamp::At(at)) => before(*at, error),
            _ => "–".to_owned(),
        };
        let data = if crumb.data.is_empty() { String::new() } else { serde_json::Value::Object(crumb.data.clone()).to_string() };
        let class = if crumb.level.is_some_and(|level| level >= Level::Error) { "tag bad" } else { "tag" };
        view! {
            <tr>
                <td class="num nowrap">{before}</td>
                <td class="nowrap"><span class=class>{crumb.kind.clone().unwrap_or_else(|| "crumb".to_owned())}</span></td>
                <td class="said">{crumb.message.clone()} <span class="mono faint">{data.chars().take(DATA_CHARS).collect::<String>()}</span></td>
            </tr>
        }
    };
    view! {
        <div class="scroll-x" tabindex="0" role="region" aria-label="Before it">
            <table class="tbl crumbs-table">
                <thead><tr><th scope="col" class="num">"Before"</th><th scope="col">"Kind"</th><th scope="col">"What"</th></tr></thead>
                <tbody>{crumbs.iter().map(row).collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// `−1.2 s`; clocks of two parts of one program may differ a little.
fn before(at: DateTime<Utc>, error: DateTime<Utc>) -> String {
    let seconds = (error - at).num_milliseconds() as f64 / 1e3;
    let sign = if seconds < 0.0 { "+" } else { "−" };
    format!("{sign}{}", number::duration(seconds.abs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crumb_says_how_long_before_the_error_it_was() {
        let at = |ms: i64| DateTime::from_timestamp_millis(ms).expect("a time");
        assert!(before(at(8_800), at(10_000)).starts_with('−') && before(at(10_001), at(10_000)).starts_with('+'));
        assert_eq!(before(at(8_800), at(10_000)), format!("−{}", number::duration(1.2)));
    }
}
