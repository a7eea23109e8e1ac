//! Numbers, as narrow as they can be without a change in value.

use arrow_array::{Array as _, Float64Array, Int8Array, Int16Array, Int32Array};

/// A column of numbers. Whole numbers, and decimals of few digits, are kept as small integers with a scale: an amount of
/// 19.99 is 1999 / 100.
#[derive(Clone, Debug, PartialEq)]
pub struct Number {
    pub(super) values: Values,
    /// The values are the stored ones divided by this power of ten.
    pub(super) decimals: u8,
}

/// What is stored.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Values {
    I8(Int8Array),
    I16(Int16Array),
    I32(Int32Array),
    F64(Float64Array),
}

const POWERS: [f64; 5] = [1.0, 10.0, 100.0, 1_000.0, 10_000.0];

macro_rules! with_values {
    ($values:expr, $array:ident => $body:expr) => {
        match $values {
            Values::I8($array) => $body,
            Values::I16($array) => $body,
            Values::I32($array) => $body,
            Values::F64($array) => $body,
        }
    };
}

impl Number {
    /// The column of these values, each exactly as it was. `None` when no row has one.
    pub fn pack(values: &[Option<f64>]) -> Option<Self> {
        values.iter().any(Option::is_some).then(|| {
            (0..POWERS.len())
                .find_map(|decimals| Some(Self { values: whole(values, POWERS[decimals])?, decimals: decimals as u8 }))
                .unwrap_or_else(|| Self { values: Values::F64(values.iter().copied().collect()), decimals: 0 })
        })
    }

    /// The value of a row.
    pub fn at(&self, row: usize) -> Option<f64> {
        with_values!(&self.values, array => (!array.is_null(row)).then(|| Into::<f64>::into(array.value(row)) / POWERS[self.decimals as usize]))
    }

    /// Rows.
    pub fn len(&self) -> usize {
        with_values!(&self.values, array => array.len())
    }

    /// No rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The values in the order of the rows.
    pub fn iter(&self) -> impl Iterator<Item = Option<f64>> + '_ {
        (0..self.len()).map(|row| self.at(row))
    }

    pub(super) fn memory(&self) -> usize {
        with_values!(&self.values, array => array.get_array_memory_size())
    }
}

/// The values times `power`, if all of them are whole then and none changes by it.
fn whole(values: &[Option<f64>], power: f64) -> Option<Values> {
    let mut whole = Vec::with_capacity(values.len());
    let (mut least, mut most) = (0, 0);
    for value in values {
        let scaled = match value {
            Some(value) => {
                let scaled = (value * power).round();
                if scaled.abs() > f64::from(i32::MAX) || scaled / power != *value {
                    return None;
                }
                Some(scaled as i32)
            }
            None => None,
        };
        least = least.min(scaled.unwrap_or(0));
        most = most.max(scaled.unwrap_or(0));
        whole.push(scaled);
    }
    let fits = |min: i32, max: i32| min <= least && most <= max;
    Some(if fits(i8::MIN.into(), i8::MAX.into()) {
        Values::I8(whole.into_iter().map(|value| value.map(|value| value as i8)).collect())
    } else if fits(i16::MIN.into(), i16::MAX.into()) {
        Values::I16(whole.into_iter().map(|value| value.map(|value| value as i16)).collect())
    } else {
        Values::I32(whole.into_iter().collect())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_comes_back_as_it_was() {
        for values in [
            vec![Some(1.0), None, Some(-128.0)],
            vec![Some(19.99), Some(0.01), None],
            vec![Some(0.1 + 0.2), Some(1e300)],
            vec![Some(2_147_483_647.0), Some(-2_147_483_647.0)],
            vec![Some(2_147_483_648.0)],
            vec![Some(0.1234), Some(1.0)],
        ] {
            let number = Number::pack(&values).expect("some value");
            assert_eq!(number.iter().collect::<Vec<_>>(), values);
        }
        assert_eq!(Number::pack(&[None, None]), None);
    }

    #[test]
    fn cents_take_two_bytes() {
        let number = Number::pack(&[Some(19.99), Some(0.5)]).expect("some value");
        assert!(matches!(number, Number { values: Values::I16(_), decimals: 2 }));
    }
}
