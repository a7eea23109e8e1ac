//! The country in which a time zone lies. `zones.txt` holds a zone and its country per line; `zones.awk` makes it from the
//! tz database.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use super::Country;

const TABLE: &str = include_str!("zones.txt");

static ZONES: LazyLock<HashMap<&'static str, [u8; 2]>> = LazyLock::new(|| {
    TABLE
        .lines()
        .filter_map(|line| line.split_once(' '))
        .filter_map(|(zone, code)| Some((zone, code.as_bytes().try_into().ok()?)))
        .collect()
});
static CODES: LazyLock<HashSet<[u8; 2]>> = LazyLock::new(|| ZONES.values().copied().collect());

/// The country of an IANA zone such as `Europe/Berlin`; none for `UTC`.
pub(crate) fn country(zone: &str) -> Option<Country> {
    ZONES.get(zone.trim()).copied().map(Country)
}

/// Some zone lies in the country of this code.
pub(super) fn has_country(code: [u8; 2]) -> bool {
    CODES.contains(&code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_lies_in_a_country_by_its_present_and_its_old_names() {
        let code = |zone| country(zone).map(|country| country.to_string());
        for (zone, want) in [
            ("Europe/Berlin", "DE"),
            ("Europe/Oslo", "NO"),
            ("Asia/Kolkata", "IN"),
            ("Asia/Calcutta", "IN"),
            ("Europe/Kiev", "UA"),
            ("America/Buenos_Aires", "AR"),
            ("US/Pacific", "US"),
            ("Africa/Timbuktu", "ML"),
        ] {
            assert_eq!(code(zone).as_deref(), Some(want), "{zone}");
        }
        for zone in ["UTC", "Etc/GMT+5", "CET", "EST5EDT", "Mars/Olympus", ""] {
            assert_eq!(code(zone), None, "{zone}");
        }
    }

    #[test]
    fn every_zone_that_is_a_place_has_its_country() {
        let no_place = |zone: &str| {
            zone.starts_with("Etc/")
                || !zone.contains('/') && (zone.starts_with("GMT") || zone.to_ascii_uppercase() == zone)
                || ["Greenwich", "Universal", "Zulu", "Factory"].contains(&zone)
        };
        let missing: Vec<&str> =
            chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name()).filter(|zone| country(zone).is_none() && !no_place(zone)).collect();
        assert_eq!(missing, [""; 0]);
    }

    #[test]
    fn the_table_is_sorted_and_well_formed() {
        let lines: Vec<&str> = TABLE.lines().collect();
        assert!(lines.is_sorted() && ZONES.len() == lines.len(), "made by zones.awk and `LC_ALL=C sort`, without repetition");
        assert!(CODES.iter().all(|code| code.iter().all(u8::is_ascii_uppercase)));
    }
}
