//! The worker that answers for the page's files without a network.
//!
//! It is written after the build, since it names every file and the hash of them all: a page that differs in anything
//! has another worker, and by that a browser knows that there is a newer one.

use crate::{cache::fingerprint, project::Project, size};
use anyhow::{Context, Result};
use std::{fs, path::Path};

const SOURCE: &str = "web/src/offline-worker.js";

/// What only those show who are given a link.
const PICTURE: &str = "card.png";

/// Its name in dist/.
pub(crate) const NAME: &str = "offline-worker.js";

pub(crate) fn write(project: &Project) -> Result<()> {
    let source = project.path(SOURCE);
    let script = fs::read_to_string(&source).with_context(|| format!("cannot read {}", source.display()))?;
    let dist = project.dist();
    let (later, first): (Vec<String>, Vec<String>) = size::files(&dist)?
        .into_iter()
        .filter(|name| name != NAME && name != PICTURE)
        .partition(|name| name.starts_with("rules/"));
    let build = build_of(&dist, first.iter().chain(&later))?;
    let target = dist.join(NAME);
    fs::write(&target, filled(&script, &build, &first, &later))
        .with_context(|| format!("cannot write {}", target.display()))
}

fn build_of<'a>(dist: &Path, names: impl Iterator<Item = &'a String>) -> Result<String> {
    let mut parts = Vec::new();
    for name in names {
        let path = dist.join(name);
        parts.push(name.clone().into_bytes());
        parts.push(fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?);
    }
    Ok(fingerprint(parts.iter().map(Vec::as_slice)))
}

fn filled(script: &str, build: &str, first: &[String], later: &[String]) -> String {
    let list = |names: &[String]| {
        let quoted: Vec<String> = names.iter().map(|name| format!("{name:?}")).collect();
        quoted.join(", ")
    };
    script
        .replace("\"BUILD\"", &format!("{build:?}"))
        .replace("\"FIRST\"", &list(first))
        .replace("\"LATER\"", &list(later))
}

#[cfg(test)]
mod tests {
    use super::{SOURCE, filled};
    use crate::project::Project;

    #[test]
    fn the_worker_knows_its_build_and_every_file() {
        let project = Project::locate().unwrap();
        let script = std::fs::read_to_string(project.path(SOURCE)).unwrap();
        let names = |all: &[&str]| all.iter().map(|name| (*name).to_owned()).collect::<Vec<String>>();
        let written = filled(&script, "f00d", &names(&["index.html", "a.js"]), &names(&["rules/a.md"]));
        assert!(written.contains("\"vpcheck-\" + \"f00d\""), "{written}");
        assert!(written.contains("[\"index.html\", \"a.js\"]") && written.contains("[\"rules/a.md\"]"));
        assert!(!written.contains("BUILD") && !written.contains("FIRST\"") && !written.contains("LATER\""));
    }
}
