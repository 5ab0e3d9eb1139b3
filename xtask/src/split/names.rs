//! The files of the page that the split changes, and what index.html says of them.

use anyhow::{Context, Result, bail};
use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha384};
use std::{fs, path::Path};

const WASM: &str = "_bg.wasm";

/// The common beginning of the names of the module and of its glue, with the hash that Trunk gave them.
pub(crate) fn stem(dist: &Path) -> Result<String> {
    let mut stems = Vec::new();
    for entry in fs::read_dir(dist).with_context(|| format!("cannot read {}", dist.display()))? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        stems.extend(name.strip_suffix(WASM).map(str::to_owned));
    }
    match stems.as_slice() {
        [stem] => Ok(stem.clone()),
        _ => bail!("{} holds {} modules of WebAssembly, not one", dist.display(), stems.len()),
    }
}

pub(crate) fn wasm(stem: &str) -> String {
    format!("{stem}{WASM}")
}

pub(crate) fn glue(stem: &str) -> String {
    format!("{stem}.js")
}

/// later.js knows it by this ending.
pub(crate) fn later(stem: &str) -> String {
    format!("{stem}_later.wasm")
}

/// The stem with another hash in place of Trunk's.
pub(crate) fn renamed(stem: &str, hash: &str) -> Result<String> {
    let (name, _) = stem.rsplit_once('-').context("Trunk gave the page's module no hash")?;
    Ok(format!("{name}-{hash}"))
}

/// The page with other names of the two files, and the hashes that a browser holds them to.
pub(crate) fn renamed_in_page(html: &str, old: &str, new: &str, files: &[(String, &[u8])]) -> Result<String> {
    let mut html = html.replace(old, new);
    for (name, bytes) in files {
        html = with_integrity(&html, name, bytes)?;
    }
    Ok(html)
}

fn with_integrity(html: &str, name: &str, bytes: &[u8]) -> Result<String> {
    const INTEGRITY: &str = "integrity=\"";
    let link = format!("href=\"./{name}\"");
    let missing = || format!("index.html links no {name} with the hash of its content, as Trunk writes it");
    let start = html.find(&link).with_context(missing)?;
    let end = start + html[start..].find('>').with_context(missing)?;
    let from = start + html[start..end].find(INTEGRITY).with_context(missing)? + INTEGRITY.len();
    let to = from + html[from..end].find('"').with_context(missing)?;
    Ok(format!("{}sha384-{}{}", &html[..from], STANDARD.encode(Sha384::digest(bytes)), &html[to..]))
}

/// The page without those hashes, for a copy whose files are others.
pub(crate) fn without_integrity(html: &str) -> String {
    let mut parts = html.split(" integrity=\"");
    let mut page = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        page.push_str(part.split_once('"').map_or(part, |(_, rest)| rest));
    }
    page
}

#[cfg(test)]
mod tests {
    use super::{renamed, renamed_in_page, without_integrity};

    const PAGE: &str = "<script>import init from './page-01.js'; init('./page-01_bg.wasm');</script>\
        <link rel=\"icon\" href=\"./icon.svg\" integrity=\"sha384-icon\"/>\
        <link rel=\"modulepreload\" href=\"./page-01.js\" integrity=\"sha384-js\">\
        <link href=\"./page-01_bg.wasm\" integrity=\"sha384-wasm\" as=\"fetch\">";

    #[test]
    fn a_file_with_another_content_has_another_name_and_another_hash() {
        let new = renamed("page-01", "02").unwrap();
        let files: [(String, &[u8]); 2] = [("page-02.js".into(), b"abc"), ("page-02_bg.wasm".into(), b"")];
        // printf abc | openssl dgst -sha384 -binary | base64, and of nothing
        assert_eq!(
            renamed_in_page(PAGE, "page-01", &new, &files).unwrap(),
            "<script>import init from './page-02.js'; init('./page-02_bg.wasm');</script>\
             <link rel=\"icon\" href=\"./icon.svg\" integrity=\"sha384-icon\"/>\
             <link rel=\"modulepreload\" href=\"./page-02.js\" \
             integrity=\"sha384-ywB1P0WjXou1oD1pmsZQBycsMqsO3tFjGotgWkP/W+2AhgcroefMI1i67KE0yCWn\">\
             <link href=\"./page-02_bg.wasm\" \
             integrity=\"sha384-OLBgp1GsljhM2TJ+sbHjaiH9txEUvgdDTAzHv2P24donTt6/529l+9Ua0vFImLlb\" as=\"fetch\">"
        );
        assert!(renamed_in_page("<p>", "page-01", &new, &files).is_err());
    }

    #[test]
    fn a_copy_is_held_to_no_hash() {
        assert!(!without_integrity(PAGE).contains("integrity"));
        assert!(without_integrity(PAGE).contains("<link href=\"./page-01_bg.wasm\" as=\"fetch\">"));
    }
}
