//! A compiler for wasm32-unknown-unknown.
//!
//! rustup's own target is the plain way. Where rustup cannot download it, Debian's compiler and the sources of its
//! standard library do: the library is built once into the cache. The two compilers cannot share a target folder,
//! which is why everything for wasm32 is built in `target/wasm`.

use super::debian;
use crate::{
    cache::{Cache, announce},
    process::{find_program, output_of, run_logged, succeeds_within},
    project::{Project, cargo_program},
};
use anyhow::{Context, Result, bail};
use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// rustup's download is some 25 MB; where it has not ended by then, Debian's way is the quicker one.
const RUSTUP_LIMIT: Duration = Duration::from_secs(180);

const DEBIAN_RUSTC: &str = "/usr/bin/rustc";

/// How to build for wasm32 on this machine.
pub(crate) struct WasmCompiler {
    environment: Vec<(&'static str, OsString)>,
    is_the_native_one: bool,
}

impl WasmCompiler {
    /// Makes a cargo command, or a program that starts cargo, build with this compiler.
    pub(crate) fn apply(&self, project: &Project, command: &mut Command) {
        command.env("CARGO_TARGET_DIR", project.path("target/wasm"));
        for (name, value) in &self.environment {
            command.env(name, value);
        }
    }

    /// Whether clippy, which is tied to the native compiler, can read what this one built.
    pub(crate) fn has_clippy(&self) -> bool {
        self.is_the_native_one
    }

    fn native() -> Self {
        Self { environment: Vec::new(), is_the_native_one: true }
    }

    fn debian(sysroot: &Path, linker: PathBuf) -> Self {
        let environment = vec![
            ("RUSTC", sysroot.join("rustc").into_os_string()),
            ("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker.into_os_string()),
        ];
        Self { environment, is_the_native_one: false }
    }
}

/// Which compiler may be used; `VPCHECK_WASM_COMPILER` narrows it, for testing the way that is not taken here.
#[derive(Clone, Copy, PartialEq)]
enum Choice {
    Any,
    Rustup,
    Debian,
}

pub(crate) fn find_or_install(cache: &Cache) -> Result<WasmCompiler> {
    let choice = match std::env::var("VPCHECK_WASM_COMPILER").as_deref() {
        Ok("rustup") => Choice::Rustup,
        Ok("debian") => Choice::Debian,
        Ok(other) if !other.is_empty() => {
            bail!("VPCHECK_WASM_COMPILER is `{other}`; say `rustup` or `debian`, or unset it")
        }
        _ => Choice::Any,
    };
    if choice != Choice::Debian && native_compiler_knows_wasm() {
        return Ok(WasmCompiler::native());
    }
    if choice != Choice::Rustup
        && let Some(compiler) = built_for_debian(cache)
    {
        return Ok(compiler);
    }
    if choice != Choice::Debian && find_program("rustup").is_some() {
        announce(&format!("adding the target {TARGET} with rustup (seconds, once)…"));
        let mut rustup = Command::new("rustup");
        if succeeds_within(rustup.args(["target", "add", TARGET]), RUSTUP_LIMIT)
            && native_compiler_knows_wasm()
        {
            return Ok(WasmCompiler::native());
        }
    }
    if choice != Choice::Rustup && debian::is_here() {
        announce("building for wasm32 with Debian's compiler");
        return build_for_debian(cache);
    }
    bail!(
        "there is no Rust standard library for {TARGET}; run `rustup target add {TARGET}`, or install that target \
         with the package manager that your Rust came from"
    )
}

fn native_compiler_knows_wasm() -> bool {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let folder = output_of(Command::new(rustc).args(["--print", "target-libdir", "--target", TARGET]));
    folder.is_some_and(|folder| holds_a_library(Path::new(&folder)))
}

fn holds_a_library(folder: &Path) -> bool {
    fs::read_dir(folder).is_ok_and(|mut entries| {
        entries
            .any(|entry| entry.is_ok_and(|entry| entry.file_name().to_string_lossy().starts_with("libstd-")))
    })
}

fn built_for_debian(cache: &Cache) -> Option<WasmCompiler> {
    let version = version_of_rustc(&output_of(Command::new(DEBIAN_RUSTC).arg("-V"))?)?.to_owned();
    let sysroot = cache.place("wasm-std", &version);
    sysroot.is_dir().then_some(())?;
    Some(WasmCompiler::debian(&sysroot, newest_linker()?))
}

fn build_for_debian(cache: &Cache) -> Result<WasmCompiler> {
    // Browsers need a newer Rust than a stable Debian has, so Debian carries one beside its own.
    let linker = newest_package(&debian::names_like(cache, "^lld-[0-9]+$")?)
        .context("Debian has no package lld-N here; install wasm-ld by hand")?;
    let (rustc, sources) = if debian::candidate(cache, "rustc-web")?.is_some() {
        ("rustc-web", "rust-web-src")
    } else {
        ("rustc", "rust-src")
    };
    debian::install(cache, &[rustc, sources, &linker], "about a minute")?;

    let version = output_of(Command::new(DEBIAN_RUSTC).arg("-V")).context("Debian's rustc does not start")?;
    let version = version_of_rustc(&version).context("Debian's rustc tells no version")?;
    let linker = newest_linker().context("Debian's lld brought no wasm-ld")?;
    let sysroot = cache.install(
        "wasm-std",
        version,
        "the standard library for wasm32 (about 2 minutes)",
        |partial| build_library(cache, partial),
    )?;
    Ok(WasmCompiler::debian(&sysroot, linker))
}

/// Fills a folder with a sysroot: the host's libraries by a link, those of wasm32 built from source, and a `rustc`
/// that uses them. Debian's own folders stay as they are.
fn build_library(cache: &Cache, sysroot: &Path) -> Result<()> {
    let empty = sysroot.join("empty");
    fs::create_dir_all(empty.join("src"))?;
    fs::write(
        empty.join("Cargo.toml"),
        "[package]\nname = \"empty\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n",
    )?;
    fs::write(empty.join("src/lib.rs"), "")?;
    let mut cargo = Command::new(cargo_program());
    cargo
        .args(["build", "--release", "-Z", "build-std=std,panic_abort,test,proc_macro", "--target", TARGET])
        .current_dir(&empty)
        .env("CARGO_TARGET_DIR", empty.join("target"))
        .env("RUSTC", DEBIAN_RUSTC)
        // Building the standard library is not a stable feature; it is the released library all the same.
        .env("RUSTC_BOOTSTRAP", "1")
        // Without the bitcode the page could not be optimised across crates.
        .env("RUSTFLAGS", "-Cembed-bitcode=yes");
    run_logged(&mut cargo, &cache.log("wasm-std"))?;

    let rustlib = sysroot.join("lib/rustlib");
    let libraries = rustlib.join(TARGET).join("lib");
    fs::create_dir_all(&libraries)?;
    for entry in fs::read_dir(empty.join("target").join(TARGET).join("release/deps"))? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.extension().is_some_and(|extension| extension == "rlib") && !name.starts_with("libempty-") {
            fs::copy(&path, libraries.join(&*name))?;
        }
    }
    let host = output_of(Command::new(DEBIAN_RUSTC).args(["--print", "host-tuple"]))
        .context("Debian's rustc tells no host")?;
    let debian_libraries = output_of(Command::new(DEBIAN_RUSTC).args(["--print", "target-libdir"]))
        .context("Debian's rustc tells no library folder")?;
    fs::create_dir_all(rustlib.join(&host))?;
    link(Path::new(&debian_libraries), &rustlib.join(&host).join("lib"))?;
    write_compiler(&sysroot.join("rustc"))?;
    fs::remove_dir_all(&empty)?;
    Ok(())
}

#[cfg(unix)]
fn link(target: &Path, link: &Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(target, link)
}

#[cfg(unix)]
fn write_compiler(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::write(path, format!("#!/bin/sh\nexec {DEBIAN_RUSTC} --sysroot \"${{0%/*}}\" \"$@\"\n"))?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
fn link(_: &Path, _: &Path) -> std::io::Result<()> {
    Err(std::io::ErrorKind::Unsupported.into())
}

#[cfg(not(unix))]
fn write_compiler(_: &Path) -> std::io::Result<()> {
    Err(std::io::ErrorKind::Unsupported.into())
}

fn newest_linker() -> Option<PathBuf> {
    let names: Vec<String> = fs::read_dir("/usr/bin")
        .ok()?
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| name.starts_with("wasm-ld-"))
        .collect();
    newest_package(&names).map(|name| Path::new("/usr/bin").join(name))
}

/// Of names that end in `-N`, the one with the largest N.
fn newest_package(names: &[String]) -> Option<String> {
    let number = |name: &String| name.rsplit('-').next().and_then(|number| number.parse::<u32>().ok());
    names.iter().filter(|name| number(name).is_some()).max_by_key(|name| number(name)).cloned()
}

/// `1.96.0` from `rustc 1.96.0 (ac68faa20 2026-05-25)`.
fn version_of_rustc(line: &str) -> Option<&str> {
    line.strip_prefix("rustc ")?.split_whitespace().next()
}

#[cfg(test)]
mod tests {
    use super::{newest_package, version_of_rustc};

    #[test]
    fn the_newest_is_so_by_number() {
        let names = ["lld-9", "lld-22", "lld-19", "lld-dev"].map(str::to_owned);
        assert_eq!(newest_package(&names).as_deref(), Some("lld-22"));
        assert_eq!(newest_package(&[]), None);
    }

    #[test]
    fn the_compiler_tells_its_version() {
        assert_eq!(version_of_rustc("rustc 1.96.0 (ac68faa20 2026-05-25)"), Some("1.96.0"));
        assert_eq!(version_of_rustc("gcc 12"), None);
    }
}
