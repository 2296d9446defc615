//! Forward proxies of the FlexiBERT benchmark's networks against GLUE, with what they cost.
//!
//! ```text
//! PROXYRANK_MIRROR=DIR cargo run -p proxyrank-proxies --example forward_table -- \
//!     [READING] [uniform|zipf] [BATCH] [LENGTH] [NETWORKS] [SEED] [PROXY...]
//! ```
//!
//! Defaults: `as_trained zipf 16 128 500 0 v_pca w_pca`; the seed is that of weights and ids, `all` stands for every
//! forward proxy. Networks are computed one after the other, each on all threads (`RAYON_NUM_THREADS`). Where the benchmark's
//! authors released a column of the same metric, the last two numbers are the median ratio of our value to theirs and
//! Spearman's rho between the two; they belong to the released reading.
#![expect(clippy::print_stdout, reason = "an example that prints a table")]

use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use proxyrank_data::batch::{BatchShape, Distribution, SyntheticTokens, TokenSource, Vocabulary};
use proxyrank_nn::{Dropout, FastEngine, Head, Initialiser, TokenBatch};
use proxyrank_proxies::forward::{EvaluateOptions, Evaluation, evaluate};
use proxyrank_proxies::{ProxyCall, REGISTRY};
use proxyrank_schema::{CostClass, Reading};
use proxyrank_space::flexibert::Sampler;
use proxyrank_stats::{kendall_tau_b, spearman_rho};

const FILE: &str = "github/aaronserianni/training-free-nas/2d76e01b9586cad7340e8268dadba3056efd070b/\
    data/BERT_results_activation.csv";

/// Released columns of the metrics that are computed here.
const RELEASED: [(&str, &str); 6] = [
    ("num_parameters", "Number of Parameters"),
    ("head_confidence", "Head Confidence"),
    ("head_confidence_norm", "Head Confidence Normalized"),
    ("softmax_confidence", "Head Softmax Confidence"),
    ("softmax_confidence_norm", "Head Softmax Confidence Normalized"),
    ("activation_distance_norm", "Activation Distance Normalized"),
];

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let argument = |index: usize, default: &'static str| arguments.get(index).map_or(default, String::as_str);
    let reading: Reading = argument(0, "as_trained").parse()?;
    let shape = BatchShape { batch_size: argument(2, "16").parse()?, seq_len: argument(3, "128").parse()? };
    let networks: usize = argument(4, "500").parse()?;
    let seed: u64 = argument(5, "0").parse()?;
    let batch = tokens(argument(1, "zipf"), shape, seed)?;
    let calls = calls(arguments.get(6..).unwrap_or_default())?;

    let engine = FastEngine::<f32>::new();
    let initialiser = Initialiser::<f32>::new(seed);
    let started = Instant::now();
    let (mut drawing, mut memory) = (Duration::ZERO, Vec::new());
    let mut table: Vec<Vec<Evaluation>> = Vec::with_capacity(networks);
    for architecture in Sampler::new(0).take(networks) {
        let before = Instant::now();
        let weights = initialiser.encoder_in(&architecture.network(reading)?, Head::None, memory)?;
        drawing += before.elapsed();
        let weights_ns = u64::try_from(before.elapsed().as_nanos())?;
        let options = EvaluateOptions { dropout: Dropout::Off, weights_ns };
        table.push(evaluate(&engine, &weights, &batch, &calls, options)?);
        memory = weights.into_body();
    }
    let total = started.elapsed();

    let file = released_file().ok_or("set PROXYRANK_MIRROR to the folder of the data mirror")?;
    let glue = &column(&file, "GLUE Score")?[..networks];
    println!("{:<28} {:>7} {:>7} {:>9} {:>9}   ratio   rho", "proxy", "tau-b", "rho", "own s", "wall s");
    for (index, call) in calls.iter().enumerate() {
        let scores: Vec<f64> = table.iter().map(|row| row[index].outcome.score.unwrap_or(f64::NAN)).collect();
        let seconds = |time: fn(&Evaluation) -> u64| {
            table.iter().map(|row| time(&row[index])).sum::<u64>() as f64 / 1e9
        };
        let (own, wall) = (seconds(|evaluation| evaluation.own_ns), seconds(|evaluation| evaluation.wall_ns));
        let (tau, rho) = match (kendall_tau_b(&scores, glue), spearman_rho(&scores, glue)) {
            (Ok(tau), Ok(rho)) => (format!("{tau:.4}"), format!("{rho:.4}")),
            (Err(error), _) | (_, Err(error)) => (error.to_string(), String::new()),
        };
        print!("{:<28} {tau:>7} {rho:>7} {own:>9.2} {wall:>9.2}", call.to_string());
        if let Some((_, name)) = RELEASED.iter().find(|(proxy, _)| *proxy == call.proxy.name) {
            let released = &column(&file, name)?[..networks];
            let mut ratios: Vec<f64> =
                scores.iter().zip(released).map(|(own, theirs)| own / theirs).collect();
            ratios.sort_by(f64::total_cmp);
            let rho = spearman_rho(&scores, released)?;
            print!("  {:.4}  {rho:.4}", ratios[networks / 2].midpoint(ratios[(networks - 1) / 2]));
        }
        println!();
    }
    let (drawing, total) = (drawing.as_secs_f64(), total.as_secs_f64());
    println!(
        "{networks} networks in {total:.1} s, of which weights {drawing:.1} s, on {} threads",
        rayon::current_num_threads()
    );
    Ok(())
}

fn tokens(input: &str, shape: BatchShape, seed: u64) -> Result<TokenBatch, Box<dyn Error>> {
    let distribution = match input {
        "uniform" => Distribution::Uniform,
        "zipf" => Distribution::Zipf,
        other => return Err(format!("input `{other}` is neither uniform nor zipf").into()),
    };
    let source = SyntheticTokens::new(Vocabulary::bert(), distribution, seed);
    let batch = source.batch(0, shape)?;
    Ok(TokenBatch::new(batch.ids, shape.batch_size, shape.seq_len)?)
}

fn calls(names: &[String]) -> Result<Vec<ProxyCall>, Box<dyn Error>> {
    let needs_network = |class| matches!(class, CostClass::Forward | CostClass::Weights);
    let mut calls: Vec<ProxyCall> = vec!["num_parameters".parse()?, "layers_times_params".parse()?];
    match names {
        [] => calls.extend(["v_pca".parse()?, "w_pca".parse()?]),
        [all] if all == "all" => {
            let forward = REGISTRY.iter().filter(|proxy| needs_network(proxy.class));
            calls.extend(forward.map(|proxy| ProxyCall::new(proxy)));
        }
        names => {
            for name in names {
                calls.push(name.parse()?);
            }
        }
    }
    Ok(calls)
}

fn released_file() -> Option<PathBuf> {
    let mirror = std::env::var_os("PROXYRANK_MIRROR")?;
    Some(Path::new(&mirror).join(FILE)).filter(|file| file.is_file())
}

/// One column of a CSV file without quotes.
fn column(file: &Path, name: &str) -> Result<Vec<f64>, Box<dyn Error>> {
    let text = std::fs::read_to_string(file)?;
    let mut lines = text.lines().map(|line| line.split(','));
    let position = lines.next().and_then(|mut header| header.position(|column| column == name));
    let position = position.ok_or_else(|| format!("{} has no column `{name}`", file.display()))?;
    let field =
        |mut line: std::str::Split<'_, char>| Ok(line.nth(position).ok_or("a line is too short")?.parse()?);
    lines.map(field).collect()
}
