//! Stat cards: label, figure, change with the old value, line. The strip is one panel; a card is one link.

use dashboard_islands::charts::spark::spark;
use leptos::prelude::*;
use protocol::audience::Measure;
use protocol::number;

/// What one card shows.
pub(crate) struct Stat {
    pub(crate) measure: Measure,
    /// `None` where there is none, such as a rate of nothing.
    pub(crate) value: Option<f64>,
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
    let (title, comparison) = (exact(&stat), comparison(&stat));
    let value = stat.value.map_or_else(|| "–".to_owned(), |value| stat.measure.text(value));
    let colour = if stat.chosen { "var(--s1)" } else { "var(--prev)" };
    view! {
        <a class="stat" href=stat.href aria-current=stat.chosen.then_some("true")>
            <span class="label"><b>{stat.measure.label()}</b><span class="faint">{stat.mark}</span></span>
            <div class="value" title=title>{value}</div>
            <div class="meta">{comparison}</div>
            {spark(&stat.line, 30.0, colour, stat.open, true)}
        </a>
    }
    .into_any()
}

/// Every digit of a count.
fn exact(stat: &Stat) -> Option<String> {
    stat.value.filter(|_| stat.measure.unit().is_empty()).map(|value| number::grouped(value.round() as i64))
}

fn comparison(stat: &Stat) -> AnyView {
    let change = stat.value.zip(stat.before).and_then(|(now, before)| Some((stat.measure.change(now, before)?, before)));
    match change {
        Some((change, before)) => {
            let from = format!("from {}", stat.measure.text(before));
            view! { {delta(change, stat.measure)} <span class="faint">{from}</span> }.into_any()
        }
        None => view! { <span class="faint">"nothing to compare with"</span> }.into_any(),
    }
}

/// Colour says good or bad, the sign says direction.
fn delta(change: String, measure: Measure) -> AnyView {
    let class = match (change.chars().next(), measure.less_is_better()) {
        (Some('+'), false) | (Some('−'), true) => "delta good",
        (Some('+'), true) | (Some('−'), false) => "delta bad",
        _ => "delta flat",
    };
    view! { <span class=class>{change}</span> }.into_any()
}
