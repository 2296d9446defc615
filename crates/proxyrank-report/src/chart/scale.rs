//! From values to places on an axis, and which values deserve a tick.

/// How an axis spreads its values.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum AxisScale {
    /// Logarithmic where positive values span three decades or more, symmetric-logarithmic where values of both signs
    /// (or zeros) do, linear otherwise.
    #[default]
    Auto,
    /// Evenly.
    Linear,
    /// By the logarithm; falls back to [`AxisScale::SymLog`] where a value is not positive.
    Log,
    /// By the logarithm of the magnitude away from zero, evenly close to zero.
    SymLog,
}

/// A marked value.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tick {
    /// Where it stands.
    pub(super) value: f64,
    /// What is written.
    pub(super) label: String,
}

/// The marked values of an axis.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Ticks {
    pub(super) marks: Vec<Tick>,
    /// The power of ten that the labels leave out; 0 for none.
    pub(super) exponent: i32,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Linear,
    Log,
    /// Even between minus and plus this magnitude.
    SymLog(f64),
}

/// An axis: the values it covers and the pixels it covers them with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scale {
    kind: Kind,
    /// Ends of the axis in transformed values.
    ends: (f64, f64),
    pixels: (f64, f64),
}

/// Ratio of magnitudes from which a linear axis would squeeze most values into one place.
const WIDE: f64 = 1e3;
/// Share of an axis left free beyond its outermost values.
const MARGIN: f64 = 0.03;

impl Scale {
    /// An axis that covers all `values` (finite, at least one) with the pixels from `pixels.0` to `pixels.1`.
    pub(super) fn covering(values: &[f64], wanted: AxisScale, pixels: (f64, f64)) -> Self {
        let low = values.iter().copied().fold(f64::INFINITY, f64::min);
        let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let kind = choose(values, low, high, wanted);
        let (mut from, mut to) = (kind.transform(low), kind.transform(high));
        let room = match to - from {
            span if span > 0.0 && span.is_finite() => span * MARGIN,
            _ if kind == Kind::Linear => (from.abs() * 0.05).max(0.5),
            _ => 0.5,
        };
        from -= room;
        to += room;
        Self { kind, ends: (from, to), pixels }
    }

    /// A linear axis with exactly these ends.
    pub(super) fn linear(ends: (f64, f64), pixels: (f64, f64)) -> Self {
        Self { kind: Kind::Linear, ends, pixels }
    }

    /// A linear axis for correlations: all finite `values`, zero, and a little room within [-1, 1].
    pub(super) fn correlations(values: impl Iterator<Item = f64>, pixels: (f64, f64)) -> Self {
        let (low, high) = values
            .filter(|value| value.is_finite())
            .fold((0.0_f64, 0.0_f64), |(low, high), value| (low.min(value), high.max(value)));
        let room = ((high - low) * MARGIN).max(0.01);
        let low = if low < 0.0 { (low - room).max(-1.0) } else { 0.0 };
        let high = if high > 0.0 { (high + room).min(1.0) } else { 0.0 };
        Self::linear((low, high), pixels)
    }

    /// A logarithmic axis for the positive finite `values`; around 1 where there is none.
    pub(super) fn magnitudes(values: impl Iterator<Item = f64>, pixels: (f64, f64)) -> Self {
        let mut positive: Vec<f64> = values.filter(|value| *value > 0.0 && value.is_finite()).collect();
        if positive.is_empty() {
            positive.push(1.0);
        }
        Self::covering(&positive, AxisScale::Log, pixels)
    }

    /// Where a value stands, in pixels.
    pub(super) fn place(&self, value: f64) -> f64 {
        let share = (self.kind.transform(value) - self.ends.0) / (self.ends.1 - self.ends.0);
        self.pixels.0 + share * (self.pixels.1 - self.pixels.0)
    }

    /// A remark for the axis title where the axis is not linear.
    pub(super) fn remark(&self) -> &'static str {
        match self.kind {
            Kind::Linear => "",
            Kind::Log => "log scale",
            Kind::SymLog(_) => "symmetric log scale",
        }
    }

    /// Round values, about `wanted` of them.
    pub(super) fn ticks(&self, wanted: usize) -> Ticks {
        match self.kind {
            Kind::Linear => linear_ticks(self.ends, wanted),
            Kind::Log => Ticks { marks: log_ticks(self.ends, wanted), exponent: 0 },
            Kind::SymLog(threshold) => Ticks { marks: self.symlog_ticks(threshold, wanted), exponent: 0 },
        }
    }

    /// The values themselves, ascending, if they are whole numbers and far enough apart for their labels.
    pub(super) fn ticks_at(&self, values: &[f64]) -> Option<Ticks> {
        const APART: f64 = 70.0;
        let whole = values.iter().all(|value| value.fract() == 0.0 && value.abs() < 1e5);
        let apart = values.windows(2).all(|pair| (self.place(pair[1]) - self.place(pair[0])).abs() >= APART);
        let mark = |value: &f64| Tick { value: *value, label: minus(&crate::number::fixed(*value, 0)) };
        (whole && apart).then(|| Ticks { marks: values.iter().map(mark).collect(), exponent: 0 })
    }

    fn symlog_ticks(&self, threshold: f64, wanted: usize) -> Vec<Tick> {
        let reach = self.kind.inverse(self.ends.0).abs().max(self.kind.inverse(self.ends.1).abs());
        let (from, to) = (threshold.log10().round(), reach.log10().floor());
        let both = self.ends.0 < 0.0 && self.ends.1 > 0.0;
        let room = if both { wanted.div_ceil(2) } else { wanted };
        let step = ((to - from + 1.0) / room.max(1) as f64).ceil().max(1.0);
        let mut ticks = vec![Tick { value: 0.0, label: "0".to_owned() }];
        // Counting from the far end keeps the largest decade labelled.
        let mut exponent = to;
        while exponent >= from {
            for sign in [-1.0, 1.0] {
                ticks.push(Tick { value: sign * 10f64.powf(exponent), label: power(sign, exponent) });
            }
            exponent -= step;
        }
        let inside = |tick: &Tick| {
            let at = self.kind.transform(tick.value);
            at >= self.ends.0 && at <= self.ends.1
        };
        ticks.retain(inside);
        ticks.sort_by(|a, b| a.value.total_cmp(&b.value));
        ticks
    }
}

impl Kind {
    fn transform(self, value: f64) -> f64 {
        match self {
            Self::Linear => value,
            Self::Log => value.log10(),
            Self::SymLog(threshold) => value.signum() * (value.abs() / threshold).ln_1p(),
        }
    }

    fn inverse(self, place: f64) -> f64 {
        match self {
            Self::Linear => place,
            Self::Log => 10f64.powf(place),
            Self::SymLog(threshold) => place.signum() * place.abs().exp_m1() * threshold,
        }
    }
}

fn choose(values: &[f64], low: f64, high: f64, wanted: AxisScale) -> Kind {
    let mut magnitudes: Vec<f64> = values.iter().map(|v| v.abs()).filter(|m| *m > 0.0).collect();
    magnitudes.sort_by(f64::total_cmp);
    let largest = magnitudes.last().copied().unwrap_or(1.0);
    let median = magnitudes.get(magnitudes.len() / 2).copied().unwrap_or(1.0);
    let symlog = || {
        let lower_tenth = magnitudes.get(magnitudes.len() / 10).copied().unwrap_or(1.0);
        // Beyond sixteen decades below the largest lies what rounding leaves of a zero.
        Kind::SymLog(10f64.powf(lower_tenth.max(largest / 1e16).log10().floor()))
    };
    match wanted {
        AxisScale::Log if low > 0.0 => Kind::Log,
        AxisScale::Log | AxisScale::SymLog => symlog(),
        AxisScale::Auto if low > 0.0 && high / low >= WIDE => Kind::Log,
        AxisScale::Auto if low <= 0.0 && largest / median >= WIDE => symlog(),
        // Values at both ends of the range of an f64 are further apart than an f64 can say.
        AxisScale::Linear | AxisScale::Auto if !(high - low).is_finite() => symlog(),
        AxisScale::Linear | AxisScale::Auto => Kind::Linear,
    }
}

/// Round values 1, 2 or 5 times a power of ten apart, written with a common power of ten where they are long.
fn linear_ticks((low, high): (f64, f64), wanted: usize) -> Ticks {
    let rough = (high - low) / wanted.max(1) as f64;
    let base = 10f64.powf(rough.log10().floor());
    let step =
        [1.0, 2.0, 5.0, 10.0].into_iter().map(|f| f * base).find(|s| *s >= rough * 0.999).unwrap_or(base);
    let largest = low.abs().max(high.abs());
    let exponent = largest.log10().floor();
    let common = if exponent >= 5.0 || exponent <= -4.0 { 3.0 * (exponent / 3.0).floor() } else { 0.0 };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 0..=15")]
    let digits = (common - step.log10().floor()).clamp(0.0, 15.0) as usize;
    let mut marks = Vec::new();
    let mut count = (low / step).ceil();
    while count * step <= high + step * 1e-9 && marks.len() < 100 {
        let value = count * step;
        marks.push(Tick { value, label: minus(&crate::number::fixed(value / 10f64.powf(common), digits)) });
        count += 1.0;
    }
    #[expect(clippy::cast_possible_truncation, reason = "the exponent of an f64 is small")]
    let exponent = common as i32;
    Ticks { marks, exponent }
}

/// Powers of ten, with 2 and 5 times them on a short axis.
fn log_ticks((low, high): (f64, f64), wanted: usize) -> Vec<Tick> {
    let decades = high - low;
    let factors: &[f64] = if decades < 1.5 {
        &[1.0, 2.0, 5.0]
    } else if decades < 3.0 {
        &[1.0, 3.0]
    } else {
        &[1.0]
    };
    let step = (decades / wanted.max(1) as f64).ceil().max(1.0);
    let mut ticks = Vec::new();
    let mut exponent = (low.floor() / step).floor() * step;
    while exponent <= high {
        for factor in factors {
            let value = factor * 10f64.powf(exponent);
            let place = value.log10();
            if place >= low && place <= high {
                let label =
                    if (*factor - 1.0).abs() < 1e-9 { power(1.0, exponent) } else { plain(value, exponent) };
                ticks.push(Tick { value, label });
            }
        }
        exponent += step;
    }
    ticks
}

/// A power of ten: written out from 0.001 to 1000, else as `10⁶`.
fn power(sign: f64, exponent: f64) -> String {
    let prefix = if sign < 0.0 { "−" } else { "" };
    if (-3.0..=3.0).contains(&exponent) {
        return format!("{prefix}{}", plain(10f64.powf(exponent), exponent));
    }
    format!("{prefix}10{}", superscript(exponent))
}

fn plain(value: f64, exponent: f64) -> String {
    if !(-3.0..=5.0).contains(&exponent) {
        return format!("{:.0}·10{}", value / 10f64.powf(exponent), superscript(exponent));
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 3")]
    let digits = (-exponent).max(0.0) as usize;
    format!("{value:.digits$}")
}

/// A whole number as superscript characters.
pub(super) fn superscript(exponent: f64) -> String {
    const DIGITS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    format!("{exponent:.0}")
        .chars()
        .filter_map(|c| match c.to_digit(10) {
            Some(digit) => DIGITS.get(digit as usize).copied(),
            None => Some('⁻'),
        })
        .collect()
}

/// The distinct values in ascending order.
pub(super) fn distinct(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.dedup();
    values
}

/// A number with a typographic minus sign.
pub(super) fn minus(number: &str) -> String {
    number.replace('-', "−")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(scale: &Scale, wanted: usize) -> Vec<String> {
        scale.ticks(wanted).marks.into_iter().map(|tick| tick.label).collect()
    }

    #[test]
    fn round_ticks_on_linear_axes() {
        let scale = Scale::covering(&[53.7, 75.1], AxisScale::Auto, (0.0, 100.0));
        assert_eq!(labels(&scale, 6), ["55", "60", "65", "70", "75"]);
        let scale = Scale::covering(&[-0.31, 0.77], AxisScale::Auto, (0.0, 100.0));
        assert_eq!(labels(&scale, 6), ["−0.2", "0.0", "0.2", "0.4", "0.6", "0.8"]);
        let millions = Scale::covering(&[4.9e6, 15.6e6], AxisScale::Auto, (0.0, 100.0));
        assert_eq!(
            (labels(&millions, 6), millions.ticks(6).exponent),
            (["6", "8", "10", "12", "14"].map(String::from).to_vec(), 6)
        );
    }

    #[test]
    fn wide_values_get_a_logarithmic_axis() {
        let log = Scale::covering(&[1e-2, 1.0, 1e5], AxisScale::Auto, (0.0, 700.0));
        assert_eq!(labels(&log, 8), ["0.01", "0.1", "1", "10", "100", "1000", "10⁴", "10⁵"]);
        let symlog = Scale::covering(&[-1e6, -1.0, 0.0, 1.0, 5.0, 1e6], AxisScale::Auto, (0.0, 700.0));
        assert_eq!(symlog.remark(), "symmetric log scale");
        assert!((symlog.place(0.0) - 350.0).abs() < 1e-9);
    }

    #[test]
    fn places_are_monotone_and_inside() {
        let values = [-f64::MAX, -4e8, -3.0, -1e-4, 0.0, 2e-5, 7.0, 9e12, f64::MAX];
        for wanted in [AxisScale::Auto, AxisScale::Linear, AxisScale::Log, AxisScale::SymLog] {
            let scale = Scale::covering(&values, wanted, (10.0, 90.0));
            let places: Vec<f64> = values.iter().map(|v| scale.place(*v)).collect();
            assert!(
                places.is_sorted() && places.iter().all(|p| (10.0..=90.0).contains(p)),
                "{wanted:?} {places:?}"
            );
        }
    }

    #[test]
    fn one_value_still_makes_an_axis() {
        for value in [0.0, 3.0, -1e9, 1e-12] {
            for wanted in [AxisScale::Auto, AxisScale::Linear, AxisScale::Log, AxisScale::SymLog] {
                let scale = Scale::covering(&[value], wanted, (0.0, 100.0));
                assert!((scale.place(value) - 50.0).abs() < 1e-6, "{value} {wanted:?}");
                assert!(scale.ticks(6).marks.len() < 30);
            }
        }
    }
}
