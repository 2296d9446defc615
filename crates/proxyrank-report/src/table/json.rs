//! JSON records.

use serde_json::{Map, Value, json};

use super::{Cell, Emphasis, Rounded, Row, Table};

impl Table {
    /// `{id, title, columns: [{key, name}], rows: [{baseline, cells}], notes}`; `cells` is an object by column key.
    ///
    /// An estimate is `{point, low, high, n}`, an interval `{point, low, high}`, a flag `{value, verdict}`, a
    /// missing value `{missing: reason}`.
    pub fn json(&self) -> Value {
        let columns: Vec<Value> =
            self.columns.iter().map(|column| json!({"key": column.key, "name": column.name})).collect();
        let rows: Vec<Value> = self.rows().iter().map(|row| self.record(row)).collect();
        json!({"id": self.id, "title": self.title, "columns": columns, "rows": rows, "notes": self.notes})
    }

    fn record(&self, row: &Row) -> Value {
        let cells: Map<String, Value> = self
            .columns
            .iter()
            .zip(&row.cells)
            .map(|(column, cell)| (column.key.clone(), value(cell)))
            .collect();
        json!({"baseline": row.emphasis == Emphasis::Baseline, "cells": cells})
    }
}

fn value(cell: &Cell) -> Value {
    match cell {
        Cell::Text(text) => json!(text),
        Cell::Integer(value) => json!(value),
        Cell::Number(value) | Cell::Scientific(value) | Cell::Rounded(Rounded { value, .. }) => json!(value),
        Cell::Estimate(e) => json!({"point": e.point, "low": e.low, "high": e.high, "n": e.n}),
        Cell::Interval(i) => json!({"point": i.point, "low": i.low, "high": i.high}),
        Cell::Flag(flag) => json!({"value": flag.value.map(|rounded| rounded.value), "verdict": flag.label}),
        Cell::Missing(reason) => json!({"missing": reason}),
    }
}
