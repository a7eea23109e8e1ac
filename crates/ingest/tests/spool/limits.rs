//! What a spool does not take.

use chrono::TimeDelta;
use ingest::spool::{Limits, NotTaken, OpenError, Request, Spool};
use protocol::time::Clock;

use crate::requests::{folder, now, open, open_with, request, waiting};

#[tokio::test]
async fn a_full_spool_takes_nothing_more_and_keeps_what_it_has() {
    let folder = folder();
    let spool = open_with(folder.path(), Limits { bytes_max: 20_000, ..Limits::default() });
    let requests: Vec<Request> = (0..20).map(|n| request(n, 2_000)).collect();
    let taken = futures::future::join_all(requests.iter().map(|request| spool.append(request))).await;
    let kept: Vec<Request> = requests.iter().zip(&taken).filter(|(_, taken)| taken.is_ok()).map(|(request, _)| request.clone()).collect();
    assert!((5..20).contains(&kept.len()), "{} were taken", kept.len());
    assert!(taken.iter().all(|taken| matches!(taken, Ok(()) | Err(NotTaken::Full))), "{taken:?}");
    assert_eq!(waiting(&spool).await, kept);
    assert!(spool.state().is_nearly_full(now()) && spool.state().bytes <= 20_000);

    let first = spool.first(3, usize::MAX).await.unwrap();
    spool.remove(first.iter().map(|waiting| waiting.seq).collect()).await.unwrap();
    assert!(!spool.state().is_nearly_full(now()));
    spool.append(&request(30, 2_000)).await.unwrap();
}

#[tokio::test]
async fn a_spool_whose_oldest_request_waits_for_a_day_takes_nothing_more() {
    let folder = folder();
    let spool = open(folder.path());
    let at = |hours, minutes| Request { arrived_at: now() + TimeDelta::hours(hours) + TimeDelta::minutes(minutes), ..request(1, 10) };
    spool.append(&at(0, 0)).await.unwrap();
    spool.append(&at(23, 59)).await.unwrap();
    assert_eq!(spool.append(&at(24, 1)).await, Err(NotTaken::TooOld));
    // The oldest is stored: the next oldest is a minute old.
    let first = spool.first(1, usize::MAX).await.unwrap();
    spool.remove(vec![first[0].seq]).await.unwrap();
    spool.append(&at(24, 1)).await.unwrap();
}

#[tokio::test]
async fn a_folder_belongs_to_one_process() {
    let folder = folder();
    let held = open(folder.path());
    let again = || Spool::open(folder.path().to_owned(), Limits::default(), Clock::fixed(now()));
    assert!(matches!(again().unwrap_err(), OpenError::Held(_)));
    drop(held);
    again().unwrap();
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_is_an_error_and_no_panic() {
    let folder = folder();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let opened = Spool::open(file.join("spool"), Limits::default(), Clock::fixed(now()));
    assert!(matches!(opened.unwrap_err(), OpenError::Unusable(_)));
}
