//! Stat cards: label, figure, change with the old value, line. The strip is one panel; a card is one link.

use dashboard_islands::charts::spark::spark;
use leptos::prelude::*;
use protocol::number;

/// What one card shows.
pub(crate) struct Stat {
    pub(crate) label: &'static str,
    pub(crate) value: f64,
    /// The same figure of the range before; `None` where nothing can be compared.
    pub(crate) before: Option<f64>,
    /// Per bucket, oldest first.
    pub(crate) line: Vec<Option<f64>>,
    /// The last bucket is not complete.
    pub(crate) open: bool,
    pub(crate) chosen: bool,
    pub(crate) href: String,
    /// The word of the receipt mark.
    pub(crate) mark: String,
}

/// The strip.
pub(crate) fn strip(stats: Vec<Stat>) -> AnyView {
    let columns = format!("--n:{}", stats.len());
    view! { <div class="stats" style=columns>{stats.into_iter().map(card).collect_view()}</div> }.into_any()
}

fn card(stat: Stat) -> AnyView {
    let colour = if stat.chosen { "var(--s1)" } else { "var(--prev)" };
    view! {
        <a class="stat" href=stat.href aria-current=stat.chosen.then_some("true")>
            <span class="label"><b>{stat.label}</b><span class="faint">{stat.mark}</span></span>
            <div class="value" title=number::grouped(stat.value.round() as i64)>{number::count(stat.value)}</div>
            <div class="meta">{comparison(stat.value, stat.before)}</div>
            {spark(&stat.line, 30.0, colour, stat.open, true)}
        </a>
    }
    .into_any()
}

fn comparison(now: f64, before: Option<f64>) -> AnyView {
    match before.and_then(|before| Some((number::change(now, before)?, before))) {
        Some((change, before)) => {
            view! { {delta(change)} <span class="faint">{format!("from {}", number::count(before))}</span> }.into_any()
        }
        None => view! { <span class="faint">"nothing to compare with"</span> }.into_any(),
    }
}

/// A change of something that had better grow: colour says good or bad, the sign says direction.
pub(crate) fn delta(change: String) -> AnyView {
    let class = match change.chars().next() {
        Some('+') => "delta good",
        Some('−') => "delta bad",
        _ => "delta flat",
    };
    view! { <span class=class>{change}</span> }.into_any()
}
