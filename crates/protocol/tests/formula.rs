//! Formulas between series, against a plain tree that writes every parenthesis.

use proptest::prelude::*;
use protocol::formula::{DEPTH_MAX, Formula, FormulaFault, TEXT_BYTES_MAX};

fn read(text: &str) -> Formula {
    Formula::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[test]
fn other_spellings_become_one() {
    for (written, is) in [
        (" A / B * 100 ", "A/B*100"),
        ("a-b", "A-B"),
        ("A×100÷B−C", "A*100/B-C"),
        ("(A+B)/C", "(A+B)/C"),
        ("((A))", "A"),
        ("(A*B)+C", "A*B+C"),
        ("A-(B-C)", "A-(B-C)"),
        ("A-(B*C)", "A-B*C"),
        ("(A-B)-C", "A-B-C"),
        ("A--B", "A--B"),
        ("-(A+B)", "-(A+B)"),
        ("-A*B", "-A*B"),
        ("A*1e3+.5", "A*1000+0.5"),
        ("A*1e20", "A*1e20"),
    ] {
        assert_eq!(read(written).to_string(), is, "{written}");
    }
}

#[test]
fn a_bucket_has_a_value_or_none() {
    for (formula, series, value) in [
        ("A/B*100", &[1.0, 4.0][..], Some(25.0)),
        ("A-B-C", &[10.0, 3.0, 2.0], Some(5.0)),
        ("A-(B-C)", &[10.0, 3.0, 2.0], Some(9.0)),
        ("A/B/C", &[12.0, 3.0, 2.0], Some(2.0)),
        ("-A+B*C", &[1.0, 2.0, 3.0], Some(5.0)),
        ("A/B", &[1.0, 0.0], None),
        ("A/B", &[0.0, 0.0], None),
        ("1/(A/B)", &[1.0, 0.0], None),
        ("A*1e300*1e300", &[1.0], None),
        ("A+B", &[1.0], None),
        ("A", &[f64::NAN], None),
    ] {
        assert_eq!(read(formula).eval(series), value, "{formula}");
    }
}

#[test]
fn a_formula_knows_its_series_and_is_its_text_in_json() {
    let formula = read("(C+A)/C");
    assert_eq!(formula.letters(), ['A', 'C']);
    assert_eq!(serde_json::to_string(&formula).expect("json"), "\"(C+A)/C\"");
    assert_eq!(serde_json::from_str::<Formula>("\"( c+A)/C\"").expect("a formula"), formula);
    assert!(serde_json::from_str::<Formula>("\"A+\"").expect_err("no formula").to_string().contains("character 3: expected a series"));
}

#[test]
fn every_kind_of_error_has_its_place() {
    let long = "A+".repeat(TEXT_BYTES_MAX);
    let grown = format!("A{}", "+1e15".repeat(30));
    let deep = format!("{}A", "(".repeat(DEPTH_MAX + 1));
    let cases = [
        (long.as_str(), FormulaFault::TooLong, TEXT_BYTES_MAX),
        (&grown, FormulaFault::TooLong, 0),
        (&deep, FormulaFault::TooDeep, DEPTH_MAX),
        ("", FormulaFault::ValueMissing, 0),
        ("A+", FormulaFault::ValueMissing, 2),
        ("A×*B", FormulaFault::ValueMissing, 2),
        ("()", FormulaFault::ValueMissing, 1),
        ("AB", FormulaFault::SeriesUnknown, 0),
        ("A+Ä", FormulaFault::SeriesUnknown, 2),
        ("1+2", FormulaFault::SeriesMissing, 0),
        ("A*1.2.3", FormulaFault::NumberUnreadable, 2),
        ("A*1e999", FormulaFault::NumberUnreadable, 2),
        ("(A+B", FormulaFault::ParenthesisOpen, 4),
        ("A)", FormulaFault::ParenthesisExtra, 1),
        ("A B", FormulaFault::OperatorMissing, 2),
        ("(A B)", FormulaFault::OperatorMissing, 3),
        ("A*2E", FormulaFault::OperatorMissing, 3),
        ("A % B", FormulaFault::OperatorMissing, 2),
    ];
    for (text, kind, at) in cases {
        let error = Formula::parse(text).expect_err(text);
        assert_eq!((error.kind, error.at), (kind, at), "{text}: {error}");
    }
    for kind in FormulaFault::ALL {
        assert!(cases.iter().any(|(_, known, _)| *known == kind), "{kind:?} has no example");
    }
}

/// The plain twin.
#[derive(Clone, Debug)]
enum Plain {
    Number(f64),
    Series(usize),
    Negative(Box<Plain>),
    Pair(char, Box<Plain>, Box<Plain>),
}

impl Plain {
    /// With every parenthesis.
    fn text(&self) -> String {
        match self {
            Self::Number(value) => value.to_string(),
            Self::Series(place) => ["A", "B", "C"][*place].to_owned(),
            Self::Negative(inner) => format!("-({})", inner.text()),
            Self::Pair(sign, left, right) => format!("({}){sign}({})", left.text(), right.text()),
        }
    }

    fn eval(&self, series: [f64; 3]) -> Option<f64> {
        let value = match self {
            Self::Number(value) => *value,
            Self::Series(place) => series[*place],
            Self::Negative(inner) => -inner.eval(series)?,
            Self::Pair('+', left, right) => left.eval(series)? + right.eval(series)?,
            Self::Pair('-', left, right) => left.eval(series)? - right.eval(series)?,
            Self::Pair('*', left, right) => left.eval(series)? * right.eval(series)?,
            Self::Pair(_, left, right) => match (left.eval(series)?, right.eval(series)?) {
                (_, 0.0) => return None,
                (left, right) => left / right,
            },
        };
        value.is_finite().then_some(value)
    }
}

fn plain() -> impl Strategy<Value = Plain> {
    let leaf = prop_oneof![(0..3_usize).prop_map(Plain::Series), (0..50_u32).prop_map(|n| Plain::Number(f64::from(n) / 4.0))];
    let any = leaf.prop_recursive(4, 12, 2, |inner| {
        prop_oneof![
            1 => inner.clone().prop_map(|inner| Plain::Negative(Box::new(inner))),
            4 => (prop::sample::select(&['+', '-', '*', '/'][..]), inner.clone(), inner)
                .prop_map(|(sign, left, right)| Plain::Pair(sign, Box::new(left), Box::new(right))),
        ]
    });
    // A formula without any series is refused.
    any.prop_map(|any| Plain::Pair('*', Box::new(any), Box::new(Plain::Series(0))))
}

proptest! {
    #[test]
    fn a_formula_has_the_value_of_its_twin_and_its_text_is_the_same_formula(
        plain in plain(),
        series in prop::array::uniform3(prop_oneof![(-3..4_i32).prop_map(f64::from), -1e9..1e9]),
    ) {
        let text = plain.text();
        prop_assume!(text.len() <= TEXT_BYTES_MAX);
        let formula = Formula::parse(&text).map_err(|error| TestCaseError::fail(format!("{text}: {error}")))?;
        prop_assert_eq!(formula.eval(&series), plain.eval(series), "{}", text);
        let canonical = formula.to_string();
        prop_assert!(canonical.len() <= text.len());
        prop_assert_eq!(Formula::parse(&canonical), Ok(formula), "{} {}", text, canonical);
    }

    #[test]
    fn any_text_is_a_formula_or_an_error_within_the_text(
        text in prop_oneof!["[ABz0-9e.+*/()−× -]{0,24}", "\\PC{0,20}"]
    ) {
        match Formula::parse(&text) {
            Ok(formula) => prop_assert_eq!(Formula::parse(&formula.to_string()), Ok(formula)),
            Err(error) => prop_assert!(error.at <= text.chars().count(), "{}", error),
        }
    }
}
