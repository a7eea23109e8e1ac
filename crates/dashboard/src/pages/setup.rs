//! Making the owner's account with a one-time link.

use leptos::prelude::*;

use super::entry;
use crate::render::Page;

/// Shortest password that is taken.
pub const PASSWORD_CHARS_MIN: usize = 10;

/// The page of a link that is open. `token` is the link's own, `email` what was typed before, `error` why the last try failed.
pub fn page(token: &str, email: &str, error: Option<&str>) -> Page {
    entry::card(
        "Set up Throughline",
        view! {
            <p class="muted">"This makes the owner's account: it sees every project and manages keys and accounts. The link works once."</p>
            {entry::wrong(error)}
            <form method="post" action="/setup">
                <input type="hidden" name="token" value=token.to_owned()/>
                <label class="field">
                    "E-mail"
                    <input name="email" type="email" autocomplete="username" required autofocus value=email.to_owned()/>
                </label>
                <label class="field">
                    {format!("Password, at least {PASSWORD_CHARS_MIN} characters")}
                    <input name="password" type="password" autocomplete="new-password" required minlength=PASSWORD_CHARS_MIN/>
                </label>
                <button class="btn primary" type="submit">"Make the account"</button>
            </form>
        },
    )
}

/// The page of a link that is used up, too old or made up. `owned` says whether there is an account that a new link could
/// sign in; without one, a new link makes the owner's.
pub fn closed(owned: bool) -> Page {
    entry::card(
        "This link does not work",
        view! {
            <p class="muted">"It was used before, is too old, or was cut off when it was copied. The server makes a new one:"</p>
            <pre class="snippet"><code>{if owned { "throughline accounts --email you@…" } else { "throughline accounts" }}</code></pre>
            <a class="btn" href="/login">"Sign in instead"</a>
        },
    )
}
