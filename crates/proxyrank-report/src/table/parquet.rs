//! Parquet, for those who read tables with data frames.

use polars::prelude::{Column as Series, DataFrame, ParquetWriter, PolarsError};

use super::{Cell, Table};

/// A table that could not be encoded.
#[derive(Debug, thiserror::Error)]
#[error("table `{table}` cannot be written as Parquet: {source}; please report this with the table")]
pub struct ParquetError {
    /// The table's id.
    table: String,
    /// What the library said.
    source: Box<PolarsError>,
}

impl Table {
    /// The bytes of a Parquet file with the columns of [`Table::csv`]: numbers as doubles, counts as 64-bit integers, a
    /// missing value as null.
    pub fn parquet(&self) -> Result<Vec<u8>, ParquetError> {
        self.encode().map_err(|source| ParquetError { table: self.id.clone(), source: Box::new(source) })
    }

    fn encode(&self) -> Result<Vec<u8>, PolarsError> {
        let columns = self.columns.iter().enumerate();
        let series = columns.flat_map(|(index, column)| {
            let cells: Vec<&Cell> = self.column(index).collect();
            series(&column.key, &cells)
        });
        let mut frame = DataFrame::new(self.rows().len(), series.collect())?;
        let mut bytes = Vec::new();
        ParquetWriter::new(&mut bytes).set_parallel(false).finish(&mut frame)?;
        Ok(bytes)
    }
}

/// One series or, for values with an interval or a verdict, several.
fn series(key: &str, cells: &[&Cell]) -> Vec<Series> {
    let any = |wanted: fn(&Cell) -> bool| cells.iter().any(|cell| wanted(cell));
    let named = |suffix: &str| format!("{key}{suffix}").into();
    let numbers = |suffix: &str, of: fn(&Cell) -> Option<f64>| {
        Series::new(named(suffix), cells.iter().map(|cell| of(cell)).collect::<Vec<Option<f64>>>())
    };
    let counts = |suffix: &str, of: fn(&Cell) -> Option<i64>| {
        Series::new(named(suffix), cells.iter().map(|cell| of(cell)).collect::<Vec<Option<i64>>>())
    };
    let texts = |suffix: &str, of: fn(&Cell) -> Option<String>| {
        Series::new(named(suffix), cells.iter().map(|cell| of(cell)).collect::<Vec<Option<String>>>())
    };
    if any(|cell| matches!(cell, Cell::Estimate(_))) {
        vec![numbers("", number), numbers("_low", low), numbers("_high", high)]
    } else if any(|cell| matches!(cell, Cell::Interval(_))) {
        let ends = |of: fn(&super::Interval) -> i64| {
            move |cell: &&Cell| if let Cell::Interval(interval) = cell { Some(of(interval)) } else { None }
        };
        let column = |suffix: &str, of: fn(&super::Interval) -> i64| {
            Series::new(named(suffix), cells.iter().map(ends(of)).collect::<Vec<Option<i64>>>())
        };
        vec![column("", |i| i.point), column("_low", |i| i.low), column("_high", |i| i.high)]
    } else if any(|cell| matches!(cell, Cell::Flag(_))) {
        vec![numbers("", number), texts("_verdict", verdict)]
    } else if any(|cell| matches!(cell, Cell::Text(_))) {
        vec![texts("", text)]
    } else if any(|cell| matches!(cell, Cell::Integer(_))) && !any(|cell| matches!(cell, Cell::Number(_))) {
        vec![counts("", count)]
    } else {
        vec![numbers("", number)]
    }
}

fn number(cell: &Cell) -> Option<f64> {
    match cell {
        Cell::Number(value) | Cell::Scientific(value) => Some(*value),
        Cell::Rounded(rounded) => Some(rounded.value),
        Cell::Integer(value) => Some(*value as f64),
        Cell::Estimate(estimate) => Some(estimate.point),
        Cell::Flag(flag) => flag.value.map(|rounded| rounded.value),
        Cell::Interval(_) | Cell::Text(_) | Cell::Missing(_) => None,
    }
}

fn low(cell: &Cell) -> Option<f64> {
    if let Cell::Estimate(estimate) = cell { Some(estimate.low) } else { None }
}

fn high(cell: &Cell) -> Option<f64> {
    if let Cell::Estimate(estimate) = cell { Some(estimate.high) } else { None }
}

fn count(cell: &Cell) -> Option<i64> {
    if let Cell::Integer(value) = cell { Some(*value) } else { None }
}

fn verdict(cell: &Cell) -> Option<String> {
    if let Cell::Flag(flag) = cell { Some(flag.label.clone()) } else { None }
}

fn text(cell: &Cell) -> Option<String> {
    match cell {
        Cell::Text(text) => Some(text.clone()),
        Cell::Integer(value) => Some(value.to_string()),
        Cell::Number(value) => Some(value.to_string()),
        Cell::Rounded(rounded) => Some(rounded.value.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use polars::prelude::{ParquetReader, SerReader};
    use proxyrank_stats::Estimate;

    use super::super::{Column, Flag, Interval, Tone};
    use super::*;

    #[test]
    fn columns_are_those_of_the_csv_and_values_come_back() {
        let columns = vec![
            Column::text("proxy", "Proxy"),
            Column::number("tau", "tau", 3),
            Column::number("rank", "Rank", 0),
            Column::text("rule", "Rule"),
            Column::number("n", "n", 0),
        ];
        let mut table = Table::new("t", "T", columns);
        table.push(vec![
            Cell::text("nsc"),
            Cell::from(Estimate { point: 0.5, low: 0.25, high: 0.75, n: 9 }),
            Cell::Interval(Interval { point: 1, low: 1, high: 2 }),
            Cell::from(Flag { tone: Tone::Bad, label: "worse".into(), value: None }),
            Cell::count(3),
        ]);
        table.push(vec![
            Cell::text("ü"),
            Cell::missing("no"),
            Cell::missing("no"),
            Cell::missing("no"),
            Cell::count(4),
        ]);
        let frame = ParquetReader::new(Cursor::new(table.parquet().unwrap())).finish().unwrap();
        let names: Vec<&str> = frame.get_column_names().into_iter().map(AsRef::as_ref).collect();
        assert_eq!(names.join(","), table.csv().lines().next().unwrap());
        assert_eq!(frame.height(), 2);
        assert_eq!(frame.column("tau_high").unwrap().f64().unwrap().get(0), Some(0.75));
        assert_eq!(frame.column("tau").unwrap().null_count(), 1);
        assert_eq!(frame.column("rank_high").unwrap().i64().unwrap().get(0), Some(2));
        assert_eq!(frame.column("rule_verdict").unwrap().str().unwrap().get(0), Some("worse"));
        assert_eq!(frame.column("n").unwrap().i64().unwrap().get(1), Some(4));
    }
}
