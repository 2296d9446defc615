//! Pruning by an accuracy predictor of keep ratios, after Ji, Cao and Liu (ICASSP 2024, arXiv 2309.09507).
//!
//! A sub-network is how many heads and units each layer keeps ([`Keep`]); which ones follows from the magnitudes of their weights. Some hundred of
//! them are drawn and evaluated, a predictor without neural networks learns from seven in ten ([`quality`] judges it by the rest), and a
//! search asks the predictor alone ([`propose`]). Of the paper the numbers of pairs (525), the split, and that boosted trees predict are known;
//! features, how pairs are drawn and how the search goes are our own.

mod keep;
mod propose;
mod quality;

pub use keep::Keep;
pub use propose::{Proposal, propose};
pub use quality::{Judged, PREDICTORS, Pair, quality, split};
