//! Colours, type and space, as the stylesheet has them.

use leptos::prelude::*;

use super::section;

const SHEET: &str = include_str!("../../../../../web/styles/tokens.css");

pub(super) fn sections() -> AnyView {
    view! { {section("Colour", colours())} {section("Type", types())} {section("Space and shape", spaces())} }.into_any()
}

/// Each name with its value.
fn tokens() -> impl Iterator<Item = (&'static str, &'static str)> {
    SHEET
        .split([';', '{', '\n'])
        .filter_map(|line| line.trim().strip_prefix("--")?.split_once(':'))
        .map(|(name, value)| (name, value.trim()))
}

fn colours() -> AnyView {
    let names = || tokens().filter(|(name, value)| value.starts_with("light-dark(#") && !name.starts_with("shadow"));
    let theme = |class: &'static str| {
        let swatch = |name: &'static str| {
            view! { <li><i style=format!("background:var(--{name})")></i><code>{name}</code></li> }
        };
        view! { <ul class=format!("swatches {class}")>{names().map(|(name, _)| swatch(name)).collect_view()}</ul> }
    };
    view! { <div class="cols-2">{theme("in-light")} {theme("in-dark")}</div> }.into_any()
}

fn types() -> AnyView {
    let line = |name: &'static str| {
        view! { <li><code class="faint">{name}</code><span style=format!("font:var(--{name})")>"41,286 people were here"</span></li> }
    };
    let names = tokens().filter(|(name, _)| name.starts_with("t-"));
    view! { <ul class="panel types">{names.map(|(name, _)| line(name)).collect_view()}</ul> }.into_any()
}

fn spaces() -> AnyView {
    let names = |beginning: &'static str| tokens().filter(move |(name, _)| name.starts_with(beginning));
    let space = |(name, value): (&'static str, &'static str)| {
        view! { <li><i style=format!("width:var(--{name})")></i><code>{name}</code><span class="faint">{value}</span></li> }
    };
    let round = |(name, value): (&'static str, &'static str)| {
        view! { <li><i class="shape" style=format!("border-radius:var(--{name})")></i><code>{name}</code><span class="faint">{value}</span></li> }
    };
    let shadow = |(name, _): (&'static str, &'static str)| {
        view! { <li><i class="shape" style=format!("box-shadow:var(--{name})")></i><code>{name}</code></li> }
    };
    view! {
        <ul class="spaces">
            {names("sp-").map(space).collect_view()} {names("r-").map(round).collect_view()} {names("shadow-").map(shadow).collect_view()}
        </ul>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::tokens;

    #[test]
    fn every_kind_of_token_is_found_in_the_stylesheet() {
        let value = |wanted: &str| tokens().find(|(name, _)| *name == wanted).map(|(_, value)| value);
        assert_eq!((value("bg"), value("sp-3"), value("r-2")), (Some("light-dark(#f7f7f4, #0e1212)"), Some("12px"), Some("5px")));
        assert!(["s8", "t-hero", "shadow-2", "on-accent"].into_iter().all(|name| value(name).is_some()));
    }
}
