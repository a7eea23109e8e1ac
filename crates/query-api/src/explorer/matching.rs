//! Filters over metric points: what a series, or a single point, has under a field.
//!
//! A metric's attributes go first: where a metric has an attribute `release`, a filter by `release` means that attribute, for all of
//! its points. Else it means what the sender said of each point, which series do not know.

use std::collections::{BTreeMap, BTreeSet};

use protocol::explorer::Sample;
use protocol::filter::{Field, Filter, Term, Test, Value};
use protocol::span::DURATION_METRIC;
use protocol::trace::TraceId;
use storage::metric_series::SeriesRow;
use storage::samples::{Alike, Of, Single, Singles};

use crate::ApiError;

/// What is known of single points only.
pub(super) const SINGLE: [Field; 4] = [Field::Release, Field::User, Field::Session, Field::Trace];

/// Whether a field is no attribute of these series and is told, if at all, by single points.
pub(super) fn is_single(field: &Field, series: &[SeriesRow]) -> bool {
    (SINGLE.contains(field) || *field == Field::Anonymous) && !series.iter().any(|series| Known::from(series).attribute(field).is_some())
}

/// What is known of some points: of a series, or of one of them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known<'k> {
    environment: &'k str,
    tags: &'k BTreeMap<String, String>,
    release: Option<&'k str>,
    user: Option<&'k str>,
    session: Option<&'k str>,
    trace: Option<TraceId>,
}

impl<'k> Known<'k> {
    /// The attribute that is meant by a field: that of this key, or of another word or spelling of the field; the environment.
    pub(super) fn attribute(self, field: &Field) -> Option<&'k str> {
        let tag = |key: &str| self.tags.get(key).map(String::as_str);
        let is_field = |key: &str| Field::built_in_named(key).as_ref() == Some(field);
        let spelled = || self.tags.iter().find(|(key, _)| is_field(key)).map(|(_, value)| value.as_str());
        let named = match field {
            Field::Prop(key) => tag(key),
            _ => tag(field.word()).or_else(spelled),
        };
        match field {
            Field::Environment => named.or(Some(self.environment)),
            _ => named,
        }
    }

    /// The value of an attribute that is grouped by.
    pub(super) fn group_value(self, key: &str) -> Option<String> {
        let environment = || (key == "environment").then(|| self.environment.to_owned());
        self.tags.get(key).cloned().or_else(environment)
    }

    /// What a single point says beside its attributes, the trace excepted.
    fn said(self, field: &Field) -> Option<&'k str> {
        match field {
            Field::Release => self.release,
            Field::User => self.user,
            Field::Session => self.session,
            _ => None,
        }
    }

    /// The same as a text of its own, the trace included.
    pub(super) fn told(self, field: &Field) -> Option<String> {
        match field {
            Field::Trace => self.trace.map(|trace| trace.to_string()),
            _ => self.said(field).map(str::to_owned),
        }
    }
}

impl<'k> From<&'k SeriesRow> for Known<'k> {
    fn from(series: &'k SeriesRow) -> Self {
        Self { environment: &series.environment, tags: &series.tags, release: None, user: None, session: None, trace: None }
    }
}

impl<'k> From<&'k Alike> for Known<'k> {
    fn from(alike: &'k Alike) -> Self {
        Self {
            environment: &alike.environment,
            tags: &alike.tags,
            release: alike.release.as_deref(),
            user: alike.user_id.as_deref(),
            session: alike.session_id.as_deref(),
            trace: alike.trace_id,
        }
    }
}

impl<'k> From<&'k Sample> for Known<'k> {
    fn from(sample: &'k Sample) -> Self {
        Self {
            environment: &sample.environment,
            tags: &sample.tags,
            release: sample.release.as_deref(),
            user: sample.user_id.as_deref(),
            session: sample.session_id.as_deref(),
            trace: sample.trace_id,
        }
    }
}

/// A filter over a metric.
#[derive(Debug)]
pub(super) struct Asked<'f> {
    filter: &'f Filter,
    /// What it asks for that only single points know.
    singles: BTreeSet<&'f Field>,
}

impl<'f> Asked<'f> {
    /// A filter over these series.
    ///
    /// # Errors
    /// [`ApiError::InvalidParameter`] when it asks for what points do not carry, or for what only points know of a metric that has
    /// none.
    pub(super) fn of(filter: &'f Filter, metric: &str, series: &[SeriesRow]) -> Result<Self, ApiError> {
        let singles: BTreeSet<&Field> = filter.fields().into_iter().filter(|field| is_single(field, series)).collect();
        // These are counted from spans and are kept as sums alone.
        let has_points = metric != DURATION_METRIC;
        match singles.iter().find(|field| ***field == Field::Anonymous || !has_points) {
            None => Ok(Self { filter, singles }),
            Some(field) => Err(ApiError::InvalidParameter {
                name: "filter",
                problem: format!("asks for `{}`, which nobody says of points of `{metric}`", field.word()),
                allowed: if has_points {
                    "attributes of the metric, environment, release, user, session and trace".to_owned()
                } else {
                    "attributes of the metric, and environment".to_owned()
                },
            }),
        }
    }

    /// Whether series do not know who matches.
    pub(super) fn is_of_points(&self) -> bool {
        !self.singles.is_empty()
    }

    /// What it asks for that only single points know, in words.
    pub(super) fn singles_in_words(&self) -> String {
        self.singles.iter().map(|field| format!("`{}`", field.word())).collect::<Vec<_>>().join(" and ")
    }

    /// Whether points match. [`Filter::matches_spelled`] is the definition; this only says what they have.
    pub(super) fn matches<'k>(&self, known: impl Into<Known<'k>>) -> bool {
        let known = known.into();
        // The trace's text must be there for as long as it is looked at.
        let trace = if self.singles.contains(&Field::Trace) { known.told(&Field::Trace) } else { None };
        self.filter.matches_spelled(&|field| {
            let value = match field {
                Field::Trace if self.singles.contains(field) => trace.as_deref(),
                _ if self.singles.contains(field) => known.said(field),
                _ => known.attribute(field),
            };
            value.map_or(Value::Absent, Value::Text)
        })
    }

    /// The sets of attributes that it is about, as points have them; `None` for all of them, and where points are asked.
    pub(super) fn tags(&self, series: &[SeriesRow]) -> Option<Vec<serde_json::Value>> {
        let matching = || series.iter().filter(|series| self.matches(*series));
        let all = self.filter.is_all() || self.is_of_points();
        (!all).then(|| matching().map(|series| Of::tagged(&series.environment, &series.tags)).collect())
    }

    /// What every match has in its columns: the database leaves the rest out. It may let through what the filter does not.
    pub(super) fn columns(&self) -> Singles {
        let mut columns = Singles::NONE;
        for field in &self.singles {
            *column(&mut columns, field) = Single::Any;
        }
        for condition in self.filter.conditions() {
            let Filter::Term(Term { field, test }) = condition else { continue };
            let values = match test {
                Test::Is(is) => vec![is.text().to_owned()],
                Test::In(list) => list.iter().map(|is| is.text().to_owned()).collect(),
                _ => continue,
            };
            if self.singles.contains(field) {
                *column(&mut columns, field) = Single::OneOf(values);
            }
        }
        columns
    }

    /// The same once it is known which points match: few values rule out more.
    pub(super) fn columns_of<'k>(&self, matching: impl Iterator<Item = Known<'k>> + Clone) -> Singles {
        /// Values that the database is handed.
        const VALUES_MAX: usize = 100;
        let mut columns = self.columns();
        for field in &self.singles {
            let mut values = BTreeSet::new();
            let has_one_of_few = |known: Known<'_>| {
                values.extend(known.told(field));
                known.told(field).is_some() && values.len() <= VALUES_MAX
            };
            if matching.clone().all(has_one_of_few) {
                *column(&mut columns, field) = Single::OneOf(values.into_iter().collect());
            }
        }
        columns
    }
}

/// The column of one of [`SINGLE`].
pub(super) fn column<'c>(columns: &'c mut Singles, field: &Field) -> &'c mut Single {
    match field {
        Field::Release => &mut columns.release,
        Field::User => &mut columns.user,
        Field::Session => &mut columns.session,
        _ => &mut columns.trace,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(tags: &[(&str, &str)]) -> SeriesRow {
        SeriesRow {
            series_id: 1,
            name: "m".to_owned(),
            kind: protocol::metric::MetricKind::Counter,
            unit: String::new(),
            environment: "prod".to_owned(),
            tags: tags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect(),
            first_seen: chrono::DateTime::UNIX_EPOCH,
            last_seen: chrono::DateTime::UNIX_EPOCH,
            revision: 0,
        }
    }

    fn alike(tags: &[(&str, &str)], release: &str) -> Alike {
        let SeriesRow { environment, tags, .. } = series(tags);
        Alike { environment, tags, release: Some(release.to_owned()), ..Alike::default() }
    }

    #[test]
    fn an_attribute_goes_before_what_points_say_for_all_points_of_a_metric() {
        let filter = Filter::parse("release:web").expect("a filter");
        let (with, without) = ([series(&[("version", "web")]), series(&[])], [series(&[("plan", "web")])]);
        let asked = Asked::of(&filter, "m", &with).expect("a filter");
        assert!(!asked.is_of_points() && asked.columns() == Singles::NONE);
        assert!(asked.matches(&alike(&[("version", "web")], "api")));
        assert!(!asked.matches(&alike(&[], "web")), "a point without the attribute has none");
        let asked = Asked::of(&filter, "m", &without).expect("a filter");
        assert!(asked.is_of_points() && asked.matches(&alike(&[("plan", "free")], "web")));
        assert_eq!(asked.columns(), Singles { release: Single::OneOf(vec!["web".to_owned()]), ..Singles::NONE });
    }

    #[test]
    fn only_what_every_match_must_have_is_left_to_the_database() {
        let all = [series(&[("plan", "free")])];
        for (text, release, user) in [
            ("release in (a, b)", Single::OneOf(vec!["a".to_owned(), "b".to_owned()]), Single::Unasked),
            ("release:a or user:u", Single::Any, Single::Any),
            ("not release:a user:u", Single::Any, Single::OneOf(vec!["u".to_owned()])),
            ("(plan:free or release:a) user exists", Single::Any, Single::Any),
        ] {
            let filter = Filter::parse(text).expect(text);
            let columns = Asked::of(&filter, "m", &all).expect(text).columns();
            assert_eq!((columns.release, columns.user), (release, user), "{text}");
        }
    }

    #[test]
    fn what_no_point_says_is_refused() {
        let text = |filter: &str, metric: &str| {
            Asked::of(&Filter::parse(filter).expect("a filter"), metric, &[]).map(|_| ()).map_err(|e| e.to_string())
        };
        assert!(text("anonymous:x", "m").expect_err("points name none").contains("`anonymous`"));
        assert!(text("user:x", DURATION_METRIC).expect_err("there are no points").contains("`user`"));
        assert_eq!(text("user:x", "m"), Ok(()));
    }
}
