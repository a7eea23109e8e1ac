//! Where to go after sign-in.

/// The path of `next` when it is one of this site, else `/`. A path begins with one `/`: browsers read `//host` and `/\host`
/// as another site, and drop tabs and line breaks before they look.
pub fn same_site_path(next: &str) -> &str {
    let rest = match next.strip_prefix('/') {
        Some(rest) if !rest.starts_with('/') => rest,
        _ => return "/",
    };
    if rest.contains(|c: char| c == '\\' || c.is_control() || c.is_whitespace()) { "/" } else { next }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_this_site_are_followed() {
        for next in ["/", "/live", "/shop/metrics?range=7d#top", "/a//b"] {
            assert_eq!(same_site_path(next), next);
        }
        for next in [
            "",
            "live",
            "//evil.example",
            "/\\evil.example",
            "/\t/evil.example",
            "\n//evil.example",
            "https://evil.example",
            "javascript:alert(1)",
            "/ok\\..\\evil",
            "\\\\evil.example",
        ] {
            assert_eq!(same_site_path(next), "/", "{next:?}");
        }
    }
}
