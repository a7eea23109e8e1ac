//! A project's own rules for its routes: `/blog/:slug`, `/files/*`, `/checkout/2`.
//!
//! `:name` stands for one segment, a last `*` for one or more, a rule without either keeps a path as it is. Of several
//! rules that fit, the most specific one counts: from the left, a word beats `:name`, and `:name` beats `*`.

use std::fmt;

use protocol::limits::ROUTE_RULES_MAX;

const RULE_SEGMENTS_MAX: usize = 16;
const RULE_BYTES_MAX: usize = 200;

/// A part of a rule. The order is that of preference.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Word(String),
    Name(String),
    Rest,
}

impl Part {
    fn shape(&self) -> Option<&str> {
        match self {
            Self::Word(word) => Some(word),
            Self::Name(_) => None,
            Self::Rest => Some("*"),
        }
    }
}

/// One rule, which is also the route of the paths that it takes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rule(Vec<Part>);

/// Why a text is no rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say it")]
pub enum InvalidRule {
    #[error("a rule begins with a slash, such as /blog/:slug")]
    NoPath,
    #[error("a rule has at most 16 segments and 200 bytes")]
    TooLong,
    #[error("a rule has no empty segments, spaces, ? or #")]
    Segment,
    #[error("a placeholder is `:` and a name of letters, digits and _, such as :slug")]
    Name,
    #[error("`*` stands alone in the last segment, such as /files/*")]
    Star,
}

impl Rule {
    /// Reads a rule.
    ///
    /// # Errors
    /// When it is not of the form above.
    pub fn parse(text: &str) -> Result<Self, InvalidRule> {
        let path = text.strip_prefix('/').ok_or(InvalidRule::NoPath)?;
        let segments: Vec<&str> = path.split('/').collect();
        if text.len() > RULE_BYTES_MAX || segments.len() > RULE_SEGMENTS_MAX {
            return Err(InvalidRule::TooLong);
        }
        let last = segments.len() - 1;
        segments.iter().enumerate().map(|(at, segment)| part(segment, at == last)).collect::<Result<_, _>>().map(Self)
    }

    /// Both rules take the same paths: only the names of their placeholders differ.
    pub fn takes_what(&self, other: &Self) -> bool {
        self.0.iter().map(Part::shape).eq(other.0.iter().map(Part::shape))
    }

    fn fits(&self, segments: &[&str]) -> bool {
        let mut segments = segments.iter();
        for part in &self.0 {
            let fits = match (part, segments.next()) {
                (_, None) => false,
                (Part::Rest, Some(_)) => return true,
                (Part::Word(word), Some(segment)) => word == segment,
                // A star in a path stands for more than a segment.
                (Part::Name(_), Some(segment)) => *segment != "*",
            };
            if !fits {
                return false;
            }
        }
        segments.next().is_none()
    }
}

fn part(segment: &str, last: bool) -> Result<Part, InvalidRule> {
    match segment {
        "*" if last => Ok(Part::Rest),
        _ if segment.contains('*') => Err(InvalidRule::Star),
        _ => match segment.strip_prefix(':') {
            Some(name) if !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') => {
                Ok(Part::Name(name.to_owned()))
            }
            Some(_) => Err(InvalidRule::Name),
            None if segment.contains(['{', '}', '[', ']', '<', '>']) => Err(InvalidRule::Name),
            None if segment.is_empty() || segment.contains(['?', '#', ' ']) || segment.chars().any(char::is_control) => {
                Err(InvalidRule::Segment)
            }
            None => Ok(Part::Word(segment.to_owned())),
        },
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|part| match part {
            Part::Word(word) => write!(f, "/{word}"),
            Part::Name(name) => write!(f, "/:{name}"),
            Part::Rest => f.write_str("/*"),
        })
    }
}

/// The rules of one project, the most specific first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules(Vec<Rule>);

impl Rules {
    /// Puts the rules in order; beyond [`ROUTE_RULES_MAX`] they are left out, so that a path is compared with few.
    pub fn new(mut rules: Vec<Rule>) -> Self {
        rules.truncate(ROUTE_RULES_MAX);
        rules.sort_by(|a, b| rank(a).cmp(&rank(b)).then_with(|| a.cmp(b)));
        Self(rules)
    }

    /// Reads rules from their texts. What is no rule is left out: another version may have written it.
    pub fn read(texts: &[String]) -> Self {
        Self::new(texts.iter().filter_map(|text| Rule::parse(text).ok()).collect())
    }

    /// The rules, the most specific first.
    pub fn iter(&self) -> std::slice::Iter<'_, Rule> {
        self.0.iter()
    }

    /// The rule that takes a path, given as its segments.
    pub(super) fn find(&self, segments: &[&str]) -> Option<&Rule> {
        // A rule begins with a slash, so the first segment is empty; a trailing slash adds an empty one.
        let (first, path) = segments.split_first()?;
        let path = path.strip_suffix(&[""]).unwrap_or(path);
        if !first.is_empty() {
            return None;
        }
        self.0.iter().find(|rule| rule.fits(path))
    }
}

/// Word before name before star, from the left.
fn rank(rule: &Rule) -> Vec<u8> {
    rule.0
        .iter()
        .map(|part| match part {
            Part::Word(_) => 0,
            Part::Name(_) => 1,
            Part::Rest => 2,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(texts: &[&str]) -> Rules {
        Rules::new(texts.iter().map(|text| Rule::parse(text).expect("a rule")).collect())
    }

    fn found(rules: &Rules, path: &str) -> Option<String> {
        rules.find(&path.split('/').collect::<Vec<_>>()).map(ToString::to_string)
    }

    #[test]
    fn the_most_specific_rule_counts_whatever_their_order() {
        let texts = ["/*", "/blog/*", "/:lang/about", "/blog/:slug", "/blog/archive", "/blog/:slug/comments"];
        let mut reversed = texts;
        reversed.reverse();
        assert_eq!(rules(&texts), rules(&reversed));
        for (path, want) in [
            ("/blog/archive", "/blog/archive"),
            ("/blog/hello-18273", "/blog/:slug"),
            ("/blog/hello/", "/blog/:slug"),
            ("/blog/hello/comments", "/blog/:slug/comments"),
            ("/blog/hello/likes/7", "/blog/*"),
            ("/de/about", "/:lang/about"),
            ("/de", "/*"),
        ] {
            assert_eq!(found(&rules(&texts), path).as_deref(), Some(want), "{path}");
        }
        assert_eq!(found(&rules(&["/blog/:slug"]), "/blog"), None);
        assert_eq!(found(&rules(&["/blog/:slug"]), "blog/x"), None);
    }

    #[test]
    fn what_is_no_rule_is_refused_with_its_reason() {
        for (text, why) in [
            ("blog/:slug", InvalidRule::NoPath),
            ("/", InvalidRule::Segment),
            ("/a//b", InvalidRule::Segment),
            ("/a b", InvalidRule::Segment),
            ("/a/:", InvalidRule::Name),
            ("/a/:x-y", InvalidRule::Name),
            ("/a/{id}", InvalidRule::Name),
            ("/*/a", InvalidRule::Star),
            ("/a*", InvalidRule::Star),
            (&"/a".repeat(17), InvalidRule::TooLong),
        ] {
            assert_eq!(Rule::parse(text), Err(why), "{text}");
        }
    }

    #[test]
    fn rules_that_differ_in_names_only_take_the_same_paths() {
        let same = |a: &str, b: &str| Rule::parse(a).expect("a rule").takes_what(&Rule::parse(b).expect("a rule"));
        assert!(same("/a/:x/*", "/a/:y/*"));
        assert!(!same("/a/:x", "/a/b") && !same("/a/:x", "/a/*") && !same("/a", "/a/:x"));
    }
}
