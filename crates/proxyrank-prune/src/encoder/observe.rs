//! A pass over all tokens whose inside can be looked at.

use super::Texts;
use super::forward::{Flow, times};
use super::kernels;
use super::pruned::Pruned;

/// What is seen of a block that is kept. T tokens of all texts.
#[derive(Debug, Clone, Copy)]
pub enum Seen<'a> {
    /// A layer's attention.
    Attention {
        /// Heads that are kept.
        heads: usize,
        /// Queries, keys and values, (T, h dh) each.
        projections: [&'a [f32]; 3],
        /// Text by text and head by head, queries x keys.
        probabilities: &'a [f32],
    },
    /// A layer's feed-forward block.
    Units {
        /// Units that are kept.
        units: usize,
        /// Before GELU, (T, u).
        before: &'a [f32],
    },
}

impl Pruned<'_> {
    /// Last hidden states of all tokens, (T, d), without dropout: for comparison with other implementations.
    pub fn hidden(&self, texts: &Texts) -> Vec<f32> {
        self.observe(texts, &mut |_| ())
    }

    /// Runs texts without dropout and shows every block in order; gives the last hidden states of all tokens, (T, d).
    ///
    /// Unlike a pass for logits it computes the last layer for all tokens too.
    pub fn observe(&self, texts: &Texts, look: &mut dyn FnMut(Seen<'_>)) -> Vec<f32> {
        let flow = Flow { texts, dropout: None, first_only: false };
        let (mut x, _) = self.embed(&flow);
        for (layer, (attention, ffn)) in self.layers.iter().enumerate() {
            if let Some(attention) = attention {
                let kept;
                (x, kept) = self.attend(layer, attention, &flow, x);
                look(Seen::Attention {
                    heads: attention.heads.len(),
                    projections: [&kept.query, &kept.key, &kept.value],
                    probabilities: &kept.probabilities,
                });
            }
            if let Some(ffn) = ffn {
                let bias = ffn.up.1.vector();
                // Computed once more: the pass itself keeps what comes behind GELU only.
                let mut before = times(&x, self.config.hidden_size, ffn.up.0.factor(), bias.len());
                kernels::add_bias(&mut before, bias);
                look(Seen::Units { units: bias.len(), before: &before });
                (x, _) = self.feed(layer, ffn, &flow, x, false);
            }
        }
        x
    }
}
