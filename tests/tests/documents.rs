//! What the documents for contributors say of the tree is so.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Folders below which ARCHITECTURE.md names files without saying the folder again, in the section of each.
const SECTIONS: [&str; 10] = [
    "",
    "cli/src",
    "core/src",
    "core/src/network",
    "core/src/paths",
    "core/src/suggest",
    "core/src/template",
    "tests",
    "web/src",
    "xtask/src",
];

/// Endings of names that are files of the repository.
const ENDINGS: [&str; 9] = ["rs", "md", "mjs", "js", "css", "csv", "txt", "py", "html"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// What stands between backticks and is a path with a folder: `core/src/order.rs`.
fn paths(text: &str) -> BTreeSet<&str> {
    let is_path = |word: &&str| {
        let end = word.rsplit_once('.').map(|(_, end)| end);
        let is_plain = word.chars().all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c));
        word.contains('/') && is_plain && end.is_some_and(|end| ENDINGS.contains(&end))
    };
    text.split('`').skip(1).step_by(2).filter(is_path).collect()
}

#[test]
fn the_files_that_documents_name_are_there() {
    let mut found = 0;
    for document in ["ARCHITECTURE.md", "CONTRIBUTING.md", "README.md", "docs/comparison.md"] {
        for path in paths(&read(document)) {
            // Files that a build writes are not in the repository.
            if path.starts_with("dist/") || path.starts_with("target/") {
                continue;
            }
            found += 1;
            let is_there = SECTIONS.iter().any(|folder| root().join(folder).join(path).is_file());
            assert!(is_there, "{document} names {path}, which is not there");
        }
    }
    assert!(found > 20, "{found} paths");
}

#[test]
fn the_code_map_names_all_of_the_core() {
    let map = read("ARCHITECTURE.md");
    for entry in fs::read_dir(root().join("core/src")).expect("the core can be listed") {
        let name = entry.expect("an entry").file_name().to_string_lossy().into_owned();
        let folder = name.trim_end_matches(".rs");
        // A module is `NAME.rs`, with its parts in a folder or not.
        let names = [format!("`core/src/{folder}`"), format!("`core/src/{folder}.rs`")];
        let is_named = folder == "lib" || names.iter().any(|name| map.contains(name));
        assert!(is_named, "ARCHITECTURE.md does not tell what core/src/{name} is");
    }
}
