//! What is kept of blocks beside their columns, for questions that take in whole days: the stretches that sessions are made of,
//! and digests of values. Of a day that the range cuts they are made for the one question.

use std::sync::Arc;

use analysis::history::{Cancel, Cancelled, Selection, Spread};
use analysis::keys::{Dimension, Keys};
use analysis::segment::{Block, DAY_MS};
use analysis::sessions::Stretches;
use analysis::trend::{self, By, Digest, Ranked, first_of};
use chrono::{DateTime, Utc};
use rayon::prelude::*;

use super::Found;

impl Found {
    /// The sessions' stretches in this part of the range, see [`Self::between`]. Reads [`Stretches::COLUMNS`].
    pub(crate) fn stretches(&self, from: DateTime<Utc>, until: DateTime<Utc>) -> Vec<Arc<Stretches>> {
        let within = self.between(from, until);
        let (from, until) = (from.timestamp_millis(), until.timestamp_millis());
        let of_block = |(index, block): (usize, &Arc<Block>)| {
            let make = || Stretches::of(block, &within[index]);
            match self.is_whole(index, from, until) {
                true => self.state.engine().stretches(self.project, self.segments[index], self.bots, make),
                false => Arc::new(make()),
            }
        };
        self.history.blocks().par_iter().enumerate().map(of_block).collect()
    }

    /// The `top` values among `chosen`, which are the question's own rows, over the whole range. Reads the dimension's columns.
    ///
    /// # Errors
    /// When it was cancelled meanwhile.
    pub(crate) fn first(
        &self,
        chosen: &Selection,
        dimension: &Dimension,
        top: (usize, By),
        cancel: &Cancel,
    ) -> Result<Vec<Ranked>, Cancelled> {
        if let Some(digests) = self.digests(dimension) {
            return Ok(first_of(&digests, &self.persons, top));
        }
        let all = Spread::by(&self.history, |_| 0);
        trend::first(&self.history, chosen, &all, &Keys::of(&self.history, dimension), top, cancel)
    }

    /// `None` where walking is quicker: with a filter, of less than whole days, or of very many values.
    fn digests(&self, dimension: &Dimension) -> Option<Vec<Arc<Digest>>> {
        let (from, until) = (self.from.timestamp_millis(), self.until.timestamp_millis());
        let blocks = || self.history.blocks().iter().enumerate();
        let whole: usize = blocks().filter(|(index, _)| self.is_whole(*index, from, until)).map(|(_, block)| block.rows).sum();
        if !self.filter.is_all() || whole * 2 < self.history.rows() {
            return None;
        }
        let of_block = |(index, block): (usize, &Arc<Block>)| {
            let make = || Digest::of(block, &self.within[index], dimension).map(Arc::new);
            match self.is_whole(index, from, until) {
                true => self.state.engine().digest(self.project, self.segments[index], self.bots, dimension, make),
                false => make(),
            }
        };
        self.history.blocks().par_iter().enumerate().map(of_block).collect()
    }

    /// The block's day lies in the range as a whole.
    fn is_whole(&self, block: usize, from: i64, until: i64) -> bool {
        let midnight = self.history.midnight(block);
        from <= midnight && midnight + DAY_MS <= until
    }
}
