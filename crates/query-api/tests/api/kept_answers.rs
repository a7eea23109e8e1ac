//! What was counted is kept: an answer says the same as one that is counted anew, whatever was asked and whatever came before.

use chrono::{DateTime, TimeDelta, Utc};
use fastrand::Rng;
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::app::App;
use crate::links::said;
use crate::sent::{Sent, view};

/// Neighbours differ in as little as can be: each needs an answer of its own.
const ASKED: [&str; 42] = [
    "/audience/metrics?range=7d",
    "/audience/metrics?range=7d&compare=week",
    "/audience/metrics?range=24h",
    "/audience/metrics?range=7d&bots=all",
    "/audience/metrics?range=7d&filter=country:DE",
    "/audience/metrics?range=7d&filter=user:u1",
    "/audience/metrics?range=7d&filter=user:u2",
    "/breakdowns?range=7d&by=country",
    "/breakdowns?range=7d&by=route",
    "/breakdowns?range=7d&by=route&rank=events",
    "/breakdowns?range=7d&by=route&top=1",
    "/trend?range=7d&series=name:buy",
    "/trend?range=7d&series=name:$pageview",
    "/trend?range=7d&series=name:buy&measure=sessions",
    "/trend?range=7d&series=name:buy&measure=sum(price)",
    "/trend?range=7d&series=name:buy&measure=mean(price)",
    "/trend?range=7d&series=name:buy&step=1h",
    "/trend?range=7d&series=name:buy&by=country",
    "/sessions?range=7d",
    "/sessions?range=24h",
    "/active?range=7d",
    "/lifecycle?range=7d",
    "/retention?range=7d&step=1d&start=name:$pageview&back=name:buy",
    "/retention?range=7d&step=1d&start=name:buy&back=name:$pageview",
    "/funnel?range=7d&step=name:$pageview&step=name:buy&window=3600",
    "/funnel?range=7d&step=name:$pageview&step=name:buy&window=7200",
    "/funnel?range=7d&step=name:$pageview&step=name:buy&window=3600&by=country",
    "/journeys?range=7d&start=name:$pageview",
    "/journeys?range=7d&start=name:$pageview&direction=before",
    "/routes?range=7d",
    "/hours?range=7d",
    "/hours?range=7d&clock=visitor",
    "/usage?range=7d",
    "/suggestions?range=7d&field=country&text=d",
    "/suggestions?range=7d&field=country&text=f",
    "/users?range=7d",
    "/users?range=7d&sort=events",
    "/users?range=7d&search=u1",
    "/users?range=7d&search=a",
    "/sessions/list?range=7d",
    "/sessions/list?range=7d&sort=duration",
    "/sessions/list?range=7d&page=1",
];

fn some_events(rng: &mut Rng, now: DateTime<Utc>, count: usize) -> Vec<Sent> {
    let mut of = |values: &[&str]| (*values.get(rng.usize(..values.len())).expect("one")).to_owned();
    let mut events = Vec::new();
    for _ in 0..count {
        let user = of(&["u1", "u2", "u3", "a1", "a2", ""]);
        let (name, route, country) = (of(&["$pageview", "$pageview", "buy", "search"]), of(&["/", "/cart"]), of(&["DE", "FR", "US"]));
        let (session, minutes) = (of(&["s1", "s2", "s3"]), of(&["5", "90", "400", "1500", "3000", "4000", "5000"]));
        let ago = TimeDelta::minutes(minutes.parse().expect("a number")) + TimeDelta::seconds(events.len() as i64);
        let props = json!({"price": events.len() % 7, "feature": of(&["map", "list"]), "results_count": events.len() % 2});
        events.push(Sent { name, route: Some(route), country: Some(country), session: Some(session), props, ..view(&user, now - ago) });
    }
    events
}

/// An answer but for when and how fast it was made.
async fn asked(app: &App, path: &str) -> Value {
    let (status, mut body) = app.get(&app.path(path)).await;
    assert_eq!(status, 200, "{path}: {body}");
    body["receipt"]["elapsed_ms"] = Value::Null;
    body
}

async fn agree(app: &App, when: &str) -> Vec<Value> {
    let mut kept = Vec::new();
    for path in ASKED {
        asked(app, path).await;
    }
    for path in ASKED {
        kept.push(asked(app, path).await);
    }
    for (path, kept) in ASKED.iter().zip(&kept) {
        app.state.forget_answers();
        assert_eq!(*kept, asked(app, path).await, "{path} {when}");
    }
    kept
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_kept_answer_says_what_counting_anew_says(pool: PgPool) {
    let app = App::start_at(pool, "2026-05-14T10:00:00Z").await.with_days_back(6).await;
    let mut rng = Rng::with_seed(5);
    let mut before = Vec::new();
    for round in 0..3 {
        let events = some_events(&mut rng, app.clock.now(), 60);
        app.store(app.shop.id, &events).await;
        app.count(app.shop.id, &events).await;
        let answers = agree(&app, &format!("after new events, round {round}")).await;
        assert_ne!(answers, before, "new events are in new answers");
        before = answers;
    }
    app.link(app.shop.id, &[said("u1", "a1", 50), said("u1", "a2", 40)]).await;
    let linked = agree(&app, "after a link").await;
    assert_ne!(linked, before, "three actors are one person");
    app.clock.advance(TimeDelta::hours(3));
    assert_ne!(agree(&app, "three hours later").await, linked, "hours have passed");
}
