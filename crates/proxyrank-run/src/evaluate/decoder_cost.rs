//! What a decoder will take, from the work that is counted before anything is built.
//!
//! A network of one layer and width 64 takes some hundredths of what one of 16 layers and width 512 does, and a vocabulary of 793,470
//! words costs more than many networks that have it, but only the proxies that read it. So each part of the work is counted and
//! multiplied by what one unit of it was measured to take: products of layers, rows of tables that are drawn, logits, and the
//! nuclear norms and determinants of the gradients, which dominate wide networks. The constants are for two threads of an AMD EPYC (Zen 4); `docs/decoders.md` has the measurement.

use std::collections::BTreeSet;

use proxyrank_schema::{CostClass, Dtype, Input, Protocol, Signal};
use proxyrank_space::counts::{Matrix, macs, matrices};
use proxyrank_space::{DecoderNetwork, Network};

/// Seconds for a multiply-accumulate of a product in single precision, at 160 GFLOP/s.
const PRODUCT: f64 = 1.25e-11;
/// Seconds for a normal number that is drawn.
const DRAW: f64 = 1e-9;
/// Seconds for one logit: its exponential, and the passes over it.
const LOGIT: f64 = 1e-9;
/// Seconds for the cube of a symmetric matrix's side, of which the eigenvalues are found in double precision.
const EIGENVALUES: f64 = 1.4e-10;
/// Seconds for a multiply-accumulate in double precision outside of products.
const DOUBLE_STEP: f64 = 2e-11;
/// How much longer double precision takes.
const DOUBLE: f64 = 3.0;
/// Forward passes' worth of products in a forward and a backward pass, and in a Hessian-vector product.
const BACKWARD: f64 = 3.0;
const SECOND_ORDER: f64 = 8.0;

/// Seconds for the proxies of some classes on a network; `protocol` is that of the dearest one.
pub(super) fn seconds(network: &DecoderNetwork, classes: &BTreeSet<CostClass>, protocol: &Protocol) -> f64 {
    let whole = Network::Decoder(network.clone());
    let has = |class| classes.contains(&class);
    let second = has(CostClass::SecondOrder);
    let gradient = has(CostClass::Gradient) || second;
    let (sequences, seq_len) = (f64::from(protocol.batch_size), protocol.seq_len as usize);
    let rows = sequences * seq_len as f64;
    // A length that the network cannot have is refused when it is run.
    let layers = macs(&whole, seq_len.max(1)).map_or(0.0, |macs| macs.total() as f64) * PRODUCT;
    let matrices = matrices(&whole);
    let weights: f64 = matrices.iter().map(elements).sum();
    let mut seconds = weights * DRAW;
    if gradient {
        let softmax =
            if protocol.signal == Signal::Lm { softmax(network, rows, protocol.input) } else { 0.0 };
        let passes = BACKWARD + if second { SECOND_ORDER } else { 0.0 };
        seconds += passes * (sequences * layers + softmax);
    } else if has(CostClass::Forward) {
        seconds += sequences * layers;
    }
    if has(CostClass::Forward) {
        seconds += spectra(network, rows);
    }
    if has(CostClass::Gradient) {
        // A SynFlow pass of one sequence, and everything drawn and made absolute for it.
        seconds += 2.0 * BACKWARD * layers + 2.0 * vocabulary(network) * DRAW;
        seconds +=
            matrices.iter().map(|matrix| 2.0 * nuclear_norm(matrix) + determinant(matrix)).sum::<f64>();
    }
    if gradient && protocol.signal == Signal::Lm || has(CostClass::Gradient) {
        seconds += vocabulary(network) * DRAW;
    }
    if protocol.dtype == Dtype::F64 { DOUBLE * seconds } else { seconds }
}

fn elements(matrix: &Matrix) -> f64 {
    (matrix.rows * matrix.cols) as f64
}

/// Numbers in the tables of words.
fn vocabulary(network: &DecoderNetwork) -> f64 {
    network.vocabulary.clusters.iter().map(|cluster| (cluster.size * cluster.width) as f64).sum()
}

/// The likelihood of every token: all logits of the first cluster, and those of a tail cluster where the label is in it.
fn softmax(network: &DecoderNetwork, rows: f64, input: Input) -> f64 {
    let d = network.d_model as f64;
    let mut start = 0;
    let clusters = network.vocabulary.clusters.iter().enumerate();
    let cost = clusters.map(|(index, cluster)| {
        let ids = start..start + cluster.size;
        start = ids.end;
        let here =
            if index == 0 { 1.0 } else { share(ids.start, ids.end, network.vocabulary.n_token, input) };
        let (size, width) = (cluster.size as f64, cluster.width as f64);
        here * rows * (size * width * PRODUCT + size * LOGIT + d * width * PRODUCT)
    });
    cost.sum()
}

/// Which part of all tokens has ids in a range, under the law that ids are drawn by.
fn share(start: usize, end: usize, all: usize, input: Input) -> f64 {
    if input == Input::Zipf {
        // The sum of 1 / (rank + 2.7) over ranks from 1 on, as an integral.
        let below = |id: usize| (id as f64 + 3.2).ln();
        (below(end) - below(start)) / (below(all) - below(0))
    } else {
        (end - start) as f64 / all as f64
    }
}

/// The principal components of every layer's first feed-forward matrix, and the moments that they are made of.
fn spectra(network: &DecoderNetwork, rows: f64) -> f64 {
    let d = network.d_model as f64;
    let layer = |inner: f64| {
        let products = rows * d * d + inner * d * d + 2.0 * d * d * d;
        products * 2.0 * PRODUCT + d * d * d * EIGENVALUES
    };
    network.layers.iter().map(|one| layer(one.d_inner as f64)).sum()
}

/// One nuclear norm: the eigenvalues of the smaller Gram matrix, in double precision.
fn nuclear_norm(matrix: &Matrix) -> f64 {
    let (short, long) = sides(matrix);
    short * short * (short * EIGENVALUES + long * DOUBLE_STEP)
}

/// The determinant of the Gram matrix of the gradient's signs, which may be either of the two.
fn determinant(matrix: &Matrix) -> f64 {
    let (short, long) = sides(matrix);
    short * short * (short + long) * DOUBLE_STEP
}

fn sides(matrix: &Matrix) -> (f64, f64) {
    let (rows, cols) = (matrix.rows as f64, matrix.cols as f64);
    (rows.min(cols), rows.max(cols))
}

#[cfg(test)]
mod tests {
    use proxyrank_schema::Reading;
    use proxyrank_space::{DecoderArch, DecoderFamily};

    use super::*;
    use crate::benchmark::find;
    use crate::standard;

    fn network(n_layer: usize, d_model: usize, n_token: usize) -> DecoderNetwork {
        let arch = DecoderArch {
            family: DecoderFamily::TransformerXl,
            n_layer,
            d_model,
            d_embed: None,
            div_val: 4,
            n_head: vec![4; n_layer],
            d_inner: vec![2 * d_model; n_layer],
            n_token,
            cutoffs: vec![n_token / 10, n_token / 4],
            tie_projs: vec![false, true, true],
            tgt_len: 192,
            mem_len: 192,
        };
        arch.network().unwrap()
    }

    fn cost(network: &DecoderNetwork, classes: &[CostClass], change: impl Fn(&mut Protocol)) -> f64 {
        let info = find(&"lts-transxl-wt103".into()).unwrap();
        let mut protocol = standard::protocol(info, Reading::Declared, Signal::Lm);
        change(&mut protocol);
        seconds(network, &classes.iter().copied().collect(), &protocol)
    }

    #[test]
    fn what_is_more_work_takes_longer() {
        use CostClass::{Forward, Gradient, SecondOrder, Weights};
        let (small, large) = (network(5, 64, 20_000), network(8, 512, 20_000));
        let as_is = |_: &mut Protocol| ();
        for classes in [&[Weights][..], &[Forward], &[Gradient], &[SecondOrder]] {
            assert!(cost(&large, classes, as_is) > 5.0 * cost(&small, classes, as_is), "{classes:?}");
        }
        let rising = [
            &[Weights][..],
            &[Weights, Forward],
            &[Weights, Forward, Gradient],
            &[Weights, Forward, Gradient, SecondOrder],
        ];
        let rising = rising.map(|classes| cost(&large, classes, as_is));
        assert!(rising.windows(2).all(|pair| pair[0] < pair[1]), "{rising:?}");
        let double = cost(&large, &[Forward], |protocol| protocol.dtype = Dtype::F64);
        assert!(double > 2.0 * cost(&large, &[Forward], as_is));
    }

    #[test]
    fn a_large_vocabulary_costs_those_that_read_it() {
        let (few, many) = (network(5, 64, 10_000), network(5, 64, 700_000));
        let ratio =
            |class, change: fn(&mut Protocol)| cost(&many, &[class], change) / cost(&few, &[class], change);
        assert!((ratio(CostClass::Weights, |_| ()) - 1.0).abs() < 1e-12);
        assert!((ratio(CostClass::Forward, |_| ()) - 1.0).abs() < 1e-12);
        let gaussian = |protocol: &mut Protocol| protocol.signal = Signal::Gaussian;
        assert!((ratio(CostClass::SecondOrder, gaussian) - 1.0).abs() < 1e-12);
        assert!(ratio(CostClass::SecondOrder, |_| ()) > 2.0);
        // Rare words are half of the tokens under an even law.
        let uniform = |protocol: &mut Protocol| protocol.input = Input::Uniform;
        let cost = |change: fn(&mut Protocol)| cost(&many, &[CostClass::SecondOrder], change);
        assert!(cost(uniform) > cost(|_| ()));
    }

    #[test]
    fn shares_of_clusters_are_those_of_the_law() {
        let parts = [(0, 100), (100, 1000), (1000, 50_000)];
        for input in [Input::Zipf, Input::Uniform] {
            let sum: f64 = parts.iter().map(|&(start, end)| share(start, end, 50_000, input)).sum();
            assert!((sum - 1.0).abs() < 1e-12);
        }
        let weights: Vec<f64> = (1..=50_000).map(|rank| 1.0 / (f64::from(rank) + 2.7)).collect();
        let wanted = weights[100..1000].iter().sum::<f64>() / weights.iter().sum::<f64>();
        assert!((share(100, 1000, 50_000, Input::Zipf) - wanted).abs() < 1e-3);
    }
}
