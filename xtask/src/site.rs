//! What the page says of itself where its address is shared: tags that need the address at which it will stand.

use anyhow::{Result, bail};

/// Names the address at build time, as `cli/src/site.rs` reads it too.
const VARIABLE: &str = "VPCHECK_SITE";

/// Marks a tag of index.html that needs the address.
const MARK: &str = "<meta data-site";

/// Stands in such a tag for the address.
const PLACEHOLDER: &str = "SITE/";

/// The address of the published page with a slash at its end, where it is known.
pub(crate) fn address() -> Result<Option<String>> {
    match std::env::var(VARIABLE) {
        Ok(address) if !address.is_empty() => checked(&address).map(Some),
        _ => Ok(None),
    }
}

fn checked(address: &str) -> Result<String> {
    let is_web = address.starts_with("https://") || address.starts_with("http://");
    if !is_web || address.contains(|c: char| c.is_whitespace() || "\"'<>&?#".contains(c)) {
        bail!(
            "{VARIABLE} is `{address}`; give the address of the page, such as https://example.com/vpcheck/"
        );
    }
    Ok(format!("{}/", address.trim_end_matches('/')))
}

/// The page with the address in the tags that need it, or without these tags.
pub(crate) fn filled(html: &str, site: Option<&str>) -> String {
    let mut parts = html.split(MARK);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (tag, rest) = part.split_once('>').unwrap_or((part, ""));
        if let Some(site) = site {
            // A parser that wrote the page anew gives every attribute a value.
            let tag = tag.strip_prefix("=\"\"").unwrap_or(tag).replace(PLACEHOLDER, site);
            out.push_str(&format!("<meta{tag}>{rest}"));
        } else {
            out.truncate(out.trim_end().len());
            out.push_str(rest);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{checked, filled};
    use crate::project::Project;

    const PAGE: &str = "<head>\n  <meta name=\"a\">\n  <meta data-site property=\"b\" content=\"SITE/c.png\">\n  <meta data-site=\"\" name=\"d\" content=\"e\">\n</head>";

    #[test]
    fn tags_get_the_address_or_go() {
        assert_eq!(
            filled(PAGE, Some("https://a.example/p/")),
            "<head>\n  <meta name=\"a\">\n  <meta property=\"b\" content=\"https://a.example/p/c.png\">\n  <meta name=\"d\" content=\"e\">\n</head>"
        );
        assert_eq!(filled(PAGE, None), "<head>\n  <meta name=\"a\">\n</head>");
    }

    #[test]
    fn an_address_is_one_of_the_web_and_ends_with_one_slash() {
        assert_eq!(checked("https://a.example/p").unwrap(), "https://a.example/p/");
        assert_eq!(checked("http://a.example//").unwrap(), "http://a.example/");
        for wrong in ["a.example", "https://a.example/\"><script>", "https://a.example/?x", "https://a b/"] {
            assert!(checked(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_page_has_such_tags_and_the_picture_is_there() {
        let project = Project::locate().unwrap();
        let html = std::fs::read_to_string(project.path("index.html")).unwrap();
        let site = filled(&html, Some("https://a.example/"));
        assert!(site.contains("property=\"og:image\" content=\"https://a.example/card.png\""));
        assert!(!site.contains("data-site") && !site.contains("SITE/"));
        assert!(
            !filled(&html, None).contains("card.png\" content") && !filled(&html, None).contains("SITE/")
        );
        let picture = std::fs::read(project.path("web/styles/card.png")).unwrap();
        // The size stands behind PNG's signature and the head of its first chunk.
        assert_eq!(picture[16..24], [0, 0, 4, 176, 0, 0, 2, 118], "1200 by 630");
    }
}
