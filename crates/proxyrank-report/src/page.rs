//! A Markdown page made of headings, text, tables and charts.
//!
//! A page holds no date and no absolute path: the same results give the same bytes, and a folder of reports can be moved,
//! committed or served from anywhere.

use std::fmt::Write as _;
use std::path::{Component, Path};

use crate::file::{WriteError, write_atomic};
use crate::table::{Table, escape_markdown};

/// A Markdown page under construction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    blocks: Vec<String>,
}

impl Page {
    /// A page with its title.
    pub fn new(title: &str) -> Self {
        Self { blocks: vec![format!("# {}", escape_markdown(title))] }
    }

    /// Adds a section heading.
    pub fn heading(&mut self, title: &str) {
        self.blocks.push(format!("## {}", escape_markdown(title)));
    }

    /// Adds a heading inside a section.
    pub fn subheading(&mut self, title: &str) {
        self.blocks.push(format!("### {}", escape_markdown(title)));
    }

    /// Adds a paragraph of plain text, which is escaped.
    pub fn text(&mut self, text: &str) {
        self.blocks.push(escape_paragraph(text));
    }

    /// Adds Markdown as it is.
    pub fn raw(&mut self, markdown: impl Into<String>) {
        self.blocks.push(markdown.into());
    }

    /// Adds a list of plain texts.
    pub fn list<'a>(&mut self, items: impl IntoIterator<Item = &'a str>) {
        let lines: Vec<String> =
            items.into_iter().map(|item| format!("- {}", escape_paragraph(item))).collect();
        self.blocks.push(lines.join("\n"));
    }

    /// Adds a table under its own title and an anchor of its id.
    pub fn table(&mut self, table: &Table) {
        self.blocks.push(format!("<a id=\"{}\"></a>", anchor(&table.id)));
        self.subheading(&table.title);
        self.bare_table(table);
    }

    /// Adds a table without its title.
    pub fn bare_table(&mut self, table: &Table) {
        self.blocks.push(table.markdown().trim_end().to_owned());
    }

    /// Adds a picture; `page_folder` is where the page will stand, and the link is relative to it.
    pub fn figure(&mut self, picture: &Path, page_folder: &Path, caption: &str) {
        let link = relative_link(page_folder, picture);
        self.blocks.push(format!("![{}]({link})", escape_alternative(caption)));
    }

    /// Adds a list of links to files, relative to where the page will stand.
    pub fn links<'a>(&mut self, files: impl IntoIterator<Item = (&'a str, &'a Path)>, page_folder: &Path) {
        let links: Vec<String> = files
            .into_iter()
            .map(|(label, file)| {
                format!("[{}]({})", escape_alternative(label), relative_link(page_folder, file))
            })
            .collect();
        self.blocks.push(links.join(" · "));
    }

    /// The page as Markdown; ends with a newline.
    pub fn markdown(&self) -> String {
        self.blocks.join("\n\n") + "\n"
    }

    /// Writes the page, whole or not at all.
    pub fn write(&self, path: &Path) -> Result<(), WriteError> {
        write_atomic(path, self.markdown().as_bytes())
    }
}

/// A link from a page in the folder `from` to the file `to`, with forward slashes and everything unusual encoded.
///
/// Both paths must be relative to one folder or both absolute; they are compared as written, without a look at the disk.
///
/// ```
/// use proxyrank_report::page::relative_link;
/// use std::path::Path;
/// let link = relative_link(Path::new("reports/flexibert"), Path::new("reports/charts/tau (1).png"));
/// assert_eq!(link, "../charts/tau%20%281%29.png");
/// ```
pub fn relative_link(from: &Path, to: &Path) -> String {
    let parts = |path: &Path| -> Vec<String> {
        let named = path.components().filter(|part| *part != Component::CurDir);
        named.map(|part| part.as_os_str().to_string_lossy().into_owned()).collect()
    };
    let (from, to) = (parts(from), parts(to));
    let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n("..".to_owned(), from.len() - shared);
    let down = to[shared..].iter().map(|part| encode(part));
    up.chain(down).collect::<Vec<_>>().join("/")
}

/// Percent-encodes what is neither a letter, a digit nor harmless punctuation.
fn encode(part: &str) -> String {
    let mut text = String::with_capacity(part.len());
    for byte in part.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}

/// Plain text as one Markdown paragraph; a mark that would begin a heading, list or quotation is escaped.
pub(crate) fn escape_paragraph(text: &str) -> String {
    let escaped = escape_markdown(text);
    let digits = escaped.bytes().take_while(u8::is_ascii_digit).count();
    if escaped.starts_with(['#', '-', '+', '=']) {
        format!("\\{escaped}")
    } else if digits > 0 && [". ", ") "].iter().any(|mark| escaped[digits..].starts_with(mark)) {
        format!("{}\\{}", &escaped[..digits], &escaped[digits..])
    } else {
        escaped
    }
}

/// Text inside square brackets.
pub(crate) fn escape_alternative(text: &str) -> String {
    escape_markdown(text).replace("\\[", "[").replace('[', "\\[").replace(']', "\\]")
}

/// An id as an HTML anchor.
pub(crate) fn anchor(id: &str) -> String {
    id.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' || c == '-' { c } else { '-' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::{Cell, Column};

    #[test]
    fn links_are_relative_to_the_page() {
        let link = |from: &str, to: &str| relative_link(Path::new(from), Path::new(to));
        assert_eq!(link("reports", "reports/charts/tau.png"), "charts/tau.png");
        assert_eq!(link("./reports/a/b", "reports/c.svg"), "../../c.svg");
        assert_eq!(link("", "x/ü.png"), "x/%C3%BC.png");
        assert_eq!(link("/a/b", "/a/b/c.md"), "c.md");
    }

    #[test]
    fn no_text_turns_into_markup() {
        assert_eq!(escape_paragraph("# no heading"), "\\# no heading");
        assert_eq!(escape_paragraph("1. no list"), "1\\. no list");
        assert_eq!(escape_paragraph("0.5 is a number"), "0.5 is a number");
        assert_eq!(escape_alternative("a [b](c)"), "a \\[b\\](c)");
    }

    #[test]
    fn a_page_is_assembled() {
        let mut table = Table::new("tau", "Kendall τ-b", vec![Column::text("proxy", "proxy")]);
        table.push(vec![Cell::text("nsc")]);
        let mut page = Page::new("FlexiBERT");
        page.text("500 architectures.");
        page.table(&table);
        page.figure(Path::new("r/charts/tau.png"), Path::new("r"), "τ-b [95%]");
        page.links([("CSV", Path::new("r/tau.csv")), ("LaTeX", Path::new("r/tau.tex"))], Path::new("r"));
        insta::assert_snapshot!(page.markdown());
    }
}
