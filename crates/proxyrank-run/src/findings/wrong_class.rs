//! Parameter counts of the wrong class.

use proxyrank_data::load::lts::StoredParameters;
use proxyrank_report::ledger::{Evidence, Finding};
use proxyrank_space::counts::{Parameters, parameters, parameters_as};
use proxyrank_space::{DecoderFamily, Network};

use super::{Claim, Materials};
use crate::RunError;
use crate::benchmark::{BENCHMARKS, Source, read_lts};
use crate::data::dataset;

const CLAIM: Claim = Claim {
    id: "wrong_class",
    title: "The GPT-2 LM1B set was counted as Transformer-XL",
    statement: "The stored parameter counts of every decoder set equal the formulas, except for the 200 GPT-2 networks \
                trained on LM1B. Theirs are those of Transformer-XL networks of the same sizes.",
};

pub(super) fn check(materials: &Materials<'_>) -> Result<Finding, RunError> {
    CLAIM.check(|evidence| {
        let mut as_expected = true;
        for info in BENCHMARKS.iter().filter(|info| info.source == Source::Lts) {
            let files = dataset(materials.locator, info.dataset)?;
            let set = read_lts(info, &files)?;
            let (mut own, mut other) = (0, 0);
            for entry in &set.entries {
                let network = entry
                    .architecture
                    .network()
                    .map_err(RunError::space(info.benchmark_id(), &entry.id.arch_id()))?;
                let swapped = match network.family {
                    DecoderFamily::Gpt2 => DecoderFamily::TransformerXl,
                    DecoderFamily::TransformerXl => DecoderFamily::Gpt2,
                };
                other += usize::from(equal(&parameters_as(&network, swapped), &entry.stored_parameters));
                own += usize::from(equal(&parameters(&Network::Decoder(network)), &entry.stored_parameters));
            }
            let total = set.entries.len();
            let odd_one = info.id == "lts-gpt2-lm1b";
            as_expected &= if odd_one { own == 0 && other == total } else { own == total };
            evidence.push(Evidence::new(
                format!("{}: stored counts equal to the formulas", info.id),
                if odd_one {
                    format!("{own} of {total}; with Transformer-XL's formulas {other} of {total}")
                } else {
                    format!("{own} of {total}")
                },
            ));
        }
        Ok(as_expected)
    })
}

fn equal(counted: &Parameters, stored: &StoredParameters) -> bool {
    counted.embedding == stored.adaptive_embedding
        && counted.attention == stored.attention
        && counted.ffn == stored.ffn
        && counted.body() == stored.non_embedding
        && counted.total() == stored.total
}
