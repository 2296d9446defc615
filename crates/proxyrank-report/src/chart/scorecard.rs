//! Who passed what: a line for each proxy, a column for each test.
//!
//! A correlation invites a ranking; this chart asks for reasons. Colour says whether a test was passed, the figure in the
//! cell by how much, and the eye runs down a column to see which test decides.

use std::path::{Path, PathBuf};

use super::ChartError;
use super::canvas::{Canvas, Frame, Header, Marker, bold, em, face};
use super::class::name_face;
use super::font::{self, Weight};
use super::legend::{self, Entry, Sign};
use super::output::draw;
use super::palette::{self, Colour};
use super::scale::minus;
use super::surface::{Anchor, Drawn};
use crate::table::{Emphasis, Tone};

/// Proxies by tests.
#[derive(Debug, Clone, PartialEq)]
pub struct Scorecard {
    /// The chart's title.
    pub title: String,
    /// What was measured.
    pub subtitle: String,
    /// What cells mean.
    pub kind: Kind,
    /// What stands beside each name.
    pub lead: String,
    /// The tests.
    pub tests: Vec<String>,
    /// The proxies, from the top down.
    pub rows: Vec<ScorecardRow>,
}

/// What the cells of a card mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Tests that are passed or failed; each cell has a tick or a cross.
    Tests,
    /// Correlations above or below zero; colour and figure say all.
    Correlations,
}

/// One proxy.
#[derive(Debug, Clone, PartialEq)]
pub struct ScorecardRow {
    /// Its name.
    pub name: String,
    /// Whether it is a baseline, set in bold.
    pub emphasis: Emphasis,
    /// What stands beside the name.
    pub lead: String,
    /// One for each test.
    pub cells: Vec<ScorecardCell>,
    /// What all of it comes to, at the right end.
    pub verdict: String,
}

/// One proxy in one test.
#[derive(Debug, Clone, PartialEq)]
pub struct ScorecardCell {
    /// Passed, failed, or neither.
    pub tone: Tone,
    /// The figure.
    pub text: String,
    /// From 0 to 1, how clearly.
    pub strength: f64,
}

/// Page width in pixels; the height follows from the count of proxies.
const WIDTH: u32 = 1600;
/// Pixels around the page.
const EDGE: f64 = 40.0;
/// Height of a row.
const ROW: f64 = 27.0;
/// Height of a line of the columns' heads.
const LINE: f64 = 19.0;
/// The widest that names may get.
const NAMES: f64 = 330.0;
/// Width of what stands beside names, and of the verdicts.
const SIDES: (f64, f64) = (84.0, 190.0);
/// Room for the legend.
const FOOT: f64 = 74.0;

/// Everything that is known before drawing.
struct Layout {
    header: Header,
    heads: Vec<Vec<String>>,
    /// The cells.
    frame: Frame,
    column: f64,
}

impl Scorecard {
    /// Draws the chart to `path` with `.png` and `.svg` appended; returns these two paths.
    pub fn draw(&self, path: &Path) -> Result<[PathBuf; 2], ChartError> {
        self.check()?;
        let layout = self.layout();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a page height in pixels"
        )]
        let height = (layout.frame.bottom + FOOT).ceil() as u32;
        draw(path, &self.title, (WIDTH, height), &|canvas| self.paint(canvas, &layout))
    }

    fn check(&self) -> Result<(), ChartError> {
        if self.rows.is_empty() || self.tests.is_empty() {
            return Err(ChartError::Empty { chart: self.title.clone(), what: "proxy or test" });
        }
        let names = self.tests.len();
        match self.rows.iter().enumerate().find(|(_, row)| row.cells.len() != names) {
            Some((row, found)) => {
                let values = found.cells.len();
                Err(ChartError::Shape { chart: self.title.clone(), names, row, values })
            }
            None => Ok(()),
        }
    }

    fn layout(&self) -> Layout {
        let header = Header::new(&self.title, &self.subtitle, EDGE, f64::from(WIDTH));
        let widths = self.rows.iter().map(|row| name_face(row.emphasis).width(&row.name));
        let names = widths.fold(120.0, f64::max).min(NAMES);
        let left = EDGE + names + SIDES.0;
        let right = f64::from(WIDTH) - EDGE - SIDES.1;
        let column = (right - left) / self.tests.len() as f64;
        let head = |test: &String| font::wrap(test, em::SMALL, Weight::Regular, column - 8.0);
        let heads: Vec<Vec<String>> = self.tests.iter().map(head).collect();
        let lines = heads.iter().map(Vec::len).max().unwrap_or(0);
        let top = header.bottom() + 14.0 + LINE * lines as f64;
        let bottom = top + ROW * self.rows.len() as f64;
        Layout { header, heads, frame: Frame { left, top, right, bottom }, column }
    }

    fn paint(&self, canvas: &mut Canvas, layout: &Layout) -> Drawn {
        let Layout { header, heads, frame, column } = layout;
        canvas.header(header)?;
        let small = face(em::SMALL, palette::INK);
        let middle = |index: usize| frame.left + (index as f64 + 0.5) * column;
        for (index, lines) in heads.iter().enumerate() {
            for (up, line) in lines.iter().rev().enumerate() {
                let y = frame.top - 14.0 - LINE * up as f64;
                canvas.centred(line, (middle(index), y), Anchor::Middle, small)?;
            }
        }
        canvas.centred(&self.lead, (frame.left - 14.0, frame.top - 14.0), Anchor::End, small)?;
        for (place, row) in self.rows.iter().enumerate() {
            let top = frame.top + ROW * place as f64;
            let y = top + ROW / 2.0;
            let names = name_face(row.emphasis);
            let beside = frame.left - SIDES.0;
            canvas.centred(&names.fit_name(&row.name, NAMES), (beside, y), Anchor::End, names)?;
            let lead = face(em::LABEL, palette::SOFT_INK);
            canvas.centred(&minus(&row.lead), (frame.left - 14.0, y), Anchor::End, lead)?;
            for (index, cell) in row.cells.iter().enumerate() {
                let left = frame.left + index as f64 * column;
                let square = Frame { left, right: left + column - 2.0, top, bottom: top + ROW - 2.0 };
                paint_cell(canvas, square, cell, self.kind)?;
            }
            let verdict = small.fit(&row.verdict, SIDES.1 - 14.0);
            canvas.centred(&verdict, (frame.right + 14.0, y), Anchor::Start, small)?;
        }
        legend::across(canvas, "", &self.entries(), frame.bottom + 44.0)
    }

    fn entries(&self) -> Vec<Entry> {
        let occurs = |tone| self.rows.iter().flat_map(|row| &row.cells).any(|cell| cell.tone == tone);
        let meanings = match self.kind {
            Kind::Tests => [
                (Tone::Good, "✓ passed; the darker, the more clearly"),
                (Tone::Bad, "✗ failed"),
                (Tone::Neutral, "– does not apply   ? could not be made"),
            ],
            Kind::Correlations => [
                (Tone::Good, "above zero; the darker, the farther from it"),
                (Tone::Bad, "below zero"),
                (Tone::Neutral, "– undefined"),
            ],
        };
        let entries = meanings.into_iter().filter(|(tone, _)| occurs(*tone));
        let mut entries: Vec<Entry> = entries
            .map(|(tone, meaning)| Entry::new(Sign::Marker(Marker::Square, fill(tone, 0.7)), meaning))
            .collect();
        if self.rows.iter().any(|row| row.emphasis == Emphasis::Baseline) {
            entries.push(Entry::baseline());
        }
        entries
    }
}

/// The colour of a cell.
fn fill(tone: Tone, strength: f64) -> Colour {
    // The weakest pass still differs from paper.
    let amount = 0.25 + 0.6 * if strength.is_finite() { strength.clamp(0.0, 1.0) } else { 0.0 };
    match tone {
        Tone::Good => palette::diverging(amount),
        Tone::Bad => palette::diverging(-amount),
        Tone::Neutral => palette::ABSENT,
    }
}

fn paint_cell(canvas: &mut Canvas, square: Frame, cell: &ScorecardCell, kind: Kind) -> Drawn {
    let colour = fill(cell.tone, cell.strength);
    canvas.rect(square, colour)?;
    let ink = match cell.tone {
        Tone::Neutral => palette::SOFT_INK,
        _ if colour.lightness() < 0.62 => palette::PAPER,
        _ => palette::INK,
    };
    let figures = face(em::SMALL, ink);
    let mark = if kind == Kind::Tests { cell.tone.mark() } else { "" };
    // The marks of a column stand below each other, whatever the figures.
    if !mark.is_empty() {
        canvas.centred(mark, (square.left + 8.0, square.centre().1), Anchor::Start, bold(em::SMALL, ink))?;
    }
    let room = square.right - square.left - 8.0 - if mark.is_empty() { 0.0 } else { 20.0 };
    let text = figures.fit(&minus(&cell.text), room);
    let (at, anchor) = match cell.tone {
        Tone::Neutral => (square.centre(), Anchor::Middle),
        _ => ((square.right - 8.0, square.centre().1), Anchor::End),
    };
    canvas.centred(&text, at, anchor, figures)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn card(cells: usize) -> Scorecard {
        let cell = ScorecardCell { tone: Tone::Good, text: "0.5".into(), strength: 0.5 };
        let row = ScorecardRow {
            name: "nsc".into(),
            emphasis: Emphasis::Plain,
            lead: "0.7".into(),
            cells: vec![cell; cells],
            verdict: "falls".into(),
        };
        Scorecard {
            title: "t".into(),
            subtitle: String::new(),
            kind: Kind::Tests,
            lead: "tau".into(),
            tests: vec!["Beats layers, then hidden".into(), "Seeds".into()],
            rows: vec![row],
        }
    }

    #[test]
    fn a_row_without_a_cell_for_every_test_is_refused() {
        assert!(card(2).check().is_ok());
        assert!(card(1).check().unwrap_err().to_string().contains("2 names but row 0"));
        let nothing = Scorecard { rows: Vec::new(), ..card(2) };
        assert!(matches!(nothing.check(), Err(ChartError::Empty { .. })));
    }

    #[test]
    fn a_clear_pass_is_darker_than_a_narrow_one_and_unlike_a_failure() {
        let lightness = |tone, strength| fill(tone, strength).lightness();
        assert!(lightness(Tone::Good, 0.9) < lightness(Tone::Good, 0.1));
        assert!(lightness(Tone::Good, f64::NAN) < palette::PAPER.lightness());
        assert_ne!(fill(Tone::Good, 0.5), fill(Tone::Bad, 0.5));
    }
}
