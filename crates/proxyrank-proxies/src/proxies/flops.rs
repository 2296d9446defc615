//! Floating-point operations of one forward pass.
//!
//! Formula: twice the multiply-accumulates of [`proxyrank_space::counts::macs`], whose documentation says what is
//! counted. Paper: none; the FLOPs in published tables come from formulas that are rarely stated. Needs: sizes and a
//! sequence length. Direction: larger is better.

use proxyrank_schema::{Outcome, Params};
use proxyrank_space::counts::macs;

use crate::{Axes, Proxy, Subject};

/// FLOPs.
pub static FLOPS: Proxy = Proxy {
    axes: Axes::NETWORK_AT_LENGTH,
    ..Proxy::data_free(
        "flops",
        "FLOPs",
        "2 x multiply-accumulates of linear layers, attention, convolutions and transforms, batch 1",
        run,
    )
};

fn run(subject: &Subject, _: &Params) -> Outcome {
    match macs(&subject.network, subject.seq_len) {
        Ok(macs) => Outcome::from_value(macs.flops() as f64),
        Err(error) => Outcome::error(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use proxyrank_schema::Status;

    use super::*;
    use crate::testing::{count, gpt2};

    #[test]
    fn by_hand() {
        let expected = 2 * 128 * (4 * 64 * 64 + 2 * 128 * 64 + 2 * 64 * 100);
        assert_eq!(count(&FLOPS, &gpt2(1, 64, 100)), expected);
    }

    #[test]
    fn a_sequence_beyond_the_position_table_is_an_error() {
        let subject = Subject { seq_len: 193, ..gpt2(1, 64, 100) };
        assert_eq!(FLOPS.score(&subject, &Params::none()).status, Status::Error);
    }
}
