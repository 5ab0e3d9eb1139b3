//! What runs during a first visit, measured in a browser.

use crate::{
    cache::{Cache, announce, fingerprint},
    csp,
    install::{browser, npm},
    process::{find_program, run_logged},
    project::Project,
    serve::Server,
    split::{glue, module, names, points::Points},
};
use anyhow::{Context, Result, bail};
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
    thread,
};

/// The folder of the program that visits; its packages drive the browser.
const VISITOR: &str = "tests/browser";
const VISITS: &str = "first-visits.mjs";

/// The points of a module that a first visit reaches; none, and a word why, if there is no browser to tell. They are
/// measured once for a module and a way of visiting.
pub(crate) fn ran_at_first(
    cache: &Cache,
    project: &Project,
    stem: &str,
    wasm: &[u8],
) -> Result<Option<Points>> {
    let visits =
        fs::read(project.path(VISITOR).join(VISITS)).context("cannot read how the page is visited")?;
    let known = cache.place(
        "first-visits",
        &fingerprint([wasm, &visits, include_bytes!("glue.rs"), include_bytes!("points.rs")]),
    );
    if let Ok(text) = fs::read_to_string(&known) {
        return numbers_in(&text).map(Some);
    }
    let (Some(chrome), Some(_)) = (browser::chrome()?, find_program("node")) else {
        announce("there is no Chrome or no Node.js to learn from what a visit runs; the page is not split");
        return Ok(None);
    };
    announce("visiting the page to learn what it runs at first, once (about a minute)…");
    let copy = Copy::of(project, stem, wasm)?;
    let visited = visit(cache, project, &copy, &chrome).and_then(|text| Ok((numbers_in(&text)?, text)));
    let (numbers, text) = match visited {
        Ok(visited) => visited,
        Err(error) => {
            announce(&format!("the page could not be visited, and is not split: {error:#}"));
            return Ok(None);
        }
    };
    if let Some(folder) = known.parent() {
        fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    }
    // By a rename, since two builds may write the same at once.
    let partial = known.with_extension(format!("partial-{}", std::process::id()));
    fs::write(&partial, text)
        .and_then(|()| fs::rename(&partial, &known))
        .with_context(|| format!("cannot write {}", known.display()))?;
    Ok(Some(numbers))
}

fn visit(cache: &Cache, project: &Project, copy: &Copy, chrome: &Path) -> Result<String> {
    let visitor = project.path(VISITOR);
    npm::link(cache, &visitor)?;
    let server = Server::bind(copy.0.clone(), 0)?;
    let address = server.address();
    thread::spawn(move || server.run());

    let log = cache.log("first-visits");
    run_logged(
        Command::new("node")
            .arg(VISITS)
            .current_dir(&visitor)
            .env("CHROME", chrome)
            .env("VPCHECK_PAGE", format!("http://{address}/")),
        &log,
    )?;
    fs::read_to_string(&log).with_context(|| format!("cannot read {}", log.display()))
}

/// One number a line. Anything else is no profile.
fn numbers_in(text: &str) -> Result<Points> {
    let numbers = text
        .lines()
        .map(str::parse)
        .collect::<Result<BTreeSet<usize>, _>>()
        .context("the visits of the page gave no list of points")?;
    if numbers.is_empty() {
        bail!("the visits of the page reached no point");
    }
    Ok(numbers)
}

/// The page with an instrumented module, gone when it is dropped.
struct Copy(PathBuf);

impl Copy {
    fn of(project: &Project, stem: &str, wasm: &[u8]) -> Result<Self> {
        let copy = Self(project.path("target/first-visits"));
        let _ = fs::remove_dir_all(&copy.0);
        copy_folder(&project.dist(), &copy.0)?;
        let write = |name: &str, bytes: &[u8]| {
            let path = copy.0.join(name);
            fs::write(&path, bytes).with_context(|| format!("cannot write {}", path.display()))
        };
        let read = |name: &str| {
            let path = copy.0.join(name);
            fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))
        };
        write(&names::wasm(stem), &module::instrumented(wasm)?)?;
        write(&names::glue(stem), glue::observing(&read(&names::glue(stem))?).as_bytes())?;
        let page = names::without_integrity(&read("index.html")?);
        write("index.html", csp::allow_inline_scripts(&page).as_bytes())?;
        Ok(copy)
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to).with_context(|| format!("cannot create {}", to.display()))?;
    for entry in fs::read_dir(from).with_context(|| format!("cannot read {}", from.display()))? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), &target).with_context(|| format!("cannot write {}", target.display()))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::numbers_in;

    #[test]
    fn only_numbers_are_a_profile() {
        assert_eq!(numbers_in("3\n1\n").unwrap().into_iter().collect::<Vec<_>>(), [1, 3]);
        assert!(numbers_in("").is_err());
        assert!(numbers_in("1\nError: no browser\n").is_err());
    }
}
