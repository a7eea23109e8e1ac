//! Items by session.

use analysis::sessions::GAP_MS;
use chrono::{DateTime, TimeDelta, Utc};
use protocol::timeline::{TimelineItem, TimelineSession};

/// The items by session, the one that went on last first, each newest first. An item that names no session belongs to the one
/// that something was last done in, unless that is half an hour ago.
pub(super) fn by_session(mut items: Vec<TimelineItem>) -> Vec<TimelineSession> {
    items.sort_by_key(|item| item.ts);
    let mut sessions = Vec::<TimelineSession>::new();
    for item in items {
        let same = |session: &TimelineSession| item.session_id.is_some() && session.id == item.session_id;
        let near = |session: &TimelineSession| (item.session_id.is_none() || session.id.is_none()) && is_near(item.ts, session.until);
        let place = sessions.iter().rposition(same).or_else(|| sessions.iter().rposition(near));
        match place {
            Some(place) => {
                let session = sessions.remove(place);
                sessions.push(with(session, item));
            }
            None => sessions.push(begun(item)),
        }
    }
    sessions.reverse();
    sessions.iter_mut().for_each(|session| session.items.reverse());
    sessions
}

fn is_near(later: DateTime<Utc>, earlier: DateTime<Utc>) -> bool {
    later - earlier < TimeDelta::milliseconds(GAP_MS)
}

fn begun(item: TimelineItem) -> TimelineSession {
    let (from, until) = (item.ts, item.ts);
    with(TimelineSession { id: None, from, until, failed: 0, items: Vec::new() }, item)
}

fn with(mut session: TimelineSession, item: TimelineItem) -> TimelineSession {
    session.until = item.ts;
    session.failed += std::iter::once(&item).chain(&item.moment).filter(|item| item.body.failed()).count();
    session.id = session.id.or_else(|| item.session_id.clone());
    session.items.push(item);
    session
}

#[cfg(test)]
mod tests {
    use protocol::timeline::TimelineBody;

    use super::*;

    fn item(minute: i64, session: &str) -> TimelineItem {
        let session_id = (!session.is_empty()).then(|| session.to_owned());
        let body = TimelineBody::Event { name: "e".to_owned(), route: None, props: serde_json::Map::new() };
        let ts = DateTime::from_timestamp(minute * 60, 0).expect("a time");
        TimelineItem { ts, trace_id: None, session_id, release: None, body, moment: Vec::new() }
    }

    fn told(items: &[(i64, &str)]) -> Vec<(Option<String>, Vec<i64>)> {
        let sessions = by_session(items.iter().map(|(minute, session)| item(*minute, session)).collect());
        let minutes = |session: &TimelineSession| session.items.iter().map(|item| item.ts.timestamp() / 60).collect();
        sessions.iter().map(|session| (session.id.clone(), minutes(session))).collect()
    }

    #[test]
    fn a_session_is_the_senders_own_or_a_run_without_a_long_gap() {
        assert_eq!(
            told(&[(0, "a"), (50, "a"), (55, ""), (100, "b")]),
            [(Some("b".to_owned()), vec![100]), (Some("a".to_owned()), vec![55, 50, 0]),]
        );
        assert_eq!(told(&[(0, ""), (29, ""), (59, "")]), [(None, vec![59]), (None, vec![29, 0])]);
    }

    #[test]
    fn a_session_with_a_long_gap_is_still_one() {
        let told = told(&[(0, "a"), (40, ""), (45, "a")]);
        assert_eq!(told, [(Some("a".to_owned()), vec![45, 0]), (None, vec![40])]);
    }

    #[test]
    fn two_sessions_at_once_stay_two_and_the_later_one_is_first() {
        assert_eq!(
            told(&[(0, "a"), (1, "b"), (2, "a"), (3, "")]),
            [(Some("a".to_owned()), vec![3, 2, 0]), (Some("b".to_owned()), vec![1]),]
        );
    }
}
