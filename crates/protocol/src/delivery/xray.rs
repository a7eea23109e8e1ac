//! The event x-ray: one item or batch, hop by hop from the sender to the screen.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Rejection;
use crate::outcome::Signal;
use crate::receipt::Receipt;

/// What is known about an id.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct XrayAnswer {
    /// The id as it was asked for.
    pub asked: String,
    /// How it ended.
    pub verdict: XrayVerdict,
    /// The same in a sentence.
    pub headline: String,
    /// Its way, from the sender to the screen; empty when nothing was found.
    pub hops: Vec<Hop>,
    /// The items: the one that was asked for, or the first of the batch; at most [`XRAY_ITEMS_SHOWN`](super::XRAY_ITEMS_SHOWN).
    pub items: Vec<XrayItem>,
    /// The batch holds more.
    pub more: bool,
    /// What was refused of it.
    pub rejections: Vec<Rejection>,
    /// What to look at next, in this order.
    pub checks: Vec<String>,
    /// What was looked through.
    pub receipt: Receipt,
}

/// How an item's or batch's way ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum XrayVerdict {
    /// Stored and counted: pages show it.
    Shown,
    /// Stored and counted, but left out of the usual pages: a bot.
    Hidden,
    /// Stored. No page shows its signal yet, or its counting is too long ago to be known.
    Stored,
    /// A batch of which nothing was stored: the id of each item was stored before.
    Duplicate,
    /// Stored, and waiting to be counted.
    Waiting,
    /// Stored, but it could not be counted; or acknowledged, but it could not be stored.
    Stuck,
    /// Stored, but given up on counting: its dead letter was discarded.
    Discarded,
    /// Refused.
    Refused,
    /// Nothing with this id is known in this project.
    NotFound,
}

/// One hop of the way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Hop {
    /// Which one.
    pub step: HopStep,
    /// When; `None` where nobody noted it.
    pub at: Option<DateTime<Utc>>,
    /// How it went.
    pub verdict: HopVerdict,
    /// What happened, in a few words.
    pub title: String,
    /// More, a sentence each.
    pub details: Vec<String>,
}

/// The hops, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum HopStep {
    /// Its id was made, as a UUIDv7 says.
    Made,
    /// It happened, by the device's clock.
    Happened,
    /// The server received it.
    Received,
    /// It was decided on.
    Decided,
    /// It was counted into the rollups.
    Counted,
    /// Where it shows.
    Shown,
}

impl HopStep {
    /// The word on screen.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Made => "Made",
            Self::Happened => "Happened",
            Self::Received => "Received",
            Self::Decided => "Decided",
            Self::Counted => "Counted",
            Self::Shown => "Shown",
        }
    }
}

/// How a hop went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum HopVerdict {
    /// As it should.
    Passed,
    /// Something was changed, or is worth knowing.
    Noted,
    /// It has not come to this yet.
    Waiting,
    /// Here it ended.
    Failed,
}

impl HopVerdict {
    /// The word on screen.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Noted => "noted",
            Self::Waiting => "waiting",
            Self::Failed => "ended here",
        }
    }
}

/// A stored item.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct XrayItem {
    /// Which signal.
    pub signal: Signal,
    /// Its id, where its signal has ids.
    pub id: Option<Uuid>,
    /// Its name, type or text.
    pub name: String,
    /// Its time, corrected.
    pub ts: DateTime<Utc>,
    /// Who it belongs to: `user u1`; empty for nobody.
    pub actor: String,
    /// Where it happened.
    pub route: Option<String>,
    /// Of the product.
    pub release: Option<String>,
    /// Such as `prod`.
    pub environment: String,
    /// A bot sent it.
    pub is_bot: bool,
    /// What ingest changed about it, a sentence each.
    pub changes: Vec<String>,
}
