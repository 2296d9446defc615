//! The parameters of a decoder.
//!
//! A decoder's tables dwarf its layers: a vocabulary of 50,264 words takes up to 26 million numbers, where the layers have
//! 0.2 to 60 million. So they are an arena of their own, of which only as much is laid out, drawn and kept as a
//! pass reads ([`TableExtent`]): nothing for a proxy of weights, the rows of the batch's tokens for one that
//! looks at activations, all of it for a loss over the vocabulary.
//!
//! Matrices of layers are (outputs, inputs), as everywhere here and in files of Transformer-XL. Published files of GPT-2 have them
//! transposed; import turns them round.

mod import;
mod layout;
mod vocabulary;

pub use layout::{DecoderLayerLayout, DecoderLayout, RelativeLayout};
pub use vocabulary::{
    ClusterLayout, OutputLayout, Table, TableExtent, TableRows, TailLayout, VocabularyLayout,
};
