//! Programs that cargo builds from source.

use crate::{cache::Cache, process::run_logged, project::cargo_program};
use anyhow::Result;
use std::{fs, path::PathBuf, process::Command};

pub(crate) struct CargoTool<'a> {
    pub(crate) package: &'a str,
    pub(crate) version: &'a str,
    /// Whether to build with the lock file that the package was published with.
    pub(crate) locked: bool,
    /// The features to build with in place of the package's defaults, where these are not wanted.
    pub(crate) features: Option<&'a str>,
    pub(crate) expectation: &'a str,
}

/// The folder of the tool's programs.
pub(crate) fn install(cache: &Cache, tool: &CargoTool) -> Result<PathBuf> {
    let CargoTool { package, version, locked, features, expectation } = tool;
    let place =
        cache.install(package, version, &format!("{package} {version} ({expectation})"), |partial| {
            // Kept beside the tool, so that an interrupted build goes on where it stopped.
            let build = cache.root().join("build").join(format!("{package}-{version}"));
            let mut command = Command::new(cargo_program());
            command
                .args(["install", "--quiet", "--no-track", "--version", version])
                .arg("--root")
                .arg(partial)
                .arg("--target-dir")
                .arg(&build)
                // Not in the project, whose settings are not meant for other people's programs.
                .current_dir(cache.root());
            if *locked {
                command.arg("--locked");
            }
            if let Some(features) = features {
                command.args(["--no-default-features", "--features", features]);
            }
            command.arg(package);
            // The tools run on this machine and build nothing in a loop: a quick build matters more than quick code.
            command
                .env("CARGO_PROFILE_RELEASE_LTO", "off")
                .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
                .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1");
            for variable in
                ["RUSTC", "RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "CARGO_BUILD_TARGET", "RUSTC_BOOTSTRAP"]
            {
                command.env_remove(variable);
            }
            run_logged(&mut command, &cache.log(package))?;
            let _ = fs::remove_dir_all(build);
            Ok(())
        })?;
    Ok(place.join("bin"))
}
