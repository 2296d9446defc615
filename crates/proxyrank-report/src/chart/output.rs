//! One drawing, two files.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use plotters::prelude::{BitMapBackend, DrawingBackend, SVGBackend};

use super::canvas::Canvas;
use super::surface::{Device, Drawn, Lettering, SCALE};
use super::{ChartError, font, png};
use crate::WriteError;
use crate::file::write_atomic;

/// Draws a page of `size` pixels into `path` with `.png` and with `.svg` appended; returns the two paths in this order.
pub(super) fn draw(
    path: &Path,
    title: &str,
    size: (u32, u32),
    paint: &dyn Fn(&mut Canvas) -> Drawn,
) -> Result<[PathBuf; 2], ChartError> {
    let failed = |message: String| ChartError::Backend { chart: title.to_owned(), message };
    register_font().map_err(failed)?;
    let files = [with_suffix(path, ".png"), with_suffix(path, ".svg")];
    let pixels = bitmap(size, paint).map_err(failed)?;
    let bytes = png::encode(size, &pixels).map_err(|error| failed(error.to_string()))?;
    write_atomic(&files[0], &bytes)?;
    write_atomic(&files[1], vector(title, size, paint).map_err(failed)?.as_bytes())?;
    Ok(files)
}

/// Draws a page as the text of an SVG.
pub(super) fn text(
    title: &str,
    size: (u32, u32),
    paint: &dyn Fn(&mut Canvas) -> Drawn,
) -> Result<String, ChartError> {
    let failed = |message: String| ChartError::Backend { chart: title.to_owned(), message };
    register_font().and_then(|()| vector(title, size, paint)).map_err(failed)
}

fn register_font() -> Result<(), String> {
    if font::register() { Ok(()) } else { Err("the embedded font is damaged".to_owned()) }
}

/// Appends to the file name, which may contain dots of its own.
fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    name.into()
}

/// Draws at twice the size and averages every four pixels; the result has three bytes a pixel.
fn bitmap(size: (u32, u32), paint: &dyn Fn(&mut Canvas) -> Drawn) -> Result<Vec<u8>, String> {
    let large = (size.0 * SCALE, size.1 * SCALE);
    let mut pixels = vec![0; large.0 as usize * large.1 as usize * 3];
    let mut device =
        Device { backend: BitMapBackend::with_buffer(&mut pixels, large), lettering: Lettering::Glyphs };
    paint(&mut Canvas::new(&mut device, size)?)?;
    drop(device);
    Ok(halve(&pixels, large.0 as usize * 3))
}

/// Averages squares of two by two pixels; `stride` is the length of a row in bytes.
fn halve(pixels: &[u8], stride: usize) -> Vec<u8> {
    let mut small = Vec::with_capacity(pixels.len() / 4);
    for rows in pixels.chunks_exact(2 * stride) {
        let (upper, lower) = rows.split_at(stride);
        for (a, b) in upper.chunks_exact(6).zip(lower.chunks_exact(6)) {
            for channel in 0..3 {
                let sum = u16::from(a[channel])
                    + u16::from(a[channel + 3])
                    + u16::from(b[channel])
                    + u16::from(b[channel + 3]);
                small.push(u8::try_from((sum + 2) / 4).unwrap_or(u8::MAX));
            }
        }
    }
    small
}

/// Draws an SVG that is shown at page size and names its subject to screen readers.
fn vector(title: &str, size: (u32, u32), paint: &dyn Fn(&mut Canvas) -> Drawn) -> Result<String, String> {
    let large = (size.0 * SCALE, size.1 * SCALE);
    let mut text = String::new();
    let mut device =
        Device { backend: SVGBackend::with_string(&mut text, large), lettering: Lettering::Strings };
    paint(&mut Canvas::new(&mut device, size)?)?;
    device.backend.present().map_err(|error| error.to_string())?;
    drop(device);
    let drawn_size = format!("width=\"{}\" height=\"{}\" viewBox", large.0, large.1);
    let shown_size = format!("role=\"img\" width=\"{}\" height=\"{}\" viewBox", size.0, size.1);
    let text = text.replacen(&drawn_size, &shown_size, 1);
    Ok(text.replacen(">\n", &format!(">\n<title>{}</title>\n", escape(title)), 1))
}

fn escape(text: &str) -> String {
    let visible: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    visible.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

impl ChartError {
    /// The file that could not be written, where that was the reason.
    pub fn write_error(&self) -> Option<&WriteError> {
        match self {
            Self::Write(error) => Some(error),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_pixels_are_averaged() {
        let rows = [[0, 10, 20, 4, 10, 20], [0, 30, 20, 0, 30, 23]].concat();
        assert_eq!(halve(&rows, 6), [1, 20, 21]);
    }

    #[test]
    fn a_dot_in_the_name_is_no_extension() {
        assert_eq!(with_suffix(Path::new("out/w_pca.v1"), ".png"), Path::new("out/w_pca.v1.png"));
    }
}
