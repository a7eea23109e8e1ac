//! Lists and objects of a body, read without growing beyond what may be in them: a body of ten megabytes has room for
//! millions of entries that each cost more in memory than as text.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use protocol::limits::IMPORT_ITEMS_MAX;
use serde::de::{Deserialize, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// Fields of a body's object; we know of less than ten.
const FIELDS_MAX: usize = 100;

/// The items of a list, raw.
pub(super) struct List<'b> {
    /// At most as many as any batch may hold.
    pub(super) items: Vec<&'b RawValue>,
    /// How many there are.
    pub(super) found: usize,
}

/// The fields of an object, raw. Of a name that stands there twice, the last counts.
pub(super) struct Fields<'b> {
    by_name: BTreeMap<Cow<'b, str>, &'b RawValue>,
    repeated: BTreeSet<Cow<'b, str>>,
}

impl<'b> Fields<'b> {
    pub(super) fn get(&self, name: &str) -> Option<&'b RawValue> {
        self.by_name.get(name).copied()
    }

    pub(super) fn is_repeated(&self, name: &str) -> bool {
        self.repeated.contains(name)
    }
}

impl<'b> Deserialize<'b> for List<'b> {
    fn deserialize<D: Deserializer<'b>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(AnyList)
    }
}

impl<'b> Deserialize<'b> for Fields<'b> {
    fn deserialize<D: Deserializer<'b>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(AnyObject)
    }
}

struct AnyList;

impl<'b> Visitor<'b> for AnyList {
    type Value = List<'b>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'b>>(self, mut list: A) -> Result<List<'b>, A::Error> {
        let mut items = Vec::new();
        while items.len() < IMPORT_ITEMS_MAX
            && let Some(item) = list.next_element()?
        {
            items.push(item);
        }
        let mut found = items.len();
        while list.next_element::<IgnoredAny>()?.is_some() {
            found += 1;
        }
        Ok(List { items, found })
    }
}

/// A name without an escape is not copied.
struct Name<'b>(Cow<'b, str>);

impl<'b> Deserialize<'b> for Name<'b> {
    fn deserialize<D: Deserializer<'b>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;

        impl<'b> Visitor<'b> for Text {
            type Value = Name<'b>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }

            fn visit_borrowed_str<E>(self, text: &'b str) -> Result<Name<'b>, E> {
                Ok(Name(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Name<'b>, E> {
                Ok(Name(Cow::Owned(text.to_owned())))
            }
        }

        deserializer.deserialize_str(Text)
    }
}

struct AnyObject;

impl<'b> Visitor<'b> for AnyObject {
    type Value = Fields<'b>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'b>>(self, mut object: A) -> Result<Fields<'b>, A::Error> {
        let mut fields = Fields { by_name: BTreeMap::new(), repeated: BTreeSet::new() };
        while let Some((Name(name), value)) = object.next_entry()? {
            if fields.by_name.insert(name.clone(), value).is_some() {
                fields.repeated.insert(name);
            }
            if fields.by_name.len() > FIELDS_MAX {
                return Err(A::Error::custom(format_args!("more than {FIELDS_MAX} fields")));
            }
        }
        Ok(fields)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_counted_to_its_end_and_kept_to_its_limit() {
        let body = format!("[{}1]", "1,".repeat(IMPORT_ITEMS_MAX + 4));
        let list: List<'_> = serde_json::from_str(&body).expect("a list");
        assert_eq!((list.items.len(), list.found), (IMPORT_ITEMS_MAX, IMPORT_ITEMS_MAX + 5));
        assert!(serde_json::from_str::<List<'_>>("[1,2,").is_err());
    }

    #[test]
    fn of_a_repeated_field_the_last_counts_and_there_are_not_too_many() {
        let fields: Fields<'_> = serde_json::from_str(r#"{"a":1,"\u0061":2,"b":3}"#).expect("an object");
        assert_eq!(["a", "b", "c"].map(|name| fields.get(name).map(RawValue::get)), [Some("2"), Some("3"), None]);
        assert_eq!(["a", "b"].map(|name| fields.is_repeated(name)), [true, false]);
        let many: Vec<String> = (0..=FIELDS_MAX).map(|n| format!("\"{n}\":0")).collect();
        assert!(serde_json::from_str::<Fields<'_>>(&format!("{{{}}}", many[1..].join(","))).is_ok());
        assert!(serde_json::from_str::<Fields<'_>>(&format!("{{{}}}", many.join(","))).is_err());
    }
}
