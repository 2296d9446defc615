//! One file a proxy.
//!
//! To add one: write its file, list it here and in [`crate::registry::REGISTRY`], and give it a test with a value that did
//! not come from the code under test.

mod attention_params;
mod d_model;
mod decoder_params;
mod embedding_params;
mod ffn_params;
mod flops;
mod flops_split_ffn;
mod four_l_d_squared;
mod heads_times_params;
mod hidden_times_layers;
mod layers_hidden_params;
mod layers_hidden_weights;
mod layers_then_hidden;
mod layers_times_params;
mod lpzero_bak_closed_form;
mod lpzero_closed_form;
mod nsc;
mod nsc_matrices;
mod nsc_normal;
mod nsc_per_head;
mod nsc_running_sum;
mod num_layers;
mod num_parameters;
mod num_parameters_body;
mod size;
mod zerolm_xavier;

pub use attention_params::ATTENTION_PARAMS;
pub use d_model::D_MODEL;
pub use decoder_params::DECODER_PARAMS;
pub use embedding_params::EMBEDDING_PARAMS;
pub use ffn_params::FFN_PARAMS;
pub use flops::FLOPS;
pub use flops_split_ffn::FLOPS_SPLIT_FFN;
pub use four_l_d_squared::FOUR_L_D_SQUARED;
pub use heads_times_params::HEADS_TIMES_PARAMS;
pub use hidden_times_layers::HIDDEN_TIMES_LAYERS;
pub use layers_hidden_params::LAYERS_HIDDEN_PARAMS;
pub use layers_hidden_weights::LAYERS_HIDDEN_WEIGHTS;
pub use layers_then_hidden::LAYERS_THEN_HIDDEN;
pub use layers_times_params::LAYERS_TIMES_PARAMS;
pub use lpzero_bak_closed_form::LPZERO_BAK_CLOSED_FORM;
pub use lpzero_closed_form::LPZERO_CLOSED_FORM;
pub use nsc::NSC;
pub use nsc_matrices::NSC_MATRICES;
pub use nsc_normal::NSC_NORMAL;
pub use nsc_per_head::NSC_PER_HEAD;
pub use nsc_running_sum::NSC_RUNNING_SUM;
pub use num_layers::NUM_LAYERS;
pub use num_parameters::NUM_PARAMETERS;
pub use num_parameters_body::NUM_PARAMETERS_BODY;
pub use zerolm_xavier::ZEROLM_XAVIER;
