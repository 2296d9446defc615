//! Where the code of a proxy lies.

use proxyrank_proxies::registry::shipped;

/// The formulas that are compiled in.
const FORMULAS: &str = "crates/proxyrank-proxies/src/symbolic/shipped.toml";

/// The file of a proxy, from the root of the repository. Variants lie in the file of their proxy, but for those that are
/// computed in another way.
pub(super) fn path(name: &str) -> String {
    if shipped().iter().any(|formula| formula.name == name) {
        return FORMULAS.to_owned();
    }
    let file = match name {
        "flops.split_ffn" => "flops_split_ffn",
        "nsc.running_sum" => "nsc_running_sum",
        other => of_family(other),
    };
    format!("crates/proxyrank-proxies/src/proxies/{file}.rs")
}

fn of_family(name: &str) -> &str {
    let stem = name.split('.').next().unwrap_or(name);
    match stem {
        // Norms in their own right, not the normalised variant of another proxy.
        "grad_norm" | "weight_norm" => stem,
        other => other.strip_suffix("_norm").unwrap_or(other),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use proxyrank_proxies::REGISTRY;

    use super::*;

    #[test]
    fn every_proxy_is_named_in_its_file() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        for proxy in REGISTRY.iter().chain(shipped()) {
            let file = root.join(path(proxy.name));
            let text =
                std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
            assert!(
                text.contains(&format!("\"{}\"", proxy.name)),
                "{} does not name {}",
                file.display(),
                proxy.name
            );
        }
    }
}
