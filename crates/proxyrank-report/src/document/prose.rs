//! Sentences.

use std::path::PathBuf;

use super::model::Mark;
use crate::number::grouped;

/// A part of a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Span {
    /// Words.
    Text(String),
    /// Words that matter most.
    Strong(String),
    /// A name or a command, as one types it.
    Code(String),
    /// A number, and where it comes from.
    Number(String, Mark),
    /// A link to a file.
    Link(String, PathBuf),
}

/// One paragraph, or one item of a list.
///
/// ```
/// use proxyrank_report::document::{Prose, Section, Source};
/// let mut section = Section::new("ceiling", "The ceiling");
/// let made = section.source(Source::command("proxyrank rank"));
/// let prose = Prose::new().text("No proxy exceeds ").number(&made, "0.77").text(".");
/// assert_eq!(prose.plain(), "No proxy exceeds 0.77.");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Prose(Vec<Span>);

impl Prose {
    /// Nothing said yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Words without a number.
    pub fn of(text: impl Into<String>) -> Self {
        Self::new().text(text)
    }

    /// Adds words.
    #[must_use]
    pub fn text(self, text: impl Into<String>) -> Self {
        self.with(Span::Text(text.into()))
    }

    /// Adds words that matter most.
    #[must_use]
    pub fn strong(self, text: impl Into<String>) -> Self {
        self.with(Span::Strong(text.into()))
    }

    /// Adds a name or a command.
    #[must_use]
    pub fn code(self, text: impl Into<String>) -> Self {
        self.with(Span::Code(text.into()))
    }

    /// Adds a number, or words that are as much a result.
    #[must_use]
    pub fn number(self, made: &Mark, text: impl Into<String>) -> Self {
        self.with(Span::Number(text.into(), made.clone()))
    }

    /// Adds a count.
    #[must_use]
    pub fn count(self, made: &Mark, count: usize) -> Self {
        self.number(made, grouped(i64::try_from(count).unwrap_or(i64::MAX)))
    }

    /// Adds a link to a file.
    #[must_use]
    pub fn link(self, text: impl Into<String>, file: impl Into<PathBuf>) -> Self {
        self.with(Span::Link(text.into(), file.into()))
    }

    /// Adds another's words.
    #[must_use]
    pub fn then(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// A sentence from its parts.
    pub fn from_spans(spans: impl IntoIterator<Item = Span>) -> Self {
        Self(spans.into_iter().collect())
    }

    /// Its parts.
    pub fn spans(&self) -> &[Span] {
        &self.0
    }

    /// The words alone.
    pub fn plain(&self) -> String {
        let words = |span: &Span| match span {
            Span::Text(text)
            | Span::Strong(text)
            | Span::Code(text)
            | Span::Number(text, _)
            | Span::Link(text, _) => text.clone(),
        };
        self.0.iter().map(words).collect()
    }

    fn with(mut self, span: Span) -> Self {
        self.0.push(span);
        self
    }
}
