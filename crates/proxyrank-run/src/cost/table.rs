//! Costs as tables.

use std::collections::{BTreeMap, BTreeSet};

use proxyrank_proxies::{find as find_proxy, papers::paper};
use proxyrank_report::table::{Cell, Column, Table};
use proxyrank_schema::{CostClass, Params, ProxyName, Reading, Signal};

use super::beside::Beside;
use super::measured::{Cost, Place, best, is_of};
use crate::papers::Stock;

/// Why there is no time of a GPU.
pub(super) const NO_GPU: &str = "not measured: no GPU at hand";
const NOT_ALONE: &str = "not timed alone";
const SAMPLE: &str = "not timed on every network";

/// Machines by the identifiers that timings carry.
pub(super) type Machines = BTreeMap<String, String>;

/// A machine in words.
pub(super) fn machine(machines: &Machines, cost: &Cost) -> String {
    let name = machines.get(&cost.machine_id).cloned();
    let name = name.unwrap_or_else(|| format!("machine {}", cost.machine_id));
    let device = if cost.is_gpu() { format!(", {}", cost.protocol.device) } else { String::new() };
    let threads = if cost.threads == 1 { "1 thread".to_owned() } else { format!("{} threads", cost.threads) };
    format!("{name}{device}, {threads}")
}

/// A proxy under a signal, as rows tell them apart.
type Line = (CostClass, ProxyName, Signal, Params);

fn lines(stock: &Stock, reading: Reading) -> BTreeMap<Line, Vec<&Cost>> {
    let mut lines: BTreeMap<Line, Vec<&Cost>> = BTreeMap::new();
    for cost in stock.costs().iter().filter(|cost| is_of(cost, reading)) {
        let Ok(proxy) = find_proxy(cost.proxy.as_str()) else { continue };
        let line = (proxy.class, cost.proxy.clone(), cost.protocol.signal, cost.params.clone());
        lines.entry(line).or_default().push(cost);
    }
    lines
}

/// What each proxy of one benchmark and reading costs.
pub(super) fn of_proxies(stock: &Stock, reading: Reading, machines: &Machines) -> Table {
    let info = stock.benchmark.info;
    let all = stock.benchmark.entries.len();
    let columns = vec![
        Column::text("proxy", "Proxy"),
        Column::text("cost_class", "Cost class"),
        Column::number("cpu_ms", "CPU, one network: mean (ms)", 3),
        Column::number("cpu_median_ms", "median (ms)", 3),
        Column::number("cpu_seconds", format!("CPU, all {all} networks (s)"), 3),
        Column::number("cpu_networks", "Networks timed", 0),
        Column::number("own_ms", "Own arithmetic (ms)", 3),
        Column::number("alone_ms", "CPU, really alone (ms)", 3),
        Column::number("alone_networks", "Networks timed alone", 0),
        Column::number("gpu_ms", "GPU, one network (ms)", 3),
        Column::number("gpu_seconds", format!("GPU, all {all} networks (s)"), 3),
        Column::number("peak_mb", "Peak memory of the process (MB)", 0),
        Column::number("company", "Proxies in that process's run", 0),
    ];
    let title = format!("Cost of each proxy: {}, reading {reading}", info.title);
    let id = format!("cost_{}_{reading}", info.id).replace('-', "_");
    let mut table = Table::new(id, title, columns);
    let mut rows: Vec<(f64, Vec<Cell>)> = Vec::new();
    let mut places: BTreeSet<String> = BTreeSet::new();
    let mut interrupted: Vec<String> = Vec::new();
    for ((class, proxy, signal, params), costs) in lines(stock, reading) {
        let at = |place| best(costs.iter().copied(), place);
        let (shared, alone, gpu) = (at(Place::Shared), at(Place::Alone), at(Place::Gpu));
        places.extend([shared, alone, gpu].into_iter().flatten().map(|cost| machine(machines, cost)));
        let cpu = shared.or(alone);
        if cpu.is_some_and(Cost::was_interrupted) {
            interrupted.push(name(&proxy, signal, &params));
        }
        let mean = |cost: Option<&Cost>| cost.map(|cost| cost.mean_ns() / 1e6);
        let count = |cost: Option<&Cost>, reason: &str| {
            cost.map_or_else(|| Cell::missing(reason), |cost| Cell::count(cost.networks as u64))
        };
        let whole = |cost: Option<&Cost>, reason: &str| match cost {
            None => Cell::missing(reason),
            Some(cost) if cost.networks < all => Cell::missing(SAMPLE),
            Some(cost) => Cell::number(cost.wall_ns as f64 / 1e9),
        };
        let own = cpu.map(|cost| cost.own_ns as f64 / cost.networks.max(1) as f64 / 1e6);
        let process = cpu.filter(|cost| cost.peak_rss_bytes > 0);
        let cells = vec![
            Cell::text(name(&proxy, signal, &params)),
            Cell::text(class.as_str()),
            Cell::number_or(mean(cpu), "timed on a GPU only"),
            Cell::number_or(cpu.map(|cost| cost.median_ns as f64 / 1e6), "timed on a GPU only"),
            whole(cpu, "timed on a GPU only"),
            count(cpu, "timed on a GPU only"),
            Cell::number_or(own, "timed on a GPU only"),
            Cell::number_or(mean(alone), NOT_ALONE),
            count(alone, NOT_ALONE),
            Cell::number_or(mean(gpu), NO_GPU),
            whole(gpu, NO_GPU),
            Cell::number_or(process.map(|cost| cost.peak_rss_bytes as f64 / 1e6), "the system did not tell"),
            process.map_or_else(
                || Cell::missing("the system did not tell"),
                |cost| Cell::count(cost.company as u64),
            ),
        ];
        rows.push((mean(cpu).unwrap_or(f64::INFINITY), cells));
    }
    rows.sort_by(|a, b| a.0.total_cmp(&b.0));
    for (_, cells) in rows {
        table.push(cells);
    }
    for note in notes(&places) {
        table.note(note);
    }
    if !interrupted.is_empty() {
        table.note(format!(
            "The process was held up: the mean is more than twice the median, so take the median and not the sums, for {}.",
            interrupted.join(", ")
        ));
    }
    table
}

fn notes(places: &BTreeSet<String>) -> Vec<String> {
    let places: Vec<&str> = places.iter().map(String::as_str).collect();
    vec![
        format!("Timed on: {}.", places.join("; ")),
        "Seconds are wall-clock seconds with all threads at work. One network, all networks: what the proxy alone would cost, the \
         passes that it needs and its own arithmetic, as a run says that computed all proxies of a class together and shared \
         the passes. Really alone: a run in which no pass was shared, on a few networks. Of several runs of one \
         network the fastest counts. Whatever else the machine was doing is in these times."
            .to_owned(),
        "Peak memory is the largest resident set that the process had reached: stored scores, the workspaces of every \
         proxy in the same run, and whatever it did before. It bounds a proxy's memory from above, and is its own only where the \
         run had one proxy."
            .to_owned(),
    ]
}

fn name(proxy: &ProxyName, signal: Signal, params: &Params) -> String {
    let defaults = find_proxy(proxy.as_str()).map(proxyrank_proxies::Proxy::default_params).ok();
    let mut parts = Vec::new();
    if signal != Signal::None {
        parts.push(signal.to_string());
    }
    if defaults.as_ref() != Some(params) {
        parts.push(params.to_string());
    }
    if parts.is_empty() { proxy.to_string() } else { format!("{proxy} ({})", parts.join(", ")) }
}

/// What each class of proxies costs on every benchmark.
pub(super) fn of_benchmarks<'a>(stocks: impl Iterator<Item = &'a Stock>, machines: &Machines) -> Table {
    let columns = vec![
        Column::text("benchmark", "Benchmark"),
        Column::text("reading", "Reading"),
        Column::text("cost_class", "Cost class"),
        Column::number("proxies", "Proxies", 0),
        Column::number("networks", "Networks", 0),
        Column::number("seconds", "CPU, all networks, one proxy after another (s)", 3),
        Column::text("dearest", "Dearest"),
        Column::number("dearest_ms", "Its median for one network (ms)", 3),
        Column::text("machine", "Machine"),
    ];
    let mut table =
        Table::new("cost_benchmarks", "What a whole benchmark costs, by class of proxies", columns);
    for stock in stocks {
        let all = stock.benchmark.entries.len();
        for &reading in stock.benchmark.info.readings {
            let mut classes: BTreeMap<CostClass, Vec<(String, &Cost)>> = BTreeMap::new();
            for ((class, proxy, signal, params), costs) in lines(stock, reading) {
                let cpu = best(costs, Place::Shared).filter(|cost| cost.networks == all);
                let Some(cost) = cpu else { continue };
                classes.entry(class).or_default().push((name(&proxy, signal, &params), cost));
            }
            for (class, costs) in classes {
                let total: u64 = costs.iter().map(|(_, cost)| cost.wall_ns).sum();
                let Some((dearest, cost)) = costs.iter().max_by_key(|(_, cost)| cost.median_ns) else {
                    continue;
                };
                table.push(vec![
                    Cell::text(stock.benchmark.info.id),
                    Cell::text(reading.as_str()),
                    Cell::text(class.as_str()),
                    Cell::count(costs.len() as u64),
                    Cell::count(all as u64),
                    Cell::number(total as f64 / 1e9),
                    Cell::text(dearest),
                    Cell::number(cost.median_ns as f64 / 1e6),
                    Cell::text(machine(machines, cost)),
                ]);
            }
        }
    }
    table.note(
        "Proxies that were timed on every network. The sum holds whatever held the process up; the tables of benchmarks have medians. A proxy under several signals counts once for each. A shared run takes far less \
         than the sum, since one pass serves all. Closed forms need no reading's network to be run, only its sizes.",
    );
    table
}

/// Published times, ours beside them where they can be.
pub(super) fn of_published(times: &[Beside<'_>], machines: &Machines) -> Table {
    let columns = vec![
        Column::text("what", "Published time"),
        Column::text("timed", "What was timed"),
        Column::number("seconds", "Published (s)", 3),
        Column::text("hardware", "On"),
        Column::text("input", "Input"),
        Column::number("cpu_seconds", "Ours, CPU (s)", 3),
        Column::text("cpu_machine", "On"),
        Column::number("gpu_seconds", "Ours, GPU (s)", 3),
        Column::text("gpu_machine", "On"),
        Column::text("our_input", "Our input"),
        Column::text("ratio", "Published over ours"),
        Column::text("source", "Source"),
        Column::text("provenance", "Provenance"),
    ];
    let mut table = Table::new("published_times", "Published times, and ours for as many networks", columns);
    for beside in times {
        let time = beside.time;
        let lacking = |otherwise: &str| match time.counterpart() {
            None => Cell::missing("not the time of one proxy on a known number of networks"),
            Some(_) => Cell::missing(otherwise),
        };
        let seconds = |cost: Option<&Cost>, otherwise: &str| {
            let seconds = cost.and_then(|cost| beside.seconds(cost));
            seconds.map_or_else(|| lacking(otherwise), Cell::number)
        };
        let place = |cost: Option<&Cost>, otherwise: &str| {
            cost.map_or_else(|| lacking(otherwise), |cost| Cell::text(machine(machines, cost)))
        };
        let measured = beside.gpu.or(beside.cpu);
        let ratios: Vec<String> = [beside.cpu, beside.gpu]
            .into_iter()
            .flatten()
            .filter_map(|cost| {
                let ratio = time.seconds / beside.seconds(cost)?;
                Some(format!("{ratio:.2} ({} over {})", time.hardware, machine(machines, cost)))
            })
            .collect();
        table.push(vec![
            Cell::text(&time.label),
            Cell::text(&time.what),
            Cell::number(time.seconds),
            Cell::text(&time.hardware),
            Cell::text(&time.input),
            seconds(beside.cpu, "not timed here"),
            place(beside.cpu, "not timed here"),
            seconds(beside.gpu, NO_GPU),
            place(beside.gpu, NO_GPU),
            measured.map_or_else(|| lacking("not timed here"), |cost| Cell::text(cost.input())),
            if ratios.is_empty() { lacking("not timed here") } else { Cell::text(ratios.join("; ")) },
            Cell::text(match paper(&time.paper) {
                Some(paper) => format!("{}: {}", paper.citation(), time.source),
                None => time.source.clone(),
            }),
            Cell::text(time.provenance.as_str()),
        ]);
    }
    table.note(
        "Ours: the median time for one network, times the number of networks. A ratio above 1 says that the published time is longer. \
         It compares machines and inputs as much as programs: both \
         stand beside it.",
    );
    table
}
