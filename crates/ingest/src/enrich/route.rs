//! Routes: what varies in a path becomes a placeholder, so that a page is one page.
//!
//! A project's own rules come first ([`rules`]); a path that none of them takes is folded segment by segment
//! ([`segment`]). Folding is conservative: a word that stays costs one more route, a word that goes cannot be told apart any more.

mod remembered;
pub(crate) mod rules;
mod segment;

use std::borrow::Cow;

use protocol::limits::{ATTRIBUTE_BYTES_MAX, ROUTE_SEGMENTS_MAX};

pub(crate) use remembered::RuleCache;
pub use rules::{InvalidRule, Rule, Rules};

/// Bytes of a route.
const ROUTE_BYTES_MAX: usize = ATTRIBUTE_BYTES_MAX;

/// What became of a path, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Templated {
    /// The route, such as `/orders/:id`.
    pub route: String,
    /// The rule of the project that took it.
    pub rule: Option<String>,
    /// Without a rule: each segment that was folded, and what it was taken for.
    pub folded: Vec<(String, &'static str)>,
}

/// The route of a path or URL. Doing it again changes nothing.
pub fn template(path: &str, rules: &Rules) -> Templated {
    let path = path_only(path);
    let segments: Vec<&str> = path.split('/').collect();
    if let Some(rule) = rules.find(&segments) {
        return Templated { route: rule.to_string(), rule: Some(rule.to_string()), folded: Vec::new() };
    }
    if is_status_page(path) {
        return Templated { route: path.to_owned(), rule: None, folded: Vec::new() };
    }
    let mut folded = Vec::new();
    let mut found: Vec<Cow<'_, str>> = Vec::with_capacity(segments.len().min(ROUTE_SEGMENTS_MAX));
    // A leading slash makes an empty first segment, which is no segment of the path.
    let most = ROUTE_SEGMENTS_MAX + usize::from(path.starts_with('/'));
    for segment in &segments {
        if found.len() + 1 == most && segments.len() > most {
            found.push(Cow::Borrowed("*"));
            break;
        }
        let (name, kind) = segment::fold(segment);
        if let Some(kind) = kind {
            folded.push(((*segment).to_owned(), kind));
        }
        found.push(name);
    }
    Templated { route: joined(found), rule: None, folded }
}

/// The segments as one route within its limit; what is too much becomes `*`.
fn joined(mut segments: Vec<Cow<'_, str>>) -> String {
    let mut len = segments.iter().map(|segment| segment.len() + 1).sum::<usize>().saturating_sub(1);
    if len > ROUTE_BYTES_MAX {
        while len + 2 > ROUTE_BYTES_MAX {
            let Some(last) = segments.pop() else { break };
            len = len.saturating_sub(last.len() + 1);
        }
        segments.push(Cow::Borrowed("*"));
    }
    segments.join("/")
}

/// `/404` is the page that says so, not a thing by that number.
fn is_status_page(path: &str) -> bool {
    matches!(path.as_bytes(), [b'/', b'4' | b'5', b'0'..=b'9', b'0'..=b'9'])
}

/// A route is a path: host, query and fragment hold what should not be stored.
pub(crate) fn path_only(route: &str) -> &str {
    let route = &route[..route.find(['?', '#']).unwrap_or(route.len())];
    match route.split_once("://") {
        Some((scheme, rest)) if !scheme.contains('/') => rest.find('/').map_or("/", |slash| &rest[slash..]),
        _ => route,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn route(path: &str) -> String {
        template(path, &Rules::default()).route
    }

    #[test]
    fn a_route_keeps_its_path_only() {
        for (sent, kept) in [
            ("/a/b?x=1#y", "/a/b"),
            ("https://shop.example/a?x", "/a"),
            ("https://shop.example", "/"),
            ("checkout", "checkout"),
            ("/go/https://b.example/x", "/go/https://b.example/x"),
        ] {
            assert_eq!(route(sent), kept);
        }
    }

    #[test]
    fn what_varies_becomes_a_placeholder_and_words_stay() {
        for (path, want) in [
            ("/orders/18273", "/orders/:id"),
            ("/orders/18273/items/2/", "/orders/:id/items/:id/"),
            ("/users/550e8400-e29b-41d4-a716-446655440000/edit", "/users/:id/edit"),
            ("/orders/{id}/[item]/<int:line>", "/orders/:id/:item/:line"),
            ("/docs/[...slug]", "/docs/*"),
            ("/reset/ann@shop.example", "/reset/:email"),
            ("/report/2026-05-14", "/report/:date"),
            ("/api/v2/blog/how-to-sell-10-cars", "/api/v2/blog/how-to-sell-10-cars"),
            ("/404", "/404"),
            ("/", "/"),
            ("", ""),
        ] {
            assert_eq!(route(path), want, "{path}");
        }
    }

    #[test]
    fn a_deep_or_long_route_ends_in_a_star() {
        let deep = route(&"/a".repeat(100));
        assert_eq!((deep.matches("/a").count(), deep.ends_with("/a/*")), (31, true));
        assert_eq!(route(&"/a".repeat(32)), "/a".repeat(32));
        let long = route(&format!("/{}/{}", "ä".repeat(120), "ö".repeat(200)));
        assert_eq!(long, format!("/{}/*", "ä".repeat(120)));
    }

    fn paths() -> impl Strategy<Value = String> {
        let segment = prop_oneof![
            "[a-z]{1,8}(-[a-z0-9]{1,6}){0,4}",
            "[A-Za-z0-9_.~:@%{}\\[\\]<>*-]{0,24}",
            "[0-9a-f]{4,40}",
            "[0-9]{1,12}(\\.[a-z]{1,6})?",
            Just("blog".to_owned()),
            Just("files".to_owned()),
            "\\PC{0,12}",
        ];
        let path = (prop::bool::ANY, prop::collection::vec(segment, 0..60))
            .prop_map(|(slash, segments)| format!("{}{}", if slash { "/" } else { "" }, segments.join("/")));
        prop_oneof![path, "\\PC{0,200}"]
    }

    fn any_rules() -> impl Strategy<Value = Rules> {
        let segment = prop_oneof![Just("blog"), Just("files"), Just(":slug"), Just(":id"), Just("7"), Just("a")];
        let rule = (prop::collection::vec(segment, 1..4), prop::bool::ANY)
            .prop_map(|(segments, rest)| format!("/{}{}", segments.join("/"), if rest { "/*" } else { "" }));
        prop::collection::vec(rule, 0..6).prop_map(|rules| Rules::new(rules.iter().filter_map(|rule| Rule::parse(rule).ok()).collect()))
    }

    proptest! {
        #[test]
        fn a_route_is_its_own_route_and_within_the_limits(path in paths(), rules in any_rules()) {
            let once = template(&path, &rules);
            prop_assert_eq!(&template(&once.route, &rules).route, &once.route);
            prop_assert!(once.route.len() <= ROUTE_BYTES_MAX);
            prop_assert!(once.route.split('/').count() <= ROUTE_SEGMENTS_MAX + 1);
            prop_assert_eq!(once.route.contains('?') || once.route.contains('#'), false);
        }

        #[test]
        fn every_number_and_uuid_is_folded_wherever_it_stands(before in "[a-z]{1,9}", number in any::<u32>(), bits in any::<u128>()) {
            prop_assert_eq!(route(&format!("/{before}/{number}")), format!("/{before}/:id"));
            let id = uuid::Builder::from_random_bytes(bits.to_be_bytes()).into_uuid();
            prop_assert_eq!(route(&format!("/{before}/{id}/x")), format!("/{before}/:id/x"));
        }
    }
}
