//! Released tables of scores and LPZero's memory.

use std::path::Path;

use proxyrank_data::load::flexibert::{FlexibertBenchmark, Task, TrainAblation};
use proxyrank_data::load::mem_dict::MemDict;
use proxyrank_data::load::score_table::{
    FLEXIBERT_ABLATION, FLEXIBERT_METRICS, FLEXIBERT_TRAIN_ABLATION, IdPolicy, LPZERO_METRICS, ScoreTable,
    TableFormat,
};

use crate::mirror;
use crate::samples::mem_dict_json;

const SEQUENCE: TableFormat = TableFormat { id: "ID", columns: &["a", "b"], ids: IdPolicy::Sequence };
const BLOCKS: TableFormat = TableFormat { ids: IdPolicy::Blocks(2), ..SEQUENCE };

fn fault(format: &TableFormat, text: &str) -> String {
    ScoreTable::parse(Path::new("t.csv"), text.as_bytes(), format).unwrap_err().to_string()
}

#[test]
fn a_table_is_read() {
    let text = "\u{feff}ID,a,b\r\n0,1,-2.5e-3\r\n1,3,4";
    let table = ScoreTable::parse(Path::new("t.csv"), text.as_bytes(), &SEQUENCE).unwrap();
    assert_eq!(table.ids, [0, 1]);
    assert_eq!(table.column("b"), Some(&[-2.5e-3, 4.0][..]));
    assert_eq!((table.column("c"), table.len()), (None, 2));
}

#[test]
fn a_bad_header_is_refused() {
    assert_eq!(fault(&SEQUENCE, ""), "t.csv: the header `ID,...` is missing");
    assert_eq!(
        fault(&SEQUENCE, "ID,b,a\n"),
        "t.csv, line 1, character 1: expected header `a` in column 2, found `b`"
    );
    assert!(
        fault(&SEQUENCE, "ID,a\n").ends_with("expected header `b` in column 3, found the end of the header")
    );
    assert!(fault(&SEQUENCE, "ID,a,b,c\n").ends_with("expected no further header, found `c`"));
}

#[test]
fn bad_cells_are_named() {
    for bad in ["nan", "inf", "-Infinity", "", "1,5", " 1", "1e999", "0x10", "\"1\""] {
        let error = fault(&SEQUENCE, &format!("ID,a,b\n0,1,2\n1,{bad},3\n"));
        assert!(error.starts_with("t.csv, line 3, "), "{bad}: {error}");
    }
    assert_eq!(
        fault(&SEQUENCE, "ID,a,b\n0,1,x\n"),
        r#"t.csv, line 2, column "b": expected a finite number, found `x`"#
    );
    assert_eq!(
        fault(&SEQUENCE, "ID,a,b\n-1,1,2\n"),
        r#"t.csv, line 2, column "ID": expected an architecture's number, found `-1`"#
    );
}

#[test]
fn glued_and_cut_rows_are_refused() {
    assert_eq!(
        fault(&SEQUENCE, "ID,a,b\n0,1,2\n1,3,42,5,6\n"),
        "t.csv, line 3, character 1: expected 3 cells, found 5"
    );
    assert!(fault(&SEQUENCE, "ID,a,b\n0,1").ends_with("expected 3 cells, found 2"));
    // A stray quotation mark must not swallow the rows after it.
    assert!(fault(&SEQUENCE, "ID,a,b\n0,1,\"2\n1,3,4\n").starts_with("t.csv, line 2, column \"b\""));
}

#[test]
fn identifiers_follow_the_policy() {
    let rows = |ids: &[usize]| {
        let rows = ids.iter().map(|id| format!("{id},1,2"));
        std::iter::once("ID,a,b".to_owned()).chain(rows).collect::<Vec<_>>().join("\n")
    };
    assert_eq!(fault(&SEQUENCE, &rows(&[])), "t.csv: every row after the header is missing");
    assert_eq!(
        fault(&SEQUENCE, &rows(&[0, 0])),
        r#"t.csv, line 3, column "ID": expected architecture 1, found 0"#
    );
    let table = ScoreTable::parse(Path::new("t.csv"), rows(&[7, 7, 3, 3]).as_bytes(), &BLOCKS).unwrap();
    assert_eq!(table.ids, [7, 7, 3, 3]);
    assert!(fault(&BLOCKS, &rows(&[7, 3])).contains("line 3"));
    assert!(fault(&BLOCKS, &rows(&[7, 7, 7, 7])).contains("architecture 7 stands there twice"));
    assert!(fault(&BLOCKS, &rows(&[7, 7, 3])).ends_with("row 2 of 2 of architecture 3 is missing"));
}

#[test]
fn a_memory_is_read() {
    let memory = MemDict::parse(Path::new("m.json"), mem_dict_json().as_bytes()).unwrap();
    assert_eq!(memory.glue, [70.5, 60.0, 65.0]);
    let program = &memory.programs[0];
    assert_eq!(program.genotype.inputs, ["act", "grad"]);
    assert_eq!(program.genotype.unaries, ["abs", "no_op", "l1_norm", "pca"]);
    assert_eq!((program.stated_spearman, program.scores[0]), (-1.0, 1e19));
    assert!(mem_dict_json().contains(&program.genotype.to_string()));
}

#[test]
fn faults_of_a_memory_are_named() {
    let fault = |from: &str, to: &str| {
        let text = mem_dict_json();
        assert!(text.contains(from), "{from}");
        MemDict::parse(Path::new("m.json"), text.replacen(from, to, 1).as_bytes()).unwrap_err().to_string()
    };
    assert!(fault("TREE", "BUSH").contains("expected a program such as"));
    assert!(fault("|no_op", "").contains("expected a program such as"));
    assert!(fault("sigmoid", "abs").contains("stands there twice"));
    assert!(fault("0.5", "1.5").contains("expected a correlation in [-1, 1], found 1.5"));
    assert!(fault("60,", "61,").contains("gt_list: expected the same ground truth in every record"));
    assert!(fault("-2, 3.5", "-2").contains("zc_list: expected 3 scores, one an architecture, found 2"));
    assert!(MemDict::parse(Path::new("m.json"), b"{}").is_err());
}

#[test]
fn real_data_the_published_tables_agree_with_the_benchmark() {
    let Some(root) = mirror::path("score tables", "") else { return };
    let benchmark =
        FlexibertBenchmark::read(&root.join(mirror::FLEXIBERT).join("BERT_benchmark.json")).unwrap();
    let tables = [
        (mirror::FLEXIBERT.to_owned(), "BERT_results_activation.csv", FLEXIBERT_METRICS),
        (format!("{}/data", mirror::LPZERO), "BERT_results_activation_lpzero.csv", LPZERO_METRICS),
        (format!("{}/data", mirror::LPZERO), "BERT_results_activation_2.csv", LPZERO_METRICS),
    ];
    for (folder, name, format) in tables {
        let table = ScoreTable::read(&root.join(folder).join(name), &format).unwrap();
        assert_eq!((table.len(), table.columns.len()), (500, format.columns.len()), "{name}");
        // LPZero's copies were rounded to 15 significant digits on the way.
        let tolerance = if format == FLEXIBERT_METRICS { 0.0 } else { 1e-13 };
        for (entry, glue) in benchmark.entries.iter().zip(table.column("GLUE Score").unwrap()) {
            assert!((entry.scores.glue() - glue).abs() <= tolerance, "{name}, architecture {}", entry.id);
        }
    }
}

#[test]
fn real_data_the_published_ablations_are_blocks() {
    let Some(root) = mirror::path("ablation tables", mirror::FLEXIBERT) else { return };
    for name in ["BERT_batch_ablation.csv", "BERT_initialization_ablation.csv"] {
        let table = ScoreTable::read(&root.join(name), &FLEXIBERT_ABLATION).unwrap();
        let ids: Vec<usize> = table.ids.iter().copied().step_by(10).collect();
        assert_eq!(ids, [285, 116, 280, 337, 464, 166, 153, 157, 330, 164], "{name}");
    }
    let table = ScoreTable::read(&root.join("BERT_train_ablation.csv"), &FLEXIBERT_TRAIN_ABLATION).unwrap();
    let ablation = TrainAblation::read(&root.join("BERT_benchmark_train_ablation.json")).unwrap();
    let checkpoints =
        ablation.entries.iter().flat_map(|entry| entry.checkpoints.iter().map(move |c| (entry.id, c)));
    assert_eq!(table.len(), 210);
    for (row, (id, checkpoint)) in checkpoints.take(210).enumerate() {
        assert_eq!(table.ids[row], id);
        assert_eq!(table.columns["steps"][row], checkpoint.steps as f64);
        for task in Task::ALL {
            assert_eq!(table.columns[task.as_str()][row], checkpoint.scores.get(task));
        }
    }
}

#[test]
fn real_data_the_published_memory_has_258_programs() {
    let name = format!("{}/data/mem_dict.json", mirror::LPZERO);
    let Some(file) = mirror::path("LPZero's memory", name) else { return };
    let memory = MemDict::read(&file).unwrap();
    assert_eq!((memory.programs.len(), memory.glue.len()), (258, 50));
    let best = memory.programs.iter().map(|program| program.stated_spearman).fold(f64::MIN, f64::max);
    assert!((best - 0.801).abs() < 0.0005, "{best}");
}
