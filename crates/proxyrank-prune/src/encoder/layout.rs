//! Where each parameter stands in the flat slice, and its name on the hub.

use std::ops::Range;

use super::EncoderConfig;

/// A parameter: `rows` x `columns` numbers, row by row. A vector is one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// First element.
    pub start: usize,
    /// Outputs of a matrix, 1 of a vector.
    pub rows: usize,
    /// Inputs of a matrix, elements of a vector.
    pub columns: usize,
}

impl Place {
    /// Its elements in the slice.
    pub const fn range(&self) -> Range<usize> {
        self.start..self.start + self.rows * self.columns
    }
}

/// Places of a layer's parameters; weights are (outputs, inputs).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayerPlaces {
    /// Queries, keys and values: (d, d) and d each.
    pub query_key_value: [(Place, Place); 3],
    /// The attention's output: (d, d), d.
    pub output: (Place, Place),
    /// Gain and shift of the norm behind the attention.
    pub attention_norm: (Place, Place),
    /// Into the feed-forward block: (F, d), F.
    pub up: (Place, Place),
    /// Out of it: (d, F), d.
    pub down: (Place, Place),
    /// Gain and shift of the norm behind it.
    pub ffn_norm: (Place, Place),
}

/// All parameters of an encoder with pooler and classifier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// Word table, (V, d): the first in the slice, so that the rest is one range.
    pub words: Place,
    /// Position table.
    pub positions: Place,
    /// Segment table.
    pub segments: Place,
    /// Gain and shift of the embeddings' norm.
    pub embedding_norm: (Place, Place),
    /// The layers.
    pub layers: Vec<LayerPlaces>,
    /// (d, d), d.
    pub pooler: (Place, Place),
    /// (outputs, d), outputs.
    pub classifier: (Place, Place),
    names: Vec<(String, Place, bool)>,
}

/// Places parameters one after the other.
#[derive(Default)]
struct Builder {
    names: Vec<(String, Place, bool)>,
    end: usize,
}

impl Builder {
    fn place(&mut self, name: String, rows: usize, columns: usize, is_vector: bool) -> Place {
        let place = Place { start: self.end, rows, columns };
        self.end = place.range().end;
        self.names.push((name, place.clone(), is_vector));
        place
    }

    fn matrix(&mut self, name: impl Into<String>, rows: usize, columns: usize) -> Place {
        self.place(name.into(), rows, columns, false)
    }

    fn linear(&mut self, path: &str, rows: usize, columns: usize) -> (Place, Place) {
        let weight = self.matrix(format!("{path}.weight"), rows, columns);
        (weight, self.place(format!("{path}.bias"), 1, rows, true))
    }

    fn norm(&mut self, path: &str, width: usize) -> (Place, Place) {
        let gain = self.place(format!("{path}.weight"), 1, width, true);
        (gain, self.place(format!("{path}.bias"), 1, width, true))
    }
}

impl Layout {
    /// The layout of an encoder whose classifier has so many logits.
    pub fn new(config: &EncoderConfig, outputs: usize) -> Self {
        let (d, f) = (config.hidden_size, config.intermediate_size);
        let mut builder = Builder::default();
        let words = builder.matrix("embeddings.word_embeddings.weight", config.vocab_size, d);
        let positions =
            builder.matrix("embeddings.position_embeddings.weight", config.max_position_embeddings, d);
        let segments = builder.matrix("embeddings.token_type_embeddings.weight", config.type_vocab_size, d);
        let embedding_norm = builder.norm("embeddings.LayerNorm", d);
        let layers = (0..config.num_hidden_layers)
            .map(|layer| {
                let path = |name: &str| format!("encoder.layer.{layer}.{name}");
                LayerPlaces {
                    query_key_value: ["query", "key", "value"]
                        .map(|name| builder.linear(&path(&format!("attention.self.{name}")), d, d)),
                    output: builder.linear(&path("attention.output.dense"), d, d),
                    attention_norm: builder.norm(&path("attention.output.LayerNorm"), d),
                    up: builder.linear(&path("intermediate.dense"), f, d),
                    down: builder.linear(&path("output.dense"), d, f),
                    ffn_norm: builder.norm(&path("output.LayerNorm"), d),
                }
            })
            .collect();
        let pooler = builder.linear("pooler.dense", d, d);
        let classifier = builder.linear("classifier", outputs, d);
        let names = builder.names;
        Self { words, positions, segments, embedding_norm, layers, pooler, classifier, names }
    }

    /// Elements of the slice.
    pub fn len(&self) -> usize {
        self.classifier.1.range().end
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Name, place and shape of each parameter, in order.
    pub fn parameters(&self) -> impl Iterator<Item = (&str, &Place, Vec<usize>)> {
        self.names.iter().map(|(name, place, is_vector)| {
            let shape = if *is_vector { vec![place.columns] } else { vec![place.rows, place.columns] };
            (name.as_str(), place, shape)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_has_as_many_elements_as_are_counted() {
        let config = EncoderConfig {
            vocab_size: 11,
            hidden_size: 6,
            num_hidden_layers: 2,
            num_attention_heads: 3,
            intermediate_size: 5,
            hidden_act: "gelu".to_owned(),
            hidden_dropout_prob: 0.1,
            attention_probs_dropout_prob: 0.1,
            max_position_embeddings: 7,
            type_vocab_size: 2,
            layer_norm_eps: 1e-12,
            initializer_range: 0.02,
        };
        let layout = Layout::new(&config, 3);
        assert_eq!(layout.len() as u64, config.size(3).full().exact);
        let mut end = 0;
        for (name, place, shape) in layout.parameters() {
            assert_eq!((place.start, shape.iter().product::<usize>()), (end, place.range().len()), "{name}");
            end = place.range().end;
        }
        assert_eq!(end, layout.len());
    }
}
