//! Finding and fetching against a server that misbehaves, and against the real data where there is a mirror of it.

mod archive;
mod faults;
mod github;
mod hub;
mod kill;
mod mirror;
mod offline;
mod real_data;
mod server;
mod stop;
mod support;
