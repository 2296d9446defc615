//! Rows to columns and back: the only place that knows which field stands in which column.
//!
//! Columns come in the order of the Arrow schema, which is checked whenever a file is written or read.

use std::collections::HashMap;

use polars::prelude::Column;
use proxyrank_schema::{
    ArchId, BenchmarkId, Device, Outcome, Params, Protocol, ProxyName, ScoreKey, ScoreRow, TimingRow,
    TruthRow,
};
use serde::Deserialize;
use serde::de::IntoDeserializer;

use crate::StoreError;
use crate::columns::{Columns, count, flag, number, optional_number, small, text};

fn key_columns(keys: &[&ScoreKey]) -> Vec<Column> {
    let keys = || keys.iter().copied();
    let protocols = || keys().map(|k| &k.protocol);
    vec![
        small("schema_version", keys().map(|k| k.schema_version)),
        text("benchmark", keys().map(|k| k.benchmark.as_str())),
        text("benchmark_sha256", keys().map(|k| k.benchmark_sha256.as_str())),
        text("arch_id", keys().map(|k| k.arch_id.as_str())),
        text("proxy", keys().map(|k| k.proxy.as_str())),
        small("proxy_version", keys().map(|k| k.proxy_version)),
        text("params", keys().map(|k| k.params.as_str())),
        text("reading", protocols().map(|p| p.reading.as_str())),
        text("signal", protocols().map(|p| p.signal.as_str())),
        text("input", protocols().map(|p| p.input.as_str())),
        small("batch_size", protocols().map(|p| p.batch_size)),
        small("seq_len", protocols().map(|p| p.seq_len)),
        text("mode", protocols().map(|p| p.mode.as_str())),
        count("init_seed", protocols().map(|p| p.init_seed)),
        count("data_seed", protocols().map(|p| p.data_seed)),
        text("dtype", protocols().map(|p| p.dtype.as_str())),
        text("device", protocols().map(|p| p.device.0.as_str())),
    ]
}

fn keys(columns: &Columns<'_>) -> Result<Vec<ScoreKey>, StoreError> {
    let schema_version = columns.small("schema_version")?;
    let benchmark = columns.text("benchmark")?;
    let benchmark_sha256 = columns.text("benchmark_sha256")?;
    let arch_id = columns.text("arch_id")?;
    let proxy = columns.text("proxy")?;
    let proxy_version = columns.small("proxy_version")?;
    let params = params(columns)?;
    let reading = columns.named("reading")?;
    let signal = columns.named("signal")?;
    let input = columns.named("input")?;
    let batch_size = columns.small("batch_size")?;
    let seq_len = columns.small("seq_len")?;
    let mode = columns.named("mode")?;
    let init_seed = columns.count("init_seed")?;
    let data_seed = columns.count("data_seed")?;
    let dtype = columns.named("dtype")?;
    let device = columns.text("device")?;
    let key = |(row, params): (usize, Params)| ScoreKey {
        schema_version: schema_version[row],
        benchmark: BenchmarkId::new(benchmark[row]),
        benchmark_sha256: benchmark_sha256[row].to_owned(),
        arch_id: ArchId::new(arch_id[row]),
        proxy: ProxyName::new(proxy[row]),
        proxy_version: proxy_version[row],
        params,
        protocol: Protocol {
            reading: reading[row],
            signal: signal[row],
            input: input[row],
            batch_size: batch_size[row],
            seq_len: seq_len[row],
            mode: mode[row],
            init_seed: init_seed[row],
            data_seed: data_seed[row],
            dtype: dtype[row],
            device: Device(device[row].to_owned()),
        },
    };
    Ok(params.into_iter().enumerate().map(key).collect())
}

/// Parameters exactly as they were stored.
///
/// They are checked but not made canonical again: the text is part of the key, and a number that went through
/// binary and back could be spelled differently.
fn params(columns: &Columns<'_>) -> Result<Vec<Params>, StoreError> {
    let mut known: HashMap<&str, Params> = HashMap::new();
    let mut all = Vec::with_capacity(columns.height());
    for (row, stored) in columns.text("params")?.into_iter().enumerate() {
        if !known.contains_key(stored) {
            let bad = |reason: String| columns.bad(row, "params", reason);
            Params::parse(stored).map_err(|e| bad(e.to_string()))?;
            let verbatim: Result<Params, serde::de::value::Error> =
                Params::deserialize(stored.into_deserializer());
            known.insert(stored, verbatim.map_err(|e| bad(e.to_string()))?);
        }
        all.push(known[stored].clone());
    }
    Ok(all)
}

pub(crate) fn score_columns(rows: &[ScoreRow]) -> Vec<Column> {
    let outcomes = || rows.iter().map(|r| &r.outcome);
    let mut columns = key_columns(&rows.iter().map(|r| &r.key).collect::<Vec<_>>());
    columns.extend([
        optional_number("score", outcomes().map(|o| o.score)),
        text("status", outcomes().map(|o| o.status.as_str())),
        text("detail", outcomes().map(|o| o.detail.as_str())),
    ]);
    columns
}

pub(crate) fn score_rows(columns: &Columns<'_>) -> Result<Vec<ScoreRow>, StoreError> {
    let score = columns.optional_number("score")?;
    let status = columns.named("status")?;
    let detail = columns.text("detail")?;
    let row = |(row, key): (usize, ScoreKey)| ScoreRow {
        key,
        outcome: Outcome { score: score[row], status: status[row], detail: detail[row].to_owned() },
    };
    Ok(keys(columns)?.into_iter().enumerate().map(row).collect())
}

pub(crate) fn timing_columns(rows: &[TimingRow]) -> Vec<Column> {
    let mut columns = key_columns(&rows.iter().map(|r| &r.key).collect::<Vec<_>>());
    columns.extend([
        text("timing", rows.iter().map(|r| r.timing.as_str())),
        small("threads", rows.iter().map(|r| r.threads)),
        text("machine_id", rows.iter().map(|r| r.machine_id.as_str())),
        text("build_profile", rows.iter().map(|r| r.build_profile.as_str())),
        count("wall_ns", rows.iter().map(|r| r.wall_ns)),
        count("own_ns", rows.iter().map(|r| r.own_ns)),
        count("peak_rss_bytes", rows.iter().map(|r| r.peak_rss_bytes)),
        text("tool_version", rows.iter().map(|r| r.tool_version.as_str())),
        text("run_id", rows.iter().map(|r| r.run_id.as_str())),
        text("started_at", rows.iter().map(|r| r.started_at.as_str())),
    ]);
    columns
}

pub(crate) fn timing_rows(columns: &Columns<'_>) -> Result<Vec<TimingRow>, StoreError> {
    let timing = columns.named("timing")?;
    let threads = columns.small("threads")?;
    let machine_id = columns.text("machine_id")?;
    let build_profile = columns.text("build_profile")?;
    let wall_ns = columns.count("wall_ns")?;
    let own_ns = columns.count("own_ns")?;
    let peak_rss_bytes = columns.count("peak_rss_bytes")?;
    let tool_version = columns.text("tool_version")?;
    let run_id = columns.text("run_id")?;
    let started_at = columns.text("started_at")?;
    let row = |(row, key): (usize, ScoreKey)| TimingRow {
        key,
        timing: timing[row],
        threads: threads[row],
        machine_id: machine_id[row].to_owned(),
        build_profile: build_profile[row].to_owned(),
        wall_ns: wall_ns[row],
        own_ns: own_ns[row],
        peak_rss_bytes: peak_rss_bytes[row],
        tool_version: tool_version[row].to_owned(),
        run_id: run_id[row].to_owned(),
        started_at: started_at[row].to_owned(),
    };
    Ok(keys(columns)?.into_iter().enumerate().map(row).collect())
}

pub(crate) fn truth_columns(rows: &[TruthRow]) -> Vec<Column> {
    vec![
        text("benchmark", rows.iter().map(|r| r.benchmark.as_str())),
        text("arch_id", rows.iter().map(|r| r.arch_id.as_str())),
        text("metric", rows.iter().map(|r| r.metric.as_str())),
        number("value", rows.iter().map(|r| r.value)),
        flag("higher_is_better", rows.iter().map(|r| r.higher_is_better)),
        count("train_seed", rows.iter().map(|r| r.train_seed)),
    ]
}

pub(crate) fn truth_rows(columns: &Columns<'_>) -> Result<Vec<TruthRow>, StoreError> {
    let benchmark = columns.text("benchmark")?;
    let arch_id = columns.text("arch_id")?;
    let metric = columns.text("metric")?;
    let value = columns.number("value")?;
    let higher_is_better = columns.flag("higher_is_better")?;
    let train_seed = columns.count("train_seed")?;
    let row = |row: usize| TruthRow {
        benchmark: BenchmarkId::new(benchmark[row]),
        arch_id: ArchId::new(arch_id[row]),
        metric: metric[row].to_owned(),
        value: value[row],
        higher_is_better: higher_is_better[row],
        train_seed: train_seed[row],
    };
    Ok((0..columns.height()).map(row).collect())
}
