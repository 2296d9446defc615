//! The questions, and what counts as a good answer to each.

/// What a proxy must show to be worth more than a look at the architecture's sizes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Test {
    /// Does it rank networks beyond counting their layers?
    Depth,
    /// Beyond their width?
    Width,
    /// Beyond their parameters?
    Size,
    /// Does it rank networks of one depth and width?
    Cell,
    /// Does it rank networks of about the same size?
    ClosePairs,
    /// Does it use up what label noise leaves to be known?
    Ceiling,
    /// Does it say the same under another seed?
    Seeds,
    /// Does it say the same in double precision?
    Float64,
    /// Is it better than layers x hidden?
    TimesRule,
    /// Is it better than layers, then hidden?
    SortRule,
}

impl Test {
    /// Every test, in the order of columns.
    pub const ALL: [Self; 10] = [
        Self::Depth,
        Self::Width,
        Self::Size,
        Self::Cell,
        Self::ClosePairs,
        Self::Ceiling,
        Self::Seeds,
        Self::Float64,
        Self::TimesRule,
        Self::SortRule,
    ];

    /// The name in files.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Depth => "depth",
            Self::Width => "width",
            Self::Size => "size",
            Self::Cell => "within_cell",
            Self::ClosePairs => "close_pairs",
            Self::Ceiling => "ceiling",
            Self::Seeds => "seeds",
            Self::Float64 => "float64",
            Self::TimesRule => "layers_times_hidden",
            Self::SortRule => "layers_then_hidden",
        }
    }

    /// The name for people.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Depth => "Given #layers",
            Self::Width => "Given width",
            Self::Size => "Given #params",
            Self::Cell => "Equal depth and width",
            Self::ClosePairs => "10%-pairs",
            Self::Ceiling => "Share of the ceiling",
            Self::Seeds => "Seeds",
            Self::Float64 => "Double precision",
            Self::TimesRule => "Beats layers x hidden",
            Self::SortRule => "Beats layers, then hidden",
        }
    }

    /// What the number is and when it passes, in a sentence.
    pub const fn criterion(self) -> &'static str {
        match self {
            Self::Depth => "partial tau-b given #layers; its interval lies above 0",
            Self::Width => "partial tau-b given the hidden size; its interval lies above 0",
            Self::Size => "partial tau-b given #params; its interval lies above 0",
            Self::Cell => "tau-b over pairs of equal depth and width; its interval lies above 0",
            Self::ClosePairs => {
                "tau over the pairs that differ by less than 10% in declared #params; its interval lies above 0"
            }
            Self::Ceiling => {
                "tau-a over the best tau that label noise allows a score without ties; its interval, which takes in \
                 that of the ceiling, reaches 1"
            }
            Self::Seeds => {
                "standard deviation of tau-b over seeds of weights and input; twice that is no more than half the \
                 width of tau-b's interval, so the seed moves the result less than the choice of networks does. Where \
                 the whole benchmark was computed under one seed only, the mean tau-b between the rankings of five seeds \
                 on the networks of the numerical audit; it is at least the audit's bound"
            }
            Self::Float64 => {
                "tau-b between the rankings in single and in double precision on the networks of the numerical audit; \
                 the audit does not call the score rounding noise"
            }
            Self::TimesRule => {
                "tau-b minus that of layers x hidden; above 0 and significant in a paired bootstrap after Holm's \
                 correction over all proxies and both rules"
            }
            Self::SortRule => "the same against sorting by layers, then by hidden size",
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_tell_tests_apart() {
        let distinct =
            |name: fn(Test) -> &'static str| Test::ALL.map(name).into_iter().collect::<BTreeSet<_>>().len();
        assert_eq!((distinct(Test::key), distinct(Test::title)), (10, 10));
    }
}
