//! Ranked lists: a bar behind the name, scaled to the first row; figure and share to the right.

use leptos::prelude::*;
use protocol::number;

/// One row.
#[derive(Clone, Debug, PartialEq)]
pub struct Ranked {
    /// The name; `None` for what does not say.
    pub name: Option<String>,
    /// What is ranked by.
    pub count: f64,
    /// Of the whole, from 0 to 1; `None` where there is no whole.
    pub share: Option<f64>,
    /// Names that a person could type are set in mono.
    pub mono: bool,
    /// Where the name leads, if anywhere.
    pub href: Option<String>,
    /// Where everything but this is shown, if anywhere.
    pub without: Option<String>,
}

/// The rows, largest first.
pub fn ranked(rows: Vec<Ranked>) -> impl IntoView + use<> {
    let largest = rows.first().map_or(1.0, |row| row.count.max(1.0));
    view! {
        <ol class="ranked">
            {rows
                .into_iter()
                .map(|row| {
                    let class = match (&row.name, row.mono) {
                        (None, _) => "clip unsaid",
                        (_, true) => "clip mono",
                        _ => "clip",
                    };
                    let name = row.name.unwrap_or_else(|| "not said".to_owned());
                    view! {
                        <li style=format!("--w:{:.3}", (row.count / largest).min(1.0))>
                            {match row.href {
                                Some(href) => view! { <a class=class title=name.clone() href=href>{name.clone()}</a> }.into_any(),
                                None => view! { <span class=class title=name.clone()>{name.clone()}</span> }.into_any(),
                            }}
                            {row.without.map(|href| {
                                let words = format!("Without {name}");
                                view! { <a class="without" href=href title=words.clone() aria-label=words>"−"</a> }
                            })}
                            <span>{number::count(row.count)}</span>
                            <span class="pct">{row.share.map(number::percent)}</span>
                        </li>
                    }
                })
                .collect_view()}
        </ol>
    }
}
