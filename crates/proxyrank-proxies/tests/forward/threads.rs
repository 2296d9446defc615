//! The same bits for any number of threads.

use proxyrank_nn::{FastEngine, Head, Initialiser};
use proxyrank_proxies::forward::evaluate;

use crate::definitions::{EVAL, batch, calls, network};

#[test]
fn scores_do_not_depend_on_the_number_of_threads() {
    let scores = |threads: usize| -> Vec<Option<u64>> {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let weights = Initialiser::<f32>::new(2).encoder(&network(), Head::None).unwrap();
            let engine = FastEngine::new();
            let evaluations = evaluate(&engine, &weights, &batch(), &calls(), EVAL).unwrap();
            evaluations.iter().map(|evaluation| evaluation.outcome.score.map(f64::to_bits)).collect()
        })
    };
    let one = scores(1);
    assert!(one.iter().all(Option::is_some));
    for threads in [2, 3, 7] {
        assert_eq!(scores(threads), one, "{threads} threads");
    }
}
