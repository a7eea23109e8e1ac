//! The series below the chart: the least and the most of their buckets, the newest complete one, and the whole range.

use dashboard_islands::charts::line::swatch;
use leptos::prelude::*;
use protocol::explorer::{AggregateAnswer, AggregateSeries};
use protocol::number;

use super::chart;
use super::figure::Figures;

/// One row per series, most points first: the order of the colours.
pub(super) fn table(answer: &AggregateAnswer, figures: &Figures) -> AnyView {
    let open = answer.buckets.last().is_some_and(|bucket| bucket.open);
    let rows: Vec<_> = answer
        .series
        .iter()
        .enumerate()
        .map(|(i, series)| {
            let name = chart::name(answer, series);
            let figure = |class: &'static str, value: Option<f64>| view! { <td class=class>{figures.text(value)}</td> };
            view! {
                <tr>
                    <td class="series"><span class="row">{swatch(chart::ink(i, series))}<span class="clip" title=name.clone()>{name.clone()}</span></span></td>
                    {figure("num hide-s", least(series, open))}
                    {figure("num hide-s", most(series, open))}
                    {figure("num", newest(series, open))}
                    {figure("num", series.total)}
                    <td class="num hide-s">{number::count(series.points as f64)}</td>
                </tr>
            }
        })
        .collect();
    view! {
        <div class="scroll-x">
            <table class="tbl">
                <thead>
                    <tr>
                        <th scope="col">{answer.by.clone().unwrap_or_else(|| "Series".to_owned())}</th>
                        <th scope="col" class="num hide-s">"least"</th>
                        <th scope="col" class="num hide-s">"most"</th>
                        <th scope="col" class="num">"newest"</th>
                        <th scope="col" class="num">"whole range"</th>
                        <th scope="col" class="num hide-s" aria-sort="descending">"points ↓"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// An open bucket says little about how low or high a series goes.
fn complete(series: &AggregateSeries, open: bool) -> &[Option<f64>] {
    let values = series.values.as_slice();
    if open { values.split_last().map_or(values, |(_, complete)| complete) } else { values }
}

fn least(series: &AggregateSeries, open: bool) -> Option<f64> {
    complete(series, open).iter().flatten().copied().reduce(f64::min)
}

fn most(series: &AggregateSeries, open: bool) -> Option<f64> {
    complete(series, open).iter().flatten().copied().reduce(f64::max)
}

fn newest(series: &AggregateSeries, open: bool) -> Option<f64> {
    complete(series, open).last().copied().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_open_bucket_counts_neither_as_least_nor_as_newest() {
        let series =
            AggregateSeries { label: None, other: false, values: vec![Some(4.0), None, Some(9.0), Some(1.0)], total: None, points: 3 };
        assert_eq!((least(&series, true), most(&series, true), newest(&series, true)), (Some(4.0), Some(9.0), Some(9.0)));
        assert_eq!(least(&series, false), Some(1.0));
    }
}
