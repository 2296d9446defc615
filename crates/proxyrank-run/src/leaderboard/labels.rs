//! Which formulas have seen labels of the benchmark that they are judged on.
//!
//! A proxy in the strict sense sees none. Some formulas were searched or chosen by the very labels that rank them here; a
//! table that did not say so would compare them with the others as equals.

/// What is known of the labels behind a formula.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Labels {
    /// So many.
    Seen(usize),
    /// Some; how many is not known.
    Some,
}

/// Architectures that the search for LPZero's FlexiBERT formula was fitted to: the finding `search_set` counts them.
const LPZERO_SEARCH: usize = 50;

/// The labels behind a formula on a benchmark of so many architectures.
pub(super) fn seen(benchmark: &str, proxy: &str, architectures: usize) -> Labels {
    match (benchmark, proxy) {
        // The order of their keys was found by looking at the labels.
        ("flexibert", "layers_then_hidden" | "layers_hidden_params" | "layers_hidden_weights") => {
            Labels::Seen(architectures)
        }
        (
            "flexibert",
            "lpzero.published"
            | "lpzero.published_2"
            | "lpzero.flexibert"
            | "lpzero.flexibert_product"
            | "lpzero.flexibert_abs_mean"
            | "lpzero.flexibert_head_head"
            | "lpzero.flexibert_head_weight"
            | "lpzero.flexibert_softmax_head",
        ) => Labels::Seen(LPZERO_SEARCH),
        (
            "lts-gpt2-wt103",
            "lpzero.gpt2"
            | "lpzero.gpt2_min_max"
            | "lpzero.gpt2_total"
            | "lpzero.published"
            | "lpzero_bak.published"
            | "lpzero_bak2.published"
            | "lpzero_closed_form"
            | "lpzero_bak_closed_form",
        ) => Labels::Some,
        _ => Labels::Seen(0),
    }
}

#[cfg(test)]
mod tests {
    use proxyrank_proxies::find;
    use proxyrank_proxies::published::published;

    use super::*;

    /// A name that no longer exists would silently count as innocent.
    #[test]
    fn every_name_here_exists() {
        let is_published =
            |name: &str, benchmark: &str| published().any(|p| p.name == name && p.benchmark == benchmark);
        for name in [
            "layers_then_hidden",
            "layers_hidden_params",
            "layers_hidden_weights",
            "lpzero_closed_form",
            "lpzero_bak_closed_form",
            "lpzero.flexibert",
            "lpzero.flexibert_product",
            "lpzero.flexibert_abs_mean",
            "lpzero.flexibert_head_head",
            "lpzero.flexibert_head_weight",
            "lpzero.flexibert_softmax_head",
            "lpzero.gpt2",
            "lpzero.gpt2_min_max",
            "lpzero.gpt2_total",
        ] {
            assert!(find(name).is_ok(), "{name}");
        }
        for name in ["lpzero.published", "lpzero.published_2"] {
            assert!(is_published(name, "flexibert"), "{name}");
        }
        for name in ["lpzero.published", "lpzero_bak.published", "lpzero_bak2.published"] {
            assert!(is_published(name, "lts-gpt2-wt103"), "{name}");
        }
    }

    #[test]
    fn the_same_name_is_innocent_elsewhere() {
        assert_eq!(seen("lts-gpt2-wt103", "layers_hidden_params", 200), Labels::Seen(0));
        assert_eq!(seen("flexibert", "layers_hidden_params", 500), Labels::Seen(500));
    }
}
