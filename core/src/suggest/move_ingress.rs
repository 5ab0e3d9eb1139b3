//! Takes ingress rules out of a security group into resources of their own.

use super::insert::{free_id, is_written};
use super::layout::{Layout, after_lines, indentation, last_byte, moved};
use super::remove::remove_items;
use crate::syntax::{CollectionStyle, Node};
use crate::template::expression::Expression;
use crate::template::{Resource, Template};
use crate::text::{Edit, Span};

/// The edits that move every inline ingress rule of `group` that names `source` into an
/// `AWS::EC2::SecurityGroupIngress`. `references` are all places at which `group` names `source`: where one of them
/// is anywhere else, moving would not part the two, and nothing is offered.
pub(crate) fn move_ingress_out(
    template: &Template<'_>,
    group: &Resource,
    source: &Resource,
    references: &[Span],
) -> Option<Vec<Edit>> {
    if group.kind != "AWS::EC2::SecurityGroup"
        || !is_written(template, group)
        || !is_written(template, source)
    {
        return None;
    }
    let properties = template.properties(group)?;
    let ingress = properties.entry("SecurityGroupIngress").filter(|entry| !entry.merged)?;
    let rules: Vec<Node<'_>> = ingress.value.items().into_iter().collect();
    let moving: Vec<Node<'_>> = rules
        .iter()
        .copied()
        .filter(|rule| references.iter().any(|place| rule.span_with_tag().contains(*place)))
        .collect();
    // An anchor that goes takes its aliases' meaning with it.
    let anchored = moving.iter().any(|rule| rule.span_with_tag().slice(template.text()).contains('&'));
    let all_inside =
        references.iter().all(|place| moving.iter().any(|rule| rule.span_with_tag().contains(*place)));
    let plain = moving.iter().all(|rule| matches!(Expression::of(*rule), Expression::Map(_)));
    if moving.is_empty() || !all_inside || !plain || anchored {
        return None;
    }
    let layout = Layout::of(template);
    let mut edits = remove_items(template, ingress, &moving)?;
    edits.push(insert(template, &layout, group, source, &moving)?);
    Some(edits)
}

fn insert(
    template: &Template<'_>,
    layout: &Layout,
    group: &Resource,
    source: &Resource,
    moving: &[Node<'_>],
) -> Option<Edit> {
    let text = template.text();
    let (key, body) = (template.node(group.key), template.node(group.body));
    let condition = body.get("Condition").and_then(Node::as_str);
    let indent = indentation(text, key.span().start);
    let section = template.section("Resources")?;
    let mut written = String::new();
    for (at, rule) in moving.iter().enumerate() {
        let id = free_id(template, &format!("{}IngressFrom{}", group.id, source.id), at);
        let resource = NewIngress { id: &id, group: &group.id, condition, rule: *rule };
        if section.collection_style() == Some(CollectionStyle::Block) {
            if layout.blank_lines {
                written.push_str(layout.line_end);
            }
            resource.write_block(text, layout, indent, &mut written);
        } else {
            resource.write_flow(text, layout, indent, &mut written);
        }
    }
    if section.collection_style() == Some(CollectionStyle::Block) {
        let at = after_lines(text, body)?;
        // A text that ends without a line end gets one before what is added.
        if !text.get(..at as usize)?.ends_with('\n') {
            written.insert_str(0, layout.line_end);
        }
        Some(Edit::insert(at, written))
    } else {
        Some(Edit::insert(body.span().end, written))
    }
}

struct NewIngress<'a> {
    id: &'a str,
    group: &'a str,
    condition: Option<&'a str>,
    rule: Node<'a>,
}

impl NewIngress<'_> {
    fn write_block(&self, text: &str, layout: &Layout, indent: &str, out: &mut String) {
        let (end, step) = (layout.line_end, layout.step.as_str());
        let inner = format!("{indent}{step}{step}");
        let mut line = |depth: usize, content: &str| {
            out.push_str(indent);
            (0..depth).for_each(|_| out.push_str(step));
            out.push_str(content);
            out.push_str(end);
        };
        line(0, &format!("{}:", self.id));
        line(1, "Type: AWS::EC2::SecurityGroupIngress");
        if let Some(condition) = self.condition {
            line(1, &format!("Condition: {condition}"));
        }
        line(1, "Properties:");
        if layout.tags {
            line(2, &format!("GroupId: !GetAtt {}.GroupId", self.group));
        } else {
            line(2, "GroupId:");
            line(3, &format!("Fn::GetAtt: [{}, GroupId]", self.group));
        }
        let block = self.rule.collection_style() == Some(CollectionStyle::Block);
        for entry in self.rule.entries() {
            let span = entry.span();
            let source = text.get(span.start as usize..last_byte(text, span.end) as usize).unwrap_or("");
            let column = text.get(..span.start as usize).unwrap_or("");
            let column = column.len() - column.rfind('\n').map_or(0, |at| at + 1);
            let source = if block { moved(source, column, &inner) } else { source.to_owned() };
            line(2, &source);
        }
    }

    fn write_flow(&self, text: &str, layout: &Layout, indent: &str, out: &mut String) {
        let group = self.group;
        let mut properties = vec![format!("\"GroupId\": {{\"Fn::GetAtt\": [\"{group}\", \"GroupId\"]}}")];
        for entry in self.rule.entries() {
            properties.push(entry.span().slice(text).to_owned());
        }
        let condition = self.condition.map(|name| format!("\"Condition\": \"{name}\", ")).unwrap_or_default();
        // Text that stands on one line stays on one line.
        let (end, step) = (layout.line_end, layout.step.as_str());
        if indent.is_empty() {
            out.push_str(&format!(
                ", \"{}\": {{\"Type\": \"AWS::EC2::SecurityGroupIngress\", {condition}\"Properties\": {{{}}}}}",
                self.id,
                properties.join(", ")
            ));
            return;
        }
        out.push_str(&format!(",{end}{indent}\"{}\": {{{end}", self.id));
        out.push_str(&format!("{indent}{step}\"Type\": \"AWS::EC2::SecurityGroupIngress\",{end}"));
        if let Some(name) = self.condition {
            out.push_str(&format!("{indent}{step}\"Condition\": \"{name}\",{end}"));
        }
        out.push_str(&format!("{indent}{step}\"Properties\": {{{end}"));
        let inner = format!("{indent}{step}{step}");
        let joined = properties.join(&format!(",{end}{inner}"));
        out.push_str(&format!("{inner}{joined}{end}{indent}{step}}}{end}{indent}}}"));
    }
}
