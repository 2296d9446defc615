//! 4 L d²: the weights of plain self-attention, from depth and width alone.
//!
//! Why: on GPT-2 it ranks nearly as well as the proxy that LPZero searched for, which is a function of d and L too.
//! Paper: none. Needs: sizes. Direction: larger is better.

use proxyrank_schema::{Outcome, Params};
use proxyrank_space::Family;

use crate::{Proxy, Subject};

/// 4 L d².
pub static FOUR_L_D_SQUARED: Proxy = Proxy {
    families: &[Family::Gpt2, Family::TransformerXl],
    ..Proxy::data_free("four_l_d_squared", "4 L d²", "4 L d^2", run)
};

fn run(subject: &Subject, _: &Params) -> Outcome {
    Outcome::from_value((4 * subject.network.depth() * subject.network.width().pow(2)) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{count, gpt2};

    #[test]
    fn by_hand() {
        assert_eq!(count(&FOUR_L_D_SQUARED, &gpt2(3, 64, 100)), 49_152);
    }
}
