//! The address of a page below its project, such as `metrics?range=30d&filter=os:iOS`: what is saved and shared.

use std::fmt;

/// The longest address, in bytes.
pub const ADDRESS_BYTES_MAX: usize = 4_000;

/// A page of a project and what it looks at. It never leads out of the project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageAddress {
    page: String,
    query: String,
}

impl PageAddress {
    /// Reads an address: words of small letters, digits and `-`, joined by `/`, and a query as browsers write it. `None` for
    /// anything else, such as a path that begins with `/` or holds `..`.
    pub fn parse(text: &str) -> Option<Self> {
        let (page, query) = text.split_once('?').unwrap_or((text, ""));
        let plain = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-';
        let pages = page.split('/').all(|word| !word.is_empty() && word.bytes().all(plain));
        let written = |c: u8| c.is_ascii_graphic() && !b"\"'<>\\#`{}|^".contains(&c);
        let fits = text.len() <= ADDRESS_BYTES_MAX && pages && query.bytes().all(written);
        fits.then(|| Self { page: page.to_owned(), query: query.to_owned() })
    }

    /// The page below the project, such as `metrics`.
    pub fn page(&self) -> &str {
        &self.page
    }

    /// Its query without the question mark; empty when there is none.
    pub fn query(&self) -> &str {
        &self.query
    }
}

impl fmt::Display for PageAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.page)?;
        if self.query.is_empty() { Ok(()) } else { write!(f, "?{}", self.query) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_page_below_the_project_and_its_query() {
        let read = PageAddress::parse("explorer/samples?metric=db.ms&by=a%20b").expect("an address");
        assert_eq!((read.page(), read.query()), ("explorer/samples", "metric=db.ms&by=a%20b"));
        for text in ["metrics", "metrics?range=30d&filter=os:iOS%20route:/cart", "a-b/c1?x=%C3%BC"] {
            assert_eq!(PageAddress::parse(text).map(|read| read.to_string()).as_deref(), Some(text));
        }
        for text in [
            "",
            "/metrics",
            "//evil.example",
            "https://evil.example",
            "../other/metrics",
            "metrics/..",
            "metrics//x",
            "metrics/",
            "Metrics",
            "metrics?a b",
            "metrics?a\nb",
            "metrics?a=ü",
            "metrics?<script>",
            "metrics?a#b",
            "metrics?a\\b",
            &format!("metrics?{}", "x".repeat(ADDRESS_BYTES_MAX)),
        ] {
            assert_eq!(PageAddress::parse(text), None, "{text}");
        }
    }
}
