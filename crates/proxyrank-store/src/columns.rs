//! Typed access to the columns of a stored table, with errors that name the file, the row and the column.

use std::path::Path;
use std::str::FromStr;

use polars::prelude::{
    BooleanChunked, Column, DataFrame, Float64Chunked, IntoColumn, NewChunkedArray, StringChunked,
    UInt32Chunked, UInt64Chunked,
};

use crate::StoreError;

pub(crate) fn text<'a>(name: &str, values: impl Iterator<Item = &'a str>) -> Column {
    StringChunked::from_iter_values(name.into(), values).into_column()
}

pub(crate) fn small(name: &str, values: impl Iterator<Item = u32>) -> Column {
    UInt32Chunked::from_iter_values(name.into(), values).into_column()
}

pub(crate) fn count(name: &str, values: impl Iterator<Item = u64>) -> Column {
    UInt64Chunked::from_iter_values(name.into(), values).into_column()
}

pub(crate) fn number(name: &str, values: impl Iterator<Item = f64>) -> Column {
    Float64Chunked::from_iter_values(name.into(), values).into_column()
}

pub(crate) fn optional_number(name: &str, values: impl Iterator<Item = Option<f64>>) -> Column {
    Float64Chunked::from_iter_options(name.into(), values).into_column()
}

pub(crate) fn flag(name: &str, values: impl ExactSizeIterator<Item = bool>) -> Column {
    let values: Vec<bool> = values.collect();
    BooleanChunked::from_slice(name.into(), &values).into_column()
}

/// The columns of a frame whose names and types were checked against the table's schema.
pub(crate) struct Columns<'a> {
    frame: &'a DataFrame,
    path: &'a Path,
}

impl<'a> Columns<'a> {
    pub(crate) const fn new(frame: &'a DataFrame, path: &'a Path) -> Self {
        Self { frame, path }
    }

    pub(crate) fn height(&self) -> usize {
        self.frame.height()
    }

    pub(crate) fn text(&self, name: &str) -> Result<Vec<&'a str>, StoreError> {
        let column = self.column(name)?.str().map_err(|e| self.damaged(&e))?;
        self.all(name, column.iter())
    }

    pub(crate) fn small(&self, name: &str) -> Result<Vec<u32>, StoreError> {
        let column = self.column(name)?.u32().map_err(|e| self.damaged(&e))?;
        self.all(name, column.iter())
    }

    pub(crate) fn count(&self, name: &str) -> Result<Vec<u64>, StoreError> {
        let column = self.column(name)?.u64().map_err(|e| self.damaged(&e))?;
        self.all(name, column.iter())
    }

    pub(crate) fn number(&self, name: &str) -> Result<Vec<f64>, StoreError> {
        let column = self.column(name)?.f64().map_err(|e| self.damaged(&e))?;
        self.all(name, column.iter())
    }

    pub(crate) fn optional_number(&self, name: &str) -> Result<Vec<Option<f64>>, StoreError> {
        Ok(self.column(name)?.f64().map_err(|e| self.damaged(&e))?.iter().collect())
    }

    pub(crate) fn flag(&self, name: &str) -> Result<Vec<bool>, StoreError> {
        let column = self.column(name)?.bool().map_err(|e| self.damaged(&e))?;
        self.all(name, column.iter())
    }

    /// A text column whose values are spellings of a closed set.
    pub(crate) fn named<T>(&self, name: &str) -> Result<Vec<T>, StoreError>
    where
        T: FromStr<Err: std::fmt::Display>,
    {
        let parse =
            |(row, text): (usize, &str)| text.parse().map_err(|e: T::Err| self.bad(row, name, e.to_string()));
        self.text(name)?.into_iter().enumerate().map(parse).collect()
    }

    /// An error about the value in one row (from 0) and column.
    pub(crate) fn bad(&self, row: usize, column: &str, reason: String) -> StoreError {
        StoreError::BadValue { path: self.path.to_owned(), row: row + 1, column: column.to_owned(), reason }
    }

    fn column(&self, name: &str) -> Result<&'a Column, StoreError> {
        self.frame.column(name).map_err(|e| self.damaged(&e))
    }

    fn all<T>(&self, name: &str, values: impl Iterator<Item = Option<T>>) -> Result<Vec<T>, StoreError> {
        let present = |(row, value): (usize, Option<T>)| {
            value.ok_or_else(|| self.bad(row, name, "no value, where one is always written".to_owned()))
        };
        values.enumerate().map(present).collect()
    }

    fn damaged(&self, reason: &impl ToString) -> StoreError {
        StoreError::Damaged { path: self.path.to_owned(), reason: reason.to_string() }
    }
}
