//! From rows to labels.

use std::collections::BTreeMap;
use std::path::Path;

use proxyrank_schema::ArchId;
use proxyrank_space::Architecture;

use super::description::Description;
use super::records::{self, ID, Record};
use crate::load::error::{LoadError, Place};

/// Reads the labels of some architectures, in their order. Every architecture has every label, and nothing else has one.
pub(super) fn read(
    file: &Path,
    bytes: &[u8],
    description: &Description,
    architectures: &[(ArchId, Architecture)],
) -> Result<Vec<Vec<f64>>, LoadError> {
    let metrics: Vec<&str> = description.metrics.iter().map(|metric| metric.name.as_str()).collect();
    let columns: Vec<&str> = [ID].into_iter().chain(metrics.iter().copied()).collect();
    let records = records::read(file, bytes, &columns, &[ID])?;
    let mut labels: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for record in &records {
        let id = record.value(ID, "an architecture's name")?;
        if !architectures.iter().any(|(known, _)| known.as_str() == id) {
            let expected = format!("an architecture of {}", description.architectures);
            return Err(record.unexpected(ID, expected, format!("`{id}`")));
        }
        let values = metrics.iter().map(|metric| label(record, metric));
        labels.insert(id, values.collect::<Result<_, _>>()?);
    }
    let of = |(id, _): &(ArchId, Architecture)| {
        labels.remove(id.as_str()).ok_or_else(|| {
            let what = format!("a row for architecture `{id}` of {}", description.architectures);
            LoadError::missing(file, Place::File, what)
        })
    };
    architectures.iter().map(of).collect()
}

fn label(record: &Record<'_>, metric: &str) -> Result<f64, LoadError> {
    let expected = "a finite number (an architecture that was not measured is left out of both files)";
    let text = record.value(metric, expected)?;
    let number = text.parse().ok().filter(|number: &f64| number.is_finite());
    number.ok_or_else(|| record.unexpected(metric, expected, format!("`{text}`")))
}
