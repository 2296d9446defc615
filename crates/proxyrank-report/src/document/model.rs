//! What a document is made of.

use std::path::{Path, PathBuf};

use super::prose::Prose;
use crate::file::{WriteError, write_atomic};
use crate::table::Table;

/// A text in sections.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// Its title, a question or a claim.
    pub title: String,
    /// The answer in one sentence.
    pub answer: Prose,
    /// Its sections.
    pub sections: Vec<Section>,
    /// What made it, for the foot of the page.
    pub made_by: String,
}

/// One section under a heading.
#[derive(Debug, Clone, PartialEq)]
pub struct Section {
    /// Stable name for links; letters, digits and dashes.
    pub id: String,
    /// Its heading.
    pub title: String,
    blocks: Vec<Block>,
    sources: Vec<Source>,
}

/// Where numbers come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The command that makes them from what is stored.
    pub command: String,
    /// The files in which they stand, each with a name.
    pub files: Vec<(String, PathBuf)>,
}

/// A reference to a [`Source`]: the name of its place on the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// The anchor.
    pub(super) anchor: String,
    /// The command, shown beside a number without following the link.
    pub(super) command: String,
}

/// A part of a section.
#[derive(Debug, Clone, PartialEq)]
pub enum Block {
    /// A paragraph.
    Text(Prose),
    /// A list.
    List(Vec<Prose>),
    /// Lines as one types or reads them in a terminal.
    Lines(Vec<String>),
    /// A table.
    Grid(Grid),
    /// A picture.
    Figure(Figure),
}

/// A table with how it is shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Grid {
    /// The table.
    pub table: Table,
    /// How the web page shows it.
    pub style: Style,
}

/// How a web page shows a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Style {
    /// As it is.
    Plain,
    /// Folded away under these words.
    Folded(String),
    /// Numbers between -1 and 1 on coloured ground; Markdown, which has no colours, shows this picture as well.
    Heat(PathBuf),
}

/// A picture: drawn into the web page, linked from Markdown.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// The chart as an SVG of this crate.
    pub svg: String,
    /// The same as a file.
    pub file: PathBuf,
    /// What it shows.
    pub caption: String,
    /// The words under which a web page folds it away; nothing shows it at once.
    pub folded: Option<String>,
}

impl Source {
    /// A command whose numbers stand in no file of their own.
    pub fn command(command: impl Into<String>) -> Self {
        Self { command: command.into(), files: Vec::new() }
    }

    /// Adds a file in which the numbers stand.
    #[must_use]
    pub fn file(mut self, name: impl Into<String>, path: impl Into<PathBuf>) -> Self {
        self.files.push((name.into(), path.into()));
        self
    }
}

impl Section {
    /// A section without content.
    pub fn new(id: impl Into<String>, title: impl Into<String>) -> Self {
        Self { id: id.into(), title: title.into(), blocks: Vec::new(), sources: Vec::new() }
    }

    /// Names a source that numbers can refer to, in this section and in others.
    pub fn source(&mut self, source: Source) -> Mark {
        self.sources.push(source.clone());
        Mark { anchor: self.anchor(self.sources.len()), command: source.command }
    }

    /// Adds a paragraph.
    pub fn say(&mut self, prose: Prose) {
        self.blocks.push(Block::Text(prose));
    }

    /// Adds a list.
    pub fn list(&mut self, items: impl IntoIterator<Item = Prose>) {
        self.blocks.push(Block::List(items.into_iter().collect()));
    }

    /// Adds lines of a terminal or of a rule.
    pub fn lines(&mut self, lines: impl IntoIterator<Item = String>) {
        self.blocks.push(Block::Lines(lines.into_iter().collect()));
    }

    /// Adds a table.
    pub fn table(&mut self, table: Table, style: Style) {
        self.blocks.push(Block::Grid(Grid { table, style }));
    }

    /// Adds a picture.
    pub fn figure(&mut self, figure: Figure) {
        self.blocks.push(Block::Figure(figure));
    }

    /// Its parts in order.
    pub fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    /// Its sources, each with its anchor.
    pub(super) fn sources(&self) -> impl Iterator<Item = (String, &Source)> {
        self.sources.iter().enumerate().map(|(index, source)| (self.anchor(index + 1), source))
    }

    fn anchor(&self, number: usize) -> String {
        format!("how-{}-{number}", self.id)
    }
}

impl Document {
    /// Writes `index.html` and `README.md` into a folder; links lead from there.
    pub fn write(&self, folder: &Path) -> Result<[PathBuf; 2], WriteError> {
        let files = [folder.join("index.html"), folder.join("README.md")];
        write_atomic(&files[0], self.html(folder).as_bytes())?;
        self.markdown(folder).write(&files[1])?;
        Ok(files)
    }
}
