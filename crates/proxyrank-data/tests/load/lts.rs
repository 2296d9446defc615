//! The decoder sets.

use std::fs;
use std::path::Path;

use proxyrank_data::load::lts::{LtsId, LtsSet, SETS};
use proxyrank_schema::ArchId;

use crate::mirror;
use crate::samples::{decoder_yaml, set_info, write_set};

/// The message that a set gives after its folder has been changed.
fn fault(change: impl FnOnce(&Path)) -> String {
    let folder = tempfile::tempdir().unwrap();
    write_set(folder.path());
    change(folder.path());
    let message = LtsSet::read(folder.path(), set_info()).unwrap_err().to_string();
    message.replace(&format!("{}", folder.path().display()), "SET")
}

#[test]
fn a_set_is_read_in_natural_order() {
    let folder = tempfile::tempdir().unwrap();
    write_set(folder.path());
    let set = LtsSet::read(folder.path(), set_info()).unwrap();
    let ids: Vec<String> = set.entries.iter().map(|entry| entry.id.to_string()).collect();
    assert_eq!(ids, ["config_0_j2", "config_0_j10", "config_1_j0"]);
    assert_eq!(set.missing_perplexity, ["config_0_j2".into()]);
    let entry = set.entry(LtsId::Config { config: 0, job: 10 }).unwrap();
    assert_eq!(entry.perplexity.unwrap().ground_truth(), ("test_ppl", 31.0));
    assert_eq!(entry.architecture.d_inner, [512, 700]);
    assert_eq!(entry.architecture.tie_projs, [false, true, true, true]);
    assert_eq!((entry.architecture.d_embed, entry.stored_parameters.total), (None, 70));
    assert_eq!((entry.latency, entry.memory), (None, None));
    assert_eq!(set.published["snip"].len(), 2);
    assert_eq!(set.published["snip"]["config_1_j0"], -1e-7);
    assert_eq!(set.costs["snip"]["config_0_j2"], 1_183_477_784_320.0);
    assert!(set.costs["lpzero_bak"].is_empty());
}

#[test]
fn one_value_stands_for_all_layers() {
    let folder = tempfile::tempdir().unwrap();
    write_set(folder.path());
    let file = folder.path().join("config_1/j0/model_config.yaml");
    fs::write(file, decoder_yaml("843", "[false, true, true]")).unwrap();
    let set = LtsSet::read(folder.path(), set_info()).unwrap();
    assert_eq!(set.entries[2].architecture.d_inner, [843, 843]);
}

#[test]
fn mixed_up_files_are_refused() {
    let no_config = fault(|set| fs::remove_file(set.join("config_0/j2/model_config.yaml")).unwrap());
    assert_eq!(no_config, "SET/config_0/j2: `model_config.yaml` is missing");
    let no_folder = fault(|set| fs::remove_dir_all(set.join("config_0/j2")).unwrap());
    assert_eq!(no_folder, "SET/params_summary.yaml: expected architectures of this set, found config_0_j2");
    let no_parameters = fault(|set| {
        let parameters = fs::read_to_string(set.join("params_summary.yaml")).unwrap();
        fs::write(set.join("params_summary.yaml"), parameters.replace("config_1_j0", "config_0_j3")).unwrap();
        fs::create_dir_all(set.join("config_0/j3")).unwrap();
        fs::copy(set.join("config_0/j2/model_config.yaml"), set.join("config_0/j3/model_config.yaml"))
            .unwrap();
    });
    assert_eq!(no_parameters, "SET/params_summary.yaml: `config_1_j0` is missing");
    let no_summary = fault(|set| fs::remove_file(set.join("ppl_summary.yaml")).unwrap());
    assert_eq!(no_summary, "SET: `ppl_summary.yaml` is missing");
    let foreign = fault(|set| fs::create_dir(set.join("config_x")).unwrap());
    assert!(
        foreign.starts_with("SET: expected folders such as `config_3` or `M12`, found `config_x`"),
        "{foreign}"
    );
}

#[test]
fn bad_numbers_are_refused() {
    for (name, text) in [
        ("ppl_summary.yaml", "config_0_j2: .nan"),
        ("ppl_summary.yaml", "config_0_j2: -3"),
        ("ppl_summary.yaml", "config_0_j2: {valid_ppl: 1, test_ppl: 2}"),
        ("ppl_summary.yaml", "config_0_j2: {valid_ppl: 1, test_ppl: 2, train_elapsed: 1, extra: 1}"),
        ("latency_summary.yaml", "config_0_j2: 0"),
        ("memory_summary.yaml", "config_0_j2: .inf"),
        ("snip_cost.yaml", "config_0_j2: 1\nconfig_0_j2: 2"),
        ("snip_cost.yaml", "config_0_j02: 1"),
        ("snip_cost.yaml", ""),
        ("snip_cost.yaml", "config_0_j2: 1\n---\nconfig_0_j2: 2"),
        ("snip_cost.yaml", "config_0_j2: &a 1\nconfig_0_j10: *a"),
        ("params_summary.yaml", "config_0_j2: {AdaEmb: 1.5, Attn: 1, FFN: 1, nonembedding: 1, total: 1}"),
    ] {
        let error = fault(|set| fs::write(set.join(name), text).unwrap());
        assert!(error.starts_with(&format!("SET/{name}")), "{text}: {error}");
    }
}

#[test]
fn configurations_that_the_counts_do_not_cover_are_refused() {
    for (from, to, message) in [
        ("adaptive: true", "adaptive: false", ", adaptive: expected true, found false"),
        ("attn_type: 0", "attn_type: 2", ", attn_type: expected 0, found 2"),
        ("d_embed: -1", "d_embed: -2", ", d_embed: expected -1 or a size, found -2"),
        ("n_layer: 2", "n_layer: 3", ": n_head has 2 entries, but n_layer is 3"),
        ("n_layer: 2", "n_layer: 18446744073709551615", ", n_layer: expected at most 1024 layers"),
        ("n_layer: 2", "n_layer: 1e400", ", line "),
        ("n_layer: 2\n", "", "missing field `n_layer`"),
        ("d_model: 64", "d_model: 65", ": layer 0: 2 heads do not divide a width of 65"),
        ("[0, 1, true", "[0, 2, true", ", tie_projs[1]: expected true, false, 1 or 0, found 2"),
        ("- 40", "- 10", "cutoffs[1] = 10 does not exceed"),
    ] {
        let error = fault(|set| {
            let file = set.join("config_0/j2/model_config.yaml");
            let text = fs::read_to_string(&file).unwrap();
            assert!(text.contains(from), "{from}");
            fs::write(file, text.replacen(from, to, 1)).unwrap();
        });
        assert!(error.starts_with("SET/config_0/j2/model_config.yaml"), "{error}");
        assert!(error.contains(message), "{to}: {error}");
    }
}

/// Benchmark, configurations, those without a perplexity, and the range of the perplexity that ranks.
type Expected = (&'static str, usize, &'static [&'static str], (f64, f64));

#[test]
fn real_data_the_published_sets_are_complete_but_for_five_runs() {
    let Some(root) = mirror::path("decoder sets", format!("{}/saved_logs", mirror::LPZERO)) else { return };
    let expected: [Expected; 11] = [
        ("lts-gpt2-wt103", 200, &[], (25.00, 73.54)),
        ("lts-gpt2-lm1b", 200, &[], (52.28, 87.09)),
        ("lts-transxl-wt103", 200, &[], (26.57, 66.23)),
        ("lts-transxl-lm1b", 186, &["config_6_j1", "config_6_j5", "config_8_j9"], (37.44, 96.27)),
        ("lts-transxl-wt103-homogeneous", 99, &["config_6_j4"], (31.58, 68.69)),
        ("lts-pareto-gpt2-lm1b-arm", 45, &[], (47.7, 75.2)),
        ("lts-pareto-gpt2-lm1b-corei7", 38, &[], (47.7, 75.2)),
        ("lts-pareto-gpt2-lm1b-titanxp", 39, &["M18"], (47.7, 75.2)),
        ("lts-pareto-transxl-lm1b-arm", 39, &[], (34.0, 67.4)),
        ("lts-pareto-transxl-lm1b-corei7", 35, &[], (34.0, 67.4)),
        ("lts-pareto-transxl-lm1b-titanxp", 40, &[], (34.0, 67.4)),
    ];
    for (info, (benchmark, configs, missing, (low, high))) in SETS.iter().zip(expected) {
        let set = LtsSet::read(&root.join(info.folder), info).unwrap();
        assert_eq!((info.benchmark, set.entries.len()), (benchmark, configs));
        assert_eq!(
            set.missing_perplexity.iter().map(ArchId::as_str).collect::<Vec<_>>(),
            missing,
            "{benchmark}"
        );
        for (_, ppl) in set.entries.iter().filter_map(|entry| entry.perplexity).map(|ppl| ppl.ground_truth())
        {
            assert!((low - 0.05..=high + 0.05).contains(&ppl), "{benchmark}: {ppl}");
        }
        let pareto = benchmark.contains("pareto");
        assert!(set.entries.iter().all(|entry| entry.latency.is_some() == pareto), "{benchmark}");
    }
}

#[test]
fn real_data_the_released_scores_cover_one_set() {
    let Some(root) = mirror::path("released decoder scores", format!("{}/saved_logs", mirror::LPZERO)) else {
        return;
    };
    let set = LtsSet::read(&root.join(SETS[0].folder), &SETS[0]).unwrap();
    assert_eq!(set.published.len(), 18);
    assert!(set.published.values().all(|scores| scores.len() == 200));
    let empty: Vec<&str> =
        set.costs.iter().filter(|(_, costs)| costs.is_empty()).map(|(name, _)| name.as_str()).collect();
    assert_eq!(empty, ["lpzero", "lpzero_bak3"]);
    assert_eq!(set.published["num_parameters"]["config_0_j0"], 8_505_006.0);
}
