//! HTML that cannot be broken by the text in it.
//!
//! Pages are made of names and words from registries, papers and, later, strangers. So a page is never put together from
//! strings: an [`Element`] escapes its texts and attributes, and what is already markup has a type of its own.

/// A piece of finished markup.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Markup(String);

impl Markup {
    /// Markup that this crate made itself, such as a chart.
    pub(crate) fn trusted(markup: String) -> Self {
        Self(markup)
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// One element under construction.
#[derive(Debug, Clone)]
pub(crate) struct Element {
    tag: &'static str,
    attributes: String,
    content: String,
}

/// Elements that have no end tag.
const VOID: [&str; 4] = ["input", "link", "meta", "br"];

/// Elements whose end tag HTML lets out where another of them, or the end of their list or table, follows; and nothing else ever
/// follows them here. They are most of a page, and their end tags were a tenth of its bytes.
const OPEN: [&str; 7] = ["td", "th", "tr", "li", "dt", "dd", "option"];

/// An element without attributes or content.
pub(crate) fn el(tag: &'static str) -> Element {
    Element { tag, attributes: String::new(), content: String::new() }
}

/// A link.
pub(crate) fn link(to: &str, text: &str) -> Element {
    el("a").attr("href", to).text(text)
}

impl Element {
    /// Adds an attribute.
    pub(crate) fn attr(mut self, name: &str, value: &str) -> Self {
        self.attributes.push(' ');
        self.attributes.push_str(name);
        self.attributes.push_str("=\"");
        self.attributes.push_str(&escape(value));
        self.attributes.push('"');
        self
    }

    /// Adds an attribute that has no value.
    pub(crate) fn flag(mut self, name: &str) -> Self {
        self.attributes.push(' ');
        self.attributes.push_str(name);
        self
    }

    /// Adds the class attribute.
    pub(crate) fn class(self, names: &str) -> Self {
        self.attr("class", names)
    }

    /// Adds text.
    pub(crate) fn text(mut self, text: &str) -> Self {
        self.content.push_str(&escape(text));
        self
    }

    /// Adds an element.
    #[expect(clippy::needless_pass_by_value, reason = "pages are written as nested values, each used once")]
    pub(crate) fn child(mut self, child: Element) -> Self {
        child.write(&mut self.content);
        self
    }

    /// Adds elements.
    pub(crate) fn children(self, children: impl IntoIterator<Item = Element>) -> Self {
        children.into_iter().fold(self, Self::child)
    }

    /// Adds an element if there is one.
    pub(crate) fn maybe(self, child: Option<Element>) -> Self {
        self.children(child)
    }

    /// Adds finished markup.
    pub(crate) fn markup(mut self, markup: &Markup) -> Self {
        self.content.push_str(markup.as_str());
        self
    }

    /// The element as markup.
    pub(crate) fn finish(self) -> Markup {
        let mut text = String::new();
        self.write(&mut text);
        Markup(text)
    }

    fn write(&self, text: &mut String) {
        text.push('<');
        text.push_str(self.tag);
        // A line for each row, so that two versions of a page can be compared: inside the tag, where it is no text of a cell.
        if matches!(self.tag, "tr" | "li") {
            text.push('\n');
        }
        text.push_str(&self.attributes);
        text.push('>');
        if VOID.contains(&self.tag) {
            return;
        }
        text.push_str(&self.content);
        if !OPEN.contains(&self.tag) {
            text.push_str("</");
            text.push_str(self.tag);
            text.push('>');
        }
        if matches!(self.tag, "p" | "section" | "h2" | "figure" | "nav" | "div") {
            text.push('\n');
        }
    }
}

/// Text without anything that HTML would take for markup, in content or in quotes.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\n' | '\t' => escaped.push(c),
            c if c.is_control() => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn elements_nest() {
        let list =
            el("ul").class("a").child(el("li").text("1 < 2")).child(el("li").child(link("x.html", "y")));
        assert_eq!(
            list.finish().as_str(),
            "<ul class=\"a\"><li\n>1 &lt; 2<li\n><a href=\"x.html\">y</a></ul>"
        );
        assert_eq!(
            el("input").attr("type", "search").flag("hidden").finish().as_str(),
            "<input type=\"search\" hidden>"
        );
    }

    proptest! {
        #[test]
        fn no_text_adds_markup(text in ".*") {
            let plain = el("b").attr("title", &text).text(&text).finish();
            let inside = &plain.as_str()["<b title=\"".len()..];
            prop_assert_eq!(inside.matches('<').count(), 1);
            prop_assert_eq!(inside.matches('>').count(), 2);
            prop_assert_eq!(inside.matches('"').count(), 1);
        }
    }
}
