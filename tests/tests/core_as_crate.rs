//! The core from an empty project outside of the workspace: the example of its documentation is compiled and run there.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// The example in the documentation of the crate, with what makes it a program.
fn example(documentation: &str) -> String {
    let lines = documentation.lines().filter_map(|line| line.strip_prefix("//!"));
    let lines = lines.map(|line| line.strip_prefix(' ').unwrap_or(line));
    let inside = lines.skip_while(|line| *line != "```").skip(1).take_while(|line| *line != "```");
    let code: String = inside.map(|line| line.strip_prefix("# ").unwrap_or(line).to_owned() + "\n").collect();
    format!("fn main() {{\n{code}}}\n")
}

fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().expect("the project")
}

#[test]
fn the_example_runs_in_a_project_of_its_own() {
    let project = project();
    let documentation =
        fs::read_to_string(project.join("core/src/lib.rs")).expect("the core's documentation");
    let program = example(&documentation);
    assert!(program.contains("analyze(") && program.contains("trace("), "{program}");

    let folder = env::temp_dir().join(format!("vpcheck-crate-{}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(folder.join("src")).expect("a folder");
    let core = project.join("core");
    let manifest = format!(
        "[package]\nname = \"stranger\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\nvpcheck-core = {{ path = {:?} }}\n\n[workspace]\n",
        core.display().to_string()
    );
    fs::write(folder.join("Cargo.toml"), manifest).expect("a manifest");
    fs::write(folder.join("src/main.rs"), program).expect("a program");
    // The same versions as here, so that nothing has to be fetched.
    fs::copy(project.join("Cargo.lock"), folder.join("Cargo.lock")).expect("a lock");
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let run = Command::new(cargo)
        .args(["run", "--quiet", "--offline"])
        .current_dir(&folder)
        // Kept, so that only the first time is slow.
        .env("CARGO_TARGET_DIR", project.join("target/crate"))
        .env_remove("CARGO_MANIFEST_DIR")
        .output()
        .expect("cargo starts");
    let errors = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "{errors}");
    let printed = String::from_utf8_lossy(&run.stdout);
    assert!(printed.contains("blocked"), "{printed}");
    fs::remove_dir_all(&folder).expect("the folder goes");
}
