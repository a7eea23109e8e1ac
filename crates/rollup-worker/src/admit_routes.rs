//! The limit of routes: a site whose routes hold ids must not have a row per event.
//!
//! The first 2,000 routes of a UTC day (of the events' own time) have rows of their own that day; those that come later
//! are counted as `__other__`. Which ones were first is stored, day by day, so the limit is exact whichever worker counts,
//! and a route that is in is in for the whole day.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use analysis::quarter::OTHER;
use anyhow::Context as _;
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use protocol::limits::ROUTES_MAX;
use storage::event_quarters;
use storage::flushes::FlushEvent;

use crate::claim::Claim;

/// The routes that came too late on their day.
pub(crate) struct Beyond<'a>(HashSet<(NaiveDate, &'a str)>);

impl<'a> Beyond<'a> {
    /// The route under which an event at `ts` is counted.
    pub(crate) fn fold(&self, ts: DateTime<Utc>, route: &'a str) -> &'a str {
        if self.0.contains(&(ts.date_naive(), route)) { OTHER } else { route }
    }
}

/// Admits the events' new routes as far as there is room, in alphabetical order, and returns the others.
pub(crate) async fn beyond_limit<'a>(claim: &mut Claim, events: &'a [FlushEvent]) -> anyhow::Result<Beyond<'a>> {
    let mut beyond = HashSet::new();
    let mut folded = 0;
    for (day, mut routes) in by_day(events) {
        let start = day.and_time(NaiveTime::MIN).and_utc();
        let admitted = event_quarters::admitted_routes(&mut claim.tx, claim.project, start).await.context("read routes")?;
        for route in &admitted {
            routes.remove(route.as_str());
        }
        let room = ROUTES_MAX.saturating_sub(admitted.len());
        let new: Vec<String> = routes.iter().take(room).map(|route| (*route).to_owned()).collect();
        if !new.is_empty() {
            event_quarters::admit_routes(&mut claim.tx, claim.project, start, &new).await.context("admit routes")?;
        }
        let late = routes.into_iter().skip(room);
        beyond.extend(late.map(|route| (day, route)));
        folded = beyond.len();
    }
    if folded > 0 {
        metrics::counter!("throughline_worker_routes_folded_total").increment(folded as u64);
    }
    Ok(Beyond(beyond))
}

fn by_day(events: &[FlushEvent]) -> BTreeMap<NaiveDate, BTreeSet<&str>> {
    let mut days = BTreeMap::<_, BTreeSet<_>>::new();
    for event in events {
        // A route that is sent as `__other__` is the fold itself and takes no room.
        if let Some(route) = event.route.as_deref().filter(|route| *route != OTHER) {
            days.entry(event.ts.date_naive()).or_default().insert(route);
        }
    }
    days
}
