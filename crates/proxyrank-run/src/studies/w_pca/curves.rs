//! Components as a function of the feed-forward width and of the share of variance.

use proxyrank_data::batch::{BatchShape, Distribution, SyntheticTokens, TokenSource, Vocabulary};
use proxyrank_nn::{Dropout, FastEngine, Head, Initialiser, TokenBatch};
use proxyrank_proxies::ProxyCall;
use proxyrank_proxies::forward::{EvaluateOptions, evaluate};
use proxyrank_report::chart::curves::Series;
use proxyrank_report::chart::{AxisScale, Curves};
use proxyrank_space::flexibert::{EncoderLayer, EncoderNetwork, Operation};

use crate::RunError;

const WIDTHS: [usize; 7] = [32, 64, 128, 256, 512, 1024, 2048];
const HIDDEN_SIZES: [usize; 2] = [128, 256];
const SHARES: [f64; 4] = [0.9, 0.95, 0.99, 0.999];
const SHAPE: BatchShape = BatchShape { batch_size: 16, seq_len: 128 };
const LAYERS: usize = 2;
const HEADS: usize = 2;

/// A chart and the name of its files.
pub(super) struct NamedChart {
    pub(super) name: String,
    pub(super) chart: Curves,
}

/// One chart a hidden size, one line a share.
pub(super) fn charts() -> Result<Vec<NamedChart>, RunError> {
    let source = SyntheticTokens::new(Vocabulary::bert(), Distribution::Zipf, 0);
    let tokens = source.batch(0, SHAPE)?;
    let batch = TokenBatch::new(tokens.ids, SHAPE.batch_size, SHAPE.seq_len)?;
    HIDDEN_SIZES.iter().map(|&hidden| chart(hidden, &batch)).collect()
}

fn chart(hidden: usize, batch: &TokenBatch) -> Result<NamedChart, RunError> {
    let calls: Vec<ProxyCall> =
        SHARES.iter().map(|share| format!("v_pca_mean:eta={share}").parse()).collect::<Result<_, _>>()?;
    let mut series: Vec<Series> = SHARES
        .iter()
        .map(|share| Series { name: format!("{}%", 100.0 * share), points: Vec::new() })
        .collect();
    let (engine, initialiser) = (FastEngine::<f32>::new(), Initialiser::new(0));
    for width in WIDTHS {
        let weights = initialiser.encoder(&network(hidden, width), Head::None)?;
        let options = EvaluateOptions { dropout: Dropout::Off, weights_ns: 0 };
        let scores = evaluate(&engine, &weights, batch, &calls, options)?;
        for (series, score) in series.iter_mut().zip(scores) {
            series.points.extend(score.outcome.score.map(|components| (width as f64, components)));
        }
    }
    Ok(NamedChart {
        name: format!("components_by_width_{hidden}"),
        chart: Curves {
            title: format!("Principal components of a layer, hidden size {hidden}"),
            subtitle: format!(
                "{LAYERS} layers, {} x {} Zipf-distributed ids, one line a share of the variance",
                SHAPE.batch_size, SHAPE.seq_len
            ),
            x_label: "width of the first feed-forward layer".to_owned(),
            y_label: "components".to_owned(),
            x_axis: AxisScale::Log,
            y_axis: AxisScale::Linear,
            series,
            references: Vec::new(),
        },
    })
}

fn network(hidden: usize, width: usize) -> EncoderNetwork {
    let layer =
        EncoderLayer { operation: Operation::Sdp, heads: HEADS, ffn_widths: vec![hidden, width, hidden] };
    EncoderNetwork::new(hidden, vec![layer; LAYERS])
}
