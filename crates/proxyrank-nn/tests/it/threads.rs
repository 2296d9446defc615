//! The number of threads must not show in any bit.

use proxyrank_nn::{Depth, Dropout, FastEngine, ForwardOptions, Head, Initialiser, Site};

use crate::common::{batch, collect, mixed_network};

#[test]
fn results_and_weights_are_bit_equal_for_any_number_of_threads() {
    let network = mixed_network();
    let batch = batch(37, 33, network.vocab_size);
    let options = ForwardOptions { depth: Depth::Full, dropout: Dropout::Seed(9) };
    let run = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let weights = Initialiser::<f32>::new(4).encoder(&network, Head::None).unwrap();
            let sites = [Site::FfnInput, Site::Attention, Site::Hidden];
            sites.map(|site| {
                let values = collect(&FastEngine::new(), &weights, &batch, options, site);
                values.into_iter().map(f32::to_bits).collect::<Vec<_>>()
            })
        })
    };
    let one = run(1);
    for threads in [2, 3, 8] {
        assert_eq!(run(threads), one, "{threads} threads");
    }
}
