//! Reading a card key by key, so that every fault is found and has its line.
//!
//! A deserialiser stops at the first key that it does not know. Whoever fills in a card makes several mistakes at once and
//! wants to hear of all of them.

use std::cell::RefCell;
use std::str::FromStr;

use proxyrank_proxies::closest;
use toml::Spanned;
use toml::de::{DeFloat, DeInteger, DeTable, DeValue};

use super::fault::{Faults, Kind, Place};

/// A card while it is read.
pub(super) struct Reader<'a> {
    file: &'a str,
    text: &'a str,
    faults: RefCell<Faults>,
}

/// One table of a card.
pub(super) struct Keys<'a> {
    reader: &'a Reader<'a>,
    table: &'a DeTable<'a>,
    /// The names of the tables around it, each followed by a dot.
    path: String,
    line: Option<u64>,
    asked: RefCell<Vec<&'static str>>,
}

impl<'a> Reader<'a> {
    /// Reads a card; `file` names it in faults.
    pub(super) fn new(file: &'a str, text: &'a str) -> Self {
        Self { file, text, faults: RefCell::default() }
    }

    /// The text as a table, as far as it is one; syntax errors are noted.
    pub(super) fn table(&self) -> Spanned<DeTable<'a>> {
        let (table, errors) = DeTable::parse_recoverable(self.text);
        for error in errors {
            let line = error.span().map(|span| self.line(span.start));
            let place = Place { row: line, ..Place::file(self.file) };
            self.faults.borrow_mut().refuse(
                Kind::File,
                place,
                format!("not valid TOML: {}", error.message()),
            );
        }
        table
    }

    /// The keys of the whole card.
    pub(super) fn keys(&'a self, table: &'a DeTable<'a>) -> Keys<'a> {
        Keys { reader: self, table, path: String::new(), line: None, asked: RefCell::default() }
    }

    /// What was found wrong.
    pub(super) fn faults(self) -> Faults {
        self.faults.into_inner()
    }

    /// The line of a byte, from 1.
    fn line(&self, byte: usize) -> u64 {
        self.text.bytes().take(byte).filter(|byte| *byte == b'\n').count() as u64 + 1
    }
}

impl<'a> Keys<'a> {
    /// Where a key stands, or where it should.
    pub(super) fn place(&self, key: &str) -> Place {
        let line = self.table.get(key).map(|value| self.reader.line(value.span().start)).or(self.line);
        Place { row: line, ..Place::file(self.reader.file) }.column(format!("{}{key}", self.path))
    }

    /// Notes that a value makes no sense.
    pub(super) fn refuse(&self, key: &str, message: impl Into<String>) {
        self.reader.faults.borrow_mut().refuse(Kind::Card, self.place(key), message);
    }

    /// Notes that somebody should look at a value.
    pub(super) fn warn(&self, key: &str, message: impl Into<String>) {
        self.reader.faults.borrow_mut().warn(Kind::Card, self.place(key), message);
    }

    /// Notes that a key must be there.
    pub(super) fn missing(&self, key: &str, what: &str) {
        self.reader.faults.borrow_mut().refuse(
            Kind::MissingName,
            self.place(key),
            format!("is missing: {what}"),
        );
    }

    /// Whether a key is there. It counts as known from now on.
    pub(super) fn has(&self, key: &'static str) -> bool {
        self.value(key).is_some()
    }

    /// A text that must be there and not be empty; `what` says what belongs there.
    pub(super) fn text(&self, key: &'static str, what: &str) -> Option<String> {
        if !self.has(key) {
            self.missing(key, what);
        }
        self.optional_text(key, what)
    }

    /// A text that may be missing, but not be empty.
    pub(super) fn optional_text(&self, key: &'static str, what: &str) -> Option<String> {
        let text = self.value(key)?.as_str().map(str::trim);
        match text {
            Some("") => self.refuse(key, format!("is empty: {what}")),
            None => self.wrong_type(key, "a text in quotes"),
            _ => {}
        }
        text.filter(|text| !text.is_empty()).map(str::to_owned)
    }

    /// A list of texts; none where the key is missing.
    pub(super) fn texts(&self, key: &'static str) -> Option<Vec<String>> {
        let list = self.value(key)?.as_array();
        let texts: Option<Vec<String>> = list.and_then(|list| {
            list.iter().map(|item| item.get_ref().as_str().map(|text| text.trim().to_owned())).collect()
        });
        if texts.is_none() {
            self.wrong_type(key, "a list of texts");
        }
        texts
    }

    /// One of a closed set of names that may be missing.
    pub(super) fn named<T>(&self, key: &'static str) -> Option<T>
    where
        T: FromStr<Err: std::fmt::Display>,
    {
        match self.optional_text(key, "a name")?.parse() {
            Ok(value) => Some(value),
            Err(error) => {
                self.refuse(key, error.to_string());
                None
            }
        }
    }

    /// One of a closed set of names that must be there.
    pub(super) fn required<T>(&self, key: &'static str, what: &str) -> Option<T>
    where
        T: FromStr<Err: std::fmt::Display>,
    {
        if !self.has(key) {
            self.missing(key, what);
        }
        self.named(key)
    }

    /// A whole number that is not negative; none where the key is missing.
    pub(super) fn count(&self, key: &'static str) -> Option<u64> {
        let number = self.value(key)?.as_integer();
        let number = number.and_then(|n| u64::from_str_radix(n.as_str(), n.radix()).ok());
        if number.is_none() {
            self.wrong_type(key, "a whole number from 0");
        }
        number
    }

    /// A finite number; none where the key is missing.
    pub(super) fn number(&self, key: &'static str) -> Option<f64> {
        let number = number_of(self.value(key)?);
        if number.is_none() {
            self.wrong_type(key, "a finite number");
        }
        number
    }

    /// Names with numbers; empty where the key is missing.
    pub(super) fn numbers(&self, key: &'static str) -> Vec<(String, f64)> {
        let Some(value) = self.value(key) else { return Vec::new() };
        let numbers: Option<Vec<(String, f64)>> = value.as_table().and_then(|table| {
            table
                .iter()
                .map(|(name, value)| Some((name.get_ref().to_string(), number_of(value.get_ref())?)))
                .collect()
        });
        if numbers.is_none() {
            self.wrong_type(key, "a table of numbers, such as { alpha = 0.3 }");
        }
        numbers.unwrap_or_default()
    }

    /// A table within this one.
    pub(super) fn table(&self, key: &'static str) -> Option<Keys<'a>> {
        let value = self.spanned(key)?;
        let table = value.get_ref().as_table();
        if table.is_none() {
            self.wrong_type(key, &format!("a table, [{}{key}]", self.path));
        }
        Some(self.below(key, table?, value))
    }

    /// The tables of a list within this one; none where the key is missing.
    pub(super) fn tables(&self, key: &'static str) -> Option<Vec<Keys<'a>>> {
        let list = self.value(key)?.as_array();
        let tables: Option<Vec<Keys<'a>>> = list.and_then(|list| {
            list.iter().map(|item| Some(self.below(key, item.get_ref().as_table()?, item))).collect()
        });
        if tables.is_none() {
            self.wrong_type(key, &format!("a list of tables, each begun by [[{}{key}]]", self.path));
        }
        tables
    }

    /// Notes every key that nobody asked for, with the closest that exists.
    pub(super) fn finish(&self) {
        let asked = self.asked.borrow();
        for (key, _) in self.table {
            let given: &str = key.get_ref();
            if asked.contains(&given) {
                continue;
            }
            let place =
                Place { row: Some(self.reader.line(key.span().start)), ..Place::file(self.reader.file) };
            let place = place.column(format!("{}{given}", self.path));
            let message = match closest(given, asked.to_vec(), 1).first() {
                Some(name) => format!("there is no such key; the closest is `{name}`"),
                None => "there is no such key".to_owned(),
            };
            self.reader.faults.borrow_mut().refuse(Kind::UnknownName, place, message);
        }
    }

    fn below(&self, key: &str, table: &'a DeTable<'a>, value: &Spanned<DeValue<'a>>) -> Keys<'a> {
        let line = Some(self.reader.line(value.span().start));
        let path = format!("{}{key}.", self.path);
        Keys { reader: self.reader, table, path, line, asked: RefCell::default() }
    }

    fn value(&self, key: &'static str) -> Option<&'a DeValue<'a>> {
        self.spanned(key).map(Spanned::get_ref)
    }

    fn spanned(&self, key: &'static str) -> Option<&'a Spanned<DeValue<'a>>> {
        let mut asked = self.asked.borrow_mut();
        if !asked.contains(&key) {
            asked.push(key);
        }
        self.table.get(key)
    }

    fn wrong_type(&self, key: &'static str, wanted: &str) {
        let found = match self.value(key) {
            Some(DeValue::Integer(number)) => format!("`{number}`"),
            Some(DeValue::Float(number)) => format!("`{number}`"),
            Some(DeValue::String(text)) => format!("the text \"{text}\""),
            Some(other) => other.type_str().to_owned(),
            None => "nothing".to_owned(),
        };
        self.refuse(key, format!("must be {wanted}, not {found}"));
    }
}

fn number_of(value: &DeValue<'_>) -> Option<f64> {
    let text = value.as_float().map(DeFloat::as_str).or_else(|| value.as_integer().map(DeInteger::as_str));
    text?.parse().ok().filter(|number: &f64| number.is_finite())
}
