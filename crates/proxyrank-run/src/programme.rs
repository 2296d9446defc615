//! What a reproduction computes, by how much time there is.
//!
//! Closed forms take seconds and are always computed. Networks take a minute or two for each protocol, so the programme
//! says which protocols are worth it: the standard one under every reading, the other seeds that show how far a
//! correlation is luck, and, if asked for everything, other inputs and sizes and the protocol of the released scores. What is
//! not computed is taken from the committed reference by the tables that need it.

use std::collections::BTreeSet;

use proxyrank_proxies::{ProxyCall, Run};
use proxyrank_schema::{CostClass, Input, Reading, Signal, Timing};

use crate::RunError;
use crate::audit;
use crate::benchmark::{BenchmarkInfo, Source};
use crate::evaluate::{Request, Selection};
use crate::papers::{PaperTable, tables};
use crate::studies::STUDIED_DECODERS;

/// How much is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effort {
    /// Closed forms only.
    Quick,
    /// Networks under the standard protocol, gradients under the loss and as released, and the seeds of the networks as
    /// trained.
    Usual,
    /// Also decoders, the seeds of the released networks, other inputs, batch sizes and lengths, the released scores' protocol, and the
    /// numerical audit.
    Full,
}

/// The seeds beside the standard one.
pub const OTHER_SEEDS: [u64; 4] = [1, 2, 3, 4];
/// The inputs beside the standard one.
pub const OTHER_INPUTS: [Input; 4] = [Input::Uniform, Input::OpenWebText, Input::WikiText2, Input::Mnli];
/// The batch sizes beside the standard one.
pub const OTHER_BATCHES: [u32; 3] = [4, 8, 32];
/// The sequence lengths beside the standard one.
pub const OTHER_LENGTHS: [u32; 3] = [32, 64, 256];

/// The signals under which a full programme scores each reading.
const FULL_SIGNALS: [(Reading, &[Signal]); 3] = [
    (Reading::AsTrained, &[Signal::Rtd, Signal::Ones, Signal::Gaussian]),
    (Reading::Released, &[Signal::Ones, Signal::Rtd, Signal::Gaussian]),
    (Reading::Declared, &[Signal::Rtd, Signal::Ones]),
];
/// GPT-2 networks that are scored under an even law of ids as well.
const LAW_SAMPLE: usize = 25;
/// Architectures on which each proxy is timed alone.
const TIMING_SAMPLE: usize = 12;

/// The protocol in which the released scores can be met: their sequence length, and ids that stand for their text.
pub const RELEASED_SHAPE: (Input, u32, u32) = (Input::Uniform, 4, 512);
/// Seeds that the comparison with released scores averages over, from 0 on.
pub const RELEASED_SEEDS: u64 = 10;
/// The proxies that are compared with the released scores architecture by architecture.
pub const RELEASED_PROXIES: [&str; 3] = ["softmax_confidence", "head_confidence", "activation_distance_norm"];

/// Proxies that take several times as long as all others of their class together: eigenvalues of every feature map, or passes of
/// their own. The usual programme computes them on the networks behind the labels only.
const DEAR: [&str; 4] = ["az_nas_expressivity", "az_nas_trainability", "meco", "zen"];

/// The tables of a reproduction and what is computed for them.
#[derive(Debug, Clone)]
pub struct Programme {
    /// The tables.
    pub tables: Vec<PaperTable>,
    effort: Effort,
    scope: Scope,
}

/// Whether single tables were asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scope {
    /// All tables, studies, and every proxy.
    Everything,
    /// Some tables, and only the proxies that stand in them.
    Chosen,
}

impl Programme {
    /// The tables that were asked for; everything where none is named.
    pub fn choose(names: &[String], effort: Effort) -> Result<Self, RunError> {
        let all = tables()?;
        if names.is_empty() {
            return Ok(Self { tables: all, effort, scope: Scope::Everything });
        }
        let known: Vec<&str> = all.iter().map(|table| table.id.as_str()).collect();
        if let Some(unknown) = names.iter().find(|name| !known.contains(&name.as_str())) {
            return Err(RunError::Usage(format!(
                "unknown table `{unknown}`; known are {}",
                known.join(", ")
            )));
        }
        let tables = all.into_iter().filter(|table| names.contains(&table.id)).collect();
        Ok(Self { tables, effort, scope: Scope::Chosen })
    }

    /// Whether all tables were asked for, and the studies with them.
    pub fn is_whole(&self) -> bool {
        self.scope == Scope::Everything
    }

    /// What is evaluated on a benchmark, in this order.
    pub fn requests(&self, info: &'static BenchmarkInfo) -> Vec<Request> {
        let mut requests = vec![Request::of_classes(info, &[CostClass::DataFree])];
        if self.effort == Effort::Quick || info.source == Source::Lts && self.effort < Effort::Full {
            return requests;
        }
        if info.source == Source::Embedded {
            requests.extend(self.embedded(info));
            requests.retain(|request| !request.calls.is_empty());
            return requests;
        }
        if info.source == Source::Lts {
            let classes =
                [CostClass::Weights, CostClass::Forward, CostClass::Gradient, CostClass::SecondOrder];
            requests.push(self.request(info, &classes));
            if self.is_whole() && info.id == STUDIED_DECODERS {
                let read = self.request(info, &[CostClass::Forward, CostClass::Gradient]);
                let selection = Selection::Sample { count: LAW_SAMPLE, seed: 0 };
                requests.push(Request { input: Input::Uniform, selection, ..read });
            }
            requests.extend(self.formulas(info));
            requests.retain(|request| !request.calls.is_empty());
            return requests;
        }
        let mut networks = self.request(info, &[CostClass::Weights, CostClass::Forward]);
        if self.effort < Effort::Full {
            let (dear, others) = networks.calls.into_iter().partition(is_dear);
            networks.calls = others;
            requests.push(Request { calls: dear, readings: vec![Reading::AsTrained], ..networks.clone() });
        }
        requests.push(networks.clone());
        requests.extend(self.gradients(info));
        requests.extend(self.formulas(info));
        if self.is_whole() {
            requests.extend(self.studies(&networks));
            requests.extend(self.audit(info));
        }
        requests.retain(|request| !request.calls.is_empty());
        requests
    }

    /// Proxies of some classes under the standard protocol: all of them, or those of the chosen tables.
    fn request(&self, info: &'static BenchmarkInfo, classes: &[CostClass]) -> Request {
        let mut request = Request::of_classes(info, classes);
        if self.scope == Scope::Chosen {
            let wanted = self.proxies(info);
            request.calls.retain(|call| wanted.contains(call.proxy.name));
        }
        request
    }

    /// Networks of the embedded benchmark are small, so that every class is computed under the loss that trained them, and
    /// the other signals and seeds in a full programme.
    fn embedded(&self, info: &'static BenchmarkInfo) -> Vec<Request> {
        let forward = self.request(info, &[CostClass::Weights, CostClass::Forward]);
        let gradient =
            self.request(info, &[CostClass::Gradient, CostClass::PerSample, CostClass::SecondOrder]);
        let mut requests = vec![forward.clone(), gradient.clone()];
        if self.effort == Effort::Full {
            requests.extend(
                [Signal::Ones, Signal::Gaussian].map(|signal| Request { signal, ..gradient.clone() }),
            );
            requests.extend(OTHER_SEEDS.map(|seed| Request {
                init_seed: seed,
                data_seed: seed,
                ..forward.clone()
            }));
        }
        requests
    }

    /// Gradient proxies: on the networks behind the labels under the loss that trained them, and on the released networks
    /// under what the released code back-propagates. A full programme adds the other pairs of reading and signal, and second
    /// order everywhere.
    fn gradients(&self, info: &'static BenchmarkInfo) -> Vec<Request> {
        let all = self.request(info, &[CostClass::Gradient, CostClass::PerSample, CostClass::SecondOrder]);
        let under = |request: &Request, reading, signal| Request {
            readings: vec![reading],
            signal,
            ..request.clone()
        };
        if self.effort < Effort::Full {
            let mut first = self.request(info, &[CostClass::Gradient]);
            first.calls.retain(|call| !is_dear(call));
            return vec![
                under(&all, Reading::AsTrained, Signal::Rtd),
                under(&first, Reading::Released, Signal::Ones),
            ];
        }
        let mut requests = Vec::new();
        for (reading, signals) in FULL_SIGNALS {
            requests.extend(signals.iter().map(|&signal| under(&all, reading, signal)));
        }
        // What a shared run says that a proxy costs is checked on a few networks.
        for classes in [
            &[CostClass::Weights, CostClass::Forward][..],
            &[CostClass::Gradient, CostClass::PerSample, CostClass::SecondOrder],
        ] {
            let alone = under(&self.request(info, classes), Reading::AsTrained, Signal::Rtd);
            requests.push(Request {
                selection: Selection::First(TIMING_SAMPLE),
                timing: Timing::Isolated,
                ..alone
            });
        }
        requests
    }

    /// The shipped formulas that tables name, on the networks that they were published for and on those behind the labels.
    fn formulas(&self, info: &'static BenchmarkInfo) -> Option<Request> {
        let named = self.proxies(info).into_iter().filter_map(|name| proxyrank_proxies::find(name).ok());
        let formulas = named.filter(|proxy| matches!(proxy.run, Run::Symbolic(_)));
        let calls = formulas.map(ProxyCall::new).collect();
        let request = Request { calls, ..Request::of_classes(info, &[]) };
        let readings = match info.source {
            Source::Flexibert => vec![Reading::Released, Reading::AsTrained],
            _ => info.readings.to_vec(),
        };
        (self.effort == Effort::Full).then_some(Request { readings, ..request })
    }

    /// The runs of the numerical audit that others do not make: a sample of the networks in double precision and with other
    /// seeds, under every signal that the full programme scores. They take as long as three more signals on all networks,
    /// which the 45 minutes of the usual programme have no room for; its tables take their verdicts from the reference, and
    /// judge by them whatever it computes anew.
    fn audit(&self, info: &'static BenchmarkInfo) -> Vec<Request> {
        if self.effort < Effort::Full {
            return Vec::new();
        }
        let classes = [
            CostClass::Weights,
            CostClass::Forward,
            CostClass::Gradient,
            CostClass::PerSample,
            CostClass::SecondOrder,
        ];
        let calls = self.request(info, &classes).calls;
        let of = |(reading, signals): &(Reading, &[Signal])| audit::requests(info, *reading, signals, &calls);
        FULL_SIGNALS.iter().flat_map(of).collect()
    }

    /// The requests that studies add to the standard one.
    fn studies(&self, standard: &Request) -> Vec<Request> {
        let under = |reading| Request { readings: vec![reading], ..standard.clone() };
        let as_trained = under(Reading::AsTrained);
        let seeded =
            |request: &Request, seed| Request { init_seed: seed, data_seed: seed, ..request.clone() };
        let mut requests: Vec<Request> = OTHER_SEEDS.iter().map(|&seed| seeded(&as_trained, seed)).collect();
        if self.effort < Effort::Full {
            return requests;
        }
        let released = under(Reading::Released);
        requests.extend(OTHER_SEEDS.iter().map(|&seed| seeded(&released, seed)));
        requests.extend(OTHER_INPUTS.iter().map(|&input| Request { input, ..as_trained.clone() }));
        requests.extend(OTHER_BATCHES.iter().map(|&batch_size| Request { batch_size, ..as_trained.clone() }));
        requests.extend(OTHER_LENGTHS.iter().map(|&seq_len| Request { seq_len, ..as_trained.clone() }));
        let (input, batch_size, seq_len) = RELEASED_SHAPE;
        let calls: Vec<ProxyCall> = standard
            .calls
            .iter()
            .filter(|call| RELEASED_PROXIES.contains(&call.proxy.name))
            .cloned()
            .collect();
        let shaped = Request { calls, batch_size, seq_len, input, ..released };
        requests.extend((0..RELEASED_SEEDS).map(|seed| seeded(&shaped, seed)));
        requests
    }

    /// The proxies of ours that the tables name for a benchmark.
    fn proxies(&self, info: &BenchmarkInfo) -> BTreeSet<&str> {
        let rows = self.tables.iter().flat_map(|table| table.rows.iter().map(move |row| (table, row)));
        rows.filter(|(table, row)| row.benchmark.as_ref().unwrap_or(&table.benchmark).as_str() == info.id)
            .filter_map(|(_, row)| row.proxy.as_ref().map(proxyrank_schema::ProxyName::as_str))
            .collect()
    }
}

fn is_dear(call: &ProxyCall) -> bool {
    DEAR.contains(&call.proxy.name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::benchmark::find;

    fn requests(names: &[&str], benchmark: &str, effort: Effort) -> Vec<Request> {
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        Programme::choose(&names, effort).unwrap().requests(find(&benchmark.into()).unwrap())
    }

    #[test]
    fn effort_decides_how_many_protocols_there_are() {
        assert_eq!(requests(&[], "flexibert", Effort::Quick).len(), 1);
        assert_eq!(requests(&[], "flexibert", Effort::Usual).len(), 3 + 2 + 4);
        assert_eq!(
            requests(&[], "flexibert", Effort::Full).len(),
            2 + (8 + 2) + 1 + 4 + 4 + 4 + 3 + 3 + 10 + 8 * 6
        );
    }

    #[test]
    fn what_takes_long_is_usually_computed_on_the_networks_behind_the_labels_only() {
        for request in requests(&[], "flexibert", Effort::Usual) {
            if request.calls.iter().any(is_dear) {
                assert_eq!((request.readings, request.init_seed), (vec![Reading::AsTrained], 0));
            }
        }
        for name in DEAR {
            assert!(proxyrank_proxies::find(name).is_ok(), "{name}");
        }
    }

    #[test]
    fn a_chosen_table_runs_the_networks_of_its_own_proxies_only() {
        let chosen = requests(&["wpca-flexibert"], "flexibert", Effort::Usual);
        let names: Vec<&str> = chosen[1].calls.iter().map(|call| call.proxy.name).collect();
        assert!(chosen.len() == 2 && names.contains(&"w_pca") && !names.contains(&"swap"), "{names:?}");
    }

    #[test]
    fn decoders_run_in_a_full_reproduction() {
        assert_eq!(requests(&[], "lts-gpt2-wt103", Effort::Usual).len(), 1);
        let studied = requests(&[], "lts-gpt2-wt103", Effort::Full);
        assert_eq!(studied.len(), 4);
        assert_eq!((studied[1].input, studied[2].input), (Input::Zipf, Input::Uniform));
        assert_eq!(requests(&[], "lts-transxl-wt103", Effort::Full).len(), 2);
    }

    #[test]
    fn proxies_that_are_compared_with_released_scores_exist() {
        for name in RELEASED_PROXIES {
            assert!(proxyrank_proxies::find(name).is_ok(), "{name}");
        }
    }
}
