//! Axis lines, ticks, grids and titles.

use super::canvas::{Canvas, Frame, em, face};
use super::palette::{self, Colour};
use super::scale::{Scale, Ticks, superscript};
use super::surface::{Anchor, Drawn};

/// Pixels between an axis and its tick labels.
const GAP: f64 = 9.0;

/// Draws vertical grid lines, tick labels below the frame and the axis title below them.
pub(super) fn bottom(canvas: &mut Canvas, scale: &Scale, ticks: &Ticks, frame: Frame, title: &str) -> Drawn {
    for tick in &ticks.marks {
        let x = scale.place(tick.value);
        canvas.rule((x, frame.top), (x, frame.bottom), 1.0, palette::GRID)?;
        canvas.rule((x, frame.bottom), (x, frame.bottom + 5.0), 1.0, palette::AXIS)?;
        let y = frame.bottom + GAP + em::LABEL;
        canvas.text(&tick.label, (x, y), Anchor::Middle, face(em::LABEL, palette::SOFT_INK))?;
    }
    canvas.rule((frame.left, frame.bottom), (frame.right, frame.bottom), 1.5, palette::AXIS)?;
    let face = face(em::AXIS, palette::INK);
    let title = face.fit(&with_unit(title, ticks.exponent, scale), frame.right - frame.left);
    canvas.text(&title, (frame.centre().0, frame.bottom + 58.0), Anchor::Middle, face)
}

/// Draws horizontal grid lines, tick labels left of the frame and the axis title beside them.
pub(super) fn left(canvas: &mut Canvas, scale: &Scale, ticks: &Ticks, frame: Frame, title: &str) -> Drawn {
    for tick in &ticks.marks {
        let y = scale.place(tick.value);
        canvas.rule((frame.left, y), (frame.right, y), 1.0, palette::GRID)?;
        canvas.rule((frame.left - 5.0, y), (frame.left, y), 1.0, palette::AXIS)?;
        canvas.centred(
            &tick.label,
            (frame.left - GAP, y),
            Anchor::End,
            face(em::LABEL, palette::SOFT_INK),
        )?;
    }
    canvas.rule((frame.left, frame.top), (frame.left, frame.bottom), 1.5, palette::AXIS)?;
    let face = face(em::AXIS, palette::INK).upwards();
    let title = face.fit(&with_unit(title, ticks.exponent, scale), frame.bottom - frame.top);
    canvas.centred(&title, (32.0, frame.centre().1), Anchor::Middle, face)
}

/// The title with the power of ten that tick labels leave out, and with the kind of axis.
fn with_unit(title: &str, exponent: i32, scale: &Scale) -> String {
    let power = if exponent == 0 { String::new() } else { format!("×10{}", superscript(exponent.into())) };
    let remarks: Vec<&str> = [power.as_str(), scale.remark()].into_iter().filter(|r| !r.is_empty()).collect();
    if remarks.is_empty() { title.to_owned() } else { format!("{title}  ({})", remarks.join(", ")) }
}

/// Fills a frame with the colours of the shares from 0 at its bottom to 1 at its top.
pub(super) fn colour_bar(canvas: &mut Canvas, frame: Frame, colour: impl Fn(f64) -> Colour) -> Drawn {
    const STEPS: u32 = 120;
    let at = |share: f64| frame.bottom - (frame.bottom - frame.top) * share;
    // From the top down; each strip reaches to the bottom and is painted over by the next, so that no seam shows.
    for step in (0..STEPS).rev() {
        let share = |step: u32| f64::from(step) / f64::from(STEPS);
        let top = at(share(step + 1));
        canvas.rect(Frame { top, ..frame }, colour(f64::midpoint(share(step), share(step + 1))))?;
    }
    Ok(())
}
