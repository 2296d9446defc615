//! A visitor that copies all it is shown, and what the blocks of a batch have seen, put together.

use std::collections::{BTreeMap, HashMap};

use proxyrank_nn::{Block, Event, GradientEvent, GradientOf, GradientVisitor, Real, Site, View, Visitor};

/// Everything but [`Site::TransformSoftmax`], which has no gradient.
pub(crate) struct Record<T> {
    /// Activations on the way forward, by place and first sequence.
    pub(crate) forward: HashMap<(GradientOf, usize), Vec<T>>,
    /// Values and gradients on the way back, likewise.
    pub(crate) backward: HashMap<(GradientOf, usize), [Vec<T>; 2]>,
    /// Whether the way forward is done.
    turned: bool,
}

impl<T> Record<T> {
    pub(crate) fn new(_: Block) -> Self {
        Self { forward: HashMap::new(), backward: HashMap::new(), turned: false }
    }
}

fn copied<T: Real>(view: View<'_, T>) -> Vec<T> {
    view.iter_rows().flatten().copied().collect()
}

impl<T: Real> Visitor<T> for Record<T> {
    fn wants(&self, site: Site) -> bool {
        // The generator's predictions stand for masked tokens alone, and one engine shows them.
        !matches!(site, Site::TransformSoftmax | Site::Predictions)
    }

    fn visit(&mut self, event: &Event<'_, T>) {
        let Event { site, layer, index, block, values, .. } = *event;
        assert_eq!(values.rows(), block.rows());
        assert!(!self.turned, "an activation on the way back");
        let key = (GradientOf::Activation { site, layer, index }, block.first_sequence);
        assert!(self.forward.insert(key, copied(values)).is_none(), "{key:?} twice");
    }
}

impl<T: Real> GradientVisitor<T> for Record<T> {
    fn wants_gradient(&self, _: Site) -> bool {
        true
    }

    fn wants_outputs(&self) -> bool {
        true
    }

    fn wants_tables(&self) -> bool {
        true
    }

    fn turn(&mut self) {
        assert!(!self.turned, "turned twice");
        self.turned = true;
    }

    fn visit_gradient(&mut self, event: &GradientEvent<'_, T>) {
        let GradientEvent { of, block, values, gradient } = *event;
        assert!(self.turned, "a gradient on the way forward");
        assert_eq!((values.rows(), gradient.rows()), (block.rows(), block.rows()));
        assert_eq!(values.columns(), gradient.columns());
        let key = (of, block.first_sequence);
        assert!(self.backward.insert(key, [values, gradient].map(copied)).is_none(), "{key:?} twice");
    }
}

/// Values and gradients over the whole batch, row-major, sequence by sequence.
pub(crate) fn assembled<T: Real>(blocks: &[Record<T>]) -> HashMap<GradientOf, [Vec<T>; 2]> {
    let mut parts: HashMap<GradientOf, BTreeMap<usize, &[Vec<T>; 2]>> = HashMap::new();
    for ((of, first_sequence), pair) in blocks.iter().flat_map(|block| &block.backward) {
        assert!(parts.entry(*of).or_default().insert(*first_sequence, pair).is_none());
    }
    let join = |parts: BTreeMap<usize, &[Vec<T>; 2]>| {
        [0, 1].map(|which| parts.values().flat_map(|pair| &pair[which]).copied().collect())
    };
    parts.into_iter().map(|(of, parts)| (of, join(parts))).collect()
}
