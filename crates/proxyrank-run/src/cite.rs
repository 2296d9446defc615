//! The BibTeX of what a set of results used.

use std::collections::BTreeMap;

use proxyrank_data::manifest::manifest;
use proxyrank_proxies::published::published;
use proxyrank_proxies::{Paper, find as find_proxy};
use proxyrank_store::Store;

use crate::RunError;
use crate::benchmark;

/// The entries of every paper and data set behind the stored scores; of everything known where nothing is stored.
pub fn bibliography(store: &Store) -> Result<Vec<String>, RunError> {
    let benchmarks = store.benchmarks()?;
    let mut papers: BTreeMap<&str, &'static Paper> = BTreeMap::new();
    let mut datasets: BTreeMap<String, String> = BTreeMap::new();
    for id in &benchmarks {
        let Ok(info) = benchmark::find(id) else { continue };
        // What is compiled in has no manifest: it is a part of this project.
        if info.source != benchmark::Source::Embedded {
            let manifest = manifest(info.dataset)?;
            datasets.insert(manifest.name.clone(), manifest.citation.trim().to_owned());
        }
        for row in store.scores(Some(id))? {
            let name = row.key.proxy.as_str();
            let computed = find_proxy(name).ok().and_then(|proxy| proxy.paper);
            let paper = computed.or_else(|| published().find(|p| p.name == name)?.paper);
            papers.extend(paper.map(|paper| (paper.key, paper)));
        }
    }
    if benchmarks.is_empty() {
        papers.extend(proxyrank_proxies::papers::PAPERS.iter().map(|paper| (paper.key, *paper)));
    }
    // A data set's own entry stands for its paper, under whatever key.
    let entries: Vec<String> = datasets.into_values().collect();
    let by_data_set =
        |paper: &Paper| paper.arxiv.is_some_and(|id| entries.iter().any(|entry| entry.contains(id)));
    let papers = papers.into_values().filter(|paper| !by_data_set(paper)).map(Paper::bibtex);
    let papers: Vec<String> = papers.map(|entry| entry.trim().to_owned()).collect();
    Ok(entries.into_iter().chain(papers).collect())
}
