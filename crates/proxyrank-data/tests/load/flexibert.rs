//! The FlexiBERT files.

use std::path::Path;

use proxyrank_data::load::flexibert::{FlexibertBenchmark, Task, TrainAblation};
use proxyrank_space::Operation;
use proxyrank_space::flexibert::DscKernel;

use crate::mirror;
use crate::samples::{ablation_json, benchmark_json};

fn parse(text: &str) -> Result<FlexibertBenchmark, String> {
    FlexibertBenchmark::parse(Path::new("b.json"), text.as_bytes()).map_err(|error| error.to_string())
}

/// The message that a benchmark gives after one replacement.
fn fault(from: &str, to: &str) -> String {
    let text = benchmark_json();
    assert!(text.contains(from), "{from}");
    parse(&text.replacen(from, to, 1)).unwrap_err()
}

#[test]
fn a_benchmark_is_read() {
    let benchmark = parse(&format!("\u{feff}{}", benchmark_json())).unwrap();
    let entry = &benchmark.entries[1];
    assert_eq!((entry.id, entry.arch_id().as_str(), entry.time_to_train_s), (1, "1", 10.0));
    assert_eq!((entry.scores.get(Task::Rte), entry.scores.glue()), (60.25, 45.09375));
    assert_eq!(entry.architecture.hidden_size, 256);
    let layers = &entry.architecture.layers;
    assert_eq!(layers[0].operation, Operation::Wma);
    assert_eq!(layers[1].operation, Operation::Dsc { kernel: DscKernel::Nine });
    assert_eq!((layers[0].heads, layers[0].ffn_width, layers[0].ffn_count), (4, 1024, 3));
}

#[test]
fn faults_are_named_with_their_place() {
    let operation = fault(r#""operation_parameter": 9"#, r#""operation_parameter": "9""#);
    assert!(operation.starts_with("b.json, entry 0, layer 1: expected an operation:"), "{operation}");
    assert!(operation.ends_with(r#"found "DSC" with "9""#), "{operation}");
    assert_eq!(fault(r#""id": 1"#, r#""id": 0"#), "b.json, entry at index 1: expected id 1, found 0");
    assert_eq!(
        fault("37.5625", "37.57"),
        "b.json, entry 0, scores.glue: expected the mean of the eight tasks, 37.5625, found 37.57"
    );
    let heads = fault(r#""num_operation_heads": 4"#, r#""num_operation_heads": 8"#);
    assert_eq!(heads, "b.json, entry 0: layer 0: num_operation_heads is 8; the space allows 2 or 4");
    let unfinished = fault(r#""completed": true"#, r#""completed": false"#);
    assert!(unfinished.contains("a completed training run"), "{unfinished}");
    let misspelt = fault(r#""sst""#, r#""ssst""#);
    assert!(misspelt.starts_with("b.json, line 2, character "), "{misspelt}");
    assert!(misspelt.contains("unknown field `ssst`"), "{misspelt}");
}

#[test]
fn numbers_that_are_none_are_refused() {
    for number in ["NaN", "Infinity", "1e999", "null", "\"1\"", "--1"] {
        assert!(
            fault("\"time_to_train\": 10", &format!("\"time_to_train\": {number}"))
                .contains("not valid JSON")
        );
    }
}

#[test]
fn files_of_another_shape_are_refused() {
    for text in ["", "{}", "[]", "[[]]", "[", &"[".repeat(100_000), "\u{feff}", "[{}]", "0"] {
        assert!(parse(text).is_err());
    }
    let text = benchmark_json();
    for end in (0..text.len()).step_by(7) {
        assert!(parse(&text[..end]).is_err(), "{end}");
    }
    let not_text = FlexibertBenchmark::parse(Path::new("b.json"), b"[\xff]").unwrap_err();
    assert_eq!(not_text.to_string(), "b.json: byte 1 is not UTF-8 text");
}

#[test]
fn a_missing_file_says_so() {
    let error = FlexibertBenchmark::read(Path::new("no/such/file.json")).unwrap_err();
    assert!(error.to_string().starts_with("no/such/file.json: cannot be read: "), "{error}");
    assert!(error.advice().contains("proxyrank fetch"));
}

#[test]
fn an_ablation_is_read_and_its_glue_is_not_corrected() {
    let ablation = TrainAblation::parse(Path::new("a.json"), ablation_json().as_bytes()).unwrap();
    let [first, second] = ablation.entries.as_slice() else { panic!("two entries") };
    assert_eq!(first.checkpoints.iter().map(|c| c.steps).collect::<Vec<_>>(), [0, 1000]);
    assert!(!first.checkpoints[0].scores.glue_is_the_mean());
    assert!(first.checkpoints[1].scores.glue_is_the_mean());
    assert!(second.checkpoints.is_empty() && !second.completed);
}

#[test]
fn checkpoints_have_one_spelling_and_no_duplicates() {
    for (from, to) in
        [("\"1000\"", "\"01000\""), ("\"1000\"", "\"2000\""), ("\"1000\"", "\"x\""), ("\"1000\"", "\"0\"")]
    {
        let text = ablation_json().replacen(from, to, 1);
        let error = TrainAblation::parse(Path::new("a.json"), text.as_bytes()).unwrap_err().to_string();
        assert!(error.contains("training steps") || error.contains("stands there twice"), "{error}");
    }
}

#[test]
fn real_data_the_published_benchmark_has_500_entries() {
    let Some(file) = mirror::path("flexibert", format!("{}/BERT_benchmark.json", mirror::FLEXIBERT)) else {
        return;
    };
    let benchmark = FlexibertBenchmark::read(&file).unwrap();
    assert_eq!(benchmark.entries.len(), 500);
    let of = |hidden, depth| {
        let fits = |a: &proxyrank_space::FlexibertArch| a.hidden_size == hidden && a.layers.len() == depth;
        benchmark.entries.iter().filter(|entry| fits(&entry.architecture)).count()
    };
    assert_eq!([of(128, 2), of(128, 4), of(256, 2), of(256, 4)], [123, 128, 116, 133]);
    let layers = || benchmark.entries.iter().flat_map(|entry| &entry.architecture.layers);
    assert_eq!(layers().count(), 1522);
    assert_eq!(layers().filter(|layer| layer.operation.is_linear_transform()).count(), 538);
    assert_eq!(benchmark.entries[47].scores.get(Task::Rte), 0.0);
    let mean = benchmark.entries.iter().map(|entry| entry.scores.glue()).sum::<f64>() / 500.0;
    assert!((mean - 68.89).abs() < 0.005, "{mean}");
}

#[test]
fn real_data_the_published_ablation_has_gaps_and_doubled_sums() {
    let name = format!("{}/BERT_benchmark_train_ablation.json", mirror::FLEXIBERT);
    let Some(file) = mirror::path("flexibert train ablation", name) else { return };
    let ablation = TrainAblation::read(&file).unwrap();
    let ids = |wanted: &dyn Fn(&proxyrank_data::load::flexibert::TrainAblationEntry) -> bool| {
        ablation.entries.iter().filter(|entry| wanted(entry)).map(|entry| entry.id).collect::<Vec<_>>()
    };
    assert_eq!(ablation.entries.len(), 20);
    assert_eq!(ids(&|entry| entry.checkpoints.is_empty()), [10, 13, 14, 17, 18]);
    assert_eq!(ids(&|entry| !entry.completed), [14, 17]);
    let doubled = |entry: &proxyrank_data::load::flexibert::TrainAblationEntry| {
        entry.checkpoints.iter().filter(|c| !c.scores.glue_is_the_mean()).map(|c| c.steps).collect::<Vec<_>>()
            == [50_000, 100_000]
    };
    assert_eq!(ids(&doubled), [11, 12, 15, 16, 19]);
}
