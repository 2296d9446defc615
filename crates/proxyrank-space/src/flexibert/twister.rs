//! The Mersenne Twister MT19937, as far as Python's `random` uses it.
//!
//! The benchmark's 500 architectures were drawn with `random.seed(0)` and `random.choice`, so with this generator the
//! list can be made again from nothing, which a test does.
//!
//! Matsumoto & Nishimura, "Mersenne Twister: a 623-dimensionally equidistributed uniform pseudo-random number
//! generator", ACM TOMACS 1998.

const SIZE: usize = 624;
const SIZE_U32: u32 = 624;
const SHIFT: usize = 397;

/// MT19937 with Python's seeding.
#[derive(Debug, Clone)]
pub struct MersenneTwister {
    state: Vec<u32>,
    next: usize,
}

impl MersenneTwister {
    /// Seeds like Python's `random.seed(seed)` for a non-negative integer below 2^32.
    pub fn new(seed: u32) -> Self {
        Self { state: init_by_array(&[seed]), next: SIZE }
    }

    /// The next 32 bits.
    pub fn next_u32(&mut self) -> u32 {
        if self.next == SIZE {
            self.twist();
            self.next = 0;
        }
        let mut y = self.state[self.next];
        self.next += 1;
        y ^= y >> 11;
        y ^= (y << 7) & 0x9d2c_5680;
        y ^= (y << 15) & 0xefc6_0000;
        y ^ (y >> 18)
    }

    fn twist(&mut self) {
        for i in 0..SIZE {
            let y = (self.state[i] & 0x8000_0000) | (self.state[(i + 1) % SIZE] & 0x7fff_ffff);
            let odd = if y & 1 == 1 { 0x9908_b0df } else { 0 };
            self.state[i] = self.state[(i + SHIFT) % SIZE] ^ (y >> 1) ^ odd;
        }
    }
}

fn init_by_number(seed: u32) -> Vec<u32> {
    let mut last = seed;
    let rest = (1..SIZE_U32).map(|i| {
        last = (last ^ (last >> 30)).wrapping_mul(1_812_433_253).wrapping_add(i);
        last
    });
    std::iter::once(seed).chain(rest).collect()
}

fn init_by_array(key: &[u32]) -> Vec<u32> {
    let mut state = init_by_number(19_650_218);
    let mut place = Place { index: 1, number: 1 };
    for (j, &word) in (0..).zip(key).cycle().take(SIZE.max(key.len())) {
        let mixed = place.mix(&state, 1_664_525);
        place.put(&mut state, mixed.wrapping_add(word).wrapping_add(j));
    }
    for _ in 1..SIZE {
        let mixed = place.mix(&state, 1_566_083_941).wrapping_sub(place.number);
        place.put(&mut state, mixed);
    }
    state[0] = 0x8000_0000;
    state
}

/// A place in the state that goes round and skips entry 0; `number` is the same as `index`, as a word.
struct Place {
    index: usize,
    number: u32,
}

impl Place {
    fn mix(&self, state: &[u32], factor: u32) -> u32 {
        let before = state[self.index - 1];
        state[self.index] ^ (before ^ (before >> 30)).wrapping_mul(factor)
    }

    fn put(&mut self, state: &mut [u32], value: u32) {
        state[self.index] = value;
        self.index += 1;
        self.number += 1;
        if self.index == SIZE {
            state[0] = value;
            *self = Self { index: 1, number: 1 };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_outputs_of_the_authors_test_program() {
        // Key and values as published with the reference implementation (mt19937ar).
        let mut twister = MersenneTwister { state: init_by_array(&[0x123, 0x234, 0x345, 0x456]), next: SIZE };
        let first: Vec<u32> = (0..5).map(|_| twister.next_u32()).collect();
        assert_eq!(first, [1_067_595_299, 955_945_823, 477_289_528, 4_107_218_783, 4_228_976_476]);
    }
}
