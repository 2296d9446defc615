//! The lists of a decoder, as LPZero's code for GPT-2 has them.

use proxyrank_nn::Site;

use super::primitive::Input;

/// The lists that the activations of a place belong to.
///
/// `act` and `head` are one list, the outputs of all matrices; no released hook catches attention probabilities, so `softmax`
/// has none.
pub(crate) const fn decoder_inputs_at(site: Site) -> &'static [Input] {
    match site {
        Site::Linear => &[Input::Act, Input::Head],
        _ => &[],
    }
}
