//! Which rows of a long list these are, and the way to the others.

use leptos::prelude::*;
use protocol::number;

/// `1 to 50`, and links to the page before and the next one. `href` is `None` for a page that cannot be asked for.
pub(crate) fn pages(shown: usize, (page, size): (usize, usize), total: u64, href: impl Fn(usize) -> Option<String>) -> AnyView {
    let begin = page.saturating_mul(size);
    let said = match shown {
        0 => "none on this page".to_owned(),
        count => format!("{} to {}", number::grouped(begin as i64 + 1), number::grouped((begin + count) as i64)),
    };
    let link = |label: &'static str, page: usize| href(page).map(|href| view! { <a class="link" href=href>{label}</a> });
    view! {
        <span>{said}</span>
        {(page > 0).then(|| link("Previous", page - 1))}
        {(((begin + shown) as u64) < total && shown > 0).then(|| link("Next", page + 1))}
    }
    .into_any()
}
