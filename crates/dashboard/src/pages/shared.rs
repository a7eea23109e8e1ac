//! A link that was made just now.

use dashboard_islands::clock;
use dashboard_islands::copy::CopyButton;
use leptos::prelude::*;
use query_api::access::MadeLink;

use crate::Frame;
use crate::render::{Page, Title};
use crate::shell::{self, Entry};

/// The page; `back` is the one that was shared.
pub fn made(frame: &Frame, made: &MadeLink, back: &str) -> Page {
    let address = format!("{}/s/{}", frame.ingest_url, made.token);
    let end = clock::wall(made.expires_at, frame.offset(made.expires_at));
    let until = format!("Whoever has it sees the page until {} {}, or until somebody revokes it.", clock::date(end), clock::minute(end));
    let names = made
        .page
        .names_people()
        .then(|| view! { <p class="muted">"The list holds the ids of people: send it only to those who may see them."</p> });
    let back = back.to_owned();
    shell::framed(frame, Entry::Saved, Title::new("A link to share"), || {
        view! {
            <div class="page-head"><h1>"A link to share"</h1></div>
            // The palette does not remember a page that is there once.
            <section class="panel" data-once>
                <div class="empty">
                    <h2>"Copy it now: it is shown this once"</h2>
                    <div class="snippet">
                        <div class="bar"><span>"Link"</span><CopyButton text=address.clone() what="the link".to_owned() label=Some("Copy".to_owned())/></div>
                        <pre tabindex="0" class="wrapped">{address}</pre>
                    </div>
                    <p class="muted">{until}</p>
                    {names}
                    <p class="row wrap">
                        <a class="btn primary" href=back>"Back to the page"</a>
                        <a class="btn" href=format!("{}#shared-links", frame.path(Entry::Saved.page()))>"Links that work now"</a>
                    </p>
                </div>
            </section>
        }
    })
}
