//! Around one route: where people came from, and where they went.

use dashboard_islands::charts::ranked::{Ranked, ranked};
use dashboard_islands::receipt::{Offsets, ReceiptMark};
use leptos::prelude::*;
use protocol::analyses::{GroupKey, JourneyDirection, JourneysAnswer, JourneysQuery};
use protocol::event::PAGE_VIEW;
use protocol::filter::{Field, Filter, Term, Test};
use protocol::number;

use super::BehaviorQuery;
use crate::Frame;

/// Values of a list.
const SHOWN: usize = 8;
/// Longer than any session lasts.
const WINDOW_SECONDS: u64 = 24 * 3_600;

/// A page that is narrowed down to one route.
pub struct Around {
    /// The route.
    pub route: String,
    /// What else is required.
    rest: Filter,
}

impl Around {
    /// Of a filter that requires exactly one route.
    pub(super) fn of(filter: &Filter) -> Option<Self> {
        let route = |condition: &Filter| match condition {
            Filter::Term(Term { field: Field::Route, test: Test::Is(route) }) => Some(route.text().to_owned()),
            _ => None,
        };
        let conditions = filter.conditions();
        let mut routes = conditions.iter().filter_map(route);
        let (Some(first), None) = (routes.next(), routes.next()) else { return None };
        let rest = conditions.iter().filter(|condition| route(condition).is_none()).cloned().fold(Filter::all(), Filter::and);
        Some(Self { route: first, rest })
    }
}

impl BehaviorQuery {
    /// The route that the page is narrowed down to, if it is one.
    pub fn around(&self) -> Option<Around> {
        Around::of(&self.selected.filtered.filter)
    }

    /// What is asked about what comes before a route, and after it.
    pub fn journeys(&self, around: &Around) -> [JourneysQuery; 2] {
        let views = Filter::term(Field::Name, Test::is(PAGE_VIEW));
        let mut scope = self.selected.scope();
        scope.filter = around.rest.clone().and(views);
        [JourneyDirection::Before, JourneyDirection::After].map(|direction| JourneysQuery {
            scope: scope.clone(),
            start: Filter::term(Field::Route, Test::is(&around.route)),
            direction,
            by: Field::Route,
            steps: 2,
            window_seconds: WINDOW_SECONDS,
            top: SHOWN,
            ..JourneysQuery::default()
        })
    }
}

/// Both lists.
pub(super) fn panels(frame: &Frame, query: &BehaviorQuery, around: &Around, [before, after]: &[JourneysAnswer; 2]) -> AnyView {
    view! {
        <div class="cols-2 gap-above">
            {list(frame, query, around, before, "Came from", "began here")} {list(frame, query, around, after, "Went to", "left from here")}
        </div>
    }
    .into_any()
}

fn list(
    frame: &Frame,
    query: &BehaviorQuery,
    around: &Around,
    answer: &JourneysAnswer,
    title: &'static str,
    none: &'static str,
) -> AnyView {
    let whole = answer.total as f64;
    let row = |name: String, count: u64, href: Option<String>| Ranked {
        mono: href.is_some(),
        name: Some(name),
        count: count as f64,
        share: (whole > 0.0).then(|| count as f64 / whole),
        href,
        without: None,
    };
    let ended: u64 = answer.steps.first().map_or(0, |step| step.nodes.iter().map(|node| node.ended).sum());
    let mut rows: Vec<Ranked> = answer.steps.get(1).map_or_else(Vec::new, |step| {
        let of_node = |node: &protocol::analyses::JourneyNode| match &node.key {
            GroupKey::Value(route) => {
                let filter = around.rest.clone().and(Filter::term(Field::Route, Test::is(route)));
                row(route.clone(), node.journeys, Some(query.href_filtered(frame, &filter.to_string())))
            }
            GroupKey::Absent => row("no route".to_owned(), node.journeys, None),
            _ => row("other routes".to_owned(), node.journeys, None),
        };
        step.nodes.iter().map(of_node).collect()
    });
    if ended > 0 {
        rows.push(row(none.to_owned(), ended, None));
    }
    rows.sort_by(|a, b| b.count.total_cmp(&a.count));
    let receipt = answer.receipt.clone();
    let offsets = Offsets { from: frame.offset(receipt.from), until: frame.offset(receipt.until) };
    let count = number::counted(answer.total, "session", "sessions");
    let empty = rows.is_empty().then(|| view! { <p class="body faint">"None in this range"</p> });
    view! {
        <section class="panel">
            <header class="inline"><h2>{title}</h2><div class="right">{count.clone()}</div></header>
            {ranked(rows)}
            {empty}
            <footer>
                <ReceiptMark receipt=receipt offsets=offsets figure=count up=true/>
                <span>"Share of sessions with a view of this route; reloads of it are no step"</span>
            </footer>
        </section>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_route_and_nothing_but_one_route_has_neighbours() {
        let around = |text: &str| Around::of(&Filter::parse(text).expect("a filter")).map(|around| (around.route, around.rest.to_string()));
        assert_eq!(around("os:iOS route:/cart country:DE"), Some(("/cart".to_owned(), "os:iOS country:DE".to_owned())));
        assert_eq!(around("route:/cart"), Some(("/cart".to_owned(), String::new())));
        for none in ["", "os:iOS", "route in (/a, /b)", "route!=/a", "route:/a or route:/b"] {
            assert_eq!(around(none), None, "{none}");
        }
    }
}
