//! Which session each of a person's rows belongs to.

use std::collections::HashMap;

use crate::history::{History, RowRef, Run};
use crate::segment::{Attribute, ColumnKey, Text};

/// Without an id of the SDK, a gap of this length ends a session.
pub const GAP_MS: i64 = 30 * 60 * 1_000;

/// Numbers a person's sessions, from 0, in the order of their first rows.
#[derive(Debug)]
pub struct Sessions<'a> {
    history: &'a History,
    ids: Vec<Option<&'a Text>>,
    by_id: HashMap<&'a str, u32, foldhash::fast::RandomState>,
    /// Block and code of the latest row with an id, and its session: neighbours mostly have one, and texts lie far apart.
    last: Option<(u32, u32, u32)>,
    gaps: Gaps,
    next: u32,
}

impl<'a> Sessions<'a> {
    /// The columns that it reads, where blocks have them.
    pub const COLUMNS: [ColumnKey; 1] = [ColumnKey::Text(Attribute::Session)];

    /// For the people of a history.
    pub fn of(history: &'a History) -> Self {
        let ids = history.blocks().iter().map(|block| block.text(&ColumnKey::Text(Attribute::Session))).collect();
        Self { history, ids, by_id: HashMap::default(), last: None, gaps: Gaps::default(), next: 0 }
    }

    /// From now on another person's rows come.
    pub fn begin(&mut self) {
        forget(&mut self.by_id);
        self.last = None;
        self.gaps.begin();
        self.next = 0;
    }

    /// The session of the person's next row, in their order; `runs` are the person's.
    pub fn assign(&mut self, runs: &[Run], row: &RowRef) -> u32 {
        if let Some(ids) = self.ids[row.block as usize] {
            let code = ids.codes.at(row.row as usize);
            if let Some((block, last, session)) = self.last
                && (block, last) == (row.block, code)
            {
                return session;
            }
            if let Some(id) = ids.value(code) {
                let session = *self.by_id.entry(id).or_insert(self.next);
                self.next = self.next.max(session + 1);
                self.last = Some((row.block, code, session));
                return session;
            }
        }
        let actor = self.history.actor(runs[row.run as usize]).unwrap_or_default();
        self.gaps.session(actor, (row.ts_ms, row.ts_ms), &mut self.next)
    }
}

/// Sessions of rows without an id.
#[derive(Debug, Default)]
pub(super) struct Gaps {
    /// Actor, the time of its latest row without an id, and the session of that.
    by_actor: Vec<(u32, i64, u32)>,
}

impl Gaps {
    pub(super) fn begin(&mut self) {
        self.by_actor.clear();
    }

    /// The session of an actor's next row, or next rows with smaller gaps: from the first to the last, in milliseconds. A new one
    /// is `next`, which then rises.
    pub(super) fn session(&mut self, actor: u32, (from_ms, until_ms): (i64, i64), next: &mut u32) -> u32 {
        let place = self.by_actor.iter().position(|(known, _, _)| *known == actor).unwrap_or_else(|| {
            self.by_actor.push((actor, i64::MIN / 2, 0));
            self.by_actor.len() - 1
        });
        let (_, latest, session) = &mut self.by_actor[place];
        if from_ms - *latest >= GAP_MS {
            *session = *next;
            *next += 1;
        }
        *latest = until_ms.max(*latest);
        *session
    }
}

/// Empties a map. One that has grown for somebody with thousands of sessions is not kept: emptying costs as much as it has room,
/// for everybody who follows.
pub(super) fn forget<K, V>(map: &mut HashMap<K, V, foldhash::fast::RandomState>) {
    const ROOM: usize = 64;
    if map.capacity() > ROOM { *map = HashMap::default() } else { map.clear() }
}

/// A person's rows, session by session; its room is used again for everybody.
#[derive(Debug, Default)]
pub struct BySession(Vec<Vec<RowRef>>);

impl BySession {
    /// The rows, which are in order, by the session that they belong to. Some of the lists may be empty.
    pub fn of(&mut self, sessions: &mut Sessions<'_>, runs: &[Run], rows: &[RowRef]) -> &[Vec<RowRef>] {
        sessions.begin();
        self.0.iter_mut().for_each(Vec::clear);
        for row in rows {
            let session = sessions.assign(runs, row) as usize;
            if session >= self.0.len() {
                self.0.push(Vec::new());
            }
            self.0[session].push(*row);
        }
        &self.0
    }
}
