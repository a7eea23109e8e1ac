//! Who comes to the shop. A person is the same in every history with the same seed.

use crate::dice::Dice;

const PERSON: u64 = 1;

/// Where people live: country, language, time zone, hours ahead of UTC on most days.
#[derive(Debug)]
pub(crate) struct Home {
    pub(crate) country: &'static str,
    pub(crate) locale: &'static str,
    pub(crate) zone: &'static str,
    pub(crate) utc_offset: i64,
}

const fn home(country: &'static str, locale: &'static str, zone: &'static str, utc_offset: i64) -> Home {
    Home { country, locale, zone, utc_offset }
}

const HOMES: [(u32, Home); 10] = [
    (26, home("DE", "de-DE", "Europe/Berlin", 1)),
    (21, home("US", "en-US", "America/New_York", -5)),
    (13, home("GB", "en-GB", "Europe/London", 0)),
    (10, home("FR", "fr-FR", "Europe/Paris", 1)),
    (8, home("NL", "nl-NL", "Europe/Amsterdam", 1)),
    (6, home("ES", "es-ES", "Europe/Madrid", 1)),
    (5, home("IN", "en-IN", "Asia/Kolkata", 5)),
    (4, home("BR", "pt-BR", "America/Sao_Paulo", -3)),
    (4, home("JP", "ja-JP", "Asia/Tokyo", 9)),
    (3, home("SE", "sv-SE", "Europe/Stockholm", 1)),
];

/// What people hold in their hands.
#[derive(Debug)]
pub(crate) struct Device {
    pub(crate) kind: &'static str,
    pub(crate) os: &'static str,
    pub(crate) browser: &'static str,
    pub(crate) screen: &'static str,
}

const fn device(kind: &'static str, os: &'static str, browser: &'static str, screen: &'static str) -> Device {
    Device { kind, os, browser, screen }
}

const DEVICES: [(u32, Device); 9] = [
    (24, device("mobile", "Android", "Chrome", "412x915")),
    (22, device("mobile", "iOS", "Safari", "390x844")),
    (19, device("desktop", "Windows", "Chrome", "1920x1080")),
    (9, device("desktop", "Windows", "Edge", "1536x864")),
    (8, device("desktop", "macOS", "Safari", "1440x900")),
    (7, device("desktop", "macOS", "Chrome", "1728x1117")),
    (4, device("desktop", "Linux", "Firefox", "1920x1080")),
    (4, device("tablet", "iPadOS", "Safari", "820x1180")),
    (3, device("desktop", "Windows", "Firefox", "1920x1080")),
];

/// How likely somebody comes on a day: few come often, most seldom.
const HABITS: [(u32, f64); 3] = [(20, 0.6), (35, 0.3), (45, 0.08)];

/// One in so many people never signs in, and is known by the browser's id alone.
const SIGN_IN_SHARE: f64 = 0.72;

#[derive(Debug)]
pub(crate) struct Person {
    pub(crate) index: u64,
    pub(crate) user_id: Option<String>,
    pub(crate) anonymous_id: String,
    pub(crate) home: &'static Home,
    pub(crate) device: &'static Device,
    /// Probability of a visit on a weekday.
    pub(crate) habit: f64,
    /// Days before the end of the history when they first heard of the shop.
    pub(crate) known_for_days: f64,
    /// 0: among the first to get a release, 1: among the last.
    pub(crate) release_lag: f64,
    pub(crate) variant: &'static str,
    pub(crate) plan: &'static str,
    pub(crate) newsletter: bool,
}

impl Person {
    pub(crate) fn of(seed: u64, index: u64) -> Self {
        let mut dice = Dice::of(&[seed, PERSON, index]);
        Self {
            index,
            user_id: dice.chance(SIGN_IN_SHARE).then(|| format!("u{:05}", index + 1)),
            anonymous_id: format!("a-{}", dice.word()),
            home: dice.weighted(&HOMES),
            device: dice.weighted(&DEVICES),
            habit: *dice.weighted(&HABITS),
            known_for_days: dice.unit() * 90.0,
            release_lag: dice.unit(),
            variant: if dice.chance(0.5) { "treatment" } else { "control" },
            plan: if dice.chance(0.22) { "plus" } else { "free" },
            newsletter: dice.chance(0.4),
        }
    }
}
