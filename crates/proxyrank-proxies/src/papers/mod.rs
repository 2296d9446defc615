//! The bibliography: what the proxies, the benchmarks and the data sets come from.
//!
//! Only facts that were checked stand here; a field that is not known for sure is left out.

mod bibtex;
mod list;

pub use list::{
    ABDELFATTAH_2021, AKHAURI_2022, CAVAGNERO_2023, CHELBA_2013, CHEN_2021, CLARK_2020, DAI_2019,
    GOKASLAN_2019, JIANG_2023, LEE_2019, LEE_2024, LI_2023, LIN_2021, LPZERO_2024, LTS_2022, MELLOR_2021,
    MERITY_2017, NSC_2026, RADFORD_2019, RAJPURKAR_2016, RAJPURKAR_2018, SERIANNI_2023, SWAP_2024,
    TANAKA_2020, TULI_2023, TULINO_2004, TURNER_2020, WANG_2019, WANG_2020, WPCA_2025, ZEROLM_2025,
    ZHANG_2022, ZHOU_2022,
};

/// Every paper, by key.
pub static PAPERS: &[&Paper] = list::ALL;

/// Kind of publication, as BibTeX names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// In proceedings.
    InProceedings,
    /// In a journal.
    Article,
    /// A preprint, report or web page.
    Misc,
}

/// One publication.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paper {
    /// Its key in BibTeX and in the files of published tables.
    pub key: &'static str,
    /// Where it appeared.
    pub kind: EntryKind,
    /// Authors in order, `Given Family`.
    pub authors: &'static [&'static str],
    /// Title.
    pub title: &'static str,
    /// Proceedings, journal, or publisher of a web page.
    pub venue: &'static str,
    /// Year.
    pub year: u16,
    /// arXiv identifier.
    pub arxiv: Option<&'static str>,
    /// Address where there is no arXiv identifier.
    pub url: Option<&'static str>,
}

impl Paper {
    /// Its address, if any.
    pub fn address(&self) -> Option<String> {
        let arxiv = self.arxiv.map(|id| format!("https://arxiv.org/abs/{id}"));
        arxiv.or_else(|| self.url.map(str::to_owned))
    }

    /// First author's family name, with `et al.` where there are three or more, and the year.
    pub fn citation(&self) -> String {
        let family = |name: &'static str| name.rsplit(' ').next().unwrap_or(name);
        let authors = match self.authors {
            [] => self.key.to_owned(),
            [only] => family(only).to_owned(),
            [first, second] => format!("{} & {}", family(first), family(second)),
            [first, ..] => format!("{} et al.", family(first)),
        };
        format!("{authors} ({})", self.year)
    }
}

/// The paper of a key.
pub fn paper(key: &str) -> Option<&'static Paper> {
    PAPERS.iter().copied().find(|paper| paper.key == key)
}
