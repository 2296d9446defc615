//! Where to look, whom to ask, and how patiently: options and the environment variables behind them.
//!
//! | variable | meaning | default |
//! |---|---|---|
//! | `PROXYRANK_MIRROR` | a folder or an http address to look in first | none |
//! | `PROXYRANK_CACHE` | our own cache (files of GitHub, partial downloads) | `$XDG_CACHE_HOME/proxyrank`, `~/.cache/proxyrank` |
//! | `PROXYRANK_GITHUB_RAW` | address of GitHub's single files | `https://raw.githubusercontent.com` |
//! | `PROXYRANK_GITHUB_ARCHIVE` | address of GitHub's archives | `https://codeload.github.com` |
//! | `HF_HUB_CACHE` | the hub's cache | `$HF_HOME/hub` |
//! | `HF_HOME` | the hub's folder | `$XDG_CACHE_HOME/huggingface`, `~/.cache/huggingface` |
//! | `HF_ENDPOINT` | address of the hub | `https://huggingface.co` |
//! | `HF_TOKEN` | access token for the hub | the file `HF_TOKEN_PATH` or `$HF_HOME/token` |
//! | `HF_HUB_OFFLINE` | `1`, `true`, `yes` or `on`: no network at all | off |
//!
//! An empty variable counts as unset. `HF_HUB_OFFLINE` also keeps GitHub and http mirrors from being asked: who sets
//! it wants no connection, not no connection to one host.

use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use super::retry::RetryPolicy;

/// A copy of the data laid out as `github/OWNER/REPO/COMMIT/PATH` and `hub/{datasets,models}/OWNER/NAME/PATH`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mirror {
    /// A folder on this machine.
    Folder(PathBuf),
    /// An http or https address; what comes from it is kept apart from what comes from the sources themselves.
    Endpoint(String),
}

impl Mirror {
    /// An address if the text begins like one, else a folder.
    pub fn parse(text: &str) -> Self {
        if text.starts_with("http://") || text.starts_with("https://") {
            Self::Endpoint(text.trim_end_matches('/').to_owned())
        } else {
            Self::Folder(PathBuf::from(text))
        }
    }
}

/// Whether servers may be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Network {
    /// They may.
    Online,
    /// They may not; what is not on this machine is missing.
    Offline,
}

/// How long to wait for a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// Until a connection stands.
    pub connect: Duration,
    /// Between two pieces of an answer.
    pub stall: Duration,
    /// For another process that downloads the same file.
    pub lock: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(15),
            stall: Duration::from_mins(1),
            lock: Duration::from_mins(30),
        }
    }
}

/// Everything that a [`super::Locator`] needs to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocatorOptions {
    /// A copy of the data that is looked into first.
    pub mirror: Option<Mirror>,
    /// Whether servers may be asked.
    pub network: Network,
    /// The hub's cache, shared with other tools.
    pub hub_cache: PathBuf,
    /// Our own cache.
    pub cache: PathBuf,
    /// Address of the hub.
    pub hub_endpoint: String,
    /// Access token for the hub.
    pub hub_token: Option<String>,
    /// Address of GitHub's single files.
    pub github_raw: String,
    /// Address of GitHub's archives.
    pub github_archive: String,
    /// Files downloaded at a time.
    pub concurrency: NonZeroUsize,
    /// When to ask again.
    pub retry: RetryPolicy,
    /// How long to wait.
    pub timeouts: Timeouts,
}

/// There is no place for a cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "there is no folder for downloads: set PROXYRANK_CACHE and HF_HOME (neither XDG_CACHE_HOME nor HOME is set)"
)]
pub struct NoCacheFolder;

impl LocatorOptions {
    /// Defaults with the given caches: online, no mirror, the public servers.
    pub fn new(cache: impl Into<PathBuf>, hub_cache: impl Into<PathBuf>) -> Self {
        Self {
            mirror: None,
            network: Network::Online,
            hub_cache: hub_cache.into(),
            cache: cache.into(),
            hub_endpoint: "https://huggingface.co".to_owned(),
            hub_token: None,
            github_raw: "https://raw.githubusercontent.com".to_owned(),
            github_archive: "https://codeload.github.com".to_owned(),
            concurrency: NonZeroUsize::MIN.saturating_add(3),
            retry: RetryPolicy::default(),
            timeouts: Timeouts::default(),
        }
    }

    /// What the environment says.
    pub fn from_env() -> Result<Self, NoCacheFolder> {
        Self::from_variables(|name| std::env::var_os(name))
    }

    /// What a set of variables says; [`Self::from_env`] for any other source of variables.
    pub fn from_variables(lookup: impl Fn(&str) -> Option<OsString>) -> Result<Self, NoCacheFolder> {
        let path = |name: &str| lookup(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let text = |name: &str| path(name).and_then(|value| value.to_str().map(str::trim).map(str::to_owned));
        let address = |name: &str| text(name).map(|value| value.trim_end_matches('/').to_owned());
        let caches = path("XDG_CACHE_HOME").or_else(|| path("HOME").map(|home| home.join(".cache")));
        let in_caches = |name: &str| caches.as_ref().map(|folder| folder.join(name));

        let hub_home = path("HF_HOME").or_else(|| in_caches("huggingface"));
        let hub_cache = path("HF_HUB_CACHE").or_else(|| hub_home.as_ref().map(|home| home.join("hub")));
        let cache = path("PROXYRANK_CACHE").or_else(|| in_caches("proxyrank"));
        let token_file = path("HF_TOKEN_PATH").or_else(|| hub_home.map(|home| home.join("token")));
        let stored_token = || {
            let token = std::fs::read_to_string(token_file?).ok()?.trim().to_owned();
            (!token.is_empty()).then_some(token)
        };

        let mut options = Self::new(cache.ok_or(NoCacheFolder)?, hub_cache.ok_or(NoCacheFolder)?);
        options.mirror = text("PROXYRANK_MIRROR").map(|value| Mirror::parse(&value));
        if text("HF_HUB_OFFLINE").is_some_and(|value| is_true(&value)) {
            options.network = Network::Offline;
        }
        options.hub_token = text("HF_TOKEN").or_else(stored_token);
        if let Some(endpoint) = address("HF_ENDPOINT") {
            options.hub_endpoint = endpoint;
        }
        if let Some(raw) = address("PROXYRANK_GITHUB_RAW") {
            options.github_raw = raw;
        }
        if let Some(archive) = address("PROXYRANK_GITHUB_ARCHIVE") {
            options.github_archive = archive;
        }
        Ok(options)
    }
}

fn is_true(value: &str) -> bool {
    ["1", "true", "yes", "on"].iter().any(|word| value.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(variables: &[(&str, &str)]) -> Result<LocatorOptions, NoCacheFolder> {
        LocatorOptions::from_variables(|name| {
            variables.iter().find(|(key, _)| *key == name).map(|(_, value)| OsString::from(value))
        })
    }

    #[test]
    fn caches_follow_the_usual_order() {
        let plain = options(&[("HOME", "/h")]).unwrap();
        assert_eq!(plain.cache, PathBuf::from("/h/.cache/proxyrank"));
        assert_eq!(plain.hub_cache, PathBuf::from("/h/.cache/huggingface/hub"));
        let xdg = options(&[("HOME", "/h"), ("XDG_CACHE_HOME", "/x")]).unwrap();
        assert_eq!(xdg.hub_cache, PathBuf::from("/x/huggingface/hub"));
        let own = options(&[("PROXYRANK_CACHE", "/p"), ("HF_HOME", "/f"), ("HF_HUB_CACHE", "")]).unwrap();
        assert_eq!((own.cache, own.hub_cache), (PathBuf::from("/p"), PathBuf::from("/f/hub")));
        let direct = options(&[("HOME", "/h"), ("HF_HOME", "/f"), ("HF_HUB_CACHE", "/c")]).unwrap();
        assert_eq!(direct.hub_cache, PathBuf::from("/c"));
        assert_eq!(options(&[]).unwrap_err(), NoCacheFolder);
    }

    #[test]
    fn the_offline_switch_has_four_spellings() {
        for word in ["1", "true", "Yes", "ON"] {
            let options = options(&[("HOME", "/h"), ("HF_HUB_OFFLINE", word)]).unwrap();
            assert_eq!(options.network, Network::Offline, "{word}");
        }
        for word in ["", "0", "false", "no"] {
            let options = options(&[("HOME", "/h"), ("HF_HUB_OFFLINE", word)]).unwrap();
            assert_eq!(options.network, Network::Online, "{word}");
        }
    }

    #[test]
    fn addresses_and_the_mirror_are_taken_over() {
        let options = options(&[
            ("HOME", "/h"),
            ("PROXYRANK_MIRROR", "http://mirror/x/"),
            ("HF_ENDPOINT", "http://hub/"),
            ("HF_TOKEN", " secret\n"),
        ])
        .unwrap();
        assert_eq!(options.mirror, Some(Mirror::Endpoint("http://mirror/x".into())));
        assert_eq!(options.hub_endpoint, "http://hub");
        assert_eq!(options.hub_token.as_deref(), Some("secret"));
        assert_eq!(Mirror::parse("data"), Mirror::Folder("data".into()));
    }
}
