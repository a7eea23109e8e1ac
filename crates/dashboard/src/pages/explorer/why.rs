//! The Why tab: how values are spread over time, and what is different about the points of a part of it.

use dashboard_islands::clock;
use dashboard_islands::receipt::{Offsets, ReceiptMark};
use leptos::prelude::*;
use protocol::explorer::{HeatAnswer, Sample, WHY_POINTS_MIN, WhyAnswer, WhyRow};
use protocol::metric::Aggregate;
use protocol::number;
use protocol::range::Period;

use super::figure::Figures;
use super::{ExplorerQuery, View, chart};
use crate::Frame;

/// The tab below the filters.
pub(super) fn content(frame: &Frame, query: &ExplorerQuery, answer: &WhyAnswer, heat: Option<&HeatAnswer>) -> AnyView {
    view! { {heat.filter(|heat| !heat.bounds.is_empty()).map(heat_map)} {compared(frame, query, answer)} }.into_any()
}

fn compared(frame: &Frame, query: &ExplorerQuery, answer: &WhyAnswer) -> AnyView {
    let offsets = Offsets { from: frame.offset(answer.receipt.from), until: frame.offset(answer.receipt.until) };
    let share = |n: u64, of: u64| if of == 0 { 0.0 } else { n as f64 / of as f64 };
    let row = |row: &WhyRow| {
        let (inside, outside) = (share(row.inside, answer.inside), share(row.outside, answer.outside));
        let href = query.narrowed(frame, &row.key, &row.value);
        let name = format!("{}: {}", row.key, row.value);
        view! {
            <tr>
                <td class="nowrap muted">{row.key.clone()}</td>
                <td class="rest"><span class="clip" title=name.clone()><a href=href title="These samples alone">{row.value.clone()}</a></span></td>
                <td class="size hide-s"><span class="cell-bar" style=format!("width:{:.0}px", inside * 90.0)></span><span class="cell-bar before" style=format!("width:{:.0}px", outside * 90.0)></span></td>
                <td class="num"><b>{number::percent(inside)}</b></td>
                <td class="num hide-s">{number::percent(outside)}</td>
                <td class="num">{number::points(inside, outside)}</td>
            </tr>
        }
    };
    let time = match query.selected.period {
        Period::Between { .. } => "the marked time".to_owned(),
        period => period.sentence(),
    };
    let title = format!("More frequent in {time} than around it");
    let counts = format!("{} points inside, {} around", number::count(answer.inside as f64), number::count(answer.outside as f64));
    let body = if answer.rows.is_empty() {
        let words = match (answer.inside, answer.outside) {
            (0, _) => "There is no point inside.",
            (_, 0) => "There is nothing around it to compare with: mark a part of a longer time.",
            (inside, outside) if inside.min(outside) < WHY_POINTS_MIN => "These are too few points to tell what stands out.",
            _ => "Nothing stands out: every value is as frequent inside as around it.",
        };
        view! { <p class="body muted">{words}</p> }.into_any()
    } else {
        view! {
            <div class="scroll-x">
                <table class="tbl why">
                    <thead>
                        <tr>
                            <th scope="col">"Attribute"</th><th scope="col">"Value"</th><th scope="col" class="hide-s"><span class="sr">"Shares"</span></th>
                            <th scope="col" class="num">"inside"</th><th scope="col" class="num hide-s">"around"</th><th scope="col" class="num" aria-sort="descending">"more ↓"</th>
                        </tr>
                    </thead>
                    <tbody>{answer.rows.iter().map(row).collect_view()}</tbody>
                </table>
            </div>
        }
        .into_any()
    };
    view! {
        <section class="panel">
            <header><h2>{title}</h2><span class="faint">{counts}</span></header>
            {body}
            {(!answer.samples.is_empty()).then(|| typical(frame, query, answer))}
            <div class="foot">
                <ReceiptMark receipt=answer.receipt.clone() offsets=offsets figure=format!("{} points", answer.inside) up=true/>
                <span>"What came together need not be the cause."</span>
                <span>{format!("{} rows in {}", number::count(answer.receipt.rows_read as f64), number::duration(answer.receipt.elapsed_ms / 1e3))}</span>
            </div>
        </section>
    }
    .into_any()
}

fn typical(frame: &Frame, query: &ExplorerQuery, answer: &WhyAnswer) -> AnyView {
    let figures = Figures::of(&answer.metric, Aggregate::Last);
    let row = |sample: &Sample| {
        let at = clock::wall(sample.ts, frame.offset(sample.ts));
        let href = ExplorerQuery { at: sample.id.clone(), ..query.begun_anew() }.href(frame, View::Samples);
        let tags = sample.tags.iter().map(|(key, value)| format!("{key}:{value}")).collect::<Vec<_>>().join("  ");
        view! {
            <li>
                <a href=href>{format!("{} {}", clock::day(at), clock::millisecond(at))}</a>
                <b class="num">{sample.member.clone().unwrap_or_else(|| figures.in_full(Some(sample.value)))}</b>
                <span class="tags clip" title=tags.clone()>{tags.clone()}</span>
            </li>
        }
    };
    view! { <h3>"Samples of what stands first"</h3><ul class="typical">{answer.samples.iter().map(row).collect_view()}</ul> }.into_any()
}

/// A column per bucket, a row per size: the darker, the more points.
fn heat_map(heat: &HeatAnswer) -> AnyView {
    let figures = Figures::of(&heat.metric, Aggregate::Max);
    let most = heat.counts.iter().flatten().copied().max().unwrap_or(0).max(1) as f64;
    let rows = heat.bounds.len() - 1;
    let (width, height) = (100.0 / heat.buckets.len().max(1) as f64, 100.0 / rows.max(1) as f64);
    let cell = |(column, row, count): (usize, usize, u64)| {
        let bucket = &heat.buckets[column];
        let size = format!("{} to {}", figures.text(Some(heat.bounds[row])), figures.text(Some(heat.bounds[row + 1])));
        let title = format!("{}, {size}: {}", clock::minute(chart::wall(bucket)), number::counted(count, "point", "points"));
        // Few points must still be seen beside many.
        let share = 0.12 + 0.88 * (count as f64 / most).sqrt();
        let (x, y) = (column as f64 * width, 100.0 - (row + 1) as f64 * height);
        view! {
            <rect x=format!("{x:.3}%") y=format!("{y:.3}%") width=format!("{width:.3}%") height=format!("{height:.3}%") style=format!("fill-opacity:{share:.2}")>
                <title>{title}</title>
            </rect>
        }
    };
    let cells = heat.counts.iter().enumerate().flat_map(|(column, counts)| {
        counts.iter().enumerate().filter(|(_, count)| **count > 0).map(move |(row, count)| (column, row, *count))
    });
    let bound = |share: f64| figures.text(heat.bounds.get((share * rows as f64).round() as usize).copied());
    let edge =
        |bucket: Option<&protocol::analyses::TimeBucket>| bucket.map(|bucket| clock::minute(chart::wall(bucket))).unwrap_or_default();
    let label = format!("{} by value over time, between {} and {}", heat.metric.name, bound(0.0), bound(1.0));
    view! {
        <section class="panel">
            <header><h2>{format!("Values of {}", heat.metric.name)}</h2><span class="faint">{format!("points per {} and size, {}", heat.step.label(), heat.receipt.accuracy.label())}</span></header>
            <div class="heatmap">
                <div class="sizes" aria-hidden="true"><span>{bound(1.0)}</span><span>{bound(0.5)}</span><span>{bound(0.0)}</span></div>
                <svg role="img" aria-label=label>{cells.map(cell).collect_view()}</svg>
                <div class="ends faint" aria-hidden="true"><span>{edge(heat.buckets.first())}</span><span>{edge(heat.buckets.last())}</span></div>
            </div>
        </section>
    }
    .into_any()
}
