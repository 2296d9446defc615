//! Where the code of a proxy lies.

/// The file of a proxy, from the root of the repository. Variants lie in the file of their proxy.
pub(super) fn path(name: &str) -> String {
    let stem = name.split('.').next().unwrap_or(name);
    let stem = match stem {
        // Norms in their own right, not the normalised variant of another proxy.
        "grad_norm" | "weight_norm" => stem,
        other => other.strip_suffix("_norm").unwrap_or(other),
    };
    format!("crates/proxyrank-proxies/src/proxies/{stem}.rs")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use proxyrank_proxies::REGISTRY;

    use super::*;

    #[test]
    fn every_proxy_is_named_in_its_file() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        for proxy in REGISTRY {
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
