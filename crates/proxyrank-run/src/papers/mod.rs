//! Published tables: their descriptions, and how they are replayed and recomputed.
//!
//! To add a table, put a file into `benchmarks/papers` and its name into [`FILES`]; no other code changes.

mod claims;
mod layout;
mod shelf;
mod spec;
mod statistic;

pub use claims::JudgedValue;
pub(crate) use claims::stage;
pub use shelf::{Shelf, Stock, Stores};
pub use spec::{PaperRow, PaperTable, SpecError, Statistic};
pub(crate) use statistic::compute;

macro_rules! files {
    ($($name:literal),+ $(,)?) => {
        /// Every description, compiled in so that the binary works without the source tree.
        pub const FILES: &[(&str, &str)] =
            &[$(($name, include_str!(concat!("../../../../benchmarks/papers/", $name)))),+];
    };
}

files!(
    "flexibert-metrics.toml",
    "flexibert-parameters.toml",
    "lpzero-flexibert.toml",
    "lpzero-bars.toml",
    "lpzero-search.toml",
    "wpca-flexibert.toml",
    "nsc-flexibert.toml",
    "zerolm-flexibert.toml",
    "lts-gpt2-scores.toml",
    "lpzero-gpt2.toml",
    "nsc-gpt2.toml",
    "lts-parameters.toml",
);

/// All published tables, in the order of [`FILES`].
pub fn tables() -> Result<Vec<PaperTable>, SpecError> {
    FILES.iter().map(|(file, text)| PaperTable::parse(file, text)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_description_is_embedded_and_reads() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../benchmarks/papers");
        let mut on_disk: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
            .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
            .collect();
        on_disk.sort();
        let mut embedded: Vec<String> = FILES.iter().map(|(name, _)| (*name).to_owned()).collect();
        embedded.sort();
        assert_eq!(on_disk, embedded);

        for (table, (file, _)) in tables().unwrap().iter().zip(FILES) {
            assert_eq!(format!("{}.toml", table.id), *file);
        }
    }

    #[test]
    fn a_row_is_turned_where_its_released_scores_have_another_direction_than_our_proxy() {
        let mut turned = 0;
        for table in tables().unwrap() {
            for row in &table.rows {
                let (Some(replay), Some(proxy)) = (&row.replay, &row.proxy) else {
                    assert!(!row.turned, "{} of {}: nothing says so", row.label, table.id);
                    continue;
                };
                let benchmark = row.benchmark.as_ref().unwrap_or(&table.benchmark).as_str();
                let released = proxyrank_proxies::published()
                    .find(|one| one.name == replay.as_str() && one.benchmark == benchmark);
                let (Some(released), Ok(ours)) = (released, proxyrank_proxies::find(proxy.as_str())) else {
                    continue;
                };
                assert_eq!(row.turned, released.direction != ours.direction, "{} of {}", row.label, table.id);
                turned += usize::from(row.turned);
            }
        }
        assert_eq!(turned, 4, "GraSP and Jacobian cosine, in two tables of GPT-2");
    }
}
