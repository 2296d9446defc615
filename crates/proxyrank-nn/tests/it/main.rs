//! Tests of the encoder through its public interface.

mod agreement;
#[path = "../devices/at_hand.rs"]
mod at_hand;
#[path = "../golden/case.rs"]
mod case;
mod common;
mod composed_gradients;
mod curvature;
mod decoder_agreement;
#[path = "../golden/decoder_case.rs"]
mod decoder_case;
mod decoder_common;
mod decoders;
mod devices;
mod distil;
mod finite_differences;
mod golden;
mod golden_decoders;
mod golden_gradients;
mod gradient_agreement;
mod gradient_precision;
mod gradient_visitors;
mod gradients;
mod init;
#[path = "../golden/pairs.rs"]
mod pairs;
mod record;
mod segments;
mod threads;
mod training;
mod wpca;
