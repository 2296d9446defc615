//! The same bits for any number of threads.

use proxyrank_nn::FastEngine;
use proxyrank_proxies::gradient::evaluate_twice;

use crate::definitions::{EVAL, SIGNALS, batch, calls, signal, weights};

#[test]
fn scores_do_not_depend_on_the_number_of_threads() {
    let scores = |threads: usize| -> Vec<Option<u64>> {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let score = |axis| {
                let engine = FastEngine::<f64>::new();
                evaluate_twice(&engine, &weights(), &batch(), &signal(axis), &calls(), EVAL).unwrap()
            };
            let found = SIGNALS.into_iter().flat_map(score);
            found.map(|found| found.outcome.score.map(f64::to_bits)).collect()
        })
    };
    let one = scores(1);
    assert!(one.iter().all(Option::is_some));
    for threads in [2, 5] {
        assert_eq!(scores(threads), one, "{threads} threads");
    }
}
