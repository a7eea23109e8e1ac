//! A page that is shown to whoever has a link: what it looks at is fixed but for its time and how it is laid out.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use protocol::shared_link::SharedPage;

use crate::url;

/// Words of an address that whoever has the link may change: the time, the comparison, which figures come first. Every other one
/// is as the link has it, so a word that a page learns later is fixed until it is named here.
const FREE: [&str; 10] = ["range", "from", "until", "compare", "measure", "sort", "page", "sources", "places", "devices"];
/// Those of them that say which time: a time of one's own stands in place of the link's.
const TIME: [&str; 3] = ["range", "from", "until"];

/// A link, as its page needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownLink {
    /// Its path: `/s/` and the token.
    pub path: String,
    /// The one page that it shows.
    pub page: SharedPage,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
    /// What the page looks at, as the link says.
    pub words: HashMap<String, String>,
}

impl ShownLink {
    /// Where the link's page is; a path that leads nowhere for every other page.
    pub(crate) fn path_of(&self, page: &str) -> String {
        if page == self.page.word() { self.path.clone() } else { format!("{}/{page}", self.path) }
    }

    /// What the page shows when somebody asks for these words.
    pub(crate) fn words_for(&self, asked: &HashMap<String, String>) -> HashMap<String, String> {
        let own_time = TIME.iter().any(|name| asked.contains_key(*name));
        let fixed = self.words.iter().filter(|(name, _)| !(own_time && TIME.contains(&name.as_str())));
        let free = asked.iter().filter(|(name, _)| FREE.contains(&name.as_str()));
        fixed.chain(free).map(|(name, value)| (name.clone(), value.clone())).collect()
    }

    /// Whether an address leads to this page and changes nothing but what is free.
    pub(crate) fn holds(&self, href: &str) -> bool {
        if href.starts_with('#') {
            return true;
        }
        let (path, query) = href.split_once('?').unwrap_or((href, ""));
        fn fixed(words: &HashMap<String, String>) -> HashMap<&String, &String> {
            words.iter().filter(|(name, value)| !value.is_empty() && !FREE.contains(&name.as_str())).collect()
        }
        path == self.path && fixed(&url::words(query)) == fixed(&self.words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link() -> ShownLink {
        let words = url::words("range=30d&filter=os:iOS%20route:/cart&measure=events&search=ann");
        ShownLink { path: "/s/abc".to_owned(), page: SharedPage::Metrics, expires_at: DateTime::UNIX_EPOCH, words }
    }

    #[test]
    fn whoever_has_a_link_turns_the_page_and_no_more() {
        let shown = |query: &str| {
            let mut words: Vec<String> =
                link().words_for(&url::words(query)).into_iter().map(|(name, value)| format!("{name}={value}")).collect();
            words.sort();
            words.join(" ")
        };
        assert_eq!(shown(""), "filter=os:iOS route:/cart measure=events range=30d search=ann");
        assert_eq!(shown("range=7d&compare=week"), "compare=week filter=os:iOS route:/cart measure=events range=7d search=ann");
        assert_eq!(
            shown("from=2026-05-01&until=2026-05-02"),
            "filter=os:iOS route:/cart from=2026-05-01 measure=events search=ann until=2026-05-02"
        );
        for more in ["filter=", "filter=country:DE", "add=user:ann", "search=", "search=bob", "notice=erasing", "id=u1"] {
            assert_eq!(shown(more), shown(""), "{more}");
        }
    }

    #[test]
    fn an_address_stays_when_it_is_the_same_page_of_the_same_events() {
        for stays in [
            "#main",
            "/s/abc?filter=os:iOS%20route:/cart&search=ann",
            "/s/abc?range=7d&filter=os:iOS%20route:/cart&search=ann&measure=people&compare=",
        ] {
            assert!(link().holds(stays), "{stays}");
        }
        for leaves in [
            "/",
            "/p/shop/metrics?filter=os:iOS%20route:/cart&search=ann",
            "/s/abc/users?filter=os:iOS%20route:/cart&search=ann",
            "/s/abcd?filter=os:iOS%20route:/cart&search=ann",
            "/s/abc",
            "/s/abc?filter=os:iOS&search=ann",
            "/s/abc?filter=os:iOS%20route:/cart%20country:DE&search=ann",
            "/s/abc?filter=os:iOS%20route:/cart&search=ann&user=u1",
            "https://evil.example/s/abc?filter=os:iOS%20route:/cart&search=ann",
            "//s/abc",
            "javascript:alert(1)",
        ] {
            assert!(!link().holds(leaves), "{leaves}");
        }
        assert_eq!((link().path_of("metrics"), link().path_of("users")), ("/s/abc".to_owned(), "/s/abc/users".to_owned()));
    }
}
