//! Charts as files: whole, equal when drawn twice, and refused where there is nothing to draw.

use std::fs;
use std::path::Path;

use proxyrank_report::chart::cloud::{Cloud, Group};
use proxyrank_report::chart::cost::{CostPoint, CostScatter};
use proxyrank_report::chart::curves::{Curves, Series};
use proxyrank_report::chart::heatmap::Heatmap;
use proxyrank_report::chart::intervals::{IntervalRow, ReferenceLine, TauIntervals};
use proxyrank_report::chart::layered::{LayerCell, Layered, LayeredRow};
use proxyrank_report::chart::scatter::{Scatter, ScatterPoint};
use proxyrank_report::chart::scorecard::{Kind, Scorecard, ScorecardCell, ScorecardRow};
use proxyrank_report::chart::spread::{SeedSpread, SpreadRow};
use proxyrank_report::chart::{AxisScale, ChartError};
use proxyrank_report::table::{Emphasis, Tone};
use proxyrank_schema::CostClass;
use proxyrank_stats::Estimate;

fn estimate(point: f64) -> Estimate {
    Estimate { point, low: point - 0.05, high: point + 0.05, n: 8 }
}

fn scatter(scores: &[Option<f64>]) -> Scatter {
    let points = scores
        .iter()
        .enumerate()
        .map(|(i, score)| ScatterPoint {
            score: *score,
            truth: 60.0 + (i as f64 * 7.0) % 13.0,
            depth: if i % 2 == 0 { 2 } else { 4 },
            width: 128,
            highlight: (i == 0).then(|| "47".to_owned()),
        })
        .collect();
    Scatter {
        title: "A <title> & more".into(),
        score_label: "score".into(),
        truth_label: "GLUE (%)".into(),
        tau: Some(estimate(-0.2)),
        rho: None,
        points,
        score_axis: AxisScale::Auto,
        truth_axis: AxisScale::Auto,
        highlight: "outlier".into(),
    }
}

fn intervals() -> TauIntervals {
    let row = |name: &str, point, class| IntervalRow {
        name: name.into(),
        tau: estimate(point),
        class,
        emphasis: Emphasis::Plain,
    };
    TauIntervals {
        title: "tau".into(),
        subtitle: "s".into(),
        axis_label: "Kendall tau-b".into(),
        rows: vec![row("nsc", 0.69, CostClass::DataFree), row("fisher", -0.1, CostClass::Gradient)],
        references: vec![ReferenceLine { label: "#layers".into(), value: 0.68 }],
        ceiling: Some(estimate(0.77)),
    }
}

fn heatmap(values: Vec<Vec<Option<f64>>>) -> Heatmap {
    let names = (0..values.len()).map(|i| format!("proxy_{i}")).collect();
    Heatmap { title: "alike".into(), subtitle: "s".into(), value_label: "rho".into(), names, values }
}

fn cost(costs: &[(f64, f64)]) -> CostScatter {
    let point = |(index, (wall_ns, tau)): (usize, &(f64, f64))| CostPoint {
        name: format!("proxy_{index}"),
        wall_ns: *wall_ns,
        tau: estimate(*tau),
        class: CostClass::ALL[index % 3],
        emphasis: if index == 0 { Emphasis::Baseline } else { Emphasis::Plain },
    };
    CostScatter {
        title: "cost".into(),
        subtitle: "s".into(),
        axis_label: "Kendall tau-b".into(),
        points: costs.iter().enumerate().map(point).collect(),
        ceiling: Some(estimate(0.77)),
    }
}

fn scorecard(tests: usize) -> Scorecard {
    let cell = |index: usize| ScorecardCell {
        tone: [Tone::Good, Tone::Bad, Tone::Neutral][index % 3],
        text: format!("-0.{index}"),
        strength: f64::NAN,
    };
    let row = |name: &str| ScorecardRow {
        name: name.into(),
        emphasis: Emphasis::Baseline,
        lead: "0.700".into(),
        cells: (0..tests).map(cell).collect(),
        verdict: "1 of 2, falls".into(),
    };
    Scorecard {
        title: "card".into(),
        subtitle: "s".into(),
        kind: Kind::Tests,
        lead: "tau-b".into(),
        tests: (0..tests).map(|index| format!("Given the width, test {index}")).collect(),
        rows: vec![row("nsc"), row("a_proxy_with_a_name_that_no_margin_can_ever_hold_in_full_length")],
    }
}

fn spread(labels: usize) -> SeedSpread {
    let row = |name: &str, centre: f64| SpreadRow {
        name: name.into(),
        class: CostClass::Forward,
        values: (0..labels).map(|i| (format!("seed {i}"), centre + 0.01 * i as f64)).collect(),
        emphasis: Emphasis::Plain,
    };
    SeedSpread {
        title: "spread".into(),
        subtitle: "s".into(),
        axis_label: "Kendall tau-b".into(),
        rows: vec![row("nsc", 0.6), row("w_pca", -0.3)],
        references: vec![ReferenceLine { label: "#layers".into(), value: 0.68 }],
    }
}

fn curves(lines: &[&[(f64, f64)]]) -> Curves {
    let series = |(index, points): (usize, &&[(f64, f64)])| Series {
        name: format!("line_{index}"),
        points: points.to_vec(),
    };
    Curves {
        title: "curves".into(),
        subtitle: "s".into(),
        x_label: "sequences".into(),
        y_label: "tau".into(),
        x_axis: AxisScale::Log,
        y_axis: AxisScale::Auto,
        series: lines.iter().enumerate().map(series).collect(),
        references: vec![ReferenceLine { label: "#layers".into(), value: 0.68 }],
    }
}

/// Draws twice and checks that both files are whole and equal; gives back the SVG.
fn drawn(draw: impl Fn(&Path) -> Result<[std::path::PathBuf; 2], ChartError>) -> String {
    let folder = tempfile::tempdir().unwrap();
    let [png, svg] = draw(&folder.path().join("new/first.v1")).unwrap();
    let [other_png, other_svg] = draw(&folder.path().join("new/second")).unwrap();
    assert!(png.ends_with("new/first.v1.png") && svg.ends_with("new/first.v1.svg"));
    let bytes = fs::read(&png).unwrap();
    assert!(bytes.starts_with(b"\x89PNG\r\n\x1a\n") && bytes.ends_with(b"IEND\xaeB`\x82"));
    assert_eq!(bytes[16..20], 1600u32.to_be_bytes());
    assert!(bytes == fs::read(other_png).unwrap(), "two drawings of the same data differ");
    let text = fs::read_to_string(&svg).unwrap();
    assert_eq!(text, fs::read_to_string(other_svg).unwrap());
    assert!(text.starts_with("<svg role=\"img\" width=\"1600\"") && text.trim_end().ends_with("</svg>"));
    assert_eq!(fs::read_dir(folder.path().join("new")).unwrap().count(), 4, "temporary files are left over");
    text
}

#[test]
fn a_scatter_draws_what_is_finite_and_counts_the_rest() {
    let scores = [Some(1.0), Some(2.5), None, Some(f64::INFINITY), Some(-3.0)];
    let svg = drawn(|path| scatter(&scores).draw(path));
    assert!(svg.contains("<title>A &lt;title&gt; &amp; more</title>"));
    assert!(svg.contains("3 architectures") && svg.contains("2 more without a finite value"));
    assert!(svg.contains("outlier (1)") && svg.contains("−0.200 [−0.250, −0.150]"));
}

#[test]
fn awkward_scores_are_drawn() {
    for scores in [
        vec![Some(0.0)],
        vec![Some(7.0); 30],
        vec![Some(1e-300), Some(1e300), Some(1.0)],
        vec![Some(f64::MAX), Some(f64::MIN)],
        vec![Some(-1e9), Some(0.0), Some(1e-9), Some(2e-9)],
    ] {
        let folder = tempfile::tempdir().unwrap();
        for axis in [AxisScale::Auto, AxisScale::Linear, AxisScale::Log, AxisScale::SymLog] {
            let chart = Scatter { score_axis: axis, ..scatter(&scores) };
            chart.draw(&folder.path().join("x")).unwrap();
        }
    }
}

#[test]
fn intervals_show_values_baselines_and_ceiling() {
    let svg = drawn(|path| intervals().draw(path));
    for text in ["nsc", "0.690 [0.640, 0.740]", "#layers 0.680", "noise ceiling 0.770", "backward pass"] {
        assert!(svg.contains(text), "{text}");
    }
}

#[test]
fn a_heatmap_prints_its_values() {
    let values =
        vec![vec![Some(1.0), Some(-0.25), None], vec![Some(-0.25), Some(1.0), None], vec![None, None, None]];
    let svg = drawn(|path| heatmap(values.clone()).draw(path));
    assert_eq!(svg.matches("−.25\n").count(), 2);
    assert_eq!(svg.matches("–\n").count(), 5);
}

#[test]
fn a_cost_chart_names_proxies_and_units() {
    let svg =
        drawn(|path| cost(&[(2e3, 0.4), (9e7, 0.6), (1.5e9, 0.2), (0.0, 0.9), (1e3, f64::NAN)]).draw(path));
    for text in
        ["proxy_0", "proxy_2", "10 µs\n", "1 s\n", "noise ceiling 0.770 [0.720, 0.820]", "best for its cost"]
    {
        assert!(svg.contains(text), "{text}");
    }
    assert!(svg.contains("not drawn: 2 points without") && !svg.contains("proxy_3"));
}

#[test]
fn awkward_costs_are_drawn() {
    let folder = tempfile::tempdir().unwrap();
    let crowd: Vec<(f64, f64)> = (0..150).map(|i| (1e8, f64::from(i) * 1e-5)).collect();
    for costs in [vec![(1.0, 0.0)], vec![(5e3, 0.3); 9], vec![(1e-300, -1.0), (1e300, 1.0)], crowd] {
        cost(&costs).draw(&folder.path().join("x")).unwrap();
        CostScatter { ceiling: None, ..cost(&costs) }.draw(&folder.path().join("x")).unwrap();
    }
}

#[test]
fn a_scorecard_marks_passes_and_failures() {
    let svg = drawn(|path| scorecard(3).draw(path));
    assert_eq!((svg.matches("✓\n").count(), svg.matches("✗\n").count()), (2, 2));
    for text in ["−0.1\n", "1 of 2, falls", "– does not apply", "baseline"] {
        assert!(svg.contains(text), "{text}");
    }
    let folder = tempfile::tempdir().unwrap();
    for tests in [1, 10, 30] {
        scorecard(tests).draw(&folder.path().join("x")).unwrap();
    }
    assert!(matches!(scorecard(0).draw(folder.path()), Err(ChartError::Empty { .. })));
}

#[test]
fn few_seeds_are_named_and_many_are_not() {
    let few = drawn(|path| spread(3).draw(path));
    assert_eq!(few.matches("seed ").count(), 3);
    assert!(few.contains("0.610 ± 0.010") && few.contains("−0.290 ± 0.010") && few.contains("#layers 0.680"));
    let many = drawn(|path| spread(7).draw(path));
    assert!(!many.contains("seed ") && many.contains("forward pass"));
    let one = drawn(|path| spread(1).draw(path));
    assert!(one.contains("0.600\n") && !one.contains("0.600 ±"));
}

#[test]
fn curves_are_named_at_their_ends() {
    let broken = [(1.0, 0.2), (2.0, 0.3), (4.0, f64::NAN), (8.0, 0.3), (16.0, 0.4)];
    let svg = drawn(|path| curves(&[&broken, &[(1.0, 0.5)]]).draw(path));
    for text in ["line_0", "line_1", "#layers 0.680", "sequences  (log scale)", "not drawn: 1 point without"]
    {
        assert!(svg.contains(text), "{text}");
    }
    // One line in two pieces, and three leaders.
    assert_eq!(svg.matches("<polyline").count(), 2 + 3);
}

#[test]
fn awkward_curves_are_drawn() {
    let folder = tempfile::tempdir().unwrap();
    let lines: [&[(f64, f64)]; 3] = [
        &[(f64::MIN, f64::MAX), (0.0, 0.0), (f64::MAX, f64::MIN)],
        &[(3.0, 1.0), (3.0, 2.0)],
        &[(0.0, 1e-300)],
    ];
    for x_axis in [AxisScale::Auto, AxisScale::Linear, AxisScale::Log, AxisScale::SymLog] {
        for line in lines {
            let chart = Curves { x_axis, y_axis: x_axis, ..curves(&[line; 12]) };
            chart.draw(&folder.path().join("x")).unwrap();
        }
    }
}

fn cloud(groups: &[&[(f64, f64)]]) -> Cloud {
    let group = |(index, points): (usize, &&[(f64, f64)])| Group {
        name: format!("group {index}"),
        points: points.to_vec(),
    };
    Cloud {
        title: "cloud".into(),
        subtitle: "s".into(),
        x_label: "here".into(),
        y_label: "there".into(),
        groups: groups.iter().enumerate().map(group).collect(),
        diagonal: true,
    }
}

#[test]
fn a_cloud_names_its_groups_and_counts_what_it_leaves_out() {
    let svg = drawn(|path| cloud(&[&[(0.1, 0.2), (0.3, f64::NAN)], &[(0.5, 0.1)], &[]]).draw(path));
    for text in ["group 0", "group 1", "group 2", "here", "there", "1 point"] {
        assert!(svg.contains(text), "{text}");
    }
    let folder = tempfile::tempdir().unwrap();
    for points in
        [&[(7.0, 7.0)][..], &[(f64::MIN, f64::MAX), (f64::MAX, f64::MIN)], &[(1e-300, 0.0), (0.0, 0.0)]]
    {
        cloud(&[points]).draw(&folder.path().join("x")).unwrap();
    }
}

#[test]
fn networks_are_rows_of_layers() {
    let cell = |kind, share| LayerCell { kind, share };
    let row = |name: &str, cells: &[LayerCell]| LayeredRow {
        name: name.into(),
        remark: "15.7M".into(),
        cells: cells.to_vec(),
    };
    let chart = Layered {
        title: "Networks".into(),
        subtitle: "s".into(),
        kinds: vec!["BERT".into(), "MobileBERT".into()],
        rows: vec![row("found", &[cell(0, 1.0), cell(1, 0.5)]), row("other", &[cell(1, f64::NAN)])],
    };
    let svg = drawn(|path| chart.draw(path));
    for text in ["found", "other", "15.7M", "BERT", "MobileBERT"] {
        assert!(svg.contains(text), "{text}");
    }
    let nothing = Layered { rows: Vec::new(), ..chart };
    assert!(matches!(nothing.draw(Path::new("x")), Err(ChartError::Empty { .. })));
}

#[test]
fn nothing_to_draw_is_said() {
    let path = Path::new("never/written");
    let untimed = cost(&[(f64::NAN, 0.5), (-1.0, 0.5), (1.0, f64::INFINITY)]).draw(path).unwrap_err();
    assert!(untimed.to_string().contains("no finite correlation with a positive time"), "{untimed}");
    assert!(matches!(spread(0).draw(path), Err(ChartError::Empty { .. })));
    assert!(matches!(cloud(&[&[(1.0, f64::NAN)], &[]]).draw(path), Err(ChartError::Empty { .. })));
    assert!(matches!(curves(&[&[(1.0, f64::NAN)], &[]]).draw(path), Err(ChartError::Empty { .. })));
    let message = scatter(&[None]).draw(path).unwrap_err().to_string();
    assert!(message.contains("no finite score to show"), "{message}");
    let empty = TauIntervals { rows: vec![], ..intervals() };
    assert!(matches!(empty.draw(path), Err(ChartError::Empty { .. })));
    assert!(matches!(heatmap(vec![]).draw(path), Err(ChartError::Empty { .. })));
    assert!(!path.exists());
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let blocker = folder.path().join("charts");
    fs::write(&blocker, b"").unwrap();
    let error = intervals().draw(&blocker.join("tau")).unwrap_err();
    assert!(error.write_error().is_some_and(|e| e.path.ends_with("charts/tau.png")));
    assert!(error.to_string().contains("move it away"), "{error}");
}
