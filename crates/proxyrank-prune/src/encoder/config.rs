//! The hub's `config.json` of BERT-type encoders.

use serde::{Deserialize, Serialize};

use crate::PruneError;
use crate::space::{BlockShape, ModelSize};

/// Sizes and constants of an encoder, by the hub's names.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EncoderConfig {
    /// Rows of the word table.
    pub vocab_size: usize,
    /// d.
    pub hidden_size: usize,
    /// L.
    pub num_hidden_layers: usize,
    /// H.
    pub num_attention_heads: usize,
    /// F.
    pub intermediate_size: usize,
    /// The activation; only `gelu`, the exact one, is known.
    pub hidden_act: String,
    /// Dropout of embeddings, of what attention and feed-forward blocks give, and before the classifier.
    pub hidden_dropout_prob: f64,
    /// Dropout of attention probabilities.
    pub attention_probs_dropout_prob: f64,
    /// Most tokens of a text.
    pub max_position_embeddings: usize,
    /// Rows of the segment table.
    pub type_vocab_size: usize,
    /// Added to variances in norms.
    pub layer_norm_eps: f64,
    /// Deviation of fresh weights.
    #[serde(default = "usual_range")]
    pub initializer_range: f64,
}

const fn usual_range() -> f64 {
    0.02
}

impl EncoderConfig {
    /// Reads a `config.json`.
    pub fn from_json(text: &str) -> Result<Self, PruneError> {
        let config: Self = serde_json::from_str(text)
            .map_err(|source| PruneError::Json { what: "config.json".to_owned(), source })?;
        config.check()?;
        Ok(config)
    }

    /// Refuses what this crate cannot compute.
    pub fn check(&self) -> Result<(), PruneError> {
        if self.hidden_act != "gelu" {
            return Err(PruneError::Config(format!(
                "hidden_act is `{}`; only `gelu` is known",
                self.hidden_act
            )));
        }
        let sizes = [self.vocab_size, self.hidden_size, self.num_attention_heads, self.type_vocab_size];
        if sizes.contains(&0) || self.max_position_embeddings == 0 {
            return Err(PruneError::Config("a size is zero".to_owned()));
        }
        if !self.hidden_size.is_multiple_of(self.num_attention_heads) {
            let (d, heads) = (self.hidden_size, self.num_attention_heads);
            return Err(PruneError::Config(format!("{heads} heads do not divide a hidden size of {d}")));
        }
        Ok(())
    }

    /// What can be pruned.
    pub const fn shape(&self) -> BlockShape {
        BlockShape {
            layers: self.num_hidden_layers,
            heads: self.num_attention_heads,
            hidden: self.hidden_size,
            units: self.intermediate_size,
        }
    }

    /// Sizes for counting, with a classifier of so many logits.
    pub const fn size(&self, outputs: usize) -> ModelSize {
        ModelSize {
            shape: self.shape(),
            vocabulary: self.vocab_size,
            positions: self.max_position_embeddings,
            segments: self.type_vocab_size,
            outputs,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINILM: &str = r#"{"vocab_size": 30522, "hidden_size": 384, "num_hidden_layers": 6, "num_attention_heads": 12,
        "intermediate_size": 1536, "hidden_act": "gelu", "hidden_dropout_prob": 0.1, "attention_probs_dropout_prob": 0.1,
        "max_position_embeddings": 512, "type_vocab_size": 2, "layer_norm_eps": 1e-12, "use_cache": true}"#;

    #[test]
    fn the_hubs_words_are_understood() {
        let config = EncoderConfig::from_json(MINILM).unwrap();
        assert_eq!(config.shape(), BlockShape::MINILM_L6);
        assert_eq!(config.size(2), ModelSize::minilm_l6(2));
    }

    #[test]
    fn what_cannot_be_computed_is_refused() {
        let error = |text: &str| EncoderConfig::from_json(text).unwrap_err().to_string();
        assert!(error(&MINILM.replace("\"gelu\"", "\"relu\"")).contains("`relu`"));
        assert!(error(&MINILM.replace(": 12,", ": 7,")).contains("7 heads"));
        assert!(error("{}").contains("vocab_size"));
    }
}
