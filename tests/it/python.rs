//! Results as others read them: the documentation's Python, run where there is a Python with the library in question.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::place::{Place, skipped};
use crate::worked::{blocks, write_files};

#[test]
fn polars_computes_the_same_tau() {
    computes_the_same_tau("polars", "polars_computes_the_same_tau");
}

#[test]
fn pandas_computes_the_same_tau() {
    computes_the_same_tau("pandas", "pandas_computes_the_same_tau");
}

fn computes_the_same_tau(library: &str, test: &str) {
    let needs = if library == "pandas" { "pandas, pyarrow" } else { library };
    let Some(python) = python_with(needs) else {
        skipped(test, &format!("no Python with {needs}; PROXYRANK_PYTHON names one"));
        return;
    };
    let place = Place::new();
    write_files(&place, &blocks("own_benchmark.md"));
    place.run("evaluate --benchmark ./tiny").exits(0);
    let table = place.run("rank --benchmark ./tiny --resamples 50 --json").exits(0);
    let row = table.column("proxy").iter().position(|proxy| proxy == "nsc").unwrap();
    let ours: f64 = table.json()[0]["rows"][row]["cells"]["tau_b"]["point"].as_f64().unwrap();

    let page = blocks("results.md");
    let program =
        page.iter().find(|block| block.language == "python" && block.file.as_deref() == Some(library));
    let output = Command::new(python)
        .args(["-c", &program.unwrap().text])
        .current_dir(place.path("."))
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let [networks, theirs] = printed.split_whitespace().collect::<Vec<_>>()[..] else {
        panic!("{printed}{said}")
    };
    assert_eq!(networks, "12");
    assert!((theirs.parse::<f64>().unwrap() - ours).abs() < 1e-12, "{theirs} is not {ours}");
}

/// A Python that can import some modules: the one that `PROXYRANK_PYTHON` names, or the one on the path.
fn python_with(modules: &str) -> Option<PathBuf> {
    let named = std::env::var_os("PROXYRANK_PYTHON").map(PathBuf::from);
    let candidates =
        named.into_iter().chain([Path::new("python3").to_owned(), Path::new("python").to_owned()]);
    let imports = |python: &PathBuf| {
        let mut command = Command::new(python);
        command.args(["-c", &format!("import {modules}")]).stdout(Stdio::null()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    };
    candidates.into_iter().find(imports)
}
