//! The person in front of a program that serves one: a desktop application, a command line, a device.

use std::sync::{Arc, Mutex, PoisonError};

use crate::scope::Place;
use crate::value::Text;

/// A session ends after so long without a signal: the product's own rule.
const SESSION_GAP_MICROS: i64 = 30 * 60 * 1_000_000;

/// Who it is now, and their session.
#[derive(Debug)]
pub(crate) struct Person(Mutex<Present>);

#[derive(Debug)]
struct Present {
    place: Arc<Place>,
    last_seen: i64,
}

impl Person {
    pub(crate) fn new(anonymous: Text) -> Self {
        Self(Mutex::new(Present { place: Arc::new(Place { anonymous: Some(anonymous), ..Place::default() }), last_seen: i64::MIN }))
    }

    /// Their place at this moment; the session is a new one, with an id from `draw`, when they were away for 30 minutes.
    pub(crate) fn place(&self, now: i64, draw: impl FnOnce() -> String) -> Arc<Place> {
        let mut present = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if now.saturating_sub(present.last_seen) >= SESSION_GAP_MICROS {
            present.place = Arc::new(Place { session: Some(draw().into()), ..(*present.place).clone() });
        }
        present.last_seen = present.last_seen.max(now);
        Arc::clone(&present.place)
    }

    /// They signed in. Their anonymous id so far.
    pub(crate) fn sign_in(&self, user: Text) -> Option<Text> {
        let mut present = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        present.place = Arc::new(Place { user: Some(user), ..(*present.place).clone() });
        present.place.anonymous.clone()
    }

    /// Somebody else may sit here now: a new anonymous id and, at the next signal, a new session. The ids so far.
    pub(crate) fn reset(&self, anonymous: Text) -> (Option<Text>, Option<Text>) {
        let mut present = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let next = Place { anonymous: Some(anonymous), ..Place::default() };
        let before = std::mem::replace(&mut present.place, Arc::new(next));
        present.last_seen = i64::MIN;
        (before.user.clone(), before.anonymous.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 60 * 1_000_000;

    #[test]
    fn a_session_ends_after_thirty_quiet_minutes_and_with_its_person() {
        let person = Person::new("a1".into());
        let mut ids = 0;
        let mut session = |now: i64| {
            let place = person.place(now, || {
                ids += 1;
                format!("s{ids}")
            });
            (place.session.as_ref().map(|id| id.to_string()), place.user.as_ref().map(|id| id.to_string()))
        };
        let first = 1_000 * MINUTE;
        assert_eq!(session(first), (Some("s1".to_owned()), None));
        assert_eq!(session(first + 29 * MINUTE).0.as_deref(), Some("s1"));
        assert_eq!(person.sign_in("u1".into()).as_deref(), Some("a1"));
        assert_eq!(session(first + 58 * MINUTE), (Some("s1".to_owned()), Some("u1".to_owned())));
        assert_eq!(session(first + 88 * MINUTE).0.as_deref(), Some("s2"));
        assert_eq!(person.reset("a2".into()), (Some("u1".into()), Some("a1".into())));
        assert_eq!(session(first + 89 * MINUTE), (Some("s3".to_owned()), None));
    }
}
