//! New properties and list items, and values in the place of others.

use super::insert::is_written;
use super::layout::{Layout, after_lines, indentation};
use super::written::{Lines, Written};
use crate::syntax::{CollectionStyle, Node};
use crate::template::{Resource, Template};
use crate::text::{Edit, Span};

/// Gives a resource a property that it does not have yet.
pub(crate) fn insert_property(
    template: &Template<'_>,
    resource: &Resource,
    name: &'static str,
    value: &Written,
) -> Option<Edit> {
    if !is_written(template, resource) {
        return None;
    }
    let body = template.node(resource.body);
    match body.entry("Properties") {
        Some(properties) if properties.merged => None,
        Some(properties) => insert_entry(template, properties.value, name, value),
        None => insert_entry(template, body, "Properties", &Written::Map(vec![(name, value.clone())])),
    }
}

/// Adds an entry at the end of a map, which has none of this name.
pub(crate) fn insert_entry(
    template: &Template<'_>,
    map: Node<'_>,
    name: &str,
    value: &Written,
) -> Option<Edit> {
    if !is_editable(template, map) || map.entry(name).is_some() {
        return None;
    }
    let (text, layout) = (template.text(), Layout::of(template).within(template, map));
    let last = map.entries().into_iter().last();
    let Some(last) = last else {
        return between_brackets(
            template,
            map,
            &format!("{}: {}", layout.key(name), value.on_one_line(&layout)),
        );
    };
    if map.collection_style() != Some(CollectionStyle::Block) {
        // Where each entry has a line of its own, so has the new one.
        let indent = indentation(text, last.key.span().start);
        let written = if indent.is_empty() {
            format!(", {}: {}", layout.key(name), value.on_one_line(&layout))
        } else {
            format!(",{}{indent}{}", layout.line_end, Lines::braced_entry(&layout, indent, name, value))
        };
        return Some(Edit::insert(last.span().end, written));
    }
    let indent = column(text, map.entries().into_iter().next()?.key.span().start)?;
    let at = after_lines(text, last.value).or_else(|| after_lines(text, map))?;
    Some(whole(text, &layout, at, &Lines::entry(&layout, &indent, name, value)))
}

/// Adds an item at the end of a list that is written out.
pub(crate) fn append_item(template: &Template<'_>, list: Node<'_>, value: &Written) -> Option<Edit> {
    if !is_editable(template, list) || !list.is_sequence() || list.tag().is_some() {
        return None;
    }
    let (text, layout) = (template.text(), Layout::of(template).within(template, list));
    let items = list.items();
    let Some(neighbour) = items.len().checked_sub(1).and_then(|at| items.get(at)) else {
        return between_brackets(template, list, &value.on_one_line(&layout));
    };
    let end = neighbour.span_with_tag().end;
    if list.collection_style() != Some(CollectionStyle::Block) {
        let indent = indentation(text, neighbour.span_with_tag().start);
        let written = if indent.is_empty() {
            format!(", {}", value.on_one_line(&layout))
        } else {
            format!(",{}{indent}{}", layout.line_end, Lines::braced_value(&layout, indent, value))
        };
        return Some(Edit::insert(end, written));
    }
    let before = text.get(..neighbour.span_with_tag().start as usize)?;
    let dash = u32::try_from(before.rfind('-')?).ok()?;
    let indent = indentation(text, dash);
    // A list inside an item of a list: its first dash stands behind another.
    if indent.is_empty() && dash > 0 && !text.get(..dash as usize)?.ends_with('\n') {
        return None;
    }
    let braced =
        neighbour.collection_style() == Some(CollectionStyle::Flow) && matches!(value, Written::Map(_));
    let written = if braced {
        format!("{indent}- {}", value.on_one_line(&layout))
    } else {
        Lines::item(&layout, indent, value)
    };
    Some(whole(text, &layout, after_lines(text, neighbour)?, &written))
}

/// Puts a value in the place of another, on its line.
pub(crate) fn replace_value(template: &Template<'_>, node: Node<'_>, value: &Written) -> Option<Edit> {
    let span = node.span_with_tag();
    let source = span.slice(template.text());
    let layout = Layout::of(template).within(template, node);
    if !is_editable(template, node) || source.contains('&') {
        return None;
    }
    if node.collection_style() != Some(CollectionStyle::Block) {
        // A value on several lines, such as a folded text, ends with its line.
        let end = if source.ends_with('\n') { layout.line_end } else { "" };
        return Some(Edit::replace(span, format!("{}{end}", value.on_one_line(&layout))));
    }
    // The line of the key ends with its colon: the value goes right behind it.
    let text = template.text();
    let before = text.get(..span.start as usize)?;
    let start = u32::try_from(before.trim_end().len()).ok()?;
    let end = u32::try_from(text.get(..span.end as usize)?.trim_end().len()).ok()?;
    text.get(start as usize..span.start as usize)?
        .contains('\n')
        .then(|| Edit::replace(Span::new(start, end), format!(" {}", value.on_one_line(&layout))))
}

/// Whether the node is written where it is used: no alias, and none of its own text is used elsewhere by one.
fn is_editable(template: &Template<'_>, node: Node<'_>) -> bool {
    node.target() == node.id() && !node.is_missing() && !node.span().is_empty() && {
        let before = template.text().get(..node.span_with_tag().start as usize).unwrap_or("");
        let line = before.rfind('\n').map_or(before, |at| &before[at..]);
        !line.trim_end().rsplit([' ', ':']).next().unwrap_or("").starts_with('&')
    }
}

fn between_brackets(template: &Template<'_>, node: Node<'_>, written: &str) -> Option<Edit> {
    let inner = node.span().slice(template.text());
    let inner = inner.get(1..inner.len().checked_sub(1)?)?;
    let span = Span::new(node.span().start + 1, node.span().end - 1);
    inner.trim().is_empty().then(|| Edit::replace(span, written))
}

/// Blanks up to the column of `offset`, as deep as what stands there.
fn column(text: &str, offset: u32) -> Option<String> {
    let before = text.get(..offset as usize)?;
    let line = &before[before.rfind('\n').map_or(0, |at| at + 1)..];
    // Behind the dash of a list, its entries line up with the first.
    line.chars().all(|c| matches!(c, ' ' | '-')).then(|| " ".repeat(line.len()))
}

/// Whole lines, with a line end before them where the text ends without one.
fn whole(text: &str, layout: &Layout, at: u32, lines: &str) -> Edit {
    let ended = text.get(..at as usize).is_none_or(|before| before.is_empty() || before.ends_with('\n'));
    let end = layout.line_end;
    Edit::insert(at, if ended { format!("{lines}{end}") } else { format!("{end}{lines}{end}") })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::Limits;
    use crate::template::{Inputs, lower};
    use crate::text::apply;

    fn rule() -> Written {
        Written::Map(vec![
            ("IpProtocol", Written::text("tcp")),
            ("SourceSecurityGroupId", Written::attribute("G", "GroupId")),
        ])
    }

    fn edited(text: &str, edit: impl Fn(&Template<'_>, &Resource) -> Option<Edit>) -> String {
        let template = lower(text, &Limits::default(), Inputs::default());
        let edit = edit(&template, template.resource("A").expect("A")).expect("an edit");
        apply(text, &[edit]).expect("it fits")
    }

    #[test]
    fn properties_are_added_at_the_end() {
        for (before, after) in [
            (
                "Resources:\n  A:\n    Type: T\n",
                "Resources:\n  A:\n    Type: T\n    Properties:\n      P: !Ref X\n",
            ),
            (
                "Resources:\n  A:\n    Type: T\n    Properties:\n      Q: 1 # q\n\n  B:\n    Type: U\n",
                "Resources:\n  A:\n    Type: T\n    Properties:\n      Q: 1 # q\n      P: !Ref X\n\n  B:\n    Type: U\n",
            ),
            (
                "Resources:\n  A:\n    Type: T\n    Properties:\n      Q: |\n        text\n\n  B:\n    Type: U\n",
                "Resources:\n  A:\n    Type: T\n    Properties:\n      Q: |\n        text\n      P: !Ref X\n\n  B:\n    Type: U\n",
            ),
            (
                "Resources:\n  A:\n    Type: T\n    Properties: {}\n",
                "Resources:\n  A:\n    Type: T\n    Properties: {P: !Ref X}\n",
            ),
            (
                "Resources:\n  A: {Type: T, Properties: {Q: 1}}\n",
                "Resources:\n  A: {Type: T, Properties: {Q: 1, P: !Ref X}}\n",
            ),
            ("Resources:\n  A: {Type: T}\n", "Resources:\n  A: {Type: T, Properties: {P: !Ref X}}\n"),
            (
                "{\"Resources\": {\n  \"A\": {\n    \"Type\": \"T\",\n    \"Properties\": {\n      \"Q\": 1\n    }}}}",
                "{\"Resources\": {\n  \"A\": {\n    \"Type\": \"T\",\n    \"Properties\": {\n      \"Q\": 1,\n      \"P\": {\"Ref\": \"X\"}\n    }}}}",
            ),
        ] {
            let x = Written::reference("X");
            assert_eq!(edited(before, |template, a| insert_property(template, a, "P", &x)), after);
        }
        let taken =
            lower("Resources:\n  A: {Type: T, Properties: {P: 1}}\n", &Limits::default(), Inputs::default());
        let a = taken.resource("A").expect("A");
        assert_eq!(insert_property(&taken, a, "P", &Written::Bool(true)), None, "never twice");
    }

    #[test]
    fn items_are_added_as_their_neighbours_are_written() {
        let list = |properties: &str| format!("Resources:\n  A:\n    Type: T\n    Properties:\n{properties}");
        for (before, after) in [
            (
                "      L:\n        - IpProtocol: udp # dns\n          FromPort: 53\n      M: 1\n",
                "      L:\n        - IpProtocol: udp # dns\n          FromPort: 53\n        - IpProtocol: tcp\n          \
                 SourceSecurityGroupId: !GetAtt G.GroupId\n      M: 1\n",
            ),
            (
                "      L:\n      - {IpProtocol: udp}\n",
                "      L:\n      - {IpProtocol: udp}\n      - {IpProtocol: tcp, SourceSecurityGroupId: !GetAtt G.GroupId}\n",
            ),
            ("      L: []\n", "      L: [{IpProtocol: tcp, SourceSecurityGroupId: !GetAtt G.GroupId}]\n"),
            (
                "      L: [{IpProtocol: udp}]",
                "      L: [{IpProtocol: udp}, {IpProtocol: tcp, SourceSecurityGroupId: !GetAtt G.GroupId}]",
            ),
        ] {
            let append = |template: &Template<'_>, a: &Resource| {
                append_item(template, template.properties(a)?.get("L")?, &rule())
            };
            assert_eq!(edited(&list(before), append), list(after));
        }
        let json = "{\"Resources\": {\n  \"A\": {\n    \"Type\": \"T\", \"Properties\": {\"L\": [\n      {\"Ref\": \"B\"}\n    ]}}}}";
        let append = |template: &Template<'_>, a: &Resource| {
            append_item(template, template.properties(a)?.get("L")?, &Written::reference("C"))
        };
        assert!(edited(json, append).contains("      {\"Ref\": \"B\"},\n      {\"Ref\": \"C\"}\n    ]"));
    }

    #[test]
    fn values_are_replaced_and_what_is_shared_is_left() {
        let replace = |template: &Template<'_>, a: &Resource| {
            replace_value(template, template.properties(a)?.get("P")?, &Written::Bool(true))
        };
        for (before, after) in [
            ("P: no # c", "P: true # c"),
            ("P: !Ref X", "P: true"),
            ("P:\n        - a\n        - b", "P: true"),
        ] {
            let text = |property: &str| {
                format!("Resources:\n  A:\n    Type: T\n    Properties:\n      {property}\n      Q: 1\n")
            };
            assert_eq!(edited(&text(before), replace), text(after));
        }
        let shared = "Resources:\n  A:\n    Type: T\n    Properties:\n      P: &p [a]\n      Q: *p\n";
        let template = lower(shared, &Limits::default(), Inputs::default());
        let list = template.properties(template.resource("A").expect("A")).and_then(|node| node.get("P"));
        assert_eq!(append_item(&template, list.expect("P"), &rule()), None);
    }
}
