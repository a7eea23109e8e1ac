//! Which release is the later one, as far as names tell.

/// Whether a release comes after another. Names with the same beginning and numbers with dots behind it, such as `shop@2.10.1`,
/// are compared by these; of others nobody knows, and any other one counts as later.
pub(super) fn is_later(release: &str, than: &str) -> bool {
    if release == than {
        return false;
    }
    match (parts(release), parts(than)) {
        (Some((name, version)), Some((other, before))) if name == other && version != before => version > before,
        _ => true,
    }
}

/// What stands before the numbers, and the numbers without zeros at their end; `None` without numbers and dots, as in a hash.
fn parts(release: &str) -> Option<(&str, Vec<u64>)> {
    let begin = release.rfind('@').map_or(0, |at| at + 1);
    let begin = begin + usize::from(release[begin..].starts_with('v'));
    let (name, rest) = release.split_at(begin);
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
    let numbers = rest[..end].trim_end_matches('.');
    let is_version = numbers.contains('.') && !rest[end..].starts_with(char::is_alphanumeric);
    let mut version = is_version.then(|| numbers.split('.').map(str::parse).collect::<Result<Vec<u64>, _>>().ok()).flatten()?;
    while version.last() == Some(&0) {
        version.pop();
    }
    Some((name, version))
}

#[cfg(test)]
mod tests {
    use super::is_later;

    #[test]
    fn versions_are_compared_by_their_numbers_and_any_other_name_is_later() {
        for (release, than, want) in [
            ("2.4.0", "2.4.0", false),
            ("2.10.0", "2.9.3", true),
            ("2.9.3", "2.10.0", false),
            ("shop@1.2", "shop@1.3", false),
            ("v1.3", "v1.2.9", true),
            ("api@1.2", "shop@1.3", true),
            ("1.2-rc2", "1.2-rc1", true),
            ("1.0", "1.0.0", true),
            ("3f9ac2d", "4b0", true),
            ("1..2", "1.3", true),
            ("1.2", "99999999999999999999.1", true),
            ("", "1.3", true),
        ] {
            assert_eq!(is_later(release, than), want, "{release} after {than}");
        }
    }
}
