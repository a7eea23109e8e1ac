//! Ids that identify nobody.

/// What programs and people write when they have no id. In lower case.
const NULL_LIKE: [&str; 20] = [
    "null",
    "(null)",
    "undefined",
    "none",
    "nil",
    "nan",
    "n/a",
    "anonymous",
    "anon",
    "guest",
    "unknown",
    "not_authenticated",
    "true",
    "false",
    "[object object]",
    "-1",
    "id",
    "user_id",
    "anonymous_id",
    "distinct_id",
];

/// The id is what a program writes when it has none: empty, a word such as `null` or `undefined` in any case and in any
/// quotes, or nothing but zeros, dashes and the like, as the empty UUID is. Two people with such an id have nothing in common.
pub fn is_null_like(id: &str) -> bool {
    let bare = id.trim_matches(|c: char| c.is_whitespace() || c.is_control() || ['"', '\'', '`'].contains(&c));
    let filler = |c: char| ['0', '-', '_', '.', ':', '{', '}'].contains(&c);
    bare.chars().all(filler) || NULL_LIKE.iter().any(|word| bare.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_program_writes_without_an_id_is_told_from_an_id() {
        for id in [
            "",
            " ",
            "\t\n",
            "null",
            "NULL",
            " Undefined ",
            "\"null\"",
            "''",
            "None",
            "nil",
            "NaN",
            "0",
            "000",
            "-1",
            "anonymous",
            "Guest",
            "true",
            "False",
            "[object Object]",
            "00000000-0000-0000-0000-000000000000",
            "{00000000-0000-0000-0000-000000000000}",
            "00000000000000000000000000000000",
            "{}",
            "-",
        ] {
            assert!(is_null_like(id), "{id:?}");
        }
        for id in ["u1", "1", "10", "7", "nullable", "guest-7", "00000000-0000-0000-0000-000000000001", "ü", "nobody@example.com", "0x1f"]
        {
            assert!(!is_null_like(id), "{id:?}");
        }
    }
}
