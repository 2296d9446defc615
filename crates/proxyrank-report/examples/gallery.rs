//! Draws every chart with invented data, ordinary and awkward, into the folder given as the argument.
//!
//! `cargo run -p proxyrank-report --example gallery -- target/gallery`, then look at the pictures: that is how a change
//! to a chart is judged.

use std::error::Error;
use std::path::Path;
use std::time::Instant;

use proxyrank_report::chart::AxisScale;
use proxyrank_report::chart::cost::{CostPoint, CostScatter};
use proxyrank_report::chart::curves::{Curves, Series};
use proxyrank_report::chart::heatmap::Heatmap;
use proxyrank_report::chart::intervals::{IntervalRow, ReferenceLine, TauIntervals};
use proxyrank_report::chart::magnitudes::{Magnitude, MagnitudeRow, Magnitudes, Standing};
use proxyrank_report::chart::scatter::{Scatter, ScatterPoint};
use proxyrank_report::chart::scorecard::{Kind, Scorecard, ScorecardCell, ScorecardRow};
use proxyrank_report::chart::spread::{SeedSpread, SpreadRow};
use proxyrank_report::table::{Emphasis, Tone};
use proxyrank_schema::CostClass;
use proxyrank_stats::Estimate;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("give the folder to draw into")?;
    let folder = Path::new(&folder);
    let scatters = [
        ("scatter", scatter(500)),
        ("scatter-one", scatter(1)),
        ("scatter-ties", ties()),
        ("scatter-symlog", symlog()),
        ("scatter-decoders", decoders()),
    ];
    for (name, chart) in scatters {
        timed(name, || chart.draw(&folder.join(name)))?;
    }
    for (name, chart) in [("tau", intervals(18)), ("tau-40", intervals(40)), ("tau-one", intervals(1))] {
        timed(name, || chart.draw(&folder.join(name)))?;
    }
    for count in [1, 8, 24, 60] {
        let name = format!("cost-{count}");
        timed(&name, || cost(count).draw(&folder.join(&name)))?;
    }
    for (name, rows, labels) in
        [("spread-seeds", 24, 5), ("spread-texts", 9, 4), ("spread-many", 14, 20), ("spread-one", 1, 1)]
    {
        timed(name, || spread(rows, labels).draw(&folder.join(name)))?;
    }
    for count in [1, 30] {
        let name = format!("magnitudes-{count}");
        timed(&name, || magnitudes(count).draw(&folder.join(&name)))?;
    }
    for count in [1, 3, 8, 12] {
        let name = format!("curves-{count}");
        timed(&name, || curves(count).draw(&folder.join(&name)))?;
    }
    for count in [1, 12, 60] {
        let name = format!("scorecard-{count}");
        timed(&name, || scorecard(count).draw(&folder.join(&name)))?;
    }
    for count in [1, 2, 12, 22, 40] {
        let name = format!("heatmap-{count}");
        timed(&name, || heatmap(count).draw(&folder.join(&name)))?;
    }
    Ok(())
}

#[expect(clippy::print_stderr, reason = "the example reports how long each chart took")]
fn timed<T, E>(name: &str, draw: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    let start = Instant::now();
    let drawn = draw();
    eprintln!("{name}: {:.2} s", start.elapsed().as_secs_f64());
    drawn
}

/// A number in [0, 1) that looks random.
fn noise(seed: u32) -> f64 {
    let mut x = seed.wrapping_mul(0x9E37_79B9) ^ 0x5851_F42D;
    for _ in 0..3 {
        x ^= x >> 16;
        x = x.wrapping_mul(0x045D_9F3B);
    }
    f64::from(x ^ (x >> 16)) / (f64::from(u32::MAX) + 1.0)
}

/// Roughly normal, with standard deviation 1.
fn bell(seed: u32) -> f64 {
    (0..12).map(|i| noise(seed * 12 + i)).sum::<f64>() - 6.0
}

fn around(point: f64, half: f64) -> Estimate {
    Estimate { point, low: point - half, high: point + half, n: 500 }
}

fn scatter(count: u32) -> Scatter {
    let points = (0..count)
        .map(|i| {
            let (depth, width) =
                (if noise(i) < 0.5 { 2 } else { 4 }, if noise(i + 9000) < 0.5 { 128 } else { 256 });
            let mean = f64::from(depth) * 2.9 + f64::from(width) / 128.0 * 2.8 + 56.0;
            let truth = mean + bell(i) * if depth == 2 { 2.6 } else { 0.9 };
            let score = f64::from(depth) * 1.6e6 + f64::from(width) * 9e3 + noise(i + 77) * 4e6 + 3.1e6;
            let highlight = (truth < 61.0).then(|| i.to_string());
            ScatterPoint { score: Some(score).filter(|_| i % 211 != 7), truth, depth, width, highlight }
        })
        .collect();
    Scatter {
        title: "num_parameters on flexibert".into(),
        score_label: "#params (declared reading)".into(),
        truth_label: "GLUE (mean of 8 tasks, %)".into(),
        tau: Some(around(0.4846, 0.043)),
        rho: Some(around(0.6763, 0.046)),
        points,
        score_axis: AxisScale::Auto,
        truth_axis: AxisScale::Auto,
        highlight: "a task failed".into(),
    }
}

fn ties() -> Scatter {
    let mut chart = scatter(500);
    for point in &mut chart.points {
        point.score = Some(f64::from(point.depth * point.width));
        point.highlight = None;
    }
    chart.title = "hidden_times_layers on flexibert, with a title that is so long that it cannot possibly fit into the width of this page".into();
    chart.score_label = "hidden size × layers".into();
    chart
}

fn symlog() -> Scatter {
    let mut chart = scatter(300);
    for (point, i) in chart.points.iter_mut().zip(0..) {
        point.score = Some((bell(i + 5) * 9.0).exp() * if noise(i + 3) < 0.35 { -1.0 } else { 1.0 });
    }
    chart.title = "synflow.lpzero on flexibert".into();
    chart.score_label = "score".into();
    chart.tau = Some(around(-0.0303, 0.06));
    chart
}

fn decoders() -> Scatter {
    let points = (0..200)
        .map(|i| {
            let (depth, width) =
                (2.0 + (noise(i) * 15.0).floor(), 64.0 * (1.0 + (noise(i + 400) * 15.0).floor()));
            let score = 4.0 * depth * width * width * (0.6 + 0.8 * noise(i + 800));
            let truth = 60.0 - 5.5 * (score.log10() - 4.0) + bell(i) * 1.2;
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "small positive numbers"
            )]
            let (depth, width) = (depth as u32, width as u32);
            ScatterPoint { score: Some(score), truth, depth, width, highlight: None }
        })
        .collect();
    Scatter {
        title: "num_parameters_body on lts-gpt2-wt103".into(),
        score_label: "decoder parameters".into(),
        truth_label: "Validation perplexity (lower is better)".into(),
        tau: Some(around(-0.847, 0.02)),
        rho: None,
        points,
        score_axis: AxisScale::Auto,
        truth_axis: AxisScale::Auto,
        highlight: String::new(),
    }
}

const NAMES: [&str; 20] = [
    "hidden_times_layers",
    "num_layers",
    "nsc",
    "w_pca",
    "zerolm_xavier",
    "head_confidence",
    "num_parameters",
    "flops",
    "v_pca",
    "synaptic_saliency",
    "activation_distance",
    "jacobian_cosine",
    "snip.published",
    "head_softmax_confidence_normalized.published_with_a_very_long_variant_name",
    "grad_norm",
    "fisher",
    "layers_then_hidden",
    "synaptic_diversity",
    "attention_confidence",
    "mean_heads_times_params",
];

fn name(index: usize) -> String {
    let base = NAMES[index % NAMES.len()];
    if index < NAMES.len() { base.to_owned() } else { format!("{base}.published") }
}

fn intervals(count: usize) -> TauIntervals {
    let rows = (0..count)
        .map(|i| {
            let share = i as f64 / count.max(2) as f64;
            IntervalRow {
                name: name(i),
                tau: around(0.745 - share * 0.95, 0.022 + 0.02 * share),
                class: CostClass::ALL[i % CostClass::ALL.len()],
                emphasis: if [0, 1, 6].contains(&i) { Emphasis::Baseline } else { Emphasis::Plain },
            }
        })
        .collect();
    let line = |label: &str, value| ReferenceLine { label: label.into(), value };
    TauIntervals {
        title: "Kendall τ-b with GLUE, FlexiBERT".into(),
        subtitle: "500 architectures, as_trained reading; 95% bootstrap intervals over architectures (10,000 resamples)".into(),
        axis_label: "Kendall τ-b with GLUE".into(),
        rows,
        references: vec![line("#layers", 0.6819), line("hidden × layers", 0.7451), line("#params", 0.4846)],
        ceiling: Some(around(0.77, 0.021)),
    }
}

/// Cheap, forward and backward proxies at the costs that a two-core machine needs.
fn cost(count: u32) -> CostScatter {
    let points = (0..count)
        .map(|i| {
            let (class, wall_ns) = match i % 5 {
                0 => (CostClass::DataFree, 1e3 * 100f64.powf(noise(i + 31))),
                1 if i % 10 == 1 => (CostClass::Weights, 4e6 * (1.0 + noise(i + 31))),
                4 => (CostClass::Gradient, 3e8 * (1.0 + noise(i + 31))),
                _ => (CostClass::Forward, 8e7 * (1.0 + noise(i + 31))),
            };
            let point = 0.74 - 0.9 * noise(i + 5) * if i == 0 { 0.0 } else { 1.0 };
            let emphasis = if i % 10 == 0 { Emphasis::Baseline } else { Emphasis::Plain };
            CostPoint {
                name: name(i as usize),
                wall_ns,
                tau: around(point, 0.02 + 0.03 * noise(i)),
                class,
                emphasis,
            }
        })
        .collect();
    CostScatter {
        title: "What a proxy costs and how well it ranks, FlexiBERT".into(),
        subtitle: "500 architectures, as_trained reading, two cores; 95% bootstrap intervals".into(),
        axis_label: "Kendall τ-b with GLUE".into(),
        points,
        ceiling: Some(around(0.775, 0.018)).filter(|_| count != 8),
    }
}

fn magnitudes(rows: usize) -> Magnitudes {
    let row = |index: usize| {
        let seed = u32::try_from(index).unwrap_or(0) * 10;
        let mark = |label: &str, value: f64, standing| Magnitude { label: label.into(), value, standing };
        let small = 10f64.powf(-7.0 + 3.0 * noise(seed));
        let marks = match index % 5 {
            0 => vec![mark("no signal", small, Standing::Good)],
            1 => vec![mark("no signal", 0.0, Standing::Doubtful)],
            2 => vec![mark("rtd", small, Standing::Doubtful), mark("ones", f64::INFINITY, Standing::Bad)],
            _ => vec![
                mark("rtd", small, Standing::Good),
                mark("gaussian", small * 2.0, Standing::Open),
                mark("ones", 10f64.powf(8.0 + 9.0 * noise(seed + 1)), Standing::Bad),
            ],
        };
        MagnitudeRow { name: name(index), marks }
    };
    Magnitudes {
        title: "Relative error of single precision".into(),
        subtitle: "24 architectures, as_trained reading; 0 stands at the left end".into(),
        axis_label: "|f32 - f64| / |f64|".into(),
        rows: (0..rows).map(row).collect(),
        references: vec![ReferenceLine { label: "limit".into(), value: 0.1 }],
        standings: vec![
            (Standing::Good, "sound".into()),
            (Standing::Doubtful, "seed-sensitive".into()),
            (Standing::Bad, "rounding noise".into()),
            (Standing::Open, "not audited".into()),
        ],
    }
}

fn spread(rows: usize, labels: u32) -> SeedSpread {
    const TEXTS: [&str; 4] = ["zipf", "uniform", "openwebtext", "mnli"];
    let label = |i: u32| match TEXTS.get(i as usize) {
        Some(text) if labels == 4 => (*text).to_owned(),
        _ => format!("seed {i}"),
    };
    let row = |index: usize| {
        let seed = u32::try_from(index).unwrap_or(0) * 40;
        let scale = if index % 6 == 2 { 0.0 } else { 0.002 + 0.09 * noise(seed + 3).powi(3) };
        let centre = 0.7 - 0.04 * index as f64;
        let value = |i| (label(i), centre + scale * bell(seed + i));
        SpreadRow {
            name: name(index),
            class: CostClass::ALL[1 + index % 4],
            values: (0..labels).map(value).collect(),
            emphasis: if index == 5 { Emphasis::Baseline } else { Emphasis::Plain },
        }
    };
    SeedSpread {
        title: "How much a correlation depends on the seed, FlexiBERT".into(),
        subtitle: "500 architectures, as_trained reading; each mark is the correlation under one seed of weights and text".into(),
        axis_label: "Kendall τ-b with GLUE".into(),
        rows: (0..rows).map(row).collect(),
        references: vec![ReferenceLine { label: "#layers".into(), value: 0.6819 }],
    }
}

fn curves(count: u32) -> Curves {
    let series = |index: u32| Series {
        name: name(index as usize),
        points: (0..if index == 4 { 5 } else { 8_u32 })
            .map(|step| {
                let value = 0.72 - 0.05 * f64::from(index % 5) - 0.3 / f64::from(2 + step)
                    + 0.01 * bell(index * 20 + step);
                (f64::from(1_u32 << step), if index == 2 && step == 3 { f64::NAN } else { value })
            })
            .collect(),
    };
    Curves {
        title: "How many sequences a proxy needs, FlexiBERT".into(),
        subtitle: "500 architectures, as_trained reading".into(),
        x_label: "sequences in the batch".into(),
        y_label: "Kendall τ-b with GLUE".into(),
        x_axis: AxisScale::Log,
        y_axis: AxisScale::Auto,
        series: (0..count).map(series).collect(),
        references: vec![
            ReferenceLine { label: "#layers".into(), value: 0.6819 },
            ReferenceLine { label: "hidden × layers".into(), value: 0.7451 },
        ],
    }
}

fn heatmap(count: usize) -> Heatmap {
    let family = |i: usize| (i * 7 + i / 3) % 4;
    let value = |i: usize, j: usize| {
        if i == j {
            return Some(1.0);
        }
        if count > 5 && (i == 4 || j == 4) {
            return None;
        }
        let seed = u32::try_from(i.min(j) * 97 + i.max(j)).ok()?;
        let near =
            if family(i) == family(j) { 0.78 } else { 0.35 - 0.3 * family(i).abs_diff(family(j)) as f64 };
        Some((near + 0.18 * bell(seed)).clamp(-0.97, 0.97))
    };
    Heatmap {
        title: "How alike proxies rank the architectures of flexibert".into(),
        subtitle:
            "Spearman ρ between the scores of two proxies on 500 architectures; relatives stand together"
                .into(),
        value_label: "Spearman ρ".into(),
        names: (0..count).map(name).collect(),
        values: (0..count).map(|i| (0..count).map(|j| value(i, j)).collect()).collect(),
    }
}

fn scorecard(count: u32) -> Scorecard {
    let tests = ["Given #layers", "Given #params", "10%-pairs", "Seeds", "Beats layers, then hidden"];
    let row = |index: u32| {
        let cell = |test: u32| {
            let value = 2.0 * noise(100 * index + test) - 0.8;
            let tone = match value {
                v if v > 0.7 => Tone::Neutral,
                v if v > 0.0 => Tone::Good,
                _ => Tone::Bad,
            };
            ScorecardCell { tone, text: format!("{value:.2}"), strength: value.abs() }
        };
        ScorecardRow {
            name: format!("proxy_number_{index}"),
            emphasis: if index.is_multiple_of(9) { Emphasis::Baseline } else { Emphasis::Plain },
            lead: format!("{:.3}", noise(index)),
            cells: (0..5).map(cell).collect(),
            verdict: "3 of 5, falls".into(),
        }
    };
    Scorecard {
        title: "Which proxies survive?".into(),
        subtitle: "n = 500, invented".into(),
        kind: Kind::Tests,
        lead: "tau-b".into(),
        tests: tests.map(String::from).into(),
        rows: (0..count).map(row).collect(),
    }
}
