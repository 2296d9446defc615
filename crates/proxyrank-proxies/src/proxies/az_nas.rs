//! AZ-NAS: an architecture's ranks under three proxies, put together.
//!
//! Formula: the sum over `az_nas_expressivity`, `az_nas_trainability` and `flops` of ln(r / m), r being the architecture's rank
//! among all m of the population, best largest, ties averaged. Lee & Ham (CVPR 2024); the released search for vision
//! transformers adds these three (progressivity belongs to networks whose features grow along their depth, and is not among
//! them). Needs: the scores of its components on every architecture. Direction: larger is better. Axes: its components'.

use proxyrank_schema::CostClass;

use crate::{Axes, Proxy, papers};

/// AZ-NAS.
pub static AZ_NAS: Proxy = Proxy {
    paper: Some(&papers::LEE_2024),
    class: CostClass::Gradient,
    axes: Axes::FORWARD,
    faults: &["It is made of ranks: an architecture's score depends on which others it stands among."],
    ..Proxy::population(
        "az_nas",
        "AZ-NAS",
        "sum over components of ln(rank / population)",
        &["az_nas_expressivity", "az_nas_trainability", "flops"],
    )
};
