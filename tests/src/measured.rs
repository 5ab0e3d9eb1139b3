//! What is measured: templates of known sizes, and the corpus where it is there.

use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};

use vpcheck_core::{Options, analyze};

use crate::corpus::{self, File};

/// The templates that are measured one by one: a small and a usual one, the diagrams' gallery, the article's.
///
/// # Panics
/// When a template of this repository cannot be read.
pub fn templates() -> Vec<File> {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = vec![read(&tests.join("planted/ledger.yaml"))];
    for folder in [tests.join("gallery"), tests.join("../../shared/article")] {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
        paths.retain(|path| path.extension().is_some_and(|ending| ending == "yaml"));
        paths.sort();
        found.extend(paths.iter().map(|path| read(path)));
    }
    found
}

fn read(path: &Path) -> File {
    let text = fs::read_to_string(path).expect("the template is there");
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    File { path: name, text }
}

/// Every template of the corpus; none where it is not there.
pub fn whole_corpus() -> Vec<File> {
    corpus::beside_workspace().and_then(|folder| corpus::files(&folder).ok()).unwrap_or_default()
}

/// What is done with a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// The parser's events alone, without a tree: what any tool has to do.
    Scan,
    /// What the page shows first: everything but the fixes that are dear to look for.
    FirstReport,
    /// Everything.
    Everything,
}

impl Work {
    /// All, in the order in which they are told.
    pub const ALL: [Self; 3] = [Self::Scan, Self::FirstReport, Self::Everything];

    /// Does it; answers with a count, so that nothing of it is left out.
    pub fn run(self, file: &File) -> usize {
        let options = Options { has_repairs: self == Self::Everything, ..Options::default() };
        match self {
            Self::Scan => {
                black_box(granit_parser::Parser::new_from_str(&file.text)).take_while(Result::is_ok).count()
            }
            Self::FirstReport | Self::Everything => analyze(&file.path, &file.text, &options).findings.len(),
        }
    }
}
