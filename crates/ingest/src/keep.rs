//! Where a batch is kept before its sender is told so: in the database, or in the spool while that is away.

use protocol::verdict::BatchAnswer;

use crate::Ingest;
use crate::commit::Reserved;
use crate::prepare::{Prepared, Source};
use crate::raw_request::RawRequest;
use crate::rejection::Rejection;
use crate::spool::NotTaken;

/// A batch that is on disk somewhere.
pub(crate) struct Kept {
    pub(crate) answer: BatchAnswer,
    /// In the spool: the database will get it later.
    pub(crate) spooled: bool,
}

impl Kept {
    pub(crate) fn committed(answer: BatchAnswer) -> Self {
        Self { answer, spooled: false }
    }
}

/// Commits the batch. As soon as the database is known to be away, the request `raw` is spooled instead; a commit that happens
/// all the same meets it again in the ledger.
///
/// `reserved` is held for the rows, and what comes with `raw` for the request.
pub(crate) async fn keep(
    ingest: &Ingest,
    raw: Option<(RawRequest, Reserved)>,
    prepared: Prepared,
    reserved: Reserved,
) -> Result<Kept, Rejection> {
    let outage = &ingest.queue.flusher().outage;
    let (batch_id, answer) = (prepared.entry.batch_id, prepared.answer());
    let told = tokio::select! {
        biased;
        () = outage.known() => Err(Rejection::Away),
        told = ingest.queue.commit(prepared, reserved) => told,
    };
    match (told, ingest.spool.as_ref().zip(raw)) {
        (Err(Rejection::Away), Some((spool, (raw, _reserved)))) => {
            spool.append(&raw.to_spool(batch_id)).await?;
            metrics::counter!("throughline_spool_appended_total").increment(1);
            Ok(Kept { answer, spooled: true })
        }
        (told, _) => told.map(Kept::committed),
    }
}

/// Refuses at once what nothing could keep now: nobody shall wait for a database that is known to be away.
pub(crate) fn refuse_what_cannot_be_kept(ingest: &Ingest, source: Source) -> Result<(), Rejection> {
    // History is sent by a program that can wait, and would fill the spool.
    let spooled = ingest.spool.is_some() && source != Source::Import;
    if ingest.queue.flusher().outage.is_known() && !spooled { Err(Rejection::Away) } else { Ok(()) }
}

impl From<NotTaken> for Rejection {
    fn from(error: NotTaken) -> Self {
        Self::Unavailable(match error {
            NotTaken::Full => "the database is away and the spool is full",
            NotTaken::TooOld => "the database has been away for too long for the spool",
            NotTaken::Disk => "the database is away and the spool cannot be written",
            NotTaken::Busy => "the database is away and the spool has too much to write",
        })
    }
}
