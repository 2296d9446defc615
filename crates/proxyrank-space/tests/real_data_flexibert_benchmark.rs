//! The 500 entries of the FlexiBERT benchmark: counts, duplicates, and where the list came from.

mod common;

use std::collections::{HashMap, HashSet};

use common::{benchmark_file, entries};
use proxyrank_schema::Reading;
use proxyrank_space::counts::parameters;
use proxyrank_space::flexibert::Sampler;
use proxyrank_space::{FlexibertArch, Network};

const JSON: &str = "BERT_benchmark.json";

/// Totals per reading, and with the declared hidden size but an FFN width of 1024.
const VECTORS: [(usize, [u64; 4]); 6] = [
    (0, [13_330_176, 13_330_176, 9_657_088, 10_576_896]),
    (1, [11_106_199, 11_106_199, 9_006_999, 9_920_512]),
    (5, [5_356_549, 5_356_549, 4_831_237, 5_585_408]),
    (60, [9_555_594, 8_774_218, 8_774_218, 7_650_304]),
    (198, [5_554_437, 4_625_285, 4_493_701, 4_369_408]),
    (365, [15_566_612, 15_566_612, 10_056_980, 11_233_280]),
];

fn total(arch: &FlexibertArch, reading: Reading) -> u64 {
    parameters(&Network::Encoder(arch.network(reading).unwrap())).total()
}

/// The declared hidden size with the FFN width of the published code.
fn total_at_1024(arch: &FlexibertArch) -> u64 {
    let mut network = arch.network(Reading::Declared).unwrap();
    for layer in &mut network.layers {
        let inner = layer.ffn_widths.len() - 1;
        layer.ffn_widths[1..inner].fill(1024);
    }
    parameters(&Network::Encoder(network)).total()
}

/// The benchmark needs no file: its 500 entries are the first 500 draws with seed 0.
fn drawn() -> Vec<FlexibertArch> {
    Sampler::new(0).take(500).collect()
}

#[test]
fn test_vectors_of_every_reading() {
    let all = drawn();
    for (id, expected) in VECTORS {
        let arch = &all[id];
        let counted = [
            total(arch, Reading::Released),
            total_at_1024(arch),
            total(arch, Reading::Declared),
            total(arch, Reading::AsTrained),
        ];
        assert_eq!(counted, expected, "architecture {id}");
    }
}

#[test]
fn the_benchmark_is_the_sampler_s_first_500_draws() {
    let Some(json) = benchmark_file("the_benchmark_is_the_sampler_s_first_500_draws", JSON) else { return };
    let entries = entries(&json);
    assert_eq!(entries.len(), 500);
    assert_eq!(entries, drawn());
}

#[test]
fn released_totals_equal_the_published_column() {
    let Some(csv) =
        benchmark_file("released_totals_equal_the_published_column", "BERT_results_activation.csv")
    else {
        return;
    };
    let mut lines = csv.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let column = lines.next().unwrap().iter().position(|name| *name == "Number of Parameters").unwrap();
    let published: Vec<u64> = lines.map(|fields| fields[column].parse().unwrap()).collect();
    let counted: Vec<u64> = drawn().iter().map(|arch| total(arch, Reading::Released)).collect();
    assert_eq!(counted, published);
}

#[test]
fn nine_pairs_are_exact_duplicates() {
    let all = drawn();
    let mut pairs = Vec::new();
    for (second, arch) in all.iter().enumerate() {
        pairs.extend(all[..second].iter().position(|earlier| earlier == arch).map(|first| (first, second)));
    }
    pairs.sort_unstable();
    let expected = [
        (60, 222),
        (97, 387),
        (174, 405),
        (194, 438),
        (198, 315),
        (221, 391),
        (229, 307),
        (259, 487),
        (299, 489),
    ];
    assert_eq!(pairs, expected);
}

#[test]
fn training_saw_301_distinct_networks() {
    let mut groups: HashMap<_, usize> = HashMap::new();
    for arch in drawn() {
        *groups.entry(arch.network(Reading::AsTrained).unwrap()).or_default() += 1;
    }
    let shared: Vec<usize> = groups.values().copied().filter(|&members| members > 1).collect();
    assert_eq!((groups.len(), shared.len(), shared.iter().sum::<usize>()), (301, 77, 276));
    let declared: HashSet<_> = drawn().iter().map(|arch| arch.network(Reading::Declared).unwrap()).collect();
    assert_eq!(declared.len(), 491);
}

#[test]
fn distribution_of_the_draws() {
    let all = drawn();
    let count = |keep: &dyn Fn(&FlexibertArch) -> bool| all.iter().filter(|arch| keep(arch)).count();
    assert_eq!(count(&|arch| arch.hidden_size == 128), 251);
    assert_eq!(count(&|arch| arch.layers.len() == 2), 239);
    let layers = || all.iter().flat_map(|arch| &arch.layers);
    assert_eq!(layers().count(), 1522);
    assert_eq!(layers().filter(|layer| layer.operation.is_linear_transform()).count(), 538);
    assert_eq!(layers().filter(|layer| layer.operation.is_self_attention()).count(), 503);
}
