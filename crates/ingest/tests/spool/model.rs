//! Any mixture of appending, removing and reopening leaves what a plain list would hold.

use proptest::prelude::*;

use crate::requests::{folder, open, request, waiting};

#[derive(Clone, Debug)]
enum Step {
    /// So many at the same time, of such a size.
    Append(usize, usize),
    /// The first so many.
    Remove(usize),
    /// As a new process would.
    Reopen,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (1_usize..6, 0_usize..20_000).prop_map(|(n, bytes)| Step::Append(n, bytes)),
        3 => (1_usize..12).prop_map(Step::Remove),
        1 => Just(Step::Reopen),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn the_spool_is_a_list_that_survives(steps in proptest::collection::vec(step(), 1..24)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let folder = folder();
            let mut spool = open(folder.path());
            let (mut model, mut n) = (Vec::new(), 0);
            for step in steps {
                match step {
                    Step::Append(count, bytes) => {
                        let requests: Vec<_> = (0..count as u64).map(|i| request(n + i, bytes)).collect();
                        n += count as u64;
                        let taken = futures::future::join_all(requests.iter().map(|request| spool.append(request))).await;
                        prop_assert!(taken.iter().all(Result::is_ok), "{taken:?}");
                        model.extend(requests);
                    }
                    Step::Remove(count) => {
                        let first = spool.first(count, usize::MAX).await.unwrap();
                        prop_assert_eq!(first.len(), count.min(model.len()));
                        spool.remove(first.iter().map(|waiting| waiting.seq).collect()).await.unwrap();
                        model.drain(..first.len());
                    }
                    Step::Reopen => {
                        drop(spool);
                        spool = open(folder.path());
                    }
                }
                let state = spool.state();
                prop_assert_eq!((state.records, state.oldest), (model.len() as u64, model.first().map(|first| first.arrived_at)));
                prop_assert_eq!(state.bytes == 0, model.is_empty());
                prop_assert_eq!(waiting(&spool).await, model.clone());
            }
            Ok(())
        })?;
    }
}
