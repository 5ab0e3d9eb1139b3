//! What runs during a first visit, measured in a browser.

use crate::{
    cache::{Cache, announce, fingerprint},
    csp,
    install::{browser, npm},
    process::{find_program, run_logged},
    project::Project,
    serve::Server,
    split::{
        glue,
        module::{self, Asking, Halves},
        names,
        points::Points,
    },
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

/// After so many trials what is still lacking comes late.
const TRIALS: usize = 4;

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
        &fingerprint([
            wasm,
            &visits,
            include_bytes!("glue.rs"),
            include_bytes!("points.rs"),
            include_bytes!("module.rs"),
            include_bytes!("cold.rs"),
        ]),
    );
    if let Ok(text) = fs::read_to_string(&known) {
        return numbers_in(&text).map(Some);
    }
    let (Some(chrome), Some(_)) = (browser::chrome()?, find_program("node")) else {
        announce("there is no Chrome or no Node.js to learn from what a visit runs; the page is not split");
        return Ok(None);
    };
    announce("visiting the page to learn what it runs at first, once (two minutes)…");
    let visitor = Visitor { cache, project, stem, chrome: &chrome };
    let numbers = match visitor.profile(wasm) {
        Ok(numbers) => numbers,
        Err(error) => {
            announce(&format!("the page could not be visited, and is not split: {error:#}"));
            return Ok(None);
        }
    };
    let text: String = numbers.iter().map(|number| format!("{number}\n")).collect();
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

struct Visitor<'v> {
    cache: &'v Cache,
    project: &'v Project,
    stem: &'v str,
    chrome: &'v Path,
}

impl Visitor<'_> {
    /// What visits reach of an instrumented module, and what they lacked in trials of the page that is split by it: a little
    /// hangs on where things lie in memory, such as what has the same hash.
    fn profile(&self, wasm: &[u8]) -> Result<Points> {
        let glue = self.glue()?;
        let mut ran = self.visit(&[
            (names::wasm(self.stem), module::instrumented(wasm)?),
            (names::glue(self.stem), glue::observing(&glue).into_bytes()),
        ])?;
        if ran.is_empty() {
            bail!("the visits of the page reached no point");
        }
        let trying = glue::trying(&glue)?.into_bytes();
        for _ in 0..TRIALS {
            let Halves { first, later, slots } = module::divided(wasm, &ran, Asking::Tells)?;
            let lacked = self.visit(&[
                (names::wasm(self.stem), first),
                (names::later(self.stem), later),
                (names::glue(self.stem), trying.clone()),
            ])?;
            if lacked.is_empty() {
                break;
            }
            ran.extend(lacked.iter().filter_map(|slot| slots.get(*slot)).flatten());
        }
        Ok(ran)
    }

    fn glue(&self) -> Result<String> {
        let path = self.project.dist().join(names::glue(self.stem));
        fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))
    }

    /// The numbers that a page with these files in place of its own tells of itself when it is visited.
    fn visit(&self, files: &[(String, Vec<u8>)]) -> Result<Points> {
        let copy = Copy::of(self.project, files)?;
        let visitor = self.project.path(VISITOR);
        npm::link(self.cache, &visitor)?;
        let server = Server::bind(copy.0.clone(), 0)?;
        let address = server.address();
        thread::spawn(move || server.run());

        let log = self.cache.log("first-visits");
        run_logged(
            Command::new("node")
                .arg(VISITS)
                .current_dir(&visitor)
                .env("CHROME", self.chrome)
                .env("VPCHECK_PAGE", format!("http://{address}/")),
            &log,
        )?;
        numbers_in(&fs::read_to_string(&log).with_context(|| format!("cannot read {}", log.display()))?)
    }
}

/// One number a line. Anything else is no profile.
fn numbers_in(text: &str) -> Result<Points> {
    text.lines()
        .filter(|line| !line.is_empty())
        .map(str::parse)
        .collect::<Result<BTreeSet<usize>, _>>()
        .context("the visits of the page gave no list of points")
}

/// The page with other files, gone when it is dropped.
struct Copy(PathBuf);

impl Copy {
    fn of(project: &Project, files: &[(String, Vec<u8>)]) -> Result<Self> {
        let copy = Self(project.path("target/first-visits"));
        let _ = fs::remove_dir_all(&copy.0);
        copy_folder(&project.dist(), &copy.0)?;
        let write = |name: &str, bytes: &[u8]| {
            let path = copy.0.join(name);
            fs::write(&path, bytes).with_context(|| format!("cannot write {}", path.display()))
        };
        for (name, bytes) in files {
            write(name, bytes)?;
        }
        let index = copy.0.join("index.html");
        let page = fs::read_to_string(&index).with_context(|| format!("cannot read {}", index.display()))?;
        write("index.html", csp::allow_inline_scripts(&names::without_integrity(&page)).as_bytes())?;
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
        assert!(numbers_in("\n").unwrap().is_empty());
        assert!(numbers_in("1\nError: no browser\n").is_err());
    }
}
