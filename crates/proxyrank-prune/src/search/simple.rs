//! Local search.

use rand::seq::IndexedRandom;

use super::run::Search;
use crate::pareto::front;
use crate::space::{Genes, Sampler};

/// Evaluations of the initial design.
const DESIGN: usize = 3;

/// After the initial design one random start; then a member of the front of everything seen, each as likely, with one gene changed.
pub(super) fn local(search: &Search) -> Genes {
    let mut rng = search.rng();
    if search.genes().len() == DESIGN {
        return search.space.sample(Sampler::Config, &mut rng);
    }
    match front(search.points()).choose(&mut rng) {
        Some(&member) => search.space.mutate(&search.genes()[member], &mut rng),
        None => search.space.sample(Sampler::Config, &mut rng),
    }
}
