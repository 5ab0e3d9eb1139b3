//! What the commands need, installed by themselves.
//!
//! Every part looks first for what is there, installs only what is missing, and answers at once the next time.

pub(crate) mod browser;
mod cargo_tool;
mod debian;
pub(crate) mod npm;
pub(crate) mod wasm_target;

use crate::{cache::Cache, page, process, project::Project};
use anyhow::{Context, Result};
use std::path::PathBuf;

/// The last release that the workspace's oldest supported Rust can build; 0.22 asks for a newer one.
const TRUNK: &str = "0.21.14";

const MDBOOK: &str = "0.5.4";

const CARGO_DENY: &str = "0.20.2";

/// The bundler of the page; the folder of its program.
pub(crate) fn trunk(cache: &Cache) -> Result<PathBuf> {
    cargo_tool::install(
        cache,
        &cargo_tool::CargoTool {
            package: "trunk",
            version: TRUNK,
            locked: true,
            features: None,
            expectation: "about 5 minutes",
        },
    )
}

/// wasm-bindgen and its test runner; the folder of the programs.
pub(crate) fn wasm_bindgen(cache: &Cache, project: &Project) -> Result<PathBuf> {
    let version = project
        .locked_version("wasm-bindgen")?
        .context("Cargo.lock names no wasm-bindgen; run `cargo check --package vpcheck-web` to add it")?;
    cargo_tool::install(
        cache,
        // The released package carries a lock file older than its own manifest.
        &cargo_tool::CargoTool {
            package: "wasm-bindgen-cli",
            version: &version,
            locked: false,
            features: None,
            expectation: "about 3 minutes",
        },
    )
}

/// What builds the book, without its server; the folder of the program.
pub(crate) fn mdbook(cache: &Cache) -> Result<PathBuf> {
    cargo_tool::install(
        cache,
        &cargo_tool::CargoTool {
            package: "mdbook",
            version: MDBOOK,
            locked: true,
            features: Some("search"),
            expectation: "5 to 10 minutes",
        },
    )
}

/// What checks dependencies; the program.
pub(crate) fn cargo_deny(cache: &Cache) -> Result<PathBuf> {
    if let Some(program) = process::find_program("cargo-deny") {
        return Ok(program);
    }
    let folder = cargo_tool::install(
        cache,
        &cargo_tool::CargoTool {
            package: "cargo-deny",
            version: CARGO_DENY,
            locked: true,
            features: None,
            expectation: "10 to 30 minutes",
        },
    )?;
    Ok(folder.join("cargo-deny"))
}

/// wasm-opt; the folder of the program.
pub(crate) fn wasm_opt(cache: &Cache, project: &Project) -> Result<PathBuf> {
    Ok(npm::modules(cache, &project.path("xtask/wasm-opt"))?.join(".bin"))
}

/// What runs the fuzz targets; the folder of the program.
pub(crate) fn cargo_fuzz(cache: &Cache) -> Result<PathBuf> {
    cargo_tool::install(
        cache,
        &cargo_tool::CargoTool {
            package: "cargo-fuzz",
            version: "0.13.1",
            locked: true,
            features: None,
            expectation: "about 2 minutes",
        },
    )
}

/// Everything any command needs, so that a later one can work without a network.
pub(crate) fn everything(project: &Project) -> Result<()> {
    let cache = Cache::open()?;
    wasm_target::find_or_install(&cache)?;
    trunk(&cache)?;
    wasm_bindgen(&cache, project)?;
    wasm_opt(&cache, project)?;
    page::bundle_editor(&cache, project)?;
    browser::find_or_install(&cache)?;
    npm::link(&cache, &project.path("tests/browser"))?;
    mdbook(&cache)?;
    cargo_deny(&cache).map(|_| ())
}
