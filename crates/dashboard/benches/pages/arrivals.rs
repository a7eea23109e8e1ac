//! Events that come while people look: some hundreds at a time, in a segment of their own, as the worker writes them.

use protocol::id::ProjectId;
use storage::Db;
use storage::segments;

use crate::segments::{Segments, Stored};
use crate::served::end;
use crate::traffic::{Hit, Person};

/// The last events of the month, which come piece by piece.
pub const EVENTS: usize = 20_000;
/// Events that the worker finds at once.
const PIECE: usize = 200;
/// Far from the numbers of the others.
const NUMBERS: i64 = 1_000_000;

/// What comes, again and again.
pub struct Arrivals {
    pieces: Vec<Stored>,
    come: i64,
}

impl Arrivals {
    /// Pieces of these events.
    pub fn of(hits: &[Hit], people: &[Person], actors: &[u32]) -> Self {
        let pieces = hits.chunks(PIECE).flat_map(|piece| Segments::of(piece, people, actors).stored);
        Self { pieces: pieces.collect(), come: 0 }
    }

    /// The next piece comes, and the one before is gone: a day has few small segments, as the worker merges them.
    pub async fn next(&mut self, db: &Db, project: ProjectId) {
        let stored = &self.pieces[self.come as usize % self.pieces.len()];
        let number = NUMBERS + self.come;
        self.come += 1;
        let mut tx = db.begin().await.expect("a transaction");
        segments::remove(&mut tx, project, &[number - 1]).await.expect("a removal");
        segments::insert(&mut tx, project, &[stored.numbered(number)], end()).await.expect("a segment");
        tx.commit().await.expect("a commit");
    }
}
