//! The number of threads must not show in any bit.

use proxyrank_nn::{
    Blind, CurvatureEngine, Depth, Dropout, EncoderInput, FastEngine, ForwardOptions, GradientEngine, Head,
    Initialiser, Loss, MaskedToken, Site,
};

use crate::common::{batch, collect, mixed_network, strong_weights};

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

#[test]
fn gradients_and_hessian_products_are_bit_equal_for_any_number_of_threads() {
    let network = mixed_network();
    // Seven blocks, so lanes have one or two of them.
    let batch = batch(43, 33, network.vocab_size);
    let weights = strong_weights::<f32>(&network, Head::Generator, 4);
    let masked: Vec<MaskedToken> = (0..200)
        .map(|index| MaskedToken { row: 7 * index, id: u32::try_from(index % 97).unwrap() })
        .collect();
    let input = EncoderInput::Tokens(&batch);
    let (loss, dropout) = (Loss::MaskedTokens(&masked), Dropout::Seed(9));
    let run = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let engine = FastEngine::new();
            let pass = engine.gradient(&weights, input, loss, dropout, |_| Blind).unwrap();
            let direction = weights.body();
            let product = engine.hessian_product(&weights, input, loss, dropout, direction).unwrap();
            let embeddings = pass.gradient.embeddings.unwrap();
            let parts =
                [pass.gradient.body, embeddings.sum, embeddings.gain, embeddings.output_words, product];
            let bits = parts.map(|part| part.into_iter().map(f32::to_bits).collect::<Vec<_>>());
            (pass.loss.to_bits(), bits)
        })
    };
    let one = run(1);
    for threads in [2, 3] {
        assert!(run(threads) == one, "{threads} threads");
    }
}
