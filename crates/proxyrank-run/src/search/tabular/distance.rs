//! How many edits lead from one network to another.

use proxyrank_space::Network;

/// One edit is: another operation or number of feed-forward layers in a layer; a doubling or halving, whole or begun, of a layer's heads, of
/// its feed-forward width or of the network's width; a layer more or less at the end.
pub(super) fn edits(a: &Network, b: &Network) -> u32 {
    let (one, other) = (layers(a), layers(b));
    let within: u32 = one.iter().zip(&other).map(|(a, b)| layer_edits(a, b)).sum();
    let more = one.len().abs_diff(other.len());
    octaves(a.width(), b.width()) + within + u32::try_from(more).unwrap_or(u32::MAX)
}

/// One layer: a mark of its operation, heads, and the widths inside its feed-forward network.
struct Layer {
    operation: String,
    heads: usize,
    widths: Vec<usize>,
}

fn layers(network: &Network) -> Vec<Layer> {
    let inner: Vec<(String, Vec<usize>)> = match network {
        Network::Encoder(network) => {
            let inside = |widths: &[usize]| {
                let ends = widths.len().saturating_sub(1);
                widths.iter().take(ends).skip(1).copied().collect()
            };
            let layers = network.layers.iter();
            layers.map(|layer| (layer.operation.to_string(), inside(&layer.ffn_widths))).collect()
        }
        Network::Decoder(network) => {
            network.layers.iter().map(|layer| (String::new(), vec![layer.d_inner])).collect()
        }
    };
    let parts = inner.into_iter().zip(network.heads());
    parts.map(|((operation, widths), heads)| Layer { operation, heads, widths }).collect()
}

fn layer_edits(a: &Layer, b: &Layer) -> u32 {
    let operation = u32::from(a.operation != b.operation);
    let count = u32::from(a.widths.len() != b.widths.len());
    // The first width follows the network's in some readings; the last one is the layer's own.
    let width = match (a.widths.last(), b.widths.last()) {
        (Some(&a), Some(&b)) if count == 0 => octaves(a, b),
        _ => 0,
    };
    operation + count + width + octaves(a.heads, b.heads)
}

/// Doublings between two sizes, a begun one counted whole.
fn octaves(a: usize, b: usize) -> u32 {
    let ratio = (a.max(1) as f64 / b.max(1) as f64).log2().abs();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most 64 doublings")]
    let whole = (ratio - 1e-9).ceil().max(0.0) as u32;
    whole
}

#[cfg(test)]
mod tests {
    use proxyrank_space::{FlexibertArch, FlexibertLayer, Operation, Reading};

    use super::*;

    #[test]
    fn each_change_is_one_edit() {
        let layer = FlexibertLayer { operation: Operation::Sdp, heads: 2, ffn_width: 512, ffn_count: 3 };
        let build = |hidden_size, layers: Vec<FlexibertLayer>| {
            Network::Encoder(FlexibertArch { hidden_size, layers }.network(Reading::Declared).unwrap())
        };
        let base = build(128, vec![layer; 2]);
        let with = |changed: FlexibertLayer| build(128, vec![layer, changed]);
        assert_eq!(edits(&base, &base), 0);
        assert_eq!(edits(&base, &with(FlexibertLayer { operation: Operation::Dft, ..layer })), 1);
        assert_eq!(edits(&base, &with(FlexibertLayer { heads: 4, ..layer })), 1);
        assert_eq!(edits(&base, &with(FlexibertLayer { ffn_width: 1024, ..layer })), 1);
        assert_eq!(edits(&base, &with(FlexibertLayer { ffn_count: 1, ..layer })), 1);
        assert_eq!(edits(&base, &build(256, vec![layer; 2])), 1);
        assert_eq!(edits(&base, &build(128, vec![layer; 4])), 2);
        assert_eq!((octaves(700, 512), octaves(2048, 512)), (1, 2));
    }
}
