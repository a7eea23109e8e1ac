use proptest::prelude::*;
use protocol::issue::IssueChange;

use super::*;

fn at(minute: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_770_000_000 + minute * 60, 0).expect("a time")
}

fn error(minute: i64, release: Option<&'static str>) -> Happened<'static> {
    Happened { ts: at(minute), level: Level::Error, release, weight: 1.0 }
}

fn standing(status: IssueStatus, resolved_in: Option<&str>, ignored_errors: Option<f64>) -> Standing {
    Standing { status, since: Some(at(10)), resolved_in: resolved_in.map(str::to_owned), ignored_errors, ..Standing::default() }
}

fn issue(id: i64, error: &Happened<'_>, merged_into: Option<i64>) -> Issue {
    Issue {
        id: IssueId(id),
        kind: None,
        message: String::new(),
        culprit: None,
        level: error.level,
        first_seen: error.ts,
        last_seen: error.ts,
        first_release: error.release.map(str::to_owned),
        last_release: error.release.map(str::to_owned),
        standing: Standing::default(),
        merged_into: merged_into.map(IssueId),
    }
}

#[test]
fn what_is_resolved_comes_back_with_an_error_of_later() {
    let resolved = standing(IssueStatus::Resolved, None, None);
    assert_eq!(after(resolved.clone(), [error(9, None), error(10, None)]), resolved, "it came late");
    let back = after(resolved, [error(9, None), error(12, None), error(13, None)]);
    assert_eq!((back.status, back.since), (IssueStatus::Regressed, Some(at(12))));
    let in_next = || standing(IssueStatus::Resolved, Some("2.4.0"), None);
    assert_eq!(after(in_next(), [error(11, Some("2.4.0")), error(12, Some("2.3.9"))]), in_next());
    for release in [Some("2.5.0"), Some("nightly"), None] {
        assert_eq!(after(in_next(), [error(11, Some("2.4.0")), error(12, release)]).status, IssueStatus::Regressed, "{release:?}");
    }
    let open = Standing::default();
    assert_eq!(after(open.clone(), [error(12, None)]), open);
}

#[test]
fn what_is_ignored_until_three_more_comes_back_with_the_third_one() {
    let ignored = || standing(IssueStatus::Ignored, None, Some(3.0));
    let two = after(ignored(), [error(5, None), error(11, None), error(12, None)]);
    assert_eq!((two.status, two.ignored_errors), (IssueStatus::Ignored, Some(1.0)));
    assert_eq!(after(two, [error(13, None)]), Standing { status: IssueStatus::Unresolved, since: Some(at(13)), ..Standing::default() });
    let weighty = Happened { weight: 100.0, ..error(11, None) };
    assert_eq!(after(ignored(), [weighty]).status, IssueStatus::Unresolved);
    let for_good = standing(IssueStatus::Ignored, None, None);
    assert_eq!(after(for_good.clone(), [weighty]), for_good);
}

#[test]
fn a_time_that_is_over_ignores_no_longer() {
    let until = Standing { ignored_until: Some(at(20)), ..standing(IssueStatus::Ignored, None, None) };
    assert_eq!(until.clone().at(at(19)), until);
    assert_eq!((until.clone().at(at(20)).status, until.at(at(20)).since), (IssueStatus::Unresolved, Some(at(20))));
}

#[test]
fn what_is_merged_is_decided_about_as_one_and_can_be_taken_apart() {
    let minute = |id: i64, merged_into| issue(id, &error(id, Some("1.0")), merged_into);
    let now = (at(30), "ann");
    let ids = |ids: &[i64]| ids.iter().copied().map(IssueId).collect::<Vec<_>>();
    let merge = |issues: Vec<Issue>, of: &[i64], into| decide(issues, &ids(of), &IssueChange::Merge { into: IssueId(into) }, now);
    // 1 and 4 into 2: what 1 has goes along.
    let all = vec![minute(1, None), minute(2, None), minute(3, Some(1)), minute(4, None)];
    let merged = merge(all.clone(), &[1, 2, 4], 2).expect("merged");
    assert_eq!(merged.iter().map(|issue| (issue.id.0, issue.merged_into)).collect::<Vec<_>>(), [1, 3, 4].map(|id| (id, Some(IssueId(2)))));
    let resolved =
        decide(merged.iter().cloned().chain([minute(2, None)]).collect(), &ids(&[3]), &IssueChange::Resolve { next_release: true }, now);
    let resolved = resolved.expect("resolved");
    assert_eq!(resolved.len(), 1);
    assert_eq!(
        (resolved[0].id, resolved[0].standing.resolved_in.as_deref(), resolved[0].standing.by.as_deref()),
        (IssueId(2), Some("1.0"), Some("ann"))
    );
    let apart = |of: &[i64]| {
        decide(merged.iter().cloned().chain([minute(2, None)]).collect(), &ids(of), &IssueChange::Unmerge, now).expect("apart")
    };
    assert_eq!(apart(&[2]).iter().map(|issue| (issue.id.0, issue.merged_into)).collect::<Vec<_>>(), [(1, None), (3, None), (4, None)]);
    assert_eq!(apart(&[3]).iter().map(|issue| issue.id.0).collect::<Vec<_>>(), [3]);
    assert_eq!(merge(all.clone(), &[1, 9], 2), Err(Undecided::Unknown(IssueId(9))));
    assert_eq!(merge(vec![minute(0, None), minute(2, None)], &[0], 2), Err(Undecided::Others));
    let many: Vec<Issue> = (1..=102).map(|id| minute(id, None)).collect();
    assert_eq!(merge(many, &(1..=101).collect::<Vec<_>>(), 102), Err(Undecided::TooMany));
    assert_eq!(merge(all, &[2], 2), Ok(Vec::new()), "into itself");
}

proptest! {
    #[test]
    fn an_issue_knows_the_same_in_whatever_order_and_parts_it_hears(
        errors in prop::collection::vec((0i64..20, prop::option::of(prop::sample::select(vec!["1.0", "1.1", "2.0"])), 0usize..2, 0i64..4), 1..12),
        seed in any::<u64>(),
    ) {
        let levels = [Level::Warning, Level::Fatal];
        let errors: Vec<(Happened<'_>, i64)> = errors
            .into_iter()
            .map(|(minute, release, level, part)| (Happened { level: levels[level], ..error(minute, release) }, part))
            .collect();
        let hear = |errors: &[(Happened<'static>, i64)]| {
            let mut heard = issue(0, &errors[0].0, None);
            errors[1..].iter().for_each(|(error, _)| widen(&mut heard, error));
            heard
        };
        let whole = hear(&errors);
        let mut turned = errors.clone();
        let middle = seed as usize % turned.len();
        turned.rotate_left(middle);
        prop_assert_eq!(&hear(&turned), &whole);
        // The same errors as parts that are merged into one of them.
        let mut parts = BTreeMap::<i64, Vec<(Happened<'_>, i64)>>::new();
        errors.iter().for_each(|error| parts.entry(error.1).or_default().push(*error));
        let root = *parts.keys().next().expect("a part");
        let count = parts.len();
        let parts = parts.into_iter().map(|(id, errors)| Issue { id: IssueId(id), merged_into: (id != root).then_some(IssueId(root)), ..hear(&errors) });
        let joined = joined(parts.collect());
        let (one, merged) = &joined[&IssueId(root)];
        prop_assert_eq!(merged.len() + 1, count);
        prop_assert_eq!(one, &Issue { id: IssueId(root), ..whole });
    }
}
