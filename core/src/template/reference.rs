//! Every place that names something: `Ref`, `GetAtt`, `Sub`, `DependsOn`, `Condition`.

use std::cell::Cell;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ops::Range;

use super::expression::{Call, Expression, Function, SubPiece, named_condition, sub_pieces};
use crate::syntax::{Kind, Node, NodeId, ScalarStyle};
use crate::text::Span;

/// How a name is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Use {
    /// `Ref`
    Ref,
    /// `Fn::GetAtt`
    GetAtt,
    /// `${Name}` in `Fn::Sub`
    Sub,
    /// `${Name.Attribute}` in `Fn::Sub`
    SubGetAtt,
    /// `DependsOn`
    DependsOn,
    /// A condition: `Condition: Name`, or the first argument of `Fn::If`
    Condition,
}

/// One use of a name.
#[derive(Clone, Debug)]
pub struct Reference<'a> {
    /// How.
    pub usage: Use,
    /// The name, without attribute.
    pub name: &'a str,
    /// The attribute.
    pub attribute: Option<&'a str>,
    /// The place of the name itself, as exactly as the text allows.
    pub span: Span,
    /// The whole expression.
    pub node: NodeId,
    /// Conditions under which it is looked at, from `Fn::If` around it: name and whether it holds.
    pub under: Vec<(&'a str, bool)>,
}

/// Nodes nested deeper than this are not walked; the parser allows 200.
const DEPTH: usize = 400;

/// Calls `found` for every reference inside `node`. `text` is the template's.
pub fn references<'a>(node: Node<'a>, text: &'a str, found: &mut dyn FnMut(Reference<'a>)) {
    Walk { text, found, under: Vec::new() }.node(node, DEPTH);
}

/// The references of a resource's `DependsOn`.
pub fn depends_on<'a>(node: Node<'a>, text: &'a str, found: &mut dyn FnMut(Reference<'a>)) {
    let mut one = |node: Node<'a>| {
        let written = node.as_str().filter(|name| !name.is_empty() && node.tag().is_none());
        if let Some(name) = written {
            found(Reference {
                usage: Use::DependsOn,
                name,
                attribute: None,
                span: inside_quotes(node, text),
                node: node.id(),
                under: Vec::new(),
            });
        }
    };
    match node.kind() {
        Kind::Sequence(items) => items.into_iter().for_each(one),
        _ => one(node),
    }
}

/// The condition that an attribute `Condition: Name` names.
pub fn condition_name<'a>(node: Node<'a>, text: &'a str) -> Option<Reference<'a>> {
    let name = node.as_str()?;
    Some(Reference {
        usage: Use::Condition,
        name,
        attribute: None,
        span: inside_quotes(node, text),
        node: node.id(),
        under: Vec::new(),
    })
}

/// References of an expression of the Conditions section: there `{Condition: Name}` is one too.
pub fn condition_references<'a>(node: Node<'a>, text: &'a str, found: &mut dyn FnMut(Reference<'a>)) {
    Walk { text, found, under: Vec::new() }.condition(node, DEPTH);
}

struct Walk<'a, 'f> {
    text: &'a str,
    found: &'f mut dyn FnMut(Reference<'a>),
    under: Vec<(&'a str, bool)>,
}

impl<'a> Walk<'a, '_> {
    fn node(&mut self, node: Node<'a>, depth: usize) {
        let Some(depth) = depth.checked_sub(1) else { return };
        match Expression::of(node) {
            Expression::Scalar(_) | Expression::Missing => {}
            Expression::List(items) => items.into_iter().for_each(|item| self.node(item, depth)),
            Expression::Map(map) => {
                for entry in map.entries() {
                    self.entry(entry.key, entry.value, depth);
                }
            }
            Expression::Call(call) => self.call(call, depth),
        }
    }

    /// `Fn::` keys beside others are calls too, if wrong ones; what they name is told all the same.
    fn entry(&mut self, key: Node<'a>, value: Node<'a>, depth: usize) {
        match key.as_str() {
            Some(name) if name.starts_with("Fn::ForEach") => self.for_each(value, depth),
            _ => self.node(value, depth),
        }
    }

    /// The loop's own variables are no references; the collection is.
    fn for_each(&mut self, value: Node<'a>, depth: usize) {
        if let Some(collection) = value.items().get(1) {
            self.node(collection, depth);
        }
        if let Some(body) = value.items().get(2) {
            // One variable, or a list of them; what a variable that is a call is named cannot be told.
            let variable = |name: &str| match value.items().get(0) {
                Some(first) if first.is_sequence() => {
                    first.items().into_iter().any(|item| item.as_str().is_none_or(|text| text == name))
                }
                first => first.and_then(Node::as_str) == Some(name),
            };
            let mut inner = Vec::new();
            Walk {
                text: self.text,
                found: &mut |reference| inner.push(reference),
                under: self.under.clone(),
            }
            .node(body, depth);
            for reference in inner {
                let made = reference.name.contains("${")
                    || reference.name.contains("&{")
                    || variable(reference.name);
                if !made {
                    (self.found)(reference);
                }
            }
        }
    }

    fn call(&mut self, call: Call<'a>, depth: usize) {
        let argument = call.argument.node;
        match call.function {
            Function::Ref => match call.argument.literal() {
                Some(name) => {
                    self.report(Use::Ref, name, None, inside_quotes(argument, self.text), call.node);
                }
                None => self.inside(call, depth),
            },
            Function::GetAtt => self.get_att(call, depth),
            Function::Sub => self.sub(call, depth),
            Function::If => {
                let arguments = call.arguments();
                let condition = arguments.get(0).and_then(Node::as_str);
                if let (Some(name), Some(node)) = (condition, arguments.get(0)) {
                    self.report(Use::Condition, name, None, inside_quotes(node, self.text), node);
                }
                for (at, holds) in [(1, true), (2, false)] {
                    if let Some(branch) = arguments.get(at) {
                        let pushed = condition.map(|name| self.under.push((name, holds))).is_some();
                        self.node(branch, depth);
                        if pushed {
                            self.under.pop();
                        }
                    }
                }
            }
            Function::Equals | Function::And | Function::Or | Function::Not => {
                for argument in call.arguments() {
                    self.condition(argument, depth);
                }
            }
            Function::Condition => {
                if let Some(name) = call.argument.literal() {
                    self.report(Use::Condition, name, None, inside_quotes(argument, self.text), call.node);
                }
            }
            _ => self.inside(call, depth),
        }
    }

    fn condition(&mut self, node: Node<'a>, depth: usize) {
        match named_condition(node) {
            Some(named) => {
                if let Some(name) = named.as_str() {
                    self.report(Use::Condition, name, None, inside_quotes(named, self.text), node);
                }
            }
            None => self.node(node, depth),
        }
    }

    fn inside(&mut self, call: Call<'a>, depth: usize) {
        let Some(depth) = depth.checked_sub(1) else { return };
        match call.argument.expression() {
            Expression::Scalar(_) | Expression::Missing => {}
            Expression::List(items) => items.into_iter().for_each(|item| self.node(item, depth)),
            Expression::Map(map) => {
                for entry in map.entries() {
                    self.entry(entry.key, entry.value, depth);
                }
            }
            Expression::Call(call) => self.call(call, depth),
        }
    }

    fn get_att(&mut self, call: Call<'a>, depth: usize) {
        let argument = call.argument.node;
        if let Some(text) = call.argument.literal() {
            let place = inside_quotes(argument, self.text);
            let (name, attribute) = text.split_once('.').unwrap_or((text, ""));
            let span = if place.len() as usize == text.len() {
                Span::new(place.start, place.start + length(name))
            } else {
                place
            };
            self.report(Use::GetAtt, name, Some(attribute).filter(|text| !text.is_empty()), span, call.node);
            return;
        }
        let items = call.arguments();
        match items.get(0) {
            Some(first) if first.as_str().is_some() && first.tag().is_none() => {
                // `!GetAtt [Nested.Outputs, Name]` names the resource before the first dot.
                let text = first.as_str().unwrap_or("");
                let name = text.split('.').next().unwrap_or(text);
                let attribute = items.get(1).filter(|node| node.tag().is_none()).and_then(Node::as_str);
                self.report(Use::GetAtt, name, attribute, inside_quotes(first, self.text), call.node);
                if let Some(second) = items.get(1) {
                    self.node(second, depth);
                }
            }
            _ => self.inside(call, depth),
        }
    }

    fn sub(&mut self, call: Call<'a>, depth: usize) {
        let (template, own) = match call.argument.literal() {
            Some(_) => (Some(call.argument.node), None),
            None => (call.arguments().get(0), call.arguments().get(1)),
        };
        if let Some(own) = own {
            self.node(own, depth);
        }
        let Some(template) = template else { return };
        let Some(text) = template.as_str() else {
            self.node(template, depth);
            return;
        };
        let exact = SourceText::of(template, text, self.text);
        for piece in sub_pieces(text) {
            let SubPiece::Name(whole, offset) = piece else { continue };
            let (name, attribute) = match whole.split_once('.') {
                Some((name, attribute)) => (name, Some(attribute)),
                None => (whole, None),
            };
            let own_name = own.is_some_and(|own| own.get(whole).is_some() || own.get(name).is_some());
            if own_name || name.is_empty() {
                continue;
            }
            let usage = if attribute.is_some() { Use::SubGetAtt } else { Use::Sub };
            self.report(usage, name, attribute, exact.span(offset, name), template);
        }
    }

    fn report(&mut self, usage: Use, name: &'a str, attribute: Option<&'a str>, span: Span, node: Node<'a>) {
        let under = self.under.clone();
        (self.found)(Reference { usage, name, attribute, span, node: node.id(), under });
    }
}

/// The place of a scalar's text, without its quotes.
pub fn inside_quotes(node: Node<'_>, text: &str) -> Span {
    let span = node.span();
    match node.kind() {
        Kind::Scalar(_, ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted)
            if span.len() >= 2 && span.slice(text).starts_with(['"', '\'']) =>
        {
            Span::new(span.start + 1, span.end - 1)
        }
        _ => span,
    }
}

/// Finds places of a scalar's text in the source, where escapes and indentation make them differ.
pub(crate) struct SourceText<'a> {
    span: Span,
    source: &'a str,
    same: bool,
    /// Where the last name that was found ends.
    after: Cell<usize>,
}

impl<'a> SourceText<'a> {
    pub(crate) fn of(node: Node<'a>, text: &str, whole: &'a str) -> Self {
        let span = inside_quotes(node, whole);
        let source = span.slice(whole);
        Self { span, source, same: source == text, after: Cell::new(0) }
    }

    /// The place of `name`, which stands at `offset` of the text. Names are asked for in their order: where the
    /// source differs, the next `${name` is looked for.
    pub(crate) fn span(&self, offset: usize, name: &str) -> Span {
        if self.same {
            let start = self.span.start + u32::try_from(offset).unwrap_or(0);
            return Span::new(start, start + length(name));
        }
        let from = self.after.get();
        let mut places = self.source[from..].match_indices(name).map(|(at, _)| from + at);
        let found = places.find(|at| {
            let before = self.source[..*at].trim_end();
            let after = self.source[at + name.len()..].trim_start();
            before.ends_with("${") && after.starts_with(['}', '.'])
        });
        match found {
            Some(at) => {
                self.after.set(at + name.len());
                let start = self.span.start + u32::try_from(at).unwrap_or(0);
                Span::new(start, start + length(name))
            }
            None => self.span,
        }
    }
}

fn length(text: &str) -> u32 {
    u32::try_from(text.len()).unwrap_or(0)
}

/// What a reference stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner<'a> {
    /// A resource, by logical id.
    Resource(&'a str),
    /// An output.
    Output(&'a str),
    /// A condition.
    Condition(&'a str),
    /// A rule of the Rules section.
    Rule(&'a str),
    /// SAM's Globals.
    Globals,
}

/// Calls `found` for every reference that the text itself makes, section by section.
pub fn in_text<'a>(template: &'a super::Template<'_>, found: &mut dyn FnMut(Owner<'a>, Reference<'a>)) {
    parts(template, &mut |owner, part| {
        in_part(owner, part, template.text(), &mut |reference| found(owner, reference));
    });
}

/// Calls `found` for every reference of an output.
pub(super) fn in_outputs<'a>(template: &'a super::Template<'_>, found: &mut dyn FnMut(Reference<'a>)) {
    parts_of(template, "Outputs", &mut |owner, part| in_part(owner, part, template.text(), found));
}

/// The parts of the text that references stand in, with their owners.
fn parts<'a>(template: &'a super::Template<'_>, found: &mut dyn FnMut(Owner<'a>, Node<'a>)) {
    for section in ["Conditions", "Rules", "Globals", "Resources", "Outputs"] {
        parts_of(template, section, found);
    }
}

fn parts_of<'a>(
    template: &'a super::Template<'_>,
    section: &str,
    found: &mut dyn FnMut(Owner<'a>, Node<'a>),
) {
    let Some(node) = template.section(section) else { return };
    if section == "Globals" {
        return found(Owner::Globals, node);
    }
    for entry in node.entries() {
        let Some(name) = entry.name() else { continue };
        let owner = match section {
            "Conditions" => Owner::Condition(name),
            "Rules" => Owner::Rule(name),
            "Outputs" => Owner::Output(name),
            _ => Owner::Resource(name),
        };
        found(owner, entry.value);
    }
}

fn in_part<'a>(owner: Owner<'a>, part: Node<'a>, text: &'a str, found: &mut dyn FnMut(Reference<'a>)) {
    match owner {
        Owner::Globals => references(part, text, found),
        Owner::Condition(_) | Owner::Rule(_) => condition_references(part, text, found),
        Owner::Resource(name) | Owner::Output(name) if name.starts_with("Fn::ForEach") => {
            Walk { text, found, under: Vec::new() }.for_each(part, DEPTH);
        }
        Owner::Resource(_) | Owner::Output(_) => in_declaration(part, text, found),
    }
}

/// Every reference of a template, read once for all who ask.
#[derive(Debug)]
pub(crate) struct References<'a> {
    all: Vec<Reference<'a>>,
    /// Those that are written, by what they stand in. Those of resources that SAM and loops make come after them.
    written: Vec<(Owner<'a>, Range<usize>)>,
    /// Those of each declaration of a resource.
    bodies: HashMap<NodeId, Range<usize>>,
}

impl<'a> References<'a> {
    pub(crate) fn of(template: &'a super::Template<'_>) -> Self {
        let (mut all, mut written) = (Vec::new(), Vec::new());
        let mut bodies = HashMap::new();
        parts(template, &mut |owner, part| {
            let start = all.len();
            in_part(owner, part, template.text(), &mut |reference| all.push(reference));
            written.push((owner, start..all.len()));
            bodies.insert(part.id(), start..all.len());
        });
        for resource in &template.resources {
            if let Entry::Vacant(place) = bodies.entry(resource.body) {
                let body = template.node(resource.body);
                let start = all.len();
                in_declaration(body, template.text(), &mut |reference| all.push(reference));
                place.insert(start..all.len());
            }
        }
        Self { all, written, bodies }
    }

    /// Those that the text itself makes, section by section.
    pub(crate) fn written(&self) -> impl Iterator<Item = (Owner<'a>, &Reference<'a>)> {
        self.written.iter().flat_map(|(owner, range)| {
            self.all.get(range.clone()).unwrap_or_default().iter().map(|reference| (*owner, reference))
        })
    }

    /// Those of a resource's declaration, whether it is written or made.
    pub(crate) fn of_resource(&self, resource: &super::Resource) -> impl Iterator<Item = &Reference<'a>> {
        let range = self.bodies.get(&resource.body).cloned().unwrap_or_default();
        self.all.get(range).unwrap_or_default().iter()
    }
}

/// Every reference of a resource's or output's declaration.
pub fn in_declaration<'a>(body: Node<'a>, text: &'a str, found: &mut dyn FnMut(Reference<'a>)) {
    for attribute in body.entries() {
        match attribute.name() {
            Some("DependsOn") => depends_on(attribute.value, text, found),
            Some("Condition") if attribute.value.as_str().is_some() && attribute.value.tag().is_none() => {
                if let Some(reference) = condition_name(attribute.value, text) {
                    found(reference);
                }
            }
            Some("Type") => {}
            _ => references(attribute.value, text, found),
        }
    }
}
