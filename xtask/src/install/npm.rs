//! Packages of npm, by the lock files in the repository.

use crate::{
    cache::{Cache, announce, fingerprint},
    process::{find_program, run_logged},
};
use anyhow::{Context, Result, bail};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// The `node_modules` folder that a folder's lock file describes.
pub(crate) fn modules(cache: &Cache, folder: &Path) -> Result<PathBuf> {
    let manifest = read(folder, "package.json")?;
    let lock = read(folder, "package-lock.json")?;
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let version = format!("{name}-{}", fingerprint([manifest.as_slice(), &lock]));
    let place = cache.install(
        "npm",
        &version,
        &format!("the npm packages of {name} (under a minute)"),
        |partial| {
            if find_program("npm").is_none() {
                bail!("npm is not in PATH; install Node.js 20 or newer");
            }
            fs::write(partial.join("package.json"), &manifest)?;
            fs::write(partial.join("package-lock.json"), &lock)?;
            // No package here needs its install script, and none is let run one.
            run_logged(
                Command::new("npm")
                    .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
                    .current_dir(partial),
                &cache.log(&format!("npm-{name}")),
            )
        },
    )?;
    Ok(place.join("node_modules"))
}

/// Lets programs in a folder find the packages of its lock file.
pub(crate) fn link(cache: &Cache, folder: &Path) -> Result<()> {
    let modules = modules(cache, folder)?;
    let link = folder.join("node_modules");
    match fs::symlink_metadata(&link) {
        Ok(found) if found.is_symlink() => {
            if fs::read_link(&link)? == modules {
                return Ok(());
            }
            fs::remove_file(&link)?;
        }
        Ok(_) => {
            announce(&format!("using {} as it is; remove it to get what the lock file says", link.display()));
            return Ok(());
        }
        Err(_) => {}
    }
    make_link(&modules, &link).with_context(|| format!("cannot make the link {}", link.display()))
}

#[cfg(unix)]
fn make_link(target: &Path, link: &Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(target, link)
}

#[cfg(windows)]
fn make_link(target: &Path, link: &Path) -> std::io::Result<()> {
    std::os::windows::fs::symlink_dir(target, link)
}

fn read(folder: &Path, name: &str) -> Result<Vec<u8>> {
    let path = folder.join(name);
    fs::read(&path).with_context(|| format!("cannot read {}", path.display()))
}
