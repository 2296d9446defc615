//! Number of parameters of the whole network: the baseline that every proxy has to beat.
//!
//! Paper: none. Needs: sizes. Direction: larger is better. For an encoder this is the network without a head; for a
//! decoder a tensor shared by embedding and output counts once.

use proxyrank_schema::{Outcome, Params};
use proxyrank_space::counts::parameters;

use crate::{Proxy, Subject};

/// All parameters.
pub static NUM_PARAMETERS: Proxy =
    Proxy::data_free("num_parameters", "All parameters", "sum of the sizes of all tensors", run);

fn run(subject: &Subject, _: &Params) -> Outcome {
    Outcome::from_value(parameters(&subject.network).total() as f64)
}

#[cfg(test)]
mod tests {
    use proxyrank_schema::Reading;

    use super::*;
    use crate::testing::{count, flexibert, gpt2};

    #[test]
    fn totals_of_three_readings() {
        let total = |reading| count(&NUM_PARAMETERS, &flexibert(60, reading));
        let readings = [Reading::Released, Reading::Declared, Reading::AsTrained];
        assert_eq!(readings.map(total), [9_555_594, 8_774_218, 7_650_304]);
    }

    #[test]
    fn a_decoder_s_tied_table_counts_once() {
        // Table and positions, one layer, final norm, a bias a token.
        let layer = 4 * 64 * 64 + 4 * 64 + 2 * 64 * 100 + 100 + 64 + 4 * 64;
        let expected = 1000 * 64 + 192 * 64 + layer + 2 * 64 + 1000;
        assert_eq!(count(&NUM_PARAMETERS, &gpt2(1, 64, 100)), expected);
    }
}
