//! The pages that exist, in the order of the menu.

use dashboard_islands::icon::{Icon, icon};
use leptos::prelude::*;

use crate::Frame;

/// A page of the menu.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Entry {
    Live,
    Metrics,
    Behavior,
    Users,
    Sessions,
    Trends,
    Saved,
    Explorer,
    Traces,
    Logs,
    Issues,
    Delivery,
    Guides,
    /// In no menu: its button stands above it.
    Find,
}

/// A heading, where there is one, and the pages below it.
const GROUPS: [(Option<&str>, &[Entry]); 5] = [
    (None, &[Entry::Live]),
    (Some("Audience"), &[Entry::Metrics, Entry::Behavior, Entry::Users, Entry::Sessions, Entry::Saved]),
    (Some("Analysis"), &[Entry::Trends]),
    (Some("Explore"), &[Entry::Explorer, Entry::Traces, Entry::Issues, Entry::Logs]),
    (Some("Operate"), &[Entry::Delivery, Entry::Guides]),
];

impl Entry {
    /// The page of the menu with this path; `None` when there is none.
    pub(crate) fn of_page(page: &str) -> Option<Self> {
        Self::listed().find(|entry| entry.page() == page)
    }

    /// The pages of the menu in its order.
    pub(crate) fn listed() -> impl Iterator<Item = Self> {
        GROUPS.iter().flat_map(|(_, entries)| entries.iter().copied())
    }

    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Live => "Live",
            Self::Metrics => "Metrics",
            Self::Behavior => "Behavior",
            Self::Users => "Users",
            Self::Sessions => "Sessions",
            Self::Trends => "Trends",
            Self::Saved => "Saved and shared",
            Self::Explorer => "Metrics explorer",
            Self::Traces => "Traces",
            Self::Logs => "Logs",
            Self::Issues => "Issues",
            Self::Delivery => "Delivery",
            Self::Guides => "Set-up",
            Self::Find => "Find",
        }
    }

    /// The last part of its path.
    pub(crate) fn page(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Metrics => "metrics",
            Self::Behavior => "behavior",
            Self::Users => "users",
            Self::Sessions => "sessions",
            Self::Trends => "trends",
            Self::Saved => "saved",
            Self::Explorer => "explorer",
            Self::Traces => "traces",
            Self::Logs => "logs",
            Self::Issues => "issues",
            Self::Delivery => "delivery",
            Self::Guides => "setup",
            Self::Find => "find",
        }
    }

    fn icon(self) -> Icon {
        match self {
            Self::Live => Icon::LIVE,
            Self::Metrics => Icon::METRICS,
            Self::Behavior => Icon::BEHAVIOR,
            Self::Users => Icon::USERS,
            Self::Sessions => Icon::SESSIONS,
            Self::Trends => Icon::TRENDS,
            Self::Saved => Icon::SAVED,
            Self::Explorer => Icon::EXPLORER,
            Self::Traces => Icon::SPAN,
            Self::Logs => Icon::LOG,
            Self::Issues => Icon::ISSUES,
            Self::Delivery => Icon::DELIVERY,
            Self::Guides => Icon::CHECK,
            Self::Find => Icon::SEARCH,
        }
    }
}

/// The menu, with the page that is open marked.
pub(crate) fn groups(frame: &Frame, open: Entry) -> AnyView {
    GROUPS
        .map(|(heading, entries)| {
            let items = entries
                .iter()
                .map(|entry| {
                    view! {
                        <li>
                            <a href=frame.path(entry.page()) aria-current=(*entry == open).then_some("page") title=entry.label()>
                                {icon(entry.icon())}
                                <span class="t">{entry.label()}</span>
                            </a>
                        </li>
                    }
                })
                .collect_view();
            view! {
                {heading.map(|heading| view! { <h2>{heading}</h2> })}
                <ul>{items}</ul>
            }
        })
        .collect_view()
        .into_any()
}
