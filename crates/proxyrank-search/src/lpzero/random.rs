//! Random genotypes with the released weights, from a generator whose place can be stored.

use proxyrank_proxies::symbolic::{Binary, Branch, Genotype, Input, Unary};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// Draws, and knows where it is.
#[derive(Debug, Clone)]
pub struct Dice(ChaCha8Rng);

/// Tenths: every unary primitive has one, the last one two.
const UNARY_TENTHS: usize = 21;

/// Hundredths of sum, difference and product, matrix product left out.
const BINARY_HUNDREDTHS: [usize; 3] = [60, 30, 5];

impl Dice {
    /// Dice for a seed, at a place in their stream.
    pub fn new(seed: u64, place: u64) -> Self {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        generator.set_word_pos(u128::from(place));
        Self(generator)
    }

    /// The place in the stream.
    pub fn place(&self) -> u64 {
        u64::try_from(self.0.get_word_pos()).unwrap_or(u64::MAX)
    }

    /// A whole number below `count`, even to within 2^-32.
    pub fn below(&mut self, count: usize) -> usize {
        let drawn = (u128::from(self.0.next_u64()) * count as u128) >> 64;
        usize::try_from(drawn).unwrap_or(0)
    }

    /// True once in `percent` hundredths of all draws.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// A random order of `count` things.
    pub fn order(&mut self, count: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..count).collect();
        for index in (1..count).rev() {
            let other = self.below(index + 1);
            order.swap(index, other);
        }
        order
    }

    /// An input; all are equally likely.
    pub fn input(&mut self) -> Input {
        Input::ALL[self.below(Input::ALL.len())]
    }

    /// A unary primitive; `no_op`, the last one, is twice as likely as any other.
    pub fn unary(&mut self) -> Unary {
        Unary::ALL[self.below(UNARY_TENTHS).min(Unary::ALL.len() - 1)]
    }

    /// A binary primitive.
    pub fn binary(&mut self) -> Binary {
        let mut drawn = self.below(BINARY_HUNDREDTHS.iter().sum());
        for (&binary, share) in Binary::ALL.iter().zip(BINARY_HUNDREDTHS) {
            if drawn < share {
                return binary;
            }
            drawn -= share;
        }
        Binary::Product
    }

    /// A random tree.
    pub fn genotype(&mut self) -> Genotype {
        let inputs = [self.input(), self.input()];
        let branches = inputs.map(|input| Branch { input, first: self.unary(), second: self.unary() });
        Genotype { branches, binary: self.binary() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_have_their_weights_and_can_be_taken_up() {
        let mut dice = Dice::new(1, 0);
        let drawn: Vec<Genotype> = (0..4000).map(|_| dice.genotype()).collect();
        let share =
            |wanted: &dyn Fn(&Genotype) -> bool| drawn.iter().filter(|g| wanted(g)).count() as f64 / 4000.0;
        assert!((share(&|g| g.branches[0].first == Unary::NoOp) - 2.0 / 21.0).abs() < 0.02);
        assert!((share(&|g| g.binary == Binary::Sum) - 60.0 / 95.0).abs() < 0.03);
        assert!((share(&|g| g.branches[1].input == Input::Grad) - 0.2).abs() < 0.03);
        let mut again = Dice::new(1, dice.place());
        assert_eq!(again.genotype(), dice.genotype());
        let mut order = dice.order(20);
        order.sort_unstable();
        assert_eq!(order, (0..20).collect::<Vec<_>>());
    }
}
