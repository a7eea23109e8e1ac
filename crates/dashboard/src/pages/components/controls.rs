//! What is chosen, typed and pressed; cards and tables.

use dashboard_islands::icon::{Icon, icon, small_icon};
use leptos::prelude::*;
use protocol::audience::Measure;

use super::{sample, section};
use crate::components::audience_head::{Head, audience_head};
use crate::components::download::download;
use crate::components::pages::pages;
use crate::components::picker::{Choice, Tab, menu, segments, tabs};
use crate::components::share::share;
use crate::components::stat::{Stat, strip};
use crate::components::table_behind::{Table, table_behind};
use crate::filtered::Filtered;
use crate::selected::Selected;
use crate::url;

pub(super) fn sections() -> AnyView {
    view! {
        {section("Head of an Audience page", head())} {section("Buttons", buttons())} {section("Choices", choices())}
        {section("Forms", forms())} {section("Stat cards", stats())} {section("Tables", tables())}
    }
    .into_any()
}

/// With conditions, and with something typed that is no filter.
fn head() -> AnyView {
    let words = url::words("filter=country:DE%20os:iOS&add=price%3E");
    let selected = Selected { filtered: Filtered::read(&words), ..Selected::default() };
    let head = Head {
        title: "Title",
        path: "#main".to_owned(),
        selected: &selected,
        kept: Vec::new(),
        href: |_: &Selected| "#main".to_owned(),
        more: menu("Compared with", "vs the period before".to_owned(), choices_of(&["the period before", "a year ago", "nothing"])),
        begun: true,
    };
    audience_head(&sample::frame(), &sample::receipt(), head)
}

fn buttons() -> AnyView {
    view! {
        <p class="row wrap">
            <button class="btn primary" type="submit">"Main"</button>
            <button class="btn" type="submit">{icon(Icon::SHARE)}"Usual"</button>
            <button class="btn ghost" type="submit">"Quiet"</button>
            <button class="btn icon-only" type="submit" aria-label="Icon only">{icon(Icon::MENU)}</button>
            <button class="btn tiny ghost" type="submit" aria-label="Tiny">{small_icon(Icon::CLOSE)}</button>
            <a class="link" href="#main">"Link"</a>
            <span class="kbd">"Ctrl K"</span>
        </p>
    }
    .into_any()
}

fn choices_of(labels: &[&str]) -> Vec<Choice> {
    let choice = |(place, label): (usize, &&str)| Choice { label: (*label).to_owned(), href: "#main".to_owned(), chosen: place == 0 };
    labels.iter().enumerate().map(choice).collect()
}

fn choices() -> AnyView {
    let frame = sample::frame();
    let tab = |label, count: Option<&str>, open| Tab { label, count: count.map(str::to_owned), href: "#main".to_owned(), open };
    view! {
        <div class="stack">
            <div class="row wrap">
                {segments("Segments", "seg", choices_of(&["p50", "p95", "p99"]))} {menu("Menu", "By status".to_owned(), choices_of(&["By status", "By route"]))} {share(&frame, &frame.path("users"))}
                {segments("Small tabs", "tabs-small", choices_of(&["Country", "Language"]))}
            </div>
            {tabs(vec![tab("Aggregates", None, true), tab("Samples", Some("1,204"), false)])}
        </div>
    }
    .into_any()
}

fn forms() -> AnyView {
    view! {
        <form class="panel form" action="#main">
            <label class="field">"Field"<input name="a" placeholder="What happened"/></label>
            <label class="field">"Wrong"<input name="b" value="not@" aria-invalid="true"/></label>
            <label class="field">"Day"<input name="c" type="date" value="2026-05-14"/></label>
            <label class="field">"One of several"<select name="d"><option>"7 days"</option><option>"30 days"</option></select></label>
            <label class="check"><input type="checkbox" name="e" checked/>"Only for me"</label>
        </form>
    }
    .into_any()
}

fn stats() -> AnyView {
    let line = sample::known(&sample::DAYS);
    let stat = |measure, value, before, chosen| Stat {
        measure,
        value,
        before,
        line: line.clone(),
        open: true,
        chosen,
        href: "#main".to_owned(),
        mark: "exact".to_owned(),
    };
    strip(vec![
        stat(Measure::People, Some(12_412.0), Some(11_040.0), true),
        stat(Measure::Sessions, Some(18_020.0), Some(19_377.0), false),
        stat(Measure::PageViews, Some(1_420_000.0), Some(1_420_000.0), false),
        stat(Measure::Events, Some(41_286.0), None, false),
        stat(Measure::BounceRate, Some(0.381), Some(0.402), false),
        stat(Measure::VisitTime, None, Some(134.0), false),
    ])
}

fn tables() -> AnyView {
    let frame = sample::frame();
    let rows = [("/products/:id", "4,120", "38.1%"), ("/checkout", "1,204", "12.0%"), ("/help/returns", "–", "–")];
    let line = |(route, views, rate): (&'static str, &'static str, &'static str)| {
        view! { <tr><td class="route"><a class="mono clip" href="#main">{route}</a></td><td class="num">{views}</td><td class="num">{rate}</td></tr> }
    };
    let behind = Table {
        heads: ["Start", "Events", "Before"].map(str::to_owned).into(),
        rows: vec![
            ["Thu 14 May (open)", "1,870", "2,970"].map(str::to_owned).into(),
            ["Wed 13 May", "3,610", "3,150"].map(str::to_owned).into(),
        ],
    };
    view! {
        <div class="panel">
            <div class="scroll-x" tabindex="0" role="region" aria-label="A table">
                <table class="tbl">
                    <thead>
                        <tr>
                            <th scope="col">"Route"</th>
                            <th scope="col" class="num" aria-sort="descending"><a href="#main">"Views ↓"</a></th>
                            <th scope="col" class="num"><a href="#main">"Exit rate"</a></th>
                        </tr>
                    </thead>
                    <tbody>{rows.map(line).collect_view()}</tbody>
                </table>
            </div>
            <div class="foot">{pages(3, (1, 3), 9, |_| Some("#main".to_owned()))} {download(&frame, "routes", Vec::new())}</div>
            {table_behind(behind)}
        </div>
    }
    .into_any()
}
