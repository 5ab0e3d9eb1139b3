//! The corpus of real templates: where it is, what is in it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// A file of the corpus that may be a template.
#[derive(Clone, Debug)]
pub struct File {
    /// Its path below the corpus, with `/`.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// The corpus that stands beside the workspace, where it is there.
pub fn beside_workspace() -> Option<PathBuf> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpus");
    corpus.is_dir().then_some(corpus)
}

/// Folders of the corpus that hold no templates.
const WITHOUT_TEMPLATES: [&str; 1] = ["describe"];

/// Endings of files that people give to templates.
const ENDINGS: [&str; 6] = ["yaml", "yml", "json", "template", "cform", "txt"];

/// Every file below `root` that may be a template, in the order of their paths.
///
/// # Errors
/// When a folder or file cannot be read. Files that are not UTF-8 are read with replacement characters.
pub fn files(root: &Path) -> std::io::Result<Vec<File>> {
    let mut paths = Vec::new();
    collect(root, &mut paths)?;
    paths.sort();
    paths
        .into_iter()
        .map(|path| {
            let text = String::from_utf8_lossy(&fs::read(&path)?).into_owned();
            let below = path.strip_prefix(root).unwrap_or(&path);
            let path = below.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/");
            Ok(File { path, text })
        })
        .collect()
}

/// What the programs that look at a corpus are asked for: its files, and what `--list` names.
///
/// # Errors
/// When no folder is named and none stands beside the workspace, or when it cannot be read; that has been told then.
pub fn asked() -> Result<(Vec<File>, Option<String>), ExitCode> {
    let (mut folder, mut listed) = (None, None);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--list" => listed = arguments.next(),
            _ => folder = Some(PathBuf::from(argument)),
        }
    }
    let Some(folder) = folder.or_else(beside_workspace) else {
        eprintln!("there is no corpus beside the workspace: name a folder");
        return Err(ExitCode::from(2));
    };
    let files = files(&folder).map_err(|error| {
        eprintln!("{}: {error}", folder.display());
        ExitCode::from(2)
    })?;
    Ok((files, listed))
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if path.is_dir() {
            if !WITHOUT_TEMPLATES.contains(&name.as_str()) {
                collect(&path, paths)?;
            }
        } else if path.extension().is_some_and(|ending| ENDINGS.iter().any(|known| ending == *known)) {
            paths.push(path);
        }
    }
    Ok(())
}
