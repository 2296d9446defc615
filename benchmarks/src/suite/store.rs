//! The results folder: appending finished architectures, sealing them, and reading them back.
//!
//! The check counts processor time, so waiting for the disk is in criterion's report alone.

use std::any::Any;

use proxyrank_proxies::REGISTRY;
use proxyrank_schema::{
    ArchId, BenchmarkId, Device, Dtype, Input, Mode, Outcome, Params, Protocol, ProxyName, Reading, ScoreKey,
    ScoreRow, Signal, Timing, TimingRow,
};
use proxyrank_store::{Shard, ShardWriter, Store};
use tempfile::TempDir;

use crate::{Amount, Bench, Failure, Kept, Work};

const GROUP: &str = "store";
/// Architectures of a run.
const ARCHITECTURES: usize = 16;

pub(super) fn benches() -> Vec<Bench> {
    let append = Bench::new(GROUP, "append", || {
        Ok(Work::afresh(|| {
            let (folder, mut writer) = empty()?;
            let rows: Vec<_> = (0..ARCHITECTURES).map(architecture).collect();
            Ok(move || {
                for (scores, timings) in &rows {
                    writer.append(scores, timings)?;
                }
                Ok(kept((folder, writer)))
            })
        }))
    });
    let seal = Bench::new(GROUP, "seal", || {
        Ok(Work::afresh(|| {
            let (folder, mut writer) = filled()?;
            Ok(move || {
                writer.seal()?;
                Ok(kept((folder, writer)))
            })
        }))
    });
    let read = Bench::new(GROUP, "read parts", || {
        let (folder, writer) = filled()?;
        writer.finish()?;
        Ok(reader(folder))
    });
    let journal = Bench::new(GROUP, "read a journal", || {
        let (folder, writer) = filled()?;
        // Unfinished, as after a kill.
        drop(writer);
        Ok(reader(folder))
    });
    [append, seal, read, journal].map(|bench| bench.of(Amount::Items(ARCHITECTURES as u64))).to_vec()
}

fn kept(remains: impl Any) -> Kept {
    Box::new(remains)
}

fn reader(folder: TempDir) -> Work {
    Work::again(move || {
        let store = Store::open(folder.path());
        let rows = (store.scores(None)?.len(), store.timings(None)?.len());
        if rows.0 == ARCHITECTURES * REGISTRY.len() && rows.0 == rows.1 {
            return Ok(());
        }
        Err(format!("the store gives back {} scores and {} timings", rows.0, rows.1).into())
    })
}

fn benchmark() -> BenchmarkId {
    BenchmarkId::from("flexibert")
}

fn empty() -> Result<(TempDir, ShardWriter), Failure> {
    let folder = tempfile::tempdir()?;
    let writer = Store::open(folder.path()).shard(&benchmark(), Shard::whole())?;
    Ok((folder, writer))
}

fn filled() -> Result<(TempDir, ShardWriter), Failure> {
    let (folder, mut writer) = empty()?;
    for number in 0..ARCHITECTURES {
        let (scores, timings) = architecture(number);
        writer.append(&scores, &timings)?;
    }
    Ok((folder, writer))
}

/// A score and a timing of every proxy.
fn architecture(number: usize) -> (Vec<ScoreRow>, Vec<TimingRow>) {
    let row = |(index, proxy): (usize, &ProxyName)| {
        let key = key(number, proxy.clone());
        let score = ((number * REGISTRY.len() + index) as f64 + 0.1).sin();
        (ScoreRow { key: key.clone(), outcome: Outcome::from_value(score) }, timing(key))
    };
    let names: Vec<ProxyName> = REGISTRY.iter().map(|proxy| proxy.id()).collect();
    names.iter().enumerate().map(row).unzip()
}

fn key(number: usize, proxy: ProxyName) -> ScoreKey {
    let protocol = Protocol {
        reading: Reading::AsTrained,
        signal: Signal::Rtd,
        input: Input::Zipf,
        batch_size: 16,
        seq_len: 128,
        mode: Mode::Eval,
        dtype: Dtype::F32,
        device: Device::cpu(),
        ..Protocol::none()
    };
    let arch_id = ArchId::new(number.to_string());
    ScoreKey::new(benchmark(), "0".repeat(64), arch_id, proxy, 1, Params::none(), protocol)
}

fn timing(key: ScoreKey) -> TimingRow {
    TimingRow {
        key,
        timing: Timing::Fused,
        threads: 2,
        machine_id: "0123456789abcdef".to_owned(),
        build_profile: "dev".to_owned(),
        wall_ns: 123_456_789,
        own_ns: 1_234_567,
        peak_rss_bytes: 1 << 28,
        tool_version: env!("CARGO_PKG_VERSION").to_owned(),
        run_id: "bench".to_owned(),
        started_at: "2026-01-01T00:00:00Z".to_owned(),
    }
}
