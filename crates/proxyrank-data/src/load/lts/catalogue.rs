//! The eleven sets and their benchmark names.

use proxyrank_schema::BenchmarkId;
use proxyrank_space::DecoderFamily;

/// One set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SetInfo {
    /// Its folder under `saved_logs`.
    pub folder: &'static str,
    /// Its benchmark name.
    pub benchmark: &'static str,
    /// The decoder class, which the configurations themselves do not state.
    pub family: DecoderFamily,
}

impl SetInfo {
    /// Its benchmark name as an identifier.
    pub fn benchmark_id(&self) -> BenchmarkId {
        BenchmarkId::from(self.benchmark)
    }
}

const fn gpt2(folder: &'static str, benchmark: &'static str) -> SetInfo {
    SetInfo { folder, benchmark, family: DecoderFamily::Gpt2 }
}

const fn transxl(folder: &'static str, benchmark: &'static str) -> SetInfo {
    SetInfo { folder, benchmark, family: DecoderFamily::TransformerXl }
}

/// Every set.
pub const SETS: &[SetInfo] = &[
    gpt2("random_GPT2_wt103", "lts-gpt2-wt103"),
    gpt2("random_GPT2_lm1b", "lts-gpt2-lm1b"),
    transxl("random_TransXL_wt103", "lts-transxl-wt103"),
    transxl("random_TransXL_lm1b", "lts-transxl-lm1b"),
    transxl("random_TransXL_wt103_homogeneous", "lts-transxl-wt103-homogeneous"),
    gpt2("pareto_GPT2_lm1b_arm", "lts-pareto-gpt2-lm1b-arm"),
    gpt2("pareto_GPT2_lm1b_corei7", "lts-pareto-gpt2-lm1b-corei7"),
    gpt2("pareto_GPT2_lm1b_titanxp", "lts-pareto-gpt2-lm1b-titanxp"),
    transxl("pareto_TransXL_lm1b_arm", "lts-pareto-transxl-lm1b-arm"),
    transxl("pareto_TransXL_lm1b_corei7", "lts-pareto-transxl-lm1b-corei7"),
    transxl("pareto_TransXL_lm1b_titanxp", "lts-pareto-transxl-lm1b-titanxp"),
];

/// The set behind a benchmark.
pub fn set_of(benchmark: &BenchmarkId) -> Option<&'static SetInfo> {
    SETS.iter().find(|set| set.benchmark == benchmark.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_is_found_by_its_benchmark() {
        let set = set_of(&"lts-pareto-transxl-lm1b-arm".into()).unwrap();
        assert_eq!((set.folder, set.family), ("pareto_TransXL_lm1b_arm", DecoderFamily::TransformerXl));
        assert_eq!(set_of(&"flexibert".into()), None);
    }

    #[test]
    fn folders_and_names_are_one_to_one() {
        for set in SETS {
            let folder = set.folder.to_lowercase().replace('_', "-");
            let folder = folder.strip_prefix("random-").unwrap_or(&folder);
            assert_eq!(set.benchmark, format!("lts-{folder}"));
        }
    }
}
