//! Building the playground into dist/.

use crate::{
    book,
    cache::{Cache, announce, fingerprint},
    csp,
    install::{self, npm, wasm_target},
    offline,
    process::{run, run_logged},
    project::Project,
    site, split,
};
use anyhow::{Context, Result, bail};
use std::{
    ffi::OsString,
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
    process::Command,
};

/// Where the editor's bundle is built from.
const EDITOR: &str = "web/editor";

/// Tells the page where the book stands; `web/src/header.rs` reads it.
const BOOK: &str = "VPCHECK_BOOK";

/// How much is done for the page's size.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Kind {
    /// All: as it is published.
    Small,
    /// Nothing, for looking at it: in a fraction of the time, and several times as large.
    Quick,
}

pub(crate) fn build(project: &Project, kind: Kind) -> Result<()> {
    let site = site::address()?;
    let cache = Cache::open()?;
    let compiler = wasm_target::find_or_install(&cache)?;
    let tools = [
        install::trunk(&cache)?,
        install::wasm_bindgen(&cache, project)?,
        install::wasm_opt(&cache, project)?,
    ];
    bundle_editor(&cache, project)?;
    // Trunk is told to stay offline, so that it takes no tools of its own choice; cargo then is offline as well.
    run(project.cargo().args(["fetch", "--quiet", "--locked"]))?;

    announce("building the playground into dist/…");
    let mut trunk = Command::new(tools[0].join("trunk"));
    // The profiles are in index.html.
    let release = kind == Kind::Small;
    trunk
        .args(["build", &format!("--release={release}"), "--offline", "--skip-version-check"])
        .current_dir(project.root())
        .env("PATH", path_with(&tools)?)
        // Trunk reads the variable as a yes or no and stops at the usual `1`.
        .env_remove("NO_COLOR")
        .env_remove(BOOK);
    let book = project.path(book::FOLDER);
    if book.is_dir() {
        trunk.env(BOOK, book::FOLDER);
    }
    compiler.apply(project, &mut trunk);
    forget_last_glue(project)?;
    run(&mut trunk)?;
    copy_rule_documents(project)?;
    if kind == Kind::Small {
        // Before the policy and the offline worker, which name what the split changes.
        split::split(&cache, project, &tools[2])?;
    }

    let page = project.dist().join("index.html");
    let html = fs::read_to_string(&page).with_context(|| format!("cannot read {}", page.display()))?;
    let html = site::filled(&html, site.as_deref());
    fs::write(&page, csp::allow_inline_scripts(&html))
        .with_context(|| format!("cannot write {}", page.display()))?;
    offline::write(project)?;
    if book.is_dir() {
        copy_folder(&book, &project.dist().join(book::FOLDER))?;
    }
    Ok(())
}

/// Trunk takes all that lies where wasm-bindgen writes, and wasm-bindgen leaves what an older page had there.
fn forget_last_glue(project: &Project) -> Result<()> {
    let glue = project.path("target/wasm/wasm-bindgen");
    match fs::remove_dir_all(&glue) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", glue.display()))
        }
        _ => Ok(()),
    }
}

fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    let mut files = Vec::new();
    collect_files(from, &mut files)?;
    for file in files {
        let target = to.join(file.strip_prefix(from)?);
        if let Some(folder) = target.parent() {
            fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        }
        fs::copy(&file, &target).with_context(|| format!("cannot copy {}", file.display()))?;
    }
    Ok(())
}

/// Rules' documents lie beside the rules; the page fetches them from rules/ when somebody asks for one.
fn copy_rule_documents(project: &Project) -> Result<()> {
    let to = project.dist().join("rules");
    fs::create_dir_all(&to).with_context(|| format!("cannot make {}", to.display()))?;
    let mut files = Vec::new();
    collect_files(&project.path("core/src/rules"), &mut files)?;
    for file in files.iter().filter(|file| file.extension().is_some_and(|extension| extension == "md")) {
        fs::copy(file, to.join(file.file_name().unwrap_or_default()))
            .with_context(|| format!("cannot copy {}", file.display()))?;
    }
    Ok(())
}

/// Writes web/editor/dist/editor.js, unless it is there already and its sources are the same.
pub(crate) fn bundle_editor(cache: &Cache, project: &Project) -> Result<()> {
    let editor = project.path(EDITOR);
    if !editor.join("package.json").is_file() {
        return Ok(());
    }
    npm::link(cache, &editor)?;
    let bundle = editor.join("dist/editor.js");
    let stamp = editor.join("dist/.built-from");
    let sources = fingerprint_of(&editor)?;
    if bundle.is_file() && fs::read_to_string(&stamp).is_ok_and(|built_from| built_from == sources) {
        return Ok(());
    }
    announce("bundling the editor…");
    run_logged(Command::new("npm").args(["run", "build"]).current_dir(&editor), &cache.log("editor"))?;
    if !bundle.is_file() {
        bail!("`npm run build` in {EDITOR} wrote no dist/editor.js; see its package.json");
    }
    fs::write(&stamp, sources).with_context(|| format!("cannot write {}", stamp.display()))
}

fn fingerprint_of(folder: &Path) -> Result<String> {
    let mut files = Vec::new();
    collect_files(folder, &mut files)?;
    files.sort();
    let mut parts = Vec::new();
    for file in files {
        parts.push(file.to_string_lossy().into_owned().into_bytes());
        parts.push(fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?);
    }
    Ok(fingerprint(parts.iter().map(Vec::as_slice)))
}

fn collect_files(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let path = entry?.path();
        if path.ends_with("node_modules") || path.ends_with("dist") {
            continue;
        }
        if path.is_dir() {
            collect_files(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

fn path_with(folders: &[PathBuf]) -> Result<OsString> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::join_paths(folders.iter().cloned().chain(std::env::split_paths(&path)))
        .context("a folder of the cache has a character that PATH cannot hold; set VPCHECK_CACHE to another")
}

#[cfg(test)]
mod tests {
    use super::copy_folder;
    use std::fs;

    #[test]
    fn a_folder_is_copied_with_all_below_it() {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("from"), folder.path().join("to"));
        fs::create_dir_all(from.join("en/rules")).unwrap();
        fs::write(from.join("index.html"), "both").unwrap();
        fs::write(from.join("en/rules/a.html"), "a").unwrap();
        copy_folder(&from, &to).unwrap();
        assert_eq!(fs::read_to_string(to.join("index.html")).unwrap(), "both");
        assert_eq!(fs::read_to_string(to.join("en/rules/a.html")).unwrap(), "a");
    }
}
