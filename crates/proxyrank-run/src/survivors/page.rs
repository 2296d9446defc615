//! The page, its charts and its files.

use std::path::{Path, PathBuf};

use proxyrank_report::chart::scorecard::{Kind, Scorecard, ScorecardCell, ScorecardRow};
use proxyrank_report::file::write_atomic;
use proxyrank_report::number::{counted, fixed};
use proxyrank_report::table::Emphasis;
use proxyrank_report::{Page, Table};
use proxyrank_schema::Reading;

use super::outcome::{Ending, Fate, Outcome};
use super::table;
use super::test::Test;
use super::trial::{Trial, against, beats, trials};
use crate::RunError;
use crate::papers::Shelf;
use crate::rank::{RULES, Ranking};
use crate::report::{BenchmarkPage, Charts, write_table};
use crate::studies::StudyPage;

/// The most proxies that a sentence names.
const NAMED: usize = 12;

/// The proxies of one benchmark under one reading, tried.
pub struct Case<'a> {
    /// The benchmark.
    pub benchmark: &'static str,
    /// What it is.
    pub benchmark_title: &'static str,
    /// The reading.
    pub reading: Reading,
    /// The correlations.
    pub ranking: &'a Ranking,
    /// Its proxies, those that fail least first.
    pub trials: Vec<Trial>,
    /// For each rule, the proxies that beat it by tau-a.
    by_tau_a: Vec<Vec<String>>,
}

impl<'a> Case<'a> {
    /// Puts a ranking's proxies through all tests.
    pub fn of(page: &'a BenchmarkPage, shelf: &Shelf) -> Result<Option<Self>, RunError> {
        let Some(stock) = shelf.get(&page.benchmark) else { return Ok(None) };
        let ranking = &page.ranking;
        let mut trials = trials(stock, ranking, page.ceiling.as_ref())?;
        let beaten = |rule: usize| {
            let better = |index: &usize| {
                let comparison = against(&ranking.analysis.rivalry.by_tau_a, *index, rule);
                comparison.is_some_and(|found| beats(found, ranking.options.bootstrap.confidence))
            };
            let better = (0..trials.len()).filter(better).map(|index| &trials[index]);
            better.filter(|trial| !trial.is_baseline).map(|trial| trial.label.clone()).collect()
        };
        let by_tau_a = (0..RULES.len()).map(beaten).collect();
        let failed =
            |trial: &Trial| trial.outcomes.iter().filter(|outcome| outcome.ending == Ending::Failed).count();
        let tau = |trial: &Trial| trial.tau_b.map_or(f64::NEG_INFINITY, |tau| tau.point);
        trials.sort_by(|a, b| {
            let by_tau = tau(b).total_cmp(&tau(a));
            (a.fate(), failed(a)).cmp(&(b.fate(), failed(b))).then(by_tau).then_with(|| a.label.cmp(&b.label))
        });
        let info = stock.benchmark.info;
        Ok(Some(Self {
            benchmark: info.id,
            benchmark_title: info.title,
            reading: ranking.options.reading,
            ranking,
            trials,
            by_tau_a,
        }))
    }

    /// What its files are called.
    pub(super) fn name(&self) -> String {
        format!("{}_{}", self.benchmark, self.reading)
    }

    /// What people call it.
    pub(super) fn title(&self) -> String {
        format!("{}, reading {}", self.benchmark_title, self.reading)
    }

    /// Its proxies without the baselines.
    pub(super) fn proxies(&self) -> impl Iterator<Item = &Trial> {
        self.trials.iter().filter(|trial| !trial.is_baseline)
    }

    /// How many proxies have a fate.
    pub(super) fn count(&self, fate: Fate) -> usize {
        self.proxies().filter(|trial| trial.fate() == fate).count()
    }

    /// Who is left of it.
    fn left(&self) -> Left {
        let names = |fate| -> Vec<String> {
            self.proxies().filter(|trial| trial.fate() == fate).map(|trial| trial.label.clone()).collect()
        };
        Left {
            benchmark: self.benchmark,
            reading: self.reading,
            tried: self.proxies().count(),
            survive: names(Fate::Survives),
            open: names(Fate::Open),
        }
    }

    /// What a reader should take away, in a few sentences.
    fn in_words(&self) -> String {
        let names = |of: &dyn Fn(&&Trial) -> bool| -> Vec<&str> {
            self.proxies().filter(of).map(|trial| trial.label.as_str()).collect()
        };
        let mut words = vec![format!(
            "Of {}, {} survive every test, {} pass all that could be made and stay open, and {} fall.",
            counted(self.proxies().count(), "score"),
            self.count(Fate::Survives),
            self.count(Fate::Open),
            self.count(Fate::Falls)
        )];
        for (fate, begin) in [(Fate::Survives, "Survivors"), (Fate::Open, "Open")] {
            let found = names(&|trial| trial.fate() == fate);
            if !found.is_empty() {
                words.push(format!("{begin}: {}.", found.join(", ")));
            }
        }
        let single = Test::ALL.map(|test| (format!("\"{}\" alone", test.title()), vec![test]));
        let rules = [("the two rules alone".to_owned(), vec![Test::TimesRule, Test::SortRule])];
        for (name, tests) in single.into_iter().chain(rules) {
            let by_all = |trial: &Trial| tests.iter().all(|&test| trial.ending(test) == Ending::Failed);
            let only = names(&|trial| by_all(trial) && trial.fate_without(&tests) < Fate::Falls);
            if !only.is_empty() {
                words.push(format!("Fall by {name}: {}.", only.join(", ")));
            }
        }
        let rules = RULES.iter().zip(&self.by_tau_a).map(|((rule, _), beaten)| match beaten.len() {
            0 => format!("none beats {rule}"),
            few if few <= NAMED => format!("{few} beat {rule} ({})", beaten.join(", ")),
            many => format!("{many} beat {rule}"),
        });
        words.push(format!(
            "By tau-a, which charges a rule for the pairs that it leaves undecided, {}.",
            rules.collect::<Vec<_>>().join(", and ")
        ));
        words.join(" ")
    }

    fn chart(&self) -> Scorecard {
        let row = |trial: &Trial| ScorecardRow {
            name: trial.label.clone(),
            emphasis: if trial.is_baseline { Emphasis::Baseline } else { Emphasis::Plain },
            lead: trial.tau_b.map_or_else(|| "–".to_owned(), |tau| fixed(tau.point, 3)),
            cells: Test::ALL
                .iter()
                .zip(&trial.outcomes)
                .map(|(&test, outcome)| cell(test, outcome))
                .collect(),
            verdict: format!("{}, {}", table::score(trial), trial.fate().as_str()),
        };
        Scorecard {
            title: format!("Which proxies survive? {}", self.benchmark_title),
            subtitle: format!(
                "n = {}, reading {}; intervals hold the central {:.0}% of {} bootstrap resamples",
                self.ranking.kept.len(),
                self.reading,
                100.0 * self.ranking.options.bootstrap.confidence,
                self.ranking.options.bootstrap.resamples
            ),
            kind: Kind::Tests,
            lead: "tau-b".to_owned(),
            tests: Test::ALL.map(|test| test.title().to_owned()).into(),
            rows: self.trials.iter().map(row).collect(),
        }
    }
}

fn cell(test: Test, outcome: &Outcome) -> ScorecardCell {
    let digits = if test == Test::Seeds { 3 } else { 2 };
    let text = match (outcome.value, outcome.ending) {
        (Some(value), _) => fixed(value, digits),
        (None, Ending::Exempt) => "–".to_owned(),
        (None, Ending::NotMade) => "?".to_owned(),
        (None, Ending::Passed | Ending::Failed) => String::new(),
    };
    let strength = match (test, outcome.value) {
        // What is lacking counts there, not what was reached.
        (Test::Ceiling, Some(share)) if outcome.ending == Ending::Failed => 1.0 - share,
        // Spreads and agreements are no effects.
        (Test::Seeds | Test::Float64, _) | (_, None) => 0.5,
        // A value above 0 failed because it is uncertain, not because it is far off.
        (_, Some(value)) if outcome.ending == Ending::Failed => (-value).max(0.0),
        (_, Some(value)) => value.abs(),
    };
    ScorecardCell { tone: outcome.ending.tone(), text, strength }
}

/// Who survives, with the page that shows it.
pub struct Survival {
    /// The page.
    pub page: StudyPage,
    /// How many survive each ranking, and what the others fail.
    pub summary: Table,
    /// Pairs of a proxy and a ranking by what became of them.
    pub pairs: Vec<(Fate, usize)>,
    /// For each benchmark and reading, the proxies that survive and those that stay open.
    pub left: Vec<Left>,
}

/// Who is left of one ranking.
pub struct Left {
    /// The benchmark.
    pub benchmark: &'static str,
    /// The reading.
    pub reading: Reading,
    /// Proxies that were tried.
    pub tried: usize,
    /// Those that passed every test.
    pub survive: Vec<String>,
    /// Those that passed what could be made.
    pub open: Vec<String>,
}

/// Tries every proxy of every ranking, and writes tables, charts and the page below `out`. None where nothing was ranked.
pub fn write(
    pages: &[BenchmarkPage],
    shelf: &Shelf,
    charts: Charts,
    out: &Path,
) -> Result<Option<Survival>, RunError> {
    let cases: Vec<Case<'_>> =
        pages.iter().filter_map(|page| Case::of(page, shelf).transpose()).collect::<Result<_, _>>()?;
    if cases.is_empty() {
        return Ok(None);
    }
    let folder = out.join("survivors");
    let title = "Which proxies survive?";
    let mut page = Page::new(title);
    page.text(
        "A high correlation has cheap explanations: counting layers, width or parameters, rounding, one lucky seed. Here every \
         proxy of every benchmark and reading goes through a test for each of them, and must beat two rules that are two lines of \
         code. What each test asks stands below each table.",
    );
    page.text(&headline(&cases));
    let summary = table::summary(&cases);
    page.table(&summary);
    write_table(&folder, "summary", &summary)?;
    let long = table::long(&cases);
    let files = [folder.join("survivors.csv"), folder.join("survivors.json")];
    write_atomic(&files[0], long.csv().as_bytes())?;
    write_atomic(&files[1], format!("{}\n", long.json()).as_bytes())?;
    page.text("Every number of every test, for programs:");
    page.links(["CSV", "JSON"].into_iter().zip(files.iter().map(PathBuf::as_path)), &folder);
    for case in &cases {
        page.heading(&case.title());
        page.text(&case.in_words());
        let files = write_table(&folder, &case.name(), &table::of_case(case))?;
        let labels = ["All numbers and criteria", "CSV", "LaTeX", "JSON"];
        page.links(labels.into_iter().zip(files.iter().map(PathBuf::as_path)), &folder);
        if charts != Charts::None {
            let [png, _] = case.chart().draw(&folder.join("charts").join(case.name()))?;
            page.figure(&png, &folder, &format!("Every proxy in every test: {}", case.title()));
        }
    }
    let path = folder.join("README.md");
    page.write(&path)?;
    let fates = [Fate::Survives, Fate::Open, Fate::Falls];
    Ok(Some(Survival {
        page: StudyPage { title: title.to_owned(), path },
        summary,
        pairs: fates.map(|fate| (fate, cases.iter().map(|case| case.count(fate)).sum())).into(),
        left: cases.iter().map(Case::left).collect(),
    }))
}

fn headline(cases: &[Case<'_>]) -> String {
    let total = |count: &dyn Fn(&Case<'_>) -> usize| cases.iter().map(count).sum::<usize>();
    format!(
        "Of {} pairs of a proxy and a ranking, in {} rankings, {} survive every test, {} pass all that could be made and stay open, and {} fall.",
        total(&|case| case.proxies().count()),
        cases.len(),
        total(&|case| case.count(Fate::Survives)),
        total(&|case| case.count(Fate::Open)),
        total(&|case| case.count(Fate::Falls))
    )
}
