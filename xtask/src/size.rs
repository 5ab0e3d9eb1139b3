//! What a reader downloads before the page works.

use crate::{book, offline};
use anyhow::{Context, Result};
use flate2::{Compression, write::GzEncoder};
use std::{
    collections::BTreeSet,
    fmt::Write as _,
    fs,
    io::Write,
    path::{Path, PathBuf},
};

/// Prints the sizes of dist/.
pub(crate) fn print(dist: &Path) -> Result<()> {
    let mut files = measure(dist)?;
    mark_first(&mut files);
    print!("{}", table(&files));
    Ok(())
}

/// What is loaded first, compressed, in bytes: all of it, and the WebAssembly among it.
pub(crate) fn first_load(dist: &Path) -> Result<(usize, usize)> {
    let mut files = measure(dist)?;
    mark_first(&mut files);
    Ok((loaded_first(&files, false), loaded_first(&files, true)))
}

/// The names of the files of dist/, in order.
pub(crate) fn files(dist: &Path) -> Result<Vec<String>> {
    let mut names: Vec<String> = measure(dist)?.into_iter().map(|file| file.name).collect();
    names.sort();
    Ok(names)
}

#[derive(Debug)]
struct Asset {
    name: String,
    raw: usize,
    gzip: usize,
    /// What the file says, if it can name others: a page or a module.
    text: Option<String>,
    first: bool,
}

fn measure(dist: &Path) -> Result<Vec<Asset>> {
    let mut files = Vec::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        let path = dist.join(&folder);
        let entries = fs::read_dir(&path)
            .with_context(|| format!("cannot read {}; run `cargo xtask build-page`", path.display()))?;
        for entry in entries {
            let entry = entry?;
            let relative = folder.join(entry.file_name());
            if relative == Path::new(book::FOLDER) {
                // It stands beside the page, and nothing of the page asks for it.
                continue;
            }
            if entry.path().is_dir() {
                folders.push(relative);
            } else {
                let bytes = fs::read(entry.path())?;
                let name = relative.to_string_lossy().replace('\\', "/");
                let names_others = name == "index.html" || has_extension(&name, "js");
                let text = names_others.then(|| String::from_utf8_lossy(&bytes).into_owned());
                files.push(Asset { name, raw: bytes.len(), gzip: gzip_size(&bytes)?, text, first: false });
            }
        }
    }
    files.sort_by(|a, b| b.gzip.cmp(&a.gzip).then_with(|| a.name.cmp(&b.name)));
    Ok(files)
}

/// Marks index.html, and whatever a marked file names between quotes. A module that is to be loaded later must
/// therefore be named by the WebAssembly, or by a module that is loaded later itself.
fn mark_first(files: &mut [Asset]) {
    let mut names: BTreeSet<String> = BTreeSet::from(["index.html".to_owned()]);
    // It names every file, but starts when the page is there.
    let is_beside = |name: &str| name == offline::NAME;
    loop {
        let mut found = BTreeSet::new();
        for file in files
            .iter_mut()
            .filter(|file| !file.first && names.contains(&file.name) && !is_beside(&file.name))
        {
            file.first = true;
            if let Some(text) = &file.text {
                found.extend(text.split(['"', '\'', '`']).map(|part| {
                    part.trim_start_matches(['.', '/'])
                        .split(['?', '#'])
                        .next()
                        .unwrap_or_default()
                        .to_owned()
                }));
            }
        }
        if found.is_empty() {
            return;
        }
        names.extend(found);
    }
}

fn loaded_first(files: &[Asset], wasm_only: bool) -> usize {
    let counts = |file: &&Asset| file.first && (!wasm_only || has_extension(&file.name, "wasm"));
    files.iter().filter(counts).map(|file| file.gzip).sum()
}

fn table(files: &[Asset]) -> String {
    let width = files.iter().map(|file| file.name.len()).max().unwrap_or_default().max("loaded first".len());
    let mut table = format!("{:width$}  {:>9}  {:>9}  loaded\n", "file", "KB", "KB gzip");
    let mut line = |name: &str, raw: usize, gzip: usize, when: &str| {
        // Writing to a string does not fail.
        let _ = writeln!(table, "{name:width$}  {:>9}  {:>9}  {when}", kilobytes(raw), kilobytes(gzip));
    };
    for file in files {
        line(&file.name, file.raw, file.gzip, if file.first { "first" } else { "later" });
    }
    let first = || files.iter().filter(|file| file.first);
    line("loaded first", first().map(|file| file.raw).sum(), first().map(|file| file.gzip).sum(), "");
    table
}

fn has_extension(name: &str, wanted: &str) -> bool {
    Path::new(name).extension().is_some_and(|extension| extension == wanted)
}

fn gzip_size(bytes: &[u8]) -> Result<usize> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?.len())
}

/// With one decimal, rounded up so that nothing over a budget looks like being within it.
pub(crate) fn kilobytes(bytes: usize) -> String {
    let tenths = (bytes * 10).div_ceil(1024);
    format!("{}.{}", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::{Asset, files, kilobytes, loaded_first, mark_first, table};

    fn asset(name: &str, gzip: usize, text: &str) -> Asset {
        Asset { name: name.to_owned(), raw: gzip * 3, gzip, text: Some(text.to_owned()), first: false }
    }

    #[test]
    fn what_the_page_names_is_loaded_first() {
        let mut files = [
            asset("app.js", 10_240, "import './snippets/glue.js'; new URL('app_bg.wasm', import.meta.url)"),
            asset("app_bg.wasm", 20_480, ""),
            asset("index.html", 1024, "<script type=module>import init from \"./app.js?v=1\"</script>"),
            asset("rules/no-route.md", 2048, ""),
            asset("snippets/glue.js", 512, "register('offline-worker.js')"),
            asset("offline-worker.js", 100, "addAll(['rules/no-route.md'])"),
        ];
        mark_first(&mut files);
        let table = table(&files);
        assert_eq!(
            table,
            "\
file                      KB    KB gzip  loaded
app.js                  30.0       10.0  first
app_bg.wasm             60.0       20.0  first
index.html               3.0        1.0  first
rules/no-route.md        6.0        2.0  later
snippets/glue.js         1.5        0.5  first
offline-worker.js        0.3        0.1  later
loaded first            94.5       31.5  \n"
        );
    }

    #[test]
    fn the_book_beside_the_page_is_none_of_it() {
        let dist = tempfile::tempdir().unwrap();
        for name in ["book/en", "rules/book"] {
            std::fs::create_dir_all(dist.path().join(name)).unwrap();
        }
        for name in ["index.html", "book/en/index.html", "rules/book/a.md"] {
            std::fs::write(dist.path().join(name), "").unwrap();
        }
        assert_eq!(files(dist.path()).unwrap(), ["index.html", "rules/book/a.md"]);
    }

    #[test]
    fn only_what_is_loaded_first_counts() {
        let mut files = [asset("a.wasm", 1000, ""), asset("index.html", 10, ""), asset("b.js", 1, "")];
        mark_first(&mut files);
        assert_eq!((loaded_first(&files, false), loaded_first(&files, true)), (10, 0));
        files[0].first = true;
        assert_eq!((loaded_first(&files, false), loaded_first(&files, true)), (1010, 1000));
    }

    #[test]
    fn kilobytes_round_up() {
        assert_eq!(
            (kilobytes(0), kilobytes(1024), kilobytes(1025)),
            ("0.0".into(), "1.0".into(), "1.1".into())
        );
    }
}
