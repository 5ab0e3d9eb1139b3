//! Takes items out of lists.

use super::layout::whole_lines;
use crate::order::Order;
use crate::syntax::{CollectionStyle, Entry, Node};
use crate::template::Template;
use crate::text::{Edit, Span};

/// Takes items out of the list that is the value of a property, and the whole property where none stays: an empty list
/// means the same, but an empty property is refused.
pub(crate) fn remove_items(
    template: &Template<'_>,
    property: Entry<'_>,
    items: &[Node<'_>],
) -> Option<Vec<Edit>> {
    let text = template.text();
    let span = property.span();
    if property.value.items().len() == items.len() {
        if span.slice(text).contains('&') {
            return None;
        }
        if let Some(lines) = whole_lines(text, span)
            && !text.get(span.end as usize..)?.trim_start().starts_with([',', '}'])
        {
            return Some(vec![Edit::delete(lines)]);
        }
        return with_comma(text, span).map(|span| vec![Edit::delete(span)]);
    }
    let mut edits = Vec::new();
    for item in items {
        let span = match property.value.collection_style()? {
            CollectionStyle::Block => {
                let before = text.get(..item.span_with_tag().start as usize)?;
                let dash = u32::try_from(before.rfind('-')?).ok()?;
                whole_lines(text, Span::new(dash, item.span_with_tag().end))?
            }
            CollectionStyle::Flow => with_comma(text, item.span_with_tag())?,
        };
        edits.push(Edit::delete(span));
    }
    // Items at the end of a list in brackets share a comma.
    edits.order();
    let apart = edits.windows(2).all(|pair| matches!(pair, [one, two] if one.span.end <= two.span.start));
    apart.then_some(edits)
}

/// A flow entry with the comma after it, or before it where it is the last.
pub(super) fn with_comma(text: &str, span: Span) -> Option<Span> {
    let after = text.get(span.end as usize..)?;
    let blank = after.len() - after.trim_start().len();
    if after[blank..].starts_with(',') {
        let rest = &after[blank + 1..];
        // A comment behind the comma would come to stand behind what is left.
        if rest.trim_start().starts_with('#') {
            return None;
        }
        let more = rest.len() - rest.trim_start().len();
        return Some(Span::new(span.start, span.end + u32::try_from(blank + 1 + more).ok()?));
    }
    let before = text.get(..span.start as usize)?.trim_end();
    let start = before.strip_suffix(',')?.len();
    Some(Span::new(u32::try_from(start).ok()?, span.end))
}
