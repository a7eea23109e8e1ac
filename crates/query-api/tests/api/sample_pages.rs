//! Samples page by page, and the trace beside one.

use chrono::{DateTime, TimeDelta, Utc};
use protocol::explorer::{NearestBy, SAMPLES_MAX, SampleAnswer, SamplesAnswer};
use protocol::metric::MetricKind;
use sqlx::PgPool;
use uuid::Uuid;

use crate::app::App;
use crate::points::Point;
use crate::recount::{NOW, points, tagged};
use crate::sent::id;

async fn page(app: &App, query: &str, place: Option<(&str, &str)>) -> SamplesAnswer {
    let place = place.map(|(name, word)| format!("&{name}={word}")).unwrap_or_default();
    let (status, body) = app.get(&app.path(&format!("/metrics/samples?name=db.ms&range=6h&{query}{place}"))).await;
    assert_eq!(status, 200, "{body}");
    serde_json::from_value(body).expect("samples")
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn pages_hold_every_point_once_in_every_order_and_back_again(pool: PgPool) {
    let app = App::start_at(pool, NOW).await;
    let mut sent = points(app.clock.now(), MetricKind::Distribution, 230, 5);
    // Many are equal in value, and some in time.
    sent.iter_mut().for_each(|point| point.value = (point.value / 100.0).floor());
    let ts = sent[0].ts;
    sent[..70].iter_mut().for_each(|point| point.ts = ts);
    app.record("db.ms", MetricKind::Distribution, "ms", 1, &sent).await;
    sqlx::query("update metric_point set release = case when value >= 3 then 'new' else 'old' end")
        .execute(&app.pool)
        .await
        .expect("releases");
    for filter in ["", "&filter=table%20exists", "&filter=release:new", "&filter=not%20release:new", "&filter=release:new%20or%20table:t1"]
    {
        for order in ["latest", "oldest", "largest", "smallest", "p50", "p95"] {
            let query = format!("order={order}{filter}");
            let mut pages = vec![page(&app, &query, None).await];
            while let Some(next) = pages[pages.len() - 1].next.clone() {
                pages.push(page(&app, &query, Some(("after", &next))).await);
            }
            assert_eq!(pages[0].previous, None);
            let all: Vec<_> = pages.iter().flat_map(|page| &page.samples).collect();
            let mut ids: Vec<&str> = all.iter().map(|sample| sample.id.as_str()).collect();
            ids.sort_unstable();
            ids.dedup();
            assert_eq!((all.len(), ids.len()), (pages[0].points as usize, all.len()), "{query}");
            assert_eq!(pages.len(), all.len().div_ceil(SAMPLES_MAX), "{query}");
            let near = if order == "p50" { pages[0].p50 } else { pages[0].p95 }.unwrap_or(0.0);
            let rank = |value: f64| match order {
                "largest" => -value,
                "smallest" => value,
                "p50" | "p95" => (value - near).abs(),
                _ => 0.0,
            };
            let time = |ts: DateTime<Utc>| if order == "oldest" { ts - app.clock.now() } else { app.clock.now() - ts };
            let by_time = matches!(order, "latest" | "oldest");
            assert!(all.is_sorted_by(|a, b| rank(a.value) <= rank(b.value) && (!by_time || time(a.ts) <= time(b.ts))), "{query}");
            for (there, behind) in pages.iter().zip(&pages[1..]) {
                let back = page(&app, &query, Some(("before", behind.previous.as_deref().expect("a page before")))).await;
                assert_eq!((&back.samples, &back.next, &back.previous), (&there.samples, &there.next, &there.previous), "{query}");
            }
        }
    }
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_place_that_no_page_named_is_refused(pool: PgPool) {
    let app = App::start_at(pool, NOW).await;
    app.record("db.ms", MetricKind::Distribution, "ms", 1, &points(app.clock.now(), MetricKind::Distribution, 60, 3)).await;
    let next = page(&app, "", None).await.next.expect("a second page");
    for wrong in [
        "after=x".to_owned(),
        "before=1-2-3-4".to_owned(),
        format!("after={next}&before={next}"),
        format!("after=fff8000000000000{}", &next[16..]),
    ] {
        let (status, body) = app.get(&app.path(&format!("/metrics/samples?name=db.ms&range=6h&{wrong}"))).await;
        assert_eq!(status, 400, "{wrong}: {body}");
    }
}

/// Stores a span of a trace of its own, so many seconds before now.
async fn span(app: &App, seconds: i64, trace: u128, user: Option<&str>, session: Option<&str>) {
    sqlx::query(
        "insert into span (project_id, received_at, flush_id, n, batch_id, trace_id, span_id, ts, duration_ms, name, status, attributes,
             environment, user_id, session_id, weight, flags)
         values ($1, $2, $3, 0, $3, $4, 1, $2, 10, 'GET /', 0, '{}', 'prod', $5, $6, 1, 0)",
    )
    .bind(app.shop.id.0)
    .bind(app.clock.now() - TimeDelta::seconds(seconds))
    .bind(id())
    .bind(Uuid::from_u128(trace))
    .bind(user)
    .bind(session)
    .execute(&app.pool)
    .await
    .expect("a span");
}

#[sqlx::test(migrator = "storage::MIGRATOR")]
async fn a_point_without_a_trace_is_shown_with_the_nearest_one_of_its_session_or_else_its_user(pool: PgPool) {
    let app = App::start_at(pool, NOW).await;
    span(&app, 500, 1, Some("u1"), Some("s1")).await;
    span(&app, 540, 2, None, Some("s1")).await;
    span(&app, 601, 3, Some("u1"), Some("elsewhere")).await;
    span(&app, 600, 4, Some("u2"), None).await;
    span(&app, 1_600, 5, Some("u1"), Some("s9")).await;
    let nearest = async |seconds: i64, user: Option<&str>, session: Option<&str>| {
        sqlx::query("truncate metric_point").execute(&app.pool).await.expect("no points");
        let point: Point = tagged(&app, seconds, 1.0, &[]);
        sqlx::query("delete from metric_series").execute(&app.pool).await.expect("no series");
        sqlx::query("truncate metric_minute, metric_hour").execute(&app.pool).await.expect("no cells");
        app.record("db.ms", MetricKind::Distribution, "ms", 1, &[point]).await;
        let sent = sqlx::query("update metric_point set user_id = $1, session_id = $2").bind(user).bind(session);
        sent.execute(&app.pool).await.expect("a sender");
        let sample = page(&app, "", None).await.samples.remove(0);
        let (status, body) = app.get(&app.path(&format!("/metrics/sample?id={}", sample.id))).await;
        assert_eq!(status, 200, "{body}");
        let answer: SampleAnswer = serde_json::from_value(body).expect("a sample");
        answer.trace.map(|trace| (u128::from_be_bytes(trace.id.0), trace.nearest_by))
    };
    let (session, user) = (Some(NearestBy::Session), Some(NearestBy::User));
    assert_eq!(nearest(510, None, Some("s1")).await, Some((1, session)), "also where its spans name a user");
    assert_eq!(nearest(550, None, Some("s1")).await, Some((2, session)));
    assert_eq!(nearest(600, Some("u1"), Some("s1")).await, Some((2, session)), "its session's is nearer to it than its user's elsewhere");
    assert_eq!(nearest(600, Some("u1"), Some("unknown")).await, Some((3, user)));
    assert_eq!(nearest(600, Some("u2"), None).await, Some((4, user)));
    assert_eq!(nearest(2_500, Some("u1"), Some("s9")).await, None, "nothing within five minutes");
    assert_eq!(nearest(600, None, None).await, None);
}
