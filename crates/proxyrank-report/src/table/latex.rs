//! LaTeX with the `booktabs` package.

use std::fmt::Write as _;

use super::{Align, Table, shown::Shown};

impl Table {
    /// A `tabular` with `booktabs` rules and the notes below it, ready for `\input` into a table environment.
    pub fn latex(&self) -> String {
        let shown = self.shown();
        let layout: String = self.columns.iter().map(|column| letter(column.align)).collect();
        let mut text = String::from("% Needs \\usepackage{booktabs}.\n");
        let _ = writeln!(text, "\\begin{{tabular}}{{{layout}}}\n\\toprule");
        row(&mut text, self.columns.iter().map(|column| escape(&column.name)));
        text.push_str("\\midrule\n");
        for cells in &shown.rows {
            row(&mut text, cells.iter().map(cell));
        }
        text.push_str("\\bottomrule\n\\end{tabular}\n");
        let footnotes = shown
            .footnotes
            .iter()
            .map(|(mark, meaning)| format!("{} {}", superscript(mark), escape(meaning)))
            .chain(self.notes.iter().map(|note| escape(note)));
        for note in footnotes {
            let _ = write!(text, "\n\\par\\smallskip\\footnotesize {note}\n");
        }
        text
    }
}

const fn letter(align: Align) -> char {
    match align {
        Align::Left => 'l',
        Align::Centre => 'c',
        Align::Right => 'r',
    }
}

fn row(text: &mut String, cells: impl Iterator<Item = String>) {
    text.push_str(&cells.collect::<Vec<_>>().join(" & "));
    text.push_str(" \\\\\n");
}

fn cell(shown: &Shown) -> String {
    // A hyphen is a minus sign only in mathematics.
    let text = Shown::joined(&shown.number.replace('-', "$-$"), &escape(&shown.text));
    match &shown.mark {
        Some(mark) => text + &superscript(mark),
        None => text,
    }
}

fn superscript(mark: &str) -> String {
    format!("\\textsuperscript{{{}}}", escape(mark))
}

/// Plain text as LaTeX that typesets exactly that text on one line.
///
/// Brackets and stars are put in braces, since `\\` at the end of the row before would take them as its arguments,
/// and hyphens are kept from joining into dashes.
fn escape(plain: &str) -> String {
    let mut text = String::with_capacity(plain.len());
    let mut previous = ' ';
    for character in plain.trim().chars() {
        match character {
            '&' | '%' | '$' | '#' | '_' | '{' | '}' => {
                text.push('\\');
                text.push(character);
            }
            '-' if previous == '-' => text.push_str("{}-"),
            c if c.is_whitespace() || c.is_control() => text.push(' '),
            c => match command(c) {
                Some(command) => text.push_str(command),
                None => text.push(c),
            },
        }
        previous = character;
    }
    text
}

/// Characters that need a command, or that a common font encoding lacks.
const fn command(character: char) -> Option<&'static str> {
    Some(match character {
        '\\' => "\\textbackslash{}",
        '~' => "\\textasciitilde{}",
        '^' => "\\textasciicircum{}",
        '<' => "\\textless{}",
        '>' => "\\textgreater{}",
        '|' => "\\textbar{}",
        '"' => "\\textquotedbl{}",
        '\'' => "\\textquotesingle{}",
        '`' => "\\textasciigrave{}",
        '[' => "{[}",
        ']' => "{]}",
        '*' => "{*}",
        '–' => "--",
        '—' => "---",
        '†' => "\\dag{}",
        '✓' => "$\\surd$",
        '✗' | '×' => "$\\times$",
        '·' => "$\\cdot$",
        '±' => "$\\pm$",
        '≤' => "$\\leq$",
        '≥' => "$\\geq$",
        'τ' => "$\\tau$",
        'ρ' => "$\\rho$",
        'α' => "$\\alpha$",
        'β' => "$\\beta$",
        'η' => "$\\eta$",
        'σ' => "$\\sigma$",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn every_special_character_is_disarmed() {
        assert_eq!(
            escape(r"50% of a_b & {c} ~ ^ \ #1"),
            r"50\% of a\_b \& \{c\} \textasciitilde{} \textasciicircum{} \textbackslash{} \#1"
        );
        assert_eq!(escape("--strict"), "-{}-strict");
        assert_eq!(escape("[x]*"), "{[}x{]}{*}");
    }
}
