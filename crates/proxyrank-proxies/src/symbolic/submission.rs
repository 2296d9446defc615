//! A TOML file with expressions, each of which is a proxy.
//!
//! ```toml
//! [[proxy]]
//! name = "query_energy"
//! title = "Query energy"
//! expression = "mean(pow(head))"
//! direction = "higher_is_better"
//! faults = ["What a reader must know against it; may be left out."]
//! ```
//!
//! What must be run, the axes of the protocol and the cost class follow from the expression's inputs. The expression is a
//! parameter of the proxy, so a stored score says which formula it belongs to, and an edited file does not inherit scores.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use proxyrank_schema::{CostClass, Direction};
use proxyrank_space::Family;
use serde::Deserialize;
use toml::Spanned;

use super::error::ParseError;
use super::expression::Expression;
use super::primitive::Input;
use crate::papers::{Paper, paper};
use crate::proxy::{Axes, Proxy, Run, Scale};

/// Version of the evaluator of expressions; it rises when scores change.
const VERSION: u32 = 1;

/// The longest name of a proxy, in characters.
const LONGEST_NAME: usize = 64;

/// Why a file gives no proxies.
#[derive(Debug, thiserror::Error)]
#[error("{}{fault}", place(path, *line))]
pub struct SubmissionError {
    /// The file.
    pub path: PathBuf,
    /// The line, from 1, where it is known.
    pub line: Option<usize>,
    /// What is wrong.
    pub fault: SubmissionFault,
}

fn place(path: &Path, line: Option<usize>) -> String {
    let line = line.map_or_else(String::new, |line| format!(", line {line}"));
    format!("{}{line}: ", path.display())
}

/// What is wrong with a file.
#[derive(Debug, thiserror::Error)]
pub enum SubmissionFault {
    /// It cannot be read.
    #[error("cannot read it: {0}")]
    Read(#[from] io::Error),
    /// It is not such a TOML file.
    #[error("{0}")]
    Toml(Box<toml::de::Error>),
    /// It has no entry.
    #[error("there is no [[proxy]] in it")]
    Empty,
    /// It is a folder without TOML files.
    #[error("the folder has no .toml file")]
    EmptyFolder,
    /// A name cannot be used.
    #[error(
        "`{0}` is no name for a proxy: take up to {LONGEST_NAME} small letters, digits, `_` and `.`, a letter first"
    )]
    Name(String),
    /// Another proxy has the name.
    #[error("a proxy named `{0}` exists already; choose another name")]
    Taken(String),
    /// No such paper.
    #[error("`{0}` is no key of the bibliography; leave `paper` out")]
    Paper(String),
    /// The expression of a proxy is wrong.
    #[error("the expression of `{name}`, {error}")]
    Expression {
        /// The proxy.
        name: String,
        /// What is wrong with it.
        error: Box<ParseError>,
    },
}

/// A file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    proxy: Vec<Entry>,
}

/// One proxy as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: Spanned<String>,
    title: String,
    expression: Spanned<String>,
    direction: Direction,
    paper: Option<Spanned<String>>,
    #[serde(default)]
    faults: Vec<String>,
}

/// The proxies of a file, or of all `.toml` files of a folder in the order of their names. They live as long as the process.
pub fn read(path: &Path) -> Result<Vec<&'static Proxy>, SubmissionError> {
    let fail = |fault| SubmissionError { path: path.to_owned(), line: None, fault };
    if !path.is_dir() {
        let text = fs::read_to_string(path).map_err(|error| fail(error.into()))?;
        return parse(path, &text);
    }
    let entries = fs::read_dir(path).and_then(Iterator::collect::<Result<Vec<_>, io::Error>>);
    let entries = entries.map_err(|error| fail(error.into()))?;
    let files: BTreeSet<PathBuf> = entries
        .iter()
        .map(fs::DirEntry::path)
        .filter(|file| file.extension().is_some_and(|extension| extension == "toml"))
        .collect();
    if files.is_empty() {
        return Err(fail(SubmissionFault::EmptyFolder));
    }
    let read: Vec<Vec<&'static Proxy>> = files.iter().map(|file| read(file)).collect::<Result<_, _>>()?;
    Ok(read.concat())
}

/// The proxies of a text that stands in `path`.
pub fn parse(path: &Path, text: &str) -> Result<Vec<&'static Proxy>, SubmissionError> {
    let fail = |at: Option<usize>, fault| {
        let line = at.map(|at| 1 + text.bytes().take(at).filter(|&byte| byte == b'\n').count());
        SubmissionError { path: path.to_owned(), line, fault }
    };
    let file: File =
        toml::from_str(text).map_err(|error| fail(None, SubmissionFault::Toml(Box::new(error))))?;
    if file.proxy.is_empty() {
        return Err(fail(None, SubmissionFault::Empty));
    }
    let mut proxies: Vec<&'static Proxy> = Vec::with_capacity(file.proxy.len());
    for entry in file.proxy {
        let at = entry.name.span().start;
        let name = entry.name.into_inner();
        if !is_name(&name) {
            return Err(fail(Some(at), SubmissionFault::Name(name)));
        }
        if proxies.iter().any(|proxy| proxy.name == name) {
            return Err(fail(Some(at), SubmissionFault::Taken(name)));
        }
        let start = entry.expression.span().start;
        let expression: Expression = match entry.expression.get_ref().parse() {
            Ok(expression) => expression,
            Err(error) => {
                let error = Box::new(error);
                return Err(fail(Some(start), SubmissionFault::Expression { name, error }));
            }
        };
        let cited = match &entry.paper {
            None => None,
            Some(key) => {
                let unknown = || fail(Some(key.span().start), SubmissionFault::Paper(key.get_ref().clone()));
                Some(paper(key.get_ref()).ok_or_else(unknown)?)
            }
        };
        proxies.push(proxy(name, entry.title, expression, entry.direction, cited, entry.faults));
    }
    Ok(proxies)
}

/// A proxy of an expression.
fn proxy(
    name: String,
    title: String,
    expression: Expression,
    direction: Direction,
    paper: Option<&'static Paper>,
    faults: Vec<String>,
) -> &'static Proxy {
    let inputs = expression.inputs();
    let (class, axes) = needs(&inputs);
    let faults: Vec<&'static str> = faults.into_iter().map(|fault| &*fault.leak()).collect();
    let formula = expression.to_string().leak();
    let run = Run::Symbolic(Box::leak(Box::new(expression)));
    // A registry of static records is what everything else works with, and a process reads a handful of files once.
    Box::leak(Box::new(Proxy {
        name: name.leak(),
        title: title.leak(),
        formula,
        paper,
        direction,
        scale: Scale::Quantity,
        class,
        families: families(&inputs),
        axes,
        params: &[],
        version: VERSION,
        faults: faults.leak(),
        run,
    }))
}

/// The families that have all of some inputs: no decoder shows its attention probabilities, as released.
fn families(inputs: &BTreeSet<Input>) -> &'static [Family] {
    if inputs.contains(&Input::Softmax) { &[Family::Encoder] } else { &[Family::Encoder, Family::Gpt2] }
}

/// What must be run for some inputs, and what the score depends on.
fn needs(inputs: &BTreeSet<Input>) -> (CostClass, Axes) {
    if inputs.contains(&Input::Grad) {
        (CostClass::Gradient, Axes::GRADIENT)
    } else if inputs.iter().all(|&input| input == Input::Weight) {
        (CostClass::Weights, Axes::WEIGHTS)
    } else {
        (CostClass::Forward, Axes::FORWARD)
    }
}

fn is_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '.');
    name.len() <= LONGEST_NAME
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(plain)
}
