//! docs/screenshots: pictures of the page as it is in dist/.

use crate::{
    cache::Cache,
    install::{browser, npm},
    page,
    process::run_watched,
    project::Project,
    serve::Server,
};
use anyhow::{Result, bail};
use std::{process::Command, thread};

/// Beside the tests, whose browser it uses.
const FOLDER: &str = "tests/browser";

pub(crate) fn take(project: &Project) -> Result<()> {
    let cache = Cache::open()?;
    let folder = project.path(FOLDER);
    npm::link(&cache, &folder)?;
    let browser = browser::find_or_install(&cache)?;
    page::build(project, page::Kind::Quick)?;
    let server = Server::bind(project.dist(), 0)?;
    let address = server.address();
    thread::spawn(move || server.run());
    let mut node = Command::new("node");
    node.arg("screenshots.mjs")
        .current_dir(&folder)
        .env("CHROME", &browser.chrome)
        .env("VPCHECK_PAGE", format!("http://{address}/"));
    if !run_watched(&mut node, |_| ())? {
        bail!("the pictures could not be taken");
    }
    Ok(())
}
