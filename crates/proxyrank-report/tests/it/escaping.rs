//! No cell text can break a table: what is put in comes out, cell for cell.

use proptest::prelude::*;
use proxyrank_report::table::{Cell, Column, Table};

/// Texts full of what the formats find special.
fn nasty() -> impl Strategy<Value = String> {
    prop_oneof![
        proptest::collection::vec(
            proptest::sample::select(vec![
                "|",
                "\\",
                "`",
                "*",
                "_",
                "[",
                "]",
                "(",
                ")",
                "<",
                ">",
                "&",
                "%",
                "$",
                "#",
                "{",
                "}",
                "~",
                "^",
                "\"",
                "'",
                ",",
                ";",
                "\n",
                "\r",
                "\t",
                "\u{1b}[31m",
                "\0",
                " ",
                "-",
                "--",
                "–",
                "a",
                "Z",
                "9",
                "τ",
                "†",
                "!",
                ":",
                "<br>",
                "\\\\",
                "\u{200b}",
                "漢",
            ]),
            0..12,
        )
        .prop_map(|parts| parts.concat()),
        any::<String>(),
    ]
}

fn table(texts: &[[String; 2]]) -> Table {
    let columns = vec![Column::text("a", "first"), Column::text("b", "second")];
    let mut table = Table::new("t", "T", columns);
    for [a, b] in texts {
        table.push(vec![Cell::text(a), Cell::text(b)]);
    }
    table
}

/// What formats on one line make of a text: spaces for all white space and controls, none at the ends.
fn flat(text: &str) -> String {
    text.trim().chars().map(|c| if c.is_whitespace() || c.is_control() { ' ' } else { c }).collect()
}

/// Splits a Markdown row as GitHub does, at bars without a backslash in front, and takes escapes back.
fn markdown_cells(line: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        match character {
            '|' => cells.push(String::new()),
            '\\' => cells.last_mut().unwrap().extend(characters.next()),
            other => cells.last_mut().unwrap().push(other),
        }
    }
    // A row begins and ends with a bar, so the outermost pieces are empty.
    assert_eq!((cells.remove(0), cells.pop()), (String::new(), Some(String::new())));
    cells.iter().map(|cell| cell[1..cell.len() - 1].to_owned()).collect()
}

/// Splits the body of a LaTeX row at unescaped ampersands; panics on any other special character or unbalanced brace.
fn latex_cells(row: &str) -> usize {
    let body = row.strip_suffix(" \\\\").expect("a row ends with two backslashes");
    let (mut cells, mut depth, mut mathematics) = (1, 0, false);
    let mut characters = body.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\\' => {
                let next = characters.next().expect("a backslash is followed by something");
                assert!(next.is_ascii_alphabetic() || "&%$#_{}".contains(next), "\\{next} in {body}");
            }
            '&' => cells += 1,
            '{' => depth += 1,
            '}' => depth -= 1,
            '$' => mathematics = !mathematics,
            '%' | '#' | '_' | '^' | '~' | '"' | '<' | '>' | '|' => panic!("{character} is loose in {body}"),
            // A bracket or star directly behind a row's end is taken as an argument, so none may start a cell bare.
            '[' | ']' | '*' => assert!(depth > 0, "{character} is loose in {body}"),
            other => assert!(!other.is_control(), "{body:?}"),
        }
        assert!(depth >= 0, "{body}");
    }
    assert!(depth == 0 && !mathematics, "{body}");
    cells
}

proptest! {
    #[test]
    fn markdown_cells_come_back(texts in proptest::collection::vec([nasty(), nasty()], 1..4)) {
        let markdown = table(&texts).markdown();
        let lines: Vec<&str> = markdown.split('\n').collect();
        prop_assert_eq!(lines.len(), texts.len() + 3, "{}", markdown);
        for (line, pair) in lines[2..].iter().zip(&texts) {
            let expected: Vec<String> = pair.iter().map(|text| flat(text)).collect();
            prop_assert_eq!(markdown_cells(line), expected);
        }
    }

    #[test]
    fn csv_fields_come_back_to_the_byte(texts in proptest::collection::vec([nasty(), nasty()], 1..4)) {
        let csv = table(&texts).csv();
        let mut reader = csv::Reader::from_reader(csv.as_bytes());
        let records: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().unwrap();
        prop_assert_eq!(records.len(), texts.len());
        for (record, pair) in records.iter().zip(&texts) {
            prop_assert_eq!(record.iter().collect::<Vec<_>>(), pair.iter().map(String::as_str).collect::<Vec<_>>());
        }
    }

    #[test]
    fn csv_numbers_come_back_to_the_bit(value in any::<f64>().prop_filter("finite", |v| v.is_finite())) {
        let mut table = Table::new("t", "T", vec![Column::number("x", "x", 2)]);
        table.push(vec![Cell::number(value)]);
        let csv = table.csv();
        let field = csv.lines().nth(1).unwrap();
        prop_assert_eq!(field.parse::<f64>().unwrap().to_bits(), value.to_bits());
    }

    #[test]
    fn latex_rows_stay_whole(texts in proptest::collection::vec([nasty(), nasty()], 1..4)) {
        let latex = table(&texts).latex();
        let body = latex.split("\\midrule\n").nth(1).unwrap().split("\\bottomrule").next().unwrap();
        let rows: Vec<&str> = body.lines().collect();
        prop_assert_eq!(rows.len(), texts.len(), "{}", latex);
        for row in rows {
            prop_assert_eq!(latex_cells(row), 2);
        }
    }

    #[test]
    fn a_terminal_gets_no_control_characters(texts in proptest::collection::vec([nasty(), nasty()], 1..4), width in 20u16..200) {
        let text = table(&texts).terminal(width);
        prop_assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{:?}", text);
    }

    #[test]
    fn a_terminal_breaks_no_word(
        cells in proptest::collection::vec(proptest::collection::vec("[a-z0-9_.,]{1,30}( [a-z0-9_.,]{1,12}){0,3}", 6), 1..5),
        width in 0u16..140,
    ) {
        let columns = (0..6).map(|index| Column::text(format!("c{index}"), format!("C{index}"))).collect();
        let mut table = Table::new("t", "T", columns);
        for row in &cells {
            table.push(row.iter().map(|text| Cell::text(text.as_str())).collect());
        }
        let text = table.terminal(width);
        let shown: std::collections::HashSet<&str> = text.split_whitespace().collect();
        let columns = (0..6).filter(|index| shown.contains(&*format!("C{index}"))).count();
        prop_assert!(columns >= 2, "{}", text);
        for word in cells.iter().flat_map(|row| &row[..columns]).flat_map(|cell| cell.split(' ')) {
            prop_assert!(shown.contains(word), "{}: {}", word, text);
        }
    }
}

#[test]
fn a_lone_empty_cell_is_still_a_record() {
    let mut table = Table::new("t", "T", vec![Column::text("a", "a")]);
    table.push(vec![Cell::missing("none")]);
    assert_eq!(table.csv(), "a\n\"\"\n");
}
