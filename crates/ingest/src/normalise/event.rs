//! Events as rows.

use chrono::{DateTime, Utc};
use protocol::event::{Context, Event, canonical_name};
use serde_json::Value;
use storage::events::NewEvent;
use storage::flags::REORDERED;
use uuid::Uuid;

use super::time::Reading;
use super::{actor, environment, json, repaired_flag, weight, without_query};
use crate::enrich::{Surroundings, utm};
use crate::validate::{Refusal, Valid};

/// The row of an event. `fallback_id` is its id when the sender made none.
pub(crate) fn event(
    valid: Valid<Event>,
    reading: &Reading,
    surroundings: &Surroundings<'_>,
    install_id: Option<&str>,
    fallback_id: Uuid,
) -> Result<NewEvent, Refusal> {
    let Valid { item: event, repaired } = valid;
    let mut context = event.context.unwrap_or_default();
    let placed = reading.place(event.ts.as_ref().or(context.ts.as_ref()))?;
    let user_id = event.user_id.or_else(|| context.user_id.take());
    let session_id = event.session_id.or_else(|| context.session_id.take());
    let (actor_kind, actor) = actor(user_id, event.anonymous_id.as_deref(), session_id.as_deref(), install_id);
    let bot = surroundings.complete(&mut context);
    let route = event.route.or_else(|| context.route.take());
    lift_campaign(&mut context, route.as_deref());
    Ok(NewEvent {
        event_id: event.event_id.unwrap_or(fallback_id),
        ts: placed.ts,
        client_ts: placed.client_ts,
        seq: event.seq,
        actor_kind,
        actor,
        anonymous_id: event.anonymous_id,
        session_id,
        name: canonical_name(&event.name).to_owned(),
        route: route.map(|path| surroundings.route(&path)),
        release: event.release.or_else(|| context.release.take()),
        environment: environment(event.environment),
        country: context.country.take(),
        os: context.os.take(),
        browser: context.browser.take(),
        device: context.device.take(),
        referrer: context.referrer.take().map(without_query),
        props: json(event.props),
        context: rest(context),
        trace_id: event.trace_id,
        span_id: event.span_id,
        weight: weight(event.sample_rate),
        flags: placed.flags | repaired_flag(repaired),
        is_bot: bot.is_some(),
        bot: bot.map(|bot| bot.to_string()),
    })
}

/// Within one installation, time does not fall while `seq` rises: the device's own order is the truth, and its clock may
/// have been set back in between.
pub(crate) fn restore_device_order(events: &mut [&mut NewEvent]) {
    let mut order: Vec<usize> = (0..events.len()).filter(|i| events[*i].seq.is_some()).collect();
    order.sort_by_key(|i| events[*i].seq);
    let mut latest: Option<DateTime<Utc>> = None;
    for i in order {
        let event = &mut events[i];
        match latest {
            Some(latest) if event.ts < latest => {
                event.client_ts.get_or_insert(event.ts);
                event.ts = latest;
                event.flags |= REORDERED;
            }
            _ => latest = Some(event.ts),
        }
    }
}

/// Campaign parameters stand in the address of the page, when the sender has not read them. Its query is not stored.
fn lift_campaign(context: &mut Context, route: Option<&str>) {
    let url = match context.rest.get_mut("url") {
        Some(Value::String(url)) => {
            let whole = url.clone();
            *url = without_query(std::mem::take(url));
            Some(whole)
        }
        _ => None,
    };
    if context.utm.is_empty() {
        context.utm = [url.as_deref(), route].into_iter().flatten().map(utm::of_url).find(|found| !found.is_empty()).unwrap_or_default();
    }
}

/// What the context held beyond the columns.
fn rest(context: Context) -> Option<String> {
    let mut rest = context.rest;
    for (key, value) in [("locale", context.locale), ("screen", context.screen)] {
        if let Some(value) = value {
            rest.insert(key.to_owned(), Value::String(value));
        }
    }
    if !context.utm.is_empty() {
        rest.insert("utm".to_owned(), Value::Object(context.utm));
    }
    (!rest.is_empty()).then(|| json(rest))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::enrich::{Enricher, Shown};

    fn row(json: &str) -> NewEvent {
        let now = "2026-05-14T12:00:00Z".parse().expect("a time");
        let item = serde_json::from_str(json).expect("an event");
        let enricher = Enricher::default();
        event(
            Valid { item, repaired: false },
            &Reading::live(now, None),
            &enricher.surroundings(&Shown::default(), Arc::default()),
            Some("i1"),
            Uuid::nil(),
        )
        .expect("a row")
    }

    #[test]
    fn the_actor_is_the_strongest_id_and_an_event_may_have_none() {
        let who = |json| {
            let row = row(json);
            (row.actor_kind, row.actor)
        };
        assert_eq!(who(r#"{"name":"a","user_id":"u","anonymous_id":"a","session_id":"s"}"#), (1, "u".to_owned()));
        assert_eq!(who(r#"{"name":"a","anonymous_id":"a","session_id":"s"}"#), (2, "a".to_owned()));
        assert_eq!(who(r#"{"name":"a","session_id":"s"}"#), (3, "s".to_owned()));
        assert_eq!(who(r#"{"name":"a"}"#), (4, "i1".to_owned()));
        assert_eq!(actor(None, None, None, None), (0, String::new()));
    }

    #[test]
    fn the_lifecycle_guides_context_fills_what_the_event_lacks() {
        let row = row(
            r#"{"event":"page_view","properties":{"page_name":"home"},"context":{"userId":"u1","sessionId":"s1","page":"/home?a=1","timestamp":1778759940000,"device":"mobile","appVersion":"5.2"}}"#,
        );
        assert_eq!((row.name.as_str(), row.actor.as_str(), row.session_id.as_deref()), ("$pageview", "u1", Some("s1")));
        assert_eq!((row.route.as_deref(), row.release.as_deref(), row.device.as_deref()), (Some("/home"), Some("5.2"), Some("mobile")));
        assert_eq!(row.ts.to_rfc3339(), "2026-05-14T11:59:00+00:00");
        assert_eq!((row.props.as_str(), row.context), (r#"{"page_name":"home"}"#, None));
    }

    #[test]
    fn campaign_parameters_are_lifted_and_addresses_lose_their_query() {
        let row = row(r#"{"name":"a","context":{"url":"https://shop.example/a?utm_source=mail&token=1","page":"/a?utm_source=ad"}}"#);
        assert_eq!(row.context.as_deref(), Some(r#"{"url":"https://shop.example/a","utm":{"source":"mail"}}"#));
        let row = self::row(r#"{"name":"a","route":"/a?utm_source=ad","context":{"utm":{"source":"own"}}}"#);
        assert_eq!((row.route.as_deref(), row.context.as_deref()), (Some("/a"), Some(r#"{"utm":{"source":"own"}}"#)));
    }

    #[test]
    fn time_follows_the_devices_own_order() {
        let mut rows: Vec<NewEvent> = [(1, "11:00"), (3, "10:30"), (2, "11:10"), (4, "11:20")]
            .map(|(seq, time)| row(&format!(r#"{{"name":"a","seq":{seq},"ts":"2026-05-14T{time}:00Z"}}"#)))
            .into();
        restore_device_order(&mut rows.iter_mut().collect::<Vec<_>>());
        assert_eq!(rows.iter().map(|row| row.ts.format("%H:%M").to_string()).collect::<Vec<_>>(), ["11:00", "11:10", "11:10", "11:20"]);
        assert_eq!(rows.iter().map(|row| row.flags).collect::<Vec<_>>(), [0, REORDERED, 0, 0]);
    }
}
