//! What a release hands out for one system: an archive with the program, its completions, manual pages and licences, and
//! beside it the archive's SHA-256 sum.
//!
//! The same program gives the same archive: names are in order, and neither times nor owners are kept.

use crate::{cache::announce, project::Project};
use anyhow::{Context, Result, bail};
use flate2::{Compression, write::GzEncoder};
use sha2::{Digest, Sha256};
use std::{
    collections::BTreeMap,
    fs,
    io::{Cursor, Write},
    path::{Path, PathBuf},
    process::Command,
};
use zip::{ZipWriter, write::SimpleFileOptions};

/// Shells, and the names under which they look for a script that completes `vpcheck`.
const COMPLETIONS: [(&str, &str); 5] = [
    ("bash", "vpcheck.bash"),
    ("elvish", "vpcheck.elv"),
    ("fish", "vpcheck.fish"),
    ("powershell", "_vpcheck.ps1"),
    ("zsh", "_vpcheck"),
];

/// Files of the repository that go along.
const DOCUMENTS: [&str; 5] = ["CHANGELOG.md", "LICENSE-APACHE", "LICENSE-MIT", "README.ja.md", "README.md"];

/// Everyone may read, and run what is a program.
const FILE: u32 = 0o644;
const PROGRAM: u32 = 0o755;

/// Makes the archive of `program`, which was built for `target` and runs here, in `folder`, with its sum. Returns its path.
pub(crate) fn make(project: &Project, program: &Path, target: &str, folder: &Path) -> Result<PathBuf> {
    let print = |arguments: &[&str]| printed(program, arguments);
    let version = print(&["--version"])?;
    let version = version.trim().strip_prefix("vpcheck ").context("the program tells no version")?;
    let name = format!("vpcheck-{version}-{target}");
    let files = contents(project, program, target, &print)?;
    let (bytes, end) =
        if is_windows(target) { (zipped(&name, &files)?, "zip") } else { (tarred(&name, &files)?, "tar.gz") };
    fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let file = format!("{name}.{end}");
    let path = folder.join(&file);
    write(&path, &bytes)?;
    // As `sha256sum` writes it, so that `sha256sum --check` reads it.
    let sum: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    write(&folder.join(format!("{file}.sha256")), format!("{sum}  {file}\n").as_bytes())?;
    announce(&format!("{} ({} KiB)", path.display(), bytes.len() / 1024));
    Ok(path)
}

/// A file of an archive.
struct Content {
    bytes: Vec<u8>,
    mode: u32,
}

fn contents(
    project: &Project,
    program: &Path,
    target: &str,
    print: &dyn Fn(&[&str]) -> Result<String>,
) -> Result<BTreeMap<String, Content>> {
    let mut files = BTreeMap::new();
    let mut add = |name: String, bytes: Vec<u8>, mode| files.insert(name, Content { bytes, mode });
    let name = if is_windows(target) { "vpcheck.exe" } else { "vpcheck" };
    add(name.to_owned(), read(program)?, PROGRAM);
    for document in DOCUMENTS {
        add(document.to_owned(), read(&project.path(document))?, FILE);
    }
    for (shell, name) in COMPLETIONS {
        add(format!("completions/{name}"), print(&["completions", shell])?.into_bytes(), FILE);
    }
    let page = print(&["man"])?;
    for command in commands(&page) {
        add(format!("man/vpcheck-{command}.1"), print(&["man", &command])?.into_bytes(), FILE);
    }
    add("man/vpcheck.1".to_owned(), page.into_bytes(), FILE);
    Ok(files)
}

/// The commands that the program's own page names: `vpcheck\-check(1)`, a line each.
fn commands(page: &str) -> Vec<String> {
    let name = |line: &str| line.strip_prefix("vpcheck\\-")?.strip_suffix("(1)").map(str::to_owned);
    page.lines().filter_map(name).collect()
}

fn tarred(root: &str, files: &BTreeMap<String, Content>) -> Result<Vec<u8>> {
    let mut archive = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::best()));
    for (name, Content { bytes, mode }) in files {
        let mut header = tar::Header::new_ustar();
        header.set_size(bytes.len() as u64);
        header.set_mode(*mode);
        archive.append_data(&mut header, format!("{root}/{name}"), bytes.as_slice())?;
    }
    Ok(archive.into_inner()?.finish()?)
}

fn zipped(root: &str, files: &BTreeMap<String, Content>) -> Result<Vec<u8>> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, Content { bytes, mode }) in files {
        archive.start_file(format!("{root}/{name}"), SimpleFileOptions::default().unix_permissions(*mode))?;
        archive.write_all(bytes)?;
    }
    Ok(archive.finish()?.into_inner())
}

fn is_windows(target: &str) -> bool {
    target.contains("-windows-")
}

fn printed(program: &Path, arguments: &[&str]) -> Result<String> {
    let output = Command::new(program).args(arguments).env("LC_ALL", "C").output().with_context(|| {
        format!("cannot run {}; archives are made where the program runs", program.display())
    })?;
    if !output.status.success() {
        bail!("{} {} failed ({})", program.display(), arguments.join(" "), output.status);
    }
    String::from_utf8(output.stdout).with_context(|| format!("{} prints no UTF-8", arguments.join(" ")))
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(all(test, unix))]
mod tests {
    use super::make;
    use crate::project::Project;
    use flate2::read::GzDecoder;
    use std::{
        fs,
        io::Read,
        os::unix::fs::PermissionsExt,
        path::{Path, PathBuf},
        process::Command,
    };

    /// Speaks as the program does, of two commands.
    const STAND_IN: &str = r#"#!/bin/sh
case "$*" in
--version) echo 'vpcheck 1.2.3' ;;
man) printf '.TH vpcheck 1\nvpcheck\\-check(1)\nCheck\nvpcheck\\-fix(1)\nMend\n' ;;
"man check" | "man fix" | "completions "*) echo "of $*" ;;
*) exit 2 ;;
esac
"#;

    fn stand_in(folder: &Path) -> PathBuf {
        let program = folder.join("program");
        fs::write(&program, STAND_IN).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        program
    }

    const NAMES: [&str; 14] = [
        "CHANGELOG.md",
        "LICENSE-APACHE",
        "LICENSE-MIT",
        "README.ja.md",
        "README.md",
        "completions/_vpcheck",
        "completions/_vpcheck.ps1",
        "completions/vpcheck.bash",
        "completions/vpcheck.elv",
        "completions/vpcheck.fish",
        "man/vpcheck-check.1",
        "man/vpcheck-fix.1",
        "man/vpcheck.1",
        "vpcheck",
    ];

    #[test]
    fn an_archive_has_all_that_a_release_hands_out_and_its_sum() {
        let folder = tempfile::tempdir().unwrap();
        let program = stand_in(folder.path());
        let project = Project::locate().unwrap();
        let out = folder.path().join("out");
        let path = make(&project, &program, "x86_64-unknown-linux-musl", &out).unwrap();
        assert_eq!(path.file_name().unwrap(), "vpcheck-1.2.3-x86_64-unknown-linux-musl.tar.gz");

        let bytes = fs::read(&path).unwrap();
        let mut archive = tar::Archive::new(GzDecoder::new(bytes.as_slice()));
        let mut found = Vec::new();
        for entry in archive.entries().unwrap() {
            let mut entry = entry.unwrap();
            let name = entry.path().unwrap().into_owned();
            let name = name.strip_prefix("vpcheck-1.2.3-x86_64-unknown-linux-musl").unwrap().to_owned();
            let mut text = String::new();
            entry.read_to_string(&mut text).unwrap();
            if name == Path::new("vpcheck") {
                assert_eq!((entry.header().mode().unwrap(), text.as_str()), (0o755, STAND_IN));
            }
            if name == Path::new("completions/_vpcheck") {
                assert_eq!(text, "of completions zsh\n");
            }
            assert!(!text.is_empty(), "{}", name.display());
            found.push(name.to_string_lossy().into_owned());
        }
        assert_eq!(found, NAMES);

        let again =
            make(&project, &program, "x86_64-unknown-linux-musl", &folder.path().join("again")).unwrap();
        assert_eq!(fs::read(again).unwrap(), bytes, "the same program gives the same archive");
        let sum = format!("{}.sha256", path.file_name().unwrap().to_string_lossy());
        match Command::new("sha256sum").args(["--check", &sum]).current_dir(&out).output() {
            Ok(checked) => assert!(checked.status.success(), "{checked:?}"),
            Err(error) => println!("skipped: there is no sha256sum: {error}"),
        }
    }

    #[test]
    fn windows_gets_a_zip_with_a_program_of_its_ending() {
        let folder = tempfile::tempdir().unwrap();
        let program = stand_in(folder.path());
        let project = Project::locate().unwrap();
        let path = make(&project, &program, "x86_64-pc-windows-msvc", folder.path()).unwrap();
        let mut archive = zip::ZipArchive::new(fs::File::open(&path).unwrap()).unwrap();
        let root = "vpcheck-1.2.3-x86_64-pc-windows-msvc";
        assert_eq!(archive.len(), NAMES.len());
        let mut text = String::new();
        archive.by_name(&format!("{root}/vpcheck.exe")).unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(text, STAND_IN);
    }

    #[test]
    fn a_program_that_does_not_run_here_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let error = make(&Project::locate().unwrap(), &folder.path().join("nothing"), "any", folder.path());
        assert!(error.unwrap_err().to_string().contains("where the program runs"));
    }
}
