//! Small folders, right and wrong in every way that a person gets wrong.

use std::fs;
use std::path::Path;

use proxyrank_space::{Architecture, DecoderFamily, Operation};
use tempfile::TempDir;

use super::{Better, DESCRIPTION, OwnBenchmark};

const ENCODERS: &str = "name = \"tiny\"\nspace = \"flexibert\"\narchitectures = \"a.csv\"\nlabels = \"l.csv\"\n\
                        [[metric]]\nname = \"acc\"\nbetter = \"higher\"\n[[metric]]\nname = \"ms\"\nbetter = \"lower\"\n";
const ROWS: &str = "arch_id,layers,hidden,ops,heads,ffn,ffn_layers\n\
                    one,2,128,sdp wma,2 4,512,1 3\ntwo,4,256,dsc5,4,1024 512 512 1024,1\n";
const LABELS: &str = "arch_id,ms,acc\ntwo,3,0.5\none,2.5,-1e-3\n";

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn encoders(rows: &str, labels: &str) -> TempDir {
    folder(&[(DESCRIPTION, ENCODERS), ("a.csv", rows), ("l.csv", labels)])
}

/// The message without the folder.
fn refusal(folder: &Path) -> String {
    let message = OwnBenchmark::read(folder).unwrap_err().to_string();
    message.replace(&format!("{}/", folder.display()), "")
}

#[test]
fn encoders_come_from_a_table() {
    let folder = encoders(ROWS, LABELS);
    let benchmark = OwnBenchmark::read(folder.path()).unwrap();
    let metrics: Vec<_> = benchmark.description.metrics.iter().map(|m| (m.name.as_str(), m.better)).collect();
    assert_eq!(metrics, [("acc", Better::Higher), ("ms", Better::Lower)]);
    let [one, two] = benchmark.entries.as_slice() else { panic!("{benchmark:?}") };
    assert_eq!((one.id.as_str(), one.labels.as_slice()), ("one", &[-1e-3, 2.5][..]));
    let Architecture::Flexibert(arch) = &one.architecture else { panic!("{one:?}") };
    assert_eq!(arch.layers[1].operation, Operation::Wma);
    assert_eq!((arch.layers[0].ffn_count, arch.layers[1].ffn_count, arch.layers[1].ffn_width), (1, 3, 512));
    assert_eq!((two.architecture.depth(), two.architecture.width()), (4, 256));
}

#[test]
fn json_says_the_same() {
    let rows = r#"[{"arch_id": "one", "layers": 2, "hidden": 128, "ops": ["sdp", "wma"], "heads": [2, 4], "ffn": 512, "ffn_layers": [1, 3]},
                   {"arch_id": "two", "layers": 4, "hidden": 256, "ops": "dsc5", "heads": 4, "ffn": [1024, 512, 512, 1024]}]"#;
    let labels = r#"[{"arch_id": "one", "acc": -0.001, "ms": 2.5}, {"arch_id": "two", "acc": 0.5, "ms": 3}]"#;
    let description = ENCODERS.replace(".csv", ".json");
    let json = folder(&[(DESCRIPTION, &description), ("a.json", rows), ("l.json", labels)]);
    let (json, csv) = (
        OwnBenchmark::read(json.path()).unwrap(),
        OwnBenchmark::read(encoders(ROWS, LABELS).path()).unwrap(),
    );
    assert_eq!(json.entries, csv.entries);
    assert_ne!(json.sha256, csv.sha256);
}

#[test]
fn the_public_layout_is_read_without_its_scores() {
    let layer = r#"{"operation_type": "SA", "operation_parameter": "SDP", "num_operation_heads": 2, "feed_forward_dimension": 512, "num_feed_forward": 1}"#;
    let entry = |id: usize| {
        format!(
            r#"{{"id": {id}, "hparams": {{"model_hparam_overrides": {{"hidden_size": 128, "nas_config": {{"encoder_layers": [{layer}, {layer}]}}}}}}}}"#
        )
    };
    let description = ENCODERS.replace("a.csv", "a.json");
    let read = |entries: String| {
        folder(&[
            (DESCRIPTION, &description),
            ("a.json", &entries),
            ("l.csv", "arch_id,acc,ms\n7,1,1\n9,2,2\n"),
        ])
    };
    let benchmark = OwnBenchmark::read(read(format!("[{}, {}]", entry(7), entry(9))).path()).unwrap();
    assert_eq!(benchmark.entries.len(), 2);
    let twice = refusal(read(format!("[{}, {}]", entry(7), entry(7))).path());
    assert_eq!(twice, "a.json, entry at index 1: architecture `7` stands there twice");
}

#[test]
fn decoders_share_their_vocabulary() {
    let description = ENCODERS.replace("flexibert", "gpt2")
        + "[decoder]\nn_token = 1000\ntgt_len = 64\ncutoffs = [200, 500, 1000]\ndiv_val = 4\n";
    let rows = "arch_id,layers,hidden,heads,ffn\none,2,64,2 4,100\ntwo,1,128,4,512\n";
    let read = |rows: &str| folder(&[(DESCRIPTION, &description), ("a.csv", rows), ("l.csv", LABELS)]);
    let benchmark = OwnBenchmark::read(read(rows).path()).unwrap();
    let Architecture::Decoder(arch) = &benchmark.entries[0].architecture else { panic!("{benchmark:?}") };
    assert_eq!((arch.family, arch.n_head.as_slice(), arch.mem_len), (DecoderFamily::Gpt2, &[2, 4][..], 64));
    assert_eq!(
        refusal(read(&rows.replace("2 4", "2 3")).path()),
        "a.csv, line 2, column \"arch_id\": layer 1: 3 heads do not divide a width of 64"
    );
}

#[test]
fn every_fault_names_file_row_and_column() {
    let faults = [
        (
            ROWS.replace("wma", "conv"),
            LABELS.into(),
            "a.csv, line 2, column \"ops\": expected operations (sdp, wma, dft, dct, dsc5, dsc9), found `conv`",
        ),
        (
            ROWS.replace("2 4", "2 4 2"),
            LABELS.into(),
            "a.csv, line 2, column \"heads\": expected whole numbers: one for all layers, or 2, found 3 of them",
        ),
        (
            ROWS.replace("two,4,256", "one,4,256"),
            LABELS.into(),
            "a.csv, line 3, column \"arch_id\": architecture `one` stands there twice",
        ),
        (
            ROWS.replace("256", "300"),
            LABELS.into(),
            "a.csv, line 3, column \"arch_id\": hidden_size is 300; the space allows 128 or 256",
        ),
        (
            ROWS.replace("one,2,128", "one,2,"),
            LABELS.into(),
            "a.csv, line 2, column \"hidden\": expected a value, found nothing",
        ),
        (
            ROWS.replace("one,2,", "one,two,"),
            LABELS.into(),
            "a.csv, line 2, column \"layers\": expected a whole number, found `two`",
        ),
        (
            ROWS.replace(",ffn_layers", ",depth"),
            LABELS.into(),
            "a.csv, line 2, column \"depth\": expected one of the columns arch_id, layers, hidden, ops, heads, ffn, ffn_layers, found `depth`",
        ),
        (
            ROWS.replace(",ffn_layers", ",ffn"),
            LABELS.into(),
            "a.csv, line 1, column \"ffn\": column 7 `ffn` stands there twice",
        ),
        (
            ROWS.replace(",1 3", ""),
            LABELS.into(),
            "a.csv, line 2, character 1: expected 7 cells, one for each column of the header, found 6",
        ),
        (
            ROWS.into(),
            LABELS.replace("two", "three"),
            "l.csv, line 2, column \"arch_id\": expected an architecture of a.csv, found `three`",
        ),
        (
            ROWS.into(),
            LABELS.replace("two,3,0.5\n", ""),
            "l.csv: a row for architecture `two` of a.csv is missing",
        ),
        (
            ROWS.into(),
            LABELS.replace("two", "one"),
            "l.csv, line 3, column \"arch_id\": architecture `one` stands there twice",
        ),
        (
            ROWS.into(),
            LABELS.replace("0.5", "NaN"),
            "l.csv, line 2, column \"acc\": expected a finite number (an architecture that was not measured is left out of both files), found `NaN`",
        ),
        (
            ROWS.into(),
            LABELS.replace("3,0.5", "3,"),
            "l.csv, line 2, column \"acc\": expected a finite number (an architecture that was not measured is left out of both files), found nothing",
        ),
        (
            ROWS.into(),
            LABELS.replace("acc", "accuracy"),
            "l.csv, line 2, column \"accuracy\": expected one of the columns arch_id, acc, ms, found `accuracy`",
        ),
        (ROWS.into(), "arch_id,acc,ms\n".into(), "l.csv: every row is missing"),
    ];
    for (rows, labels, expected) in faults {
        assert_eq!(refusal(encoders(&rows, &labels).path()), expected);
    }
}

#[test]
fn faults_of_the_description_name_the_key_or_the_line() {
    let read = |text: &str| folder(&[(DESCRIPTION, text), ("a.csv", ROWS), ("l.csv", LABELS)]);
    let faults = [
        (ENCODERS.replace("tiny", "../tiny"), "benchmark.toml, key name: expected a name of small letters"),
        (
            ENCODERS.replace("flexibert", "bert"),
            "benchmark.toml, line 2, character 9: not valid TOML: unknown variant `bert`",
        ),
        (
            ENCODERS.replace("labels", "label"),
            "benchmark.toml, line 4, character 1: not valid TOML: unknown field `label`",
        ),
        (
            ENCODERS.replace("\"ms\"", "\"acc\""),
            "benchmark.toml, metric 2: the metric `acc` stands there twice",
        ),
        (
            ENCODERS.replace("flexibert", "gpt2"),
            "benchmark.toml, key decoder: the table [decoder] with n_token and tgt_len is missing",
        ),
        (
            ENCODERS.to_owned() + "[decoder]\nn_token = 9\ntgt_len = 9\n",
            "benchmark.toml, key decoder: expected no [decoder] in an encoder space",
        ),
        (ENCODERS.replace("a.csv", "a.txt"), "a.txt: cannot be read"),
    ];
    for (text, expected) in faults {
        let message = refusal(read(&text).path());
        assert!(message.starts_with(expected), "{message}");
    }
}

#[test]
fn any_change_makes_another_benchmark() {
    let hash = |rows: &str, labels: &str| OwnBenchmark::read(encoders(rows, labels).path()).unwrap().sha256;
    let here = hash(ROWS, LABELS);
    assert_eq!(here, hash(ROWS, LABELS));
    assert_ne!(here, hash(ROWS, &LABELS.replace("0.5", "0.50")));
}
