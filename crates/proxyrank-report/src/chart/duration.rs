//! Durations on an axis, in units that people use.

use super::scale::{Scale, Ticks};
use crate::number;

/// Units and their length in nanoseconds, from the longest down.
const UNITS: [(f64, &str); 4] = [(1e9, "s"), (1e6, "ms"), (1e3, "µs"), (1.0, "ns")];

/// Ticks of an axis of nanoseconds, labelled like `10 µs` and `1 s`.
pub(super) fn ticks(scale: &Scale, wanted: usize) -> Ticks {
    let mut ticks = scale.ticks(wanted);
    for tick in &mut ticks.marks {
        tick.label = label(tick.value);
    }
    ticks
}

/// A round duration in the longest unit of which it has at least one.
fn label(nanoseconds: f64) -> String {
    // A power of ten that went through its logarithm may fall short of a unit by a rounding error.
    let unit = UNITS.iter().find(|(length, _)| nanoseconds >= length * (1.0 - 1e-9));
    let (length, name) = unit.copied().unwrap_or((1.0, "ns"));
    let count = nanoseconds / length;
    if !(1.0 - 1e-9..1e5).contains(&count) {
        return format!("{count:.0e} {name}");
    }
    #[expect(clippy::cast_possible_truncation, reason = "below 100,000")]
    let whole = count.round() as i64;
    format!("{} {name}", number::grouped(whole))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::AxisScale;

    #[test]
    fn durations_are_read_in_units() {
        let cases = [
            (1.0, "1 ns"),
            (5e4, "50 µs"),
            (10f64.powf(6.0) * (1.0 - 1e-15), "1 ms"),
            (3e8, "300 ms"),
            (1e9, "1 s"),
            (1e13, "10,000 s"),
            (1e15, "1e6 s"),
            (0.1, "1e-1 ns"),
        ];
        for (nanoseconds, wanted) in cases {
            assert_eq!(label(nanoseconds), wanted);
        }
    }

    #[test]
    fn each_decade_has_a_tick() {
        let scale = Scale::covering(&[1e3, 1.2e9], AxisScale::Log, (0.0, 900.0));
        let labels: Vec<String> = ticks(&scale, 8).marks.into_iter().map(|tick| tick.label).collect();
        assert_eq!(labels, ["1 µs", "10 µs", "100 µs", "1 ms", "10 ms", "100 ms", "1 s"]);
    }
}
