//! Newtypes for identifiers, so that a benchmark's name cannot be passed where an architecture's is wanted.

use serde::{Deserialize, Serialize};

macro_rules! identifier {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Wraps an identifier.
            pub fn new(id: impl Into<String>) -> Self {
                Self(id.into())
            }

            /// The identifier as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(id: &str) -> Self {
                Self(id.to_owned())
            }
        }

        impl From<String> for $name {
            fn from(id: String) -> Self {
                Self(id)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }
    };
}

identifier!(
    /// One architecture of a benchmark: `"0"`..`"499"` on FlexiBERT, `"config_3_j5"` or `"M12"` on the decoder sets.
    ArchId
);
identifier!(
    /// One benchmark: `flexibert`, `lts-gpt2-wt103`, ...
    BenchmarkId
);
identifier!(
    /// One proxy in snake case, a variant behind a suffix: `w_pca`, `synflow.lpzero`, `snip.published`.
    ProxyName
);
