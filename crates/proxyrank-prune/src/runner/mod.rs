//! A two-stage study that can be stopped and resumed at any moment.
//!
//! A [`Study`] is one super-network (task, space, strategy, training seed) and the searches on it (method, seed). Its folder holds
//!
//! | file | what | when |
//! |---|---|---|
//! | `study.json` | [`Header`]: settings, seeds, hashes of model and data | first |
//! | `supernet.safetensors` | weights, moments and loss curve | every so many steps, and at the end of training |
//! | `METHOD-SEED.jsonl` | [`Record`]: one line for each evaluation | at once, synced |
//! | `tests.jsonl` | [`Tested`]: the test error of what a search chooses at some size | behind the searches |
//! | `baselines.json`, `baselines.jsonl` | [`BaselineHeader`], [`BaselineRecord`]: pruning without a search | [`Baselines`] |
//! | `proxies.json`, `proxies.jsonl` | [`ProxyHeader`], [`ProxyRecord`]: candidates with errors and scores | [`ProxyStudy`] |
//! | `ratios.json`, `pairs.jsonl`, `picks.jsonl` | [`RatioHeader`], [`PairRecord`], [`PickRecord`]: pruning by a predictor | [`RatioStudy`] |
//! | `NAME.json`, `NAME.jsonl` | [`TrialHeader`], [`TrialRecord`]: sub-networks that are trained one by one | [`Trials`] |
//!
//! A folder whose header says something else is refused. A line that a kill cut off is left out and evaluated again. Sub-networks that
//! several searches ask for are evaluated once; each search still has a record, with the time that the evaluation took.
//! Searches see errors on the validation part only; what none of them would choose at any size is not tested.

mod baselines;
mod claim;
mod journal;
mod kept;
mod latency;
mod proxies;
mod ratios;
mod record;
mod study;
mod trials;

pub use baselines::{Baseline, BaselineHeader, BaselineRecord, Baselines};
pub use kept::Kept;
pub use latency::latency;
pub use proxies::{ProxyHeader, ProxyRecord, ProxyStudy};
pub use ratios::{Chooser, PairRecord, PickRecord, RatioHeader, RatioOutcome, RatioStudy};
pub use record::{Header, Record, Second, Tested};
pub use study::{Follow, Outcome, SearchRun, Study};
pub use trials::{TrialHeader, TrialRecord, Trials, Who};
