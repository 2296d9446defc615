//! Data-free proxies against GLUE on the 500 trained encoders.

mod common;

use common::{Pair, correlations, flexibert, glue, scores};
use proxyrank_proxies::Subject;
use proxyrank_schema::Reading::{self, AsTrained, Declared, Released};
use proxyrank_space::flexibert::Sampler;
use proxyrank_space::{FlexibertArch, Network};
use proxyrank_stats::{close_pairs_tau, kendall_tau_a};

/// A printed value holds to half a unit of its fourth decimal.
const FOUR_DECIMALS: f64 = 0.000_051;

/// Proxy, reading, tau-b, rho.
type Row = (&'static str, Reading, Pair);

/// Counts and baselines, computed independently of this code.
const BASELINES: [Row; 9] = [
    ("num_parameters", Released, (0.4544, 0.6525)),
    ("num_parameters", Declared, (0.4846, 0.6763)),
    ("num_parameters", AsTrained, (0.5727, 0.7653)),
    ("d_model", Declared, (0.3408, 0.4170)),
    ("num_layers", Declared, (0.6819, 0.8343)),
    ("hidden_times_layers", Declared, (0.7451, 0.8748)),
    ("layers_hidden_weights", Declared, (0.7440, 0.9203)),
    ("layers_hidden_params", Declared, (0.7424, 0.9203)),
    ("layers_then_hidden", Declared, (0.8007, 0.9252)),
];

/// Neural Spectral Capacity. A running sum in floating point splits true ties and gives 0.6944 to 0.6951 for the first row
/// and 0.6854 or 0.6855 for the last, by the order of its terms; these are the values with ties kept.
const SPECTRAL: [Row; 4] = [
    ("nsc", Declared, (0.6951, 0.8843)),
    ("nsc", Released, (0.5421, 0.7704)),
    ("nsc_per_head", Declared, (0.6630, 0.8589)),
    ("nsc_matrices", AsTrained, (0.6858, 0.8685)),
];

/// Cheap products, ZeroLM at its default and at the best alpha for these labels, and FLOPs at 128 tokens.
const OTHERS: [Row; 7] = [
    ("layers_times_params", AsTrained, (0.7165, 0.8970)),
    ("layers_times_params", Released, (0.5433, 0.7751)),
    ("zerolm_xavier", Declared, (0.4139, 0.6119)),
    ("zerolm_xavier:alpha=0.15", Declared, (0.4822, 0.7169)),
    ("zerolm_xavier:alpha=0.15", Released, (0.5416, 0.7688)),
    ("flops", Declared, (0.4960, 0.6919)),
    ("flops.split_ffn", Declared, (0.5483, 0.7656)),
];

fn check(test: &str, rows: &[Row]) {
    let Some(glue) = glue(test) else { return };
    for &(call, reading, (tau, rho)) in rows {
        let (found_tau, found_rho) = correlations(&scores(call, &flexibert(reading, 128)), &glue);
        let near = |found: f64, expected: f64| (found - expected).abs() < FOUR_DECIMALS;
        assert!(near(found_tau, tau) && near(found_rho, rho), "{call}, {reading}: {found_tau} {found_rho}");
    }
}

#[test]
fn baselines() {
    check("baselines", &BASELINES);
}

#[test]
fn spectral_capacities() {
    check("spectral_capacities", &SPECTRAL);
}

#[test]
fn products_zerolm_and_flops() {
    check("products_zerolm_and_flops", &OTHERS);
}

#[test]
fn a_hidden_size_alone_cannot_rank_the_released_networks() {
    let widths = scores("d_model", &flexibert(Released, 128));
    assert!(widths.iter().all(|width| width.to_bits() == 256.0_f64.to_bits()));
}

#[test]
fn ties_explain_part_of_the_layer_count_s_tau_b() {
    let Some(glue) = glue("ties_explain_part_of_the_layer_count_s_tau_b") else { return };
    let tau_a = |call| kendall_tau_a(&scores(call, &flexibert(Declared, 128)), &glue).unwrap();
    assert!((tau_a("num_layers") - 0.4822).abs() < FOUR_DECIMALS);
    assert!((tau_a("hidden_times_layers") - 0.5923).abs() < FOUR_DECIMALS);
}

#[test]
fn pairs_of_about_the_same_size() {
    let Some(glue) = glue("pairs_of_about_the_same_size") else { return };
    let subjects = flexibert(Declared, 128);
    let size = scores("num_parameters", &subjects);
    let tau = |call| close_pairs_tau(&scores(call, &subjects), &glue, &size, 0.1).unwrap();
    assert!((tau("num_parameters") - 0.0821).abs() < FOUR_DECIMALS);
    // The published digits come from a running sum; with true ties kept it is a little more.
    assert!((tau("nsc.running_sum") - 0.5051).abs() < FOUR_DECIMALS);
    assert!((tau("nsc") - 0.5059).abs() < FOUR_DECIMALS);
    assert!((tau("layers_hidden_weights") - 0.59).abs() < 0.01);
}

#[test]
fn splitting_the_ffn_is_what_the_published_flops_did() {
    // Published: 0.552 by an unstated formula. At no usual length does the stacked network come near it.
    let Some(glue) = glue("splitting_the_ffn_is_what_the_published_flops_did") else { return };
    for seq_len in [64, 128, 256, 512] {
        let subjects = flexibert(Declared, seq_len);
        let tau = |call| correlations(&scores(call, &subjects), &glue).0;
        assert!((tau("flops.split_ffn") - 0.552).abs() < 0.006, "{seq_len}");
        assert!(0.552 - tau("flops") > 0.02, "{seq_len}");
    }
}

#[test]
fn one_hidden_size_for_all_with_the_declared_ffn_is_what_nsc_calls_the_old_setting() {
    // Second-hand: 0.544 / 0.777. The released reading has FFN width 1024 as well and gives less.
    let name = "one_hidden_size_for_all_with_the_declared_ffn_is_what_nsc_calls_the_old_setting";
    let Some(glue) = glue(name) else { return };
    let subjects: Vec<Subject> = Sampler::new(0)
        .take(glue.len())
        .map(|arch| FlexibertArch { hidden_size: 256, ..arch })
        .map(|arch| Subject { network: Network::Encoder(arch.network(Declared).unwrap()), seq_len: 128 })
        .collect();
    let (tau, rho) = correlations(&scores("nsc", &subjects), &glue);
    assert!((tau - 0.5456).abs() < FOUR_DECIMALS && (rho - 0.7767).abs() < FOUR_DECIMALS, "{tau} {rho}");
}
