//! Regular inflection. What is irregular stands in the lexicon itself.

/// Appends the `s` of plurals and of third persons: `box` gives `boxes`, `story` gives `stories`.
pub(super) fn with_s(word: &str) -> String {
    if word == "have" {
        return "has".to_owned();
    }
    if let Some(stem) = consonant_y(word) {
        return format!("{stem}ies");
    }
    let hisses = ["s", "sh", "ch", "x", "z"].iter().any(|end| word.ends_with(end));
    let ends_in_o = word.ends_with('o') && !["piano"].contains(&word);
    format!("{word}{}", if hisses || ends_in_o { "es" } else { "s" })
}

/// The regular past: `hurry` gives `hurried`, `love` gives `loved`, and with a doubled letter `chat` gives `chatted`.
pub(super) fn with_ed(word: &str, doubles: bool) -> String {
    match (consonant_y(word), word.chars().last()) {
        (Some(stem), _) => format!("{stem}ied"),
        (None, Some('e')) => format!("{word}d"),
        (None, Some(last)) if doubles => format!("{word}{last}ed"),
        _ => format!("{word}ed"),
    }
}

/// The progressive: `take` gives `taking`, `see` gives `seeing`, and with a doubled letter `run` gives `running`.
pub(super) fn with_ing(word: &str, doubles: bool) -> String {
    match (word.strip_suffix('e'), word.chars().last()) {
        (Some(stem), _) if !stem.ends_with('e') => format!("{stem}ing"),
        (None, Some(last)) if doubles => format!("{word}{last}ing"),
        _ => format!("{word}ing"),
    }
}

/// The stem of a word that ends in a consonant and `y`.
fn consonant_y(word: &str) -> Option<&str> {
    let stem = word.strip_suffix('y')?;
    (!stem.ends_with(['a', 'e', 'i', 'o', 'u'])).then_some(stem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spelling_follows_the_rules() {
        assert_eq!(
            ["box", "story", "key", "potato", "piano"].map(with_s),
            ["boxes", "stories", "keys", "potatoes", "pianos"]
        );
        assert_eq!([with_ed("hurry", false), with_ed("chat", true)], ["hurried", "chatted"]);
        assert_eq!([with_ed("love", false), with_ed("play", false)], ["loved", "played"]);
        assert_eq!([with_ing("see", false), with_ing("take", false)], ["seeing", "taking"]);
        assert_eq!([with_ing("run", true), with_ing("cry", false)], ["running", "crying"]);
    }
}
