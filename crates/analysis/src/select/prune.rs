//! Segments that a filter rules out by their description alone.

use protocol::filter::{Field, Filter, Term, Value};

use super::dimension;
use crate::keys::Dimension;
use crate::segment::{ColumnKey, ColumnStats, Meta, PropKind};

/// Whether some event of the segment may match. `false` is certain, `true` is not.
pub fn may_match(meta: &Meta, filter: &Filter) -> bool {
    match filter {
        Filter::And(members) => members.iter().all(|member| may_match(meta, member)),
        Filter::Or(members) => members.iter().any(|member| may_match(meta, member)),
        // What the inner filter may match says nothing about what it does not.
        Filter::Not(inner) => !inner.is_all(),
        Filter::Term(term) => term_may_match(meta, term),
    }
}

fn term_may_match(meta: &Meta, term: &Term) -> bool {
    let Some(dimension) = dimension(&term.field) else {
        let column = if term.field == Field::Trace { ColumnKey::Trace } else { ColumnKey::Runs };
        return term.test.matches(Value::Absent) || meta.part_of(&column).is_some();
    };
    if let Dimension::Prop(name) = &dimension
        && meta.rest_may_hold(name)
    {
        return true;
    }
    let columns: Vec<ColumnKey> =
        dimension.columns().into_iter().filter(|key| *key != ColumnKey::RestProps && meta.part_of(key).is_some()).collect();
    // With one column, its description tells whether some rows have no value; with several, nothing does.
    let absent = match &columns[..] {
        [] => true,
        [one] => !matches!(meta.columns.get(one), Some(ColumnStats::Values { absent: false, .. })),
        _ => true,
    };
    (absent && term.test.matches(Value::Absent)) || columns.iter().any(|key| column_may_match(meta, key, term))
}

fn column_may_match(meta: &Meta, key: &ColumnKey, term: &Term) -> bool {
    let is_bool = matches!(key, ColumnKey::Prop(prop) if prop.kind == PropKind::Bool);
    match meta.columns.get(key) {
        Some(ColumnStats::Values { values, .. }) => {
            values.iter().any(|value| term.test.matches(if is_bool { Value::Bool(value == "true") } else { Value::Text(value) }))
        }
        Some(ColumnStats::Span(least, most)) => span_may_match(*least, *most, term),
        _ => true,
    }
}

/// Whether some number from `least` to `most` may pass.
fn span_may_match(least: f64, most: f64, term: &Term) -> bool {
    use protocol::filter::Test;
    match &term.test {
        Test::Above(_) | Test::AtLeast(_) => term.test.matches(Value::Number(most)),
        Test::Below(_) | Test::AtMost(_) => term.test.matches(Value::Number(least)),
        Test::Contains(_) | Test::Starts(_) | Test::Absent => false,
        _ => true,
    }
}
