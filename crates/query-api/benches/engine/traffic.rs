//! A month of one product's events, from a seed: the same seed and size give the same events.
//!
//! People come by a Zipf law, in sessions of about ten events, more by day than by night. No two events of one person
//! share a millisecond: SQL has no order among equal times, so a funnel over them would have no one answer.

use fastrand::Rng;

/// 2025-12-01T00:00:00Z in milliseconds since 1970: a Monday, so that the weeks of the calendar are those from here on.
pub const BEGIN_MS: i64 = 1_764_547_200_000;
pub const DAYS: i64 = 30;
pub const DAY_MS: i64 = 86_400_000;
pub const USERS: usize = 200_000;
const NAMES: usize = 40;
const ROUTES: usize = 60;
const COUNTRIES: usize = 50;
const SESSION_EVENTS_MEAN: f64 = 10.0;
const PAUSE_MS_MIN: u32 = 200;
const PAUSE_MS_MEAN: f64 = 25_000.0;

/// One event; what it looks like is in [`crate::row`].
#[derive(Clone, Copy, Debug)]
pub struct Hit {
    /// Milliseconds since [`BEGIN_MS`].
    pub ms: u32,
    pub user: u32,
    pub session: u32,
    /// The place among its user's events.
    pub seq: u32,
    pub name: u8,
    pub route: u8,
    /// What its props are made of.
    pub chance: u32,
}

/// The events by time.
pub fn hits(count: usize, seed: u64) -> Vec<Hit> {
    let mut rng = Rng::with_seed(seed);
    let (users, names, routes) = (Zipf::new(USERS, 0.9), Zipf::new(NAMES, 1.0), Zipf::new(ROUTES, 0.8));
    let mut hits: Vec<Hit> = Vec::with_capacity(count + 64);
    let mut session = 0;
    while hits.len() < count {
        let user = users.pick(&mut rng) as u32;
        let mut ms = waking_time(&mut rng);
        let mut route = 0;
        for place in 0..1 + exponential(&mut rng, SESSION_EVENTS_MEAN - 1.0) as usize {
            let name = if place == 0 { 0 } else { names.pick(&mut rng) as u8 };
            if name == 0 {
                route = routes.pick(&mut rng) as u8;
            }
            hits.push(Hit { ms, user, session, seq: 0, name, route, chance: rng.u32(..) });
            ms = ms.saturating_add(PAUSE_MS_MIN + exponential(&mut rng, PAUSE_MS_MEAN) as u32);
        }
        session += 1;
    }
    hits.truncate(count);
    settle(&mut hits);
    hits
}

/// Makes each person's times distinct, numbers them, drops what fell behind the end, and sorts by time.
fn settle(hits: &mut Vec<Hit>) {
    hits.sort_unstable_by_key(|hit| (hit.user, hit.ms, hit.session));
    for place in 1..hits.len() {
        let before = hits[place - 1];
        let hit = &mut hits[place];
        if hit.user == before.user {
            hit.ms = hit.ms.max(before.ms.saturating_add(1));
            hit.seq = before.seq + 1;
        }
    }
    hits.retain(|hit| i64::from(hit.ms) < DAYS * DAY_MS);
    hits.sort_unstable_by_key(|hit| (hit.ms, hit.user));
}

/// A moment of the month: few at night, many in the afternoon.
fn waking_time(rng: &mut Rng) -> u32 {
    loop {
        let ms = (rng.f64() * (DAYS * DAY_MS) as f64) as u32;
        let of_day = f64::from(ms % DAY_MS as u32) / DAY_MS as f64;
        if rng.f64() < 0.55 - 0.45 * (std::f64::consts::TAU * (of_day + 0.1)).cos() {
            return ms;
        }
    }
}

fn exponential(rng: &mut Rng, mean: f64) -> f64 {
    -mean * (1.0 - rng.f64()).ln()
}

/// What a user keeps for the whole month.
#[derive(Clone, Copy, Debug)]
pub struct Person {
    pub country: u8,
    pub os: u8,
    pub browser: u8,
    pub version: u8,
}

/// Everybody, by number.
pub fn people(seed: u64) -> Vec<Person> {
    let mut rng = Rng::with_seed(!seed);
    let (countries, oses, browsers) = (Zipf::new(COUNTRIES, 1.1), Zipf::new(6, 1.0), Zipf::new(6, 1.4));
    let person = |_| Person {
        country: countries.pick(&mut rng) as u8,
        os: oses.pick(&mut rng) as u8,
        browser: browsers.pick(&mut rng) as u8,
        version: rng.u8(..12),
    };
    (0..USERS).map(person).collect()
}

/// The `n`th of so many things with a weight of `1 / n^s`.
struct Zipf(Vec<f64>);

impl Zipf {
    fn new(count: usize, s: f64) -> Self {
        let mut sum = 0.0;
        let sums = (1..=count).map(|n| {
            sum += (n as f64).powf(-s);
            sum
        });
        Self(sums.collect())
    }

    fn pick(&self, rng: &mut Rng) -> usize {
        let at = rng.f64() * self.0[self.0.len() - 1];
        self.0.partition_point(|sum| *sum <= at).min(self.0.len() - 1)
    }
}
