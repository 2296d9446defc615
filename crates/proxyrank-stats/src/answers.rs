//! How right answers in words are: exact match and F1 of SQuAD's official evaluation.
//!
//! Both compare normalised answers: lower case, without ASCII punctuation, without the articles a, an and the, words separated
//! by one space. Of several right answers the best one counts; no answer is the empty text (SQuAD 2.0).

use std::collections::HashMap;

/// An answer as it is compared.
pub fn normalised(answer: &str) -> String {
    let kept: String = answer.to_lowercase().chars().filter(|c| !c.is_ascii_punctuation()).collect();
    let mut without = String::with_capacity(kept.len());
    // An article is a whole run of letters and digits, whatever stands around it.
    for run in kept.split_inclusive(|c: char| !c.is_alphanumeric()) {
        let word = run.trim_end_matches(|c: char| !c.is_alphanumeric());
        let rest = &run[word.len()..];
        without.push_str(if ["a", "an", "the"].contains(&word) { " " } else { word });
        without.push_str(rest);
    }
    without.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// 1 where an answer is one of the right ones, else 0.
pub fn exact_match(answer: &str, right: &[&str]) -> f64 {
    let answer = normalised(answer);
    f64::from(u8::from(right_ones(right).any(|right| normalised(right) == answer)))
}

/// The best F1 of the words of an answer and of a right one, counted with repetitions. Where either is empty, 1 if both are.
pub fn word_f1(answer: &str, right: &[&str]) -> f64 {
    let answer = normalised(answer);
    right_ones(right).map(|right| f1_of(&answer, &normalised(right))).fold(0.0, f64::max)
}

/// The right answers; the empty one where there is none.
fn right_ones<'a>(right: &'a [&'a str]) -> impl Iterator<Item = &'a str> {
    let none = right.is_empty().then_some("");
    right.iter().copied().chain(none)
}

fn f1_of(answer: &str, right: &str) -> f64 {
    let (answer, right): (Vec<&str>, Vec<&str>) = (words(answer), words(right));
    if answer.is_empty() || right.is_empty() {
        return f64::from(u8::from(answer.is_empty() && right.is_empty()));
    }
    let mut left: HashMap<&str, usize> = HashMap::new();
    for word in &right {
        *left.entry(word).or_default() += 1;
    }
    let mut common = 0_usize;
    for word in &answer {
        if let Some(count) = left.get_mut(word).filter(|count| **count > 0) {
            *count -= 1;
            common += 1;
        }
    }
    if common == 0 {
        return 0.0;
    }
    let (precision, recall) = (common as f64 / answer.len() as f64, common as f64 / right.len() as f64);
    2.0 * precision * recall / (precision + recall)
}

fn words(text: &str) -> Vec<&str> {
    text.split_whitespace().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: f64, wanted: f64) {
        assert!((found - wanted).abs() < 1e-12, "{found} {wanted}");
    }

    #[test]
    fn answers_are_compared_without_case_articles_and_punctuation() {
        assert_eq!(normalised("  The Eiffel-Tower, an\ticon  of a city. "), "eiffeltower icon of city");
        assert_eq!(normalised("a\u{2014}the b theatre"), "\u{2014} b theatre");
        near(exact_match("the Denver Broncos!", &["Carolina", "Denver Broncos"]), 1.0);
        near(exact_match("Denver", &["Denver Broncos"]), 0.0);
        // Precision 1, recall 1/2.
        near(word_f1("Denver", &["Carolina", "Denver Broncos"]), 2.0 / 3.0);
        // "to be" and "be": repetitions count once each.
        near(word_f1("be be be", &["to be"]), 2.0 * (1.0 / 3.0) * 0.5 / (1.0 / 3.0 + 0.5));
        near(word_f1("Carolina", &["Denver"]), 0.0);
    }

    #[test]
    fn no_answer_is_an_answer() {
        near(exact_match("", &[]), 1.0);
        near(word_f1("", &[]), 1.0);
        near(exact_match("Paris", &[]), 0.0);
        near(word_f1("Paris", &[]), 0.0);
        near(word_f1("the", &["a"]), 1.0);
    }
}
