//! A demo shop's history, sent and counted by the product, against the demo's own ground truth.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::client::Client;
use crate::recount::everything_counted;
use crate::server::Server;
use crate::shop::{Shop, database};
use crate::terminal::succeed;

const USERS: &str = "120";
const DAYS: &str = "12";

#[sqlx::test(migrations = false)]
async fn the_answers_about_a_demo_shop_are_the_truth_about_it(pool: PgPool) {
    let database = database(&pool);
    let shop = Shop::create(&database, "shop");
    let server = Server::start(&database);
    let until = hour_ago(&pool).await;
    let shape = ["--users", USERS, "--days", DAYS, "--seed", "7", "--until", &until];
    let key = shop.create_key(&database, "import");
    for _once_and_again in 0..2 {
        succeed(&database, &[&["demo", "--endpoint", &server.endpoint, "--secret", &key][..], &shape].concat());
    }
    let truth: Value = serde_json::from_str(&succeed(&database, &[&["demo", "--truth", "--json"][..], &shape].concat())).expect("json");
    everything_counted(&pool).await;

    let client = server.client();
    let audience = ask(&client, &shop, "/audience/metrics?range=30d");
    let answered: Vec<Value> =
        audience["buckets"].as_array().expect("buckets").iter().filter(|bucket| bucket["counts"]["events"] != 0.0).map(day).collect();
    let true_days: Vec<Value> = truth["days"].as_array().expect("days").to_vec();
    assert!(true_days.len() > 10, "{true_days:?}");
    assert_eq!(answered, true_days);
    assert_eq!(audience["totals"]["people"], truth["users"]);
    assert_eq!(audience["totals"]["events"].as_f64(), truth["events"].as_f64());
    let viewed =
        audience["names"].as_array().expect("names").iter().find(|name| name["name"] == "product.viewed").expect("viewed products");
    assert_eq!(viewed["people"], truth["funnel"][0]["users"]);

    for metric in truth["metrics"].as_array().expect("metrics") {
        let (points, total) = answered_metric(&client, &shop, metric);
        assert_eq!(points, metric["points"].as_u64(), "{metric}");
        let (total, expected) = (total.expect("a total"), metric["total"].as_f64().expect("a total"));
        // Sums of thousands of decimal fractions differ in their last digits by the order of adding. Sets are counted by
        // sketches once they are large; these are small.
        assert!((total - expected).abs() <= expected.abs() * 1e-9, "{metric}: {total}");
        if let Some(expected) = metric["p95"].as_f64() {
            let name = metric["name"].as_str().expect("a name");
            let answer = ask(&client, &shop, &format!("/metrics/aggregate?name={name}&range=30d&aggregate=p95"));
            let p95 = answer["series"][0]["total"].as_f64().expect("a percentile");
            assert!((p95 - expected).abs() <= expected * 0.01, "{name}: {p95} is further than 1 % from {expected}");
        }
    }
}

/// Whole seconds: the text is the same for both runs of the demo.
async fn hour_ago(pool: &PgPool) -> String {
    let now: DateTime<Utc> = sqlx::query_scalar("select date_trunc('second', now())").fetch_one(pool).await.expect("a time");
    (now - TimeDelta::hours(1)).to_rfc3339()
}

fn ask(client: &Client, shop: &Shop, path: &str) -> Value {
    let answer = client.get_with_key(&shop.path(path), &shop.secret_key);
    assert_eq!(answer.status, 200, "{path}: {}", answer.text);
    answer.json()
}

/// A bucket as the truth writes a day.
fn day(bucket: &Value) -> Value {
    let start: DateTime<Utc> = bucket["start"].as_str().expect("a time").parse().expect("a time");
    let date = (start + TimeDelta::seconds(bucket["utc_offset_seconds"].as_i64().expect("seconds"))).date_naive();
    let count = |name: &str| bucket["counts"][name].as_f64().expect("a count") as u64;
    json!({"date": date, "users": count("people"), "page_views": count("page_views"), "events": count("events")})
}

/// Points, and the sum or the number of distinct values.
fn answered_metric(client: &Client, shop: &Shop, metric: &Value) -> (Option<u64>, Option<f64>) {
    let name = metric["name"].as_str().expect("a name");
    let total = |aggregate: &str| {
        let answer = ask(client, shop, &format!("/metrics/aggregate?name={name}&range=30d&aggregate={aggregate}"));
        (answer["points"].as_u64(), answer["series"][0]["total"].as_f64())
    };
    match metric["kind"].as_str().expect("a kind") {
        "set" => total("unique"),
        // A gauge's sum means nothing, so nobody can ask for it; it is what its average and its points make.
        "gauge" => {
            let (points, average) = total("avg");
            (points, points.zip(average).map(|(points, average)| points as f64 * average))
        }
        _ => total("sum"),
    }
}
