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
    let hints = hints(template);
    let first = agreed(&hints, true).or_else(|| agreed(&hints, false))?;
    let (region, text) = (&first.region, &first.text);
    Some((
        region.clone(),
        phrase!(
            en: "the region is {region}, as `{text}` in the template says",
            ja: "リージョンは、テンプレートにある `{text}` から {region} としています",
        ),
    ))
}

/// The region of the stack, where something names it that must be of it.
pub(crate) fn certain(template: &Template<'_>) -> Option<String> {
    agreed(&hints(template), true).map(|hint| hint.region.clone())
}

fn hints(template: &Template<'_>) -> Vec<Hint> {
    let mut hints: Vec<Hint> = Vec::new();
    if let Some(resources) = template.section("Resources") {
        collect(resources, &mut hints, 0);
    }
    for parameter in &template.parameters {
        let text = template.inputs().value(&parameter.name).or(parameter.default.as_deref());
        hints.extend(text.into_iter().flat_map(|text| text.split(',')).filter_map(|text| hint(text.trim())));
    }
    hints
}

/// The first hint of a kind, where all of that kind name one region. A host or an ARN of another partition is mostly
/// there for the case that the stack goes to it.
fn agreed(hints: &[Hint], strong: bool) -> Option<&Hint> {
    let is_elsewhere = |hint: &Hint| hint.region.starts_with("us-gov-") || hint.region.starts_with("cn-");
    let mut of_kind = hints.iter().filter(|hint| hint.strong == strong && (strong || !is_elsewhere(hint)));
    let first = of_kind.next()?;
    of_kind.all(|hint| hint.region == first.region).then_some(first)
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
