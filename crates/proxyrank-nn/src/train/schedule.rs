//! Learning rates.

/// A rate that rises linearly over the first steps and falls linearly to zero at the end: peak · (1 - t/T) · min(1, t/W) at
/// step t, from 0, as ELECTRA's training code has it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Schedule {
    /// The rate that both lines meet at if W is small.
    pub peak: f64,
    /// W: steps of the rise; 0 for none.
    pub warmup: u64,
    /// T: all steps.
    pub steps: u64,
}

impl Schedule {
    /// The rate of a step, counted from 0.
    pub fn rate(&self, step: u64) -> f64 {
        let rise = if self.warmup == 0 { 1.0 } else { (step as f64 / self.warmup as f64).min(1.0) };
        let fall = 1.0 - step as f64 / self.steps.max(1) as f64;
        self.peak * fall.max(0.0) * rise
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_rises_and_falls() {
        let schedule = Schedule { peak: 1.0, warmup: 10, steps: 100 };
        let rates = [0, 5, 10, 50, 100, 200].map(|step| schedule.rate(step));
        for (found, wanted) in rates.into_iter().zip([0.0, 0.475, 0.9, 0.5, 0.0, 0.0]) {
            assert!((found - wanted).abs() < 1e-12, "{rates:?}");
        }
        assert!((Schedule { warmup: 0, ..schedule }.rate(0) - 1.0).abs() < 1e-12);
    }
}
