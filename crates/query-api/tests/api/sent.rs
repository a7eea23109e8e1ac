//! Events, as their raw rows and, on request, counted into quarters.

use std::collections::BTreeMap;

use analysis::quarter::{CountedEvent, Slice, encode, fold};
use analysis::segment::{Attribute, Block, Draft, EventRow};
use chrono::{DateTime, Utc};
use protocol::id::{ActorKind, ProjectId};
use storage::actors::{self, Actor};
use storage::event_quarters::{self, Dimension, Quarter};
use storage::segments::{self, NewSegment};
use storage::work;
use uuid::Uuid;

use crate::app::App;

/// An event with its raw row's columns.
#[derive(Clone, Debug)]
pub struct Sent {
    pub ts: DateTime<Utc>,
    pub seq: Option<i64>,
    pub received_at: DateTime<Utc>,
    /// Kind 1, user; empty for nobody.
    pub user: String,
    pub session: Option<String>,
    pub name: String,
    pub route: Option<String>,
    pub country: Option<String>,
    pub release: Option<String>,
    /// The visitor's own.
    pub timezone: Option<String>,
    pub props: serde_json::Value,
    pub weight: f64,
    pub flags: i32,
    pub is_bot: bool,
}

/// A page view of `user` that happened and was received at `at`.
pub fn view(user: &str, at: DateTime<Utc>) -> Sent {
    Sent {
        ts: at,
        seq: None,
        received_at: at,
        user: user.to_owned(),
        session: None,
        name: "$pageview".to_owned(),
        route: Some("/".to_owned()),
        country: None,
        release: None,
        timezone: None,
        props: serde_json::json!({}),
        weight: 1.0,
        flags: 0,
        is_bot: false,
    }
}

impl App {
    /// Stores events as one flush each, uncounted.
    pub async fn store(&self, project: ProjectId, events: &[Sent]) {
        let mut tx = self.pool.begin().await.expect("transaction");
        for event in events {
            sqlx::query(
                "insert into event (project_id, received_at, flush_id, n, event_id, batch_id, ts, actor_kind, actor, session_id, name, route,
                 environment, country, props, weight, flags, is_bot, release) values ($1, $2, $3, 0, $4, $4, $5, $6, $7, $8, $9, $10, 'prod', $11, $12, $13, $14, $15, $16)",
            )
            .bind(project.0)
            .bind(event.received_at)
            .bind(id())
            .bind(id())
            .bind(event.ts)
            .bind(i16::from(!event.user.is_empty()))
            .bind(&event.user)
            .bind(&event.session)
            .bind(&event.name)
            .bind(&event.route)
            .bind(&event.country)
            .bind(&event.props)
            .bind(event.weight)
            .bind(event.flags)
            .bind(event.is_bot)
            .bind(&event.release)
            .execute(&mut *tx)
            .await
            .expect("an event");
        }
        tx.commit().await.expect("commit");
    }

    /// Counts events into quarters and segments, all at once: what the worker does bit by bit. Ids such as `a1` are anonymous.
    pub async fn count(&self, project: ProjectId, events: &[Sent]) {
        work::ensure(&self.db, project).await.expect("a row");
        let mut tx = self.db.begin().await.expect("transaction");
        let mut work = work::lock(&mut tx, project).await.expect("database").expect("nobody holds it");
        let mut actors = BTreeMap::<&str, u32>::new();
        for event in events.iter().filter(|event| !event.user.is_empty()) {
            if actors.contains_key(event.user.as_str()) {
                continue;
            }
            let is_anonymous = event.user.strip_prefix('a').is_some_and(|rest| rest.parse::<u32>().is_ok());
            let kind = if is_anonymous { ActorKind::Anonymous } else { ActorKind::User }.code();
            let known = actors::known(&mut tx, project, &[kind], std::slice::from_ref(&event.user)).await.expect("actors");
            let number = known.first().map_or(work.next_actor, |known| known.number);
            if known.is_empty() {
                let actor = Actor { kind, id: event.user.clone(), number, first_seen: event.ts };
                actors::save(&mut tx, project, &[actor]).await.expect("an actor");
                work.next_actor += 1;
            }
            actors.insert(&event.user, u32::try_from(number).expect("few"));
        }
        let cells = fold(events.iter().map(|event| CountedEvent {
            ts: event.ts,
            name: &event.name,
            route: event.route.as_deref(),
            environment: "prod",
            is_bot: event.is_bot,
            weight: event.weight,
            actor: (!event.user.is_empty()).then(|| actors[event.user.as_str()]),
        }));
        let rows: Vec<Quarter> = cells
            .into_iter()
            .map(|(key, cell)| {
                let (dimension, value) = match key.slice {
                    Slice::All => (Dimension::All, ""),
                    Slice::Name(name) => (Dimension::Name, name),
                    Slice::Route(route) => (Dimension::Route, route),
                };
                Quarter {
                    bucket: key.bucket,
                    dimension: dimension.code(),
                    value: value.to_owned(),
                    environment: key.environment.to_owned(),
                    is_bot: key.is_bot,
                    n: cell.n,
                    weight: cell.weight,
                    actors: encode(&cell.actors),
                }
            })
            .collect();
        event_quarters::save(&mut tx, project, &rows).await.expect("quarters");
        let segments = segments_of(events, &actors, work.next_segment);
        work.next_segment += segments.len() as i64;
        segments::insert(&mut tx, project, &segments, self.clock.now()).await.expect("segments");
        work::advance(&mut tx, project, work).await.expect("numbers");
        tx.commit().await.expect("commit");
    }
}

/// The segments of these events, one per day, with numbers from `first` on.
fn segments_of(events: &[Sent], actors: &BTreeMap<&str, u32>, first: i64) -> Vec<NewSegment> {
    let props: Vec<String> = events.iter().map(|event| event.props.to_string()).collect();
    let rows = events.iter().zip(&props).map(|(event, props)| EventRow {
        ts: event.ts,
        seq: event.seq,
        event_id: id(),
        actor: (!event.user.is_empty()).then(|| actors[event.user.as_str()]),
        attributes: Attribute::ALL.map(|attribute| match attribute {
            Attribute::Name => Some(event.name.as_str()),
            Attribute::Route => event.route.as_deref(),
            Attribute::Environment => Some("prod"),
            Attribute::Country => event.country.as_deref(),
            Attribute::Release => event.release.as_deref(),
            Attribute::Session => event.session.as_deref(),
            Attribute::Timezone => event.timezone.as_deref(),
            Attribute::Bot => event.is_bot.then_some("agent"),
            _ => None,
        }),
        weight: event.weight,
        trace: None,
        props,
    });
    let blocks: Vec<Block> = Draft::by_day(rows).into_iter().map(Draft::finish).collect();
    let segment = |(number, block): (i64, &Block)| {
        let (meta, parts) = analysis::segment::encode(block).expect("bytes");
        NewSegment {
            segment_id: number,
            day: block.day,
            events: block.rows as i64,
            meta: serde_json::to_value(meta).expect("json"),
            parts: parts.into_iter().map(|part| part.0).collect(),
        }
    };
    (first..).zip(&blocks).map(segment).collect()
}

/// A new id.
pub fn id() -> Uuid {
    let mut bytes = [0; 16];
    crate::app::random(&mut bytes);
    uuid::Builder::from_random_bytes(bytes).into_uuid()
}

/// Numbers that look random and are the same in every run.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `sides`.
    pub fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}
