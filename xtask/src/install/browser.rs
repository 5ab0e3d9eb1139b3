//! A Chrome or Chromium and the driver of the same version.

use super::debian;
use crate::{cache::Cache, process::find_program};
use anyhow::{Context, Result, bail};
use std::{
    fs,
    path::{Path, PathBuf},
};

pub(crate) struct Browser {
    pub(crate) chrome: PathBuf,
    pub(crate) driver: PathBuf,
}

/// Without a network, the browser's own calls home would fail many at a time and slow every test. The sandbox does
/// not start for root, which is who runs the tests in a container; the only page loaded is the project's own.
const QUIET: [&str; 8] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
];

const CHROME_NAMES: [&str; 5] =
    ["google-chrome", "google-chrome-stable", "chromium", "chromium-browser", "chrome"];

/// Where macOS keeps programs that are not in `PATH`.
const CHROME_PLACES: [&str; 2] = [
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

impl Browser {
    /// Writes what wasm-bindgen's test runner asks the driver for: this browser, and a quiet one. The path of the file.
    pub(crate) fn write_capabilities(&self, folder: &Path) -> Result<PathBuf> {
        fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
        let path = folder.join("webdriver.json");
        // Debug formatting of a string is JSON for every path that has no control characters.
        let capabilities = format!(
            "{{\"goog:chromeOptions\": {{\"binary\": {:?}, \"args\": {QUIET:?}}}}}\n",
            self.chrome.to_string_lossy()
        );
        fs::write(&path, capabilities).with_context(|| format!("cannot write {}", path.display()))?;
        Ok(path)
    }
}

/// The user's own browser where there is one, else Debian's.
pub(crate) fn find_or_install(cache: &Cache) -> Result<Browser> {
    if let (Some(chrome), Some(driver)) = (chrome()?, driver()?) {
        return Ok(Browser { chrome, driver });
    }
    if debian::is_here() {
        // Both, because a driver refuses a browser of another version.
        debian::install(cache, &["chromium", "chromium-driver"], "about a minute")?;
        if let (Some(chrome), Some(driver)) = (find_program("chromium").or(chrome()?), driver()?) {
            return Ok(Browser { chrome, driver });
        }
    }
    bail!(
        "the browser tests need Chrome or Chromium and the chromedriver of the same version; install both, or set \
         CHROME and CHROMEDRIVER to where they are"
    )
}

/// The user's browser, if there is one.
pub(crate) fn chrome() -> Result<Option<PathBuf>> {
    if let Some(named) = named_by("CHROME")? {
        return Ok(Some(named));
    }
    let places = CHROME_PLACES.iter().map(PathBuf::from).filter(|path| path.is_file());
    Ok(CHROME_NAMES.iter().filter_map(|name| find_program(name)).chain(places).next())
}

fn driver() -> Result<Option<PathBuf>> {
    if let Some(named) = named_by("CHROMEDRIVER")? {
        return Ok(Some(named));
    }
    // The runners of GitHub name the folder of the driver that fits their Chrome.
    let hosted = std::env::var_os("CHROMEWEBDRIVER").map(|folder| PathBuf::from(folder).join("chromedriver"));
    Ok(hosted.filter(|path| path.is_file()).or_else(|| find_program("chromedriver")))
}

fn named_by(variable: &str) -> Result<Option<PathBuf>> {
    match std::env::var_os(variable).map(PathBuf::from) {
        Some(path) if path.is_file() => Ok(Some(path)),
        Some(path) if path.as_os_str().is_empty() => Ok(None),
        Some(path) => bail!("{variable} names {}, which is no file; correct it or unset it", path.display()),
        None => Ok(None),
    }
}
