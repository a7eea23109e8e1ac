//! Signing in.

use leptos::prelude::*;

use super::entry;
use crate::render::Page;

/// The page. `email` is what was typed before, `next` the path to go to afterwards, `error` why the last try failed.
pub fn page(email: &str, next: &str, error: Option<&str>) -> Page {
    let failed = error.is_some().then_some("true");
    entry::card(
        "Sign in",
        view! {
            {entry::wrong(error)}
            <form method="post" action="/login">
                <input type="hidden" name="next" value=next.to_owned()/>
                <label class="field">
                    "E-mail"
                    <input name="email" type="email" autocomplete="username" required autofocus value=email.to_owned() aria-invalid=failed/>
                </label>
                <label class="field">
                    "Password"
                    <input name="password" type="password" autocomplete="current-password" required aria-invalid=failed/>
                </label>
                <button class="btn primary" type="submit">"Sign in"</button>
            </form>
            <p class="faint small">"No account yet? The server prints a one-time link when it starts without an owner."</p>
        },
    )
}
