//! A template and what is known beside it, in the fragment of an address: a link that opens the same state.
//!
//! The form is `v1.`, then base64url without padding, of raw deflate, of JSON. A fragment is never sent to a
//! server, and everything in a link comes from strangers: inflating stops at a limit, and whatever does not fit
//! the form is an error, never a panic.

use std::collections::BTreeMap;
use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use miniz_oxide::deflate::compress_to_vec;
use miniz_oxide::inflate::{TINFLStatus, decompress_to_vec_with_limit};
use serde::{Deserialize, Serialize};

use crate::language::Phrase;
use crate::phrase;

/// What a link carries. Members that this version does not know are passed over, so that older pages open newer links.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shared {
    /// The template.
    pub text: String,
    /// Values of its parameters, as in [`crate::Options::parameters`].
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, String>,
    /// The region.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Words for what subnets are taken to be (`private-nat`), by the key of [`crate::Options::assumed`].
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub assumed: BTreeMap<String, String>,
    /// Addresses of prefix lists, by id, as they are typed: `192.0.2.0/24, 198.51.100.7`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub prefix_lists: BTreeMap<String, String>,
    /// What names answer, by the key of [`crate::Options::addresses`], typed in the same way.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub addresses: BTreeMap<String, String>,
    /// The source of the path to show.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The destination of the path to show, as in [`crate::TraceRequest::to`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// What is given about costs, as typed: `gb`, `gb:DESTINATION`, `requests:FUNCTION`, `price:REGION:ITEM` and such.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub cost: BTreeMap<String, String>,
    /// What to show beside the template, where it is not the findings or a path: `cost`, `diagram`, `endpoints`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub view: Option<String>,
}

/// The fragment, without its `#`, that carries `shared`.
///
/// # Errors
/// [`ShareError::TooLarge`] when no page would open the link.
pub fn encode(shared: &Shared) -> Result<String, ShareError> {
    let json = serde_json::to_vec(shared).map_err(|_| ShareError::Damaged)?;
    if json.len() > INFLATED_LIMIT {
        return Err(ShareError::TooLarge);
    }
    let mut fragment = String::from(VERSION);
    URL_SAFE_NO_PAD.encode_string(compress_to_vec(&json, COMPRESSION), &mut fragment);
    Ok(fragment)
}

/// What a fragment carries, with or without its `#`.
///
/// # Errors
/// When it has another version's form, is damaged, or inflates to more than any template needs.
pub fn decode(fragment: &str) -> Result<Shared, ShareError> {
    let fragment = fragment.strip_prefix('#').unwrap_or(fragment);
    let packed = fragment.strip_prefix(VERSION).ok_or(ShareError::UnknownVersion)?;
    let deflated = URL_SAFE_NO_PAD.decode(packed).map_err(|_| ShareError::Damaged)?;
    let json =
        decompress_to_vec_with_limit(&deflated, INFLATED_LIMIT).map_err(|error| match error.status {
            TINFLStatus::HasMoreOutput => ShareError::TooLarge,
            _ => ShareError::Damaged,
        })?;
    serde_json::from_slice(&json).map_err(|_| ShareError::Damaged)
}

/// Why a link cannot be made or opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShareError {
    /// The fragment does not start with a version that this page knows.
    UnknownVersion,
    /// Something is missing or changed: chat programs and mail cut long addresses.
    Damaged,
    /// It holds, or would hold, more than a link may.
    TooLarge,
}

impl ShareError {
    /// What happened and what to do next.
    pub fn explain(self) -> Phrase {
        match self {
            Self::UnknownVersion => phrase!(
                en: "This link is not one that this version of vpcheck can open. Ask for the template itself.",
                ja: "このリンクは、このバージョンの vpcheck では開けません。テンプレートそのものを受け取ってください。",
            ),
            Self::Damaged => phrase!(
                en: "This link is damaged, most likely cut off on its way. Ask for it again, or for the template itself.",
                ja: "このリンクは壊れています。途中で切れた可能性があります。もう一度リンクかテンプレートを受け取ってください。",
            ),
            Self::TooLarge => phrase!(
                en: "This template is too large for a link. Share it as a file instead.",
                ja: "テンプレートが大きすぎてリンクにできません。ファイルで共有してください。",
            ),
        }
    }
}

impl fmt::Display for ShareError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.explain().en)
    }
}

impl std::error::Error for ShareError {}

const VERSION: &str = "v1.";

/// Twice what CloudFormation accepts as a template: enough for any text worth opening, and little for a browser to
/// hold when a hostile link inflates to it.
const INFLATED_LIMIT: usize = 2 * 1024 * 1024;

/// Deflate's level of most use: higher ones cost time on every keystroke and save about one percent on templates.
const COMPRESSION: u8 = 6;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_opens_as_what_was_shared() {
        for text in
            ["", "Resources: {}\n", "# 関数 𠮷\r\nResources:\n\tx: \"\\u0000\"\n", &"a: b\n".repeat(100_000)]
        {
            let shared = Shared {
                text: text.to_owned(),
                parameters: [("SubnetIds".to_owned(), "subnet-1,subnet-2".to_owned())].into(),
                region: Some("ap-northeast-1".to_owned()),
                assumed: [("SubnetIds".to_owned(), "private-nat".to_owned())].into(),
                prefix_lists: [("pl-1".to_owned(), "192.0.2.0/24".to_owned())].into(),
                addresses: [("sqs".to_owned(), "192.0.2.32/29".to_owned())].into(),
                from: Some("Report".to_owned()),
                to: Some("Db:5432".to_owned()),
                cost: [("gb:sqs".to_owned(), "250".to_owned())].into(),
                view: Some("cost".to_owned()),
            };
            let fragment = encode(&shared).unwrap();
            assert!(fragment.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c)), "{fragment}");
            assert_eq!(decode(&fragment), Ok(shared.clone()));
            assert_eq!(decode(&format!("#{fragment}")), Ok(shared));
        }
    }

    #[test]
    fn a_known_link_keeps_opening() {
        let shared = Shared { text: "Resources: {}".to_owned(), ..Shared::default() };
        assert_eq!(encode(&shared).unwrap(), "v1.q1YqSa0oUbJSCkotzi8tSk4ttlKorlWqBQA");
        assert_eq!(decode("v1.q1YqSa0oUbJSCkotzi8tSk4ttlKorlWqBQA"), Ok(shared));
    }

    #[test]
    fn every_cut_and_every_changed_character_is_survived() {
        let shared = Shared { text: "Resources:\n  Vpc: {}\n".to_owned(), ..Shared::default() };
        let fragment = encode(&shared).unwrap();
        for end in 0..fragment.len() {
            assert!(decode(&fragment[..end]).is_err(), "cut at {end}");
        }
        for at in 0..fragment.len() {
            for strange in ["!", "A", "%", "あ"] {
                let mut changed = fragment.clone();
                changed.replace_range(at..=at, strange);
                let _ = decode(&changed);
            }
        }
    }

    #[test]
    fn what_is_no_link_says_why() {
        let packed =
            |bytes: &[u8]| format!("v1.{}", URL_SAFE_NO_PAD.encode(compress_to_vec(bytes, COMPRESSION)));
        let bomb = packed(&vec![b' '; INFLATED_LIMIT + 1]);
        assert!(bomb.len() < 10_000, "a bomb is small");
        for (fragment, error) in [
            ("", ShareError::UnknownVersion),
            ("v2.AAAA", ShareError::UnknownVersion),
            ("findings", ShareError::UnknownVersion),
            ("v1.", ShareError::Damaged),
            ("v1.####", ShareError::Damaged),
            (&packed(b"not json"), ShareError::Damaged),
            (&packed(b"{\"text\": 1}"), ShareError::Damaged),
            (&packed(b"{\"text\": \"\xff\"}"), ShareError::Damaged),
            (&bomb, ShareError::TooLarge),
        ] {
            assert_eq!(decode(fragment), Err(error), "{fragment}");
        }
        let large = Shared { text: "x".repeat(INFLATED_LIMIT), ..Shared::default() };
        assert_eq!(encode(&large), Err(ShareError::TooLarge));
    }

    #[test]
    fn newer_members_are_passed_over() {
        let json = br#"{"text": "a", "newer": {"of": "1"}}"#;
        let fragment = format!("v1.{}", URL_SAFE_NO_PAD.encode(compress_to_vec(json, COMPRESSION)));
        assert_eq!(decode(&fragment).unwrap().text, "a");
    }
}
