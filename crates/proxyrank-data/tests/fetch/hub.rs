//! Files of the hub: metadata, the layout of its cache, tokens.

use hf_hub::{Cache, Repo, RepoType};
use proxyrank_data::fetch::{FetchOptions, Network, Origin, Selection};
use proxyrank_data::hash::sha256_bytes;
use proxyrank_data::manifest::Manifest;

use crate::server::Server;
use crate::support::{COMMIT, Place, files_below, hub_manifest, parquet, resolve_path};

const FILE: &str = "c/train.parquet";

fn serve_large(server: &Server, revision: &str, body: &[u8]) -> String {
    server.put_large(&resolve_path(revision, FILE), COMMIT, &sha256_bytes(body), body)
}

#[test]
fn a_fetched_file_lies_where_other_tools_find_it() {
    let server = Server::start();
    let body = parquet("text", 10);
    serve_large(&server, "main", &body);
    let manifest = hub_manifest("main", FILE, "");
    let place = Place::new(&server);
    let report = place.fetch(&manifest).unwrap();
    assert_eq!(report.files[0].download.as_ref().unwrap().commit, COMMIT);
    assert_eq!(report.files[0].located.origin, Origin::HubCache);
    assert_eq!(report.files[0].located.rows, Some(10));

    let repo = Repo::with_revision("o/n".into(), RepoType::Dataset, "main".into());
    let found = Cache::new(place.options.hub_cache.clone()).repo(repo).get(FILE).unwrap();
    assert_eq!(std::fs::read(&found).unwrap(), body);
    let blob = place.options.hub_cache.join("datasets--o--n/blobs").join(sha256_bytes(&body));
    assert_eq!(std::fs::canonicalize(&found).unwrap(), std::fs::canonicalize(blob).unwrap());
    #[cfg(unix)]
    assert!(std::fs::read_link(&found).unwrap().is_relative(), "the cache can be moved");
}

#[test]
fn where_a_file_came_from_is_recorded() {
    let server = Server::start();
    serve_large(&server, "main", &parquet("text", 10));
    let place = Place::new(&server);
    place.fetch(&hub_manifest("main", FILE, "")).unwrap();
    let records = files_below(&place.options.cache.join("provenance"));
    assert_eq!(records.len(), 1);
    let record: serde_json::Value = serde_json::from_slice(&std::fs::read(&records[0]).unwrap()).unwrap();
    assert_eq!(record["commit"], COMMIT);
    assert_eq!(record["revision"], "main");
}

#[test]
fn what_other_tools_left_is_used_without_the_network() {
    let server = Server::start();
    let body = parquet("text", 10);
    let mut place = Place::new(&server);
    place.options.network = Network::Offline;
    let repo = place.options.hub_cache.join("datasets--o--n");
    let snapshot = repo.join("snapshots").join(COMMIT).join("c");
    std::fs::create_dir_all(&snapshot).unwrap();
    std::fs::write(snapshot.join("train.parquet"), &body).unwrap();
    assert!(place.locator().locate(&hub_manifest(COMMIT, FILE, "")).is_ok(), "a pinned commit");
    assert!(place.locator().locate(&hub_manifest("main", FILE, "")).is_err());
    std::fs::create_dir_all(repo.join("refs")).unwrap();
    std::fs::write(repo.join("refs/main"), COMMIT).unwrap();
    assert!(place.locator().locate(&hub_manifest("main", FILE, "")).is_ok(), "a branch");
    assert!(server.requests().is_empty());
}

#[test]
fn bytes_that_are_there_under_another_commit_are_not_downloaded_again() {
    let server = Server::start();
    let body = parquet("text", 10);
    let stored = serve_large(&server, "main", &body);
    let place = Place::new(&server);
    place.fetch(&hub_manifest("main", FILE, "")).unwrap();
    let newer = "f".repeat(40);
    server.put_large(&resolve_path(&newer, FILE), &newer, &sha256_bytes(&body), &body);
    let report = place.fetch(&hub_manifest(&newer, FILE, "")).unwrap();
    assert_eq!(report.transferred_bytes(), 0);
    assert_eq!(server.gets(&stored).len(), 1);
}

#[test]
fn a_damaged_blob_is_replaced() {
    let server = Server::start();
    let body = parquet("text", 10);
    serve_large(&server, COMMIT, &body);
    let manifest = hub_manifest(COMMIT, FILE, "");
    let place = Place::new(&server);
    place.fetch(&manifest).unwrap();
    let blob = place.options.hub_cache.join("datasets--o--n/blobs").join(sha256_bytes(&body));
    std::fs::write(&blob, &body[..body.len() / 2]).unwrap();
    let verification = place.locator().verify(&manifest);
    assert_eq!((verification.corrupt().count(), verification.is_good()), (1, false));
    place.fetch(&manifest).unwrap();
    assert_eq!(std::fs::read(&blob).unwrap(), body);
    assert!(place.locator().verify(&manifest).is_good());
}

#[test]
fn the_token_goes_to_the_hub_alone() {
    let server = Server::start();
    let stored = serve_large(&server, COMMIT, &parquet("text", 10));
    let mut place = Place::new(&server);
    place.options.hub_token = Some("secret".into());
    place.fetch(&hub_manifest(COMMIT, FILE, "")).unwrap();
    for request in server.requests() {
        let expected = (request.path != stored).then(|| "Bearer secret".to_owned());
        assert_eq!(request.authorization, expected, "{request:?}");
    }
}

#[test]
fn a_renamed_repository_is_followed() {
    let server = Server::start();
    let body = parquet("text", 10);
    server.put_large("/datasets/new/n/file", COMMIT, &sha256_bytes(&body), &body);
    server.put_redirect(&resolve_path(COMMIT, FILE), "/datasets/new/n/file");
    let place = Place::new(&server);
    assert!(place.fetch(&hub_manifest(COMMIT, FILE, "")).is_ok());
}

#[test]
fn answers_that_no_hub_gives_are_refused() {
    let manifest = hub_manifest(COMMIT, FILE, "");
    let body = parquet("text", 10);
    let refuse = |prepare: &dyn Fn(&Server), word: &str| {
        let server = Server::start();
        prepare(&server);
        let place = Place::new(&server);
        let text = place.fetch(&manifest).unwrap_err().to_string();
        assert!(text.contains(word), "{word}: {text}");
        assert!(!place.options.hub_cache.join("datasets--o--n/snapshots").exists());
    };
    let path = resolve_path(COMMIT, FILE);
    refuse(&|server| server.put(&path, &body), "x-repo-commit");
    let other = "f".repeat(40);
    refuse(&|server| server.put_small(&path, &other, &body), "not the one asked for");
    refuse(&|server| drop(server.put_large(&path, "../../x", &sha256_bytes(&body), &body)), "x-repo-commit");
    refuse(&|server| drop(server.put_large(&path, COMMIT, "../../x", &body)), "etag");
    let wrong = parquet("other", 10);
    refuse(
        &|server| drop(server.put_large(&path, COMMIT, &sha256_bytes(&wrong), &wrong)),
        "does not fit the manifest",
    );
    refuse(&|server| server.put_small(&path, COMMIT, b"<html>"), "not the right file");
}

#[test]
fn a_small_file_is_known_by_the_manifest() {
    let server = Server::start();
    let body = b"{\"model_type\": \"bert\"}";
    let text = format!(
        "title='t'\nlicence='l'\nhomepage='h'\ncitation='c'\nfaults=[]\n[hub]\nkind='model'\nid='o/n'\n\
         revision='{COMMIT}'\n[[files]]\npath='config.json'\nbytes={}\nsha256='{}'\n",
        body.len(),
        sha256_bytes(body)
    );
    let manifest = Manifest::parse("demo", &text, None).unwrap();
    let path = format!("/o/n/resolve/{COMMIT}/config.json");
    server.put_small(&path, COMMIT, body);
    server.fail_next(&format!("GET {path}"), [crate::server::Fault::WrongBytes]);
    let place = Place::new(&server);
    let report = place.fetch(&manifest).unwrap();
    assert_eq!(std::fs::read(&report.files[0].located.path).unwrap(), body);
    assert_eq!(server.gets(&path).len(), 2);
}

#[test]
fn optional_files_and_alternatives() {
    let server = Server::start();
    let body = parquet("text", 10);
    let extra = "alternatives=['c/train-of-1.parquet']\n[[files]]\npath='c/test.parquet'\noptional=true\n\
                 schema='s'\nofficial_rows=10\n";
    let manifest = hub_manifest(COMMIT, FILE, extra);
    server.put_large(&resolve_path(COMMIT, "c/train-of-1.parquet"), COMMIT, &sha256_bytes(&body), &body);
    let place = Place::new(&server);
    let report = place.fetch(&manifest).unwrap();
    assert_eq!(report.files.len(), 1, "the optional file is not asked for");
    let warning = report.files[0].located.warnings[0].to_string();
    assert!(warning.contains("train-of-1.parquet` stands for `c/train.parquet"), "{warning}");

    let test = parquet("text", 12);
    server.put_large(&resolve_path(COMMIT, "c/test.parquet"), COMMIT, &sha256_bytes(&test), &test);
    let all = FetchOptions { selection: Selection::All };
    assert_eq!(place.locator().fetch(&manifest, all).unwrap().files.len(), 2);
}
