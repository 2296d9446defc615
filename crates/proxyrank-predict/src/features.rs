//! The matrix that predictors learn from: one row for each architecture, one named column for each feature.

use crate::PredictError;

/// Which kernels of the Gaussian processes see a feature; the other predictors treat all alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// Depth or width.
    Size,
    /// Another of the few numbers that sum an architecture up, such as mean heads or the number of parameters.
    Summary,
    /// One of the many others: what stands in which place, or a proxy's score.
    Detail,
}

impl Group {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Size, Self::Summary, Self::Detail];
}

/// One column.
#[derive(Debug, Clone, PartialEq)]
pub struct Feature {
    /// Its name.
    pub name: String,
    /// Its group.
    pub group: Group,
    /// Its values, one for each architecture.
    pub values: Vec<f64>,
}

/// A matrix of finite features.
#[derive(Debug, Clone, PartialEq)]
pub struct Features {
    names: Vec<String>,
    groups: Vec<Group>,
    rows: Vec<Vec<f64>>,
}

impl Features {
    /// Puts columns side by side. Columns of one value only are left out: nothing can be learnt from them.
    pub fn new(architectures: usize, columns: &[Feature]) -> Result<Self, PredictError> {
        let mut features =
            Self { names: Vec::new(), groups: Vec::new(), rows: vec![Vec::new(); architectures] };
        for column in columns {
            let Feature { name, group, values } = column;
            if values.len() != architectures {
                let (name, found) = (name.clone(), values.len());
                return Err(PredictError::Length { name, found, expected: architectures });
            }
            if let Some(row) = values.iter().position(|value| !value.is_finite()) {
                return Err(PredictError::NonFinite { name: name.clone(), row, value: values[row] });
            }
            if values.windows(2).all(|pair| pair[0].total_cmp(&pair[1]).is_eq()) {
                continue;
            }
            features.names.push(name.clone());
            features.groups.push(*group);
            for (row, value) in features.rows.iter_mut().zip(values) {
                row.push(*value);
            }
        }
        Ok(features)
    }

    /// Number of architectures.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is no architecture.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The names of the columns.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// One row for each architecture.
    pub fn rows(&self) -> &[Vec<f64>] {
        &self.rows
    }

    /// The rows at these places, in this order. Places beyond the last row are passed over.
    #[must_use]
    pub fn select(&self, places: &[usize]) -> Self {
        let rows = places.iter().filter_map(|&place| self.rows.get(place).cloned()).collect();
        Self { names: self.names.clone(), groups: self.groups.clone(), rows }
    }

    /// The columns of some groups.
    pub(crate) fn columns_of(&self, groups: &[Group]) -> Vec<usize> {
        (0..self.names.len()).filter(|&index| groups.contains(&self.groups[index])).collect()
    }

    /// The same rows with the columns of one group only.
    #[must_use]
    pub(crate) fn only(&self, group: Group) -> Self {
        let columns = self.columns_of(&[group]);
        let pick = |row: &Vec<f64>| columns.iter().map(|&column| row[column]).collect();
        Self {
            names: columns.iter().map(|&column| self.names[column].clone()).collect(),
            groups: vec![group; columns.len()],
            rows: self.rows.iter().map(pick).collect(),
        }
    }

    /// Checks that there is something to learn from.
    pub(crate) fn check(&self, labels: &[f64]) -> Result<(), PredictError> {
        if labels.len() != self.rows.len() {
            return Err(PredictError::Labels { labels: labels.len(), rows: self.rows.len() });
        }
        if labels.len() < 2 || self.names.is_empty() {
            return Err(PredictError::TooLittle { labels: labels.len(), features: self.names.len() });
        }
        Ok(())
    }
}

/// Brings columns to mean zero and variance one, by the rows that it was made from.
#[derive(Debug, Clone)]
pub(crate) struct Standard {
    columns: Vec<usize>,
    centre: Vec<f64>,
    scale: Vec<f64>,
}

impl Standard {
    /// Learns the centre and the spread of some columns.
    pub(crate) fn of(features: &Features, columns: Vec<usize>) -> Self {
        let n = features.len() as f64;
        let mean = |column: usize| features.rows.iter().map(|row| row[column]).sum::<f64>() / n;
        let centre: Vec<f64> = columns.iter().map(|&column| mean(column)).collect();
        let spread = |(&column, centre): (&usize, &f64)| {
            let squares: f64 = features.rows.iter().map(|row| (row[column] - centre).powi(2)).sum();
            let spread = (squares / n).sqrt();
            // A column that does not vary among the labelled rows says nothing about them; it keeps its unit.
            if spread > 1e-9 * (1.0 + centre.abs()) { spread } else { 1.0 }
        };
        let scale = columns.iter().zip(&centre).map(spread).collect();
        Self { columns, centre, scale }
    }

    /// The standardised columns of other rows.
    pub(crate) fn apply(&self, features: &Features) -> Vec<Vec<f64>> {
        let row = |row: &Vec<f64>| {
            let parts = self.columns.iter().zip(&self.centre).zip(&self.scale);
            parts.map(|((&column, centre), scale)| (row[column] - centre) / scale).collect()
        };
        features.rows.iter().map(row).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn feature(name: &str, values: &[f64]) -> Feature {
        Feature { name: name.into(), group: Group::Detail, values: values.to_vec() }
    }

    #[test]
    fn constant_columns_are_left_out_and_broken_ones_named() {
        let columns = [feature("same", &[1.0, 1.0]), feature("depth", &[2.0, 4.0])];
        let features = Features::new(2, &columns).unwrap();
        assert_eq!(features.names(), ["depth"]);
        assert_eq!(features.select(&[1]).rows(), [vec![4.0]]);
        let error = Features::new(2, &[feature("w_pca", &[1.0, f64::NAN])]).unwrap_err().to_string();
        assert!(error.contains("`w_pca` is NaN for architecture 1"), "{error}");
        let error = Features::new(3, &[feature("w_pca", &[1.0])]).unwrap_err().to_string();
        assert_eq!(error, "feature `w_pca` has 1 values for 3 architectures");
    }

    #[test]
    fn standardising_uses_the_rows_it_learnt_from() {
        let features = Features::new(3, &[feature("x", &[1.0, 3.0, 5.0])]).unwrap();
        let standard = Standard::of(&features.select(&[0, 1]), vec![0]);
        assert_eq!(standard.apply(&features), [vec![-1.0], vec![1.0], vec![3.0]]);
    }
}
