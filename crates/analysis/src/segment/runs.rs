//! Whose rows are whose.

/// Stands for "no actor", and comes after every actor.
pub const NO_ACTOR: u32 = u32::MAX;

/// The run table: each actor's rows lie together. Rows without an actor lie behind the last run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Runs {
    actors: Vec<u32>,
    /// Where each run begins; one more than there are actors.
    starts: Vec<u32>,
}

impl Runs {
    /// From the actor of each row, which must rise, [`NO_ACTOR`] last.
    pub(super) fn of_sorted(rows: impl Iterator<Item = u32>) -> Self {
        let mut runs = Self { actors: Vec::new(), starts: vec![0] };
        for actor in rows.take_while(|actor| *actor != NO_ACTOR) {
            if runs.actors.last() != Some(&actor) {
                runs.actors.push(actor);
                runs.starts.push(runs.rows() as u32);
            }
            *runs.starts.last_mut().expect("there is always an end") += 1;
        }
        runs
    }

    /// From each run's actor and its length.
    pub(super) fn of_lengths(actors: Vec<u32>, lengths: &[u32]) -> Self {
        let mut starts = Vec::with_capacity(lengths.len() + 1);
        let mut end = 0;
        starts.push(end);
        starts.extend(lengths.iter().map(|length| {
            end += length;
            end
        }));
        Self { actors, starts }
    }

    /// The actors, rising.
    pub fn actors(&self) -> &[u32] {
        &self.actors
    }

    /// Where each run begins, and where the last one ends.
    pub fn starts(&self) -> &[u32] {
        &self.starts
    }

    /// The rows of a run.
    pub fn range(&self, run: usize) -> std::ops::Range<usize> {
        self.starts[run] as usize..self.starts[run + 1] as usize
    }

    /// Rows that have an actor.
    pub fn rows(&self) -> usize {
        self.starts.last().map_or(0, |end| *end as usize)
    }

    /// How many runs there are.
    pub fn len(&self) -> usize {
        self.actors.len()
    }

    /// No row has an actor.
    pub fn is_empty(&self) -> bool {
        self.actors.is_empty()
    }

    /// The actor of every row of `rows`, [`NO_ACTOR`] for those behind the runs.
    pub fn expand(&self, rows: usize) -> Vec<u32> {
        let mut actors = Vec::with_capacity(rows);
        for (run, actor) in self.actors.iter().enumerate() {
            actors.extend(std::iter::repeat_n(*actor, self.range(run).len()));
        }
        actors.resize(rows, NO_ACTOR);
        actors
    }

    pub(super) fn memory(&self) -> usize {
        (self.actors.capacity() + self.starts.capacity()) * size_of::<u32>()
    }
}
