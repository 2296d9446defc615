//! What all pages share: head, navigation, footer.

use super::Site;
use super::element::{Element, Markup, el, link};

/// The pages of the navigation, by file name.
const NAVIGATION: [(&str, &str); 4] = [
    ("index.html", "Overview"),
    ("proxies.html", "Proxies"),
    ("ledger.html", "Ledger"),
    ("method.html", "How to read"),
];

/// Scripts, styles and pictures come from beside the page and from nowhere else, whatever a text may contain.
const POLICY: &str = "default-src 'none'; img-src 'self' file: data:; style-src 'self' file: 'unsafe-inline'; \
                      script-src 'self' file:; base-uri 'none'; form-action 'none'";

/// Where a page lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Depth {
    /// In the site's own folder.
    Root,
    /// In a folder of it.
    Folder,
}

impl Depth {
    /// The way up to the site's folder.
    pub(super) const fn root(self) -> &'static str {
        match self {
            Self::Root => "",
            Self::Folder => "../",
        }
    }
}

/// A page around its content.
pub(super) struct Page<'a> {
    pub(super) site: &'a Site,
    pub(super) title: &'a str,
    /// The file name of the page that is marked in the navigation.
    pub(super) place: &'a str,
    pub(super) depth: Depth,
}

impl Page<'_> {
    /// The whole page as text.
    pub(super) fn around(&self, main: Element) -> String {
        let root = self.depth.root();
        let asset = |name: &str| format!("{root}assets/{name}");
        let head = head(self.title, POLICY)
            .child(el("link").attr("rel", "stylesheet").attr("href", &asset("site.css")))
            .child(el("script").attr("src", &asset("theme.js")))
            .child(el("script").attr("src", &asset("site.js")).flag("defer"));
        let body = el("body")
            .child(link("#main", "Skip to the content").class("skip"))
            .child(self.header())
            .child(main.attr("id", "main").attr("tabindex", "-1"))
            .child(self.footer());
        let html = el("html").attr("lang", "en").child(head).child(body).finish();
        format!("<!doctype html>\n{}\n", html.as_str())
    }

    fn header(&self) -> Element {
        let root = self.depth.root();
        let entries = NAVIGATION.iter().map(|(file, name)| {
            let here = link(&format!("{root}{file}"), name);
            el("li").child(if *file == self.place { here.attr("aria-current", "page") } else { here })
        });
        el("header")
            .class("top")
            .child(link(&format!("{root}index.html"), "proxyrank").class("brand"))
            .child(el("nav").attr("aria-label", "Pages").child(el("ul").children(entries)))
            .child(el("button").attr("type", "button").attr("id", "theme").flag("hidden").text("Theme"))
    }

    fn footer(&self) -> Element {
        let made = format!(
            "Made by {}. Every number comes from a stored score; the commands that make a table stand below it.",
            self.site.generator
        );
        el("footer").child(el("p").text(&made))
    }
}

/// The head of every page, to which styles and scripts are added: what it is called, and where its parts may come from.
pub(crate) fn head(title: &str, policy: &str) -> Element {
    el("head")
        .child(el("meta").attr("charset", "utf-8"))
        .child(el("meta").attr("http-equiv", "Content-Security-Policy").attr("content", policy))
        .child(el("meta").attr("name", "viewport").attr("content", "width=device-width, initial-scale=1"))
        .child(el("meta").attr("name", "color-scheme").attr("content", "light dark"))
        .child(el("title").text(&format!("{title} · proxyrank")))
        .child(el("link").attr("rel", "icon").attr("href", "data:,"))
}

/// A heading with an anchor that others can link to.
pub(crate) fn heading(id: &str, text: &str) -> Element {
    el("h2").attr("id", id).text(text)
}

/// A table that scrolls by itself, by keyboard too, where it is wider than the page.
pub(crate) fn frame(label: &str, table: Element) -> Element {
    framed("scroll", label, table)
}

/// The same for a table of many rows, whose head stays in sight.
pub(super) fn tall_frame(label: &str, table: Element) -> Element {
    framed("scroll tall", label, table)
}

fn framed(class: &str, label: &str, content: Element) -> Element {
    let frame = el("div").class(class).attr("tabindex", "0").attr("role", "region");
    frame.attr("aria-label", label).child(content)
}

/// A figure with its caption.
pub(crate) fn figure(picture: &Markup, caption: &str) -> Element {
    let frame = el("div").class("frame").attr("tabindex", "0").attr("role", "region");
    el("figure")
        .child(frame.attr("aria-label", caption).markup(picture))
        .child(el("figcaption").text(caption))
}

/// Commands, one a line.
pub(crate) fn commands(lines: &[String]) -> Element {
    el("pre").attr("tabindex", "0").child(el("code").text(&lines.join("\n")))
}

/// A name as a file name: letters, digits, dots, dashes and underscores.
pub(crate) fn slug(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    name.chars().map(|c| if plain(c) { c } else { '-' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_leads_to_no_other_folder() {
        assert_eq!(slug("snip.lpzero (rtd)"), "snip.lpzero--rtd-");
        assert_eq!(slug("../x y"), "..-x-y");
    }
}
