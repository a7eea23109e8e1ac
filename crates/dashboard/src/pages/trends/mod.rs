//! Analysis · Trends: any event over time, by count, people, sessions or the values of a prop, and what a formula makes of them.

mod chart;
mod form;
mod query;

use dashboard_islands::charts::line::{PREVIOUS, swatch};
use dashboard_islands::receipt::{Offsets, ReceiptMark};
use leptos::prelude::*;
use protocol::analyses::{SuggestionsAnswer, TrendAnswer};
use protocol::number;
use protocol::range::Compare;
use protocol::receipt::Receipt;

use self::chart::Drawn;
use crate::Frame;
use crate::components::audience_head::{Head, audience_head};
use crate::components::download::download;
use crate::components::picker::{Choice, menu};
use crate::components::table_behind::table_behind;
use crate::components::{bucket, empty};
use crate::render::{Page, Title};
use crate::selected::Selected;
use crate::shell::{self, Entry};

pub use query::TrendsQuery;

/// The page. `answer` is the figures, or what is wrong with the question; `known` what its form may be filled with; `begun` says
/// whether the project ever had an event.
pub fn page(frame: &Frame, query: &TrendsQuery, answer: &Result<TrendAnswer, String>, known: &SuggestionsAnswer, begun: bool) -> Page {
    shell::framed(frame, Entry::Trends, Title::new("Trends"), || {
        let receipt: &Receipt = answer.as_ref().map_or(&known.receipt, |answer| &answer.receipt);
        let head = Head {
            title: "Trends",
            path: frame.path(Entry::Trends.page()),
            selected: &query.selected,
            kept: query.kept(),
            href: |selected: &Selected| query.selecting(selected).href(frame),
            more: comparisons(frame, query),
            begun,
        };
        view! { {audience_head(frame, receipt, head)} {content(frame, query, answer, known, begun)} }
    })
}

/// What the range is compared with. Of a breakdown each value is a series: that is comparison enough.
fn comparisons(frame: &Frame, query: &TrendsQuery) -> AnyView {
    if !query.by.is_empty() {
        return ().into_any();
    }
    let choice = |compare: Compare| Choice {
        label: compare.label().to_owned(),
        href: TrendsQuery { compare, ..query.clone() }.href(frame),
        chosen: compare == query.compare,
    };
    menu("Compared with", format!("vs {}", query.compare.label()), Compare::ALL.map(choice).into())
}

fn content(frame: &Frame, query: &TrendsQuery, answer: &Result<TrendAnswer, String>, known: &SuggestionsAnswer, begun: bool) -> AnyView {
    if !begun {
        return empty::nothing_yet("No event yet", "the first event", frame.event_command()).into_any();
    }
    let form = form::form(frame, query, known, answer.as_ref().err().map(String::as_str));
    view! { {form} {answer.as_ref().ok().map(|answer| figures(frame, query, answer))} }.into_any()
}

fn figures(frame: &Frame, query: &TrendsQuery, answer: &TrendAnswer) -> AnyView {
    if answer.series.iter().all(|series| series.total.events == 0.0) {
        let time = query.selected.period.sentence();
        let explanation = format!("No such event of a person in {time}. Names are case-sensitive; events of bots are not counted here.");
        let way_out = query.selected.wider().map(|(label, wider)| (label, query.selecting(&wider).href(frame)));
        return view! { <section class="panel">{empty::nothing_here("Nothing in this range".to_owned(), explanation, way_out)}</section> }
            .into_any();
    }
    let series = chart::series(query, answer);
    let per = bucket::per(answer.step);
    let reckoned = chart::formula(answer).map(|formula| {
        let title = format!("{} per {per}", formula.name);
        let whole = format!("{} over the whole range", chart::text(formula.whole));
        let label = format!("{title}, {}: {whole}.", query.selected.period.sentence());
        let formula = [formula];
        view! {
            <section class="panel gap-below">
                <header><h2>{title}</h2><span class="faint">{whole}</span></header>
                {chart::chart(answer, &formula, label)}
                {table_behind(chart::table(answer, &formula))}
            </section>
        }
    });
    let offsets = Offsets { from: frame.offset(answer.receipt.from), until: frame.offset(answer.receipt.until) };
    let title = match &series[..] {
        [one] => format!("{} per {per}", one.name),
        many => format!("{} series per {per}", many.len()),
    };
    let label = format!("{title}, {}.", query.selected.period.sentence());
    view! {
        {reckoned}
        <section class="panel gap-below">
            <header>
                <h2>{title}</h2>
                <div class="right legend">
                    {matches!(&series[..], [one] if one.is_compared()).then(|| view! { <span>{swatch(PREVIOUS)}{query.compare.label()}</span> })}
                    {answer.buckets.last().is_some_and(|bucket| bucket.open).then(|| view! { <span><i class="sw hatched"></i>"open"</span> })}
                </div>
                {(query.compare != Compare::Nothing && query.by.is_empty() && !series.iter().any(Drawn::is_compared)).then(|| view! { <span class="faint">"nothing to compare with"</span> })}
            </header>
            {chart::chart(answer, &series, label)}
            {legend(query, answer, &series)}
            <div class="foot">
                <ReceiptMark receipt=answer.receipt.clone() offsets=offsets figure=number::counted(series.len() as u64, "series", "series") up=true/>
                <span>{format!("bucket {}, project zone", answer.step.label())}</span>
                <span>{format!("{} rows in {}", number::count(answer.receipt.rows_read as f64), number::duration(answer.receipt.elapsed_ms / 1e3))}</span>
                {download(frame, "trend", query.api_words())}
            </div>
            {table_behind(chart::table(answer, &series))}
        </section>
    }.into_any()
}

/// One row per series, in the order of the colours.
fn legend(query: &TrendsQuery, answer: &TrendAnswer, series: &[Drawn<'_>]) -> AnyView {
    let open = answer.buckets.last().is_some_and(|bucket| bucket.open);
    let compared = series.iter().any(Drawn::is_compared);
    let row = |one: &Drawn<'_>| {
        let complete = if open { &one.values[..one.values.len().saturating_sub(1)] } else { one.values };
        let known = || complete.iter().flatten().copied();
        let figure = |class: &'static str, value: Option<f64>| view! { <td class=class>{chart::text(value)}</td> };
        view! {
            <tr>
                <td class="series"><span class="row">{swatch(one.ink)}<span class="clip" title=one.name.clone()>{one.name.clone()}</span></span></td>
                {figure("num hide-s", known().reduce(f64::min))}
                {figure("num hide-s", known().reduce(f64::max))}
                {figure("num", complete.last().copied().flatten())}
                {figure("num", one.whole)}
                {compared.then(|| {
                    let (before, change) = (one.before.and_then(|(_, whole)| whole), one.change());
                    view! { {figure("num hide-s", before)} <td class="num">{change}</td> }
                })}
            </tr>
        }
    };
    view! {
        <div class="scroll-x">
            <table class="tbl">
                <thead>
                    <tr>
                        <th scope="col">{if query.by.is_empty() { "Series".to_owned() } else { query.by.clone() }}</th>
                        <th scope="col" class="num hide-s">"least"</th>
                        <th scope="col" class="num hide-s">"most"</th>
                        <th scope="col" class="num">"newest"</th>
                        <th scope="col" class="num">"whole range"</th>
                        {compared.then(|| view! { <th scope="col" class="num hide-s">"before"</th> <th scope="col" class="num">"change"</th> })}
                    </tr>
                </thead>
                <tbody>{series.iter().map(row).collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}
