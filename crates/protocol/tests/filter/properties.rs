//! What holds for every filter.

use proptest::prelude::*;
use protocol::filter::{Filter, TEXT_BYTES_MAX};

use crate::random::{filter, value, written};

proptest! {
    #[test]
    fn the_text_of_a_filter_is_read_as_the_same_filter(filter in filter()) {
        let tidy = filter.tidy();
        prop_assume!(tidy.clone().bounded().is_ok());
        prop_assert_eq!(Filter::parse(&tidy.to_string()), Ok(tidy.clone()), "{}", tidy);
    }

    #[test]
    fn the_json_of_a_filter_is_read_as_the_same_filter(filter in filter()) {
        let tidy = filter.clone().tidy();
        prop_assume!(tidy.clone().bounded().is_ok());
        let json = serde_json::to_string(&filter).expect("json");
        prop_assert_eq!(serde_json::from_str::<Filter>(&json).map_err(|error| error.to_string()), Ok(tidy), "{}", json);
    }

    #[test]
    fn tidying_and_sorting_change_no_answer(filter in filter(), values in prop::collection::vec(value(), 1..5)) {
        // Every field gets one of the values, by its name.
        let get = |field: &protocol::filter::Field| values[field.path().len() % values.len()].value();
        let tidy = filter.clone().tidy();
        prop_assert_eq!(tidy.clone().tidy(), tidy.clone());
        prop_assert_eq!(filter.matches(&get), tidy.matches(&get), "{} {}", filter, tidy);
        prop_assume!(tidy.clone().bounded().is_ok());
        let key = tidy.cache_key();
        let sorted = Filter::parse(&key).expect("a filter");
        prop_assert_eq!(sorted.matches(&get), tidy.matches(&get), "{}", key);
        prop_assert_eq!(sorted.cache_key(), key);
    }

    #[test]
    fn an_opposite_passes_exactly_where_the_test_does_not(filter in filter(), value in value()) {
        for term in filter.terms() {
            if let Some(opposite) = term.test.opposite() {
                prop_assert_ne!(opposite.matches(value.value()), term.test.matches(value.value()), "{}", term);
                prop_assert_eq!(opposite.opposite(), Some(term.test.clone()));
            }
        }
    }

    #[test]
    fn a_text_is_found_in_whatever_contains_it(before in ".{0,5}", piece in ".{1,5}", after in ".{0,5}") {
        let filter = Filter::term(protocol::filter::Field::Route, protocol::filter::Test::Contains(protocol::filter::Piece::new(&*piece)));
        let text = format!("{before}{piece}{after}");
        prop_assert!(filter.matches(&|_| protocol::filter::Value::Text(&text)));
    }

    #[test]
    fn any_text_is_a_filter_within_the_limits_or_an_error_within_the_text(text in written()) {
        match Filter::parse(&text) {
            Ok(filter) => {
                let canonical = filter.to_string();
                prop_assert!(canonical.len() <= TEXT_BYTES_MAX);
                prop_assert_eq!(Filter::parse(&canonical), Ok(filter), "{}", canonical);
            }
            Err(error) => prop_assert!(error.at <= text.chars().count(), "{}", error),
        }
    }
}
