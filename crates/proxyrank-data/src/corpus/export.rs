//! The corpus as files: text, vocabulary, tasks.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::tasks::{Example, Label, Split, Task};
use super::vocabulary::written;
use super::{Document, Words};

/// Documents made at a time, by all threads together.
const BLOCK: u64 = 512;

/// How many examples to make of each task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Amount {
    /// To learn from.
    pub train: usize,
    /// To measure on.
    pub dev: usize,
}

/// A file that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenFile {
    /// Where.
    pub path: PathBuf,
    /// Its size.
    pub bytes: usize,
    /// Of its content, in lower-case hex.
    pub sha256: String,
}

/// A corpus that could not be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write {}: {source}; choose another folder with --out", path.display())]
pub struct CorpusError {
    /// The file or folder.
    pub path: PathBuf,
    /// What the system says.
    pub source: io::Error,
}

/// The first documents of a seed that together have at least `tokens` tokens. Made by all threads of the current rayon
/// pool; the same for any number of them.
pub fn first_documents(seed: u64, tokens: usize) -> Vec<Document> {
    let mut documents = Vec::new();
    let mut found = 0;
    for block in 0.. {
        let numbers = block * BLOCK..(block + 1) * BLOCK;
        let made: Vec<(Document, usize)> = numbers
            .into_par_iter()
            .map(|number| {
                let document = Document::generate(seed, number);
                let length = document.words().iter().map(Vec::len).sum();
                (document, length)
            })
            .collect();
        for (document, length) in made {
            if found >= tokens {
                return documents;
            }
            found += length;
            documents.push(document);
        }
    }
    documents
}

/// Writes `corpus.txt` (a sentence a line, a blank line between documents), `vocab.txt` (a token a line, its id is its
/// place) and `TASK/train.tsv`, `TASK/dev.tsv` for each task. A file is replaced only by a complete one.
pub fn write(
    folder: &Path,
    seed: u64,
    documents: &[Document],
    amount: Amount,
) -> Result<Vec<WrittenFile>, CorpusError> {
    let texts: Vec<String> = documents.par_iter().map(Document::text).collect();
    let mut files = vec![
        put(folder.join("corpus.txt"), &texts.join("\n"))?,
        put(folder.join("vocab.txt"), &(Words::new().tokens().join("\n") + "\n"))?,
    ];
    for task in Task::ALL {
        for (split, name, count) in
            [(Split::Train, "train.tsv", amount.train), (Split::Dev, "dev.tsv", amount.dev)]
        {
            let examples: Vec<Example> =
                (0..count as u64).into_par_iter().map(|number| task.example(split, seed, number)).collect();
            let head = match task {
                Task::Acceptability | Task::Sentiment => "index\tsentence\tlabel\n",
                _ => "index\tsentence1\tsentence2\tlabel\n",
            };
            let lines = examples.iter().enumerate().map(|(index, example)| line(index, example));
            let text: String = std::iter::once(head.to_owned()).chain(lines).collect();
            files.push(put(folder.join(task.name()).join(name), &text)?);
        }
    }
    Ok(files)
}

/// One example as a line of its file.
pub(super) fn line(index: usize, example: &Example) -> String {
    let label = match example.label {
        Label::Class(class) => class.to_string(),
        Label::Score(score) => format!("{score:.1}"),
    };
    let second = example.second.iter().map(|words| written(words) + "\t").collect::<String>();
    format!("{index}\t{}\t{second}{label}\n", written(&example.first))
}

fn put(path: PathBuf, text: &str) -> Result<WrittenFile, CorpusError> {
    let partial = path.with_extension("partial");
    let result = path
        .parent()
        .map_or(Ok(()), fs::create_dir_all)
        .and_then(|()| fs::write(&partial, text))
        .and_then(|()| fs::rename(&partial, &path));
    match result {
        Ok(()) => {
            Ok(WrittenFile { path, bytes: text.len(), sha256: crate::hash::sha256_bytes(text.as_bytes()) })
        }
        Err(source) => Err(CorpusError { path, source }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FEW: Amount = Amount { train: 12, dev: 6 };

    #[test]
    fn files_are_complete_and_the_same_each_time() {
        let folder = tempfile::tempdir().unwrap();
        let files = write(folder.path(), 3, &first_documents(3, 2000), FEW).unwrap();
        assert_eq!(files.len(), 2 + 2 * Task::ALL.len());
        for file in &files {
            assert_eq!(crate::hash::sha256_file(&file.path).unwrap(), file.sha256);
        }
        let train = fs::read_to_string(folder.path().join("entailment/train.tsv")).unwrap();
        assert_eq!(train.lines().count(), 13);
        assert!(train.lines().all(|line| line.split('\t').count() == 4));
        let again = tempfile::tempdir().unwrap();
        let same = write(again.path(), 3, &first_documents(3, 2000), FEW).unwrap();
        assert!(files.iter().zip(&same).all(|(one, other)| one.sha256 == other.sha256));
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_named() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let error = write(file.path(), 0, &[], FEW).unwrap_err();
        assert!(error.to_string().contains("--out"), "{error}");
    }

    #[test]
    fn the_number_of_threads_does_not_matter() {
        let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        let three = rayon::ThreadPoolBuilder::new().num_threads(3).build().unwrap();
        assert_eq!(one.install(|| first_documents(5, 20_000)), three.install(|| first_documents(5, 20_000)));
    }
}
