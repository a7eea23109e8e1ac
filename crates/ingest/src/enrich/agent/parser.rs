//! Browser and operating system of a user agent, by the patterns of uap-core (see `agent/README.md`).
//!
//! Building the patterns costs 140 ms and 11 MB once per process, reading one user agent about 10 µs: see `Agents`.

use std::sync::LazyLock;

use serde::Deserialize;
use ua_parser::{os, user_agent};

const PATTERNS: &str = include_str!("patterns.json");
/// A name of a browser or system is kept up to this length: patterns copy parts of the user agent.
const NAME_BYTES_MAX: usize = 60;

static PARSER: LazyLock<Option<Parser>> = LazyLock::new(|| {
    let parser = Parser::new();
    if parser.is_none() {
        tracing::error!("the patterns of user agents cannot be used: events keep the browser and system that they name themselves");
    }
    parser
});

/// A name and a version, as far as the user agent tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Product {
    pub(crate) name: String,
    pub(crate) version: Option<String>,
}

#[derive(Deserialize)]
struct Patterns<'p> {
    #[serde(borrow)]
    browsers: Vec<user_agent::Parser<'p>>,
    #[serde(borrow)]
    systems: Vec<os::Parser<'p>>,
}

struct Parser {
    browsers: user_agent::Extractor<'static>,
    systems: os::Extractor<'static>,
}

impl Parser {
    fn new() -> Option<Self> {
        let patterns: Patterns<'static> = serde_json::from_str(PATTERNS).ok()?;
        let browsers = user_agent::Builder::new().push_all(patterns.browsers).ok()?.build().ok()?;
        let systems = os::Builder::new().push_all(patterns.systems).ok()?.build().ok()?;
        Some(Self { browsers, systems })
    }
}

/// Builds the patterns, so that no request has to.
pub(crate) fn warm_up() {
    LazyLock::force(&PARSER);
}

/// The browser, or the app that contains one.
pub(crate) fn browser(agent: &str) -> Option<Product> {
    let found = PARSER.as_ref()?.browsers.extract(agent)?;
    product(browser_name(&found.family), found.major, found.minor)
}

/// The operating system.
pub(crate) fn system(agent: &str) -> Option<Product> {
    let found = PARSER.as_ref()?.systems.extract(agent)?;
    let name = match found.os.as_ref() {
        "Mac OS X" => "macOS",
        "Chrome OS" => "ChromeOS",
        // Which desktop it is makes no difference to an audience.
        "Ubuntu" | "Debian" | "Fedora" => "Linux",
        other => other,
    };
    let (major, minor) = if is_frozen(name, agent) { (None, None) } else { (found.major.as_deref(), found.minor.as_deref()) };
    product(name, major, minor)
}

/// Browsers have stopped telling the version of these systems: they say the same one for all that came since.
fn is_frozen(system: &str, agent: &str) -> bool {
    match system {
        "macOS" => agent.contains("Mac OS X 10_15") || agent.contains("Mac OS X 10.15"),
        "Windows" => agent.contains("Windows NT 10.0"),
        "Android" => agent.contains("Android 10; K)"),
        "ChromeOS" => true,
        _ => false,
    }
}

/// One browser has one name on every device: the device has a column of its own.
fn browser_name(family: &str) -> &str {
    match family {
        "Chrome Mobile" | "Chrome Mobile iOS" => "Chrome",
        "Mobile Safari" => "Safari",
        "Firefox Mobile" | "Firefox iOS" => "Firefox",
        "Edge Mobile" => "Edge",
        "Opera Mobile" => "Opera",
        "Chrome Mobile WebView" => "Chrome WebView",
        "Mobile Safari UI/WKWebView" => "Safari WebView",
        other => other,
    }
}

/// Major and, where it is not 0, minor version.
fn product(name: &str, major: Option<&str>, minor: Option<&str>) -> Option<Product> {
    let name = name.trim();
    if name.is_empty() || name == "Other" || name.len() > NAME_BYTES_MAX {
        return None;
    }
    let version = major.filter(|major| !major.is_empty()).map(|major| match minor {
        Some(minor) if !minor.is_empty() && minor != "0" => format!("{major}.{minor}"),
        _ => major.to_owned(),
    });
    Some(Product { name: name.to_owned(), version: version.filter(|version| version.len() <= NAME_BYTES_MAX) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(agent: &str) -> String {
        let text = |product: Option<Product>| product.map_or("-".to_owned(), |p| format!("{} {}", p.name, p.version.unwrap_or_default()));
        format!("{} on {}", text(browser(agent)).trim_end(), text(system(agent)).trim_end())
    }

    #[test]
    fn browsers_and_systems_are_read_with_their_versions() {
        for (agent, want) in [
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
                "Safari 17.5 on iOS 17.5",
            ),
            (
                "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0.0.0 Mobile Safari/537.36",
                "Chrome 128 on Android",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0.0.0 Safari/537.36 Edg/128.0.2739.42",
                "Edge 128 on Windows",
            ),
            ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:129.0) Gecko/20100101 Firefox/129.0", "Firefox 129 on macOS"),
            ("Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:129.0) Gecko/20100101 Firefox/129.0", "Firefox 129 on Linux"),
            (
                "Mozilla/5.0 (Linux; Android 12; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/128.0.0.0 Mobile Safari/537.36",
                "Chrome WebView 128 on Android 12",
            ),
            ("MyShop/5.2 CFNetwork/1410.0.3 Darwin/22.6.0", "MyShop 5.2 on iOS 16"),
            ("nothing known", "- on -"),
        ] {
            assert_eq!(read(agent), want, "{agent}");
        }
    }

    #[test]
    fn a_name_is_never_long() {
        let agent = format!("{}Bot/1.0", "A".repeat(400));
        assert_eq!(browser(&agent).filter(|product| product.name.len() > NAME_BYTES_MAX), None);
    }
}
