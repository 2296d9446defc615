//! Every branch on every network, computed once and kept in a file.
//!
//! A tree looks at a network only through the means of its two branches' tensors. There are a few hundred distinct branches an
//! input ([`super::rules`]), so their means on all networks fit in some tens of megabytes, and a tree costs microseconds
//! instead of passes through networks.
//!
//! The file is a line of JSON that says what it is, then one record a network in the order in which they were finished: its
//! number and its lists' lengths, the means in little-endian f64, and a checksum. A record is appended whole; what a killed
//! process left of one is cut off when the file is opened again, and everything before it is kept.

use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use proxyrank_proxies::symbolic::{Branch, Input, LayerTensors, Tensor, TensorSource, Unary};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::rules;

/// What a table was made from. A file with another header is another table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// Version of the file's form and of the rules.
    pub format: u32,
    /// The benchmark.
    pub benchmark: String,
    /// Hash of its files.
    pub benchmark_sha256: String,
    /// The protocol, as one text: reading, signal, input, shape, mode, seeds, type, device.
    pub protocol: String,
    /// Elements that were kept of a tensor.
    pub sample: usize,
    /// Seed of the sample.
    pub sample_seed: u64,
    /// Hash of the branches that are in it.
    pub branches: String,
}

/// Version of the file's form.
const FORMAT: u32 = 1;

impl Header {
    /// The header of a table of all live branches.
    pub fn new(
        benchmark: String,
        benchmark_sha256: String,
        protocol: String,
        sample: usize,
        sample_seed: u64,
    ) -> Self {
        let names: Vec<String> = rules::live().iter().map(|branch| branch.tensors().to_string()).collect();
        let branches = short_hash(names.join("\n").as_bytes());
        Self { format: FORMAT, benchmark, benchmark_sha256, protocol, sample, sample_seed, branches }
    }

    /// A name for the file, which differs where headers do.
    pub fn name(&self) -> String {
        // A header is plain numbers and texts, which always have a JSON form.
        short_hash(serde_json::to_string(self).unwrap_or_default().as_bytes())
    }
}

/// Sixteen hexadecimal digits of a hash.
fn short_hash(bytes: &[u8]) -> String {
    let first =
        Sha256::digest(bytes).iter().take(8).fold(0_u64, |number, &byte| number << 8 | u64::from(byte));
    format!("{first:016x}")
}

/// The means of one network.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Tensors in the list of each input, in the order of [`Input::ALL`].
    pub lengths: [usize; 5],
    /// Of every branch in order the mean of each of its tensors.
    values: Vec<f64>,
}

impl Record {
    /// Computes every branch of a network's tensors. Tensors are looked at side by side, and what two branches share is
    /// computed once.
    pub fn of(tensors: &LayerTensors) -> Self {
        let branches = rules::live();
        let mut lengths = [0; 5];
        let mut values = Vec::new();
        for &input in Input::ALL {
            let list = tensors.tensors(input);
            lengths[input.index()] = list.len();
            let mut seconds: BTreeMap<Unary, Vec<Unary>> = BTreeMap::new();
            for branch in branches.iter().filter(|branch| branch.input == input) {
                seconds.entry(branch.first).or_default().push(branch.second);
            }
            let means = |tensor: &Tensor| -> Vec<f64> {
                let of_first = |(first, seconds): (&Unary, &Vec<Unary>)| -> Vec<f64> {
                    let inner = tensor.apply(*first);
                    seconds.iter().map(|second| inner.apply(*second).mean()).collect()
                };
                seconds.iter().flat_map(of_first).collect()
            };
            let by_tensor: Vec<Vec<f64>> = list.par_iter().map(means).collect();
            let count = branches.iter().filter(|branch| branch.input == input).count();
            values.extend((0..count).flat_map(|branch| by_tensor.iter().map(move |means| means[branch])));
        }
        Self { lengths, values }
    }

    fn bytes(&self, network: u32) -> Vec<u8> {
        let mut bytes = network.to_le_bytes().to_vec();
        for length in self.lengths {
            bytes.extend(u16::try_from(length).unwrap_or(u16::MAX).to_le_bytes());
        }
        bytes.extend(self.values.iter().flat_map(|value| value.to_le_bytes()));
        let checksum = Sha256::digest(&bytes);
        bytes.extend(&checksum[..CHECKSUM]);
        bytes
    }
}

/// Bytes of the fixed part of a record: the network's number and five lengths.
const FIXED: usize = 4 + 5 * 2;
/// Bytes of a record's checksum.
const CHECKSUM: usize = 8;

/// Why a table cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// The system refused.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file is another one.
    #[error("{} is not the table that its name says; delete it, and it is made anew", .0.display())]
    Foreign(PathBuf),
}

fn fails(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> TableError {
    let path = path.to_owned();
    move |source| TableError::Io { action, path, source }
}

/// Branches by networks.
#[derive(Debug)]
pub struct BranchTable {
    /// The branches, in order.
    pub branches: Vec<Branch>,
    place: HashMap<Branch, usize>,
    /// Of each branch: how many of its input's branches stand before it.
    within: Vec<usize>,
    /// How many branches each input has.
    count: [usize; 5],
    /// Records by the network's number.
    records: BTreeMap<usize, Record>,
    file: Option<(File, PathBuf)>,
}

impl BranchTable {
    /// An empty table in memory.
    pub fn new() -> Self {
        let branches: Vec<Branch> = rules::live().into_iter().collect();
        let place = branches.iter().enumerate().map(|(index, branch)| (*branch, index)).collect();
        let mut count = [0; 5];
        let within = branches
            .iter()
            .map(|branch| {
                let before = count[branch.input.index()];
                count[branch.input.index()] += 1;
                before
            })
            .collect();
        Self { branches, place, within, count, records: BTreeMap::new(), file: None }
    }

    /// Opens the table of a header in a folder, with what was finished of it, or begins one.
    pub fn open(folder: &Path, header: &Header) -> Result<Self, TableError> {
        let path = folder.join(format!("branches-{}.bin", header.name()));
        let first_line = serde_json::to_string(header).unwrap_or_default() + "\n";
        fs::create_dir_all(folder).map_err(fails("create", folder))?;
        let bytes = match fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            other => other.map_err(fails("read", &path))?,
        };
        let mut table = Self::new();
        let mut good = 0;
        if let Some(records) = bytes.strip_prefix(first_line.as_bytes()) {
            good = first_line.len();
            let mut rest = records;
            while let Some((network, record, length)) = table.decode(rest) {
                table.records.insert(network, record);
                good += length;
                rest = &rest[length..];
            }
        } else if !first_line.as_bytes().starts_with(&bytes) {
            return Err(TableError::Foreign(path));
        }
        let file = OpenOptions::new().create(true).append(true).open(&path).map_err(fails("open", &path))?;
        file.set_len(good as u64).map_err(fails("shorten", &path))?;
        table.file = Some((file, path));
        if good == 0 {
            table.append(first_line.as_bytes())?;
        }
        Ok(table)
    }

    fn append(&mut self, bytes: &[u8]) -> Result<(), TableError> {
        let Some((file, path)) = &mut self.file else { return Ok(()) };
        file.write_all(bytes).and_then(|()| file.sync_data()).map_err(fails("write", path))
    }

    /// The first record of some bytes, and how many bytes it has; none if it is not whole.
    fn decode(&self, bytes: &[u8]) -> Option<(usize, Record, usize)> {
        let fixed = bytes.get(..FIXED)?;
        let network = u32::from_le_bytes(fixed[..4].try_into().ok()?);
        let mut lengths = [0; 5];
        for (length, bytes) in lengths.iter_mut().zip(fixed[4..].chunks_exact(2)) {
            *length = usize::from(u16::from_le_bytes(bytes.try_into().ok()?));
        }
        let count: usize = lengths.iter().zip(self.count).map(|(length, count)| length * count).sum();
        let end = FIXED + 8 * count;
        let checksum = bytes.get(end..end + CHECKSUM)?;
        if Sha256::digest(&bytes[..end])[..CHECKSUM] != *checksum {
            return None;
        }
        let number = |bytes: &[u8]| bytes.try_into().map_or(f64::NAN, f64::from_le_bytes);
        let values = bytes[FIXED..end].chunks_exact(8).map(number).collect();
        Some((network as usize, Record { lengths, values }, end + CHECKSUM))
    }

    /// Puts in a network's record, and appends it to the file.
    pub fn insert(&mut self, network: usize, record: Record) -> Result<(), TableError> {
        self.append(&record.bytes(u32::try_from(network).unwrap_or(u32::MAX)))?;
        self.records.insert(network, record);
        Ok(())
    }

    /// Whether a network is in it.
    pub fn has(&self, network: usize) -> bool {
        self.records.contains_key(&network)
    }

    /// What is known of a network.
    pub fn record(&self, network: usize) -> Option<&Record> {
        self.records.get(&network)
    }

    /// How many networks are in it.
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// The number of a branch that is in its final form.
    pub fn place(&self, branch: Branch) -> Option<usize> {
        self.place.get(&branch).copied()
    }

    /// Tensors in each list of a network that is in it; none of one that is not.
    pub fn lengths(&self, network: usize) -> [usize; 5] {
        self.records.get(&network).map_or([0; 5], |record| record.lengths)
    }

    /// The means of a branch's tensors on a network; none if the network is not in it.
    pub fn means(&self, branch: usize, network: usize) -> &[f64] {
        let Some(record) = self.records.get(&network) else { return &[] };
        let input = self.branches[branch].input.index();
        let before: usize = (0..input).map(|input| self.count[input] * record.lengths[input]).sum();
        let start = before + self.within[branch] * record.lengths[input];
        &record.values[start..start + record.lengths[input]]
    }
}

impl Default for BranchTable {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A made-up network.
    pub(crate) fn network(number: usize) -> LayerTensors {
        let mut source = LayerTensors::default();
        let layers = 2 + number % 3;
        for (&input, count) in Input::ALL.iter().zip([layers + 1, layers, layers, 2 * layers, 2 * layers]) {
            let tensors = (0..count).map(|index| {
                let value = |element: usize| {
                    let seed = (number * 977 + index * 131 + input.index() * 37 + element * 11) as f64;
                    (seed * 0.618).sin() * (1.0 + 0.1 * number as f64)
                };
                let raw = (0..24).map(value);
                let values =
                    if input == Input::Softmax { raw.map(|v| v * v + 0.01).collect() } else { raw.collect() };
                Tensor::new(vec![4, 6], values)
            });
            source.insert(input, tensors.collect());
        }
        source
    }

    fn header() -> Header {
        Header::new("some".to_owned(), "hash".to_owned(), "protocol".to_owned(), 100, 0)
    }

    #[test]
    fn every_branch_is_found_again() {
        let mut table = BranchTable::new();
        table.insert(3, Record::of(&network(3))).unwrap();
        for (index, branch) in table.branches.iter().enumerate() {
            let source = network(3);
            let expected: Vec<f64> = source
                .tensors(branch.input)
                .iter()
                .map(|tensor| tensor.apply(branch.first).apply(branch.second).mean())
                .collect();
            let found = table.means(index, 3);
            assert_eq!(found.len(), expected.len());
            assert!(found.iter().zip(&expected).all(|(a, b)| a.to_bits() == b.to_bits()), "{branch:?}");
            assert_eq!(table.place(*branch), Some(index));
        }
        assert_eq!(table.lengths(3), [3, 2, 2, 4, 4]);
        assert!(table.means(0, 4).is_empty());
    }

    #[test]
    fn a_file_is_taken_up_where_it_was_cut() {
        let folder = tempfile::tempdir().unwrap();
        let mut table = BranchTable::open(folder.path(), &header()).unwrap();
        for number in 0..3 {
            table.insert(number, Record::of(&network(number))).unwrap();
        }
        drop(table);
        let path = folder.path().join(format!("branches-{}.bin", header().name()));
        let whole = fs::read(&path).unwrap();
        let records = |bytes: &[u8]| {
            fs::write(&path, bytes).unwrap();
            BranchTable::open(folder.path(), &header()).map(|table| table.len())
        };
        assert_eq!(records(&whole).unwrap(), 3);
        assert_eq!(records(&whole[..whole.len() - 1]).unwrap(), 2);
        assert_eq!(records(&whole[..10]).unwrap(), 0);
        let mut flipped = whole.clone();
        flipped[whole.len() - 100] ^= 1;
        assert_eq!(records(&flipped).unwrap(), 2);
        // What was cut off is written again, and is the same.
        let mut table = BranchTable::open(folder.path(), &header()).unwrap();
        table.insert(2, Record::of(&network(2))).unwrap();
        assert_eq!(fs::read(&path).unwrap(), whole);
        assert!(records(b"something else").unwrap_err().to_string().contains("delete it"));
    }
}
