//! From a set's folder to the bytes of its files.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::id::{LtsId, number};
use crate::load::error::{LoadError, LoadErrorKind, Place};
use crate::load::source;

/// Name of the configuration in each architecture's folder.
pub(super) const CONFIG: &str = "model_config.yaml";

/// What a YAML file of the set's folder holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Summary {
    Parameters,
    Perplexity,
    Latency,
    Memory,
    /// Released scores of this measure.
    Scores(String),
    /// Released costs of this measure.
    Costs(String),
}

impl Summary {
    /// Classifies a file by its name; `None` is for files that this project has no use for.
    ///
    /// `NAME_scores_seed_1111_bak.yaml` and `NAME_cost_bak.yaml` are older results; they belong to the measure
    /// `NAME_bak`.
    pub(super) fn of(name: &str) -> Option<Self> {
        let stem = name.strip_suffix(".yaml")?;
        match stem {
            "params_summary" => return Some(Self::Parameters),
            "ppl_summary" => return Some(Self::Perplexity),
            "latency_summary" => return Some(Self::Latency),
            "memory_summary" => return Some(Self::Memory),
            _ => {}
        }
        if let Some((measure, rest)) = stem.split_once("_scores_seed_") {
            let suffix = rest.trim_start_matches(|c: char| c.is_ascii_digit());
            return (suffix.len() < rest.len()).then(|| Self::Scores(format!("{measure}{suffix}")));
        }
        let (measure, suffix) = stem.rsplit_once("_cost")?;
        Some(Self::Costs(format!("{measure}{suffix}")))
    }
}

/// The files of a set, each with its path relative to the folder.
#[derive(Debug, Default)]
pub(super) struct Files {
    pub(super) configs: BTreeMap<LtsId, Vec<u8>>,
    pub(super) summaries: Vec<(String, Summary, Vec<u8>)>,
}

/// Reads the files of a set. Hidden files are skipped; a folder that is no architecture's is an error.
pub(super) fn read(root: &Path) -> Result<Files, LoadError> {
    let mut files = Files::default();
    for (name, is_folder) in children(root)? {
        let place = root.join(&name);
        if !is_folder {
            if let Some(summary) = Summary::of(&name) {
                let bytes = source::read(&place)?;
                files.summaries.push((name, summary, bytes));
            }
        } else if let Some(config) = name.strip_prefix("config_").and_then(number) {
            for (name, is_folder) in children(&place)? {
                if !is_folder {
                    continue;
                }
                let job = name.strip_prefix('j').and_then(number).ok_or_else(|| {
                    LoadError::unexpected(&place, Place::File, "folders such as `j5`", format!("`{name}`"))
                })?;
                read_config(&mut files, root, LtsId::Config { config, job })?;
            }
        } else if let Some(model) = name.strip_prefix('M').and_then(number) {
            read_config(&mut files, root, LtsId::Model(model))?;
        } else {
            let expected = "folders such as `config_3` or `M12`";
            return Err(LoadError::unexpected(root, Place::File, expected, format!("`{name}`")));
        }
    }
    Ok(files)
}

fn read_config(files: &mut Files, root: &Path, id: LtsId) -> Result<(), LoadError> {
    let folder = root.join(id.folder());
    let file = folder.join(CONFIG);
    if !file.exists() {
        return Err(LoadError::missing(&folder, Place::File, format!("`{CONFIG}`")));
    }
    files.configs.insert(id, source::read(&file)?);
    Ok(())
}

/// Names of a folder's visible entries in a fixed order, and whether each is a folder.
fn children(folder: &Path) -> Result<BTreeMap<String, bool>, LoadError> {
    let fail = |error| LoadError::new(folder, Place::File, LoadErrorKind::Io(error));
    let mut children = BTreeMap::new();
    for entry in fs::read_dir(folder).map_err(fail)? {
        let entry = entry.map_err(fail)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if !name.starts_with('.') {
            children.insert(name, entry.path().is_dir());
        }
    }
    Ok(children)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_told_apart_by_name() {
        assert_eq!(Summary::of("snip_scores_seed_1111.yaml"), Some(Summary::Scores("snip".into())));
        assert_eq!(
            Summary::of("lpzero_scores_seed_1111_bak2.yaml"),
            Some(Summary::Scores("lpzero_bak2".into()))
        );
        assert_eq!(Summary::of("grad_norm_cost.yaml"), Some(Summary::Costs("grad_norm".into())));
        assert_eq!(Summary::of("lpzero_cost_bak3.yaml"), Some(Summary::Costs("lpzero_bak3".into())));
        assert_eq!(Summary::of("ppl_summary.yaml"), Some(Summary::Perplexity));
        assert_eq!(Summary::of("snip_scores_seed_.yaml"), None);
        assert_eq!(Summary::of("pareto.png"), None);
    }
}
