//! References in the author's manner.

use super::layout::Layout;
use crate::syntax::Format;
use crate::template::Template;

/// A `Ref` of `name` as a value: `!Ref Name`, or the long form where the author writes that.
pub(crate) fn reference_to(template: &Template<'_>, name: &str) -> String {
    if template.parsed.format == Format::Json {
        format!("{{\"Ref\": \"{name}\"}}")
    } else if Layout::of(template).tags {
        format!("!Ref {name}")
    } else {
        format!("{{Ref: {name}}}")
    }
}
