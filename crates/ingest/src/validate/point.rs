//! Metric points.

use protocol::limits::METRIC_TAGS_MAX;
use protocol::metric::{MetricKind, MetricPoint, MetricValue};
use protocol::verdict::ItemCode;
use serde_json::value::RawValue;

use super::bounds;
use super::{Refusal, Valid};
use crate::item;

/// A metric point within every limit.
pub(crate) fn point(raw: &RawValue) -> Result<Valid<MetricPoint>, Refusal> {
    let mut valid: Valid<MetricPoint> = item::read(raw)?;
    let point = &mut valid.item;
    bounds::name(&point.name)?;
    bounds::attributes([
        ("unit", &point.unit),
        ("user_id", &point.user_id),
        ("session_id", &point.session_id),
        ("release", &point.release),
        ("environment", &point.environment),
    ])?;
    if point.tags.len() > METRIC_TAGS_MAX {
        return Err(Refusal::new(ItemCode::TooManyTags, format!("the point has {} tags", point.tags.len())));
    }
    for (key, value) in &point.tags {
        bounds::key(key)?;
        bounds::attribute(key, value)?;
    }
    if let (MetricValue::Text(text), false) = (&point.value, point.kind == MetricKind::Set) {
        let number = text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
        point.value = number
            .map(MetricValue::Number)
            .ok_or_else(|| Refusal::new(ItemCode::ValueNotANumber, format!("value is {:?}", bounds::shortened(text))))?;
    }
    Ok(valid)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_metric_value_is_a_number_and_only_a_set_takes_text() {
        let value = |json: &str| {
            point(&RawValue::from_string(json.to_owned()).expect("json")).map(|valid| valid.item.value).map_err(|refusal| refusal.code)
        };
        assert_eq!(value(r#"{"name":"m","value":"42"}"#), Ok(MetricValue::Number(42.0)));
        assert_eq!(value(r#"{"name":"m","value":"NaN"}"#), Err(ItemCode::ValueNotANumber));
        assert_eq!(value(r#"{"name":"m","value":true}"#), Err(ItemCode::ValueNotANumber));
        assert_eq!(value(r#"{"name":"m","kind":"set","value":"u1"}"#), Ok(MetricValue::Text("u1".to_owned())));
        assert_eq!(value(r#"{"name":"m"}"#), Err(ItemCode::Malformed));
    }
}
