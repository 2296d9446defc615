//! A table of scores, held against its benchmark cell by cell.

use std::collections::{BTreeMap, HashMap};

use proxyrank_data::load::sheet::{Quirk, Sheet, SheetRow};
use proxyrank_proxies::closest;

use super::fault::{Faults, Kind, Place};
use crate::benchmark::Benchmark;
use crate::rank::Slot;

/// The column of architectures.
const ARCHITECTURE: &str = "arch_id";
/// The column of scores.
const SCORE: &str = "score";
/// The column of times, which may be missing.
const TIME: &str = "wall_ns";

/// Scores whose largest and smallest differ by less than this share of the largest differ by rounding.
const LEAST_SPREAD: f64 = 1e-9;

/// The share of architectures with one and the same score from which on a table is called nearly constant.
const NEARLY_ALL: f64 = 0.95;

/// A table that fits its benchmark.
#[derive(Debug, Clone)]
pub(super) struct Scores {
    /// The scores in the benchmark's order.
    pub(super) slots: Vec<Slot>,
    /// The row of each.
    pub(super) rows: Vec<u64>,
    /// Median time for one architecture, in nanoseconds.
    pub(super) wall_ns: Option<u64>,
}

/// Which column of a sheet is which.
struct Columns {
    architecture: usize,
    score: usize,
    time: Option<usize>,
}

/// Notes everything that is wrong with a table; it has scores only if that is nothing for which it is refused.
pub(super) fn read_scores(
    file: &str,
    sheet: &Sheet,
    benchmark: &Benchmark,
    faults: &mut Faults,
) -> Option<Scores> {
    let mut found = Faults::default();
    let place = Place::file(file);
    quirks(sheet, &place, &mut found);
    let scores = columns(sheet, &place, &mut found).map(|columns| {
        let scores = rows(sheet, &columns, benchmark, &place, &mut found);
        spread(&scores.slots, &place.column(SCORE), &mut found);
        scores
    });
    let refused = found.refused();
    faults.extend(found);
    scores.filter(|_| !refused)
}

fn quirks(sheet: &Sheet, place: &Place, faults: &mut Faults) {
    for quirk in &sheet.quirks {
        let message = match quirk {
            Quirk::ByteOrderMark => {
                "begins with a byte order mark, which was skipped; other readers make it part of the first column's name"
            }
            Quirk::CarriageReturns => {
                "has lines that end in carriage return and line feed; they were read as line ends"
            }
        };
        faults.warn(Kind::Encoding, place.clone(), message);
    }
}

/// Finds the columns, and notes those that are missing, double or unknown.
fn columns(sheet: &Sheet, place: &Place, faults: &mut Faults) -> Option<Columns> {
    const NAMES: [&str; 3] = [ARCHITECTURE, SCORE, TIME];
    if let [only] = sheet.header.as_slice()
        && let Some(separator) = only.chars().find(|c| matches!(c, ';' | '\t' | '|'))
    {
        let separator = if separator == '\t' { "tabs".to_owned() } else { format!("`{separator}`") };
        faults.refuse(
            Kind::UnknownName,
            place.row(1),
            format!("columns are separated by {separator}; separate them by commas"),
        );
        return None;
    }
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for (index, name) in sheet.header.iter().enumerate() {
        let Some(known) = NAMES.into_iter().find(|known| known == name) else {
            let closest = closest(name, NAMES.to_vec(), 1).join("");
            let message =
                format!("there is no such column; rename it if `{closest}` is meant, or take it out");
            faults.refuse(Kind::UnknownName, place.column(name), message);
            continue;
        };
        if seen.insert(known, index).is_some() {
            faults.refuse(Kind::UnknownName, place.column(name), "is there twice; keep one of the two");
        }
    }
    for name in [ARCHITECTURE, SCORE] {
        if !seen.contains_key(name) {
            let message =
                format!("is missing; the header is {ARCHITECTURE},{SCORE} or {ARCHITECTURE},{SCORE},{TIME}");
            faults.refuse(Kind::MissingName, place.column(name), message);
        }
    }
    Some(Columns {
        architecture: *seen.get(ARCHITECTURE)?,
        score: *seen.get(SCORE)?,
        time: seen.get(TIME).copied(),
    })
}

fn rows(
    sheet: &Sheet,
    columns: &Columns,
    benchmark: &Benchmark,
    place: &Place,
    faults: &mut Faults,
) -> Scores {
    let entries = &benchmark.entries;
    let places: HashMap<&str, usize> =
        entries.iter().enumerate().map(|(index, entry)| (entry.id.as_str(), index)).collect();
    let mut scores =
        Scores { slots: vec![Slot::Absent; entries.len()], rows: vec![0; entries.len()], wall_ns: None };
    let mut times = Vec::new();
    for row in &sheet.rows {
        let here = place.row(row.number);
        if row.cells.len() != sheet.header.len() {
            let (cells, names) = (row.cells.len(), sheet.header.len());
            faults.refuse(
                Kind::Ragged,
                here.clone(),
                format!("has {cells} cells, and the header has {names} columns; write one for each, empty where there is no value"),
            );
        }
        // A cell too many or too few does not make the others unreadable.
        let slot = score(cell(row, columns.score), &here.column(SCORE), faults);
        times.extend(columns.time.and_then(|time| wall_ns(cell(row, time), &here.column(TIME), faults)));
        let Some(name) = cell(row, columns.architecture) else {
            faults.refuse(
                Kind::UnknownArchitecture,
                here.column(ARCHITECTURE),
                "is empty; name the architecture, or take the row out",
            );
            continue;
        };
        let Some(&index) = places.get(name) else {
            faults.refuse(
                Kind::UnknownArchitecture,
                here.column(ARCHITECTURE),
                unknown(name, benchmark, &places),
            );
            continue;
        };
        if scores.slots[index] != Slot::Absent {
            let first = scores.rows[index];
            let message = format!("architecture `{name}` stands in row {first} already; keep one of the two");
            faults.refuse(Kind::Duplicate, here.column(ARCHITECTURE), message);
            continue;
        }
        scores.slots[index] = slot;
        scores.rows[index] = row.number;
    }
    for (entry, slot) in entries.iter().zip(&scores.slots) {
        if *slot == Slot::Absent {
            let message = format!(
                "architecture `{}` has no row; a table needs all {} of {}, with an empty score where the proxy gave none",
                entry.id,
                entries.len(),
                benchmark.info.id
            );
            faults.refuse(Kind::MissingArchitecture, place.column(ARCHITECTURE), message);
        }
    }
    times.sort_unstable();
    scores.wall_ns = times.get(times.len() / 2).copied();
    scores
}

fn cell(row: &SheetRow, column: usize) -> Option<&str> {
    row.cells.get(column)?.as_deref()
}

/// What to say of a name that the benchmark does not have.
fn unknown(name: &str, benchmark: &Benchmark, places: &HashMap<&str, usize>) -> String {
    let trimmed = name.strip_suffix(".0").unwrap_or(name);
    let bare = trimmed.trim_start_matches('0');
    let bare = if bare.is_empty() { "0" } else { bare };
    let meant = [trimmed, bare].into_iter().find(|meant| places.contains_key(meant));
    let id = benchmark.info.id;
    match (meant, benchmark.entries.first(), benchmark.entries.last()) {
        (Some(meant), ..) => format!("{id} has no architecture `{name}`; did you mean `{meant}`?"),
        (None, Some(first), Some(last)) => {
            format!("{id} has no architecture `{name}`; it has `{}` to `{}`", first.id, last.id)
        }
        _ => format!("{id} has no architectures"),
    }
}

/// Reads a score. Whatever is wrong with it, the architecture has its row.
fn score(text: Option<&str>, place: &Place, faults: &mut Faults) -> Slot {
    const REMEDY: &str = "leave the cell empty where the proxy gave none, and the architecture ranks last";
    let Some(text) = text else {
        faults.warn(
            Kind::NoScore,
            place.clone(),
            "is empty: the architecture ranks last, tied with all like it",
        );
        return Slot::Failed;
    };
    match text.parse::<f64>() {
        Ok(value) if value.is_finite() => return Slot::Score(value),
        Ok(_) => faults.refuse(Kind::NotFinite, place.clone(), format!("`{text}` is not finite; {REMEDY}")),
        Err(_) if text.contains(',') && text.replace(',', ".").parse::<f64>().is_ok() => {
            faults.refuse(
                Kind::NotANumber,
                place.clone(),
                format!("`{text}` is no number; write a decimal point"),
            );
        }
        Err(_) => faults.refuse(Kind::NotANumber, place.clone(), format!("`{text}` is no number; {REMEDY}")),
    }
    Slot::Failed
}

/// Reads a time; an empty cell is one that is not known.
fn wall_ns(text: Option<&str>, place: &Place, faults: &mut Faults) -> Option<u64> {
    let text = text?;
    // Tables keep whole numbers as floating-point numbers where others of the column are missing.
    let whole =
        text.strip_suffix(".0").unwrap_or(text).parse::<u64>().ok().filter(|nanoseconds| *nanoseconds > 0);
    if whole.is_none() {
        let message = format!("`{text}` is no time; give whole nanoseconds above 0, or leave the cell empty");
        faults.refuse(Kind::Time, place.clone(), message);
    }
    whole
}

/// Notes scores that do not tell architectures apart.
fn spread(slots: &[Slot], place: &Place, faults: &mut Faults) {
    let mut values: Vec<f64> = slots.iter().filter_map(|slot| slot.score()).collect();
    values.sort_by(f64::total_cmp);
    let (Some(&low), Some(&high)) = (values.first(), values.last()) else {
        faults.refuse(Kind::Constant, place.clone(), "has no score that can be used");
        return;
    };
    if low.total_cmp(&high).is_eq() {
        let message = format!("is {low} in every row, which ranks nothing");
        faults.refuse(Kind::Constant, place.clone(), message);
        return;
    }
    if high - low < LEAST_SPREAD * high.abs().max(low.abs()) {
        let message = format!("goes from {low} to {high}, a spread that rounding explains");
        faults.warn(Kind::Constant, place.clone(), message);
        return;
    }
    let most =
        values.chunk_by(|a, b| a.total_cmp(b).is_eq()).max_by_key(|same| same.len()).unwrap_or_default();
    if most.len() as f64 >= NEARLY_ALL * slots.len() as f64 {
        let message =
            format!("is {} in {} of {} rows, which ranks hardly anything", most[0], most.len(), slots.len());
        faults.warn(Kind::Constant, place.clone(), message);
    }
}

#[cfg(test)]
mod tests {
    use proxyrank_data::load::sheet::SheetFormat;

    use super::*;
    use crate::audit::testing::benchmark;

    /// What is said of a sheet on the first three architectures of a benchmark.
    fn judged(header: &[&str], rows: &[&[&str]]) -> (Option<Scores>, Vec<String>) {
        let cells = |row: &&[&str]| {
            row.iter().map(|cell| Some((*cell).to_owned()).filter(|text| !text.is_empty())).collect()
        };
        let rows = rows.iter().zip(2..).map(|(row, number)| SheetRow { number, cells: cells(row) });
        let header = header.iter().map(|name| (*name).to_owned()).collect();
        let sheet = Sheet { format: SheetFormat::Csv, header, rows: rows.collect(), quirks: Vec::new() };
        let mut faults = Faults::default();
        let scores = read_scores("s.csv", &sheet, &benchmark(3), &mut faults);
        (scores, faults.lines())
    }

    #[test]
    fn whole_tables_are_read_in_the_order_of_the_benchmark() {
        let rows: [&[&str]; 3] = [&["2", "1e3", "30"], &["0", "-0.5", "10.0"], &["1", "", ""]];
        let (scores, lines) = judged(&["arch_id", "score", "wall_ns"], &rows);
        let scores = scores.unwrap();
        assert_eq!(scores.slots, [Slot::Score(-0.5), Slot::Failed, Slot::Score(1000.0)]);
        assert_eq!((scores.rows, scores.wall_ns), (vec![3, 4, 2], Some(30)));
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert!(lines[0].starts_with("s.csv, row 4, column `score`: warning: is empty"), "{lines:?}");
    }

    #[test]
    fn names_of_architectures_are_guessed_at() {
        let rows: [&[&str]; 4] = [&["0.0", "1"], &["01", "2"], &["x", "3"], &["", "4"]];
        let (scores, lines) = judged(&["arch_id", "score"], &rows);
        assert!(scores.is_none());
        assert!(lines[0].ends_with("has no architecture `0.0`; did you mean `0`?"), "{lines:?}");
        assert!(
            lines[1].ends_with("did you mean `1`?") && lines[2].ends_with("it has `0` to `2`"),
            "{lines:?}"
        );
        assert!(lines[3].contains("column `arch_id`: is empty; name the architecture"), "{lines:?}");
        assert_eq!(lines.iter().filter(|line| line.contains("has no row")).count(), 3);
    }

    #[test]
    fn scores_that_rank_nothing_are_refused_and_hardly_anything_is_said() {
        let of = |values: [&str; 3]| {
            let rows: Vec<[&str; 2]> = ["0", "1", "2"].into_iter().zip(values).map(|(a, b)| [a, b]).collect();
            let rows: Vec<&[&str]> = rows.iter().map(<[&str; 2]>::as_slice).collect();
            judged(&["arch_id", "score"], &rows)
        };
        let (scores, lines) = of(["2", "2.0", "2"]);
        assert!(scores.is_none() && lines[0].contains("is 2 in every row"), "{lines:?}");
        let (scores, lines) = of(["1", "1.0000000000001", "1"]);
        assert!(scores.is_some() && lines[0].contains("rounding"), "{lines:?}");
        assert!(of(["1", "2", "1"]).1.is_empty());
        let (scores, lines) = of(["", "", ""]);
        assert!(scores.is_none() && lines[0].ends_with("has no score that can be used"), "{lines:?}");
    }

    #[test]
    fn other_separators_and_names_are_told_once() {
        let (_, lines) = judged(&["arch_id;score"], &[&["0;1"]]);
        assert_eq!(lines, ["s.csv, row 1: columns are separated by `;`; separate them by commas"]);
        let (_, lines) = judged(&["arch", "scores", "score"], &[]);
        assert!(
            lines[0].contains("column `arch`: there is no such column; rename it if `arch_id` is meant"),
            "{lines:?}"
        );
        assert!(
            lines[1].contains("`scores`") && lines[2].contains("column `arch_id`: is missing"),
            "{lines:?}"
        );
    }
}
