//! The expected spectral capacity of a random matrix, in closed form.
//!
//! psi(W) = ln det(I + W'W) = sum over singular values of ln(1 + σ²). For a large matrix with independent entries of
//! variance s² the eigenvalues of W'W follow the Marchenko-Pastur law, and the expectation of ln(1 + γx) under that law
//! is the Shannon transform, which has a closed form (Tulino & Verdú, "Random matrix theory and wireless
//! communications", 2004, equation 1.14). No integral is computed and no matrix is drawn.

/// E[ln(1 + γx)] for x under the Marchenko-Pastur law of unit variance and ratio `beta` in (0, 1].
///
/// `gamma` must be positive.
pub fn shannon_transform(gamma: f64, beta: f64) -> f64 {
    let root = beta.sqrt();
    let end = |edge: f64| (gamma * edge * edge + 1.0).sqrt();
    let quarter_f = (end(1.0 + root) - end(1.0 - root)).powi(2) / 4.0;
    (gamma - quarter_f).ln_1p() + (gamma * beta - quarter_f).ln_1p() / beta - quarter_f / (beta * gamma)
}

/// Expected ln det(I + W'W) of a `rows x cols` matrix with independent entries of the given variance.
///
/// With m the larger and n the smaller side: n · E[ln(1 + m·variance·x)], x Marchenko-Pastur with ratio n/m.
pub fn spectral_capacity(rows: u64, cols: u64, variance: f64) -> f64 {
    let (m, n) = (rows.max(cols) as f64, rows.min(cols) as f64);
    n * shannon_transform(m * variance, n / m)
}

/// Variance of Xavier's (Glorot's) initialisation: 2 / (fan in + fan out).
pub fn xavier_variance(rows: u64, cols: u64) -> f64 {
    2.0 / (rows + cols) as f64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The same expectation by the midpoint rule after x = centre - radius·cos(t), which removes the edges' roots.
    fn by_quadrature(gamma: f64, beta: f64) -> f64 {
        let (low, high) = ((1.0 - beta.sqrt()).powi(2), (1.0 + beta.sqrt()).powi(2));
        let (centre, radius) = (f64::midpoint(low, high), (high - low) / 2.0);
        let steps = 20_000_u32;
        let width = std::f64::consts::PI / f64::from(steps);
        let term = |step: u32| {
            let t = (f64::from(step) + 0.5) * width;
            let x = centre - radius * t.cos();
            let density = radius * t.sin() / (2.0 * std::f64::consts::PI * beta * x);
            (gamma * x).ln_1p() * density * radius * t.sin()
        };
        (0..steps).map(term).sum::<f64>() * width
    }

    proptest! {
        #[test]
        fn closed_form_agrees_with_quadrature(gamma in 0.01_f64..20.0, beta in 0.02_f64..=1.0) {
            let (closed, summed) = (shannon_transform(gamma, beta), by_quadrature(gamma, beta));
            prop_assert!((closed - summed).abs() < 1e-7 * summed, "{closed} {summed}");
        }
    }

    #[test]
    fn a_square_matrix_and_its_limits() {
        // Square, unit gain: γ = 1 and β = 1 give F = (√5 - 1)², so the transform is 2·ln((1 + √5)/2) - (√5 - 1)²/4.
        let golden = f64::midpoint(1.0, 5.0_f64.sqrt());
        let expected = 2.0 * golden.ln() - (golden - 1.0).powi(2);
        assert!((shannon_transform(1.0, 1.0) - expected).abs() < 1e-14);
        // ln(1 + γx) is γx for small γ, and x has mean 1.
        assert!((shannon_transform(1e-6, 0.5) / 1e-6 - 1.0).abs() < 1e-5);
        let capacity = |rows, cols| spectral_capacity(rows, cols, xavier_variance(rows, cols));
        assert!((capacity(128, 512) - capacity(512, 128)).abs() < 1e-12);
    }
}
