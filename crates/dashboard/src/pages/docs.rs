//! The user's documentation: `docs/*.md`, as pages.

use leptos::prelude::*;
use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, TagEnd, html};

use crate::render::{self, Page, Title};
use crate::shell::wordmark;

/// The pages, in the order of the menu: the word of the address, the title, the text.
const PAGES: [(&str, &str, &str); 14] = [
    ("sending", "Sending signals", include_str!("../../../../docs/sending.md")),
    ("browser", "Browser SDK", include_str!("../../../../docs/browser.md")),
    ("rust", "The Rust client", include_str!("../../../../docs/rust.md")),
    ("analyses", "Questions about events", include_str!("../../../../docs/analyses.md")),
    ("metrics", "Questions about metrics", include_str!("../../../../docs/metrics.md")),
    ("traces", "Traces", include_str!("../../../../docs/traces.md")),
    ("issues", "Issues", include_str!("../../../../docs/issues.md")),
    ("logs", "Logs", include_str!("../../../../docs/logs.md")),
    ("filters", "Filters", include_str!("../../../../docs/filters.md")),
    ("sharing", "Saving and sharing", include_str!("../../../../docs/sharing.md")),
    ("verdicts", "Verdicts", include_str!("../../../../docs/verdicts.md")),
    ("problems", "Problems", include_str!("../../../../docs/problems.md")),
    ("data", "Your data", include_str!("../../../../docs/data.md")),
    ("operating", "Operating", include_str!("../../../../docs/operating.md")),
];

/// The word and the title of every page.
pub(super) fn listed() -> impl Iterator<Item = (&'static str, &'static str)> {
    PAGES.into_iter().map(|(word, title, _)| (word, title))
}

/// The page of that word; `None` when there is none.
pub fn page(word: &str) -> Option<Page> {
    let (_, title, text) = PAGES.into_iter().find(|(known, ..)| *known == word)?;
    let open = word.to_owned();
    Some(render::page(Title::new(title), move || {
        view! {
            <main class="docs" id="main">
                <header>
                    <a class="brand" href="/">{wordmark()}</a>
                    <nav aria-label="Documentation">
                        {PAGES.map(|(word, title, _)| view! { <a href=format!("/docs/{word}") aria-current=(word == open).then_some("page")>{title}</a> }).collect_view()}
                        <a href="/api/openapi.json">"API description"</a>
                    </nav>
                </header>
                <article class="panel prose" inner_html=rendered(text)></article>
            </main>
        }
    }))
}

/// The text as HTML; a heading's words are its anchor, so that a problem's `type` leads to its paragraph.
fn rendered(text: &str) -> String {
    let events: Vec<Event<'_>> = Parser::new_ext(text, Options::ENABLE_TABLES).collect();
    let anchored = events.iter().enumerate().map(|(i, event)| match event {
        Event::Start(Tag::Heading { level, classes, attrs, .. }) => {
            Event::Start(Tag::Heading { level: *level, id: Some(anchor(&events[i + 1..])), classes: classes.clone(), attrs: attrs.clone() })
        }
        other => other.clone(),
    });
    let mut out = String::with_capacity(text.len() * 2);
    html::push_html(&mut out, anchored);
    // What is wider than the page is scrolled, by keys too.
    out.replace("<pre>", "<pre tabindex=\"0\">")
}

fn anchor<'e>(after_start: &[Event<'e>]) -> CowStr<'e> {
    let words = after_start.iter().take_while(|event| !matches!(event, Event::End(TagEnd::Heading(_)))).filter_map(|event| match event {
        Event::Text(text) | Event::Code(text) => Some(text.to_lowercase().replace(' ', "-")),
        _ => None,
    });
    words.collect::<String>().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_of_the_menu_exists_and_a_code_has_its_anchor() {
        for (word, ..) in PAGES {
            assert!(page(word).is_some(), "{word}");
        }
        assert!(page("verdicts").is_some_and(|page| page.html().contains(r#"<h2 id="too_old">"#)));
        assert!(page("../README").is_none());
    }
}
