//! The unit of a formula's values, as far as the units of its series tell it.

use super::{Formula, Node, Operator};

/// What is known of a part's values.
#[derive(Clone, Debug, PartialEq)]
enum Unit<'u> {
    /// A number that stands in the formula.
    Plain(f64),
    /// In this unit; empty for counts.
    In(&'u str),
    /// One amount in parts of another one of the same unit.
    Share,
    /// The same in hundredths.
    Percent,
    /// None that has a name.
    Unknown,
}

impl Formula {
    /// The unit of its values, where `series` has that of each of A, B, …: `percent` for `A/B*100` of one unit, the unit itself
    /// for sums, differences and multiples; else empty.
    pub fn unit(&self, series: &[&str]) -> String {
        match of(&self.0, series) {
            Unit::In(unit) => unit,
            Unit::Percent => "percent",
            Unit::Plain(_) | Unit::Share | Unit::Unknown => "",
        }
        .to_owned()
    }
}

fn of<'u>(node: &Node, series: &[&'u str]) -> Unit<'u> {
    match node {
        Node::Number(value) => Unit::Plain(*value),
        Node::Series(place) => series.get(usize::from(*place)).map_or(Unit::Unknown, |unit| Unit::In(unit)),
        Node::Negative(inner) => of(inner, series),
        Node::Pair(operator, left, right) => pair(*operator, of(left, series), of(right, series)),
    }
}

fn pair<'u>(operator: Operator, left: Unit<'u>, right: Unit<'u>) -> Unit<'u> {
    use Operator as O;
    match (operator, left, right) {
        (O::Plus | O::Minus, left, right) if left == right => left,
        // 1 - A/B is a share, 100 - A/B*100 a percentage, and a count more or less is a count.
        (O::Plus | O::Minus, Unit::Plain(_), unit) | (O::Plus | O::Minus, unit, Unit::Plain(_)) => unit,
        (O::Times, Unit::Share, Unit::Plain(hundred)) | (O::Times, Unit::Plain(hundred), Unit::Share) if hundred == 100.0 => Unit::Percent,
        // 100*A/B: the hundred comes before the division.
        (O::Times, Unit::Plain(_), unit @ Unit::In(_)) | (O::Times | O::Over, unit @ Unit::In(_), Unit::Plain(_)) => unit,
        (O::Over, Unit::In(left), Unit::In(right)) if left == right => Unit::Share,
        // Seconds per request are seconds.
        (O::Over, unit @ Unit::In(_), Unit::In("")) => unit,
        _ => Unit::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_in_hundredths_is_a_percentage_and_sums_keep_their_unit() {
        for (text, units, unit) in [
            ("A/B*100", &["", ""][..], "percent"),
            ("100*(A/B)", &["", ""], "percent"),
            ("A/(A+B)*100", &["", ""], "percent"),
            ("100-A/B*100", &["", ""], "percent"),
            ("A/B", &["", ""], ""),
            ("A+B", &["ms", "ms"], "ms"),
            ("A+B", &["ms", "s"], ""),
            ("A/1000", &["bytes"], "bytes"),
            ("A/B", &["usd", ""], "usd"),
            ("A/B", &["usd", "ms"], ""),
            ("A*B", &["ms", "ms"], ""),
        ] {
            let formula = Formula::parse(text).expect("a formula");
            assert_eq!(formula.unit(units), unit, "{text} of {units:?}");
        }
    }
}
