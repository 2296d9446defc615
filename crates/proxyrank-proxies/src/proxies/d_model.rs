//! Width of the residual stream: hidden size of an encoder, `d_model` of a decoder.
//!
//! Paper: none. Needs: sizes. Direction: larger is better. Constant, and so useless, under the reading `released`.

use proxyrank_schema::{Outcome, Params};

use crate::{Proxy, Subject};

/// Model width.
pub static D_MODEL: Proxy = Proxy::data_free("d_model", "Model width", "d", run);

fn run(subject: &Subject, _: &Params) -> Outcome {
    Outcome::from_value(subject.network.width() as f64)
}

#[cfg(test)]
mod tests {
    use proxyrank_schema::Reading;

    use super::*;
    use crate::testing::{count, flexibert, gpt2};

    #[test]
    fn follows_the_reading() {
        assert_eq!(count(&D_MODEL, &flexibert(0, Reading::Declared)), 256);
        assert_eq!(count(&D_MODEL, &flexibert(198, Reading::Declared)), 128);
        assert_eq!(count(&D_MODEL, &flexibert(198, Reading::Released)), 256);
        assert_eq!(count(&D_MODEL, &gpt2(2, 64, 100)), 64);
    }
}
