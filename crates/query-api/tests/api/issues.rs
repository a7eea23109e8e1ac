//! Issues of a range against a slow count of their reports, single ones, and decisions about them.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use protocol::access::Role;
use protocol::issue::{IssueAnswer, IssueId, IssueStatus, IssuesAnswer};
use protocol::level::Level;
use serde_json::json;
use sqlx::PgPool;

use crate::app::App;
use crate::faults::{Fault, fault, kind};
use crate::links::said;
use crate::sent::Dice;

async fn list(app: &App, query: &str) -> IssuesAnswer {
    let (status, body) = app.get(&app.path(&format!("/issues?{query}"))).await;
    assert_eq!(status, 200, "{query}: {body}");
    serde_json::from_value(body).expect("issues")
}

async fn one(app: &App, id: i64, query: &str) -> IssueAnswer {
    let (status, body) = app.get(&app.path(&format!("/issues/{}?{query}", IssueId(id)))).await;
    assert_eq!(status, 200, "{query}: {body}");
    serde_json::from_value(body).expect("an issue")
}

/// Decides as somebody who is signed in.
async fn change(app: &App, editor: &str, query: &str) -> (u16, serde_json::Value) {
    app.ask("POST", &app.path(&format!("/issues/change?{query}")), &[("cookie", editor)]).await
}

fn ids(ids: &[i64]) -> String {
    ids.iter().map(|id| format!("id={}&", IssueId(*id))).collect()
}

fn titles(answer: &IssuesAnswer) -> Vec<&str> {
    answer.issues.iter().map(|row| row.issue.title()).collect()
}

/// Errors under five ids, of which `u0` and `a1` are one person, in the last day and a half.
fn faults(now: DateTime<Utc>, seed: u64) -> Vec<Fault> {
    let mut dice = Dice::new(seed);
    let mut faults = Vec::new();
    for _ in 0..120 {
        let user = ["u0", "a1", "u2", "u3", "u4", ""][dice.roll(6) as usize];
        faults.push(Fault {
            level: [Level::Warning, Level::Error, Level::Fatal][dice.roll(3) as usize],
            environment: ["prod", "dev"][dice.roll(2) as usize].to_owned(),
            weight: [1.0, 2.5][dice.roll(2) as usize],
            release: format!("1.{}", dice.roll(3)),
            ..fault(dice.roll(6) as i64 + 1, user, now - TimeDelta::seconds(dice.roll(36 * 3_600) as i64 + 1))
        });
    }
    faults
}

type Told = BTreeMap<i64, (f64, BTreeSet<String>)>;

/// Issues with their errors and persons, counted one by one; what is merged by its target.
fn expected(faults: &[Fault], wanted: impl Fn(&Fault) -> bool, target: impl Fn(i64) -> i64) -> Told {
    let mut told = Told::new();
    for fault in faults.iter().filter(|fault| wanted(fault)) {
        let issue = told.entry(target(fault.issue)).or_default();
        issue.0 += fault.weight;
        if !fault.user.is_empty() {
            issue.1.insert(if fault.user == "a1" { "u0".to_owned() } else { fault.user.clone() });
        }
    }
    told
}

fn told(answer: &IssuesAnswer) -> BTreeMap<i64, (f64, u64)> {
    let row = |row: &protocol::issue::IssueRow| {
        assert_eq!(row.trend.iter().sum::<f64>(), row.events, "the trend adds up");
        assert_eq!(row.trend.len(), answer.buckets.len());
        (row.issue.id.0, (row.events, row.users))
    };
    answer.issues.iter().map(row).collect()
}

fn counted(told: Told) -> BTreeMap<i64, (f64, u64)> {
    told.into_iter().map(|(issue, (events, users))| (issue, (events, users.len() as u64))).collect()
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_range_of_issues_is_what_a_slow_count_of_reports_says(pool: PgPool) {
    let app = App::start(pool).await;
    let now = app.clock.now();
    let faults = faults(now, 3);
    app.fail(app.shop.id, &faults).await;
    app.link(app.shop.id, &[said("u0", "a1", 5)]).await;
    let editor = app.browser(Role::Editor).await;
    let range = (now.date_naive() - TimeDelta::days(1)).and_hms_opt(0, 0, 0).expect("midnight").and_utc() + TimeDelta::hours(14);
    let query = format!(
        "status=all&from={}&until={}",
        range.to_rfc3339().replace('+', "%2B"),
        (range + TimeDelta::hours(9)).to_rfc3339().replace('+', "%2B")
    );
    let within = |fault: &Fault| (range..range + TimeDelta::hours(9)).contains(&fault.ts);
    for round in 0..2 {
        let target = |issue: i64| if round == 1 && issue == 3 { 2 } else { issue };
        let answer = list(&app, &query).await;
        assert_eq!(told(&answer), counted(expected(&faults, within, target)));
        let dev = list(&app, &format!("{query}&environment=dev")).await;
        assert_eq!(told(&dev), counted(expected(&faults, |fault| within(fault) && fault.environment == "dev", target)));
        for (sort, key) in [("events", 0), ("users", 1)] {
            let keys: Vec<f64> = list(&app, &format!("{query}&sort={sort}"))
                .await
                .issues
                .iter()
                .map(|row| if key == 0 { row.events } else { row.users as f64 })
                .collect();
            assert!(keys.is_sorted_by(|a, b| a >= b), "{sort}: {keys:?}");
        }
        let (status, body) = change(&app, &editor, &format!("{}to=merge&into={}", ids(&[3]), IssueId(2))).await;
        assert_eq!((status, &body), (200, &json!({"changed": 1 - round})));
    }
    assert_eq!(change(&app, &editor, &format!("{}to=unmerge", ids(&[2]))).await.0, 200);
    assert_eq!(told(&list(&app, &query).await), counted(expected(&faults, within, |issue| issue)), "taken apart, nothing is lost");
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_list_is_narrowed_by_what_issues_say_and_in_which_state_they_are(pool: PgPool) {
    let app = App::start(pool).await;
    let ago = |minutes: i64| app.clock.now() - TimeDelta::minutes(minutes);
    let editor = app.browser(Role::Editor).await;
    let fatal = Fault { level: Level::Fatal, release: "2.0".to_owned(), ..fault(2, "ann", ago(20)) };
    app.fail(app.shop.id, &[fault(1, "ann", ago(30)), fatal, fault(3, "bob", ago(10)), fault(3, "bob", ago(50))]).await;
    assert_eq!(titles(&list(&app, "").await), ["Fault3", "Fault2", "Fault1"]);
    assert_eq!(titles(&list(&app, "sort=first_seen").await), ["Fault2", "Fault1", "Fault3"]);
    assert_eq!(titles(&list(&app, "level=fatal").await), ["Fault2"]);
    assert_eq!(titles(&list(&app, "search=fault2").await), ["Fault2"]);
    assert_eq!(list(&app, "search=SRC/pay").await.issues.len(), 3);
    assert_eq!(titles(&list(&app, "release=2.0").await), ["Fault2"]);
    assert_eq!(list(&app, "page=1").await.issues.len(), 0);
    assert!(list(&app, "").await.issues.iter().all(|row| row.is_new));

    assert_eq!(change(&app, &editor, &format!("{}to=resolve", ids(&[1, 2]))).await, (200, json!({"changed": 2})));
    assert_eq!(change(&app, &editor, &format!("{}to=ignore&until=2026-05-14T12:30:00Z", ids(&[3]))).await.0, 200);
    let states = list(&app, "status=all").await;
    assert_eq!((states.counts.open, states.counts.resolved, states.counts.ignored, states.counts.all), (0, 2, 1, 3));
    assert_eq!(titles(&list(&app, "status=resolved").await), ["Fault2", "Fault1"]);
    assert_eq!(states.issues[0].issue.standing.ignored_until, Some("2026-05-14T12:30:00Z".parse().expect("a time")));
    app.clock.advance(TimeDelta::hours(1));
    assert_eq!(titles(&list(&app, "").await), ["Fault3"], "the time is over");
    app.fail(app.shop.id, &[fault(1, "ann", app.clock.now())]).await;
    assert_eq!(titles(&list(&app, "status=regressed").await), ["Fault1"]);
    assert_eq!(change(&app, &editor, &format!("{}to=reopen", ids(&[1]))).await.0, 200);
    assert_eq!(one(&app, 1, "").await.row.issue.standing.status, IssueStatus::Unresolved);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn every_report_of_an_issue_is_reached_from_its_neighbour(pool: PgPool) {
    let app = App::start(pool).await;
    let now = app.clock.now();
    let editor = app.browser(Role::Editor).await;
    // Three at one moment, and one of what is merged.
    let mut sent: Vec<Fault> = [5, 9, 9, 9, 20].map(|minutes| fault(1, "ann", now - TimeDelta::minutes(minutes))).into();
    sent.push(fault(2, "bob", now - TimeDelta::minutes(12)));
    app.fail(app.shop.id, &sent).await;
    app.fail(app.shop.id, &[fault(4, "", now)]).await;
    assert_eq!(change(&app, &editor, &format!("{}to=merge&into={}", ids(&[2]), IssueId(1))).await.0, 200);
    sent.sort_by_key(|fault| std::cmp::Reverse((fault.ts, fault.id)));
    let wanted: Vec<_> = sent.iter().map(|fault| fault.id).collect();
    let (mut down, mut query) = (Vec::new(), "report=latest".to_owned());
    loop {
        let answer = one(&app, 2, &query).await;
        assert_eq!(answer.row.issue.title(), kind(1), "the issue that stands for it");
        let report = answer.report.expect("a report");
        assert_eq!(answer.newer.map(|place| place.event_id), down.last().copied());
        down.push(report.place.event_id);
        let Some(older) = answer.older else { break };
        query = format!("at={}&report={}", older.ts.to_rfc3339().replace('+', "%2B"), older.event_id);
    }
    assert_eq!(down, wanted);
    assert_eq!(one(&app, 1, "report=oldest").await.report.expect("a report").place.event_id, wanted[5]);
    let between = (now - TimeDelta::minutes(6)).to_rfc3339().replace('+', "%2B");
    assert_eq!(one(&app, 1, &format!("at={between}")).await.report.expect("a report").place.event_id, wanted[1]);
    let before = (now - TimeDelta::minutes(60)).to_rfc3339().replace('+', "%2B");
    assert_eq!(one(&app, 1, &format!("at={before}")).await.report.expect("a report").place.event_id, wanted[5], "the oldest there is");

    let answer = one(&app, 1, "").await;
    let report = answer.report.expect("a report");
    assert_eq!((report.stacktrace.len(), report.breadcrumbs.len(), report.actor.expect("somebody").id.as_str()), (1, 1, "ann"));
    assert_eq!(answer.similar.iter().map(|issue| issue.title()).collect::<Vec<_>>(), ["Fault4"], "at the same place");
    assert_eq!(answer.merged.iter().map(|issue| issue.title()).collect::<Vec<_>>(), ["Fault2"]);
    sqlx::query("delete from error_report").execute(&app.pool).await.expect("gone");
    let answer = one(&app, 1, "").await;
    assert_eq!((answer.report, answer.row.events, answer.distributions.len()), (None, 6.0, 0), "figures outlive reports");
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn tags_are_spread_over_the_reports_of_the_range(pool: PgPool) {
    let app = App::start(pool).await;
    let now = app.clock.now();
    let shop = |n: i64| Fault {
        tags: if n < 12 { json!({"shop": format!("s{}", n.min(9))}) } else { json!({}) },
        release: if n % 2 == 0 { "1.0" } else { "1.1" }.to_owned(),
        ..fault(1, "ann", now - TimeDelta::minutes(n + 1))
    };
    app.fail(app.shop.id, &(0..14).map(shop).collect::<Vec<_>>()).await;
    let answer = one(&app, 1, "range=24h").await;
    let tag = |name: &str| answer.distributions.iter().find(|tag| tag.tag == name).expect("the tag");
    assert_eq!(answer.reports_counted, 14);
    let release: Vec<(&str, u64)> = tag("release").values.iter().map(|value| (value.value.as_str(), value.reports)).collect();
    assert_eq!(release, [("1.0", 7), ("1.1", 7)]);
    let shop = tag("shop");
    assert_eq!((shop.values[0].value.as_str(), shop.values[0].reports, shop.values.len(), shop.others, shop.without), ("s9", 3, 8, 2, 2));
    assert_eq!((tag("os").values[0].value.as_str(), tag("handled").values[0].value.as_str()), ("iOS", "no"));
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn only_an_editor_decides_and_only_what_makes_sense(pool: PgPool) {
    let app = App::start(pool).await;
    app.fail(app.shop.id, &[fault(1, "ann", app.clock.now()), fault(2, "ann", app.clock.now())]).await;
    let (viewer, editor) = (app.browser(Role::Viewer).await, app.browser(Role::Editor).await);
    let resolve = format!("{}to=resolve", ids(&[1]));
    assert_eq!(change(&app, &viewer, &resolve).await.0, 403);
    let (status, _) =
        app.ask("POST", &app.path(&format!("/issues/change?{resolve}")), &[("authorization", &format!("Bearer {}", app.key))]).await;
    assert_eq!(status, 403, "a key that only reads");
    let many = ids(&(1..=101).collect::<Vec<_>>());
    for (query, status, named) in [
        ("to=resolve".to_owned(), 400, "id"),
        (format!("{many}to=resolve"), 400, "id"),
        ("id=1&to=resolve".to_owned(), 400, "id"),
        (ids(&[1]), 400, "to"),
        (format!("{}to=forget", ids(&[1])), 400, "to"),
        (format!("{}to=ignore&until=2026-05-14T12:00:00Z", ids(&[1])), 400, "until"),
        (format!("{}to=ignore&errors=0", ids(&[1])), 400, "errors"),
        (format!("{}to=ignore&errors=NaN", ids(&[1])), 400, "errors"),
        (format!("{}to=merge", ids(&[1])), 400, "into"),
        (format!("{}to=resolve", ids(&[1, 9])), 404, "issue"),
        (format!("{}to=merge&into={}", ids(&[1]), IssueId(9)), 404, "issue"),
    ] {
        let (found, body) = change(&app, &editor, &query).await;
        assert_eq!(found, status, "{query}: {body}");
        assert!(body["detail"].as_str().unwrap_or_default().contains(named), "{query}: {body}");
    }
    assert!(list(&app, "").await.issues.iter().all(|row| row.issue.standing.since.is_none()), "nothing was changed");
    assert_eq!(change(&app, &editor, &resolve).await, (200, json!({"changed": 1})));
    assert_eq!(one(&app, 1, "").await.row.issue.standing.by.as_deref(), Some("account 2"), "the editor's");
    for (query, status) in
        [("/issues/0000000000000009", 404), ("/issues/nonsense", 404), ("/issues?level=bad", 400), ("/issues?status=gone", 400)]
    {
        assert_eq!(app.get(&app.path(query)).await.0, status, "{query}");
    }
}
