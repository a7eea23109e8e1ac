//! Error reports into issues: one for each fingerprint, with what is known of it and how often it happened in which quarter of an
//! hour to whom. What is merged stays apart here: readers join it, so that nothing is lost when it is taken apart again.

use std::collections::{BTreeMap, BTreeSet};

use analysis::issue::{self, Happened};
use analysis::quarter::{self, QuarterCell};
use anyhow::Context as _;
use chrono::{DateTime, TimeDelta, Utc};
use protocol::error_report::message::normalised;
use protocol::issue::{Issue, IssueId, Standing};
use protocol::level::Level;
use protocol::limits::{ISSUES_ALIVE_DAYS, ISSUES_MAX, STRING_BYTES_MAX};
use storage::flushes::{self, FlushError};
use storage::issue_quarters::{self, IssueQuarter};
use storage::issues;

use crate::claim::Claim;
use crate::intern_actors;

/// Characters that are kept of a message.
const MESSAGE_CHARS: usize = 300;

/// Counts the claim's error reports.
pub(crate) async fn count_issues(claim: &mut Claim) -> anyhow::Result<()> {
    let mut errors = read(claim).await?;
    if errors.is_empty() {
        return Ok(());
    }
    // By time, and the same for equal times in whatever order they were read.
    errors.sort_by(|a, b| (a.ts, a.issue_id, &a.release, &a.message).cmp(&(b.ts, b.issue_id, &b.release, &b.message)));
    let known = admit(claim, &mut errors).await?;
    add_quarters(claim, &errors).await?;
    let changed = widened(&errors, known)?;
    issues::save(&mut claim.tx, claim.project, &changed).await.context("write issues")
}

/// The flushes' reports. A flush that does not hold what it announced is not counted at all, rather than wrongly.
async fn read(claim: &mut Claim) -> anyhow::Result<Vec<FlushError>> {
    let mut errors = Vec::new();
    for flush in claim.flushes.iter().filter(|flush| flush.errors > 0) {
        let found = flushes::errors(&mut claim.tx, claim.project, flush).await.context("read error reports")?;
        anyhow::ensure!(
            found.len() as i64 == i64::from(flush.errors),
            "the flush announced {} error reports and holds {}",
            flush.errors,
            found.len()
        );
        errors.extend(found);
    }
    Ok(errors)
}

/// The issues that are known of these errors, and those that stand for them. New ones beyond the limit are put into one, the
/// first of a claim by their numbers, so that a claim that is repeated admits the same.
async fn admit(claim: &mut Claim, errors: &mut [FlushError]) -> anyhow::Result<BTreeMap<IssueId, Issue>> {
    let named: BTreeSet<i64> = errors.iter().map(|error| error.issue_id).chain([IssueId::OTHERS.0]).collect();
    let named: Vec<i64> = named.into_iter().collect();
    let mut known = by_id(issues::known(&mut claim.tx, claim.project, &named).await.context("read issues")?);
    let new = named.into_iter().filter(|id| *id != IssueId::OTHERS.0 && !known.contains_key(&IssueId(*id)));
    let new: Vec<i64> = new.collect();
    if !new.is_empty() {
        let since = claim.now - TimeDelta::days(ISSUES_ALIVE_DAYS);
        let alive = issues::alive(&mut claim.tx, claim.project, since).await.context("count issues")?;
        let room = ISSUES_MAX.saturating_sub(usize::try_from(alive)?);
        let late: BTreeSet<i64> = new.into_iter().skip(room).collect();
        if !late.is_empty() {
            metrics::counter!("throughline_worker_issues_folded_total").increment(late.len() as u64);
        }
        for error in errors.iter_mut().filter(|error| late.contains(&error.issue_id)) {
            error.issue_id = IssueId::OTHERS.0;
        }
    }
    let roots: Vec<i64> = known.values().filter_map(|issue| Some(issue.merged_into?.0)).collect();
    known.extend(by_id(issues::known(&mut claim.tx, claim.project, &roots).await.context("read what issues are merged into")?));
    Ok(known)
}

fn by_id(issues: Vec<Issue>) -> BTreeMap<IssueId, Issue> {
    issues.into_iter().map(|issue| (issue.id, issue)).collect()
}

/// The issues with what these errors change. `errors` are in the order of their times.
fn widened(errors: &[FlushError], mut known: BTreeMap<IssueId, Issue>) -> anyhow::Result<Vec<Issue>> {
    let mut changed = BTreeSet::new();
    for error in errors {
        let happened = happened(error)?;
        let issue = known.entry(IssueId(error.issue_id)).or_insert_with(|| new_issue(error, &happened));
        issue::widen(issue, &happened);
        let root = issue.merged_into.unwrap_or(issue.id);
        changed.extend([issue.id, root]);
        if let Some(root) = known.get_mut(&root) {
            let standing = std::mem::take(&mut root.standing);
            root.standing = issue::after(standing, [happened]);
        }
    }
    Ok(known.into_values().filter(|issue| changed.contains(&issue.id)).collect())
}

fn happened(error: &FlushError) -> anyhow::Result<Happened<'_>> {
    let level = Level::from_code(error.level).with_context(|| format!("a report has the level {}", error.level))?;
    Ok(Happened { ts: error.ts, level, release: error.release.as_deref(), weight: error.weight })
}

/// An issue that nobody has seen before. What it says of its reports names nobody.
fn new_issue(error: &FlushError, happened: &Happened<'_>) -> Issue {
    let id = IssueId(error.issue_id);
    let is_one = id != IssueId::OTHERS;
    let message = normalised(&error.message[..error.message.floor_char_boundary(STRING_BYTES_MAX)]);
    Issue {
        id,
        kind: error.kind.clone().filter(|_| is_one),
        message: if is_one { message.chars().take(MESSAGE_CHARS).collect() } else { "Errors beyond the limit of issues".to_owned() },
        culprit: error.culprit.clone().filter(|_| is_one),
        level: happened.level,
        first_seen: happened.ts,
        last_seen: happened.ts,
        first_release: error.release.clone(),
        last_release: error.release.clone(),
        standing: Standing::default(),
        merged_into: None,
    }
}

/// What is counted under one row.
type Key = (i64, DateTime<Utc>, String);

/// Adds the errors to their quarters.
async fn add_quarters(claim: &mut Claim, errors: &[FlushError]) -> anyhow::Result<()> {
    let actors = errors.iter().map(|error| (error.actor_kind, error.actor.as_str(), error.ts));
    let numbers = intern_actors::intern_all(claim, actors).await?;
    let mut cells = BTreeMap::<Key, QuarterCell>::new();
    for error in errors {
        let cell = cells.entry((error.issue_id, quarter::bucket(error.ts), error.environment.clone())).or_default();
        let actors = numbers.number(error.actor_kind, &error.actor).into_iter().collect();
        cell.merge(&QuarterCell { n: 1, weight: error.weight, actors });
    }
    let keys: Vec<IssueQuarter> = cells.keys().map(|key| row(key.clone(), &QuarterCell::default())).collect();
    for stored in issue_quarters::stored(&mut claim.tx, claim.project, &keys).await.context("read quarters of issues")? {
        let cell = QuarterCell { n: stored.n, weight: stored.weight, actors: quarter::decode(&stored.actors)? };
        let key = (stored.issue_id, stored.bucket, stored.environment);
        cells.get_mut(&key).context("a quarter that was not asked for")?.merge(&cell);
    }
    let rows: Vec<IssueQuarter> = cells.into_iter().map(|(key, cell)| row(key, &cell)).collect();
    issue_quarters::save(&mut claim.tx, claim.project, &rows).await.context("write quarters of issues")
}

pub(crate) fn row((issue_id, bucket, environment): Key, cell: &QuarterCell) -> IssueQuarter {
    IssueQuarter { issue_id, bucket, environment, n: cell.n, weight: cell.weight, actors: quarter::encode(&cell.actors) }
}
