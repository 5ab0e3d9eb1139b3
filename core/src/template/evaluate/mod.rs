//! Evaluates intrinsic functions as far as a template and what was given tell.

mod cidr;
mod json;
mod lists;
mod mappings;

use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::Template;
use super::expression::{Argument, Call, Expression, Function, SubPiece, sub_pieces};
use super::guard::Guard;
use super::value::{Case, Part, Text, Unknown, Value};
use crate::syntax::{Entries, Items, Node, NodeId};
use crate::text::Span;
use json::json_string;
use lists::{length, split};

/// Values with more cases than this are not told apart any more.
const CASES: usize = 64;
/// Calls nested deeper than this (through aliases and attributes too) are unknown.
const DEPTH: usize = 200;

/// Answers already given, by node.
#[derive(Debug)]
pub(super) struct Evaluator {
    answers: FxHashMap<(NodeId, bool), Rc<[Case]>>,
    /// What all answers together may still weigh, in bytes about.
    room: usize,
}

/// What all answers together may weigh, in bytes about. A text of 1 MB can name a long value many thousand times.
const ROOM: usize = 200_000_000;

impl Default for Evaluator {
    fn default() -> Self {
        Self { answers: FxHashMap::default(), room: ROOM }
    }
}

impl Evaluator {
    /// Whether there was room for all answers.
    pub(super) fn has_room(&self) -> bool {
        self.room > 0
    }
}

/// What `node` evaluates to.
pub(super) fn evaluate(template: &Template<'_>, node: Node<'_>) -> Vec<Case> {
    shared(template, node).to_vec()
}

/// What `node` evaluates to, without a copy of its own.
pub(super) fn shared(template: &Template<'_>, node: Node<'_>) -> Rc<[Case]> {
    Evaluation { template, depth: DEPTH }.node(node)
}

/// What a `Ref` of a parameter evaluates to.
pub(super) fn parameter(template: &Template<'_>, parameter: &super::Parameter) -> Value {
    Evaluation { template, depth: DEPTH }.parameter(parameter)
}

#[derive(Clone, Copy)]
struct Evaluation<'a> {
    template: &'a Template<'a>,
    depth: usize,
}

impl<'a> Evaluation<'a> {
    fn argument(self, argument: Argument<'a>) -> Rc<[Case]> {
        let span = argument.node.span();
        let Some(depth) = self.depth.checked_sub(1) else {
            return Rc::from([always(Value::Unknown(Unknown::TooDeep), span)]);
        };
        let key = argument.key();
        if let Some(known) = self.template.evaluator.borrow().answers.get(&key) {
            return Rc::clone(known);
        }
        if !self.template.has_room_for_values() {
            return Rc::from([always(Value::Unknown(Unknown::TooLong), span)]);
        }
        let answer: Rc<[Case]> = self.weighed(Self { depth, ..self }.fresh(argument), span).into();
        // An answer cut off by depth is right for this depth only.
        if self.depth > DEPTH / 2 {
            self.template.evaluator.borrow_mut().answers.insert(key, Rc::clone(&answer));
        }
        answer
    }

    fn node(self, node: Node<'a>) -> Rc<[Case]> {
        self.argument(Argument { node, untagged: false })
    }

    /// Like [`Self::node`], for what becomes a part of a larger answer: data that is kept with that is not kept, and
    /// copied, by itself too. Calls are, since several places ask for them.
    fn part(self, node: Node<'a>) -> Vec<Case> {
        let argument = Argument { node, untagged: false };
        match argument.expression() {
            Expression::Call(_) => self.weighed(self.argument(argument).to_vec(), node.span()),
            Expression::Scalar(_) if self.template.has_room_for_values() => {
                self.weighed(self.unkept(node), node.span())
            }
            Expression::Scalar(_) => vec![always(Value::Unknown(Unknown::TooLong), node.span())],
            _ => self.unkept(node),
        }
    }

    /// The answer, where there is room for it.
    fn weighed(self, answer: Vec<Case>, span: Span) -> Vec<Case> {
        let weight: usize = answer.iter().map(|case| case.value.weight()).sum();
        let mut evaluator = self.template.evaluator.borrow_mut();
        evaluator.room = evaluator.room.saturating_sub(weight);
        if evaluator.room > 0 { answer } else { vec![always(Value::Unknown(Unknown::TooLong), span)] }
    }

    /// Like [`Self::node`], without keeping the answer.
    fn unkept(self, node: Node<'a>) -> Vec<Case> {
        match self.depth.checked_sub(1) {
            Some(depth) => Self { depth, ..self }.fresh(Argument { node, untagged: false }),
            None => vec![always(Value::Unknown(Unknown::TooDeep), node.span())],
        }
    }

    fn fresh(self, argument: Argument<'a>) -> Vec<Case> {
        let span = argument.node.span();
        match argument.expression() {
            Expression::Missing => vec![always(Value::Unknown(Unknown::Broken), span)],
            Expression::Scalar(node) => vec![always(self.scalar(node), span)],
            Expression::List(items) => vec![always(Value::List(self.list(items).into()), span)],
            Expression::Map(node) => vec![always(self.map(node.entries()), span)],
            Expression::Call(call) => self.call(call),
        }
    }

    fn scalar(self, node: Node<'a>) -> Value {
        if node.is_null() {
            return Value::Null;
        }
        Value::Text(self.with_dynamic_references(super::condition::scalar_text(node)))
    }

    /// `{{resolve:ssm:/name}}` inside a text is a part of its own.
    fn with_dynamic_references(self, text: String) -> Text {
        if !text.as_bytes().contains(&b'{') {
            return Text::literal(text);
        }
        let mut out = Text::default();
        let mut rest = text.as_str();
        while let Some(open) = rest.find("{{resolve:") {
            let Some(length) = rest[open..].find("}}") else { break };
            let inside = &rest[open + 2..open + length];
            out.push(Part::Literal(rest[..open].to_owned()));
            out.push(match self.template.inputs.parameters.get(inside) {
                Some(value) => Part::Literal(value.clone()),
                None => Part::Unknown(Unknown::DynamicReference(inside.to_owned())),
            });
            rest = &rest[open + length + 2..];
        }
        out.push(Part::Literal(rest.to_owned()));
        out
    }

    fn list(self, items: Items<'a>) -> Vec<Case> {
        let mut out = Vec::with_capacity(items.len());
        for item in items {
            out.extend(self.part(item).into_iter().filter(|case| !matches!(case.value, Value::NoValue)));
        }
        out
    }

    fn map(self, entries: Entries<'a>) -> Value {
        let mut out = Vec::with_capacity(entries.len());
        for entry in entries {
            let Some(name) = entry.name() else { continue };
            if name == "Fn::Transform" {
                return Value::Unknown(Unknown::Transform(
                    entry.value.get("Name").and_then(Node::as_str).unwrap_or("Fn::Transform").to_owned(),
                ));
            }
            let cases = self.part(entry.value).into_iter();
            for case in cases.filter(|case| !matches!(case.value, Value::NoValue)) {
                out.push((name.to_owned(), case));
            }
        }
        Value::Map(out.into())
    }

    fn call(self, call: Call<'a>) -> Vec<Case> {
        let span = call.node.span_with_tag();
        let arguments = call.arguments();
        match call.function {
            Function::Ref => match call.argument.literal() {
                Some(name) => vec![always(self.reference(name), span)],
                None => broken(span),
            },
            Function::GetAtt => vec![always(self.get_att(call), span)],
            Function::Sub => self.sub(call, span),
            Function::Join => match (arguments.get(0), arguments.get(1)) {
                (Some(delimiter), Some(list)) => self.join(delimiter, list, span),
                _ => broken(span),
            },
            Function::Select => match (arguments.get(0), arguments.get(1)) {
                (Some(index), Some(list)) => self.select(index, list, span),
                _ => broken(span),
            },
            Function::Split => match (arguments.get(0).and_then(Node::as_str), arguments.get(1)) {
                (Some(delimiter), Some(source)) => {
                    map_cases(&self.node(source), |value| split(delimiter, value, span))
                }
                _ => broken(span),
            },
            Function::FindInMap => self.find_in_map(arguments, span),
            Function::Cidr => self.cidr(arguments, span),
            Function::GetAzs => map_cases(&self.argument(call.argument), |value| self.zones(value)),
            // What is encoded is of more use than its encoding: user data, inline code.
            Function::Base64 => self.argument(call.argument).to_vec(),
            Function::ImportValue => map_cases(&self.argument(call.argument), |value| self.import(value)),
            Function::If => self.if_else(arguments, span),
            Function::Length => map_cases(&self.argument(call.argument), length),
            Function::ToJsonString => map_cases(&self.argument(call.argument), json_string),
            Function::Transform => {
                let name = call.argument.node.get("Name").and_then(Node::as_str).unwrap_or("Fn::Transform");
                vec![always(Value::Unknown(Unknown::Transform(name.to_owned())), span)]
            }
            Function::Foreign => {
                vec![always(Value::Unknown(Unknown::ForeignTag(call.written.to_owned())), span)]
            }
            _ => broken(span),
        }
    }

    fn reference(self, name: &str) -> Value {
        if name == "AWS::NoValue" {
            return Value::NoValue;
        }
        if let Some(parameter) = self.template.parameter(name) {
            return self.parameter(parameter);
        }
        if let Some(value) = self.template.inputs.value(name).filter(|_| name.starts_with("AWS::")) {
            return Value::text(value);
        }
        if name.starts_with("AWS::") {
            return Value::Text(Text::of(Part::Unknown(Unknown::Pseudo(name.to_owned()))));
        }
        match self.template.resource(name) {
            Some(resource) => {
                Value::Text(Text::of(Part::Resource { id: resource.id.clone(), attribute: None }))
            }
            None => Value::Unknown(Unknown::Broken),
        }
    }

    fn parameter(self, parameter: &super::Parameter) -> Value {
        let given = self.template.inputs.parameters.get(&parameter.name);
        let mut value = given.or(parameter.default.as_ref());
        let mut unknown = Unknown::Parameter(parameter.name.clone());
        if parameter.is_stored() {
            // The value is the name of the stored one; an id that was given outright stands for itself.
            let stored =
                value.and_then(|name| self.template.inputs.parameters.get(&format!("resolve:ssm:{name}")));
            let outright = given.filter(|value| !value.starts_with('/') && !value.contains("::"));
            value = stored.or(outright);
            unknown = Unknown::StoredParameter(parameter.name.clone());
        }
        match value {
            None if parameter.is_list() => Value::Unknown(unknown),
            None => Value::Text(Text::of(Part::Unknown(unknown))),
            Some(value) if parameter.is_list() => {
                let span = self.template.node(parameter.key).span();
                let items = value
                    .split(',')
                    .map(str::trim)
                    .filter(|item| !item.is_empty() || !value.trim().is_empty());
                Value::List(items.map(|item| always(Value::text(item), span)).collect())
            }
            Some(value) => Value::Text(self.with_dynamic_references(value.clone())),
        }
    }

    fn get_att(self, call: Call<'a>) -> Value {
        let (name, attribute) = match call.argument.literal() {
            Some(text) => match text.split_once('.') {
                Some((name, attribute)) => (name.to_owned(), attribute.to_owned()),
                None => return Value::Unknown(Unknown::Broken),
            },
            None => {
                let items = call.arguments();
                let Some(first) = items.get(0).and_then(Node::as_str) else {
                    return Value::Unknown(Unknown::Broken);
                };
                let attribute = items.get(1).map(|node| self.node(node));
                let attribute = attribute.as_deref().and_then(|cases| match cases {
                    [only] => only.value.known().map(str::to_owned),
                    _ => None,
                });
                let Some(attribute) = attribute else {
                    let resource = first.to_owned();
                    return Value::Unknown(Unknown::Attribute { resource, attribute: String::new() });
                };
                match first.split_once('.') {
                    Some((name, rest)) => (name.to_owned(), format!("{rest}.{attribute}")),
                    None => (first.to_owned(), attribute),
                }
            }
        };
        self.attribute(&name, &attribute)
    }

    fn attribute(self, name: &str, attribute: &str) -> Value {
        let Some(resource) =
            self.template.resource(&format!("{name}.{attribute}")).or_else(|| self.template.resource(name))
        else {
            return Value::Unknown(Unknown::Broken);
        };
        let unknown = || {
            let (resource, attribute) = (resource.id.clone(), attribute.to_owned());
            Value::Text(Text::of(Part::Unknown(Unknown::Attribute { resource, attribute })))
        };
        if let Some(output) = attribute.strip_prefix("Outputs.") {
            let key = (resource.id.clone(), output.to_owned());
            return match self.template.inputs.nested_outputs.get(&key) {
                Some(value) => Value::text(value.as_str()),
                None => unknown(),
            };
        }
        if resource.is_custom() {
            return unknown();
        }
        // Attributes that are what the template says itself.
        let same = match (resource.kind.as_str(), attribute) {
            ("AWS::EC2::VPC" | "AWS::EC2::Subnet", "CidrBlock") => Some("CidrBlock"),
            ("AWS::EC2::Subnet", "AvailabilityZone") => Some("AvailabilityZone"),
            _ => None,
        };
        if let Some(property) = same
            && let Some(node) = self.template.properties(resource).and_then(|node| node.get(property))
            && let [only] = &*self.node(node)
            && only.guard == Guard::ALWAYS
        {
            return only.value.clone();
        }
        let attribute = Some(attribute.to_owned());
        Value::Text(Text::of(Part::Resource { id: resource.id.clone(), attribute }))
    }

    fn sub(self, call: Call<'a>, span: Span) -> Vec<Case> {
        let (text, own) = match call.argument.literal() {
            Some(text) => (Some(text), None),
            None => (call.arguments().get(0).and_then(Node::as_str), call.arguments().get(1)),
        };
        let Some(text) = text else { return broken(span) };
        let mut cases = vec![(Guard::ALWAYS, Text::default())];
        for piece in sub_pieces(text) {
            match piece {
                SubPiece::Text(text) => {
                    let text = self.with_dynamic_references(text.to_owned());
                    for (_, sum) in &mut cases {
                        sum.append(&text);
                    }
                }
                SubPiece::Escaped(name) => {
                    let part = Part::Literal(format!("${{{name}}}"));
                    for (_, sum) in &mut cases {
                        sum.push(part.clone());
                    }
                }
                SubPiece::Name(name, _) => {
                    let values = match own.and_then(|own| own.get(name)) {
                        Some(own) => self.node(own),
                        None => Rc::from([always(self.named(name), span)]),
                    };
                    match self.product(cases, &values) {
                        Some(next) => cases = next,
                        None => return too_many(span),
                    }
                }
            }
        }
        cases.into_iter().map(|(guard, text)| Case { guard, value: Value::Text(text), span }).collect()
    }

    /// `Name` or `Name.Attribute` in the text of `Fn::Sub`.
    fn named(self, name: &str) -> Value {
        match name.split_once('.') {
            Some((resource, attribute)) if self.template.parameter(name).is_none() => {
                match self.template.resource(name) {
                    Some(resource) => {
                        Value::Text(Text::of(Part::Resource { id: resource.id.clone(), attribute: None }))
                    }
                    None => self.attribute(resource, attribute),
                }
            }
            _ => self.reference(name),
        }
    }

    /// Every text with every value behind it, where both can be at once.
    fn product(self, texts: Vec<(Guard, Text)>, values: &[Case]) -> Option<Vec<(Guard, Text)>> {
        let mut out = Vec::with_capacity(texts.len() * values.len());
        for (guard, mut before) in texts {
            for (at, case) in values.iter().enumerate() {
                let both = self.template.with_guards(|guards| guards.and(guard, case.guard));
                if both == Guard::NEVER {
                    continue;
                }
                // The last one goes on with the text itself: it may have thousands of parts, and most have one value.
                let is_last = at + 1 == values.len();
                let mut text = if is_last { std::mem::take(&mut before) } else { before.clone() };
                match &case.value {
                    Value::Text(more) => text.append(more),
                    Value::Null | Value::NoValue => {}
                    Value::Unknown(unknown) => text.push(Part::Unknown(unknown.clone())),
                    // A list where a text is asked for: CloudFormation refuses, we go on.
                    Value::List(_) | Value::Map(_) | Value::Zones(_) => {
                        text.push(Part::Unknown(Unknown::Broken));
                    }
                }
                out.push((both, text));
            }
        }
        (out.len() <= CASES).then_some(out)
    }

    fn zones(self, region: &Value) -> Value {
        match region {
            Value::Text(text) => match text.known() {
                Some("") => Value::Zones(self.template.inputs.region.clone()),
                Some(region) => Value::Zones(Some(region.to_owned())),
                None => match text.unknowns().next() {
                    Some(Unknown::Pseudo(name)) if name == "AWS::Region" => Value::Zones(None),
                    Some(unknown) => Value::Unknown(unknown.clone()),
                    None => Value::Unknown(Unknown::Broken),
                },
            },
            Value::Null => Value::Zones(self.template.inputs.region.clone()),
            Value::Unknown(unknown) => Value::Unknown(unknown.clone()),
            _ => Value::Unknown(Unknown::Broken),
        }
    }

    fn import(self, name: &Value) -> Value {
        let Value::Text(text) = name else { return Value::Unknown(Unknown::Broken) };
        let written = text.to_string();
        match self.template.inputs.parameters.get(&format!("import:{written}")) {
            Some(value) => Value::text(value.as_str()),
            None => Value::Text(Text::of(Part::Unknown(Unknown::Import(written)))),
        }
    }

    fn if_else(self, arguments: Items<'a>, span: Span) -> Vec<Case> {
        let (Some(name), Some(then), Some(other)) = (arguments.get(0), arguments.get(1), arguments.get(2))
        else {
            return broken(span);
        };
        let Some(guard) = name.as_str().and_then(|name| self.template.condition(name)) else {
            return broken(span);
        };
        let not = self.template.with_guards(|guards| guards.not(guard));
        let mut out = Vec::new();
        for (guard, branch) in [(guard, then), (not, other)] {
            if guard == Guard::NEVER {
                continue;
            }
            for case in self.node(branch).iter() {
                let both = self.template.with_guards(|guards| guards.and(guard, case.guard));
                if both != Guard::NEVER {
                    out.push(Case { guard: both, ..case.clone() });
                }
            }
        }
        bounded(merge_equal(self, out), span)
    }
}

fn map_cases(cases: &[Case], change: impl Fn(&Value) -> Value) -> Vec<Case> {
    cases.iter().map(|case| Case { value: change(&case.value), ..case.clone() }).collect()
}

/// Cases with the same value become one: thirty conditions that choose between two values stay two cases.
fn merge_equal(evaluation: Evaluation<'_>, cases: Vec<Case>) -> Vec<Case> {
    let mut out: Vec<Case> = Vec::with_capacity(cases.len());
    for case in cases {
        match out.iter_mut().find(|known| known.value == case.value) {
            Some(known) => {
                known.guard = evaluation.template.with_guards(|guards| guards.or(known.guard, case.guard));
            }
            None => out.push(case),
        }
    }
    out
}

fn always(value: Value, span: Span) -> Case {
    Case { guard: Guard::ALWAYS, value, span }
}

fn broken(span: Span) -> Vec<Case> {
    vec![always(Value::Unknown(Unknown::Broken), span)]
}

fn too_many(span: Span) -> Vec<Case> {
    vec![always(Value::Unknown(Unknown::TooManyCases), span)]
}

fn bounded(cases: Vec<Case>, span: Span) -> Vec<Case> {
    if cases.len() > CASES { too_many(span) } else { cases }
}
