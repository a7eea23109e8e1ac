//! Who is not a person: known robots, told by words of their user agent, and browsers that a program drives.
//!
//! A robot's event is stored like any other and marked with what gave it away; default views show people.

use std::fmt;

/// A kind of robot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// Reads the web: search engines, archives, training data.
    Crawler,
    /// Fetches a page once to show a card of it in a conversation.
    Preview,
    /// Looks whether a site is up and how fast it is.
    Monitor,
    /// A browser without a screen, or one that a program drives.
    Automation,
    /// A command line tool or an HTTP library.
    Tool,
}

/// A robot, and the word that gave it away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bot {
    pub(crate) class: Class,
    pub(crate) word: &'static str,
}

/// The SDK in the browser saw `navigator.webdriver`.
pub(crate) const WEBDRIVER: Bot = Bot { class: Class::Automation, word: "webdriver" };

/// As it is stored: `crawler:googlebot`.
impl fmt::Display for Bot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let class = match self.class {
            Class::Crawler => "crawler",
            Class::Preview => "preview",
            Class::Monitor => "monitor",
            Class::Automation => "automation",
            Class::Tool => "tool",
        };
        write!(f, "{class}:{}", self.word)
    }
}

/// Words found anywhere in a user agent, in lower case; the first that is found counts.
const WORDS: &[(Class, &[&str])] = &[
    (
        Class::Automation,
        &[
            "headlesschrome",
            "headless",
            "phantomjs",
            "puppeteer",
            "playwright",
            "selenium",
            "cypress/",
            "webdriver",
            "htmlunit",
            "jsdom",
            "slimerjs",
        ],
    ),
    (
        Class::Monitor,
        &[
            "uptimerobot",
            "pingdom",
            "statuscake",
            "site24x7",
            "datadogsynthetics",
            "datadog/synthetics",
            "checkly",
            "newrelicpinger",
            "betterstack",
            "better uptime",
            "uptime-kuma",
            "freshping",
            "hetrixtools",
            "catchpoint",
            "dynatrace",
            "chrome-lighthouse",
            "pagespeed",
            "gtmetrix",
            "webpagetest",
            "ptst/",
            "blackbox exporter",
            "kube-probe",
            "googlehc",
            "elb-healthchecker",
            "health check",
            "healthcheck",
        ],
    ),
    (
        Class::Preview,
        &[
            "facebookexternalhit",
            "facebookcatalog",
            "facebot",
            "twitterbot",
            "linkedinbot",
            "slackbot",
            "slack-imgproxy",
            "discordbot",
            "telegrambot",
            "whatsapp/",
            "skypeuripreview",
            "pinterestbot",
            "redditbot",
            "embedly",
            "iframely",
            "bingpreview",
            "google web preview",
            "vkshare",
            "mastodon/",
            "bluesky cardyb",
            "snap url preview",
            "microsoftpreview",
            "quora link preview",
        ],
    ),
    (
        Class::Crawler,
        &[
            "googlebot",
            "google-inspectiontool",
            "googleother",
            "google-extended",
            "google-read-aloud",
            "google-safety",
            "feedfetcher-google",
            "mediapartners-google",
            "apis-google",
            "google favicon",
            "storebot-google",
            "bingbot",
            "adidxbot",
            "yandexbot",
            "baiduspider",
            "duckduckbot",
            "duckassistbot",
            "applebot",
            "petalbot",
            "bytespider",
            "gptbot",
            "chatgpt-user",
            "oai-searchbot",
            "claudebot",
            "claude-user",
            "anthropic-ai",
            "perplexitybot",
            "perplexity-user",
            "ccbot",
            "cohere-ai",
            "meta-externalagent",
            "meta-externalfetcher",
            "amazonbot",
            "semrush",
            "ahrefs",
            "mj12bot",
            "dotbot",
            "screaming frog",
            "sogou",
            "yahoo! slurp",
            "ia_archiver",
            "archive.org",
            "heritrix",
            "scrapy",
            "nutch",
            "feedly",
            "prerender",
        ],
    ),
];

/// Words that robots without a name of their own use for themselves. They count at the end of a word: `Cubot` is a phone.
const ENDINGS: &[&str] = &["bot", "spider", "crawler", "scraper", "crawl"];
const NO_ENDINGS: &[&str] = &["cubot"];

/// Programs that send HTTP, by the first product of their user agent.
const TOOLS: &[&str] = &[
    "aiohttp",
    "akka-http",
    "apache-httpclient",
    "apachebench",
    "artillery",
    "axios",
    "bun",
    "curl",
    "dart",
    "deno",
    "elixir",
    "faraday",
    "finch",
    "go-http-client",
    "go-resty",
    "got",
    "grpc",
    "guzzlehttp",
    "hackney",
    "hey",
    "http.rb",
    "httpie",
    "httpx",
    "hyper",
    "insomnia",
    "java",
    "java-http-client",
    "jetty",
    "k6",
    "ktor-client",
    "libcurl",
    "libwww-perl",
    "locust",
    "lwp",
    "node",
    "node-fetch",
    "node.js",
    "oha",
    "okhttp",
    "perl",
    "php",
    "postmanruntime",
    "powershell",
    "python",
    "python-httpx",
    "python-requests",
    "python-urllib",
    "python-urllib3",
    "reactor-netty",
    "reqwest",
    "rest-client",
    "restsharp",
    "ruby",
    "symfony",
    "throughline",
    "throughline-rust",
    "typhoeus",
    "undici",
    "unirest",
    "ureq",
    "vegeta",
    "wget",
    "winhttp",
    "wrk",
];

/// The robot that calls itself by this user agent.
pub(crate) fn of(agent: &str) -> Option<Bot> {
    let lower = agent.to_ascii_lowercase();
    let named = WORDS.iter().find_map(|(class, words)| {
        let word = words.iter().find(|word| lower.contains(**word))?;
        Some(Bot { class: *class, word: word.trim_end_matches('/') })
    });
    named.or_else(|| ENDINGS.iter().find(|word| ends_a_word(&lower, word)).map(|word| Bot { class: Class::Crawler, word }))
}

/// The HTTP library or command line tool of this user agent.
pub(crate) fn tool(agent: &str) -> Option<Bot> {
    let product = agent.split(['/', ' ', ';', '(']).next().unwrap_or_default();
    let word = TOOLS.iter().find(|tool| tool.eq_ignore_ascii_case(product))?;
    Some(Bot { class: Class::Tool, word })
}

fn ends_a_word(lower: &str, ending: &str) -> bool {
    lower.match_indices(ending).any(|(at, _)| {
        let end = at + ending.len();
        let whole = !lower[end..].starts_with(|c: char| c.is_ascii_alphabetic());
        whole && !NO_ENDINGS.iter().any(|word| lower[..end].ends_with(word))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(agent: &str) -> Option<String> {
        of(agent).or_else(|| tool(agent)).map(|bot| bot.to_string())
    }

    #[test]
    fn robots_are_told_by_their_words() {
        for (agent, want) in [
            ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "crawler:googlebot"),
            ("Mozilla/5.0 (compatible; YandexImages/3.0; +http://yandex.com/bots) yandexbot", "crawler:yandexbot"),
            ("Mozilla/5.0 AppleWebKit/537.36; compatible; GPTBot/1.2; +https://openai.com/gptbot", "crawler:gptbot"),
            ("SomethingNewBot/1.0", "crawler:bot"),
            ("acme-crawler (+https://acme.example)", "crawler:crawler"),
            ("facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)", "preview:facebookexternalhit"),
            ("Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", "preview:slackbot"),
            ("WhatsApp/2.23.20.0 A", "preview:whatsapp"),
            ("Mozilla/5.0 (compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)", "monitor:uptimerobot"),
            ("Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/128.0.0.0 Safari/537.36", "automation:headlesschrome"),
            ("curl/8.5.0", "tool:curl"),
            ("Python/3.11 aiohttp/3.8.5", "tool:python"),
            ("throughline-rust/0.1.0", "tool:throughline-rust"),
        ] {
            assert_eq!(found(agent).as_deref(), Some(want), "{agent}");
        }
    }

    #[test]
    fn people_are_not_robots() {
        for agent in [
            "",
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0.0.0 Safari/537.36",
            "Mozilla/5.0 (Linux; Android 11; CUBOT NOTE 20) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0.0.0 Mobile Safari/537.36",
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5_1 like Mac OS X) Mobile/15E148 [FBAN/FBIOS;FBAV/470.0.0.38.107;FBBV/615]",
            "MyShop/5.2 CFNetwork/1410.0.3 Darwin/22.6.0",
            "Dalvik/2.1.0 (Linux; U; Android 13; Pixel 7 Build/TQ3A)",
            "Botanica/3.0 (iPhone; iOS 17.4; Scale/3.00)",
        ] {
            assert_eq!(found(agent), None, "{agent}");
        }
    }
}
