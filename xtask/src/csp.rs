//! The page's content security policy.
//!
//! The policy lets no inline script run that it does not know by its hash, since what a reader pastes is shown in the
//! page. Trunk writes one such script, to start the page, and only after the build is it known what it says.

use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};

/// Stands in the policy in index.html where the hashes belong.
pub(crate) const PLACEHOLDER: &str = "'sha256-inline-scripts'";

/// The page with the hashes of its inline scripts in place of [`PLACEHOLDER`].
pub(crate) fn allow_inline_scripts(html: &str) -> String {
    let hashes: Vec<String> = inline_scripts(html)
        .map(|script| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(script.as_bytes()))))
        .collect();
    html.replace(PLACEHOLDER, &hashes.join(" "))
}

fn inline_scripts(html: &str) -> impl Iterator<Item = &str> {
    html.split("<script").skip(1).filter_map(|element| {
        let (attributes, rest) = element.split_once('>')?;
        let (script, _) = rest.split_once("</script>")?;
        (!attributes.contains(" src=")).then_some(script)
    })
}

#[cfg(test)]
mod tests {
    use super::{PLACEHOLDER, allow_inline_scripts};

    #[test]
    fn each_inline_script_is_allowed_by_its_hash() {
        let page = |policy: &str| {
            format!(
                "<meta content=\"script-src 'self' {policy}\"><script src=\"a.js\"></script>\
                 <script type=\"module\">alert(1)</script>"
            )
        };
        // printf 'alert(1)' | openssl dgst -sha256 -binary | base64
        assert_eq!(
            allow_inline_scripts(&page(PLACEHOLDER)),
            page("'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI='")
        );
    }

    #[test]
    fn a_page_without_a_policy_stays_as_it_is() {
        let page = "<script>alert(1)</script>";
        assert_eq!(allow_inline_scripts(page), page);
    }
}
