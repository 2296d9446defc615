//! Arrow schemas of the stored Parquet files; a file with any other schema is refused when it is read.

use arrow_schema::{DataType, Field, Schema};

use crate::SCHEMA_VERSION;

/// Metadata key under which a stored file carries [`SCHEMA_VERSION`].
pub const VERSION_KEY: &str = "proxyrank.schema_version";

fn text(name: &str) -> Field {
    Field::new(name, DataType::Utf8, false)
}

fn count(name: &str) -> Field {
    Field::new(name, DataType::UInt64, false)
}

fn small(name: &str) -> Field {
    Field::new(name, DataType::UInt32, false)
}

fn key_fields() -> Vec<Field> {
    vec![
        small("schema_version"),
        text("benchmark"),
        text("benchmark_sha256"),
        text("arch_id"),
        text("proxy"),
        small("proxy_version"),
        text("params"),
        text("reading"),
        text("signal"),
        text("input"),
        small("batch_size"),
        small("seq_len"),
        text("mode"),
        count("init_seed"),
        count("data_seed"),
        text("dtype"),
        text("device"),
    ]
}

fn versioned(fields: Vec<Field>) -> Schema {
    let version = std::collections::HashMap::from([(VERSION_KEY.to_owned(), SCHEMA_VERSION.to_string())]);
    Schema::new(fields).with_metadata(version)
}

/// Columns of a stored [`crate::ScoreRow`].
pub fn scores() -> Schema {
    let mut fields = key_fields();
    fields.extend([Field::new("score", DataType::Float64, true), text("status"), text("detail")]);
    versioned(fields)
}

/// Columns of a stored [`crate::TimingRow`].
pub fn timings() -> Schema {
    let mut fields = key_fields();
    fields.extend([
        text("timing"),
        small("threads"),
        text("machine_id"),
        text("build_profile"),
        count("wall_ns"),
        count("own_ns"),
        count("peak_rss_bytes"),
        text("tool_version"),
        text("run_id"),
        text("started_at"),
    ]);
    versioned(fields)
}

/// Columns of a stored [`crate::TruthRow`].
pub fn ground_truth() -> Schema {
    versioned(vec![
        text("benchmark"),
        text("arch_id"),
        text("metric"),
        Field::new("value", DataType::Float64, false),
        Field::new("higher_is_better", DataType::Boolean, false),
        count("train_seed"),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_everything_before_the_score() {
        let schema = scores();
        let names: Vec<&str> = schema.fields().iter().map(|f| f.name().as_str()).collect();
        let score = names.iter().position(|n| *n == "score").unwrap();
        assert_eq!(&names[..score], key_fields().iter().map(|f| f.name().as_str()).collect::<Vec<_>>());
        assert!(schema.field(score).is_nullable());
    }
}
