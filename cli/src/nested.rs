//! Local nested templates: the files that `TemplateURL` and `Location` name.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::{Component, Path, PathBuf};

use vpcheck_core::nested_template_paths;

use crate::input::{decode, read_file, shown};

/// Stacks nested deeper than this are not followed. CloudFormation has no limit; nobody reads deeper.
const DEPTH_LIMIT: usize = 8;
/// At most so many nested templates are read for one template.
const FILE_LIMIT: usize = 100;

/// Reads the templates that the main one names, those that they nest, and so on, by the path as the parent names it;
/// below the first level by the path from the folder of the main template.
///
/// What cannot be read is left out: to the analysis it is as unknown as a template in a bucket.
pub(crate) fn load(
    named: Vec<String>,
    folder: &Path,
    main: Option<&Path>,
    limit: usize,
) -> BTreeMap<String, String> {
    Loader { folder, limit, names: nested_template_paths }.load(named, main)
}

struct Loader<'a> {
    /// That of the main template.
    folder: &'a Path,
    limit: usize,
    names: fn(&str) -> Vec<String>,
}

/// A nested template as its parent names it.
struct Named {
    key: String,
    /// From the folder of the main template.
    path: PathBuf,
    depth: usize,
}

impl Loader<'_> {
    fn load(&self, named: Vec<String>, main: Option<&Path>) -> BTreeMap<String, String> {
        if named.is_empty() {
            return BTreeMap::new();
        }
        let main = main.and_then(|path| path.canonicalize().ok());
        let mut loaded = BTreeMap::new();
        let mut followed: BTreeSet<PathBuf> = BTreeSet::new();
        let mut waiting: VecDeque<Named> = Self::named(named, Path::new(""), 1).into();
        while let Some(named) = waiting.pop_front() {
            if loaded.len() >= FILE_LIMIT || loaded.contains_key(&named.key) {
                continue;
            }
            let Ok(file) = self.folder.join(&named.path).canonicalize() else { continue };
            if main.as_ref() == Some(&file) {
                continue;
            }
            let Some(text) = read(&file, self.limit) else { continue };
            // A file that was seen is given under its new name, but not followed again: so a circle ends.
            if followed.insert(file) && named.depth < DEPTH_LIMIT {
                let parent = named.path.parent().unwrap_or(Path::new(""));
                waiting.extend(Self::named((self.names)(&text), parent, named.depth + 1));
            }
            loaded.insert(named.key, text);
        }
        loaded
    }

    fn named(names: Vec<String>, folder: &Path, depth: usize) -> Vec<Named> {
        let by_path = names.into_iter().map(|name| {
            let path = normalised(&folder.join(&name));
            let key = if depth == 1 { name } else { shown(&path) };
            Named { key, path, depth }
        });
        by_path.collect()
    }
}

/// Only regular files: a pipe named in a template would wait for ever.
fn read(file: &Path, limit: usize) -> Option<String> {
    if !file.is_file() {
        return None;
    }
    let bytes = read_file(file, limit).ok()?;
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
    use std::fs;

    use super::*;

    /// Every word of a text is the name of a template.
    fn words(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    fn load(files: &[(&str, &str)], main: &str) -> Vec<String> {
        let folder = tempfile::TempDir::new().unwrap();
        for (path, text) in files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let main = folder.path().join(main);
        let (folder, text) = (main.parent().unwrap(), fs::read_to_string(&main).unwrap());
        Loader { folder, limit: 1_000, names: words }.load(words(&text), Some(&main)).into_keys().collect()
    }

    #[test]
    fn children_are_named_as_their_parent_does_and_grandchildren_from_the_main_folder() {
        let files = [
            ("app/main", "./net/vpc ../shared/log missing . https://example.com/x"),
            ("app/net/vpc", "subnet ../../shared/log"),
            ("app/net/subnet", "subnet"),
            ("shared/log", "none"),
        ];
        assert_eq!(load(&files, "app/main"), ["../shared/log", "./net/vpc", "net/subnet"]);
    }

    #[test]
    fn a_circle_ends_and_the_main_template_does_not_nest_itself() {
        let files = [("main", "a main"), ("a", "b main"), ("b", "a ./a")];
        assert_eq!(load(&files, "main"), ["a", "b"]);
    }

    #[test]
    fn neither_depth_nor_number_goes_on_for_ever() {
        let chain: Vec<(String, String)> =
            (0..20).map(|at| (format!("t{at}"), format!("t{}", at + 1))).collect();
        let chain: Vec<(&str, &str)> =
            chain.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        assert_eq!(load(&chain, "t0").len(), DEPTH_LIMIT);
        let names: Vec<String> = (0..150).map(|at| format!("t{at}")).collect();
        let main = names.join(" ");
        let mut many: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "leaf")).collect();
        many.push(("main", &main));
        assert_eq!(load(&many, "main").len(), FILE_LIMIT);
    }

    #[test]
    fn paths_are_normalised_without_the_file_system() {
        for (path, expected) in
            [("./a/../b.yaml", "b.yaml"), ("../a/./b", "../a/b"), ("a/../../b", "../b"), ("/a/../b", "/b")]
        {
            assert_eq!(normalised(Path::new(path)), Path::new(expected), "{path}");
        }
    }
}
