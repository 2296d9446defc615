//! Gradient proxies: against an independent implementation, against their definitions, and against themselves.

#[path = "../../../proxyrank-nn/tests/devices/at_hand.rs"]
mod at_hand;
#[path = "../../../proxyrank-nn/tests/golden/case.rs"]
mod case;
#[path = "../../../proxyrank-nn/tests/golden/decoder_case.rs"]
mod decoder_case;
mod definitions;
mod devices;
mod differences;
mod evaluator;
mod golden;
mod golden_decoders;
mod noise;
#[path = "../../../proxyrank-nn/tests/golden/pairs.rs"]
mod pairs;
#[path = "../reference/mod.rs"]
mod reference;
mod samples;
mod segments;
mod symbolic;
mod symbolic_decoders;
mod threads;
