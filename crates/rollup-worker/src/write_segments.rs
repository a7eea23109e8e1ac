//! Events into segments: one for each UTC day that they happened on.

use std::borrow::Cow;

use analysis::segment::{Attribute, Block, Draft, EventRow, encode};
use anyhow::Context as _;
use serde::Deserialize;
use serde_json::value::RawValue;
use storage::flushes::FlushEvent;
use storage::segments::{self, NewSegment};
use storage::work::Work;

use crate::admit_routes::Beyond;
use crate::claim::Claim;
use crate::intern_actors::Numbers;

/// Writes the segments of the claim's events.
pub(crate) async fn write_segments(
    claim: &mut Claim,
    events: &[FlushEvent],
    numbers: &Numbers<'_>,
    beyond: &Beyond<'_>,
) -> anyhow::Result<()> {
    let contexts: Vec<EventContext<'_>> = events.iter().map(|event| EventContext::of(event.context.as_deref())).collect();
    let rows = events.iter().zip(&contexts).map(|(event, context)| row(event, context, numbers, beyond));
    let blocks: Vec<Block> = Draft::by_day(rows).into_iter().map(Draft::finish).collect();
    let segments = new_segments(&blocks, &mut claim.work)?;
    segments::insert(&mut claim.tx, claim.project, &segments, claim.now).await.context("write segments")
}

/// Blocks as they are stored, under the project's next numbers.
pub(crate) fn new_segments(blocks: &[Block], work: &mut Work) -> anyhow::Result<Vec<NewSegment>> {
    let mut segments = Vec::with_capacity(blocks.len());
    for block in blocks {
        let (meta, parts) = encode(block)?;
        segments.push(NewSegment {
            segment_id: work.next_segment,
            day: block.day,
            events: block.rows as i64,
            meta: serde_json::to_value(&meta)?,
            parts: parts.into_iter().map(|part| part.0).collect(),
        });
        work.next_segment += 1;
    }
    Ok(segments)
}

/// What a segment keeps of an event's context. Values that are no texts say nothing.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct EventContext<'a> {
    #[serde(borrow)]
    locale: Text<'a>,
    #[serde(borrow)]
    timezone: Text<'a>,
    #[serde(borrow)]
    utm: Utm<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Utm<'a> {
    #[serde(borrow)]
    source: Text<'a>,
    #[serde(borrow)]
    medium: Text<'a>,
    #[serde(borrow)]
    campaign: Text<'a>,
    #[serde(borrow)]
    term: Text<'a>,
    #[serde(borrow)]
    content: Text<'a>,
}

/// A value, if it is a text.
#[derive(Debug, Default)]
struct Text<'a>(Option<Cow<'a, str>>);

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = <&'de RawValue>::deserialize(deserializer)?.get();
        let plain = json.strip_prefix('"').and_then(|json| json.strip_suffix('"')).filter(|text| !text.contains('\\'));
        Ok(Self(plain.map(Cow::Borrowed).or_else(|| serde_json::from_str::<String>(json).ok().map(Cow::Owned))))
    }
}

impl<'a> EventContext<'a> {
    /// A context that is formed otherwise (its keys are the sender's) says nothing.
    fn of(json: Option<&'a str>) -> Self {
        json.and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default()
    }
}

fn row<'a>(event: &'a FlushEvent, context: &'a EventContext<'_>, numbers: &Numbers<'_>, beyond: &Beyond<'a>) -> EventRow<'a> {
    let attribute = |attribute| match attribute {
        Attribute::Name => Some(event.name.as_str()),
        Attribute::Route => event.route.as_deref().map(|route| beyond.fold(event.ts, route)),
        Attribute::Environment => Some(event.environment.as_str()),
        Attribute::Release => event.release.as_deref(),
        Attribute::Country => event.country.as_deref(),
        Attribute::Os => event.os.as_deref(),
        Attribute::Browser => event.browser.as_deref(),
        Attribute::Device => event.device.as_deref(),
        Attribute::Referrer => event.referrer.as_deref(),
        Attribute::UtmSource => context.utm.source.0.as_deref(),
        Attribute::UtmMedium => context.utm.medium.0.as_deref(),
        Attribute::UtmCampaign => context.utm.campaign.0.as_deref(),
        Attribute::UtmTerm => context.utm.term.0.as_deref(),
        Attribute::UtmContent => context.utm.content.0.as_deref(),
        Attribute::Locale => context.locale.0.as_deref(),
        Attribute::Timezone => context.timezone.0.as_deref(),
        Attribute::Bot => event.is_bot.then(|| event.bot.as_deref().unwrap_or("bot")),
        Attribute::Session => event.session_id.as_deref(),
        Attribute::Install => event.install_id.as_deref(),
    };
    EventRow {
        ts: event.ts,
        seq: event.seq,
        event_id: event.event_id,
        actor: numbers.of(event),
        attributes: Attribute::ALL.map(attribute),
        weight: event.weight,
        trace: event.trace_id.map(uuid::Uuid::into_bytes),
        props: &event.props,
    }
}
