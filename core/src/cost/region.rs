//! The region that a template tells by what it names.

use crate::language::Phrase;
use crate::phrase;
use crate::services::{self, is_region};
use crate::syntax::Node;
use crate::template::Template;

/// The region of the template's stack, with the text that tells it. Nothing where its hints disagree or it has none.
///
/// Zones, names of endpoint services and layers must be of the stack's own region, so they go before other ARNs.
pub(crate) fn told_by(template: &Template<'_>) -> Option<(String, Phrase)> {
    let mut hints: Vec<Hint> = Vec::new();
    if let Some(resources) = template.section("Resources") {
        collect(resources, &mut hints, 0);
    }
    for parameter in &template.parameters {
        let text = template.inputs().value(&parameter.name).or(parameter.default.as_deref());
        hints.extend(text.into_iter().flat_map(|text| text.split(',')).filter_map(|text| hint(text.trim())));
    }
    [true, false].into_iter().find_map(|strong| {
        let mut of_kind = hints.iter().filter(|hint| hint.strong == strong);
        let first = of_kind.next()?;
        if !of_kind.all(|hint| hint.region == first.region) {
            return None;
        }
        let (region, text) = (&first.region, &first.text);
        Some((
            region.clone(),
            phrase!(
                en: "the region is {region}, as `{text}` in the template says",
                ja: "リージョンは、テンプレートにある `{text}` から {region} としています",
            ),
        ))
    })
}

struct Hint {
    region: String,
    text: String,
    strong: bool,
}

/// Nodes nested deeper than this are left out.
const DEPTH: usize = 100;

fn collect(node: Node<'_>, hints: &mut Vec<Hint>, depth: usize) {
    if depth > DEPTH {
        return;
    }
    if let Some(text) = node.as_str() {
        hints.extend(hint(text));
    }
    for item in node.items() {
        collect(item, hints, depth + 1);
    }
    for entry in node.entries() {
        collect(entry.value, hints, depth + 1);
    }
}

fn hint(text: &str) -> Option<Hint> {
    let found = |region: &str, strong| {
        is_region(region).then(|| Hint { region: region.to_owned(), text: text.to_owned(), strong })
    };
    if text.len() > 300 || text.contains(char::is_whitespace) {
        return None;
    }
    if let Some(region) = text.strip_suffix(|letter: char| letter.is_ascii_lowercase())
        && is_region(region)
    {
        return found(region, true);
    }
    if let Some(rest) = text.strip_prefix("com.amazonaws.").and_then(|rest| rest.split_once('.')) {
        return found(rest.0, true);
    }
    if text.starts_with("arn:") {
        let mut parts = text.split(':').skip(2);
        let (service, region) = (parts.next()?, parts.next()?);
        let is_layer = service == "lambda" && text.contains(":layer:");
        return found(region, is_layer);
    }
    let host = text.strip_prefix("https://").unwrap_or(text).split(['/', ':']).next()?;
    found(services::of_host(host)?.region?, false)
}
