//! The Conditions section as guards over parameter values.

use std::collections::{HashMap, HashSet};

use super::expression::{Call, Expression, Function, named_condition};
use super::guard::{Guard, Guards, Variable};
use super::{Inputs, Parameter};
use crate::syntax::{Kind, Node, NodeId};

/// What two sides of `Fn::Equals` can be.
enum Operand {
    Known(String),
    /// A parameter whose value was not given.
    Parameter(String),
    /// Anything else, by its text in a fixed form.
    Opaque(String),
}

/// A parameter that conditions compare, as a variable.
#[derive(Debug)]
struct Domain {
    variable: Variable,
    values: Vec<String>,
}

/// More rings than this are not told apart: who mends these finds the next.
const RINGS: usize = 20;

/// Names of conditions with the guards that they stand for.
#[derive(Debug, Default)]
pub(super) struct Conditions {
    guards: HashMap<String, Guard>,
    domains: HashMap<String, Domain>,
    opaque: HashMap<String, Guard>,
    /// Names of conditions that hang on themselves, one of each ring.
    rings: Vec<String>,
}

impl Conditions {
    /// Conditions that hang on themselves, one of each ring.
    pub(super) fn rings(&self) -> &[String] {
        &self.rings
    }

    /// The guard of a condition; nothing for a name that is not there.
    pub(super) fn guard(&self, name: &str) -> Option<Guard> {
        self.guards.get(name).copied()
    }

    /// What a situation is in words: `Env` = `prod`.
    pub(super) fn describe(&self, variable: Variable, value: u32) -> Option<(&str, Option<&str>)> {
        let (name, domain) = self.domains.iter().find(|(_, domain)| domain.variable == variable)?;
        Some((name, domain.values.get(value as usize).map(String::as_str)))
    }

    /// The situations in which a parameter has a value. A value that no condition asks for is "anything else".
    pub(super) fn value_guard(&self, guards: &mut Guards, parameter: &str, value: &str) -> Guard {
        let Some(domain) = self.domains.get(parameter) else { return Guard::ALWAYS };
        let number = domain.values.iter().position(|known| known == value).unwrap_or(domain.values.len());
        guards.equals(domain.variable, u32::try_from(number).unwrap_or(u32::MAX))
    }

    /// Reads the section.
    ///
    /// `added` are conditions that are not in the text: SAM makes some.
    pub(super) fn lower<'a>(
        section: Option<Node<'a>>,
        added: &[(&'a str, Node<'a>)],
        parameters: &[Parameter],
        inputs: &Inputs,
        guards: &mut Guards,
    ) -> Self {
        let mut lowering = Lowering {
            named: HashMap::new(),
            parameters,
            inputs,
            guards,
            literals: HashMap::new(),
            seen: HashSet::new(),
            result: Self::default(),
            visiting: Vec::new(),
        };
        let written = section.map(Node::entries).into_iter().flatten();
        let written = written.filter_map(|entry| Some((entry.name()?, entry.value)));
        let all: Vec<(&str, Node<'_>)> = written.chain(added.iter().copied()).collect();
        for (name, value) in &all {
            lowering.named.insert(name, *value);
            lowering.collect_literals(*value, DEPTH);
        }
        // In the order of the text, so that equal texts give equal diagrams.
        for (name, _) in &all {
            lowering.named(name, DEPTH);
        }
        lowering.result
    }
}

/// Conditions nested deeper than this are taken as opaque.
const DEPTH: usize = 200;

/// Values of one parameter that are told apart. Every comparison is a branch with all of them.
const VALUES: usize = 500;

struct Lowering<'a, 'g> {
    named: HashMap<&'a str, Node<'a>>,
    parameters: &'g [Parameter],
    inputs: &'g Inputs,
    guards: &'g mut Guards,
    /// What each parameter is compared with, in the order of the text, and the same for looking it up.
    literals: HashMap<String, Vec<String>>,
    seen: HashSet<(String, String)>,
    result: Conditions,
    visiting: Vec<&'a str>,
}

impl<'a> Lowering<'a, '_> {
    fn collect_literals(&mut self, node: Node<'a>, depth: usize) {
        let Some(depth) = depth.checked_sub(1) else { return };
        if let Some(call) = Expression::call(node) {
            if call.function == Function::Equals {
                let sides: Vec<Operand> =
                    call.arguments().into_iter().map(|side| self.operand(side)).collect();
                if let [Operand::Parameter(name), Operand::Known(text)]
                | [Operand::Known(text), Operand::Parameter(name)] = &*sides
                    && self.seen.insert((name.clone(), text.clone()))
                {
                    self.literals.entry(name.clone()).or_default().push(text.clone());
                }
                return;
            }
            for argument in call.arguments() {
                self.collect_literals(argument, depth);
            }
        }
    }

    fn named(&mut self, name: &'a str, depth: usize) -> Guard {
        if let Some(known) = self.result.guards.get(name) {
            return *known;
        }
        let Some(node) = self.named.get(name).copied() else {
            return self.opaque(format!("condition {name}"));
        };
        if self.visiting.contains(&name) {
            let rings = &mut self.result.rings;
            // A condition may be named many times by one that it names.
            if rings.len() < RINGS && rings.iter().all(|known| known != name) {
                rings.push(name.to_owned());
            }
            return self.opaque(format!("circle {name}"));
        }
        self.visiting.push(name);
        let guard = self.guard(node, depth);
        self.visiting.pop();
        self.result.guards.insert(name.to_owned(), guard);
        guard
    }

    fn guard(&mut self, node: Node<'a>, depth: usize) -> Guard {
        let Some(depth) = depth.checked_sub(1) else { return self.guards.opaque() };
        if let Some(name) = named_condition(node).and_then(Node::as_str) {
            return self.named(name, depth);
        }
        let Some(call) = Expression::call(node) else {
            return match node.as_bool() {
                Some(true) => Guard::ALWAYS,
                Some(false) => Guard::NEVER,
                None => self.opaque(canonical(node)),
            };
        };
        match call.function {
            Function::And | Function::Or => {
                let start = if call.function == Function::And { Guard::ALWAYS } else { Guard::NEVER };
                call.arguments().into_iter().fold(start, |sum, argument| {
                    let next = self.guard(argument, depth);
                    if call.function == Function::And {
                        self.guards.and(sum, next)
                    } else {
                        self.guards.or(sum, next)
                    }
                })
            }
            Function::Not => match call.arguments().get(0) {
                Some(argument) => {
                    let inner = self.guard(argument, depth);
                    self.guards.not(inner)
                }
                None => self.opaque(canonical(node)),
            },
            Function::Equals => self.equals(call),
            _ => self.opaque(canonical(node)),
        }
    }

    fn equals(&mut self, call: Call<'a>) -> Guard {
        let mut sides =
            call.arguments().into_iter().map(|side| self.operand(side)).collect::<Vec<_>>().into_iter();
        let (Some(left), Some(right)) = (sides.next(), sides.next()) else {
            return self.opaque(canonical(call.node));
        };
        match (left, right) {
            (Operand::Known(left), Operand::Known(right)) => {
                if left == right {
                    Guard::ALWAYS
                } else {
                    Guard::NEVER
                }
            }
            (Operand::Parameter(name), Operand::Known(text))
            | (Operand::Known(text), Operand::Parameter(name)) => self.parameter_equals(&name, &text),
            (left, right) => {
                let (left, right) = (left.text(), right.text());
                if left == right {
                    return Guard::ALWAYS;
                }
                let (first, second) = if left < right { (left, right) } else { (right, left) };
                self.opaque(format!("{first} = {second}"))
            }
        }
    }

    fn parameter_equals(&mut self, name: &str, text: &str) -> Guard {
        if !self.result.domains.contains_key(name) {
            let declared = self.parameters.iter().find(|parameter| parameter.name == name);
            let allowed = declared.map(|parameter| parameter.allowed.clone()).unwrap_or_default();
            let literals = self.literals.get(name).map_or(&[][..], Vec::as_slice);
            let values = if allowed.is_empty() { literals } else { &allowed };
            if values.len() > VALUES {
                // That two values exclude each other is lost.
                self.guards.give_up_exactness();
                return self.opaque(format!("Ref {name} = \"{text}\""));
            }
            let values = values.to_vec();
            // One more for "anything else", unless the template says that there is nothing else.
            let others = u32::from(allowed.is_empty());
            let arity = u32::try_from(values.len()).unwrap_or(u32::MAX - 1) + others;
            let variable = self.guards.variable(arity);
            self.result.domains.insert(name.to_owned(), Domain { variable, values });
        }
        let Some(domain) = self.result.domains.get(name) else { return Guard::NEVER };
        let Some(value) = domain.values.iter().position(|value| value == text) else { return Guard::NEVER };
        // A parameter with a single allowed value always has it.
        if domain.values.len() == 1 && self.parameters.iter().any(|p| p.name == name && p.allowed.len() == 1)
        {
            return Guard::ALWAYS;
        }
        let variable = domain.variable;
        self.guards.equals(variable, u32::try_from(value).unwrap_or(u32::MAX))
    }

    fn opaque(&mut self, key: String) -> Guard {
        if let Some(known) = self.result.opaque.get(&key) {
            return *known;
        }
        let guard = self.guards.opaque();
        self.result.opaque.insert(key, guard);
        guard
    }

    fn operand(&self, node: Node<'_>) -> Operand {
        match Expression::of(node) {
            Expression::Scalar(scalar) => Operand::Known(scalar_text(scalar)),
            Expression::Call(call) if call.function == Function::Ref => {
                let Some(name) = call.argument.literal() else { return Operand::Opaque(canonical(node)) };
                match self.inputs.value(name) {
                    Some(value) => Operand::Known(value.to_owned()),
                    None => Operand::Parameter(name.to_owned()),
                }
            }
            _ => Operand::Opaque(canonical(node)),
        }
    }
}

impl Operand {
    fn text(self) -> String {
        match self {
            Self::Known(text) => format!("\"{text}\""),
            Self::Parameter(name) => format!("Ref {name}"),
            Self::Opaque(text) => text,
        }
    }
}

/// CloudFormation compares text: a YAML `True` is the text `true`.
pub(super) fn scalar_text(node: Node<'_>) -> String {
    let text = node.as_str().unwrap_or("");
    match text {
        "True" | "TRUE" if node.is_plain() => "true".to_owned(),
        "False" | "FALSE" if node.is_plain() => "false".to_owned(),
        _ => text.to_owned(),
    }
}

/// A node's content in one fixed form, whatever its style: equal content gives equal text. Bounded.
pub(super) fn canonical(node: Node<'_>) -> String {
    let mut out = String::new();
    write_canonical(node, &mut out, 40);
    out
}

fn write_canonical(node: Node<'_>, out: &mut String, depth: usize) {
    /// Longer forms are cut and made unlike any other by their node.
    const LENGTH: usize = 2_000;
    let too_long = out.len() > LENGTH;
    let Some(depth) = depth.checked_sub(1).filter(|_| !too_long) else {
        let unique: NodeId = node.id();
        out.push_str(&format!("#{}", unique.index()));
        return;
    };
    if let Expression::Call(call) = Expression::of(node) {
        out.push_str(call.function.name());
        if matches!(call.function, Function::Foreign | Function::Unknown) {
            out.push_str(call.written);
        }
        out.push('(');
        if call.argument.untagged {
            write_content(node, out, depth);
        } else {
            write_canonical(call.argument.node, out, depth);
        }
        out.push(')');
        return;
    }
    write_content(node, out, depth);
}

fn write_content(node: Node<'_>, out: &mut String, depth: usize) {
    match node.kind() {
        Kind::Scalar(..) => {
            out.push('"');
            out.push_str(&scalar_text(node));
            out.push('"');
        }
        Kind::Sequence(items) => {
            out.push('[');
            for item in items {
                write_canonical(item, out, depth);
                out.push(',');
            }
            out.push(']');
        }
        Kind::Mapping(entries) => {
            out.push('{');
            for entry in entries {
                write_canonical(entry.key, out, depth);
                out.push(':');
                write_canonical(entry.value, out, depth);
                out.push(',');
            }
            out.push('}');
        }
        Kind::Missing => out.push('~'),
    }
}
