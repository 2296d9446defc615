//! A search of a small space, from its passes to its page.

use proxyrank_data::fetch::{Locator, LocatorOptions, Network};
use proxyrank_schema::Input;
use proxyrank_search::wpca::evolution::Rules;
use proxyrank_space::wpca::{WpcaShape, WpcaSpace};

use super::*;
use crate::RunError;
use crate::watch::{Silent, Stop, Watch};

fn request() -> WpcaRequest {
    let shape = WpcaShape {
        vocab_size: 30_522,
        max_positions: 16,
        token_types: 2,
        embedding: 4,
        hidden: 24,
        inner: 8,
        heads: 2,
        step: 4,
        classes: 2,
    };
    let smallest = WpcaSpace { shape, layers: 4, limit: 0 };
    // About half of the networks are small enough.
    let limit = shape.outer_parameters() + 4 * 2200;
    WpcaRequest {
        name: "test".to_owned(),
        space: WpcaSpace { limit, ..smallest },
        eta: EtaChoice::Paper,
        input: Input::Zipf,
        batch_size: 4,
        seq_len: 16,
        init_seed: 0,
        data_seed: 0,
        rules: vec![Rules::Published, Rules::Random],
        population: 12,
        generations: 5,
        seed: 0,
        sweeps: 2,
        sample: 20,
        repeats: 3,
    }
}

/// Drawn ids need no data.
fn locator() -> Locator {
    let mut options = LocatorOptions::from_env().unwrap();
    options.mirror = None;
    options.network = Network::Offline;
    Locator::new(options, Silent.downloads()).unwrap()
}

fn go(request: &WpcaRequest, folder: &std::path::Path) -> Result<Found, RunError> {
    run(request, &locator(), &folder.join("results/search/wpca"), &Silent, &Stop::default())
}

#[test]
fn a_search_is_repeated_from_what_it_left_on_disk() {
    let folder = tempfile::tempdir().unwrap();
    let request = request();
    let found = go(&request, folder.path()).unwrap();
    assert!(found.made > 0 && found.made <= request.plan().total());
    assert_eq!((found.sample.len(), found.searches.len(), found.repeated.len()), (20, 2, 7));
    // Searches come near the yardstick or beyond.
    let best = found.searches[0].best.clone();
    assert!(found.share(&best) > 0.75 && found.share(&best) < 1.1, "{}", found.share(&best));
    for one in found.sample.iter().chain(&found.best) {
        assert!(request.space.allows(&one.arch) && one.components.len() == 4);
    }

    let again = go(&request, folder.path()).unwrap();
    assert_eq!(again.made, 0);
    assert_eq!(again.yardstick, found.yardstick);
    let out = folder.path().join("out");
    let [one, other] = [&found, &again].map(|found| {
        let written = write(&request, found, &folder.path().join("results"), &out).unwrap();
        let page = std::fs::read_to_string(written.page).unwrap();
        assert!(out.join("search/wpca/test/paper/generations.parquet").is_file());
        for chart in ["architectures", "progress", "components"] {
            assert!(
                page.contains(chart)
                    && out.join(format!("search/wpca/test/paper/charts/{chart}.png")).is_file()
            );
        }
        page
    });
    assert_eq!(one, other);
    // A search with fewer candidates than the paper's is no reference.
    assert!(!folder.path().join("results/search/wpca/summary-test-paper.json").exists());
}

#[test]
fn a_stop_and_an_empty_space_are_errors() {
    let folder = tempfile::tempdir().unwrap();
    let stop = Stop::default();
    stop.ask();
    let stopped = run(&request(), &locator(), folder.path(), &Silent, &stop).unwrap_err();
    assert!(matches!(stopped, RunError::Stopped { .. }), "{stopped}");
    let mut empty = request();
    empty.space.limit = 1000;
    let error = go(&empty, folder.path()).unwrap_err().to_string();
    assert!(error.contains("no network of 4 layers is that small"), "{error}");
}
