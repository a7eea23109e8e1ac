//! The Catalogue tab: every metric as a card, under the first word of its name.

use std::collections::BTreeMap;

use dashboard_islands::catalogue_find::{count, matches};
use dashboard_islands::charts::spark::spark;
use leptos::prelude::*;
use protocol::explorer::{MetricCatalogue, MetricSummary};
use protocol::number;

use super::catalogue::{search, searchable};
use super::figure::Figures;
use super::{ExplorerQuery, View};
use crate::Frame;
use crate::components::kind::kind_badge;
use crate::components::when;

/// Metrics by the first word of their names.
fn by_prefix(catalogue: &MetricCatalogue) -> BTreeMap<&str, Vec<&MetricSummary>> {
    let mut groups = BTreeMap::<&str, Vec<&MetricSummary>>::new();
    for summary in &catalogue.metrics {
        let name = summary.metric.name.as_str();
        groups.entry(name.split('.').next().unwrap_or(name)).or_default().push(summary);
    }
    groups
}

/// The tree of prefixes and the cards.
pub(super) fn content(frame: &Frame, query: &ExplorerQuery, catalogue: &MetricCatalogue) -> AnyView {
    let groups = by_prefix(catalogue);
    let branch = |(prefix, metrics): (&&str, &Vec<&MetricSummary>)| {
        let (prefix, count) = ((*prefix).to_owned(), metrics.len());
        let mut below = BTreeMap::<&str, usize>::new();
        for summary in metrics.iter().filter(|_| count > 1) {
            if let Some(word) = summary.metric.name.split('.').nth(1) {
                *below.entry(word).or_default() += 1;
            }
        }
        let leaves = below.into_iter().map(|(word, count)| {
            let href = ExplorerQuery { find: format!("{prefix}.{word}"), ..query.clone() }.href(frame, View::Catalogue);
            view! { <li><a href=href><span class="clip">{format!(".{word}")}</span><span class="faint">{count}</span></a></li> }
        });
        view! {
            <li>
                <a href=format!("#{prefix}")><span class="clip mono">{prefix.clone()}</span><span class="faint">{count}</span></a>
                <ul>{leaves.collect_view()}</ul>
            </li>
        }
    };
    let group = |(prefix, metrics): (&&str, &Vec<&MetricSummary>)| {
        view! {
            <section id=(*prefix).to_owned() aria-label=(*prefix).to_owned()>
                <h2 class="mono">{(*prefix).to_owned()}</h2>
                <ul class="cards">{metrics.iter().map(|summary| card(frame, query, summary)).collect_view()}</ul>
            </section>
        }
    };
    let found = catalogue.metrics.iter().filter(|summary| matches(&searchable(summary), &query.find)).count();
    view! {
        <div class="explore">
            <nav class="panel prefixes" aria-label="Prefixes"><ul>{groups.iter().map(branch).collect_view()}</ul></nav>
            <div class="stack">
                <section class="panel find-all" aria-label="Find">
                    {search(frame, query, View::Catalogue)}
                    <span class="faint" data-count="metrics">{count(found, catalogue.metrics.len())}</span>
                </section>
                <p class="none" data-none="metrics" hidden={found > 0}>"No metric of this name, kind, unit or tag"</p>
                {groups.iter().map(group).collect_view()}
            </div>
        </div>
    }
    .into_any()
}

fn card(frame: &Frame, query: &ExplorerQuery, summary: &MetricSummary) -> AnyView {
    let metric = &summary.metric;
    let target = query.of_metric(metric);
    let aggregate = metric.kind.aggregates()[0];
    let figures = Figures::of(metric, aggregate);
    let newest = summary.spark.iter().rev().flatten().next().copied();
    let line = if summary.points == 0 {
        view! { <p class="faint small">"No point in 24 hours"</p> }.into_any()
    } else {
        spark(&summary.spark, 40.0, "var(--s1)", false, true).into_any()
    };
    let series = number::counted(summary.series, "series", "series");
    let points = if summary.points == 1 { "1 point".to_owned() } else { format!("{} points", number::count(summary.points as f64)) };
    let text = searchable(summary);
    let hidden = !matches(&text, &query.find);
    view! {
        <li class="panel metric-card" data-metric=text hidden=hidden>
            <a class="mono clip" href=target.href(frame, View::Aggregates) title=metric.name.clone()>{metric.name.clone()}</a>
            <p class="sub">{kind_badge(metric.kind)}<span class="clip">{metric.shown_unit().to_owned()}</span><span class="faint right">{aggregate.label()}" "<b title=figures.title(newest)>{figures.text(newest)}</b></span></p>
            {line}
            <p class="sub faint"><span>{series}</span><span>{points}</span><span class="right">{when::ago(frame, summary.last_seen)}</span></p>
            <a class="link small" href=target.href(frame, View::About)>"About"</a>
        </li>
    }
    .into_any()
}
