//! Forward proxies: against an independent implementation, against their definitions, and against themselves.

#[path = "../../../proxyrank-nn/tests/golden/case.rs"]
mod case;
mod definitions;
mod features;
mod golden;
#[path = "../../../proxyrank-nn/tests/golden/pairs.rs"]
mod pairs;
#[path = "../reference/mod.rs"]
mod reference;
mod threads;
