//! The filter bar: a chip for each condition, and a field for one more. It is a form, so that it works without any script.

use dashboard_islands::icon::{Icon, icon, small_icon};
use leptos::prelude::*;

use crate::filtered::Filtered;
use crate::selected::Word;

/// What a bar is for.
pub(crate) struct Bar<'b> {
    /// The page's address.
    pub(crate) path: &'b str,
    /// What else its URL says.
    pub(crate) kept: &'b [Word],
    /// The address that completes what is typed, where there is one.
    pub(crate) suggest: Option<String>,
    /// What a first look should be helped with.
    pub(crate) fields: Vec<String>,
    /// What can be written.
    pub(crate) example: &'static str,
    /// Where it is explained.
    pub(crate) help: &'static str,
}

/// What a first look at events should be helped with.
const FIELDS: [&str; 12] = [
    "name:",
    "route:",
    "country:",
    "os:",
    "browser:",
    "device:",
    "release:",
    "environment:",
    "referrer:",
    "utm_source:",
    "user:",
    "session:",
];

/// The bar of a page about events. `path` is the page's, `kept` what else its URL says, `suggest` the address that completes what is
/// typed, `href` makes the page's URL of a filter's text.
pub(crate) fn filter_bar(path: &str, kept: &[Word], suggest: String, filtered: &Filtered, href: impl Fn(&str) -> String) -> AnyView {
    let fields = FIELDS.map(str::to_owned).into();
    let example = "Filter: country:DE, route:/cart, price>10 …";
    bar(Bar { path, kept, suggest: Some(suggest), fields, example, help: "/docs/filters" }, filtered, href)
}

/// Any bar.
pub(crate) fn bar(bar: Bar<'_>, filtered: &Filtered, href: impl Fn(&str) -> String) -> AnyView {
    let Bar { path, kept, suggest, fields, example, help } = bar;
    let text = filtered.text();
    let hidden = kept.iter().cloned().chain([("filter", text.clone())]).filter(|(_, value)| !value.is_empty());
    let chips = filtered.conditions().into_iter().map(|(condition, rest)| chip(condition, href(&rest))).collect_view();
    let (typed, why) = filtered.refused.clone().unzip();
    let placeholder = if text.is_empty() { example } else { "and …" };
    view! {
        <form class="filterbar" role="search" aria-label="Filters" action=path.to_owned()>
            {icon(Icon::FILTER)}
            {chips}
            {hidden.map(|(name, value)| view! { <input type="hidden" name=name value=value/> }).collect_view()}
            <input
                name="add"
                value=typed
                placeholder=placeholder
                aria-label="Filter"
                aria-invalid=why.is_some().then_some("true")
                aria-describedby=why.is_some().then_some("filter-fault")
                list="filter-fields"
                autocomplete="off"
                autocapitalize="none"
                spellcheck="false"
                data-key="find"
                data-suggest=suggest
            />
            <datalist id="filter-fields">{fields.into_iter().map(|field| view! { <option value=field></option> }).collect_view()}</datalist>
            <a class="help" href=help title="How filters are written">"?"</a>
            <span class="kbd">"/"</span>
        </form>
        {why.map(|why| view! { <p class="filter-fault" id="filter-fault">{why}". What follows is shown without it."</p> })}
    }
    .into_any()
}

fn chip(condition: String, without: String) -> AnyView {
    // The key and its operator, and the value: `country:` and `DE`.
    let value_at = condition
        .find(|c: char| !c.is_alphanumeric() && !"_-.$/".contains(c))
        .map_or(0, |place| place + condition[place..].find(|c: char| !":!<>=".contains(c)).unwrap_or(0));
    let (key, value) = condition.split_at(value_at);
    view! {
        <span class="chip">
            <span class="k">{key.to_owned()}</span>
            <b>{value.to_owned()}</b>
            <a href=without aria-label=format!("Remove {condition}") title="Remove">{small_icon(Icon::CLOSE)}</a>
        </span>
    }
    .into_any()
}
