//! One owner at a time.

use std::thread;

use local_postgres::{Cluster, Error};

use crate::bench::{Bench, Postgres, text, with_every_postgres};

#[test]
fn a_second_owner_is_refused_and_told_who_the_first_is() {
    with_every_postgres(|bench| {
        let first = bench.start();
        let refused = Cluster::start(bench.options()).unwrap_err();
        let ourselves = std::process::id();
        assert!(matches!(refused, Error::InUse { pid: Some(pid), .. } if pid == ourselves), "{refused}");
        assert!(refused.to_string().contains(&format!("process ({ourselves}) is using")), "{refused}");
        assert_eq!(text(&first.url("postgres"), "select 'unharmed'"), "unharmed");

        first.stop().unwrap();
        bench.start();
    });
}

#[test]
fn of_many_that_start_at_once_in_a_new_folder_one_wins() {
    let bench = Bench::new(Postgres::Npm);
    let outcomes: Vec<Result<Cluster, Error>> = thread::scope(|scope| {
        let starts: Vec<_> = (0..8).map(|_| scope.spawn(|| Cluster::start(bench.options()))).collect();
        starts.into_iter().map(|start| start.join().unwrap()).collect()
    });
    let (winners, losers): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
    assert_eq!(winners.len(), 1);
    for loser in losers {
        assert!(matches!(loser, Err(Error::InUse { .. })), "{loser:?}");
    }
}
