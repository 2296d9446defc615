//! Matrix products, and the rows and columns of weights that are kept.

use std::borrow::Cow;

use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par};

use super::Place;
use super::kernels::add;

/// A row-major matrix whose rows may lie apart, or its transpose.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Factor<'a> {
    values: &'a [f32],
    rows: usize,
    columns: usize,
    stride: usize,
    transposed: bool,
}

impl<'a> Factor<'a> {
    /// `rows` rows of `columns` numbers, `stride` apart.
    pub(crate) const fn new(values: &'a [f32], rows: usize, columns: usize, stride: usize) -> Self {
        Self { values, rows, columns, stride, transposed: false }
    }

    /// The transpose.
    pub(crate) const fn t(self) -> Self {
        Self { transposed: !self.transposed, ..self }
    }

    fn matrix(&self) -> MatRef<'a, f32> {
        let matrix =
            MatRef::from_row_major_slice_with_stride(self.values, self.rows, self.columns, self.stride);
        if self.transposed { matrix.transpose() } else { matrix }
    }
}

/// `target = [target +] scale · a · b` on one thread; `target` is row-major with rows `stride` apart.
pub(crate) fn product(
    target: &mut [f32],
    stride: usize,
    accumulate: Accum,
    scale: f32,
    a: Factor<'_>,
    b: Factor<'_>,
) {
    let (a, b) = (a.matrix(), b.matrix());
    // Not `from_row_major_slice_with_stride_mut`: in faer 0.24.4 it exchanges the strides and writes out of bounds.
    let target = MatMut::from_column_major_slice_with_stride_mut(target, b.ncols(), a.nrows(), stride);
    matmul(target.transpose_mut(), accumulate, a, b, scale, Par::Seq);
}

/// Rows or columns that are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Kept {
    places: Vec<usize>,
    /// Whether they are the first ones, so that nothing needs to be copied.
    first: bool,
}

impl Kept {
    /// These, which must rise.
    pub(crate) fn new(places: Vec<usize>) -> Self {
        let first = places.last().is_none_or(|&last| last + 1 == places.len());
        Self { places, first }
    }

    /// All of so many.
    pub(crate) fn all(count: usize) -> Self {
        Self { places: (0..count).collect(), first: true }
    }

    /// How many.
    pub(crate) const fn len(&self) -> usize {
        self.places.len()
    }
}

/// What is kept of a weight, by copy only where it does not lie in one piece.
#[derive(Debug, Clone)]
pub(crate) struct Slice<'a> {
    values: Cow<'a, [f32]>,
    stride: usize,
    rows: Kept,
    columns: Kept,
    place: Place,
}

impl<'a> Slice<'a> {
    /// The kept rows and columns of a parameter.
    pub(crate) fn new(values: &'a [f32], place: &Place, rows: Kept, columns: Kept) -> Self {
        let whole = &values[place.range()];
        let place = place.clone();
        if rows.first && columns.first {
            let stride = place.columns;
            return Self { values: Cow::Borrowed(whole), stride, rows, columns, place };
        }
        let mut copy = Vec::with_capacity(rows.len() * columns.len());
        for &row in &rows.places {
            let row = &whole[row * place.columns..][..place.columns];
            if columns.first {
                copy.extend_from_slice(&row[..columns.len()]);
            } else {
                copy.extend(columns.places.iter().map(|&column| row[column]));
            }
        }
        Self { values: Cow::Owned(copy), stride: columns.len(), rows, columns, place }
    }

    /// As a factor, (outputs, inputs).
    pub(crate) fn factor(&self) -> Factor<'_> {
        Factor::new(&self.values, self.rows.len(), self.columns.len(), self.stride)
    }

    /// The whole parameter.
    pub(crate) const fn place(&self) -> &Place {
        &self.place
    }

    /// The columns that are kept.
    pub(crate) fn columns(&self) -> &[usize] {
        &self.columns.places
    }

    /// As a vector, of a parameter of one row.
    pub(crate) fn vector(&self) -> &[f32] {
        &self.values[..self.columns.len()]
    }

    /// Adds a · b, the gradient of what is kept, to the gradient of the whole parameter.
    pub(crate) fn add_product(
        &self,
        gradient: &mut [f32],
        scratch: &mut Vec<f32>,
        a: Factor<'_>,
        b: Factor<'_>,
    ) {
        let target = &mut gradient[self.place.range()];
        if self.rows.first && self.columns.first {
            product(target, self.place.columns, Accum::Add, 1.0, a, b);
            return;
        }
        let width = self.columns.len();
        scratch.resize(self.rows.len() * width, 0.0);
        product(scratch, width, Accum::Replace, 1.0, a, b);
        for (&row, part) in self.rows.places.iter().zip(scratch.chunks_exact(width)) {
            let row = &mut target[row * self.place.columns..][..self.place.columns];
            if self.columns.first {
                add(&mut row[..width], part);
            } else {
                self.columns.places.iter().zip(part).for_each(|(&column, part)| row[column] += part);
            }
        }
    }

    /// Adds a vector, the gradient of what is kept, to the gradient of the whole parameter of one row.
    pub(crate) fn add_vector(&self, gradient: &mut [f32], part: &[f32]) {
        let target = &mut gradient[self.place.range()];
        self.columns.places.iter().zip(part).for_each(|(&column, part)| target[column] += part);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_and_views_hold_what_is_kept_and_give_it_back() {
        let values: Vec<f32> = (0..2 + 4 * 5).map(|i| i as f32).collect();
        let place = Place { start: 2, rows: 4, columns: 5 };
        for (rows, columns) in [
            (vec![0, 1], vec![0, 1, 2]),
            (vec![1, 3], vec![0, 1]),
            (vec![0, 1, 2], vec![1, 4]),
            (vec![2], vec![0, 3]),
        ] {
            let slice = Slice::new(&values, &place, Kept::new(rows.clone()), Kept::new(columns.clone()));
            // Times the identity.
            let n = columns.len();
            let identity: Vec<f32> = (0..n * n).map(|i| if i % (n + 1) == 0 { 1.0 } else { 0.0 }).collect();
            let mut found = vec![0.0; rows.len() * n];
            product(&mut found, n, Accum::Replace, 1.0, slice.factor(), Factor::new(&identity, n, n, n));
            let wanted: Vec<f32> = rows
                .iter()
                .flat_map(|&row| columns.iter().map(move |&column| (2 + row * 5 + column) as f32))
                .collect();
            assert_eq!(found, wanted);
            let mut gradient = vec![1.0; values.len()];
            slice.add_product(
                &mut gradient,
                &mut Vec::new(),
                slice.factor(),
                Factor::new(&identity, n, n, n),
            );
            for (place, found) in gradient.iter().enumerate() {
                let kept =
                    place >= 2 && rows.contains(&((place - 2) / 5)) && columns.contains(&((place - 2) % 5));
                let wanted = if kept { 1.0 + place as f32 } else { 1.0 };
                assert!((found - wanted).abs() < 1e-6, "{place}: {found}");
            }
        }
    }
}
