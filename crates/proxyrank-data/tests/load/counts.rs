//! The gate between the loaders and the architectures they give: counts must equal the published ones.

use proxyrank_data::load::flexibert::FlexibertBenchmark;
use proxyrank_data::load::lts::{LtsSet, SETS};
use proxyrank_data::load::score_table::{FLEXIBERT_METRICS, ScoreTable};
use proxyrank_schema::Reading;
use proxyrank_space::counts::{Parameters, parameters, parameters_as};
use proxyrank_space::{Architecture, DecoderFamily, Network};

use crate::mirror;

#[test]
fn real_data_the_released_counts_belong_to_the_released_reading() {
    let Some(root) = mirror::path("released parameter counts", mirror::FLEXIBERT) else { return };
    let benchmark = FlexibertBenchmark::read(&root.join("BERT_benchmark.json")).unwrap();
    let table = ScoreTable::read(&root.join("BERT_results_activation.csv"), &FLEXIBERT_METRICS).unwrap();
    for (entry, published) in benchmark.entries.iter().zip(table.column("Number of Parameters").unwrap()) {
        let network = Architecture::Flexibert(entry.architecture.clone()).network(Reading::Released).unwrap();
        assert_eq!(parameters(&network).total() as f64, *published, "architecture {}", entry.id);
    }
}

#[test]
fn real_data_the_stored_counts_of_every_decoder_are_those_of_its_configuration() {
    let Some(root) = mirror::path("stored decoder counts", format!("{}/saved_logs", mirror::LPZERO)) else {
        return;
    };
    for info in SETS {
        for entry in LtsSet::read(&root.join(info.folder), info).unwrap().entries {
            let Network::Decoder(network) =
                Architecture::Decoder(entry.architecture).network(Reading::Declared).unwrap()
            else {
                panic!("a decoder is no encoder")
            };
            // The counts of this set were made with the other class.
            let counted_as =
                if info.folder == "random_GPT2_lm1b" { DecoderFamily::TransformerXl } else { info.family };
            let counts = parameters_as(&network, counted_as);
            let stored = entry.stored_parameters;
            assert_eq!(
                [counts.embedding, counts.attention, counts.ffn, Parameters::body(&counts), counts.total()],
                [stored.adaptive_embedding, stored.attention, stored.ffn, stored.non_embedding, stored.total],
                "{} {}",
                info.folder,
                entry.id
            );
        }
    }
}
