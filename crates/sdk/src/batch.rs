//! A sealed batch: its id, items and counts never change again.

use std::time::Instant;

use chrono::{DateTime, Utc};
use protocol::envelope::{Envelope, Sdk};
use uuid::Uuid;

use crate::loss::{LossCounts, LossReason};

/// Items and counts that travel together until the server has answered.
#[derive(Debug)]
pub(crate) struct Batch {
    pub(crate) id: Uuid,
    /// The JSON list, brackets included.
    pub(crate) list: Vec<u8>,
    /// Items in the list.
    pub(crate) items: u64,
    /// The number of its first item.
    pub(crate) first: u64,
    /// Items made since the previous sealed batch.
    pub(crate) made: u64,
    /// Items lost since the previous sealed batch.
    pub(crate) lost: LossCounts,
    pub(crate) sealed_at: Instant,
}

/// This library, as batches name it.
pub(crate) fn sdk() -> Sdk {
    Sdk { name: "throughline-rust".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() }
}

impl Batch {
    /// The request body of an attempt at `sent_at`.
    pub(crate) fn body(&self, list: &str, install_id: &str, sent_at: DateTime<Utc>) -> Vec<u8> {
        let lost = LossReason::ALL.into_iter().map(|reason| (reason.word().to_owned(), self.lost[reason.index()]));
        let envelope = Envelope {
            batch_id: Some(self.id),
            sent_at: Some(sent_at.into()),
            sdk: Some(sdk()),
            install_id: Some(install_id.to_owned()),
            made: Some(self.made),
            lost: lost.filter(|(_, n)| *n > 0).collect(),
        };
        with_lists(&envelope, &[(list, &self.list)])
    }
}

/// An envelope and its item lists as one JSON object.
pub(crate) fn with_lists(envelope: &Envelope, lists: &[(&str, &[u8])]) -> Vec<u8> {
    let mut body = serde_json::to_vec(envelope).unwrap_or_else(|_| b"{}".to_vec());
    body.pop();
    for (name, list) in lists {
        if body.len() > 1 {
            body.push(b',');
        }
        body.extend_from_slice(format!("\"{name}\":").as_bytes());
        body.extend_from_slice(list);
    }
    body.push(b'}');
    body
}
