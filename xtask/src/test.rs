//! Every test of the project, in both worlds.

use crate::{
    cache::{Cache, announce},
    fuzz,
    install::{self, browser, npm, wasm_target},
    page,
    process::run_watched,
    project::Project,
    serve::Server,
    tally::Tally,
};
use anyhow::{Context, Result, bail};
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
    thread,
};

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Part {
    Native,
    Browser,
    Both,
}

pub(crate) fn run(project: &Project, part: Part) -> ExitCode {
    let mut total = Tally::default();
    let mut failures = Vec::new();
    // A part that fails does not keep the next from telling what it knows.
    for suite in SUITES.iter().filter(|suite| part == Part::Both || part == suite.part) {
        announce(suite.name);
        let mut tally = Tally::default();
        let succeeded = match (suite.run)(project, &mut tally) {
            Ok(succeeded) => succeeded,
            Err(error) => {
                eprintln!("vpcheck: {error:#}");
                false
            }
        };
        if !succeeded {
            // A suite that could not even be built names no failed test, and is none the less one.
            tally.failed = tally.failed.max(1);
            failures.push(suite.name);
        }
        total += tally;
    }
    for name in &failures {
        announce(&format!("failed: {name}"));
    }
    println!("{total}");
    if failures.is_empty() && total.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

struct Suite {
    name: &'static str,
    part: Part,
    run: fn(&Project, &mut Tally) -> Result<bool>,
}

const SUITES: [Suite; 4] = [
    Suite { name: "the native tests", part: Part::Native, run: native },
    Suite { name: "some seconds of fuzzing", part: Part::Native, run: fuzz::smoke },
    Suite { name: "the tests compiled to WebAssembly", part: Part::Browser, run: wasm },
    Suite { name: "the tests of the page in a browser", part: Part::Browser, run: in_browser },
];

fn native(project: &Project, tally: &mut Tally) -> Result<bool> {
    let mut cargo = project.cargo();
    // The page too: what of it needs no browser is tested here, where a test takes no time.
    cargo.args(["test", "--workspace", "--no-fail-fast"]);
    watch(&mut cargo, tally)
}

fn wasm(project: &Project, tally: &mut Tally) -> Result<bool> {
    let cache = Cache::open()?;
    let compiler = wasm_target::find_or_install(&cache)?;
    let runner = install::wasm_bindgen(&cache, project)?.join("wasm-bindgen-test-runner");
    let browser = browser::find_or_install(&cache)?;
    page::bundle_editor(&cache, project)?;
    let mut cargo = project.cargo();
    cargo
        // Not the examples in documentation: rustdoc is tied to the native compiler, and they are run natively.
        .args([
            "test",
            "--package",
            "vpcheck-web",
            "--tests",
            "--target",
            wasm_target::TARGET,
            "--no-fail-fast",
        ])
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", runner)
        .env("CHROMEDRIVER", &browser.driver)
        .env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", browser.write_capabilities(&project.path("target/wasm"))?)
        // In seconds. The runner's own 20 and 5 are for an idle machine; CI's first run starts right after a build.
        .env("WASM_BINDGEN_TEST_TIMEOUT", "120")
        .env("WASM_BINDGEN_TEST_DRIVER_TIMEOUT", "60");
    compiler.apply(project, &mut cargo);
    watch(&mut cargo, tally)
}

fn in_browser(project: &Project, tally: &mut Tally) -> Result<bool> {
    let cache = Cache::open()?;
    let folder = project.path("tests/browser");
    npm::link(&cache, &folder)?;
    let browser = browser::find_or_install(&cache)?;
    page::build(project, page::Kind::Small)?;

    let server = Server::bind(project.dist(), 0)?;
    let address = server.address();
    thread::spawn(move || server.run());

    let mut node = Command::new("node");
    // Named one by one: whether node takes a folder depends on its version.
    node.args(["--test", "--test-reporter=tap"])
        .args(test_files(&folder)?)
        .current_dir(&folder)
        .env("CHROME", &browser.chrome)
        .env("VPCHECK_PAGE", format!("http://{address}/"));
    watch(&mut node, tally)
}

fn test_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut files: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.to_string_lossy().ends_with(".test.mjs"))
        .collect();
    if files.is_empty() {
        bail!("{} holds no *.test.mjs; the page would go untested", folder.display());
    }
    files.sort();
    Ok(files)
}

fn watch(command: &mut Command, tally: &mut Tally) -> Result<bool> {
    run_watched(command, |line| *tally += Tally::of_line(line))
}
