//! Two ids become one person, and two again, from the wire to the figures.

use serde_json::{Value, json};
use sqlx::PgPool;

use crate::server::Server;
use crate::shop::{Shop, database};
use crate::terminal::{run, succeed};
use testkit::deadline::until;

fn columns(row: &str) -> Vec<&str> {
    row.split_whitespace().collect()
}

#[sqlx::test(migrations = false)]
async fn a_visitor_who_signs_in_is_one_person_until_somebody_undoes_the_link(pool: PgPool) {
    let database = database(&pool);
    let shop = Shop::create(&database, "shop");
    let server = Server::start(&database);
    let client = server.client();
    let send = |path: &str, body: Value| {
        let key = [("x-throughline-key", shop.public_key.as_str())];
        assert_eq!(client.send("POST", path, &key, &body.to_string()).expect("an answer").status, 202);
    };
    send("/v1/track:batch", json!({"events": [{"name": "page_view", "anonymous_id": "a9"}, {"name": "page_view", "anonymous_id": "a9"}]}));
    send(
        "/v1/identify:batch",
        json!({"identities": [{"user_id": "u1", "anonymous_id": "a9"}, {"user_id": "undefined", "anonymous_id": "a9"}]}),
    );
    send("/v1/track:batch", json!({"events": [{"name": "order", "user_id": "u1", "anonymous_id": "a9"}]}));
    let links = |arguments: &[&str]| succeed(&database, &[&["links", "--project", "shop"], arguments].concat());
    let totals = || client.get_with_key(&shop.path("/audience/metrics?range=24h"), &shop.secret_key).json()["totals"].clone();
    until("three events of one person are counted", async || {
        let totals = totals();
        (&totals["people"], &totals["page_views"], &totals["events"]) == (&json!(1), &json!(2.0), &json!(3.0))
    })
    .await;

    let listed = links(&["list"]);
    let mut rows: Vec<Vec<&str>> = listed.lines().skip(1).map(columns).collect();
    rows.sort_unstable_by_key(|row| row[2]);
    assert_eq!((rows.len(), rows[0][1], rows[0][2], rows[0][3], rows[0][7]), (2, "a9", "u1", "identify", "active"), "{listed}");
    assert_eq!((rows[1][2], rows[1][7], rows[1][8]), ("undefined", "refused:", "null_like"), "{listed}");
    let link = rows[0][0];
    assert_eq!(columns(links(&["list", "--user", "u1", "--state", "active"]).lines().last().expect("a row"))[0], link);

    let preview = links(&["preview", link]);
    let (figures, persons): (Vec<&str>, Vec<&str>) =
        preview.lines().partition(|line| !line.starts_with("before") && !line.starts_with("after"));
    // A day begins at midnight, also while a test runs.
    let (days, figures): (Vec<&str>, Vec<&str>) = figures.iter().partition(|line| line.starts_with("  ") || line.starts_with("daily"));
    assert!(days[0].ends_with("of the last 30 days change") && days[1].ends_with("1 now, 2 after (+1)"), "{preview}");
    let undoing = format!("undo of link {link} between anonymous a9 and user u1");
    let events = "events       3 of the actors below";
    assert_eq!(figures, [&undoing, "people       1 now, 2 after (+1)", "in 24 hours  1 now, 2 after (+1)", events]);
    // Which of the two was seen first is up to the worker's claims.
    let (before, mut after) = (persons[0], persons[1..].to_vec());
    assert!(before.contains("anonymous a9 (2 events)") && before.contains("user u1 (1 event)"), "{preview}");
    after.sort_unstable();
    assert_eq!(after, ["after  anonymous a9 (2 events)", "after  user u1 (1 event)"]);
    assert!(links(&["undo", link]).contains("is undone"));
    assert_eq!(totals()["people"], 2, "another process's question knows at once");
    assert!(links(&["list", "--state", "undone"]).contains("by command line"));
    assert!(links(&["restore", link]).contains("is active"));
    assert_eq!(totals()["people"], 1);
    assert_eq!(run(&database, &["links", "--project", "shop", "undo", "99"]).err.trim(), "error: the project has no identity link `99`");
    assert_eq!(
        run(&database, &["links", "--project", "nothing", "list"]).err.trim(),
        "error: no project is called `nothing`; there are: shop"
    );
}
