//! Splits the page's WebAssembly by what a first visit runs: that is loaded at once, the rest after the first report.
//!
//! What a visit runs is measured in a browser ([`profile`]). The module is cut in two ([`module`]), the glue of
//! wasm-bindgen learns to load the second half ([`glue`], `later.js`), and index.html to name the new files ([`names`]).

mod cold;
mod data;
mod glue;
mod liveness;
mod module;
mod names;
mod points;
mod profile;

use crate::{
    cache::{Cache, announce, fingerprint},
    process::run_logged,
    project::Project,
};
use anyhow::{Context, Result};
use module::Asking;
use points::Points;
use std::{fs, path::Path, process::Command};

/// As index.html asks Trunk to run wasm-opt, but with functions left in the order of their size: those of one size are
/// often alike, and so the module is 2 % smaller when compressed.
const OPTIMISED: [&str; 5] = [
    "-Oz",
    "--one-caller-inline-max-function-size=1",
    "--low-memory-unused",
    "--skip-pass=reorder-functions",
    "--strip-target-features",
];

/// Splits what Trunk has built. It stays whole where no browser can tell what a visit runs.
pub(crate) fn split(cache: &Cache, project: &Project, wasm_opt: &Path) -> Result<()> {
    let dist = project.dist();
    let old = names::stem(&dist)?;
    let wasm = read(&dist.join(names::wasm(&old)))?;
    let Some(ran) = profile::ran_at_first(cache, project, &old, &wasm)? else {
        return Ok(());
    };
    let [first, later] = halves(cache, project, wasm_opt, &wasm, &ran)?;
    let path = dist.join(names::glue(&old));
    let glue = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let glue = glue::loading(&glue)?;

    let hash = fingerprint([first.as_slice(), &later, glue.as_bytes()]);
    let new = names::renamed(&old, &hash)?;
    let page = dist.join("index.html");
    let html = fs::read_to_string(&page).with_context(|| format!("cannot read {}", page.display()))?;
    let linked = [(names::wasm(&new), first.as_slice()), (names::glue(&new), glue.as_bytes())];
    let html = names::renamed_in_page(&html, &old, &new, &linked)?;

    for name in [names::wasm(&old), names::glue(&old)] {
        let path = dist.join(name);
        fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))?;
    }
    for (name, bytes) in &linked {
        write(&dist.join(name), bytes)?;
    }
    write(&dist.join(names::later(&new)), &later)?;
    write(&page, html.as_bytes())
}

/// The two halves, optimised; from the last build where that had the same module and the same profile.
fn halves(
    cache: &Cache,
    project: &Project,
    wasm_opt: &Path,
    wasm: &[u8],
    ran: &Points,
) -> Result<[Vec<u8>; 2]> {
    let folder = project.path("target/split");
    let [first, later, stamp] = ["first.wasm", "later.wasm", "built-from"].map(|name| folder.join(name));
    let numbers: Vec<u8> = ran.iter().flat_map(|number| number.to_le_bytes()).collect();
    let source = fingerprint([
        wasm,
        &numbers,
        include_bytes!("module.rs"),
        include_bytes!("data.rs"),
        include_bytes!("cold.rs"),
        include_bytes!("points.rs"),
        include_bytes!("liveness.rs"),
    ]);
    if fs::read_to_string(&stamp).is_ok_and(|built_from| built_from == source) {
        return Ok([read(&first)?, read(&later)?]);
    }
    announce("splitting the page's WebAssembly…");
    let halves = module::divided(wasm, ran, Asking::Silent)?;
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let _ = fs::remove_file(&stamp);
    let halves = [
        optimised(cache, wasm_opt, &first, &halves.first)?,
        optimised(cache, wasm_opt, &later, &halves.later)?,
    ];
    write(&stamp, source.as_bytes())?;
    Ok(halves)
}

fn optimised(cache: &Cache, wasm_opt: &Path, file: &Path, wasm: &[u8]) -> Result<Vec<u8>> {
    write(file, wasm)?;
    run_logged(
        Command::new(wasm_opt.join("wasm-opt")).args(OPTIMISED).arg(file).arg("--output").arg(file),
        &cache.log("wasm-opt"),
    )?;
    let wasm = read(file)?;
    // It is read once more to be validated.
    module::function_count(&wasm)?;
    Ok(wasm)
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))
}
