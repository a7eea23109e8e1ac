//! What is to be pasted, with the project's key and address.

use super::platform::Platform;

/// A step of a guide.
pub(super) struct Step {
    pub(super) title: &'static str,
    /// Where it is pasted.
    pub(super) place: &'static str,
    pub(super) code: String,
}

/// The steps of a platform's guide.
pub(super) fn of(platform: Platform, url: &str, key: &str) -> Vec<Step> {
    let filled = |template: &str| template.trim().replace("{url}", url).replace("{key}", key);
    let step = |title, place, template: &str| Step { title, place, code: filled(template) };
    match platform {
        Platform::Rust => vec![
            step("Add the crate, from a clone of Throughline", "Terminal", "cargo add throughline --path ../throughline/crates/sdk"),
            step("Start it once, and track", "src/main.rs", include_str!("rust.txt")),
        ],
        Platform::Script => vec![step("Paste it into the page's head, and track", "HTML", include_str!("script.txt"))],
        Platform::Browser => vec![
            step("Add the package, from a clone of Throughline", "Terminal", NPM),
            step("Start it once, and track", "main.ts", include_str!("browser.txt")),
        ],
        Platform::React => vec![
            step("Add the package, from a clone of Throughline", "Terminal", NPM),
            step("Put the provider around the application", "app.tsx", include_str!("react.txt")),
        ],
        Platform::Node => vec![
            step("Add the package, from a clone of Throughline", "Terminal", NPM),
            step("Start it once, and name the person of each event", "server.mjs", include_str!("node.txt")),
        ],
        Platform::Http => vec![
            step("Send an event", "Terminal", include_str!("event.txt")),
            step("Send a metric point", "Terminal", include_str!("metric.txt")),
        ],
    }
}

const NPM: &str = "(cd ../throughline && make sdk)\nnpm install ../throughline/web/sdk";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_guide_names_the_key_and_the_address_and_leaves_no_gap() {
        for platform in Platform::ALL {
            let all: String = of(platform, "https://t.example.org", "pk_1").into_iter().map(|step| step.code).collect();
            assert!(all.contains("https://t.example.org") && all.contains("pk_1"), "{}", platform.label());
            assert!(!all.contains("{url}") && !all.contains("{key}"), "{}", platform.label());
        }
    }
}
