//! The routes with their views, people, dwell, and how sessions begin and end there.

use std::cmp::Ordering;

use dashboard_islands::receipt::{Offsets, ReceiptMark};
use leptos::prelude::*;
use protocol::analyses::{GroupKey, RouteRow, RoutesAnswer};
use protocol::filter::{Field, Test};
use protocol::number;

use super::BehaviorQuery;
use crate::Frame;
use crate::components::download::download;

/// A column that rows can be sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Column {
    #[default]
    Views,
    People,
    Dwell,
    Entries,
    Exits,
    ExitRate,
    ErrorRate,
    Latency,
}

impl Column {
    pub(super) const ALL: [Self; 8] =
        [Self::Views, Self::People, Self::Dwell, Self::Entries, Self::Exits, Self::ExitRate, Self::ErrorRate, Self::Latency];

    /// The word in URLs.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Views => "views",
            Self::People => "people",
            Self::Dwell => "dwell",
            Self::Entries => "entries",
            Self::Exits => "exits",
            Self::ExitRate => "exit_rate",
            Self::ErrorRate => "error_rate",
            Self::Latency => "p95",
        }
    }

    const fn label(self) -> &'static str {
        match self {
            Self::Views => "Views",
            Self::People => "People",
            Self::Dwell => "Dwell, median",
            Self::Entries => "Entries",
            Self::Exits => "Exits",
            Self::ExitRate => "Exit rate",
            Self::ErrorRate => "Failed",
            Self::Latency => "p95",
        }
    }

    /// How it is set; a phone has no room for everything.
    const fn class(self) -> &'static str {
        match self {
            Self::Views => "num views",
            Self::Entries | Self::Exits | Self::ExitRate | Self::ErrorRate | Self::Latency => "num hide-s",
            Self::People | Self::Dwell => "num",
        }
    }

    fn measure(self, row: &RouteRow) -> Option<f64> {
        match self {
            Self::Views => Some(row.views),
            Self::People => Some(row.people as f64),
            Self::Dwell => row.median_dwell_ms.map(|ms| ms as f64),
            Self::Entries => Some(row.entries as f64),
            Self::Exits => Some(row.exits as f64),
            Self::ExitRate => exit_rate(row),
            Self::ErrorRate => row.backend.and_then(|backend| backend.error_rate()),
            Self::Latency => row.backend.and_then(|backend| backend.p95_ms),
        }
    }

    fn text(self, row: &RouteRow) -> String {
        let measure = self.measure(row);
        let text = measure.map(|value| match self {
            Self::Dwell => number::duration(value / 1e3),
            Self::ExitRate | Self::ErrorRate => number::percent(value),
            Self::Latency => number::duration(value / 1e3),
            Self::Views | Self::People | Self::Entries | Self::Exits => number::grouped(value.round() as i64),
        });
        text.unwrap_or_else(|| "–".to_owned())
    }
}

/// Sessions are counted as they are, views by their weight: of sampled ones there is no rate. Requests need spans.
fn columns(answer: &RoutesAnswer) -> impl Iterator<Item = Column> {
    let weighted = answer.receipt.weighted;
    let known = has_requests(answer);
    Column::ALL.into_iter().filter(move |column| match column {
        Column::ExitRate => !weighted,
        Column::ErrorRate | Column::Latency => known,
        _ => true,
    })
}

fn has_requests(answer: &RoutesAnswer) -> bool {
    answer.routes.iter().any(|row| row.backend.is_some())
}

/// Sessions that ended here, of the views.
fn exit_rate(row: &RouteRow) -> Option<f64> {
    (row.views > 0.0).then(|| (row.exits as f64 / row.views).min(1.0))
}

/// The panel.
pub(super) fn panel(frame: &Frame, query: &BehaviorQuery, answer: &RoutesAnswer) -> AnyView {
    let receipt = answer.receipt.clone();
    let offsets = Offsets { from: frame.offset(receipt.from), until: frame.offset(receipt.until) };
    let most = answer.routes.iter().map(|row| row.views).fold(1.0, f64::max);
    let shown = answer.routes.len();
    let count = match answer.total_routes {
        1 => "1 route".to_owned(),
        total if total > shown => format!("the {shown} most viewed of {}", number::grouped(total as i64)),
        total => format!("{} routes", number::grouped(total as i64)),
    };
    let rows = sorted(answer.routes.clone(), query.sort);
    let requests = if has_requests(answer) { "; failed and p95: of the requests behind it, of everybody" } else { "" };
    let note = format!(
        "Dwell: visible time where the SDK sends it, else until the next page view; exit rate: sessions that ended here, of the views{requests}"
    );
    view! {
        <section class="panel">
            <header><h2>"Routes"</h2><span class="faint">{count.clone()}</span></header>
            <div class="scroll-x" tabindex="0" role="region" aria-label="Routes">
                <table class="tbl">
                    <thead><tr><th scope="col">"Route"</th>{columns(answer).map(|column| head(frame, query, column)).collect_view()}</tr></thead>
                    <tbody>{rows.into_iter().map(|row| line(frame, query, &row, most, columns(answer))).collect_view()}</tbody>
                </table>
            </div>
            <div class="foot">
                <ReceiptMark receipt=receipt offsets=offsets figure=count up=true/>
                <span>{note}</span>
                {download(frame, "routes", query.selected.words().into_iter().chain([("top", "1000".to_owned())]).collect())}
            </div>
        </section>
    }
    .into_any()
}

fn head(frame: &Frame, query: &BehaviorQuery, column: Column) -> AnyView {
    let sorted = column == query.sort;
    let href = BehaviorQuery { sort: column, ..query.clone() }.href(frame);
    let label = if sorted { format!("{} ↓", column.label()) } else { column.label().to_owned() };
    view! {
        <th scope="col" class=column.class() aria-sort=sorted.then_some("descending")>
            <a href=href>{label}</a>
        </th>
    }
    .into_any()
}

fn line(frame: &Frame, query: &BehaviorQuery, row: &RouteRow, most: f64, columns: impl Iterator<Item = Column>) -> AnyView {
    let name = match &row.route {
        GroupKey::Value(route) => {
            let href = query.href_filtered(frame, &query.selected.filtered.with(Field::Route, Test::is(route)));
            view! { <a class="mono clip" href=href title=format!("Only {route}")>{route.clone()}</a> }.into_any()
        }
        _ => view! { <span class="faint">"no route"</span> }.into_any(),
    };
    let cells = columns.map(|column| {
        let text = column.text(row);
        if column == Column::Views {
            let width = format!("width:{:.1}%", (row.views / most * 100.0).min(100.0));
            return view! { <td class=column.class()><span>{text}</span><i class="cell-bar" style=width></i></td> }.into_any();
        }
        view! { <td class=column.class()>{text}</td> }.into_any()
    });
    view! { <tr><td class="route">{name}</td>{cells.collect_view()}</tr> }.into_any()
}

/// Largest first; rows without a figure are last, equal ones stay as they come: by views.
fn sorted(mut rows: Vec<RouteRow>, by: Column) -> Vec<RouteRow> {
    rows.sort_by(|a, b| match (by.measure(a), by.measure(b)) {
        (Some(a), Some(b)) => b.total_cmp(&a),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => Ordering::Equal,
    });
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(route: &str, views: f64, exits: u64, dwell: Option<i64>) -> RouteRow {
        RouteRow {
            route: GroupKey::Value(route.to_owned()),
            views,
            people: 1,
            entries: 0,
            exits,
            median_dwell_ms: dwell,
            mean_dwell_ms: None,
            dwells: 0,
            backend: None,
        }
    }

    #[test]
    fn rows_are_sorted_by_what_was_asked_and_unknown_figures_are_last() {
        let rows = vec![row("/a", 10.0, 1, None), row("/b", 8.0, 4, Some(2_000)), row("/c", 5.0, 5, Some(61_000))];
        let names = |by| sorted(rows.clone(), by).into_iter().map(|row| row.route.label().into_owned()).collect::<Vec<String>>();
        assert_eq!(names(Column::Views), ["/a", "/b", "/c"]);
        assert_eq!(names(Column::ExitRate), ["/c", "/b", "/a"]);
        assert_eq!(names(Column::Dwell), ["/c", "/b", "/a"]);
        assert_eq!((Column::Dwell.text(&rows[0]), Column::ExitRate.text(&rows[1])), ("–".to_owned(), number::percent(0.5)));
    }
}
