//! BibTeX of one paper.

use super::{EntryKind, Paper};

impl Paper {
    /// The entry, ending in a line break.
    pub fn bibtex(&self) -> String {
        let (kind, venue) = match self.kind {
            EntryKind::InProceedings => ("inproceedings", "booktitle"),
            EntryKind::Article => ("article", "journal"),
            EntryKind::Misc => ("misc", "howpublished"),
        };
        // The second pair of braces keeps the capitals of names.
        let mut fields = vec![
            ("author", self.authors.join(" and ")),
            ("title", format!("{{{}}}", self.title)),
            (venue, self.venue.to_owned()),
            ("year", self.year.to_string()),
        ];
        if let Some(id) = self.arxiv {
            fields.push(("eprint", id.to_owned()));
            fields.push(("archiveprefix", "arXiv".to_owned()));
        }
        fields.extend(self.address().map(|address| ("url", address)));
        let body: Vec<String> =
            fields.iter().map(|(name, value)| format!("  {name} = {{{value}}},")).collect();
        format!("@{kind}{{{},\n{}\n}}\n", self.key, body.join("\n"))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use crate::papers::{CLARK_2020, PAPERS, SERIANNI_2023, paper};
    use crate::{REGISTRY, published};

    #[test]
    fn one_entry_in_full() {
        let expected = "@inproceedings{serianni2023,\n  author = {Aaron Serianni and Jugal Kalita},\n  \
            title = {{Training-free Neural Architecture Search for RNNs and Transformers}},\n  \
            booktitle = {Annual Meeting of the Association for Computational Linguistics (ACL)},\n  \
            year = {2023},\n  eprint = {2306.00288},\n  archiveprefix = {arXiv},\n  \
            url = {https://arxiv.org/abs/2306.00288},\n}\n";
        assert_eq!(SERIANNI_2023.bibtex(), expected);
    }

    #[test]
    fn keys_are_unique_and_every_used_paper_is_listed() {
        let keys: HashSet<&str> = PAPERS.iter().map(|paper| paper.key).collect();
        assert_eq!(keys.len(), PAPERS.len());
        let used = REGISTRY.iter().filter_map(|proxy| proxy.paper);
        let used = used.chain(published().filter_map(|proxy| proxy.paper));
        assert!(used.into_iter().all(|used| paper(used.key) == Some(used)));
    }

    #[test]
    fn braces_balance() {
        for paper in PAPERS {
            let text = paper.bibtex();
            let count = |brace| text.matches(brace).count();
            assert_eq!(count('{'), count('}'), "{}", paper.key);
        }
    }

    #[test]
    fn short_citations() {
        assert_eq!(SERIANNI_2023.citation(), "Serianni & Kalita (2023)");
        assert_eq!(CLARK_2020.citation(), "Clark et al. (2020)");
    }
}
