//! Training curves as charts.

use proxyrank_report::chart::curves::Series;
use proxyrank_report::chart::{AxisScale, Curves};

use super::curve::Point;

/// Which of the two losses of pre-training.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    /// The generator's, nats a hidden token.
    Generator,
    /// The discriminator's, nats a token.
    Discriminator,
}

impl Loss {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Generator, Self::Discriminator];

    /// Its name in files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Generator => "generator",
            Self::Discriminator => "discriminator",
        }
    }

    const fn label(self) -> &'static str {
        match self {
            Self::Generator => "generator's cross-entropy, nats a hidden token",
            Self::Discriminator => "discriminator's cross-entropy, nats a token",
        }
    }

    const fn of(self, point: &Point) -> f64 {
        match self {
            Self::Generator => point.generator,
            Self::Discriminator => point.discriminator,
        }
    }
}

/// One loss along some trainings, each with a name, or along groups of them: the lines of a group are averaged step by step.
pub fn chart(loss: Loss, subtitle: &str, groups: &[(String, Vec<&[Point]>)]) -> Curves {
    let series =
        groups.iter().map(|(name, curves)| Series { name: name.clone(), points: mean(loss, curves) });
    Curves {
        title: "Pre-training".to_owned(),
        subtitle: subtitle.to_owned(),
        x_label: "steps".to_owned(),
        y_label: loss.label().to_owned(),
        x_axis: AxisScale::Linear,
        y_axis: AxisScale::Linear,
        series: series.filter(|series| !series.points.is_empty()).collect(),
        references: Vec::new(),
    }
}

/// The mean of some curves at the steps that the first of them has.
fn mean(loss: Loss, curves: &[&[Point]]) -> Vec<(f64, f64)> {
    let Some(first) = curves.first() else { return Vec::new() };
    let at = |step: u64| {
        let values = curves.iter().filter_map(|curve| curve.iter().find(|point| point.step == step));
        let values: Vec<f64> = values.map(|point| loss.of(point)).collect();
        values.iter().sum::<f64>() / values.len() as f64
    };
    first.iter().map(|point| (point.step as f64, at(point.step))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_averaged_step_by_step() {
        let point = |step, generator| Point { step, generator, discriminator: 0.3, replaced: 0.1, work: 1.0 };
        let (one, other) = ([point(5, 4.0), point(10, 2.0)], [point(5, 6.0), point(10, 3.0)]);
        let groups = [("both".to_owned(), vec![&one[..], &other]), ("none".to_owned(), Vec::new())];
        let chart = chart(Loss::Generator, "s", &groups);
        assert_eq!(chart.series.len(), 1);
        assert_eq!(chart.series[0].points, [(5.0, 5.0), (10.0, 2.5)]);
    }
}
