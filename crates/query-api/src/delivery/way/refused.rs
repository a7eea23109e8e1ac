//! The way of what was refused, or never seen.

use protocol::delivery::{Hop, HopStep, HopVerdict, Rejection};
use storage::dead_letters::DeadLetter;
use uuid::Uuid;

use super::{hop, made_at, times};

pub(in crate::delivery) fn headline_of_refusal(refusal: &Rejection) -> String {
    match refusal.index {
        Some(index) => format!("Refused: item {index} of its batch, as {}", refusal.code),
        None => format!("Refused with its whole request, as {}", refusal.code),
    }
}

pub(in crate::delivery) fn headline_of_nothing(asked: &str) -> String {
    let shown: String = asked.chars().take(80).collect();
    format!("Nothing with the id {shown} is known in this project")
}

pub(in crate::delivery) fn headline_of_dead(letter: &DeadLetter) -> String {
    match letter.flush {
        Some(_) => "A flush that could not be counted".to_owned(),
        None => "Acknowledged, but the database refused the batch: it lies with the dead letters".to_owned(),
    }
}

/// From the spool to the dead letters.
pub(in crate::delivery) fn of_dead(letter: &DeadLetter) -> Vec<Hop> {
    let made = made_at(letter.id).map(|at| hop(HopStep::Made, Some(at), HopVerdict::Passed, "its id was made", Vec::new()));
    let title = format!("failed {}", times(letter.attempts));
    let details = vec![format!("Last error: {}", letter.error)];
    made.into_iter().chain([hop(HopStep::Decided, Some(letter.last_failed_at), HopVerdict::Failed, title, details)]).collect()
}

/// From the sender to where it ended.
pub(in crate::delivery) fn of_refusal(refusal: &Rejection, id: Option<Uuid>) -> Vec<Hop> {
    let mut hops = Vec::new();
    if let Some(made) = id.and_then(made_at) {
        hops.push(hop(HopStep::Made, Some(made), HopVerdict::Passed, "its id was made", Vec::new()));
    }
    let mut details = Vec::new();
    if let Some(batch) = refusal.batch_id {
        details.push(format!("Batch {batch}."));
    }
    if !refusal.sdk.is_empty() {
        details.push(format!("Sent by {}.", refusal.sdk));
    }
    hops.push(hop(HopStep::Received, Some(refusal.at), HopVerdict::Passed, "a request arrived", details));
    let mut details = vec![format!("What to do: {}.", refusal.hint)];
    if let Some(correlation) = &refusal.correlation_id {
        details.push(format!("The server's log knows the request as {correlation}."));
    }
    hops.push(hop(HopStep::Decided, Some(refusal.at), HopVerdict::Failed, format!("{}: {}", refusal.code, refusal.message), details));
    hops
}
