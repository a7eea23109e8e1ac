//! The Aggregates tab: what is asked, the chart, the series.

use dashboard_islands::clock;
use dashboard_islands::receipt::{Offsets, ReceiptMark};
use leptos::prelude::*;
use protocol::explorer::{AggregateAnswer, MetricCatalogue, MetricSummary};
use protocol::metric::Aggregate;
use protocol::number;
use protocol::range::Range;

use super::figure::Figures;
use super::{ExplorerQuery, View, chart, series_table};
use crate::Frame;
use crate::components::empty;
use crate::components::kind::kind_badge;
use crate::components::picker::{Choice, menu, segments};
use crate::components::table_behind::table_behind;

/// The right side of the tab.
pub(super) fn content(frame: &Frame, query: &ExplorerQuery, catalogue: &MetricCatalogue, answer: &AggregateAnswer) -> AnyView {
    let figures = Figures::of(&answer.metric, answer.aggregate);
    let summary = catalogue.metrics.iter().find(|summary| summary.metric == answer.metric);
    view! {
        {asked(frame, query, answer)}
        <section class="panel">
            <header>
                <h2>{title(answer)}</h2>
                <span class="faint">{figures.words().to_owned()}</span>
                <div class="right">{answer.buckets.last().is_some_and(|bucket| bucket.open).then(|| view! { <span class="legend"><span><i class="sw hatched"></i>"open"</span></span> })}</div>
            </header>
            {body(frame, query, summary, answer, &figures)}
        </section>
    }.into_any()
}

fn body(frame: &Frame, query: &ExplorerQuery, summary: Option<&MetricSummary>, answer: &AggregateAnswer, figures: &Figures) -> AnyView {
    if answer.points == 0 {
        return nothing(frame, query, summary, answer.range).into_any();
    }
    let offsets = Offsets { from: frame.offset(answer.receipt.from), until: frame.offset(answer.receipt.until) };
    view! {
        {chart::chart(answer, figures)}
        {series_table::table(answer, figures)}
        <div class="foot">
            <ReceiptMark receipt=answer.receipt.clone() offsets=offsets figure=format!("{} points", number::count(answer.points as f64)) up=true/>
            <span>{format!("{} per {}", answer.aggregate.label(), answer.step.label())}</span>
            <span>{format!("{} points, {} rows in {}", number::count(answer.points as f64), number::count(answer.receipt.rows_read as f64), number::duration(answer.receipt.elapsed_ms / 1e3))}</span>
            <a class="link right" href=query.href(frame, View::Samples)>"Open samples"</a>
        </div>
        {table_behind(chart::table(answer, figures))}
    }
    .into_any()
}

/// The metric, its aggregates, what it is grouped by.
fn asked(frame: &Frame, query: &ExplorerQuery, answer: &AggregateAnswer) -> AnyView {
    let at = |change: &dyn Fn(&mut ExplorerQuery)| {
        let mut target = query.clone();
        change(&mut target);
        target.href(frame, View::Aggregates)
    };
    let aggregates = in_order(answer.metric.kind.aggregates())
        .into_iter()
        .map(|aggregate| Choice {
            label: aggregate.label().to_owned(),
            href: at(&|q| q.aggregate = Some(aggregate)),
            chosen: aggregate == answer.aggregate,
        })
        .collect();
    let mut tags = vec![Choice { label: "all series together".to_owned(), href: at(&|q| q.by = None), chosen: answer.by.is_none() }];
    tags.extend(answer.tag_keys.iter().map(|key| Choice {
        label: key.clone(),
        href: at(&|q| q.by = Some(key.clone())),
        chosen: answer.by.as_ref() == Some(key),
    }));
    let by = answer.by.clone().unwrap_or_else(|| "all series together".to_owned());
    let grouping =
        (!answer.tag_keys.is_empty()).then(|| view! { <div class="row"><span class="lbl">"by"</span>{menu("Group by", by, tags)}</div> });
    view! {
        <section class="panel query" aria-label="Query">
            <div class="row">{kind_badge(answer.metric.kind)}<code class="clip" title=answer.metric.name.clone()>{answer.metric.name.clone()}</code></div>
            <div class="q">{segments("Aggregate", "seg many", aggregates)} {grouping}</div>
        </section>
    }.into_any()
}

/// Percentiles by size, then the rest as listed: the default need not stand first.
fn in_order(aggregates: &[Aggregate]) -> Vec<Aggregate> {
    let mut ordered = aggregates.to_vec();
    ordered.sort_by(|a, b| match (a.quantile(), b.quantile()) {
        (Some(a), Some(b)) => a.total_cmp(&b),
        (a, b) => b.is_some().cmp(&a.is_some()),
    });
    ordered
}

fn title(answer: &AggregateAnswer) -> String {
    let what = format!("{} of {}", answer.aggregate.label(), answer.metric.name);
    match &answer.by {
        Some(tag) => format!("{what} by {tag}"),
        None => what,
    }
}

/// No point in the range: when the last one came, and the range that holds it.
pub(super) fn nothing(frame: &Frame, query: &ExplorerQuery, summary: Option<&MetricSummary>, range: Range) -> AnyView {
    let (explanation, holds) = match summary {
        None => ("This metric has no point that is still kept.".to_owned(), None),
        Some(summary) => {
            let seen = clock::wall(summary.last_seen, frame.offset(summary.last_seen));
            let age = frame.now - summary.last_seen;
            let holds = Range::EXPLORER.into_iter().find(|range| age.num_seconds() < seconds(*range));
            let last = format!("The last point came on {} at {}.", clock::date(seen), clock::minute(seen));
            match holds {
                Some(_) => (last, holds),
                None => (format!("{last} That is longer ago than the explorer looks back."), None),
            }
        }
    };
    let way_out = holds.filter(|holds| *holds != range).map(|holds| {
        (format!("Show the {}", holds.sentence()), ExplorerQuery { range: holds, ..query.clone() }.href(frame, View::Aggregates))
    });
    empty::nothing_here(format!("No points in the {}", range.sentence()), explanation, way_out).into_any()
}

fn seconds(range: Range) -> i64 {
    let hours = match range {
        Range::Hour1 => 1,
        Range::Hours6 => 6,
        Range::Hours24 => 24,
        Range::Days7 => 7 * 24,
        Range::Days30 => 30 * 24,
        Range::Days90 => 90 * 24,
    };
    hours * 3_600
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::metric::MetricKind;

    #[test]
    fn percentiles_stand_in_order_of_size() {
        let words: Vec<_> = in_order(MetricKind::Distribution.aggregates()).into_iter().map(Aggregate::word).collect();
        assert_eq!(words[..6], ["p50", "p75", "p90", "p95", "p99", "avg"]);
        assert_eq!(in_order(MetricKind::Gauge.aggregates()), MetricKind::Gauge.aggregates());
    }
}
