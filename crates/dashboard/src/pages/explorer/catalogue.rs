//! The catalogue: every metric with its kind, unit and the shape of its last day.

use dashboard_islands::catalogue_find::{CatalogueFind, count, matches};
use dashboard_islands::charts::spark::spark;
use dashboard_islands::icon::{Icon, icon, small_icon};
use leptos::prelude::*;
use protocol::explorer::{MetricCatalogue, MetricSummary};

use super::{ExplorerQuery, View};
use crate::Frame;
use crate::components::kind::kind_badge;

/// The panel beside the chart; on a phone it opens from a button.
pub(super) fn panel(frame: &Frame, query: &ExplorerQuery, open: View, catalogue: &MetricCatalogue) -> AnyView {
    let rows: Vec<_> = catalogue.metrics.iter().map(|summary| (searchable(summary), summary)).collect();
    let hits = rows.iter().filter(|(text, _)| matches(text, &query.find)).count();
    let found = hits > 0;
    let count = count(hits, rows.len());
    let items: Vec<_> = rows.into_iter().map(|(text, summary)| row(frame, query, open, summary, text)).collect();
    view! {
        <section class="panel catalog" aria-label="Catalogue">
            <input class="sr" type="checkbox" id="show-catalogue" aria-label="Show the catalogue"/>
            <header class="inline">
                <h2>"Catalogue"</h2>
                <div class="right">
                    <span data-count="metrics">{count}</span>
                    <label class="btn show" for="show-catalogue">"Choose"{small_icon(Icon::DOWN)}</label>
                </div>
            </header>
            <div class="list">
                <div class="body">{search(frame, query, open)}</div>
                <ul>{items}</ul>
                <p class="none" data-none="metrics" hidden=found>"No metric of this name, kind, unit or tag"</p>
                <a class="link small all" href=query.href(frame, View::Catalogue)>"All of them, by prefix"</a>
            </div>
        </section>
    }
    .into_any()
}

/// Find by name, kind, unit or tag: a GET form, and as you type once the page is awake.
pub(super) fn search(frame: &Frame, query: &ExplorerQuery, open: View) -> AnyView {
    let path = query.path(frame, open);
    let kept: Vec<_> = query
        .words(open)
        .into_iter()
        .filter(|(key, value)| *key != "find" && !value.is_empty())
        .map(|(key, value)| view! { <input type="hidden" name=key value=value/> })
        .collect();
    view! {
        <form class="find" role="search" action=path>
            {icon(Icon::SEARCH)} {kept} <CatalogueFind find=query.find.clone()/>
        </form>
    }
    .into_any()
}

/// The text in which a metric is looked for.
pub(super) fn searchable(summary: &MetricSummary) -> String {
    let metric = &summary.metric;
    [metric.name.as_str(), metric.kind.word(), metric.unit.as_str()]
        .into_iter()
        .chain(summary.tag_keys.iter().map(String::as_str))
        .collect::<Vec<_>>()
        .join(" ")
}

fn row(frame: &Frame, query: &ExplorerQuery, open: View, summary: &MetricSummary, text: String) -> AnyView {
    let metric = summary.metric.clone();
    let chosen = query.metric.as_ref() == Some(&metric);
    let target = query.of_metric(&metric);
    let hidden = !matches(&text, &query.find);
    let colour = if chosen { "var(--s1)" } else { "var(--prev)" };
    let line = if summary.points == 0 {
        view! { <span class="line">"quiet"</span> }.into_any()
    } else {
        view! { <span class="line">{spark(&summary.spark, 22.0, colour, false, false)}</span> }.into_any()
    };
    view! {
        <li data-metric=text hidden=hidden>
            <a href=target.href(frame, open) aria-current=chosen.then_some("true")>
                <span class="name clip" title=metric.name.clone()>{metric.name.clone()}</span>
                <span class="sub">{kind_badge(metric.kind)}<span class="clip">{metric.shown_unit().to_owned()}</span></span>
                {line}
            </a>
        </li>
    }
    .into_any()
}
