//! Finds the files of a data set on this machine, or downloads them; never leaves a bad file behind.
//!
//! [`Locator::find`] looks, without the network, in a mirror and then in the caches of earlier downloads, and checks
//! what it finds against the manifest. [`Locator::fetch`] downloads what is missing. Three rules hold for every
//! download, whatever the server does and whenever the process dies:
//!
//! 1. bytes are written to a partial file, checked, synced, and only then renamed to their final place, so that a
//!    file at a final path is whole and right;
//! 2. a download that fails touches no file but its own partial one;
//! 3. a partial file is continued only if its name binds it to a SHA-256, and the whole is hashed before the rename,
//!    so that no torn state of an earlier run can survive into a result.
//!
//! # What is taken from hf-hub, and what is not
//!
//! `hf-hub` gives the address of a file and the layout of the hub's cache, so that files are shared with the Python
//! tools. Its own downloader is not used, because in version 0.5 it
//! - does not check what it received: the length is not compared, and the linked `ETag` (the SHA-256 of a large file)
//!   only names the blob, so a truncated or altered body becomes a cached file;
//! - has no time-out, so a stalled connection hangs for ever;
//! - reads every failure status as an error without its headers, so `Retry-After` is lost;
//! - appends a server's answer to the partial file even if the server ignored the `Range` header.
//!
//! `download` does better over `ureq`, the client that hf-hub itself uses.
//!
//! # Where to look for what
//!
//! - `options`: places, addresses and patience, and their environment variables;
//! - `locate`: the order in which places are searched; `check`: whether a file is the right one;
//! - `run`: what `fetch` does for a data set; `verify`: what `verify` does;
//! - `hub`, `github`, `archive`, `mirror`: the four kinds of servers;
//! - `parallel`, `download`, `retry`, `http`, `disk`: files over an unreliable line onto a disk; `stop`: why they end
//!   early;
//! - `progress`: how a person follows it.

mod archive;
mod check;
mod disk;
mod download;
mod error;
mod github;
mod http;
mod hub;
mod locate;
mod mirror;
mod options;
mod parallel;
mod progress;
mod retry;
mod run;
mod stop;
mod verify;

pub use error::{Fault, FetchError, Missing};
pub use locate::{Located, LocatedSet, Locator, Origin, Warning};
pub use options::{LocatorOptions, Mirror, Network, NoCacheFolder, Timeouts};
pub use progress::{Bars, Ending, Lines, Meter, Progress, Quiet};
pub use retry::RetryPolicy;
pub use run::{Download, FetchOptions, FetchReport, FetchedFile, Selection};
pub use verify::{FileState, FileVerdict, Verification};
