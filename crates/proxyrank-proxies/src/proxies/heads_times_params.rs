//! Mean number of heads times number of parameters.
//!
//! Why: a control for proxies that grow with the number of heads. Parameters are all of them for an encoder and the
//! body's for a decoder. Paper: none. Needs: sizes. Direction: larger is better.

use proxyrank_schema::{Outcome, Params};

use super::size::size;
use crate::{Proxy, Subject};

/// Mean heads x parameters.
pub static HEADS_TIMES_PARAMS: Proxy = Proxy::data_free(
    "heads_times_params",
    "Mean heads x parameters",
    "mean over layers of heads x #params",
    run,
);

fn run(subject: &Subject, _: &Params) -> Outcome {
    let heads = subject.network.heads();
    let mean = heads.iter().sum::<usize>() as f64 / heads.len() as f64;
    Outcome::from_value(mean * size(&subject.network) as f64)
}

#[cfg(test)]
mod tests {
    use proxyrank_schema::Reading;

    use super::*;
    use crate::testing::{count, flexibert};

    #[test]
    fn by_hand() {
        // Architecture 0 has 4, 2, 4 and 4 heads.
        assert_eq!(count(&HEADS_TIMES_PARAMS, &flexibert(0, Reading::Declared)), 33_799_808);
    }
}
