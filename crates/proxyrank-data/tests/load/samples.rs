//! Small invented files in the layouts of the published ones.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use proxyrank_data::load::lts::{SETS, SetInfo};

/// Two entries of the FlexiBERT benchmark.
pub(crate) fn benchmark_json() -> String {
    let entry = |id: usize, hidden: usize, rte: &str, glue: f64| {
        format!(
            r#"{{"id": {id}, "is_running": false, "completed": true, "time_to_train": 10,
              "scores": {{"cola": 10, "mnli": 20.5, "mrpc": 30, "qnli": 40, "qqp": 50, "rte": {rte}, "sst": 70,
                          "sts": 80, "glue": {glue}}},
              "hparams": {{"use_tpu": true, "learning_rate": 0.0005, "num_train_steps": 1000, "model_hparam_overrides":
                {{"hidden_size": {hidden}, "nas_config": {{"encoder_layers": [
                  {{"operation_type": "SA", "operation_parameter": "WMA", "num_operation_heads": 4,
                    "feed_forward_dimension": 1024, "num_feed_forward": 3}},
                  {{"operation_type": "DSC", "operation_parameter": 9, "num_operation_heads": 2,
                    "feed_forward_dimension": 512, "num_feed_forward": 1}}]}}}}}}}}"#
        )
    };
    format!("[{}, {}]", entry(0, 128, "0", 37.5625), entry(1, 256, "60.25", 45.09375))
}

/// Two entries of the training ablation: one with two checkpoints, one without any.
pub(crate) fn ablation_json() -> String {
    let scores = |glue: f64| {
        format!(
            r#"{{"cola": -1, "mnli": 2, "mrpc": 3, "qnli": 4, "qqp": 5, "rte": 6, "sst": 7, "sts": 8, "glue": {glue}}}"#
        )
    };
    let first = format!(r#""scores": {{"1000": {}, "0": {}}}"#, scores(4.25), scores(8.5));
    let text = benchmark_json();
    let start = |text: &str| text.find(r#""scores""#).unwrap();
    let end = |text: &str| text.find(r#""hparams""#).unwrap();
    let (one, two) = text.split_at(text.find(r#"{"id": 1"#).unwrap());
    format!(
        "{}{first}, {}{}\"scores\": {{}}, {}",
        &one[..start(one)],
        &one[end(one)..],
        two[..start(two)].replace("true", "false"),
        &two[end(two)..]
    )
}

/// Two programs on three architectures.
pub(crate) fn mem_dict_json() -> String {
    let program = |unary: &str, sp: f64| {
        format!(
            r#""INPUT:(act, grad)TREE:({unary}|no_op|l1_norm|pca)BINARY:(element_wise_sum)":
               {{"sp": {sp}, "gt_list": [70.5, 60, 65], "zc_list": [1e19, -2, 3.5]}}"#
        )
    };
    format!("{{{}, {}}}", program("sigmoid", 0.5), program("abs", -1.0))
}

/// The configuration of a decoder with two layers.
pub(crate) fn decoder_yaml(d_inner: &str, tie_projs: &str) -> String {
    format!(
        "adaptive: true\nattn_type: 0\nclamp_len: -1\ncutoffs:\n- 20\n- 40\n- 1000\n- 100\nd_embed: -1\nd_head: -1\n\
         d_inner: {d_inner}\nd_model: 64\ndiv_val: 4\ndropatt: 0.0\ndropout: 0.1\ndtype: null\next_len: 0\n\
         lr: 0.01\nmem_len: 192\nn_head:\n- 2\n- 4\nn_layer: 2\nn_token: 100\nppl_threshold:\n- 121.0\n\
         pre_lnorm: false\nprimer_conv: false\nprimer_square: false\nrestart: ''\nsame_length: false\n\
         tgt_len: 192\ntie_projs: {tie_projs}\ntie_weight: true\nuse_cache: false\nweight_init_type: normal\n"
    )
}

/// The set that [`write_set`] pretends to be.
pub(crate) fn set_info() -> &'static SetInfo {
    &SETS[0]
}

/// Writes a set of three decoders, one of which has no perplexity.
pub(crate) fn write_set(folder: &Path) {
    let ids = [(0, 2), (0, 10), (1, 0)];
    let mut parameters = String::new();
    for (config, job) in ids {
        let place = folder.join(format!("config_{config}/j{job}"));
        fs::create_dir_all(&place).unwrap();
        fs::write(place.join("model_config.yaml"), decoder_yaml("[512, 700]", "[0, 1, true, true]")).unwrap();
        writeln!(
            parameters,
            "config_{config}_j{job}:\n  AdaEmb: 10.0\n  Attn: 20.0\n  FFN: 30.0\n  nonembedding: 55.0\n  total: 70.0"
        )
        .unwrap();
    }
    fs::write(folder.join("params_summary.yaml"), parameters).unwrap();
    fs::write(
        folder.join("ppl_summary.yaml"),
        "config_0_j10: {valid_ppl: 30.5, test_ppl: 31, train_elapsed: 1.5e3}\n\
         config_1_j0:\n  valid_ppl: 20.0\n  test_ppl: 21.0\n  train_elapsed: 1000.0\n",
    )
    .unwrap();
    fs::write(folder.join("snip_scores_seed_1111.yaml"), "config_0_j2: 1.5\nconfig_1_j0: -1e-07 \n").unwrap();
    fs::write(folder.join("snip_cost.yaml"), "config_0_j2: 1183477784320\n").unwrap();
    fs::write(folder.join("lpzero_cost_bak.yaml"), "{}\n").unwrap();
    fs::write(folder.join("notes.txt"), "not ours").unwrap();
}

/// Two rows of LPZero's table.
pub(crate) fn lpzero_csv() -> String {
    let columns = proxyrank_data::load::score_table::LPZERO_METRICS.columns;
    let row = |id: usize| {
        let cells: Vec<String> = (0..columns.len()).map(|column| format!("{id}.{column}")).collect();
        format!("{id},{}\n", cells.join(","))
    };
    format!("ID,{}\n{}{}", columns.join(","), row(0), row(1))
}
