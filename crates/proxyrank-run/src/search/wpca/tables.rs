//! What a search found, as tables.

use proxyrank_predict::study::summarise;
use proxyrank_report::table::{Cell, Column, Table};
use proxyrank_search::lpzero::random::Dice;
use proxyrank_search::wpca::objective::Objective;
use proxyrank_space::wpca::{WIDTHS, WpcaBlock, WpcaKind};
use proxyrank_stats::{Estimate, StatsError, kendall_tau_b, quantile};

use super::WpcaRequest;
use super::run::{Found, Scored, crossovers};

/// Resamples of an interval.
const RESAMPLES: usize = 1000;

/// Why there is no number.
const NO_RUNS: &str = "no runs";
const NO_ORDER: &str = "no order";

/// All tables: what searches found, repeated searches, ties to size, the table of counts, its error, the released code.
pub(super) fn tables(request: &WpcaRequest, found: &Found) -> Vec<Table> {
    vec![
        searches(request, found),
        repeated(found),
        correlations(request, found),
        counts(request, found),
        error(found),
        released(request, found),
    ]
}

fn cells(what: String, found: &Found, scored: &Scored) -> Vec<Cell> {
    vec![
        Cell::text(what),
        Cell::number(100.0 * found.share(scored)),
        Cell::number(scored.w_pca() / 1e9),
        Cell::number(scored.v_pca()),
        Cell::number(scored.parameters as f64 / 1e6),
        Cell::count(scored.arch.count(WpcaKind::Bert) as u64),
        Cell::text(scored.arch.to_string()),
    ]
}

/// The yardstick, the searches by passes, the optima of other objectives.
fn searches(request: &WpcaRequest, found: &Found) -> Table {
    let columns = vec![
        Column::text("what", "What"),
        Column::number("share", "% of the yardstick", 2),
        Column::number("w_pca", "W-PCA / 10⁹", 3),
        Column::number("v_pca", "V-PCA", 0),
        Column::number("parameters", "#params (M)", 3),
        Column::number("bert", "BERT blocks", 0),
        Column::text("architecture", "Blocks"),
        Column::number("evaluations", "Evaluations", 0),
        Column::number("minutes", "Minutes", 1),
    ];
    let title = format!("What was found: {}, limit {:.1}M", request.name, request.space.limit as f64 / 1e6);
    let mut table = Table::new("search_wpca", title, columns);
    let alone = |mut cells: Vec<Cell>| {
        cells.extend([Cell::missing("no search"), Cell::missing("no search")]);
        cells
    };
    table.push_baseline(alone(cells(
        "yardstick: the exact optimum of the table".into(),
        found,
        &found.yardstick,
    )));
    for search in &found.searches {
        let what = format!("{} search by forward passes, W-PCA", search.history.settings.rules.as_str());
        let mut cells = cells(what, found, &search.best);
        cells.push(Cell::count(search.history.candidates.len() as u64));
        cells.push(Cell::number(search.took.as_secs_f64() / 60.0));
        table.push(cells);
    }
    for (objective, best) in &found.best_of_others {
        let what = match objective {
            Objective::Params => "exact optimum of #params, ties by the table",
            _ => "exact optimum of V-PCA alone",
        };
        if let Some(best) = best.first() {
            table.push(alone(cells(what.into(), found, best)));
        }
    }
    table.note(format!(
        "V-PCA is the sum over layers of the number of principal components, eta {}; W-PCA is that times #params. Every row is a forward pass on {} x {} \
         tokens ({}); blocks 0 to 5 are BERT blocks, 6 to 11 MobileBERT blocks, narrow to wide.",
        request.eta.as_str(),
        request.batch_size,
        request.seq_len,
        request.input,
    ));
    table.note(
        "The yardstick is the best, by its pass, of the best networks of a table in which layers do not depend on each other; they do a \
         little, so a search may exceed it. Minutes are those of the candidates' passes, on whatever machine made them.",
    );
    table
}

/// Searches of every kind on the table.
fn repeated(found: &Found) -> Table {
    let columns = vec![
        Column::text("what", "Search"),
        Column::number("runs", "Runs", 0),
        Column::number("evaluations", "Evaluations", 0),
        Column::number("share", "% of the yardstick", 2),
        Column::number("parameters", "#params (M)", 2),
        Column::number("v_pca", "V-PCA", 0),
        Column::number("bert", "BERT blocks", 1),
    ];
    let mut table = Table::new("search_wpca_repeated", "Searches on the table of counts, repeated", columns);
    for kind in &found.repeated {
        let over =
            |f: &dyn Fn(&Scored) -> f64| Cell::estimate_or(summarise(kind.best.iter().map(f)), NO_RUNS);
        let evaluations = kind.histories.iter().map(|history| history.candidates.len() as f64);
        table.push(vec![
            Cell::text(kind.what),
            Cell::count(kind.histories.len() as u64),
            Cell::number_or(summarise(evaluations).map(|estimate| estimate.point), NO_RUNS),
            over(&|one| 100.0 * found.share(one)),
            over(&|one| one.parameters as f64 / 1e6),
            over(&Scored::v_pca),
            over(&|one| one.arch.count(WpcaKind::Bert) as f64),
        ]);
    }
    table.note(
        "What each search takes for its best, judged by a forward pass: mean and central 95% over its runs. The searches themselves see the table, so \
         that they can be repeated; random has the budget of the published one.",
    );
    table
}

/// How the scores hang together, over random networks that are small enough.
fn correlations(request: &WpcaRequest, found: &Found) -> Table {
    let columns = vec![
        Column::text("one", "Score"),
        Column::text("other", "With"),
        Column::number("tau_b", "tau-b", 3),
    ];
    let title = format!("Rank correlations over {} random networks below the limit", found.sample.len());
    let mut table = Table::new("search_wpca_correlations", title, columns);
    let of = |f: &dyn Fn(&Scored) -> f64| -> Vec<f64> { found.sample.iter().map(f).collect() };
    let size = of(&|one| one.parameters as f64);
    let (v_pca, w_pca, by_table) = (of(&Scored::v_pca), of(&Scored::w_pca), of(&|one| one.table));
    let bert = of(&|one| one.arch.count(WpcaKind::Bert) as f64);
    let width = of(&|one| one.arch.blocks().iter().map(|block| block.width() as f64).sum());
    let pairs = [
        ("V-PCA", &v_pca, "#params", &size),
        ("W-PCA", &w_pca, "#params", &size),
        ("W-PCA", &w_pca, "V-PCA", &v_pca),
        ("V-PCA", &v_pca, "sum of widths (0 to 5)", &width),
        ("V-PCA", &v_pca, "number of BERT blocks", &bert),
        ("#params", &size, "number of BERT blocks", &bert),
        ("V-PCA by the table", &by_table, "V-PCA", &v_pca),
    ];
    for (one, x, other, y) in pairs {
        let tau = tau(x, y, request.seed).ok();
        table.push(vec![Cell::text(one), Cell::text(other), Cell::estimate_or(tau, NO_ORDER)]);
    }
    table.note(format!("Central 95% of {RESAMPLES} resamples of the networks."));
    table
}

/// Tau-b with its interval.
fn tau(x: &[f64], y: &[f64], seed: u64) -> Result<Estimate, StatsError> {
    let point = kendall_tau_b(x, y)?;
    let mut dice = Dice::new(seed, 0);
    let resample = |_| {
        let places: Vec<usize> = (0..x.len()).map(|_| dice.below(x.len())).collect();
        let pick = |values: &[f64]| -> Vec<f64> { places.iter().map(|&place| values[place]).collect() };
        kendall_tau_b(&pick(x), &pick(y)).ok()
    };
    let mut replicates: Vec<f64> = (0..RESAMPLES).filter_map(resample).collect();
    let mut end = |q| quantile(&mut replicates, q).unwrap_or(point);
    Ok(Estimate { point, low: end(0.025), high: end(0.975), n: x.len() })
}

/// Mean counts by kind and width: over layers, with the smallest and the largest.
pub(super) fn by_width(request: &WpcaRequest, found: &Found, kind: WpcaKind, width: usize) -> [f64; 3] {
    let layers = request.space.layers;
    let counts = (0..layers).map(|layer| found.table.get(layer, WpcaBlock::of(kind, width)));
    let (mut sum, mut low, mut high) = (0.0, f64::INFINITY, f64::NEG_INFINITY);
    for count in counts {
        sum += count;
        low = f64::min(low, count);
        high = f64::max(high, count);
    }
    [sum / layers as f64, low, high]
}

fn counts(request: &WpcaRequest, found: &Found) -> Table {
    let columns = vec![
        Column::text("kind", "Block"),
        Column::number("ffn", "Feed-forward width", 0),
        Column::number("components", "Components, mean over layers", 1),
        Column::number("low", "Smallest", 1),
        Column::number("high", "Largest", 1),
        Column::number("parameters", "Parameters", 0),
        Column::number("per_million", "Components per million", 0),
    ];
    let mut table = Table::new("search_wpca_counts", "Components of each block", columns);
    for kind in WpcaKind::ALL {
        for width in 0..WIDTHS {
            let block = WpcaBlock::of(kind, width);
            let [mean, low, high] = by_width(request, found, kind, width);
            let parameters = request.space.shape.block_parameters(block);
            table.push(vec![
                Cell::text(kind.as_str()),
                Cell::count(request.space.shape.ffn(block) as u64),
                Cell::number(mean),
                Cell::number(low),
                Cell::number(high),
                Cell::count(parameters),
                Cell::number(1e6 * mean / parameters as f64),
            ]);
        }
    }
    table.note(format!(
        "Mean of {} counts in each layer, every time with other blocks in the other layers; no single count is further than {:.1} from the mean of its layer.",
        request.sweeps,
        found.table.spread(),
    ));
    table
}

/// By how much the table is wrong.
fn error(found: &Found) -> Table {
    let columns = vec![
        Column::text("networks", "Networks"),
        Column::number("count", "Number", 0),
        Column::number("mean", "Mean error (%)", 3),
        Column::number("absolute", "Mean absolute error (%)", 3),
        Column::number("worst", "Largest (%)", 3),
    ];
    let mut table = Table::new("search_wpca_error", "V-PCA by the table against forward passes", columns);
    let found_on_table: Vec<&Scored> = found.repeated.iter().flat_map(|kind| &kind.best).collect();
    let rows: [(&str, Vec<&Scored>); 3] = [
        ("random, below the limit", found.sample.iter().collect()),
        ("best by the table", found.best.iter().collect()),
        ("found on the table", found_on_table),
    ];
    for (what, networks) in rows {
        let errors: Vec<f64> = networks.iter().map(|one| 100.0 * (one.table / one.v_pca() - 1.0)).collect();
        let mean = |f: fn(f64) -> f64| errors.iter().copied().map(f).sum::<f64>() / errors.len() as f64;
        let worst = errors.iter().copied().map(f64::abs).fold(0.0, f64::max);
        table.push(vec![
            Cell::text(what),
            Cell::count(errors.len() as u64),
            Cell::number(mean(|error| error)),
            Cell::number(mean(f64::abs)),
            Cell::number(worst),
        ]);
    }
    table
}

/// What the released code does.
fn released(request: &WpcaRequest, found: &Found) -> Table {
    let columns = vec![Column::text("what", "What"), Column::number("value", "Value", 4)];
    let mut table = Table::new("search_wpca_released", "The released code", columns);
    let mut row = |what: &str, value: f64| table.push(vec![Cell::text(what), Cell::number(value)]);
    let (pass, candidate) = found.released_survival;
    let layers = i32::try_from(request.space.layers).unwrap_or(i32::MAX);
    row(
        "share of passes that draw no block 12, which does not exist: (12/13)^layers",
        (12.0_f64 / 13.0).powi(layers),
    );
    row("the same, drawn", pass);
    row("share of candidates whose three passes all do, drawn", candidate);
    let of = |what: &str| found.repeated.iter().find(|kind| kind.what.starts_with(what));
    if let Some(kind) = of("released rules") {
        row("children by crossover, over all runs of its rules", crossovers(&kind.histories) as f64);
    }
    for kind in found.repeated.iter().filter(|kind| kind.what.starts_with("as released")) {
        // What the search believed of its best, against what a pass says.
        let pairs: Vec<(f64, f64)> = kind
            .histories
            .iter()
            .zip(&kind.best)
            .filter_map(|(history, best)| Some((history.best()?.components, best.v_pca())))
            .collect();
        let mean = |f: fn(&(f64, f64)) -> f64| pairs.iter().map(f).sum::<f64>() / pairs.len().max(1) as f64;
        row(&format!("{}: V-PCA that the search saw of its best, mean", kind.what), mean(|pair| pair.0));
        row(&format!("{}: V-PCA of that network, mean", kind.what), mean(|pair| pair.1));
    }
    table.note(
        "The released search replaces every candidate by a command-line text before it scores it; by default that is an empty list, and each batch then \
         runs a random network. Here the draw of a block that does not exist is left out, or no search would get beyond its first candidates.",
    );
    table
}
