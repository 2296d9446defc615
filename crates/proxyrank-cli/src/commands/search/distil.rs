//! `search wpca-distil`: small networks of W-PCA's space, distilled.

use proxyrank_data::load::text::GlueConfig;
use proxyrank_run::search::wpca::{DistilRequest, run_study, write_study};

use crate::args::{DistilArgs, Global, TaskArg};
use crate::exit::Outcome;
use crate::output;
use crate::setup::Setup;

pub(super) fn run(global: &Global, args: &DistilArgs) -> anyhow::Result<Outcome> {
    let setup = Setup::new(global)?;
    let request = DistilRequest {
        config: match args.task {
            TaskArg::Sst2 => GlueConfig::Sst2,
            TaskArg::Qnli => GlueConfig::Qnli,
            TaskArg::Rte => GlueConfig::Rte,
        },
        teacher_steps: args.teacher_steps as usize,
        steps: args.steps as usize,
        seeds: args.seeds,
    };
    let folder = setup.stores.results.root().join("search").join("wpca");
    let result = run_study(&request, &setup.locator, &folder, setup.watch.as_ref(), &setup.stop)?;
    let written = write_study(&request, &result, &args.out)?;
    output::table(&written.table, global.json)?;
    if !global.json && !global.quiet {
        output::say(&format!("every training: {}", written.page.display()));
    }
    Ok(Outcome::Done)
}
