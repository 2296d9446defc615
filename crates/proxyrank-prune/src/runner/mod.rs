//! A two-stage study that can be stopped and resumed at any moment.
//!
//! A [`Study`] is one super-network (task, space, strategy, training seed) and the searches on it (method, seed). Its folder holds
//!
//! | file | what | when |
//! |---|---|---|
//! | `study.json` | [`Header`]: settings, seeds, hashes of model and data | first |
//! | `supernet.safetensors` | weights, moments and loss curve | every so many steps, and at the end of training |
//! | `METHOD-SEED.jsonl` | [`Record`]: one line for each evaluation | at once, synced |
//! | `tests.jsonl` | [`Tested`]: the test error of each evaluated sub-network | behind the searches |
//!
//! A folder whose header says something else is refused. A line that a kill cut off is left out and evaluated again. Sub-networks that
//! several searches ask for are evaluated once; each search still has a record, with the time that the evaluation took.
//! Searches see errors on the validation part only.

mod journal;
mod latency;
mod record;
mod study;

pub use latency::latency;
pub use record::{Header, Record, Second, Tested};
pub use study::{Follow, Outcome, SearchRun, Study};
