//! What people may write, and the one spelling that it becomes.

use protocol::filter::{Field, Filter, Test};

fn canonical(text: &str) -> String {
    Filter::parse(text).unwrap_or_else(|error| panic!("{text}: {error}")).to_string()
}

#[test]
fn other_spellings_become_one() {
    for (written, is) in [
        ("", ""),
        ("  ", ""),
        ("()", ""),
        ("name:purchase country:DE", "name:purchase country:DE"),
        ("name:purchase AND country:DE", "name:purchase country:DE"),
        ("event:purchase Country = DE", "name:purchase country:DE"),
        ("country is DE", "country:DE"),
        ("country==DE", "country:DE"),
        ("country: DE", "country:DE"),
        ("country:!=DE", "country!=DE"),
        ("country != DE", "country!=DE"),
        ("not country:DE", "country!=DE"),
        ("!country:DE", "country!=DE"),
        ("-country:DE", "country!=DE"),
        ("country is not DE", "country!=DE"),
        ("not not country:DE", "country:DE"),
        ("os in (iOS, Android)", "os in (iOS, Android)"),
        ("os:(iOS,Android)", "os in (iOS, Android)"),
        ("os in (iOS, iOS)", "os:iOS"),
        ("os NOT IN (iOS, Android)", "os not in (iOS, Android)"),
        ("not os in (iOS, Android)", "os not in (iOS, Android)"),
        ("price > 10 and price <= 99.5", "price>10 price<=99.5"),
        ("price:>=1e3", "price>=1000"),
        ("price<-0", "price<0"),
        ("not price<5", "not price<5"),
        ("route contains checkout", "route contains checkout"),
        ("page not contains checkout", "route not contains checkout"),
        ("path starts with /docs", "route starts /docs"),
        ("route starts \"with\"", "route starts \"with\""),
        ("plan exists", "plan exists"),
        ("plan:*", "plan exists"),
        ("plan not exists", "plan absent"),
        ("not (plan exists)", "plan absent"),
        ("not (country:DE or country:FR)", "not (country:DE or country:FR)"),
        ("a:1 b:2 or c:3", "(a:1 b:2) or c:3"),
        ("a:1 and (b:2 and (c:3))", "a:1 b:2 c:3"),
        ("a:1 (b:2 or () )", "a:1"),
        ("not ()", "not ()"),
        ("a:1 not ()", "not ()"),
        ("props.os:custom", "props.os:custom"),
        ("props.plan:pro", "plan:pro"),
        ("utm.source:news", "utm_source:news"),
        ("'plan':'Pro plus'", "plan:\"Pro plus\""),
        ("props.\"Cart size\">3", "props.\"Cart size\">3"),
        ("\"Cart size\">3", "props.\"Cart size\">3"),
        ("route:/orders/:id", "route:/orders/:id"),
        ("route:/blog/[slug]", "route:/blog/[slug]"),
        ("props.in:5", "props.in:5"),
        ("in:5", "props.in:5"),
        ("name:\"and\"", "name:\"and\""),
        (r#"name:"say \"hi\" \u{e9}\n""#, r#"name:"say \"hi\" é\n""#),
    ] {
        assert_eq!(canonical(written), is, "{written}");
        assert_eq!(canonical(is), is);
    }
}

#[test]
fn a_key_is_a_dimension_by_any_of_its_words_and_else_a_prop() {
    for field in Field::built_in() {
        for word in field.aliases().iter().copied().chain([field.word(), field.path().as_ref()]) {
            assert_eq!(Field::named(word), field);
            assert_eq!(Field::named(&word.to_uppercase()), field);
            assert_eq!(Field::named(&format!("props.{word}")), Field::Prop(word.to_owned()));
        }
    }
    assert_eq!(Field::named("userId"), Field::User);
    assert_eq!(Field::named("plan"), Field::Prop("plan".to_owned()));
    assert_eq!(Field::built_in().count(), 21);
}

#[test]
fn a_field_alone_is_written_as_in_a_filter() {
    assert_eq!("utm.source".parse(), Ok(Field::UtmSource));
    assert_eq!("props.\"Cart size\"".parse(), Ok(Field::Prop("Cart size".to_owned())));
    for refused in ["", "country:DE", "a b", "props.\"open"] {
        assert!(refused.parse::<Field>().is_err(), "{refused}");
    }
}

#[test]
fn the_order_and_the_repetition_of_terms_do_not_change_the_cache_key() {
    let key = |text| Filter::parse(text).expect("a filter").cache_key();
    assert_eq!(key("a:1 b:2 (c:3 or d in (x, y))"), key("(d in (y, x) or c:3) b:2 a:1 b:2"));
    assert_ne!(key("a:1 b:2"), key("a:1 or b:2"));
    assert_eq!(key("a:1 a:1"), "a:1");
}

#[test]
fn a_plan_sees_what_is_read_and_what_must_be_true() {
    let filter = Filter::parse("name:purchase (country:DE or plan exists) not country:FR").expect("a filter");
    assert_eq!(filter.fields().into_iter().collect::<Vec<_>>(), [&Field::Name, &Field::Country, &Field::Prop("plan".to_owned())]);
    assert_eq!(filter.conditions().len(), 3);
    assert_eq!(filter.conditions()[0], Filter::term(Field::Name, Test::is("purchase")));
    assert_eq!(filter.terms().len(), 4);
    assert!(Filter::all().conditions().is_empty() && Filter::all().is_all());
    assert!(Filter::nothing().is_nothing());
    assert_eq!(filter.clone().and(Filter::all()), filter);
    assert_eq!(filter.and(Filter::nothing()), Filter::nothing());
}
