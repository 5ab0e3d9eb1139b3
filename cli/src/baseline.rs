//! Findings that were there before: a report of an earlier run, of which only what is new is told.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Component, Path, PathBuf};

use serde::Deserialize;
use vpcheck_core::language::Phrase;
use vpcheck_core::phrase;

use crate::problem::Problem;
use crate::text::Checked;

/// What an earlier run found.
pub(crate) struct Baseline {
    /// As it was given.
    path: String,
    /// The file of each finding, and its fingerprint.
    known: BTreeSet<(PathBuf, String)>,
}

/// Of `vpcheck check --format json`; what else is in it does not matter.
#[derive(Deserialize)]
struct Report {
    version: u32,
    files: Vec<File>,
}

#[derive(Deserialize)]
struct File {
    path: String,
    findings: Vec<Finding>,
}

#[derive(Deserialize)]
struct Finding {
    fingerprint: String,
}

impl Baseline {
    /// Reads a report.
    ///
    /// # Errors
    /// When there is no such file, or something else is in it.
    pub(crate) fn read(path: &Path) -> Result<Self, Problem> {
        let shown = path.display().to_string();
        let text = fs::read_to_string(path).map_err(|error| Problem::unreadable(&shown, &error))?;
        let report: Report = serde_json::from_str(&text).map_err(|error| {
            let reason = phrase!(en: "is no report of vpcheck: {error}", ja: "vpcheck のレポートではありません: {error}");
            Problem::malformed(&shown, &reason, how_to_write())
        })?;
        let Report { version, files } = report;
        if version != 1 {
            let reason = phrase!(
                en: "is a report of another version ({version})", ja: "別のバージョン ({version}) のレポートです"
            );
            return Err(Problem::malformed(&shown, &reason, how_to_write()));
        }
        let mut known = BTreeSet::new();
        for file in files {
            let place = plain(&file.path);
            known.extend(file.findings.into_iter().map(|finding| (place.clone(), finding.fingerprint)));
        }
        Ok(Self { path: shown, known })
    }

    /// Takes out what is known, and tells how many that were.
    pub(crate) fn apply(&self, files: &mut [Checked]) -> Vec<Phrase> {
        let mut seen = BTreeSet::new();
        for file in &mut *files {
            let place = plain(&file.path);
            file.analysis.findings.retain(|finding| {
                let key = (place.clone(), finding.fingerprint.clone());
                let is_known = self.known.contains(&key);
                if is_known {
                    seen.insert(key);
                }
                !is_known
            });
        }
        let checked: BTreeSet<PathBuf> = files.iter().map(|file| plain(&file.path)).collect();
        let gone = self.known.iter().filter(|key| checked.contains(&key.0) && !seen.contains(*key)).count();
        let (path, hidden) = (&self.path, seen.len());
        let mut notes = Vec::new();
        if hidden > 0 {
            notes.push(phrase!(
                en: "{hidden} known from {path} not shown",
                ja: "{path} にある既知の {hidden} 件は表示していません",
            ));
        }
        if gone > 0 {
            notes.push(phrase!(
                en: "{gone} of {path} no longer found; write it anew so that they are new when they come back",
                ja: "{path} の {gone} 件はもう見つかりません。再発したときに分かるよう、作り直してください",
            ));
        }
        notes
    }
}

/// Into another file than what was given, which may be anything, a template even.
fn how_to_write() -> Phrase {
    phrase!(
        en: "write one with `vpcheck check --format json FILES > vpcheck-baseline.json`",
        ja: "`vpcheck check --format json FILES > vpcheck-baseline.json` で作成してください",
    )
}

/// A path without `./`, so that it does not matter how a file was named.
fn plain(path: &str) -> PathBuf {
    Path::new(path).components().filter(|part| !matches!(part, Component::CurDir)).collect()
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn a_file_is_the_same_however_it_is_named() {
        assert_eq!(plain("./app/./a.yaml"), plain("app/a.yaml"));
        assert_ne!(plain("../a.yaml"), plain("a.yaml"));
    }
}
