//! What went wrong: a page that is not there, a question that could not be answered, an account without a project.

use axum::http::StatusCode;
use leptos::prelude::*;
use protocol::problem::{Problem, ProblemCode};

use super::entry;
use crate::render::Page;

/// There is no such page, or none that this account may see.
pub fn not_found() -> Page {
    entry::card(
        "Nothing here",
        view! {
            <p class="muted">"There is no page at this address, or it belongs to a project that you may not see."</p>
            <a class="btn" href="/">"To your project"</a>
        },
    )
    .with_status(StatusCode::NOT_FOUND)
}

/// A question that was not answered: what was not read, what to do, and how to find it in the log. `path` is the page
/// that was asked for; from one that was shown to whoever has a link, there is no way to another.
pub fn problem(problem: &Problem, path: &str, of_link: bool) -> Page {
    let retry = matches!(problem.code, ProblemCode::Unavailable | ProblemCode::Timeout | ProblemCode::TooMany | ProblemCode::Internal);
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    entry::card(
        &problem.title,
        view! {
            {entry::wrong(Some(&problem.detail))}
            <p class="muted">{sentence(&problem.hint)}</p>
            <p class="row wrap">
                {retry.then(|| view! { <a class="btn primary" href=path.to_owned()>"Try again"</a> })}
                {(!retry).then(|| view! { <a class="btn primary" href=path.split('?').next().unwrap_or("/").to_owned()>"Begin this page anew"</a> })}
                {(!of_link).then(|| view! { <a class="btn" href="/">"To your project"</a> })}
            </p>
            <p class="faint small">"Correlation id " <code>{problem.correlation_id.clone()}</code></p>
        },
    )
    .with_status(status)
}

/// A link to one page that does not work, whatever the reason.
pub fn link_over() -> Page {
    entry::card(
        "This link is over",
        view! { <p class="muted">"It has expired, somebody took it back, or it was never whole. Ask whoever sent it for a new one."</p> },
    )
    .with_status(StatusCode::NOT_FOUND)
}

/// Nobody gave this account a project yet.
pub fn no_project() -> Page {
    entry::card(
        "No project yet",
        view! {
            <p class="muted">"You are signed in, but there is no project that you may see. Somebody with a terminal on the server can make one:"</p>
            <pre class="snippet"><code>"throughline projects create my-app --zone Europe/Berlin"</code></pre>
            <form method="post" action="/logout"><button class="btn" type="submit">"Sign out"</button></form>
        },
    )
}

fn sentence(hint: &str) -> String {
    let mut letters = hint.chars();
    letters.next().map_or_else(String::new, |first| format!("{}{}.", first.to_uppercase(), letters.as_str()))
}
