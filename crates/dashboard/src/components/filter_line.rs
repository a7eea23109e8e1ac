//! The line below a page's head: the filter bar, and beside it what is kept under a name and how the page is shared.

use leptos::prelude::*;

use super::{saved, share};
use crate::Frame;
use crate::filtered::Filtered;
use crate::selected::Selected;

/// The line. `href` makes the page's URL of what is selected.
pub(crate) fn filter_line(frame: &Frame, bar: AnyView, selected: &Selected, href: &impl Fn(&Selected) -> String) -> AnyView {
    let page = href(selected);
    view! {
        <div class="filter-line">
            <div class="grow">{bar}</div>
            {saved::segments(frame, &selected.filtered, &page, |filter| href(&selected.matching(filter)))} {saved::views(frame, &page)}
            {share::share(frame, &page)}
        </div>
    }
    .into_any()
}

/// The filter of a page whose filter cannot be changed.
pub(crate) fn fixed_filter(filtered: &Filtered) -> AnyView {
    let conditions = filtered.conditions();
    (!conditions.is_empty())
        .then(|| {
            view! {
                <p class="fixed-filter" aria-label="Filters">
                    "Only"
                    {conditions.into_iter().map(|(condition, _)| view! { <span class="chip whole">{condition}</span> }).collect_view()}
                </p>
            }
        })
        .into_any()
}
