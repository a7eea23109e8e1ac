//! What is used: features, variants of experiments, and searches that found nothing.

use dashboard_islands::receipt::{Offsets, ReceiptMark};
use leptos::prelude::*;
use protocol::analyses::{ExposureRow, FeatureRow, SearchRow, UsageAnswer};
use protocol::filter::{Field, Filter, Test};
use protocol::number;

use super::BehaviorQuery;
use crate::Frame;
use crate::components::when::{ago, exact};

/// The three panels.
pub(super) fn panels(frame: &Frame, query: &BehaviorQuery, answer: &UsageAnswer) -> AnyView {
    view! {
        <div class="cols-2 gap-above">{features(frame, query, answer)} {exposures(frame, query, answer)}</div>
        {searches(frame, query, answer)}
    }
    .into_any()
}

/// A table with what it says about itself, or a word about what to send.
struct List {
    title: &'static str,
    base: String,
    heads: &'static [(&'static str, &'static str)],
    rows: Vec<AnyView>,
    /// What to send, where nothing is there.
    missing: (&'static str, &'static str),
    note: &'static str,
}

fn panel(frame: &Frame, answer: &UsageAnswer, class: &'static str, list: List) -> AnyView {
    let List { title, base, heads, rows, missing: (send, call), note } = list;
    if rows.is_empty() {
        return view! {
            <section class=class>
                <header><h2>{title}</h2></header>
                <div class="body"><p class="faint">{send}</p>{(!call.is_empty()).then(|| view! { <pre class="call"><code>{call}</code></pre> })}</div>
            </section>
        }
        .into_any();
    }
    let receipt = answer.receipt.clone();
    let offsets = Offsets { from: frame.offset(receipt.from), until: frame.offset(receipt.until) };
    view! {
        <section class=class>
            <header class="inline"><h2>{title}</h2><div class="right faint">{base.clone()}</div></header>
            <div class="scroll-x" tabindex="0" role="region" aria-label=title>
                <table class="tbl">
                    <thead><tr>{heads.iter().map(|(label, class)| view! { <th scope="col" class=*class>{*label}</th> }).collect_view()}</tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            <footer><ReceiptMark receipt=receipt offsets=offsets figure=base up=true/><span>{note}</span></footer>
        </section>
    }
    .into_any()
}

/// The page narrowed down to events with this prop.
fn narrowed(frame: &Frame, query: &BehaviorQuery, prop: &str, value: &str) -> String {
    let term = Filter::term(Field::Prop(prop.to_owned()), Test::is(value));
    query.href_filtered(frame, &query.selected.filtered.filter.clone().and(term).to_string())
}

fn features(frame: &Frame, query: &BehaviorQuery, answer: &UsageAnswer) -> AnyView {
    let row = |row: &FeatureRow| {
        let adoption = answer.adoption(row).map_or_else(|| "–".to_owned(), number::percent);
        let per_person = if row.people > 0 { number::with_unit(row.uses / row.people as f64, "") } else { "–".to_owned() };
        view! {
            <tr>
                <td><a class="mono" href=narrowed(frame, query, "feature", &row.feature)>{row.feature.clone()}</a></td>
                <td class="num">{number::grouped(row.people as i64)}</td>
                <td class="num">{adoption}</td>
                <td class="num hide-s">{per_person}</td>
                <td class="num hide-s" title=exact(frame, row.last)>{ago(frame, row.last)}</td>
            </tr>
        }
        .into_any()
    };
    let list = List {
        title: "Features",
        base: format!("of {}", number::counted(answer.people, "person", "people")),
        heads: &[("Feature", ""), ("People", "num"), ("Adoption", "num"), ("Uses each", "num hide-s"), ("Last used", "num hide-s")],
        rows: answer.features.iter().map(row).collect(),
        missing: (
            "No event with a feature in this range. Say which one is used with the prop `feature`:",
            "track(\"feature.used\", { props: { feature: \"wishlist\" } })",
        ),
        note: "Events of any name with the prop feature; adoption is the share of the people here",
    };
    panel(frame, answer, "panel", list)
}

fn exposures(frame: &Frame, query: &BehaviorQuery, answer: &UsageAnswer) -> AnyView {
    let row = |row: &ExposureRow| {
        let experiment = match &row.experiment {
            Some(name) => view! { <a class="mono" href=narrowed(frame, query, "experiment", name)>{name.clone()}</a> }.into_any(),
            None => view! { <span class="faint">"no name"</span> }.into_any(),
        };
        view! {
            <tr>
                <td>{experiment}</td>
                <td>{row.variant.clone().unwrap_or_else(|| "–".to_owned())}</td>
                <td class="num">{number::grouped(row.people as i64)}</td>
                <td class="num hide-s">{number::grouped(row.exposures.round() as i64)}</td>
                <td class="num hide-s" title=exact(frame, row.last)>{ago(frame, row.last)}</td>
            </tr>
        }
        .into_any()
    };
    let list = List {
        title: "Experiments and flags",
        base: "who was shown what".to_owned(),
        heads: &[("Experiment", ""), ("Variant", ""), ("People", "num"), ("Exposures", "num hide-s"), ("Last shown", "num hide-s")],
        rows: answer.exposures.iter().map(row).collect(),
        missing: ("Nobody was shown a variant in this range. Say so when it happens:", "exposure(\"sticky-cart\", \"treatment\")"),
        note: "Events $exposure; somebody with two variants is one person of each",
    };
    panel(frame, answer, "panel", list)
}

fn searches(frame: &Frame, query: &BehaviorQuery, answer: &UsageAnswer) -> AnyView {
    let row = |row: &SearchRow| {
        let words = match &row.query {
            Some(words) => view! { <a href=narrowed(frame, query, "query", words)>{words.clone()}</a> }.into_any(),
            None => view! { <span class="faint">"no words"</span> }.into_any(),
        };
        let share = if row.searches > 0.0 { number::percent(row.fruitless / row.searches) } else { "–".to_owned() };
        view! {
            <tr>
                <td>{words}</td>
                <td class="num">{number::grouped(row.fruitless.round() as i64)}</td>
                <td class="num">{share}</td>
                <td class="num hide-s">{number::grouped(row.people as i64)}</td>
            </tr>
        }
        .into_any()
    };
    let all = answer.searches;
    let share = if all > 0.0 { format!(", {}", number::percent(answer.fruitless_total / all)) } else { String::new() };
    let missing = if all > 0.0 {
        ("Every search of this range found something.", "")
    } else {
        (
            "Nobody searched in this range. Say what was searched for, and how much was found:",
            "track(\"search\", { props: { query: \"lamp\", results_count: 12 } })",
        )
    };
    let list = List {
        title: "Searches that found nothing",
        base: format!("{} of {} searches{share}", number::count(answer.fruitless_total), number::count(all)),
        heads: &[("Searched for", ""), ("Found nothing", "num"), ("Of its searches", "num"), ("People", "num hide-s")],
        rows: answer.fruitless.iter().map(row).collect(),
        missing,
        note: "Events search with results_count 0, or search.zero_results",
    };
    panel(frame, answer, "panel gap-above", list)
}
