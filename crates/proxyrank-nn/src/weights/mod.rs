//! The parameters of a network: one layout, one stretch of memory.
//!
//! Every parameter of a network has a path (as in published ELECTRA checkpoints), a shape and a place. Places are
//! chosen so that matrices which are applied to the same input stand one below the other: queries, keys and values
//! of a layer are three parameters by path and one matrix by place, and a kernel multiplies them in one go. A
//! gradient, a mask or a direction of a Hessian-vector product has the same layout, hence is one flat slice too.
//!
//! The embedding tables are by far the largest parameters and do not depend on the architecture, so they are shared
//! between networks.

mod decoder;
mod family;
mod import;
mod layout;
mod parameter;
mod plan;
mod values;
mod wpca;

pub use decoder::{
    ClusterLayout, DecoderLayerLayout, DecoderLayout, OutputLayout, RelativeLayout, Table, TableExtent,
    TableRows, TailLayout, VocabularyLayout,
};
pub use family::Layout;
pub use layout::{
    AttentionLayout, EmbeddingLayout, EncoderLayout, GeneratorLayout, HeadLayout, LayerLayout, Linear, Norm,
    OperationLayout, SpanConvolutionLayout, Transform, TransformLayout,
};
pub use parameter::{Arena, Fill, Head, Parameter, Span, Stored};
pub use values::{DecoderWeights, EncoderWeights, Weights, WpcaBlockWeights, WpcaEmbeddingWeights};
pub use wpca::{WpcaBlockLayout, WpcaBottleneckLayout, WpcaEmbeddingLayout};
