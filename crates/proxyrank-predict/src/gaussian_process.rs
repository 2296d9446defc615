//! A Gaussian process whose kernel knows that a few numbers matter most.
//!
//! The kernel is a weighted sum of two. A Matérn kernel sees the [size](crate::Group::Size) and [summary](crate::Group::Summary) features (depth, width,
//! mean heads, size): it is smooth in few dimensions, so it can be learnt from few labels. A linear or Matérn kernel sees all features and
//! explains what the summary leaves over, as far as there are labels for it. Where there is no summary, the second stands alone.
//!
//! Length scales, weights and noise come from a small grid. No single point of it is chosen: predictions are averaged over
//! the grid in proportion to the marginal likelihood, with the kernel's amplitude at its best value for each point
//! (`s^2 = t' (K + l I)^-1 t / n`). With few labels many points are about as likely, and the variance of the average says so.
//!
//! The standard deviations are then checked against the labels that the fit has: the error of leaving each label out follows
//! from one inverse (Rasmussen and Williams 2006, eq. 5.12), and all deviations are multiplied by one factor that makes nine in
//! ten of those errors fall inside their 90% interval.

use faer::Mat;

use crate::features::Standard;
use crate::kernel::{Affinity, Kernel, matrix};
use crate::spectrum::Spectrum;
use crate::{Features, Fitted, Group, PredictError, Prediction, Predictor};

/// The predictor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GaussianProcess;

/// Kernels of the summary.
const SUMMARY: [Kernel; 3] =
    [Kernel::Matern { length: 1.0 }, Kernel::Matern { length: 2.0 }, Kernel::Matern { length: 4.0 }];
/// Kernels of all features beside a summary.
const DETAIL: [Kernel; 2] = [Kernel::Linear, Kernel::Matern { length: 2.0 }];
/// Kernels of all features where there is no summary.
const ALONE: [Kernel; 5] = [
    Kernel::Linear,
    Kernel::Matern { length: 0.5 },
    Kernel::Matern { length: 1.0 },
    Kernel::Matern { length: 2.0 },
    Kernel::Matern { length: 4.0 },
];
/// Weights of the kernel of all features; the summary's weight is 1.
const WEIGHTS: [f64; 3] = [0.1, 0.3, 1.0];
/// Decimal logarithms of the noise variances that are tried, in halves; the kernel's variance is of order 1.
const HALF_DECADES: std::ops::RangeInclusive<i32> = -4..=2;
/// Points of the grid this much less likely than the best are left out.
const NEGLIGIBLE: f64 = 1e-3;
/// Fewer labels than this say too little about the standard deviations to correct them.
const FEW: usize = 10;
/// Standard deviations from the mean to the end of a 90% interval.
pub const NINETY: f64 = 1.644_853_626_951_472_2;

/// A kernel of the grid.
#[derive(Debug, Clone, Copy)]
struct Mixture {
    summary: Option<Kernel>,
    all: Kernel,
    weight: f64,
}

/// The two sets of columns, between two sets of rows.
#[derive(Debug)]
struct Views {
    summary: Affinity,
    all: Affinity,
}

impl Views {
    fn kernel(&self, mixture: Mixture, i: usize, j: usize) -> f64 {
        let summary = mixture.summary.map_or(0.0, |kernel| self.summary.kernel(kernel, i, j));
        summary + mixture.weight * self.all.kernel(mixture.all, i, j)
    }
}

/// The matrices that kernels of the grid are mixed from. Many mixtures share them, and exponentials would be most of a fit.
#[derive(Debug)]
struct Parts {
    summary: Vec<(Kernel, Mat<f64>)>,
    all: Vec<(Kernel, Mat<f64>)>,
}

impl Parts {
    fn of(views: &Views, mixtures: impl Iterator<Item = Mixture> + Clone) -> Self {
        let made = |affinity: &Affinity, kernels: &mut dyn Iterator<Item = Kernel>| {
            let mut parts: Vec<(Kernel, Mat<f64>)> = Vec::new();
            for kernel in kernels {
                if !parts.iter().any(|(known, _)| *known == kernel) {
                    parts.push((kernel, affinity.matrix(kernel)));
                }
            }
            parts
        };
        Self {
            summary: made(&views.summary, &mut mixtures.clone().filter_map(|mixture| mixture.summary)),
            all: made(&views.all, &mut mixtures.map(|mixture| mixture.all)),
        }
    }

    /// The matrix of one of the mixtures that these parts were made for.
    fn mixed(&self, mixture: Mixture) -> Mat<f64> {
        let part = |parts: &[(Kernel, Mat<f64>)], kernel: Kernel| {
            parts.iter().position(|(known, _)| *known == kernel).unwrap_or_default()
        };
        let all = &self.all[part(&self.all, mixture.all)].1;
        let summary = mixture.summary.map(|kernel| &self.summary[part(&self.summary, kernel)].1);
        Mat::from_fn(all.nrows(), all.ncols(), |i, j| {
            summary.map_or(0.0, |summary| summary[(i, j)]) + mixture.weight * all[(i, j)]
        })
    }
}

/// The rows of the fit or of a prediction, in both views.
#[derive(Debug)]
struct Rows {
    summary: Mat<f64>,
    all: Mat<f64>,
}

impl Rows {
    fn views(&self, other: &Self) -> Views {
        Views {
            summary: Affinity::between(self.summary.as_ref(), other.summary.as_ref()),
            all: Affinity::between(self.all.as_ref(), other.all.as_ref()),
        }
    }
}

/// One kernel of the grid, fitted.
#[derive(Debug)]
struct Member {
    mixture: Mixture,
    spectrum: Spectrum,
    /// V' t.
    along: Vec<f64>,
    points: Vec<Point>,
}

/// One noise level of one kernel.
#[derive(Debug, Clone, Copy)]
struct Point {
    noise: f64,
    /// The kernel's amplitude squared.
    amplitude: f64,
    /// Log marginal likelihood but for a constant; then its share among all points.
    share: f64,
}

/// A process that knows its labels.
#[derive(Debug)]
pub(crate) struct FittedProcess {
    standards: [Standard; 2],
    rows: Rows,
    members: Vec<Member>,
    centre: f64,
    spread: f64,
    /// What each known label is expected to be when it is left out.
    left_out: Vec<f64>,
    /// By what standard deviations are multiplied.
    correction: f64,
}

impl Predictor for GaussianProcess {
    fn fit(&self, features: &Features, labels: &[f64], _seed: u64) -> Result<Box<dyn Fitted>, PredictError> {
        Ok(Box::new(FittedProcess::fit(features, labels)?))
    }
}

impl FittedProcess {
    /// Fits the grid to labels.
    pub(crate) fn fit(features: &Features, labels: &[f64]) -> Result<Self, PredictError> {
        features.check(labels)?;
        let summary = features.columns_of(&[Group::Size, Group::Summary]);
        let grid = grid(!summary.is_empty());
        let standards =
            [summary, features.columns_of(&Group::ALL)].map(|columns| Standard::of(features, columns));
        let rows = rows(&standards, features);
        let n = labels.len() as f64;
        let centre = labels.iter().sum::<f64>() / n;
        let spread = (labels.iter().map(|label| (label - centre).powi(2)).sum::<f64>() / n).sqrt();
        // Equal labels leave nothing to explain; every unit does.
        let spread = if spread > 0.0 { spread } else { 1.0 };
        let targets: Vec<f64> = labels.iter().map(|label| (label - centre) / spread).collect();
        let parts = Parts::of(&rows.views(&rows), grid.iter().copied());
        let mut members = Vec::new();
        for mixture in grid {
            members.push(Member::fit(mixture, &parts, &targets)?);
        }
        weigh(&mut members);
        let left_out = left_out(&members, &targets);
        let correction = correction(&left_out, &targets);
        let left_out = left_out.iter().map(|moments| centre + spread * moments.mean).collect();
        Ok(Self { standards, rows, members, centre, spread, left_out, correction })
    }

    /// What each known label is expected to be when it is left out, in the order of the fit.
    pub(crate) fn left_out(&self) -> &[f64] {
        &self.left_out
    }
}

fn rows(standards: &[Standard; 2], features: &Features) -> Rows {
    let [summary, all] = standards.each_ref().map(|standard| matrix(&standard.apply(features)));
    Rows { summary, all }
}

fn grid(has_summary: bool) -> Vec<Mixture> {
    if !has_summary {
        return ALONE.iter().map(|&all| Mixture { summary: None, all, weight: 1.0 }).collect();
    }
    let mut grid = Vec::new();
    for kernel in SUMMARY {
        for all in DETAIL {
            grid.extend(WEIGHTS.map(|weight| Mixture { summary: Some(kernel), all, weight }));
        }
    }
    grid
}

impl Member {
    fn fit(mixture: Mixture, parts: &Parts, targets: &[f64]) -> Result<Self, PredictError> {
        let n = targets.len();
        let spectrum = Spectrum::of(parts.mixed(mixture).as_ref())?;
        let along = spectrum.project(targets);
        let point = |half: i32| {
            let noise = 10.0_f64.powf(f64::from(half) / 2.0);
            let explained = spectrum.values.iter().zip(&along).map(|(value, z)| z * z / (value + noise));
            // Equal labels would make the amplitude zero and the likelihood infinite.
            let amplitude = (explained.sum::<f64>() / n as f64).max(1e-12);
            let volume: f64 = spectrum.values.iter().map(|value| (value + noise).ln()).sum();
            Point { noise, amplitude, share: -0.5 * (n as f64 * amplitude.ln() + volume) }
        };
        let points = HALF_DECADES.map(point).collect();
        Ok(Self { mixture, spectrum, along, points })
    }

    fn inverse(&self, noise: f64) -> Vec<f64> {
        self.spectrum.values.iter().map(|value| 1.0 / (value + noise)).collect()
    }
}

/// Turns log likelihoods into shares that sum to one, and drops what is negligible.
fn weigh(members: &mut Vec<Member>) {
    let points = |members: &[Member]| -> Vec<f64> {
        members.iter().flat_map(|member| member.points.iter().map(|point| point.share)).collect()
    };
    let best = points(members).into_iter().fold(f64::NEG_INFINITY, f64::max);
    for member in members.iter_mut() {
        for point in &mut member.points {
            point.share = (point.share - best).exp();
        }
        member.points.retain(|point| point.share > NEGLIGIBLE);
    }
    members.retain(|member| !member.points.is_empty());
    let total: f64 = points(members).iter().sum();
    for point in members.iter_mut().flat_map(|member| &mut member.points) {
        point.share /= total;
    }
}

/// A mixture of normal distributions, summed up.
#[derive(Debug, Clone, Copy, Default)]
struct Moments {
    mean: f64,
    square: f64,
}

impl Moments {
    fn add(&mut self, share: f64, mean: f64, variance: f64) {
        self.mean += share * mean;
        self.square += share * (variance + mean * mean);
    }

    fn sd(self) -> f64 {
        (self.square - self.mean * self.mean).max(0.0).sqrt()
    }
}

/// What is expected of each label by a fit to the others.
fn left_out(members: &[Member], targets: &[f64]) -> Vec<Moments> {
    let mut left_out = vec![Moments::default(); targets.len()];
    for member in members {
        for point in &member.points {
            let inverse = member.inverse(point.noise);
            let (weights, precision) =
                (member.spectrum.back(&inverse, &member.along), member.spectrum.diagonal(&inverse));
            for (i, moments) in left_out.iter_mut().enumerate() {
                moments.add(
                    point.share,
                    targets[i] - weights[i] / precision[i],
                    point.amplitude / precision[i],
                );
            }
        }
    }
    left_out
}

/// The factor that makes the 90% intervals of labels left out one by one hold nine in ten of them; 1 with few labels.
fn correction(left_out: &[Moments], targets: &[f64]) -> f64 {
    if targets.len() < FEW {
        return 1.0;
    }
    let mut errors: Vec<f64> =
        targets.iter().zip(left_out).map(|(t, m)| (t - m.mean).abs() / m.sd().max(1e-9)).collect();
    proxyrank_stats::quantile(&mut errors, 0.9).map_or(1.0, |error| (error / NINETY).max(1e-3))
}

impl Fitted for FittedProcess {
    fn predict(&self, features: &Features) -> Result<Vec<Prediction>, PredictError> {
        let rows = rows(&self.standards, features);
        let (cross, own) = (rows.views(&self.rows), rows.views(&rows));
        let parts = Parts::of(&cross, self.members.iter().map(|member| member.mixture));
        let mut moments = vec![Moments::default(); features.len()];
        for member in &self.members {
            let seen = member.spectrum.rotate(parts.mixed(member.mixture).as_ref());
            for point in &member.points {
                let inverse = member.inverse(point.noise);
                for (i, moments) in moments.iter_mut().enumerate() {
                    let (mut mean, mut explained) = (0.0, 0.0);
                    for (j, (inverse, z)) in inverse.iter().zip(&member.along).enumerate() {
                        let seen = seen[(i, j)];
                        mean += seen * inverse * z;
                        explained += seen * seen * inverse;
                    }
                    let prior = own.kernel(member.mixture, i, i) + point.noise;
                    moments.add(point.share, mean, point.amplitude * (prior - explained).max(point.noise));
                }
            }
        }
        let predict = |moments: Moments| Prediction {
            mean: self.centre + self.spread * moments.mean,
            sd: Some(self.spread * self.correction * moments.sd()),
        };
        Ok(moments.into_iter().map(predict).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Feature;
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    /// A smooth function of one summary feature with noise of a known size, beside a detail that says nothing.
    fn noisy(rows: usize, noise: f64) -> (Features, Vec<f64>) {
        let mut rng = ChaCha8Rng::seed_from_u64(7);
        let mut deviate = || (0..12).map(|_| rng.random::<f64>()).sum::<f64>() - 6.0;
        let x: Vec<f64> = (0..rows).map(|_| deviate()).collect();
        let labels = x.iter().map(|x| (2.0 * x).sin() + noise * deviate()).collect();
        let other = (0..rows).map(|_| deviate()).collect();
        let column = |name: &str, group, values| Feature { name: name.into(), group, values };
        let columns = [column("x", Group::Summary, x), column("other", Group::Detail, other)];
        (Features::new(rows, &columns).unwrap(), labels)
    }

    #[test]
    fn intervals_hold_what_they_promise() {
        let (features, labels) = noisy(300, 0.3);
        let (train, test): (Vec<usize>, Vec<usize>) = (0..300).partition(|row| row % 3 == 0);
        let known: Vec<f64> = train.iter().map(|&row| labels[row]).collect();
        let fitted = GaussianProcess.fit(&features.select(&train), &known, 0).unwrap();
        let predictions = fitted.predict(&features.select(&test)).unwrap();
        let inside = predictions.iter().zip(&test).filter(|(prediction, row)| {
            (labels[**row] - prediction.mean).abs() < NINETY * prediction.sd.unwrap()
        });
        let coverage = inside.count() as f64 / test.len() as f64;
        assert!((0.84..=0.96).contains(&coverage), "{coverage}");
    }

    #[test]
    fn leaving_one_out_in_one_step_equals_doing_it() {
        let (features, labels) = noisy(15, 0.1);
        let standards = [vec![0], vec![0, 1]].map(|columns| Standard::of(&features, columns));
        let rows = rows(&standards, &features);
        let mixture = grid(true)[0];
        let views = rows.views(&rows);
        let parts = Parts::of(&views, std::iter::once(mixture));
        let member = Member::fit(mixture, &parts, &labels).unwrap();
        let inverse = member.inverse(0.1);
        let (weights, precision) =
            (member.spectrum.back(&inverse, &member.along), member.spectrum.diagonal(&inverse));
        // Row 4 left out: solve the remaining system by its own spectrum.
        let kept: Vec<usize> = (0..15).filter(|row| *row != 4).collect();
        let small = Mat::from_fn(14, 14, |i, j| views.kernel(mixture, kept[i], kept[j]));
        let spectrum = Spectrum::of(small.as_ref()).unwrap();
        let targets: Vec<f64> = kept.iter().map(|&row| labels[row]).collect();
        let inverse: Vec<f64> = spectrum.values.iter().map(|value| 1.0 / (value + 0.1)).collect();
        let solved = spectrum.back(&inverse, &spectrum.project(&targets));
        let mean: f64 = kept.iter().zip(&solved).map(|(&row, w)| w * views.kernel(mixture, 4, row)).sum();
        assert!((mean - (labels[4] - weights[4] / precision[4])).abs() < 1e-9);
    }
}
