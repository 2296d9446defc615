//! Number of layers.
//!
//! Why: the simplest baseline there is. On FlexiBERT it has two values and still beats most published proxies in tau-b,
//! which rewards ties: read it beside tau-a. Paper: none. Needs: nothing. Direction: larger is better.

use proxyrank_schema::{Outcome, Params};

use crate::{Axes, Proxy, Subject};

/// Number of layers.
pub static NUM_LAYERS: Proxy =
    Proxy { axes: Axes::NONE, ..Proxy::data_free("num_layers", "Number of layers", "L", run) };

fn run(subject: &Subject, _: &Params) -> Outcome {
    Outcome::from_value(subject.network.depth() as f64)
}

#[cfg(test)]
mod tests {
    use proxyrank_schema::Reading;

    use super::*;
    use crate::testing::{count, flexibert, gpt2};

    #[test]
    fn the_same_under_every_reading() {
        let readings = [Reading::Released, Reading::Declared, Reading::AsTrained];
        assert_eq!(readings.map(|reading| count(&NUM_LAYERS, &flexibert(0, reading))), [4; 3]);
        assert_eq!(count(&NUM_LAYERS, &gpt2(7, 64, 100)), 7);
    }
}
