//! The made-up data.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use dashboard_islands::clock;
use protocol::access::Project;
use protocol::annotation::Annotation;
use protocol::id::ProjectId;
use protocol::receipt::{Accuracy, BotRule, Receipt};
use protocol::saved::{Saved, SavedKind};
use uuid::Uuid;

use crate::Frame;

/// Events per day, the last one open.
pub(super) const DAYS: [f64; 8] = [3_120.0, 3_480.0, 2_910.0, 2_240.0, 1_980.0, 3_350.0, 3_610.0, 1_870.0];
/// The same of the days before.
pub(super) const BEFORE: [f64; 8] = [2_980.0, 3_020.0, 3_110.0, 2_050.0, 2_140.0, 2_890.0, 3_150.0, 2_970.0];
const OFFSET: i32 = 7_200;

/// Noon of a Thursday: the page is the same on every day.
pub(super) fn now() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::seconds(1_778_760_200)
}

pub(super) fn frame() -> Frame {
    Frame {
        project: Project { id: ProjectId(1), slug: "example".to_owned(), name: "Example".to_owned(), zone: "Europe/Berlin".to_owned() },
        projects: Vec::new(),
        account: "you@example.org".to_owned(),
        ingest_url: "http://127.0.0.1:6440".to_owned(),
        public_key: None,
        saved: vec![
            saved(SavedKind::View, "Orders by week", "metrics?range=30d&measure=events&compare=week", false),
            saved(SavedKind::View, "Where people leave", "behavior?sort=exit_rate", true),
            saved(SavedKind::Segment, "Germany on phones", "country:DE os in (iOS, Android)", false),
        ],
        may_edit: true,
        link: None,
        now: now(),
    }
}

fn saved(kind: SavedKind, name: &str, what: &str, private: bool) -> Saved {
    let (name, what, made_by) = (name.to_owned(), what.to_owned(), "account 1".to_owned());
    Saved { id: Uuid::nil(), kind, name, what, private, made_by, made_at: now() }
}

pub(super) fn note() -> Annotation {
    let at = now() - TimeDelta::hours(98);
    Annotation { id: Uuid::nil(), at, text: "Spring mailing".to_owned(), made_by: "account 1".to_owned(), made_at: at }
}

/// Of a whole week; complete but for what a change of it says.
pub(super) fn receipt() -> Receipt {
    Receipt {
        counted: "Events of people in the last 7 days.".to_owned(),
        from: now() - TimeDelta::days(7),
        until: now(),
        zone: "Europe/Berlin".to_owned(),
        filter: "os:iOS".to_owned(),
        bots: BotRule::Humans,
        accuracy: Accuracy::Exact,
        complete_through: now() - TimeDelta::seconds(2),
        missing: None,
        weighted: false,
        rows_read: 41_286,
        elapsed_ms: 4.2,
    }
}

/// When each of [`DAYS`] began.
pub(super) fn starts() -> Vec<NaiveDateTime> {
    let today = clock::wall(now(), OFFSET).date();
    (0..DAYS.len() as u64).rev().map(|back| (today - chrono::Days::new(back)).into()).collect()
}

pub(super) fn known(values: &[f64]) -> Vec<Option<f64>> {
    values.iter().copied().map(Some).collect()
}
