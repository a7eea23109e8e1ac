//! Choices as links: segments, tabs, menus. What is chosen is in the URL.

use dashboard_islands::icon::{Icon, small_icon};
use leptos::prelude::*;

/// One choice.
pub(crate) struct Choice {
    pub(crate) label: String,
    pub(crate) href: String,
    pub(crate) chosen: bool,
}

impl Choice {
    fn link(self) -> AnyView {
        view! { <a href=self.href aria-current=self.chosen.then_some("true")>{self.label}</a> }.into_any()
    }
}

/// A few choices side by side.
pub(crate) fn segments(label: &'static str, class: &'static str, choices: Vec<Choice>) -> AnyView {
    group(label, class, None, choices)
}

fn group(label: &'static str, class: &'static str, key: Option<&'static str>, choices: Vec<Choice>) -> AnyView {
    view! {
        <div class=class role="group" aria-label=label data-key=key>
            {choices.into_iter().map(Choice::link).collect_view()}
        </div>
    }
    .into_any()
}

/// The ranges of a page: `[` and `]` step through them.
pub(crate) fn ranges(choices: Vec<Choice>) -> AnyView {
    group("Range", "seg", Some("range"), choices)
}

/// Many choices below a button.
pub(crate) fn menu(label: &'static str, shown: String, choices: Vec<Choice>) -> AnyView {
    view! {
        <details class="pick">
            <summary aria-label=format!("{label}: {shown}")><span class="clip">{shown.clone()}</span>{small_icon(Icon::DOWN)}</summary>
            <div class="menu">
                {choices.into_iter().map(Choice::link).collect_view()}
            </div>
        </details>
    }
    .into_any()
}

/// Two views of one thing; `count` stands behind the label.
pub(crate) struct Tab {
    pub(crate) label: &'static str,
    pub(crate) count: Option<String>,
    pub(crate) href: String,
    pub(crate) open: bool,
}

/// The tabs of a page.
pub(crate) fn tabs(tabs: Vec<Tab>) -> AnyView {
    view! {
        <nav class="tabs" aria-label="View">
            {tabs
                .into_iter()
                .map(|tab| {
                    view! {
                        <a href=tab.href aria-current=tab.open.then_some("page")>
                            {tab.label}
                            {tab.count.map(|count| view! { <span class="n">{count}</span> })}
                        </a>
                    }
                })
                .collect_view()}
        </nav>
    }
    .into_any()
}
