//! Rows with named fields, from CSV and from JSON alike.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;

use crate::load::error::{LoadError, Place};
use crate::load::source;
use crate::load::unique_map::UniqueMap;

/// The field that names an architecture.
pub(super) const ID: &str = "arch_id";

/// A row: for each field its values. A cell of CSV holds several when they are separated by spaces, a field of JSON when it is
/// a list.
pub(super) struct Record<'a> {
    file: &'a Path,
    origin: Origin,
    fields: BTreeMap<String, Vec<String>>,
}

/// Where a row stands.
enum Origin {
    /// Line of a CSV file; the header is line 1.
    Line(u64),
    /// Entry of a JSON list, from 0.
    Entry(usize),
}

impl Record<'_> {
    /// Where a field of this row stands.
    pub(super) fn place(&self, column: &str) -> Place {
        match self.origin {
            Origin::Line(line) => Place::Cell { line, column: column.to_owned() },
            Origin::Entry(entry) => Place::Node(format!("entry {entry}, {column}")),
        }
    }

    /// The values of a field; none where it is empty or not there.
    pub(super) fn values(&self, column: &str) -> &[String] {
        self.fields.get(column).map_or(&[], Vec::as_slice)
    }

    /// The one value of a field.
    pub(super) fn value(&self, column: &str, expected: &str) -> Result<&str, LoadError> {
        match self.values(column) {
            [value] => Ok(value),
            [] => Err(self.unexpected(column, expected, "nothing")),
            more => Err(self.unexpected(column, expected, format!("`{}`", more.join(" ")))),
        }
    }

    /// A whole number.
    pub(super) fn count(&self, column: &str) -> Result<usize, LoadError> {
        let text = self.value(column, "a whole number")?;
        text.parse().map_err(|_| self.unexpected(column, "a whole number", format!("`{text}`")))
    }

    /// An error about a field.
    pub(super) fn unexpected(
        &self,
        column: &str,
        expected: impl Into<String>,
        found: impl std::fmt::Display,
    ) -> LoadError {
        LoadError::unexpected(self.file, self.place(column), expected, found)
    }
}

/// Reads rows whose fields are all among `known`, those of `needed` in every row. The format follows from the file's name.
pub(super) fn read<'a>(
    file: &'a Path,
    bytes: &[u8],
    known: &[&str],
    needed: &[&str],
) -> Result<Vec<Record<'a>>, LoadError> {
    let records = match file.extension().and_then(|extension| extension.to_str()) {
        Some("csv") => of_csv(file, bytes)?,
        Some("json") => of_json(file, bytes)?,
        _ => {
            return Err(LoadError::unexpected(
                file,
                Place::File,
                "a name that ends in .csv or .json",
                "another",
            ));
        }
    };
    let mut ids = BTreeSet::new();
    for record in &records {
        if let Some(stranger) = record.fields.keys().find(|field| !known.contains(&field.as_str())) {
            let expected = format!("one of the columns {}", known.join(", "));
            return Err(record.unexpected(stranger, expected, format!("`{stranger}`")));
        }
        for field in needed {
            if record.values(field).is_empty() {
                return Err(record.unexpected(field, "a value", "nothing"));
            }
        }
        let id = record.value(ID, "an architecture's name")?;
        if !ids.insert(id) {
            return Err(LoadError::duplicate(file, record.place(ID), format!("architecture `{id}`")));
        }
    }
    if records.is_empty() {
        return Err(LoadError::missing(file, Place::File, "every row"));
    }
    Ok(records)
}

fn of_csv<'a>(file: &'a Path, bytes: &[u8]) -> Result<Vec<Record<'a>>, LoadError> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(source::text(file, bytes)?.as_bytes());
    let mut header: Option<Vec<String>> = None;
    let mut records = Vec::new();
    for row in reader.records() {
        let row = row.map_err(|error| LoadError::syntax(file, Place::File, "CSV", error))?;
        let line = row.position().map_or(0, csv::Position::line);
        let Some(names) = &header else {
            let names: Vec<String> = row.iter().map(str::to_owned).collect();
            if let Some((index, name)) =
                names.iter().enumerate().find(|(index, name)| names[..*index].contains(name))
            {
                let place = Place::Cell { line, column: name.clone() };
                return Err(LoadError::duplicate(file, place, format!("column {} `{name}`", index + 1)));
            }
            header = Some(names);
            continue;
        };
        if row.len() != names.len() {
            let expected = format!("{} cells, one for each column of the header", names.len());
            return Err(LoadError::unexpected(file, Place::Text { line, column: 1 }, expected, row.len()));
        }
        let split = |cell: &str| cell.split_whitespace().map(str::to_owned).collect();
        let fields = names.iter().cloned().zip(row.iter().map(split)).collect();
        records.push(Record { file, origin: Origin::Line(line), fields });
    }
    Ok(records)
}

fn of_json<'a>(file: &'a Path, bytes: &[u8]) -> Result<Vec<Record<'a>>, LoadError> {
    let entries: Vec<UniqueMap<Value>> = source::json(file, bytes)?;
    let record = |(entry, fields): (usize, UniqueMap<Value>)| {
        let place = |name: &str| Place::Node(format!("entry {entry}, {name}"));
        let values = |(name, value): (String, Value)| {
            let list = match value {
                Value::Array(list) => list,
                one => vec![one],
            };
            let scalar = |value: Value| match value {
                Value::String(text) => Ok(text),
                Value::Number(number) => Ok(number.to_string()),
                other => Err(LoadError::unexpected(
                    file,
                    place(&name),
                    "a number, a text, or a list of these",
                    other,
                )),
            };
            let values: Result<Vec<String>, LoadError> = list.into_iter().map(scalar).collect();
            Ok((name, values?))
        };
        let fields: Result<BTreeMap<String, Vec<String>>, LoadError> =
            fields.0.into_iter().map(values).collect();
        Ok(Record { file, origin: Origin::Entry(entry), fields: fields? })
    };
    entries.into_iter().enumerate().map(record).collect()
}
