//! What waits for a committer, a lane per project.
//!
//! Deficit round robin over rows: the lanes take turns, and each turn lets a lane's oldest batches go until it has had its
//! share of rows. So a project that sends much waits for itself, and one that sends little waits for one turn of the
//! others at most.

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

use protocol::id::ProjectId;

/// Rows that a lane may send off per turn: the largest batch, so that every turn sends one off.
const TURN_ROWS: usize = protocol::limits::BATCH_ITEMS_MAX;

/// Batches in the order in which they shall be committed.
pub(crate) struct FairQueue<T> {
    lanes: HashMap<ProjectId, Lane<T>>,
    /// Every project with a lane, once; the first one's turn it is.
    turns: VecDeque<ProjectId>,
    batches: usize,
    rows: usize,
}

struct Lane<T> {
    waiting: VecDeque<Entry<T>>,
    rows: usize,
    /// Rows that may still go in this turn.
    credit: usize,
}

struct Entry<T> {
    batch: T,
    rows: usize,
    since: Instant,
}

/// How long a batch of a project would wait, as far as the queue itself can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ahead {
    /// Rows that would be committed before it.
    pub(crate) rows: usize,
    /// How long the project's oldest batch has been waiting.
    pub(crate) oldest: Duration,
}

impl<T> FairQueue<T> {
    pub(crate) fn new() -> Self {
        Self { lanes: HashMap::new(), turns: VecDeque::new(), batches: 0, rows: 0 }
    }

    pub(crate) fn push(&mut self, project: ProjectId, rows: usize, since: Instant, batch: T) {
        let lane = self.lanes.entry(project).or_insert_with(|| {
            self.turns.push_back(project);
            Lane { waiting: VecDeque::new(), rows: 0, credit: TURN_ROWS }
        });
        lane.waiting.push_back(Entry { batch, rows, since });
        lane.rows += rows;
        self.rows += rows;
        self.batches += 1;
    }

    /// The next batches, until they hold `rows_max` rows or nothing waits. The last one may go beyond.
    pub(crate) fn take(&mut self, rows_max: usize) -> Vec<T> {
        let (mut group, mut rows) = (Vec::new(), 0);
        while rows < rows_max
            && let Some(project) = self.turns.front()
            && let Some(lane) = self.lanes.get_mut(project)
        {
            let next_rows = lane.waiting.front().map_or(0, |next| next.rows);
            if next_rows > lane.credit {
                // The next lane's turn; what this one could not use it has in its next turn.
                lane.credit += TURN_ROWS;
                self.turns.rotate_left(1);
                continue;
            }
            if let Some(next) = lane.waiting.pop_front() {
                lane.credit -= next.rows;
                lane.rows -= next.rows;
                rows += next.rows;
                self.rows -= next.rows;
                self.batches -= 1;
                group.push(next.batch);
            }
            if lane.waiting.is_empty() {
                // Who has nothing to send saves nothing up.
                let project = *project;
                self.turns.pop_front();
                self.lanes.remove(&project);
            }
        }
        group
    }

    /// What would go before a new batch of the project.
    pub(crate) fn ahead_of(&self, project: ProjectId, now: Instant) -> Ahead {
        let Some(lane) = self.lanes.get(&project) else {
            // One turn of everybody at most.
            return Ahead { rows: self.rows.min(self.lanes.len() * TURN_ROWS), oldest: Duration::ZERO };
        };
        let turns = lane.rows.div_ceil(TURN_ROWS) + 1;
        let others = (self.rows - lane.rows).min(turns * TURN_ROWS * (self.lanes.len() - 1));
        let oldest = lane.waiting.front().map_or(Duration::ZERO, |entry| now.saturating_duration_since(entry.since));
        Ahead { rows: lane.rows + others, oldest }
    }

    /// How long the oldest batch of all has been waiting.
    pub(crate) fn oldest(&self, now: Instant) -> Duration {
        let oldest = self.lanes.values().filter_map(|lane| lane.waiting.front()).map(|entry| entry.since).min();
        oldest.map_or(Duration::ZERO, |since| now.saturating_duration_since(since))
    }

    pub(crate) fn batches(&self) -> usize {
        self.batches
    }

    pub(crate) fn rows(&self) -> usize {
        self.rows
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn queue(batches: &[(i32, usize)]) -> FairQueue<(i32, usize)> {
        let mut queue = FairQueue::new();
        for (n, (project, rows)) in batches.iter().enumerate() {
            queue.push(ProjectId(*project), *rows, Instant::now(), (*project, n));
        }
        queue
    }

    #[test]
    fn one_projects_batches_go_in_the_order_in_which_they_came() {
        let mut queue = queue(&[(1, 1_000), (1, 0), (1, 1), (1, 999)]);
        assert_eq!(queue.take(usize::MAX), [(1, 0), (1, 1), (1, 2), (1, 3)]);
        assert_eq!((queue.batches(), queue.rows(), queue.lanes.len(), queue.turns.len()), (0, 0, 0, 0));
        assert!(queue.take(usize::MAX).is_empty());
    }

    #[test]
    fn a_group_ends_with_the_batch_that_fills_it() {
        let mut queue = queue(&[(1, 600), (1, 600), (1, 600)]);
        assert_eq!(queue.take(1_000).len(), 2);
        assert_eq!(queue.take(1_000).len(), 1);
    }

    #[test]
    fn a_small_project_goes_after_one_turn_of_a_busy_one() {
        let mut batches = vec![(1, 500); 100];
        batches.push((2, 1));
        assert_eq!(queue(&batches).take(2_000)[..3], [(1, 0), (1, 1), (2, 100)]);
    }

    #[test]
    fn what_goes_before_a_new_batch_is_its_own_lane_and_the_others_turns() {
        let mut batches = vec![(1, 1_000); 50];
        batches.extend([(2, 10), (2, 10)]);
        let queue = queue(&batches);
        let rows = |project| queue.ahead_of(ProjectId(project), Instant::now()).rows;
        assert_eq!((rows(1), rows(2), rows(3)), (50_020, 20 + 2_000, 2_000));
    }

    #[test]
    fn the_oldest_batch_says_how_long_is_waited() {
        let began = Instant::now();
        let mut queue = FairQueue::new();
        queue.push(ProjectId(1), 1, began, ());
        queue.push(ProjectId(2), 1, began + Duration::from_millis(200), ());
        let now = began + Duration::from_millis(300);
        assert_eq!(queue.oldest(now), Duration::from_millis(300));
        assert_eq!(queue.ahead_of(ProjectId(2), now).oldest, Duration::from_millis(100));
        assert_eq!(queue.ahead_of(ProjectId(3), now).oldest, Duration::ZERO);
    }

    #[derive(Clone, Debug)]
    enum Step {
        Push { project: i32, rows: usize },
        Take { rows_max: usize },
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            3 => (0..4, 0..=TURN_ROWS).prop_map(|(project, rows)| Step::Push { project, rows }),
            1 => (1..6_000_usize).prop_map(|rows_max| Step::Take { rows_max }),
        ]
    }

    proptest! {
        /// Against a plain list: nothing is lost or doubled, each project's order holds, a group is as full as it can be,
        /// and two projects that both had something waiting all the while differ by four turns at most.
        #[test]
        fn it_is_a_list_that_is_fair(steps in prop::collection::vec(step(), 1..200)) {
            let mut queue = FairQueue::new();
            let mut list: Vec<(i32, usize, usize)> = Vec::new();
            // Rows that went since a project began to have something waiting, by pair.
            let mut went = [[0_usize; 4]; 4];
            for (n, step) in steps.into_iter().enumerate() {
                match step {
                    Step::Push { project, rows } => {
                        queue.push(ProjectId(project), rows, Instant::now(), (project, rows, n));
                        list.push((project, rows, n));
                    }
                    Step::Take { rows_max } => {
                        let group = queue.take(rows_max);
                        let rows: usize = group.iter().map(|(_, rows, _)| rows).sum();
                        prop_assert!(rows >= rows_max || group.len() == list.len());
                        let without_last: usize = group.iter().rev().skip(1).map(|(_, rows, _)| rows).sum();
                        prop_assert!(group.is_empty() || without_last < rows_max);
                        for taken in group {
                            let first_of_project = list.iter().position(|(project, ..)| *project == taken.0);
                            let first = first_of_project.expect("only what was pushed is taken");
                            prop_assert_eq!(list.remove(first), taken);
                            let waits = |project: usize| list.iter().any(|(p, ..)| *p as usize == project);
                            let own = taken.0 as usize;
                            for other in (0..4).filter(|other| *other != own) {
                                if !waits(other) || !waits(own) {
                                    went[own][other] = 0;
                                    went[other][own] = 0;
                                    continue;
                                }
                                went[own][other] += taken.1;
                                prop_assert!(went[own][other].abs_diff(went[other][own]) <= 4 * TURN_ROWS);
                            }
                        }
                    }
                }
                prop_assert_eq!(queue.batches(), list.len());
                prop_assert_eq!(queue.rows(), list.iter().map(|(_, rows, _)| rows).sum::<usize>());
            }
        }
    }
}
