//! Examples that stand in the documentation, taken from there and run: files by the name behind their fence, commands from
//! shell blocks.

use std::fs;
use std::path::Path;

use crate::place::Place;

/// A fenced block of a page.
pub(crate) struct Block {
    /// The language behind the fence.
    pub(crate) language: String,
    /// What follows the language: the name of a file.
    pub(crate) file: Option<String>,
    /// Its lines, each with its end.
    pub(crate) text: String,
}

/// The blocks of a page below `docs`.
pub(crate) fn blocks(page: &str) -> Vec<Block> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(page);
    let text = fs::read_to_string(path).unwrap();
    let mut blocks: Vec<Block> = Vec::new();
    let mut open = false;
    for line in text.lines() {
        if let Some(words) = line.strip_prefix("```") {
            if !open {
                let mut words = words.split_whitespace().map(str::to_owned);
                let language = words.next().unwrap_or_default();
                blocks.push(Block { language, file: words.next(), text: String::new() });
            }
            open = !open;
        } else if open {
            let block = blocks.last_mut().unwrap();
            block.text.push_str(line);
            block.text.push('\n');
        }
    }
    blocks
}

/// Writes the files that blocks name.
pub(crate) fn write_files(place: &Place, blocks: &[Block]) {
    for block in blocks {
        let Some(file) = &block.file else { continue };
        let path = place.path(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, &block.text).unwrap();
    }
}

/// The words behind `proxyrank` of every command in shell blocks.
pub(crate) fn commands(blocks: &[Block]) -> Vec<String> {
    let lines = blocks.iter().filter(|block| block.language == "sh").flat_map(|block| block.text.lines());
    lines.filter_map(|line| line.strip_prefix("proxyrank ")).map(str::to_owned).collect()
}
