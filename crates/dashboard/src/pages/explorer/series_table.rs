//! The series below the chart: least, mean, most and newest of their complete buckets, and the whole range.

use dashboard_islands::charts::line::swatch;
use leptos::prelude::*;
use protocol::explorer::AggregateAnswer;
use protocol::filter::{Field, Test};
use protocol::number;

use super::chart::Drawn;
use super::figure::Figures;
use super::query::Sort;
use super::{ExplorerQuery, View};
use crate::Frame;

/// One row per series, in the order that the URL asks for.
pub(super) fn table(frame: &Frame, query: &ExplorerQuery, answer: &AggregateAnswer, drawn: &[Drawn<'_>], figures: &Figures) -> AnyView {
    let open = answer.buckets.last().is_some_and(|bucket| bucket.open);
    let mut rows: Vec<&Drawn<'_>> = drawn.iter().collect();
    if query.sort != Sort::Whole {
        let value = |one: &Drawn<'_>| figure_of(one, query.sort, open).unwrap_or(f64::NEG_INFINITY);
        rows.sort_by(|a, b| value(b).total_cmp(&value(a)));
    }
    let compared = drawn.iter().any(|one| one.compared.is_some());
    let counted = drawn.iter().any(|one| one.points.is_some());
    let row = |one: &Drawn<'_>| {
        let figure = |sort: Sort| {
            let class = if matches!(sort, Sort::Least | Sort::Mean) { "num hide-s" } else { "num" };
            let value = figure_of(one, sort, open);
            view! { <td class=class title=figures.title(value)>{figures.text(value)}</td> }
        };
        let change = one.compared.and_then(|(now, before)| number::change(now, before)).unwrap_or_else(|| "–".to_owned());
        let name = match samples_href(frame, query, answer, one) {
            Some(href) => view! { <a class="clip" href=href title=format!("Samples of {}", one.name)>{one.name.clone()}</a> }.into_any(),
            None => view! { <span class="clip" title=one.name.clone()>{one.name.clone()}</span> }.into_any(),
        };
        view! {
            <tr>
                <td class="series"><span class="row">{swatch(one.ink)}{name}</span></td>
                {Sort::ALL.map(figure).collect_view()}
                {compared.then(|| view! { <td class="num">{change}</td> })}
                {counted.then(|| view! { <td class="num hide-s">{one.points.map(|points| number::count(points as f64))}</td> })}
            </tr>
        }
    };
    let head = |sort: Sort| {
        let (label, class, of) = match sort {
            Sort::Least => ("min", "num hide-s", "The lowest of the line's buckets that are over"),
            Sort::Mean => ("avg", "num hide-s", "The mean of the line's buckets that are over and have points"),
            Sort::Most => ("max", "num", "The highest of the line's buckets that are over"),
            Sort::Last => ("last", "num", "The newest of the line's buckets that are over"),
            Sort::Whole => ("whole range", "num", "All points of the range together"),
        };
        let sorted = sort == query.sort;
        let href = ExplorerQuery { sort, ..query.clone() }.href(frame, View::Aggregates);
        let label = if sorted { format!("{label} ↓") } else { label.to_owned() };
        view! { <th scope="col" class=class aria-sort=sorted.then_some("descending")><a href=href title=of>{label}</a></th> }
    };
    let first = if answer.by.is_empty() { "Series".to_owned() } else { answer.by.join(" · ") };
    view! {
        <div class="scroll-x">
            <table class="tbl">
                <thead>
                    <tr>
                        <th scope="col">{first}</th>
                        {Sort::ALL.map(head).collect_view()}
                        {compared.then(|| view! { <th scope="col" class="num" title="As far as this range is over">"change"</th> })}
                        {counted.then(|| view! { <th scope="col" class="num hide-s">"points"</th> })}
                    </tr>
                </thead>
                <tbody>{rows.into_iter().map(row).collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// The points of a group of the first line.
fn samples_href(frame: &Frame, query: &ExplorerQuery, answer: &AggregateAnswer, one: &Drawn<'_>) -> Option<String> {
    if answer.lines.len() > 1 || one.points.is_none() {
        return None;
    }
    let mut filtered = query.selected.filtered.clone();
    for (key, value) in answer.by.iter().zip(one.labels?) {
        let test = value.as_ref().map_or(Test::Absent, |value| Test::is(value.as_str()));
        filtered = crate::filtered::Filtered::of(&filtered.with(Field::named(key), test));
    }
    let selected = query.selected.matching(&filtered.text());
    Some(query.selecting(&selected).href(frame, View::Samples))
}

/// An open bucket says little about how low or high a series goes.
fn complete<'v>(one: &'v Drawn<'_>, open: bool) -> &'v [Option<f64>] {
    if open { one.values.split_last().map_or(one.values, |(_, complete)| complete) } else { one.values }
}

fn figure_of(one: &Drawn<'_>, sort: Sort, open: bool) -> Option<f64> {
    let complete = complete(one, open);
    let known = || complete.iter().flatten().copied();
    match sort {
        Sort::Whole => one.whole,
        Sort::Least => known().reduce(f64::min),
        Sort::Most => known().reduce(f64::max),
        Sort::Mean => known().next().map(|_| known().sum::<f64>() / known().count() as f64),
        Sort::Last => complete.last().copied().flatten(),
    }
}

#[cfg(test)]
mod tests {
    use dashboard_islands::charts::line::SERIES;

    use super::*;

    #[test]
    fn the_open_bucket_counts_neither_as_least_nor_as_newest() {
        let values = [Some(4.0), None, Some(9.0), Some(1.0)];
        let one = Drawn {
            name: String::new(),
            ink: SERIES[0],
            values: &values,
            before: None,
            whole: None,
            compared: None,
            points: Some(3),
            labels: None,
        };
        let figures = |open| [Sort::Least, Sort::Mean, Sort::Most, Sort::Last].map(|sort| figure_of(&one, sort, open));
        assert_eq!(figures(true), [Some(4.0), Some(6.5), Some(9.0), Some(9.0)]);
        assert_eq!(figures(false)[0], Some(1.0));
    }
}
