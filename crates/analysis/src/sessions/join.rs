//! Which session each of a person's stretches belongs to.

use std::collections::HashMap;

use super::assign::{Gaps, forget};
use super::stretch::Piece;
use crate::history::{History, RowRef, Run};
use crate::segment::{Attribute, ColumnKey, Text};

/// Numbers a person's sessions, from 0, in the order of their first stretches; as [`super::Sessions`] does row by row.
#[derive(Debug)]
pub(crate) struct Join<'a> {
    history: &'a History,
    ids: Vec<Option<&'a Text>>,
    /// By the hash of the id: the session, and a row that has the id. Texts lie far apart in memory, and mostly need not be read.
    by_id: HashMap<u64, (u32, RowRef), foldhash::fast::RandomState>,
    gaps: Gaps,
    next: u32,
}

impl<'a> Join<'a> {
    /// For the people of a history.
    pub(crate) fn of(history: &'a History) -> Self {
        let ids = history.blocks().iter().map(|block| block.text(&ColumnKey::Text(Attribute::Session))).collect();
        Self { history, ids, by_id: HashMap::default(), gaps: Gaps::default(), next: 0 }
    }

    /// From now on another person's stretches come.
    pub(crate) fn begin(&mut self) {
        forget(&mut self.by_id);
        self.gaps.begin();
        self.next = 0;
    }

    /// The session of the person's next stretch, in their order; `runs` are the person's.
    pub(crate) fn session(&mut self, runs: &[Run], piece: &Piece<'_>) -> usize {
        let session = match piece.stretch.id() {
            Some(hash) => self.by_hash(hash, piece.first),
            None => {
                let actor = self.history.actor(runs[piece.first.run as usize]).unwrap_or_default();
                self.gaps.session(actor, (piece.first.ts_ms, piece.last.ts_ms), &mut self.next)
            }
        };
        session as usize
    }

    fn by_hash(&mut self, mut hash: u64, row: RowRef) -> u32 {
        while let Some((session, known)) = self.by_id.get(&hash) {
            if self.id(known) == self.id(&row) {
                return *session;
            }
            // Two ids with one hash: the later one moves on.
            hash = hash.wrapping_add(1);
        }
        let session = self.next;
        self.next += 1;
        self.by_id.insert(hash, (session, row));
        session
    }

    fn id(&self, row: &RowRef) -> Option<&str> {
        self.ids[row.block as usize]?.at(row.row as usize)
    }
}
