//! Width times depth.
//!
//! Why: three values on FlexiBERT (declared), and a tau-b above every published proxy: another warning about ties.
//! Paper: none. Needs: sizes. Direction: larger is better.

use proxyrank_schema::{Outcome, Params};

use crate::{Proxy, Subject};

/// Hidden size x layers.
pub static HIDDEN_TIMES_LAYERS: Proxy =
    Proxy::data_free("hidden_times_layers", "Hidden size x layers", "d L", run);

fn run(subject: &Subject, _: &Params) -> Outcome {
    Outcome::from_value((subject.network.width() * subject.network.depth()) as f64)
}

#[cfg(test)]
mod tests {
    use proxyrank_schema::Reading;

    use super::*;
    use crate::testing::{count, flexibert, gpt2};

    #[test]
    fn by_hand() {
        assert_eq!(count(&HIDDEN_TIMES_LAYERS, &flexibert(0, Reading::Declared)), 1024);
        assert_eq!(count(&HIDDEN_TIMES_LAYERS, &gpt2(3, 64, 100)), 192);
    }
}
