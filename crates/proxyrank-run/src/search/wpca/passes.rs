//! Forward passes, each made once and kept.

use std::path::Path;
use std::time::Instant;

use proxyrank_data::fetch::Locator;
use proxyrank_search::wpca::memo::{Memo, Pass};
use proxyrank_search::wpca::supernet::Supernet;
use proxyrank_space::wpca::WpcaArch;

use super::WpcaRequest;
use crate::RunError;
use crate::benchmark::Tokens;
use crate::evaluate::{InputShape, input_batch};
use crate::watch::{Stop, Task, Watch};

/// Networks that are run together: enough to share layers, few enough to lose little when the process ends.
const TOGETHER: usize = 25;

/// Makes passes and remembers them.
pub(super) struct Passes<'a> {
    request: &'a WpcaRequest,
    supernet: Supernet,
    memo: Memo,
    stop: &'a Stop,
    /// Passes that were made now.
    pub made: usize,
}

impl<'a> Passes<'a> {
    /// Opens what is on disk of a request and prepares its networks.
    pub(super) fn open(
        request: &'a WpcaRequest,
        locator: &Locator,
        folder: &Path,
        watch: &dyn Watch,
        stop: &'a Stop,
    ) -> Result<Self, RunError> {
        let shape = InputShape {
            batch_size: request.batch_size,
            seq_len: request.seq_len,
            data_seed: request.data_seed,
            tokens: Tokens::Bert,
        };
        let (batch, warnings) = input_batch(locator, request.input, &shape)?;
        for warning in warnings {
            watch.note(&warning);
        }
        let memo = Memo::open(folder, &request.protocol())?;
        let supernet = Supernet::new(request.space, request.eta.eta(), request.init_seed, &batch)?;
        Ok(Self { request, supernet, memo, stop, made: 0 })
    }

    /// The passes of networks, made where they are not known; `task` is told how many of them are.
    pub(super) fn of(&mut self, archs: &[WpcaArch], task: &dyn Task) -> Result<Vec<Pass>, RunError> {
        let mut missing: Vec<WpcaArch> =
            archs.iter().filter(|arch| self.memo.get(arch).is_none()).cloned().collect();
        missing.sort();
        missing.dedup();
        let mut known = archs.len().saturating_sub(missing.len());
        for together in missing.chunks(TOGETHER) {
            if self.stop.asked() {
                return Err(RunError::Stopped { after: format!("after {} forward passes", self.memo.len()) });
            }
            let started = Instant::now();
            let counts = self.supernet.components(together)?;
            let took = started.elapsed().as_nanos() / together.len().max(1) as u128;
            let wall_ns = u64::try_from(took).unwrap_or(u64::MAX);
            let passes = counts.into_iter().map(|components| Pass { components, wall_ns });
            self.memo.insert(together.iter().cloned().zip(passes).collect())?;
            self.made += together.len();
            known += together.len();
            task.at(known);
        }
        let found = archs.iter().map(|arch| self.memo.get(arch).cloned());
        let found: Option<Vec<Pass>> = found.collect();
        // A pass is inserted before it is asked for.
        let found = found.ok_or(proxyrank_nn::NnError::Empty { what: "the memory of forward passes" })?;
        match found.iter().position(|pass| !pass.sum().is_finite()) {
            None => Ok(found),
            Some(place) => Err(RunError::Usage(format!(
                "the values of network {} are not finite under {}; try another seed",
                archs[place],
                self.request.protocol()
            ))),
        }
    }
}
