//! How proxies look: colour and shape by class of cost, bold names for baselines.

use proxyrank_schema::CostClass;

use super::canvas::{Marker, bold, em, face};
use super::legend::{Entry, Sign};
use super::palette::{self, Colour};
use super::surface::Type;
use crate::table::Emphasis;

/// A class of cost in words.
const fn name(class: CostClass) -> &'static str {
    match class {
        CostClass::DataFree => "data-free",
        CostClass::Weights => "sampled weights",
        CostClass::Forward => "forward pass",
        CostClass::Gradient => "backward pass",
        CostClass::PerSample => "a backward pass a sample",
        CostClass::SecondOrder => "second order",
        CostClass::Published => "published scores",
    }
}

/// The colour of a class.
pub(super) const fn colour(class: CostClass) -> Colour {
    palette::CATEGORIES[match class {
        CostClass::DataFree => 0,
        CostClass::Weights => 5,
        CostClass::Forward => 2,
        CostClass::Gradient => 4,
        CostClass::PerSample => 1,
        CostClass::SecondOrder => 3,
        CostClass::Published => 6,
    }]
}

/// The shape of a class.
pub(super) const fn marker(class: CostClass) -> Marker {
    match class {
        CostClass::DataFree | CostClass::SecondOrder => Marker::Disc,
        CostClass::Weights | CostClass::Published => Marker::Diamond,
        CostClass::Forward => Marker::Square,
        CostClass::Gradient | CostClass::PerSample => Marker::Triangle,
    }
}

/// How a proxy's name is set.
pub(super) const fn name_face(emphasis: Emphasis) -> Type {
    match emphasis {
        Emphasis::Plain => face(em::LABEL, palette::INK),
        Emphasis::Baseline => bold(em::LABEL, palette::INK),
    }
}

/// A legend entry for each class that occurs, in the order of their cost.
pub(super) fn entries(occurring: impl Iterator<Item = CostClass>) -> Vec<Entry> {
    let occurring: Vec<CostClass> = occurring.collect();
    let classes = CostClass::ALL.iter().copied().filter(|class| occurring.contains(class));
    classes.map(|class| Entry::new(Sign::Marker(marker(class), colour(class)), name(class))).collect()
}
