//! Identity links: who is one person, and undoing that.

use std::collections::{BTreeMap, BTreeSet};

use analysis::persons::{self, End, Link};
use chrono::{DateTime, TimeDelta, Utc};
use protocol::access::{Role, Scope};
use protocol::id::{ActorKind, ProjectId};
use protocol::identity::IdentityKind;
use protocol::identity_link::Refusal;
use query_api::people;
use serde_json::{Value, json};
use sqlx::PgPool;
use storage::actors::{self, Actor};
use storage::identity_links::{self, Said};
use storage::work;
use testkit::keys;

use crate::app::App;
use crate::sent::{Dice, id, view};

/// That a user is the person behind an anonymous id, so many minutes ago.
pub struct Spoken {
    user: String,
    anonymous: String,
    minutes_ago: i64,
}

pub fn said(user: &str, anonymous: &str, minutes_ago: i64) -> Spoken {
    Spoken { user: user.to_owned(), anonymous: anonymous.to_owned(), minutes_ago }
}

impl App {
    /// Keeps links as the worker does; those of a null-like id are refused.
    pub async fn link(&self, project: ProjectId, spoken: &[Spoken]) {
        work::ensure(&self.db, project).await.expect("a row");
        let mut tx = self.db.begin().await.expect("transaction");
        let mut work = work::lock(&mut tx, project).await.expect("database").expect("nobody holds it");
        work.links_version += 1;
        for spoken in spoken {
            let ts = self.clock.now() - TimeDelta::minutes(spoken.minutes_ago);
            let mut numbers = [0; 2];
            let ends = [(ActorKind::Anonymous, &spoken.anonymous), (ActorKind::User, &spoken.user)];
            for (number, (kind, id)) in numbers.iter_mut().zip(ends) {
                let known = actors::known(&mut tx, project, &[kind.code()], std::slice::from_ref(id)).await.expect("actors");
                *number = known.first().map_or(work.next_actor, |known| known.number);
                if known.is_empty() {
                    let actor = Actor { kind: kind.code(), id: id.clone(), number: *number, first_seen: ts };
                    actors::save(&mut tx, project, &[actor]).await.expect("an actor");
                    work.next_actor += 1;
                }
            }
            let refused = persons::is_null_like(&spoken.user).then_some(Refusal::NullLike.code());
            let link = Said {
                link_id: work.next_link,
                from_kind: ActorKind::Anonymous.code(),
                from_actor: numbers[0],
                to_kind: ActorKind::User.code(),
                to_actor: numbers[1],
                cause: IdentityKind::Identify.code(),
                ts,
                received_at: ts,
                flush_id: id(),
                last_ts: ts,
                times: 1,
                refused,
            };
            identity_links::save(&mut tx, project, work.links_version, &[link]).await.expect("a link");
            work.next_link += 1;
        }
        work::advance(&mut tx, project, work).await.expect("numbers");
        tx.commit().await.expect("commit");
    }

    /// Events of users, and of anonymous actors, whose ids begin with `a`.
    async fn visits(&self, actors: &[(&str, i64)]) {
        let events: Vec<_> = actors.iter().map(|(actor, minutes)| view(actor, self.clock.now() - TimeDelta::minutes(*minutes))).collect();
        self.store(self.shop.id, &events).await;
        sqlx::query("update event set actor_kind = 2 where actor like 'a%'").execute(&self.pool).await.expect("kinds");
    }

    async fn links(&self, query: &str) -> Vec<Value> {
        let (status, answer) = self.get(&self.path(&format!("/identity-links{query}"))).await;
        assert_eq!(status, 200, "{answer}");
        answer["links"].as_array().expect("links").clone()
    }

    /// Links as `number anonymous user state refusal`.
    async fn listed(&self, query: &str) -> Vec<String> {
        let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let line = |link: &Value| {
            let words = [word(&link["from"]["id"]), word(&link["to"]["id"]), word(&link["state"]), word(&link["refusal"])];
            format!("{} {}", link["id"], words.join(" ")).trim_end().to_owned()
        };
        self.links(query).await.iter().map(line).collect()
    }

    async fn preview(&self, link: i64) -> Value {
        let (status, answer) = self.get(&self.path(&format!("/identity-links/{link}/preview"))).await;
        assert_eq!(status, 200, "{answer}");
        answer
    }

    /// With a key that may write.
    async fn post(&self, path: &str) -> (u16, Value) {
        let keys = storage::api_keys::of_project(&self.db, self.shop.id).await.expect("keys");
        if !keys.iter().any(|key| key.scopes.iter().any(|scope| scope == "write")) {
            keys::secret(&self.db, &self.shop, '7', &[Scope::Read, Scope::Write], self.clock.now()).await;
        }
        self.ask("POST", &self.path(path), &[("authorization", &format!("Bearer sk_{}", "7".repeat(64)))]).await
    }
}

/// The persons of a preview, as their ids.
fn persons_of(side: &Value) -> BTreeSet<Vec<&str>> {
    side.as_array().expect("persons").iter().map(ids_of).collect()
}

fn ids_of(person: &Value) -> Vec<&str> {
    person["actors"].as_array().expect("actors").iter().map(|actor| actor["id"].as_str().expect("an id")).collect()
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn links_are_listed_with_what_they_do_and_why(pool: PgPool) {
    let app = App::start(pool).await;
    assert_eq!(app.listed("").await, [""; 0]);
    app.link(app.shop.id, &[said("u1", "a1", 50), said("u2", "a1", 40), said("undefined", "a2", 30), said("u1", "a3", 20)]).await;
    assert_eq!(app.post("/identity-links/4/undo").await.0, 200);
    let all = ["4 a3 u1 undone", "3 a2 undefined refused null_like", "2 a1 u2 refused two_users", "1 a1 u1 active"];
    assert_eq!(app.listed("").await, all);
    assert_eq!(app.listed("?state=active").await, all[3..]);
    assert_eq!(app.listed("?state=undone").await, all[..1]);
    assert_eq!(app.listed("?state=refused").await, all[1..3]);
    // Whatever touches the person, also what joins it no more or never did.
    assert_eq!(app.listed("?kind=user&id=u1").await, [all[0], all[2], all[3]]);
    assert_eq!(app.listed("?kind=anonymous&id=a1&state=refused").await, [all[2]]);
    assert_eq!(app.listed("?id=u2").await, [all[2]], "an id without a kind is a user's");
    assert_eq!(app.listed("?kind=anonymous&id=u1").await, [""; 0]);
    let first = &app.links("?state=active").await[0];
    assert_eq!((&first["cause"], &first["times"], &first["ts"]), (&json!("identify"), &json!(1), &json!("2026-05-14T11:10:30Z")));
    for (query, parameter) in
        [("?state=gone", "`state`"), ("?kind=person&id=1", "`kind`"), ("?kind=user", "`id`"), ("?before=x", "`before`")]
    {
        let (status, body) = app.get(&app.path(&format!("/identity-links{query}"))).await;
        assert_eq!(status, 400, "{query}");
        assert!(body["detail"].as_str().expect("detail").contains(parameter), "{body}");
    }
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn many_links_come_in_pages(pool: PgPool) {
    let app = App::start(pool).await;
    let spoken: Vec<Spoken> = (0..250).map(|n| said(if n % 2 == 0 { "u1" } else { "null" }, &format!("a{n}"), 300 - n)).collect();
    app.link(app.shop.id, &spoken).await;
    // Active links are told from refused ones page by page.
    for (query, expected) in [("", (250, 3)), ("&state=active", (125, 3)), ("&state=refused", (125, 2)), ("&kind=user&id=u1", (125, 2))] {
        let (mut before, mut seen, mut pages) = (i64::MAX, BTreeSet::new(), 0);
        loop {
            let (_, answer) = app.get(&app.path(&format!("/identity-links?before={before}{query}"))).await;
            let links = answer["links"].as_array().expect("links");
            assert!(links.len() <= 100);
            seen.extend(links.iter().map(|link| link["id"].as_i64().expect("a number")));
            pages += 1;
            match answer["next"].as_i64() {
                Some(next) => before = next,
                None => break,
            }
        }
        assert_eq!((seen.len(), pages), expected, "{query}");
    }
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_preview_says_who_would_be_whom_and_changes_nothing(pool: PgPool) {
    let app = App::start(pool).await.with_days_back(3).await;
    app.link(app.shop.id, &[said("u1", "a1", 50), said("u2", "a1", 40), said("u1", "a2", 30), said("u3", "a4", 20)]).await;
    app.visits(&[("a1", 45), ("a1", 44), ("u1", 43), ("u2", 3_000), ("u3", 1)]).await;
    for _ in 0..2 {
        let preview = app.preview(1).await;
        assert_eq!((&preview["change"], &preview["link"]["id"]), (&json!("undo"), &json!(1)));
        assert_eq!(persons_of(&preview["before"]), [vec!["a1", "u1", "a2"], vec!["u2"]].into());
        assert_eq!(persons_of(&preview["after"]), [vec!["u1", "a2"], vec!["a1", "u2"]].into(), "the link that it kept out holds now");
        assert_eq!(preview["people"], json!({"before": 2, "after": 2}));
        assert_eq!(preview["people_24h"], json!({"before": 1, "after": 2}), "u2 was last here two days ago, a1 today");
        assert_eq!((&preview["events"], &preview["events_at_least"], &preview["partial"]), (&json!(4), &json!(false), &json!(false)));
        assert_eq!(preview["before"][0]["events"], 3);
        assert_eq!(
            preview["before"][0]["actors"][0],
            json!({"kind": "anonymous", "id": "a1", "events": 2, "last_event": "2026-05-14T11:16:30Z"})
        );
    }
    let nothing = app.preview(2).await;
    assert_eq!((&nothing["before"], &nothing["after"], &nothing["events"]), (&json!([]), &json!([]), &json!(0)), "it joins nobody anyway");
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_preview_says_what_becomes_of_each_days_figure(pool: PgPool) {
    let app = App::start(pool).await.with_days_back(3).await;
    let days_ago = |user: &str, days: i64| view(user, app.clock.now() - TimeDelta::days(days));
    app.count(app.shop.id, &[days_ago("a1", 0), days_ago("u1", 0), days_ago("u2", 0), days_ago("a1", 1), days_ago("u1", 2)]).await;
    app.link(app.shop.id, &[said("u1", "a1", 50)]).await;
    let people = async |change: &str| {
        let preview = app.preview(1).await;
        assert_eq!(preview["change"], change);
        let days = preview["days"].as_array().expect("days").clone();
        assert_eq!((days.len(), &days[29]["day"]), (30, &json!("2026-05-14")));
        days[26..].iter().map(|day| (day["before"].clone(), day["after"].clone())).collect::<Vec<_>>()
    };
    let pairs = |pairs: [(u64, u64); 4]| pairs.map(|(before, after)| (json!(before), json!(after)));
    assert_eq!(people("undo").await, pairs([(0, 0), (1, 1), (1, 1), (2, 3)]));
    let (status, trend) = app.get(&app.path("/trend?range=24h&step=1d")).await;
    assert_eq!((status, &trend["series"][0]["total"]["people"]), (200, &json!(2)), "the page shows what the preview calls before");
    assert_eq!(app.post("/identity-links/1/undo").await.0, 200);
    assert_eq!(people("restore").await, pairs([(0, 0), (1, 1), (1, 1), (3, 2)]));
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn an_undone_link_joins_nobody_until_it_is_restored(pool: PgPool) {
    let app = App::start(pool).await;
    app.link(app.shop.id, &[said("u1", "a1", 50), said("u2", "a1", 40)]).await;
    let context = app.context().await;
    // Numbers in the order of the links: a1 0, u1 1, u2 2.
    let persons = async || {
        let persons = people::persons(&app.state, &context).await.expect("persons");
        [0, 1, 2].map(|actor| persons.person_of(actor))
    };
    assert_eq!(persons().await, [0, 0, 2]);
    let (status, link) = app.post("/identity-links/1/undo").await;
    assert_eq!((status, &link["state"], &link["changed_at"]), (200, &json!("undone"), &json!("2026-05-14T12:00:30Z")));
    assert!(link["changed_by"].as_str().expect("somebody").starts_with("key "), "{link}");
    assert_eq!(persons().await, [0, 1, 0]);
    assert_eq!(app.listed("").await, ["2 a1 u2 active", "1 a1 u1 undone"]);

    app.clock.advance(TimeDelta::minutes(1));
    let (status, again) = app.post("/identity-links/1/undo").await;
    assert_eq!((status, again), (200, link), "undoing twice is undoing once");
    let preview = app.preview(1).await;
    assert_eq!(preview["change"], "restore");
    assert_eq!(
        (persons_of(&preview["before"]), persons_of(&preview["after"])),
        ([vec!["a1", "u2"], vec!["u1"]].into(), [vec!["a1", "u1"], vec!["u2"]].into())
    );

    let (status, link) = app.post("/identity-links/1/restore").await;
    assert_eq!((status, &link["state"], &link["changed_at"]), (200, &json!("active"), &json!("2026-05-14T12:01:30Z")));
    assert_eq!(persons().await, [0, 0, 2], "it is the first again");
    for path in
        ["/identity-links/3/undo", "/identity-links/0/undo", "/identity-links/9223372036854775807/restore", "/identity-links/x/undo"]
    {
        assert_eq!(app.post(path).await.1["code"], "not_found", "{path}");
    }
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn figures_of_the_past_follow_a_link_and_its_undoing(pool: PgPool) {
    let app = App::start(pool).await;
    let at = |minutes| app.clock.now() - TimeDelta::minutes(minutes);
    // Numbers in the order of the events: a1 0, u1 1, u2 2.
    let events = [view("a1", at(90)), view("u1", at(30)), view("u2", at(30))];
    app.count(app.shop.id, &events).await;
    let people = async || {
        let (_, answer) = app.get(&app.path("/audience/metrics?range=24h")).await;
        [&answer["totals"]["people"], &answer["routes"][0]["people"], &answer["names"][0]["people"]]
            .map(|people| people.as_u64().expect("people"))
    };
    assert_eq!(people().await, [3; 3]);
    app.link(app.shop.id, &[said("u1", "a1", 60)]).await;
    assert_eq!(people().await, [2; 3], "also before it was said");
    app.post("/identity-links/1/undo").await;
    assert_eq!(people().await, [3; 3]);
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn only_editors_and_keys_that_may_write_change_links(pool: PgPool) {
    let app = App::start(pool).await;
    app.link(app.shop.id, &[said("u1", "a1", 50)]).await;
    let undo = app.path("/identity-links/1/undo");
    let (viewer, editor) = (app.browser(Role::Viewer).await, app.browser(Role::Editor).await);
    let (status, body) = app.ask("POST", &undo, &[("cookie", &viewer)]).await;
    assert_eq!((status, body["code"].as_str()), (403, Some("not_allowed")), "{body}");
    let (status, body) = app.ask("POST", &undo, &[("authorization", &format!("Bearer {}", app.key))]).await;
    assert_eq!((status, body["code"].as_str()), (403, Some("not_allowed")), "{body}");
    assert!(body["hint"].as_str().expect("a hint").contains("`write`"), "{body}");
    let (status, _) = app.ask("POST", &undo, &[("cookie", &editor), ("sec-fetch-site", "cross-site")]).await;
    assert_eq!(status, 403, "another site's form");
    assert_eq!(app.listed("").await, ["1 a1 u1 active"]);
    let (status, link) = app.ask("POST", &undo, &[("cookie", &editor)]).await;
    assert_eq!((status, &link["state"]), (200, &json!("undone")));
    assert!(link["changed_by"].as_str().expect("somebody").starts_with("account "), "{link}");
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn remembered_persons_are_those_of_all_links_whatever_was_changed_in_between(pool: PgPool) {
    let app = App::start(pool).await;
    let context = app.context().await;
    let mut dice = Dice::new(7);
    for _ in 0..40 {
        let links: i64 = sqlx::query_scalar("select count(*) from identity_link").fetch_one(&app.pool).await.unwrap();
        match dice.roll(3) {
            0 if links > 0 => {
                let (link, undone) = (dice.roll(links.unsigned_abs()) as i64 + 1, dice.roll(2) == 0);
                identity_links::change(&app.db, app.shop.id, link, undone, app.clock.now(), "test").await.unwrap();
            }
            _ => {
                let mut spoken = Vec::new();
                for n in 0..dice.roll(4) {
                    spoken.push(said(&format!("u{}", dice.roll(4)), &format!("a{links}-{n}"), dice.roll(50) as i64));
                }
                app.link(app.shop.id, &spoken).await;
            }
        }
        let remembered = people::persons(&app.state, &context).await.unwrap();
        assert_eq!(*remembered, persons::resolve(&stored(&app.pool).await));
    }
    assert!(people::persons(&app.state, &context).await.unwrap().joined() > 10);
    // A copy from before is put in place of the database.
    sqlx::query("delete from identity_link where link_id > 3").execute(&app.pool).await.unwrap();
    sqlx::query("update identity_link set version = 1, undone = false").execute(&app.pool).await.unwrap();
    sqlx::query("update work set links_version = 1").execute(&app.pool).await.unwrap();
    let remembered = people::persons(&app.state, &context).await.unwrap();
    assert_eq!(*remembered, persons::resolve(&stored(&app.pool).await));
}

/// Every link that is not undone.
async fn stored(pool: &PgPool) -> Vec<Link> {
    let rows: Vec<(i64, i64, i64, DateTime<Utc>)> =
        sqlx::query_as("select link_id, from_actor, to_actor, ts from identity_link where not undone").fetch_all(pool).await.unwrap();
    let end = |actor: i64, is_user| End { actor: u32::try_from(actor).unwrap(), is_user };
    let mut links = BTreeMap::new();
    for (id, from, to, ts) in rows {
        links.insert(id, Link { ts, id, from: end(from, false), to: end(to, true) });
    }
    links.into_values().collect()
}
