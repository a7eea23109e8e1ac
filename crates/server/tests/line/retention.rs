//! How long data is kept, as an operator sets and sees it.

use chrono::{TimeDelta, Utc};
use serde_json::json;
use sqlx::PgPool;

use crate::recount;
use crate::server::Server;
use crate::shop::{Shop, database};
use crate::terminal::{run, succeed};
use testkit::deadline::until;

#[sqlx::test(migrations = false)]
async fn events_are_imported_as_far_back_as_they_are_kept_and_shown_as_what_goes_next(pool: PgPool) {
    let database = database(&pool);
    let shop = Shop::create(&database, "shop");
    let set = succeed(&database, &["projects", "set", "shop", "--keep-segments-days", "100"]);
    assert!(set.starts_with("What came is kept for 30 days, traces, errors and logs for 14, events in columns for 100\n"), "{set}");
    for days in ["7", "3651", "-1", "x"] {
        assert_eq!(run(&database, &["projects", "set", "shop", "--keep-raw-days", days]).code, 2, "{days}");
    }
    let import = shop.create_key(&database, "import");
    // Not as the server's own clock sees it, but far from every bound.
    #[allow(clippy::disallowed_methods, reason = "the server under test has the system's clock")]
    let ago = |days: i64| (Utc::now() - TimeDelta::days(days)).to_rfc3339();
    let server = Server::start(&database);
    let answer = server.client().post_with_key(
        "/v1/import:batch",
        &import,
        &json!({
            "events": [{"name": "old", "user_id": "u1", "ts": ago(98)}, {"name": "too old", "user_id": "u1", "ts": ago(102)}],
            "metrics": [{"name": "m", "value": 1, "ts": ago(32)}, {"name": "m", "value": 1, "ts": ago(28)}],
        }),
    );
    assert_eq!(answer.status, 202, "{answer:?}");
    let codes: Vec<String> = answer.json()["errors"]
        .as_array()
        .expect("errors")
        .iter()
        .map(|error| error["code"].as_str().expect("a code").to_owned())
        .collect();
    assert_eq!(codes, ["too_old", "too_old"]);
    until("all is counted", async || recount::number(&pool, "select count(*) from pending").await == 0).await;
    assert_eq!(recount::number(&pool, "select sum(events)::int8 from segment").await, 1);

    let planned = succeed(&database, &["retention", "--project", "shop", "--dry-run"]);
    let old = ago(98)[..10].to_owned();
    assert!(planned.lines().any(|line| line.contains(" events ") && line.contains(&old)), "{planned}");
    assert!(planned.contains("The next run frees 1 rows"), "{planned}");
    let shown = succeed(&database, &["retention"]);
    assert!(shown.lines().any(|line| line.contains("segments") && line.contains("100 days")), "{shown}");
    assert!(shown.lines().any(|line| line.contains("event quarters") && line.contains("for ever")), "{shown}");
    let answer = server.client().get_with_key(&shop.path("/data-retention"), &shop.secret_key).json();
    let segments =
        answer["types"].as_array().expect("types").iter().find(|kept| kept["data_type"] == "segments").expect("segments").clone();
    assert_eq!((&segments["keep_days"], &segments["kept_days"]), (&json!(100), &json!(100)));
}
