//! An architecture in numbers.
//!
//! They are read off the network that a reading builds, not off the benchmark's file: what the training code ignored is no
//! feature of what was trained. Sizes are taken as logarithms. Layers are looked at from four places at an eighth, three eighths and
//! so on of the depth, so that networks of all depths have the same columns.

use proxyrank_predict::{Feature, Group};
use proxyrank_space::{Network, Operation, counts};

/// What one layer is.
struct Layer {
    operation: Option<Operation>,
    heads: f64,
    /// Widths of the hidden layers of its feed-forward network.
    hidden: Vec<f64>,
    /// Weights of its feed-forward network.
    ffn: f64,
}

/// Places along the depth at which single layers are looked at.
const PLACES: usize = 4;

/// The features of networks, in their order.
pub(super) fn features(networks: &[Network]) -> Vec<Feature> {
    let mut columns: Vec<Feature> = Vec::new();
    for (row, network) in networks.iter().enumerate() {
        for (index, (name, group, value)) in describe(network).into_iter().enumerate() {
            if row == 0 {
                columns.push(Feature { name, group, values: Vec::new() });
            }
            if let Some(column) = columns.get_mut(index) {
                column.values.push(value);
            }
        }
    }
    columns
}

/// The same names in the same order for every network.
fn describe(network: &Network) -> Vec<(String, Group, f64)> {
    let layers = layers(network);
    let parameters = counts::parameters(network);
    let depth = layers.len().max(1);
    let mean = |of: &dyn Fn(&Layer) -> f64| layers.iter().map(of).sum::<f64>() / depth as f64;
    let mut all = Vec::new();
    let mut add = |name: &str, group, value| all.push((name.to_owned(), group, value));

    let count = |layer: &Layer| layer.hidden.len() as f64;
    let width = |layer: &Layer| layer.hidden.iter().sum::<f64>() / count(layer).max(1.0);
    add("layers", Group::Size, layers.len() as f64);
    add("log2 width", Group::Size, (network.width() as f64).log2());
    add("log2 mean heads", Group::Summary, mean(&|layer| layer.heads).log2());
    add("mean ffn layers", Group::Summary, mean(&count));
    add("ln body parameters", Group::Summary, ln(parameters.body()));

    add("log2 mean ffn width", Group::Detail, mean(&width).max(1.0).log2());
    add("ln attention parameters", Group::Detail, ln(parameters.attention));
    add("ln ffn parameters", Group::Detail, ln(parameters.ffn));
    add("ln embedding parameters", Group::Detail, ln(parameters.embedding));
    add("ln all parameters", Group::Detail, ln(parameters.total()));
    let mean_log = mean(&|layer| layer.ffn.max(1.0).ln());
    add("mean ln ffn weights", Group::Detail, mean_log);
    let spread = mean(&|layer| (layer.ffn.max(1.0).ln() - mean_log).powi(2)).sqrt();
    add("spread of ln ffn weights", Group::Detail, spread);
    for &operation in Operation::ALL {
        let share = mean(&|layer| f64::from(layer.operation == Some(operation)));
        add(&format!("share of {operation}"), Group::Detail, share);
    }
    for place in 0..PLACES {
        // The layer in the middle of each quarter of the depth.
        let Some(layer) = layers.get((2 * place + 1) * depth / (2 * PLACES)) else { continue };
        let name = |what: &str| format!("{what}, quarter {}", place + 1);
        add(&name("log2 heads"), Group::Detail, layer.heads.log2());
        add(&name("ffn layers"), Group::Detail, count(layer));
        add(&name("ln ffn weights"), Group::Detail, layer.ffn.max(1.0).ln());
        for &operation in Operation::ALL {
            let is = f64::from(layer.operation == Some(operation));
            add(&name(&operation.to_string()), Group::Detail, is);
        }
    }
    all
}

fn ln(count: u64) -> f64 {
    (count.max(1) as f64).ln()
}

fn layers(network: &Network) -> Vec<Layer> {
    let mut ffn = vec![0.0; network.depth()];
    for matrix in counts::matrices(network).iter().filter(|matrix| matrix.role.is_ffn()) {
        ffn[matrix.layer] += (matrix.rows * matrix.cols) as f64;
    }
    let heads = network.heads();
    let hidden: Vec<(Option<Operation>, Vec<f64>)> = match network {
        Network::Encoder(network) => {
            let hidden = |widths: &[usize]| -> Vec<f64> {
                let ends = widths.len().saturating_sub(1);
                widths.iter().take(ends).skip(1).map(|&width| width as f64).collect()
            };
            network.layers.iter().map(|layer| (Some(layer.operation), hidden(&layer.ffn_widths))).collect()
        }
        Network::Decoder(network) => {
            network.layers.iter().map(|layer| (None, vec![layer.d_inner as f64])).collect()
        }
    };
    let parts = hidden.into_iter().zip(heads).zip(ffn);
    parts
        .map(|(((operation, hidden), heads), ffn)| Layer { operation, heads: heads as f64, hidden, ffn })
        .collect()
}

#[cfg(test)]
mod tests {
    use proxyrank_predict::Features;
    use proxyrank_space::{FlexibertArch, FlexibertLayer, Reading};

    use super::*;

    fn network(depth: usize, heads: usize, operation: Operation, reading: Reading) -> Network {
        let layer = FlexibertLayer { operation, heads, ffn_width: 1024, ffn_count: 3 };
        let arch = FlexibertArch { hidden_size: 128, layers: vec![layer; depth] };
        Network::Encoder(arch.network(reading).unwrap())
    }

    fn value(features: &[Feature], name: &str, row: usize) -> f64 {
        features.iter().find(|feature| feature.name == name).unwrap().values[row]
    }

    #[test]
    fn networks_of_all_depths_have_the_same_columns() {
        let reading = Reading::Declared;
        let two = network(2, 4, Operation::Dft, reading);
        let four = network(4, 2, Operation::Sdp, reading);
        let all = features(&[two, four]);
        assert!(all.iter().all(|feature| feature.values.len() == 2));
        assert_eq!((value(&all, "layers", 0), value(&all, "layers", 1)), (2.0, 4.0));
        assert_eq!(value(&all, "log2 heads, quarter 4", 0).to_bits(), 2.0_f64.to_bits());
        assert_eq!((value(&all, "share of dft", 0), value(&all, "share of dft", 1)), (1.0, 0.0));
        assert_eq!(value(&all, "mean ffn layers", 0).to_bits(), 3.0_f64.to_bits());
        assert!(Features::new(2, &all).is_ok());
    }

    #[test]
    fn what_training_ignored_is_no_feature() {
        let of = |reading| {
            features(&[network(2, 4, Operation::Dft, reading), network(2, 4, Operation::Wma, reading)])
        };
        let varying = |all: &[Feature]| Features::new(2, all).unwrap().names().len();
        assert_eq!(varying(&of(Reading::AsTrained)), 0);
        assert!(varying(&of(Reading::Declared)) > 0);
    }
}
