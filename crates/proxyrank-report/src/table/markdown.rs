//! GitHub-flavoured Markdown.

use std::fmt::Write as _;

use super::{Align, Table, shown::Shown};

impl Table {
    /// The table and its notes as GitHub-flavoured Markdown, without a heading; ends with a newline.
    pub fn markdown(&self) -> String {
        let shown = self.shown();
        let mut text = String::new();
        line(&mut text, self.columns.iter().map(|column| escape(&column.name)));
        line(&mut text, self.columns.iter().map(|column| rule(column.align).to_owned()));
        for row in &shown.rows {
            line(&mut text, row.iter().map(cell));
        }
        let footnotes = shown
            .footnotes
            .iter()
            .map(|(mark, meaning)| format!("<sup>{mark}</sup> {}", escape(meaning)))
            .chain(self.notes.iter().map(|note| escape(note)));
        for note in footnotes {
            // A blank line ends the table, and each note is a paragraph of its own.
            let _ = write!(text, "\n{note}\n");
        }
        text
    }
}

fn line(text: &mut String, cells: impl Iterator<Item = String>) {
    text.push('|');
    for cell in cells {
        let _ = write!(text, " {cell} |");
    }
    text.push('\n');
}

fn cell(shown: &Shown) -> String {
    let text = Shown::joined(&shown.number, &escape(&shown.text));
    match &shown.mark {
        Some(mark) => format!("{text}<sup>{mark}</sup>"),
        None => text,
    }
}

const fn rule(align: Align) -> &'static str {
    match align {
        Align::Left => ":---",
        Align::Centre => ":---:",
        Align::Right => "---:",
    }
}

/// Plain text as Markdown that shows exactly that text, on one line and inside one table cell.
///
/// An underscore between letters or digits is left alone, since it can open no emphasis and proxy names are full
/// of them; brackets are escaped only where they would make a link.
pub(crate) fn escape(plain: &str) -> String {
    let characters: Vec<char> = plain.trim().chars().collect();
    let mut text = String::with_capacity(plain.len());
    for (place, &character) in characters.iter().enumerate() {
        let beside = |offset: Option<usize>| offset.and_then(|at| characters.get(at)).copied();
        match character {
            '_' => {
                let word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
                if !(word(beside(place.checked_sub(1))) && word(beside(place.checked_add(1)))) {
                    text.push('\\');
                }
                text.push('_');
            }
            '\\' | '|' | '*' | '`' | '<' | '>' | '~' | '$' | '&' => {
                text.push('\\');
                text.push(character);
            }
            '[' if starts_link(&characters[place..]) => text.push_str("\\["),
            c if c.is_whitespace() || c.is_control() => text.push(' '),
            c => text.push(c),
        }
    }
    text
}

/// Whether a bracket closes before `(`, `[` or `:`, the only places where Markdown sees a link, or never closes.
fn starts_link(from_bracket: &[char]) -> bool {
    match from_bracket.iter().position(|c| *c == ']') {
        Some(close) => {
            matches!(from_bracket.get(close + 1), Some('(' | '[' | ':'))
                || from_bracket.get(1) == Some(&'^')
                || from_bracket[1..close].contains(&'[')
        }
        None => true,
    }
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn names_stay_readable_and_markup_is_disarmed() {
        assert_eq!(escape("head_confidence"), "head_confidence");
        assert_eq!(escape("_head_"), "\\_head\\_");
        assert_eq!(escape("0.745 [0.721, 0.768]"), "0.745 [0.721, 0.768]");
        assert_eq!(escape("[a](b)"), "\\[a](b)");
        assert_eq!(escape("a|b\\|c\nd"), "a\\|b\\\\\\|c d");
    }
}
