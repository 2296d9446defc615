//! Forward proxies: against an independent implementation, against their definitions, and against themselves.

#[path = "../../../proxyrank-nn/tests/golden/case.rs"]
mod case;
mod definitions;
mod golden;
mod threads;
