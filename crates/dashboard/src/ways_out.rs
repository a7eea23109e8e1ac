//! Takes links away from a finished document. A page that is shown to whoever has a link is drawn by the same functions as for
//! everybody else; whatever they link to, this is what goes out.

/// The document with those `<a>` that `stays` does not keep made plain text: without their address they lead nowhere, and no
/// key reaches them. Reads tags as browsers do, so that text and attributes that look like tags change nothing.
pub(crate) fn closed(html: &str, stays: impl Fn(&str) -> bool) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        let tag = &rest[start..];
        let end = end_of_tag(tag);
        out.push_str(&rest[..start]);
        match address(&tag[..end]) {
            Some((before, href, after)) if !stays(&href.replace("&amp;", "&")) => {
                out.push_str(before.trim_end());
                out.push_str(after);
            }
            _ => out.push_str(&tag[..end]),
        }
        rest = &tag[end..];
    }
    out.push_str(rest);
    out
}

/// Where a tag that begins at the beginning ends: behind the `>` that stands in no quotes. A `<` that begins no tag is text.
fn end_of_tag(text: &str) -> usize {
    if !text[1..].starts_with(|c: char| c.is_ascii_alphabetic()) {
        return 1;
    }
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (None, '>') => return at + 1,
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if c == open => quote = None,
            _ => {}
        }
    }
    text.len()
}

/// The address of an `<a>`, with what stands before and behind the attribute. Our own pages quote with `"`.
fn address(tag: &str) -> Option<(&str, &str, &str)> {
    let attributes = tag.strip_prefix("<a").filter(|rest| rest.starts_with(|c: char| c.is_ascii_whitespace()))?;
    let (mut at, mut quote) = (0, None);
    while at < attributes.len() {
        let here = &attributes[at..];
        let c = here.chars().next()?;
        if quote.is_none() && c.is_ascii_whitespace() && here[1..].starts_with("href=\"") {
            let value = at + 1 + "href=\"".len();
            let length = attributes[value..].find('"')?;
            let behind = value + length + 1;
            return Some((&tag[..2 + at], &attributes[value..value + length], &attributes[behind..]));
        }
        match (quote, c) {
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if c == open => quote = None,
            _ => {}
        }
        at += c.len_utf8();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::closed;

    fn kept(html: &str) -> String {
        closed(html, |href| href.starts_with("/s/abc?a=1&b=2") || href.starts_with('#'))
    }

    #[test]
    fn links_that_lead_elsewhere_lose_their_address_and_nothing_else_changes() {
        assert_eq!(kept(r#"<p><a class="x" href="/p/shop/users" title="One">ü</a></p>"#), r#"<p><a class="x" title="One">ü</a></p>"#);
        assert_eq!(kept(r#"<a href="https://evil.example">x</a>"#), "<a>x</a>");
        for same in [
            r##"<a href="#main">x</a>"##,
            r#"<a class="y" href="/s/abc?a=1&amp;b=2&amp;c=3">x</a>"#,
            r#"<article href="/x">1 < 2 and a<b</article>"#,
            r#"<link rel="icon" href="/assets/1/favicon.svg"/><form action="/s/abc"></form>"#,
            r#"<p title='<a href="/p/shop">'>x</p><p title="<a href='/p/shop'>">y</p>"#,
            "<!DOCTYPE html><!-- <x --><a>no address</a>",
            "<a",
            "<",
            "",
        ] {
            assert_eq!(kept(same), same);
        }
    }

    #[test]
    fn an_address_in_another_attribute_is_none() {
        let tag = r#"<a title="see href=&quot;x" data-x=' href="/s/abc?a=1&b=2"' href="/p/shop">x</a>"#;
        assert_eq!(kept(tag), r#"<a title="see href=&quot;x" data-x=' href="/s/abc?a=1&b=2"'>x</a>"#);
    }
}
