//! Depth times number of parameters.
//!
//! Why: it is what W-PCA amounts to where its principal components merely count layers, but with no principal
//! component in it. Parameters are all of them for an encoder and the body's for a decoder, as in W-PCA. Paper: none.
//! Needs: sizes. Direction: larger is better.

use proxyrank_schema::{Outcome, Params};

use super::size::size;
use crate::{Proxy, Subject};

/// Layers x parameters.
pub static LAYERS_TIMES_PARAMS: Proxy =
    Proxy::data_free("layers_times_params", "Layers x parameters", "L x #params", run);

fn run(subject: &Subject, _: &Params) -> Outcome {
    Outcome::from_value(subject.network.depth() as f64 * size(&subject.network) as f64)
}

#[cfg(test)]
mod tests {
    use proxyrank_schema::Reading;

    use super::*;
    use crate::testing::{count, flexibert};

    #[test]
    fn by_hand() {
        assert_eq!(count(&LAYERS_TIMES_PARAMS, &flexibert(0, Reading::Declared)), 4 * 9_657_088);
    }
}
