//! Hashes of data and weights.

use sha2::{Digest, Sha256};

/// Numbers that are hashed at a time.
const STRETCH: usize = 1 << 14;

/// SHA-256 of some parts, in hexadecimal digits; where a part ends counts.
pub(crate) fn sha256<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    digits(hash)
}

/// SHA-256 of the little-endian bytes of numbers.
pub(crate) fn sha256_of_numbers(values: &[f32]) -> String {
    let mut hash = Sha256::new();
    for stretch in values.chunks(STRETCH) {
        hash.update(stretch.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>());
    }
    digits(hash)
}

fn digits(hash: Sha256) -> String {
    hash.finalize().iter().fold(String::new(), |digits, byte| digits + &format!("{byte:02x}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_and_ends_of_parts_count() {
        // printf '\0\0\200\77' | sha256sum
        let one = "e00e5eb9444182f352323374ef4e08ebcb784725fdd4fd612d7730540b3e0c8c";
        assert_eq!(sha256_of_numbers(&[1.0]), one);
        assert_ne!(sha256_of_numbers(&[0.0]), sha256_of_numbers(&[-0.0]));
        assert_ne!(sha256([&b"ab"[..], b"c"]), sha256([&b"a"[..], b"bc"]));
        assert_eq!(sha256([&b"ab"[..], b"c"]), sha256([&b"ab"[..], b"c"]));
    }
}
