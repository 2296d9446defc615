//! How numbers are written for people.
//!
//! One place decides, so that a value reads the same in a table, a chart and the ledger.

use proxyrank_stats::Estimate;

/// A value with a fixed count of decimals, without the sign of a negative zero.
///
/// ```
/// assert_eq!(proxyrank_report::number::fixed(-0.0001, 3), "0.000");
/// ```
pub fn fixed(value: f64, digits: usize) -> String {
    let text = format!("{value:.digits$}");
    match text.strip_prefix('-') {
        Some(rest) if rest.bytes().all(|b| b == b'0' || b == b'.') => rest.to_owned(),
        _ => text,
    }
}

/// A value of any magnitude with one decimal and a power of ten; zero is `0`.
///
/// ```
/// assert_eq!(proxyrank_report::number::scientific(530_499_394.0), "5.3e8");
/// ```
pub fn scientific(value: f64) -> String {
    if value == 0.0 { "0".to_owned() } else { format!("{value:.1e}") }
}

/// A point with its interval: `0.745 [0.721, 0.768]`.
pub fn estimate(value: &Estimate, digits: usize) -> String {
    format!("{} [{}, {}]", fixed(value.point, digits), fixed(value.low, digits), fixed(value.high, digits))
}

/// A whole number with commas between thousands from 10,000 on: `9999`, `13,330,176`.
pub fn grouped(value: i64) -> String {
    let digits = value.unsigned_abs().to_string();
    if digits.len() < 5 {
        return value.to_string();
    }
    let mut text = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if value < 0 {
        text.push('-');
    }
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `none`, `1`, `2`: a count in the middle of a sentence.
pub fn none(count: usize) -> String {
    if count == 0 { "none".to_owned() } else { count.to_string() }
}

/// `1 claim`, `2 claims`: a count with its noun.
pub fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// `two lines`, `12 lines`: a small count with its noun, as one would say it.
pub fn in_words(count: usize, noun: &str) -> String {
    const WORDS: [&str; 4] = ["no", "one", "two", "three"];
    let plural = if count == 1 { "" } else { "s" };
    WORDS.get(count).map_or_else(|| counted(count, noun), |word| format!("{word} {noun}{plural}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_grouped_from_five_digits_on() {
        assert_eq!(grouped(9_999), "9999");
        assert_eq!(grouped(-13_330_176), "-13,330,176");
        assert_eq!(grouped(100_000), "100,000");
        assert_eq!(grouped(i64::MIN), "-9,223,372,036,854,775,808");
    }

    #[test]
    fn no_negative_zero() {
        assert_eq!(fixed(-0.0004, 3), "0.000");
        assert_eq!(fixed(-0.0006, 3), "-0.001");
        assert_eq!(fixed(-0.4, 0), "0");
    }
}
