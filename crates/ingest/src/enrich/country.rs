//! The country of an event: what the event says, else what the request shows, else the time zone of the device.

pub(crate) mod address;
mod zone;

use std::fmt;

pub(crate) use zone::country as of_zone;

/// An ISO 3166-1 alpha-2 code that is in use, such as `DE`; `XK` (Kosovo) is taken as one, as most sources do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Country([u8; 2]);

/// Codes of countries without a time zone of their own (uninhabited islands), and Kosovo's.
const WITHOUT_ZONE: [&[u8; 2]; 3] = [b"BV", b"HM", b"XK"];

impl Country {
    /// Reads a code in either case. Placeholders such as `XX`, `T1` or `EU` are no countries.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let code: [u8; 2] = text.trim().as_bytes().try_into().ok()?;
        let code = code.map(|letter| letter.to_ascii_uppercase());
        (WITHOUT_ZONE.contains(&&code) || zone::has_country(code)).then_some(Self(code))
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(str::from_utf8(&self.0).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_codes_in_use_are_countries() {
        let parse = |text| Country::parse(text).map(|country| country.to_string());
        for (text, code) in [("de", "DE"), (" US ", "US"), ("xk", "XK"), ("HM", "HM")] {
            assert_eq!(parse(text).as_deref(), Some(code));
        }
        for text in ["", "XX", "T1", "EU", "UK", "A1", "DEU", "Germany", "D", "ä"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
