//! New resources, and new dependencies of those there are.

use super::layout::{Layout, after_lines, indentation};
use super::written::{Lines, Written};
use crate::syntax::{CollectionStyle, Format, Kind, Node};
use crate::template::reference::inside_quotes;
use crate::template::{Resource, Template};
use crate::text::Edit;

/// Whether the resource stands in the text under its own name: loops and SAM make others, which no edit reaches.
pub(crate) fn is_written(template: &Template<'_>, resource: &Resource) -> bool {
    let key = template.node(resource.key);
    resource.made_by.is_none() && inside_quotes(key, template.text()).slice(template.text()) == resource.id
}

/// The properties of a resource as its author wrote them, also where SAM makes the resource of one of the same name.
pub(crate) fn written_properties<'a>(template: &'a Template<'_>, resource: &Resource) -> Option<Node<'a>> {
    let entry = template.section("Resources")?.entry(&resource.id)?;
    let is_own = inside_quotes(entry.key, template.text()).slice(template.text()) == resource.id;
    let properties = entry.value.entry("Properties")?;
    (is_own && !entry.merged && !properties.merged).then_some(properties.value)
}

/// A resource to be written.
#[derive(Clone, Debug)]
pub(crate) struct NewResource<'a> {
    /// Its logical id, numbered where it is taken.
    pub(crate) wanted_id: String,
    /// Its type.
    pub(crate) kind: &'a str,
    /// Its condition.
    pub(crate) condition: Option<&'a str>,
    /// Its properties in order.
    pub(crate) properties: Vec<(&'static str, Written)>,
}

/// Writes a resource behind another one. Its logical id, and the edit.
pub(crate) fn insert_resource(
    template: &Template<'_>,
    behind: &Resource,
    new: &NewResource<'_>,
) -> Option<(String, Edit)> {
    insert_resource_after(template, behind, new, &[])
}

/// The same of a resource that waits for others: `DependsOn`.
pub(crate) fn insert_resource_after(
    template: &Template<'_>,
    behind: &Resource,
    new: &NewResource<'_>,
    waits_for: &[&str],
) -> Option<(String, Edit)> {
    if !is_written(template, behind) {
        return None;
    }
    let text = template.text();
    let layout = Layout::of(template).within(template, template.section("Resources")?);
    let id = free_id(template, &new.wanted_id, 0);
    let (key, body) = (template.node(behind.key), template.node(behind.body));
    let indent = indentation(text, key.span().start);
    if template.section("Resources")?.collection_style() != Some(CollectionStyle::Block) {
        return Some((
            id.clone(),
            Edit::insert(body.span().end, flow(&layout, indent, &id, &new.body(waits_for))),
        ));
    }
    let mut written = block(&layout, indent, &id, &new.body(waits_for));
    let at = after_lines(text, body)?;
    // A text that ends without a line end gets one before what is added.
    if !text.get(..at as usize)?.ends_with('\n') {
        written.insert_str(0, layout.line_end);
    }
    Some((id, Edit::insert(at, written)))
}

fn block(layout: &Layout, indent: &str, id: &str, body: &Written) -> String {
    let mut out = String::new();
    if layout.blank_lines {
        out.push_str(layout.line_end);
    }
    out.push_str(&Lines::entry(layout, indent, id, body));
    out.push_str(layout.line_end);
    out
}

fn flow(layout: &Layout, indent: &str, id: &str, body: &Written) -> String {
    // Text that stands on one line stays on one line.
    if indent.is_empty() {
        return format!(", {}: {}", layout.key(id), body.on_one_line(layout));
    }
    format!(",{}{indent}{}", layout.line_end, Lines::braced_entry(layout, indent, id, body))
}

impl NewResource<'_> {
    /// What stands behind its logical id.
    pub(super) fn body(&self, waits_for: &[&str]) -> Written {
        let mut entries = vec![("Type", Written::text(self.kind))];
        match waits_for {
            [] => {}
            [one] => entries.push(("DependsOn", Written::text(*one))),
            many => {
                let many = many.iter().copied().map(Written::text).collect();
                entries.push(("DependsOn", Written::List(many)));
            }
        }
        if let Some(condition) = self.condition {
            entries.push(("Condition", Written::text(condition)));
        }
        entries.push(("Properties", Written::Map(self.properties.clone())));
        Written::Map(entries)
    }
}

/// Lets a resource depend on others, which it does not yet.
pub(crate) fn depend_on(template: &Template<'_>, resource: &Resource, ids: &[&str]) -> Option<Edit> {
    if !is_written(template, resource) || ids.is_empty() {
        return None;
    }
    let text = template.text();
    let body = template.node(resource.body);
    let json = template.parsed.format == Format::Json
        || body.collection_style() == Some(CollectionStyle::Flow)
            && body.entries().into_iter().next().is_some_and(|entry| !entry.key.is_plain());
    let word = |id: &str| if json { format!("\"{id}\"") } else { id.to_owned() };
    let words: Vec<String> = ids.iter().map(|id| word(id)).collect();
    let list = |words: &[String]| format!("[{}]", words.join(", "));
    let Some(entry) = body.entry("DependsOn") else {
        let kind = body.entry("Type").filter(|entry| !entry.merged)?;
        let value = if let [one] = &*words { one.clone() } else { list(&words) };
        let written = format!("{}: {value}", word("DependsOn"));
        let indent = indentation(text, kind.key.span().start);
        let end_of_line = Layout::of(template).line_end;
        return if body.collection_style() == Some(CollectionStyle::Block) {
            (!indent.is_empty()).then_some(())?;
            let at = after_lines(text, kind.value)?;
            let before = if text.get(..at as usize)?.ends_with('\n') { "" } else { end_of_line };
            Some(Edit::insert(at, format!("{before}{indent}{written}{end_of_line}")))
        } else {
            let gap = if indent.is_empty() { " ".to_owned() } else { format!("{end_of_line}{indent}") };
            Some(Edit::insert(kind.value.span().end, format!(",{gap}{written}")))
        };
    };
    let value: Node<'_> = entry.value;
    if entry.merged || value.target() != value.id() || value.tag().is_some() {
        return None;
    }
    match value.kind() {
        Kind::Scalar(..) if !value.is_null() => {
            let mut all = vec![value.span().slice(text).to_owned()];
            all.extend(words);
            Some(Edit::replace(value.span(), list(&all)))
        }
        Kind::Sequence(items) => {
            let end_item = items.get(items.len().checked_sub(1)?)?;
            if value.collection_style() == Some(CollectionStyle::Flow) {
                let more = words.iter().map(|word| format!(", {word}")).collect::<String>();
                return Some(Edit::insert(end_item.span().end, more));
            }
            let before = text.get(..end_item.span().start as usize)?;
            let dash = u32::try_from(before.rfind('-')?).ok()?;
            let indent = before.get(before.rfind('\n').map_or(0, |at| at + 1)..dash as usize)?;
            let at = after_lines(text, end_item)?;
            let end = Layout::of(template).line_end;
            let open = if text.get(..at as usize)?.ends_with('\n') { "" } else { end };
            let lines = words.iter().map(|word| format!("{indent}- {word}{end}")).collect::<String>();
            indent.trim().is_empty().then(|| Edit::insert(at, format!("{open}{lines}")))
        }
        _ => None,
    }
}

/// Among so many numbered names there are free ones for every rule of a group.
fn taken_at_most(template: &Template<'_>) -> usize {
    /// Rules that a security group can hold.
    const RULES: usize = 1_000;
    template.resources.len() + template.parameters.len() + RULES
}

/// A logical id that the template does not have yet.
pub(super) fn free_id(template: &Template<'_>, wanted: &str, number: usize) -> String {
    let taken = |id: &str| template.resource(id).is_some() || template.parameter(id).is_some();
    let names = (1..=taken_at_most(template))
        .map(|at| if at == 1 { wanted.to_owned() } else { format!("{wanted}{at}") });
    // Each rule of one move takes a name of its own.
    names.filter(|id| !taken(id)).nth(number).unwrap_or_else(|| wanted.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::Limits;
    use crate::template::{Inputs, lower};
    use crate::text::apply;

    fn depending(text: &str, ids: &[&str]) -> String {
        let template = lower(text, &Limits::default(), Inputs::default());
        let resource = template.resource("A").expect("A");
        let edit = depend_on(&template, resource, ids).expect("an edit");
        apply(text, &[edit]).expect("it fits")
    }

    #[test]
    fn dependencies_are_added_in_the_authors_manner() {
        for (before, ids, after) in [
            (
                "Resources:\n  A:\n    Type: T\n    Properties: {}\n",
                &["B"][..],
                "Resources:\n  A:\n    Type: T\n    DependsOn: B\n    Properties: {}\n",
            ),
            (
                "Resources:\n  A:\n    Type: T # t",
                &["B"],
                "Resources:\n  A:\n    Type: T # t\n    DependsOn: B\n",
            ),
            (
                "Resources:\n  A:\n    Type: T\n    DependsOn: X\n",
                &["B", "C"],
                "Resources:\n  A:\n    Type: T\n    DependsOn: [X, B, C]\n",
            ),
            (
                "Resources:\n  A:\n    Type: T\n    DependsOn: [X]\n",
                &["B"],
                "Resources:\n  A:\n    Type: T\n    DependsOn: [X, B]\n",
            ),
            (
                "Resources:\n  A:\n    DependsOn:\n      - X\n    Type: T\n",
                &["B"],
                "Resources:\n  A:\n    DependsOn:\n      - X\n      - B\n    Type: T\n",
            ),
            ("Resources:\n  A: {Type: T}\n", &["B"], "Resources:\n  A: {Type: T, DependsOn: B}\n"),
            (
                r#"{"Resources": {"A": {"Type": "T"}}}"#,
                &["B", "C"],
                r#"{"Resources": {"A": {"Type": "T", "DependsOn": ["B", "C"]}}}"#,
            ),
            (
                "{\"Resources\": {\n  \"A\": {\n    \"Type\": \"T\",\n    \"DependsOn\": \"X\"}}}",
                &["B"],
                "{\"Resources\": {\n  \"A\": {\n    \"Type\": \"T\",\n    \"DependsOn\": [\"X\", \"B\"]}}}",
            ),
        ] {
            assert_eq!(depending(before, ids), after);
        }
    }

    #[test]
    fn resources_are_written_behind_another() {
        let new = NewResource {
            wanted_id: "B".to_owned(),
            kind: "U",
            condition: None,
            properties: vec![("P", Written::reference("A")), ("Q", Written::reference("A"))],
        };
        for (before, after) in [
            (
                "Resources:\n  A:\n    Type: !Sub T\n",
                "Resources:\n  A:\n    Type: !Sub T\n\n  B:\n    Type: U\n    Properties:\n      P: !Ref A\n      Q: !Ref A\n",
            ),
            (
                r#"{"Resources": {"A": {"Type": "T"}}}"#,
                r#"{"Resources": {"A": {"Type": "T"}, "B": {"Type": "U", "Properties": {"P": {"Ref": "A"}, "Q": {"Ref": "A"}}}}}"#,
            ),
        ] {
            let template = lower(before, &Limits::default(), Inputs::default());
            let (id, edit) =
                insert_resource(&template, template.resource("A").expect("A"), &new).expect("an edit");
            assert_eq!((id.as_str(), apply(before, &[edit]).expect("it fits").as_str()), ("B", after));
        }
    }
}
