//! How near kernels and passes come to what the machine can do.

use std::fmt::Write as _;

use super::record::Record;
use crate::suite::{BOUNDS, PRODUCT};
use crate::{Amount, Bench, Threads};

/// What the machine can do on one thread, measured in the same run.
struct Bounds {
    /// Operations of a product in a nanosecond, which is GFLOP/s.
    product: f64,
    /// Bytes that a copy holds, and how many it moves in a nanosecond, from the smallest copy on.
    copies: Vec<(u64, f64)>,
}

impl Bounds {
    fn of(record: &Record, benches: &[Bench], unit_ns: f64) -> Option<Self> {
        let ns = |bench: &Bench| Some(unit_ns * record.benches.get(&bench.id())?.best());
        let bounds = || benches.iter().filter(|bench| bench.group == BOUNDS);
        let product = bounds().find(|bench| bench.name == PRODUCT)?;
        let Amount::Flops(flops) = product.amount else { return None };
        let copies = bounds().filter_map(|bench| {
            let Amount::Kernel(copy) = bench.amount else { return None };
            Some((copy.held_bytes, copy.moved_bytes as f64 / ns(bench)?))
        });
        let mut copies: Vec<(u64, f64)> = copies.collect();
        copies.sort_by_key(|(bytes, _)| *bytes);
        Some(Self { product: flops as f64 / ns(product)?, copies })
    }

    /// How fast memory of this size is copied: as fast as the smallest copy that is as large, else as the largest.
    fn copy(&self, held_bytes: u64) -> Option<f64> {
        let fits = self.copies.iter().find(|(bytes, _)| *bytes >= held_bytes);
        fits.or(self.copies.last()).map(|(_, rate)| *rate)
    }
}

/// A table of rates and shares of the bound, of every bench on one thread whose work is known.
///
/// Empty where the bounds were not measured in the same run.
pub fn rates(record: &Record, benches: &[Bench]) -> String {
    let Some(unit_ns) = record.units.one_thread_ns else { return String::new() };
    let Some(bounds) = Bounds::of(record, benches, unit_ns) else { return String::new() };
    let rows: Vec<(String, String)> = benches
        .iter()
        .filter(|bench| bench.threads == Threads::One)
        .filter_map(|bench| {
            let ns = unit_ns * record.benches.get(&bench.id())?.best();
            Some((bench.id(), row(bench.amount, ns, &bounds)?))
        })
        .collect();
    let width = rows.iter().map(|(id, _)| id.chars().count()).max().unwrap_or(0);
    let mut text = format!("{:<width$}  ns/number  GFLOP/s    GB/s  of its bound\n", "bench");
    for (id, row) in rows {
        // Writing into a text cannot fail.
        let _ = writeln!(text, "{id:<width$}  {row}");
    }
    text
}

fn row(amount: Amount, ns: f64, bounds: &Bounds) -> Option<String> {
    match amount {
        Amount::Flops(flops) => {
            let rate = flops as f64 / ns;
            Some(format!(
                "{:>9}  {rate:>7.1}  {:>6}  {:>4.0}% arithmetic",
                "",
                "",
                100.0 * rate / bounds.product
            ))
        }
        Amount::Kernel(work) => {
            let (flops, moved) = (work.flops as f64, work.moved_bytes as f64);
            let [arithmetic, memory] = [flops / bounds.product, moved / bounds.copy(work.held_bytes)?];
            let (bound, name) =
                if arithmetic > memory { (arithmetic, "arithmetic") } else { (memory, "memory") };
            Some(format!(
                "{:>9.3}  {:>7.1}  {:>6.1}  {:>4.0}% {name}",
                ns / work.numbers as f64,
                flops / ns,
                moved / ns,
                100.0 * bound / ns
            ))
        }
        Amount::One | Amount::Items(_) => None,
    }
}
