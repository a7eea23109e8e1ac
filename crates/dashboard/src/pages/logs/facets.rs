//! Values to choose by, with how often they occur. One that is chosen is let go of by the same link.

use leptos::prelude::*;
use protocol::logs::{LogFacet, LogSummary, LogValue};
use protocol::number;

use super::LogsPageQuery;
use crate::Frame;
use crate::components::when::exact;

/// The panel beside the list.
pub(super) fn panel(frame: &Frame, query: &LogsPageQuery, summary: &LogSummary) -> AnyView {
    if summary.facets.is_empty() {
        return ().into_any();
    }
    let conditions = query.selected.filtered.conditions();
    let looked = match summary.searched.stopped_at {
        Some(at) => format!("Of the newest {} records, back to {}.", number::count(summary.searched.records as f64), exact(frame, at)),
        None => "Of every record that is found.".to_owned(),
    };
    view! {
        <nav class="panel log-facets" aria-label="Values to choose by">
            {summary.facets.iter().map(|facet| group(frame, query, facet, &conditions)).collect_view()}
            <p class="faint small">{looked}</p>
        </nav>
    }
    .into_any()
}

fn group(frame: &Frame, query: &LogsPageQuery, facet: &LogFacet, conditions: &[(String, String)]) -> AnyView {
    let more = facet.distinct.saturating_sub(facet.values.len() as u64);
    let value = |value: &LogValue| {
        let chosen = conditions.iter().find(|(condition, _)| *condition == value.term);
        let href = match chosen {
            Some((_, without)) => query.looking_for(frame, without),
            None => {
                let filter = query.selected.filtered.text();
                // `or` binds weaker than what follows.
                let before = if conditions.len() == 1 && !filter.is_empty() { format!("({filter})") } else { filter };
                query.looking_for(frame, format!("{before} {}", value.term).trim())
            }
        };
        let title = if chosen.is_some() { format!("Remove {}", value.term) } else { format!("Only {}", value.term) };
        view! {
            <li>
                <a href=href aria-current=chosen.is_some().then_some("true") title=title>
                    <span class="clip">{value.value.clone()}</span>
                    <span class="faint">{number::count(value.records)}</span>
                </a>
            </li>
        }
    };
    view! {
        <section>
            <h3 class="clip">{facet.field.clone()}</h3>
            <ul>{facet.values.iter().map(value).collect_view()}</ul>
            {(more > 0).then(|| view! { <p class="faint small">{format!("and {more} more")}</p> })}
        </section>
    }
    .into_any()
}
