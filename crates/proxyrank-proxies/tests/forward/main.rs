//! Forward proxies: against an independent implementation, against their definitions, and against themselves.

mod case;
mod definitions;
mod golden;
mod threads;
