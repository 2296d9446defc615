//! Labels in a column, tied to their points by leader lines.
//!
//! Where points crowd, labels beside them would cover each other. In a column they keep the order of their points, so
//! no two leaders cross: each runs level to the column's gutter and only there bends to its label.

use super::canvas::{Canvas, Frame};
use super::labels::apart;
use super::palette::{self, Colour};
use super::surface::{Anchor, Drawn, Point, Type};

/// Least distance between two labels, in pixels.
pub(super) const PITCH: f64 = 20.0;
/// Pixels between a leader's end and its label.
const GAP: f64 = 7.0;

/// A label and what it belongs to.
pub(super) struct Note {
    pub(super) text: String,
    /// Where its leader begins, left of the column.
    pub(super) at: Point,
    pub(super) face: Type,
    /// The leader's colour.
    pub(super) leader: Colour,
}

/// Where a column stands.
pub(super) struct Column {
    /// Where leaders begin to bend.
    pub(super) turn: f64,
    /// Pixels from there to the texts; the more of them, the less steep the leaders.
    pub(super) gutter: f64,
    /// The widest that texts may get.
    pub(super) width: f64,
    /// Top and bottom.
    pub(super) span: (f64, f64),
}

/// Labels with their places.
pub(super) struct Placed<'a> {
    column: &'a Column,
    notes: Vec<(Note, f64)>,
}

impl Column {
    /// Finds a height for each label; they may come in any order.
    pub(super) fn place(&self, mut notes: Vec<Note>) -> Placed<'_> {
        notes.sort_by(|a, b| a.at.1.total_cmp(&b.at.1));
        let wanted: Vec<f64> = notes.iter().map(|note| note.at.1).collect();
        let places = apart(&wanted, PITCH, self.span);
        Placed { column: self, notes: notes.into_iter().zip(places).collect() }
    }

    fn text_left(&self) -> f64 {
        self.turn + self.gutter
    }
}

impl Placed<'_> {
    /// Draws the lines from points to labels.
    pub(super) fn draw_leaders(&self, canvas: &mut Canvas) -> Drawn {
        let (turn, end) = (self.column.turn, self.column.text_left() - GAP);
        self.notes.iter().try_for_each(|(note, y)| {
            let bend = (turn.max(note.at.0), note.at.1);
            canvas.path(&[note.at, bend, (end, *y)], 1.0, note.leader)
        })
    }

    /// Writes the labels, on paper that keeps lines out of them.
    pub(super) fn draw_texts(&self, canvas: &mut Canvas) -> Drawn {
        const HALF_HEIGHT: f64 = 9.0;
        let left = self.column.text_left();
        self.notes.iter().try_for_each(|(note, y)| {
            let text = note.face.fit_name(&note.text, self.column.width);
            let right = left + note.face.width(&text);
            let (margin, top, bottom) = (GAP / 2.0, y - HALF_HEIGHT, y + HALF_HEIGHT);
            canvas.rect(Frame { left: left - margin, right: right + margin, top, bottom }, palette::PAPER)?;
            canvas.centred(&text, (left, *y), Anchor::Start, note.face)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::canvas::{em, face};

    #[test]
    fn labels_keep_the_order_of_their_points_and_stay_apart() {
        let column = Column { turn: 100.0, gutter: 40.0, width: 90.0, span: (0.0, 200.0) };
        let note = |(index, y): (usize, f64)| Note {
            text: index.to_string(),
            at: (50.0, y),
            face: face(em::LABEL, palette::INK),
            leader: palette::INK,
        };
        let notes = [150.0, 3.0, 148.0, 149.0, 199.0].into_iter().enumerate().map(note).collect();
        let placed = column.place(notes).notes;
        let order: Vec<&str> = placed.iter().map(|(note, _)| note.text.as_str()).collect();
        assert_eq!(order, ["1", "2", "3", "0", "4"]);
        assert!(placed.windows(2).all(|pair| pair[1].1 - pair[0].1 > PITCH - 1e-9));
        assert!(placed[0].1 >= PITCH / 2.0 && placed[4].1 <= 200.0 - PITCH / 2.0);
    }
}
