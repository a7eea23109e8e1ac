//! What is known of a user: the latest value of each trait, and how it came about.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use protocol::profile::{Trait, TraitChange};
use serde_json::Value;
use storage::profile::Said;

/// The traits as they are now, by key, and their latest changes, newest first. `said` comes newest first. A trait that was said
/// to be null is no more.
pub(super) fn of(said: Vec<Said>, changes_max: usize) -> (Vec<Trait>, Vec<TraitChange>) {
    let mut now = BTreeMap::<String, (Value, DateTime<Utc>)>::new();
    let mut changes = Vec::new();
    for Said { ts, user_id, kind: cause, traits } in said.into_iter().rev() {
        for (key, after) in traits {
            let before = now.get(&key).map(|(value, _)| value.clone());
            if before.as_ref().unwrap_or(&Value::Null) == &after {
                continue;
            }
            match after {
                Value::Null => now.remove(&key),
                _ => now.insert(key.clone(), (after.clone(), ts)),
            };
            changes.push(TraitChange { ts, key, before, after, cause, user_id: user_id.clone() });
        }
    }
    changes.reverse();
    changes.truncate(changes_max);
    (now.into_iter().map(|(key, (value, since))| Trait { key, value, since }).collect(), changes)
}

#[cfg(test)]
mod tests {
    use protocol::identity::IdentityKind;
    use serde_json::json;

    use super::*;

    #[test]
    fn the_latest_value_counts_and_only_what_differs_is_a_change() {
        let said = |minute: i64, traits: Value| Said {
            ts: DateTime::from_timestamp(minute * 60, 0).expect("a time"),
            user_id: "u1".to_owned(),
            kind: IdentityKind::Identify,
            traits: traits.as_object().expect("an object").clone(),
        };
        let newest_first = vec![
            said(4, json!({"plan": "member", "trial": null})),
            said(3, json!({"plan": "member", "seats": 3, "never": null})),
            said(2, json!({"plan": "guest", "trial": true})),
            said(1, json!({"plan": "guest"})),
        ];
        let (traits, changes) = of(newest_first.clone(), 10);
        let told: Vec<_> = traits.iter().map(|known| (known.key.as_str(), &known.value, known.since.timestamp() / 60)).collect();
        assert_eq!(told, [("plan", &json!("member"), 3), ("seats", &json!(3), 3)]);
        let told: Vec<_> =
            changes.iter().map(|change| (change.ts.timestamp() / 60, change.key.as_str(), change.before.clone(), &change.after)).collect();
        assert_eq!(
            told,
            [
                (4, "trial", Some(json!(true)), &Value::Null),
                (3, "seats", None, &json!(3)),
                (3, "plan", Some(json!("guest")), &json!("member")),
                (2, "trial", None, &json!(true)),
                (1, "plan", None, &json!("guest")),
            ]
        );
        assert_eq!(of(newest_first, 2).1, changes[..2]);
    }
}
