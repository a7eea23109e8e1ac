//! Filters in the API's description.

use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, OneOfBuilder, Type};
use utoipa::openapi::{Ref, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::{Filter, Literal, Number, Piece, TEXT_BYTES_MAX, Term};

impl PartialSchema for Filter {
    fn schema() -> RefOr<Schema> {
        let filter = || Ref::from_schema_name("Filter");
        let group = |word: &str| ObjectBuilder::new().property(word, ArrayBuilder::new().items(filter())).required(word);
        let text = ObjectBuilder::new().schema_type(Type::String).max_length(Some(TEXT_BYTES_MAX)).examples(["name:purchase country:DE"]);
        OneOfBuilder::new()
            .description(Some("Which events are meant: text as in the dashboard (`/docs/filters`), or a tree."))
            .item(text)
            .item(group("and"))
            .item(group("or"))
            .item(ObjectBuilder::new().property("not", filter()).required("not"))
            .item(Ref::from_schema_name("Term"))
            .into()
    }
}

impl ToSchema for Filter {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((Term::name().into_owned(), Term::schema()));
        Term::schemas(schemas);
    }
}

impl PartialSchema for Literal {
    fn schema() -> RefOr<Schema> {
        String::schema()
    }
}

impl ToSchema for Literal {}

impl PartialSchema for Piece {
    fn schema() -> RefOr<Schema> {
        String::schema()
    }
}

impl ToSchema for Piece {}

impl PartialSchema for Number {
    fn schema() -> RefOr<Schema> {
        f64::schema()
    }
}

impl ToSchema for Number {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_schema_that_is_named_is_there() {
        let mut schemas = Vec::new();
        Filter::schemas(&mut schemas);
        schemas.push(("Filter".to_owned(), Filter::schema()));
        let json = serde_json::to_string(&schemas).expect("json");
        let mut named = json.split("#/components/schemas/").skip(1).filter_map(|rest| rest.split('"').next()).peekable();
        assert!(named.peek().is_some());
        for name in named {
            assert!(schemas.iter().any(|(known, _)| known == name), "{name}");
        }
    }

    #[test]
    fn a_term_has_its_field_beside_the_operator_and_the_value() {
        let json = serde_json::to_value(Term::schema()).expect("json").to_string();
        for key in ["\"field\"", "#/components/schemas/Test"] {
            assert!(json.contains(key), "{json}");
        }
        let json = serde_json::to_value(super::super::Test::schema()).expect("json").to_string();
        for key in ["\"op\"", "\"value\"", "\"not_in\"", "\"absent\""] {
            assert!(json.contains(key), "{json}");
        }
    }
}
