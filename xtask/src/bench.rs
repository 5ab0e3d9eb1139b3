//! `cargo xtask bench`: how fast the analysis is, in instructions and in time, and what it may take.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::process::{find_program, run};
use crate::project::Project;

/// Runs the benches, then prints what they say in one table. Fails where a figure is over its bound.
pub(crate) fn print(project: &Project) -> Result<()> {
    run(&mut bench(project, "analysis"))?;
    let folder = project.path("target/speed");
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let counts = folder.join("instructions.json");
    let are_counted = match what_is_missing(project)? {
        Some(missing) => {
            println!("\nInstructions are not counted: {missing}\n");
            false
        }
        None => {
            let output = bench(project, "instructions")
                .args(["--", "--output-format=json"])
                .stderr(std::process::Stdio::inherit())
                .output()
                .context("cannot start cargo")?;
            if !output.status.success() {
                bail!("the bench `instructions` failed");
            }
            fs::write(&counts, output.stdout)
                .with_context(|| format!("cannot write {}", counts.display()))?;
            true
        }
    };
    run(project.cargo().args(["build", "--quiet", "--release", "--package", "vpcheck"]))?;
    let mut table = project.cargo();
    table.args(["run", "--quiet", "--release", "--package", "vpcheck-tests", "--bin", "speed", "--"]);
    if are_counted {
        table.arg("--instructions").arg(&counts);
    }
    table.arg("--program").arg(project.path("target/release/vpcheck"));
    // What is missed by the one keeps nobody from hearing of the other.
    let natively = run(&mut table);
    in_webassembly(project)?;
    natively
}

/// The page's own program, where it is built and there are templates beside the workspace.
fn in_webassembly(project: &Project) -> Result<()> {
    let (dist, corpus) = (project.dist(), project.path("../shared/corpus"));
    if !dist.join("index.html").is_file() {
        println!("\nThe page's WebAssembly is not measured: build it (`cargo xtask build-page`)");
    } else if corpus.is_dir() {
        run(Command::new("node")
            .arg(project.path("tests/browser/analysis-speed.mjs"))
            .arg(dist)
            .arg(corpus))?;
    }
    Ok(())
}

fn bench(project: &Project, name: &str) -> Command {
    let mut command = project.cargo();
    command.args(["bench", "--quiet", "--package", "vpcheck-tests", "--bench", name]);
    command
}

/// What is not there for counting, and how to get it.
fn what_is_missing(project: &Project) -> Result<Option<String>> {
    if find_program("valgrind").is_none() {
        return Ok(Some("install Valgrind (`apt-get install valgrind`)".to_owned()));
    }
    if find_program("gungraun-runner").is_none() {
        let version = project.locked_version("gungraun")?.context("Cargo.lock names no gungraun")?;
        return Ok(Some(format!("run `cargo install gungraun-runner --version {version}`")));
    }
    Ok(None)
}
