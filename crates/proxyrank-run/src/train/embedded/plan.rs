//! Which networks the embedded benchmark has, and in which order they are trained.

use std::collections::BTreeSet;

use proxyrank_space::QuarterArch;
use proxyrank_space::flexibert::Sampler;

/// Architectures of the benchmark.
pub const ARCHITECTURES: usize = 96;
/// Seed with which they are drawn.
const SAMPLER_SEED: u32 = 1;
/// Trainings of every architecture.
const SEEDS: u64 = 2;
/// Trainings of the first architecture of each stretch of [`STRETCH`].
const MANY_SEEDS: u64 = 5;
/// One architecture of so many is trained from many seeds: twelve of them.
const STRETCH: usize = 8;

/// The architectures of the benchmark: distinct draws from the space. Their names are their places.
pub fn architectures() -> Vec<QuarterArch> {
    let mut seen = BTreeSet::new();
    let drawn = Sampler::new(SAMPLER_SEED).map(|full| QuarterArch::of(&full));
    drawn.filter(|arch| seen.insert(arch.clone())).take(ARCHITECTURES).collect()
}

/// All trainings as places of architectures and seeds, in the order in which they are done: the first seed of every
/// architecture, the second of every one, then the others, so that a set that is not finished is useful.
pub fn schedule() -> Vec<(usize, u64)> {
    let seeds = |arch: usize| if arch.is_multiple_of(STRETCH) { MANY_SEEDS } else { SEEDS };
    let of_seed =
        |seed| (0..ARCHITECTURES).filter(move |arch| seed < seeds(*arch)).map(move |arch| (arch, seed));
    (0..MANY_SEEDS).flat_map(of_seed).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plan_is_what_the_datasheet_says() {
        let archs = architectures();
        assert_eq!(archs.iter().collect::<BTreeSet<_>>().len(), ARCHITECTURES);
        assert!(archs.iter().all(|arch| arch.validate().is_ok()));
        let plan = schedule();
        assert_eq!((plan.len(), plan.iter().collect::<BTreeSet<_>>().len()), (228, 228));
        assert_eq!(plan[..3], [(0, 0), (1, 0), (2, 0)]);
        assert!(plan[..ARCHITECTURES].iter().all(|(_, seed)| *seed == 0));
        assert_eq!(plan.iter().filter(|(_, seed)| *seed == 4).count(), 12);
    }
}
