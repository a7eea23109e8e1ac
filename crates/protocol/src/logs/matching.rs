//! What a search finds: the definition, which every way of reading must agree with.

use std::borrow::Cow;

use serde_json::Value as Json;

use super::StoredLog;
use crate::filter::search::{ATTRIBUTE, BODY, LEVEL, SERVICE};
use crate::filter::{Field, Filter, Term, Test, Value};
use crate::level::Level;

impl StoredLog {
    /// Whether a search finds it.
    pub fn matches(&self, filter: &Filter) -> bool {
        match filter {
            Filter::And(members) => members.iter().all(|member| self.matches(member)),
            Filter::Or(members) => members.iter().any(|member| self.matches(member)),
            Filter::Not(inner) => !self.matches(inner),
            Filter::Term(Term { field, test }) => match self.text(field) {
                Some(text) => test.matches(Value::Text(&text)),
                None => match self.attribute(field) {
                    None | Some(Json::Null) => test.matches(Value::Absent),
                    Some(Json::String(text)) => test.matches(Value::Text(text)),
                    Some(Json::Bool(bool)) => test.matches(Value::Bool(*bool)),
                    Some(Json::Number(number)) => test.matches(Value::Number(number.as_f64().unwrap_or(f64::NAN))),
                    Some(list) => test.matches(Value::Text(&list.to_string())),
                },
            },
        }
    }

    /// What a column says under a field.
    fn text(&self, field: &Field) -> Option<Cow<'_, str>> {
        let column = match field {
            Field::Release => self.release.as_deref(),
            Field::Environment => Some(self.environment.as_str()),
            Field::User => self.user_id.as_deref(),
            Field::Session => self.session_id.as_deref(),
            Field::Trace => return self.trace_id.map(|id| Cow::Owned(id.to_string())),
            Field::Prop(key) => match key.as_str() {
                BODY => Some(self.body.as_str()),
                LEVEL => Some(self.level.word()),
                SERVICE => self.service.as_deref(),
                _ => None,
            },
            _ => None,
        };
        column.map(Cow::Borrowed)
    }

    /// What an attribute says under a field, by any of the field's words.
    fn attribute(&self, field: &Field) -> Option<&Json> {
        match field {
            Field::Prop(key) => self.attributes.get(key).or_else(|| self.attributes.get(key.strip_prefix(ATTRIBUTE)?)),
            built_in => {
                let words = std::iter::once(built_in.word()).chain(built_in.aliases().iter().copied());
                words.into_iter().find_map(|word| self.attributes.get(word))
            }
        }
    }
}

/// The levels that records can have which a filter finds: what is of another one need not be read.
pub fn levels(filter: &Filter) -> Vec<Level> {
    let about = |condition: &&Filter| matches!(condition, Filter::Term(Term { field: Field::Prop(key), .. }) if key == LEVEL);
    let tests: Vec<&Test> = filter
        .conditions()
        .iter()
        .filter(about)
        .filter_map(|condition| if let Filter::Term(term) = condition { Some(&term.test) } else { None })
        .collect();
    Level::ALL.into_iter().filter(|level| tests.iter().all(|test| test.matches(Value::Text(level.word())))).collect()
}
