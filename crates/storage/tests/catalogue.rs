//! The rules that keep the schema fit for one server and for many, checked on the catalogue and on every statement.

use sqlx::PgPool;

/// Tables that do not grow with traffic; they stay on one node and growing tables never refer to them.
const SMALL: [&str; 13] = [
    "project",
    "annotation",
    "metric_note",
    "route_rule",
    "api_key",
    "account",
    "login_session",
    "setup_link",
    "saved",
    "shared_link",
    "project_role",
    "ingest_process",
    "_sqlx_migrations",
];

async fn names(pool: &PgPool, sql: &'static str) -> Vec<String> {
    sqlx::query_scalar(sql).bind(SMALL.map(str::to_owned).to_vec()).fetch_all(pool).await.expect("catalogue")
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn every_growing_table_begins_its_keys_with_the_project(pool: PgPool) {
    let without_column = names(
        &pool,
        "select c.relname::text from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relname = any($1)
         and not exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'project_id' and a.atttypid = 'int4'::regtype and a.attnotnull)",
    )
    .await;
    assert_eq!(without_column, [""; 0], "tables without `project_id int4 not null`");
    let elsewhere = names(
        &pool,
        "select i.indexrelid::regclass::text from pg_index i join pg_class c on c.oid = i.indrelid
         where c.relnamespace = 'public'::regnamespace and i.indisunique and not c.relname = any($1)
         and not exists (select from pg_attribute a where a.attrelid = c.oid and a.attnum = i.indkey[0] and a.attname = 'project_id')",
    )
    .await;
    assert_eq!(elsewhere, [""; 0], "unique keys that do not begin with project_id");
    let without_key = names(
        &pool,
        "select c.relname::text from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relname = any($1)
         and not exists (select from pg_constraint k where k.conrelid = c.oid and k.contype = 'p')",
    )
    .await;
    assert_eq!(without_key, [""; 0], "tables without a primary key");
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn nothing_in_the_schema_stops_it_from_being_distributed(pool: PgPool) {
    for (rule, sql) in [
        ("triggers", "select tgname::text from pg_trigger where not tgisinternal and $1::text[] is not null"),
        ("rules", "select rulename::text from pg_rules where schemaname = 'public' and $1::text[] is not null"),
        (
            "foreign keys of growing tables without project_id in them",
            "select conname::text from pg_constraint k join pg_class c on c.oid = k.conrelid
             where k.contype = 'f' and c.relnamespace = 'public'::regnamespace and not c.relname = any($1)
             and not exists (select from pg_attribute a where a.attrelid = c.oid and a.attnum = any(k.conkey) and a.attname = 'project_id')",
        ),
        (
            "two levels of partitions",
            "select c.relname::text from pg_class c where c.relkind = 'p' and c.relispartition and not c.relname = any($1)",
        ),
        (
            "sequences of growing tables other than bigint identity",
            "select c.relname::text from pg_class c join pg_attribute a on a.attrelid = c.oid left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
             where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and a.attnum > 0 and not c.relname = any($1)
             and (pg_get_expr(d.adbin, d.adrelid) like 'nextval%' or (a.attidentity <> '' and a.atttypid <> 'int8'::regtype))",
        ),
        (
            "default partitions",
            "select c.relname::text from pg_class c where c.relispartition and pg_get_expr(c.relpartbound, c.oid) = 'DEFAULT' and not c.relname = any($1)",
        ),
    ] {
        assert_eq!(names(&pool, sql).await, [""; 0], "{rule}");
    }
}

/// Every compile-time checked statement, as `make gen` described it.
fn statements() -> Vec<String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../.sqlx");
    let files = std::fs::read_dir(folder).expect("`make gen` has filled .sqlx");
    files
        .map(|file| {
            let text = std::fs::read_to_string(file.expect("a file").path()).expect("text");
            let description: serde_json::Value = serde_json::from_str(&text).expect("json");
            description["query"].as_str().expect("a query").to_lowercase()
        })
        .collect()
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn every_statement_on_a_growing_table_names_its_project(pool: PgPool) {
    /// Figures over all projects, for the operator: how far behind the worker is, what it could not count.
    const OVER_ALL_PROJECTS: [&str; 2] = ["min(committed_at)", "min(first_failed_at)"];
    let growing = names(
        &pool,
        "select c.relname::text from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition and not c.relname = any($1)",
    )
    .await;
    let statements = statements();
    assert!(statements.len() > 20, "only {} statements are described", statements.len());
    for statement in statements {
        let words: Vec<&str> = statement.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty()).collect();
        let touches = words
            .windows(2)
            .any(|pair| ["from", "join", "into", "update"].contains(&pair[0]) && growing.iter().any(|table| table == pair[1]));
        let exempt = OVER_ALL_PROJECTS.iter().any(|part| statement.contains(part));
        assert!(!touches || exempt || words.contains(&"project_id"), "does not name project_id: {statement}");
        for volatile in ["now()", "clock_timestamp()", "random()", "gen_random_uuid()", "uuidv7()", "current_timestamp", "set_config("] {
            assert!(!statement.contains(volatile), "time and chance come in as arguments, not from {volatile}: {statement}");
        }
    }
}

#[test]
fn every_migration_is_one_statement() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations");
    for file in std::fs::read_dir(folder).expect("migrations") {
        let path = file.expect("a file").path();
        if path.extension().is_some_and(|extension| extension == "sql") {
            let text = std::fs::read_to_string(&path).expect("text");
            let statement: String = text.lines().filter(|line| !line.trim_start().starts_with("--")).collect();
            assert!(!statement.trim_end_matches(';').contains(';'), "{} has more than one statement", path.display());
        }
    }
}
