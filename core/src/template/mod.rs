//! Tree to template: sections, resources, parameters, mappings, conditions, intrinsic functions, SAM's expansion.
//!
//! Every value keeps its place and may be unknown; an unknown knows why.

mod condition;
pub(crate) mod dependencies;
mod evaluate;
pub mod expression;
mod for_each;
mod guard;
pub mod reference;
pub mod sam;
mod sharing;
mod value;

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet, HashMap};

pub use guard::{Guard, Guards, Variable};
pub use value::{Case, Part, Text, Unknown, Value};

use crate::order::Order;
use crate::suggest::Layout;
use crate::syntax::{Limits, Node, NodeId, Parsed, parse};
use crate::text::Span;
use evaluate::Evaluator;

/// What is known beside the text when a template is lowered.
#[derive(Clone, Debug, Default)]
pub struct Inputs {
    /// Values by parameter name; `import:NAME` and `resolve:REF` for imports and dynamic references.
    pub parameters: BTreeMap<String, String>,
    /// The region.
    pub region: Option<String>,
    /// What local nested stacks put out, by logical id of the stack and name of the output.
    pub nested_outputs: BTreeMap<(String, String), String>,
    /// Parameters of local nested stacks that answers below depend on: logical id of the stack and name.
    pub asked_by_nested: BTreeSet<(String, String)>,
}

impl Inputs {
    /// The value given for a parameter or pseudo parameter.
    pub fn value(&self, name: &str) -> Option<&str> {
        match name {
            "AWS::Region" => self.region.as_deref(),
            "AWS::Partition" => self.region.as_deref().map(partition),
            "AWS::URLSuffix" => self.region.as_deref().map(url_suffix),
            _ => self.parameters.get(name).map(String::as_str),
        }
    }
}

fn partition(region: &str) -> &'static str {
    match region {
        _ if region.starts_with("cn-") => "aws-cn",
        _ if region.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    }
}

fn url_suffix(region: &str) -> &'static str {
    if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" }
}

/// A parameter of the template.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Its key.
    pub key: NodeId,
    /// Its declaration.
    pub body: NodeId,
    /// Its type: `String`, `List<AWS::EC2::Subnet::Id>`.
    pub kind: String,
    /// Its default.
    pub default: Option<String>,
    /// The values it may take; empty where any.
    pub allowed: Vec<String>,
}

impl Parameter {
    /// Whether its value is a list.
    pub fn is_list(&self) -> bool {
        self.kind.contains("List")
    }

    /// Whether its value is the name of a value stored in Parameter Store.
    pub fn is_stored(&self) -> bool {
        self.kind.starts_with("AWS::SSM::Parameter::Value<")
    }
}

/// A resource of the template, as written or as SAM makes it.
#[derive(Clone, Debug)]
pub struct Resource {
    /// Its logical id.
    pub id: String,
    /// Its key; for a generated one, the key of the SAM resource that it follows from.
    pub key: NodeId,
    /// Its declaration.
    pub body: NodeId,
    /// Its type; empty where none is written.
    pub kind: String,
    /// Its properties.
    pub properties: Option<NodeId>,
    /// The SAM resource that it was made from.
    pub made_by: Option<String>,
    /// Under which conditions it exists.
    pub guard: Guard,
}

impl Resource {
    /// Whether it is a custom resource, of which only deployment knows the attributes.
    pub fn is_custom(&self) -> bool {
        self.kind.starts_with("Custom::") || self.kind == "AWS::CloudFormation::CustomResource"
    }
}

/// A transform or macro that works on the template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transform {
    /// Its name: `AWS::Serverless-2016-10-31`.
    pub name: String,
    /// Its place.
    pub span: Span,
}

impl Transform {
    /// Whether we know what it makes.
    pub fn is_known(&self) -> bool {
        matches!(
            self.name.as_str(),
            "AWS::Serverless-2016-10-31"
                | "AWS::LanguageExtensions"
                | "AWS::CodeDeployBlueGreen"
                | "AWS::SecretsManager-2020-07-23"
                | "AWS::SecretsManager-2024-09-16"
        )
    }
}

/// A lowered template.
#[derive(Debug)]
pub struct Template<'t> {
    /// The tree, with what SAM's expansion added.
    pub parsed: Parsed<'t>,
    /// Parameters in order.
    pub parameters: Vec<Parameter>,
    /// Resources in order, generated ones after what they were made from.
    pub resources: Vec<Resource>,
    /// Transforms in order.
    pub transforms: Vec<Transform>,
    /// Whether SAM's transform is among them.
    pub is_sam: bool,
    /// What SAM's expansion noticed.
    pub expansion: Option<sam::Expansion>,
    /// Whether there are loops that make too much to be written out.
    pub has_loops_left: bool,
    names: HashMap<String, usize>,
    also_known_as: HashMap<String, String>,
    /// Who names each resource.
    naming: OnceCell<Vec<Vec<usize>>>,
    /// The resources in the order of their types.
    by_kind: OnceCell<Vec<usize>>,
    handed_on: OnceCell<BTreeSet<String>>,
    layout: OnceCell<Layout>,
    parameter_names: HashMap<String, usize>,
    conditions: condition::Conditions,
    default_situation: OnceCell<Guard>,
    guards: RefCell<Guards>,
    evaluator: RefCell<Evaluator>,
    inputs: Inputs,
}

/// Sections that a template may have.
pub const SECTIONS: [&str; 11] = [
    "AWSTemplateFormatVersion",
    "Description",
    "Metadata",
    "Parameters",
    "Mappings",
    "Conditions",
    "Rules",
    "Transform",
    "Globals",
    "Resources",
    "Outputs",
];

/// Reads `text` and lowers it. Never fails.
pub fn lower<'t>(text: &'t str, limits: &Limits, inputs: Inputs) -> Template<'t> {
    lower_read(parse(text, limits), inputs)
}

/// Lowers a text that was read. Never fails.
pub fn lower_read(mut parsed: Parsed<'_>, inputs: Inputs) -> Template<'_> {
    let parameters = parameters(parsed.root());
    let transforms = transforms(parsed.root());
    let mut has_loops_left = false;
    if transforms.iter().any(|transform| transform.name == "AWS::LanguageExtensions") {
        let (root, fits) = for_each::unroll(&mut parsed.tree, parsed.root, &parameters, &inputs);
        parsed.root = root.unwrap_or(parsed.root);
        has_loops_left = !fits;
    }
    let root = parsed.root;
    let is_sam = sam::is_sam(parsed.root()) || has_sam_resources(parsed.root());
    let mut guards = Guards::default();
    let mut expansion = None;
    let mut found: Vec<(String, NodeId, NodeId, Option<String>)> = Vec::new();
    if is_sam {
        let given = |name: &str| {
            let declared = || parameters.iter().find(|parameter| parameter.name == name)?.default.clone();
            inputs.value(name).map(str::to_owned).or_else(declared)
        };
        let expanded = sam::expand(&mut parsed.tree, root, &given);
        for resource in &expanded.resources {
            found.push((resource.id.clone(), resource.source, resource.body, resource.made_by.clone()));
        }
        expansion = Some(expanded);
    } else if let Some(section) = parsed.root().get("Resources") {
        for entry in section.entries() {
            if let Some(name) = entry.name().filter(|name| !name.starts_with("Fn::")) {
                found.push((name.to_owned(), entry.key.id(), entry.value.id(), None));
            }
        }
    }
    let added: Vec<(&str, Node<'_>)> = expansion
        .iter()
        .flat_map(|expansion| &expansion.conditions)
        .map(|condition| (condition.name.as_str(), parsed.tree.node(condition.value)))
        .collect();
    let section = parsed.root().get("Conditions");
    let conditions = condition::Conditions::lower(section, &added, &parameters, &inputs, &mut guards);
    let resources: Vec<Resource> = found
        .into_iter()
        .map(|(id, key, body, made_by)| {
            let node = parsed.tree.node(body);
            let guard = match node.get("Condition").and_then(Node::as_str) {
                Some(name) => conditions.guard(name).unwrap_or_else(|| guards.opaque()),
                None => Guard::ALWAYS,
            };
            Resource {
                id,
                key,
                body,
                kind: node.get("Type").and_then(Node::as_str).unwrap_or("").to_owned(),
                properties: node.get("Properties").map(Node::id),
                made_by,
                guard,
            }
        })
        .collect();
    let mut names = HashMap::with_capacity(resources.len());
    for (at, resource) in resources.iter().enumerate() {
        names.entry(resource.id.clone()).or_insert(at);
    }
    let also_known_as = expansion.iter().flat_map(|expansion| expansion.references.iter().cloned()).collect();
    let parameter_names =
        parameters.iter().enumerate().map(|(at, parameter)| (parameter.name.clone(), at)).collect();
    Template {
        parsed,
        parameters,
        resources,
        transforms,
        is_sam,
        expansion,
        has_loops_left,
        names,
        also_known_as,
        naming: OnceCell::new(),
        by_kind: OnceCell::new(),
        handed_on: OnceCell::new(),
        layout: OnceCell::new(),
        parameter_names,
        conditions,
        default_situation: OnceCell::new(),
        guards: RefCell::new(guards),
        evaluator: RefCell::new(Evaluator::default()),
        inputs,
    }
}

impl<'t> Template<'t> {
    /// The text.
    pub fn text(&self) -> &'t str {
        self.parsed.text
    }

    /// A handle on a node.
    pub fn node(&self, id: NodeId) -> Node<'_> {
        self.parsed.tree.node(id)
    }

    /// A section of the template.
    pub fn section(&self, name: &str) -> Option<Node<'_>> {
        self.parsed.root().get(name)
    }

    /// Whether the text is a template at all: a map with resources, or with what only a template has.
    pub fn is_template(&self) -> bool {
        let root = self.parsed.root();
        let has = |name: &str| root.entry(name).is_some();
        let typed = |section: Node<'_>| {
            section.is_null() || section.entries().into_iter().any(|entry| entry.value.get("Type").is_some())
        };
        has("AWSTemplateFormatVersion")
            || (has("Transform") && has("Resources"))
            || root.get("Resources").is_some_and(typed)
            || (has("Resources") && has("Parameters"))
    }

    /// Whether the AWS CDK wrote the text: it marks nearly every resource with the construct that it comes from.
    pub fn is_synthesized(&self) -> bool {
        let marked = |resource: &Resource| {
            resource.kind == "AWS::CDK::Metadata"
                || self.node(resource.body).at(&["Metadata", "aws:cdk:path"]).is_some()
        };
        self.resources.iter().any(marked)
    }

    /// The resource of a logical id, also by the names that SAM gives to what it makes.
    pub fn resource(&self, id: &str) -> Option<&Resource> {
        self.resources.get(self.position(id)?)
    }

    /// The resources that name one of the resources `ids` in their properties, in order. Who names whom is looked up once.
    pub fn resources_naming(&self, ids: &[&str]) -> impl Iterator<Item = &Resource> {
        let naming = self.naming.get_or_init(|| {
            let mut naming = vec![Vec::new(); self.resources.len()];
            for (at, resource) in self.resources.iter().enumerate() {
                for named in self.named_by(resource) {
                    naming[named].push(at);
                }
            }
            naming
        });
        let mut found: Vec<usize> = Vec::new();
        for at in ids.iter().filter_map(|id| self.names.get(*id)) {
            found.extend(&naming[*at]);
        }
        found.order();
        found.dedup();
        found.into_iter().filter_map(|at| self.resources.get(at))
    }

    /// How the template is written, which `read` tells once.
    pub(crate) fn layout(&self, read: impl FnOnce() -> Layout) -> &Layout {
        self.layout.get_or_init(read)
    }

    /// The resources of some types, in order.
    pub fn resources_of(&self, kinds: &[&str]) -> impl Iterator<Item = &Resource> {
        let kind_of = |at: &usize| self.resources.get(*at).map_or("", |resource| resource.kind.as_str());
        let by_kind = self.by_kind.get_or_init(|| {
            let mut order: Vec<usize> = (0..self.resources.len()).collect();
            order.order_by_key(|at| (kind_of(at), *at));
            order
        });
        let mut found: Vec<usize> = Vec::new();
        for kind in kinds {
            let start = by_kind.partition_point(|at| kind_of(at) < *kind);
            found.extend(by_kind[start..].iter().take_while(|at| kind_of(at) == *kind));
        }
        if kinds.len() > 1 {
            found.order();
        }
        found.into_iter().filter_map(|at| self.resources.get(at))
    }

    fn named_by(&self, resource: &Resource) -> Vec<usize> {
        let mut found = Vec::new();
        if let Some(properties) = self.properties(resource) {
            reference::references(properties, self.text(), &mut |reference| {
                if let Some(at) = self.position(reference.name).filter(|at| !found.contains(at)) {
                    found.push(at);
                }
            });
        }
        found
    }

    fn position(&self, id: &str) -> Option<usize> {
        self.names.get(id).or_else(|| self.names.get(self.also_known_as.get(id)?)).copied()
    }

    /// The names that leave the stack: others may use what they stand for.
    pub(crate) fn handed_on(&self) -> &BTreeSet<String> {
        self.handed_on.get_or_init(|| sharing::handed_on(self))
    }

    /// The parameter of a name.
    pub fn parameter(&self, name: &str) -> Option<&Parameter> {
        self.parameters.get(*self.parameter_names.get(name)?)
    }

    /// The properties of a resource.
    pub fn properties(&self, resource: &Resource) -> Option<Node<'_>> {
        resource.properties.map(|id| self.node(id))
    }

    /// Whether all values that were asked for could be kept.
    pub(crate) fn has_room_for_values(&self) -> bool {
        self.evaluator.borrow().has_room()
    }

    /// The names of conditions that hang on themselves, one of each ring.
    pub(crate) fn rings_of_conditions(&self) -> &[String] {
        self.conditions.rings()
    }

    /// The guard of a condition; nothing for a name that is not there.
    pub fn condition(&self, name: &str) -> Option<Guard> {
        self.conditions.guard(name)
    }

    /// The situations in which every parameter that conditions ask for has its default, where it has one. Parameters
    /// with a given value do not vary in any case.
    pub fn default_situation(&self) -> Guard {
        *self.default_situation.get_or_init(|| {
            let mut guards = self.guards.borrow_mut();
            self.parameters.iter().fold(Guard::ALWAYS, |all, parameter| {
                let Some(default) = parameter.default.as_deref() else { return all };
                let one = self.conditions.value_guard(&mut guards, &parameter.name, default);
                guards.and(all, one)
            })
        })
    }

    /// What is given beside the text.
    pub fn inputs(&self) -> &Inputs {
        &self.inputs
    }

    /// Asks the guards of this template.
    pub fn with_guards<T>(&self, ask: impl FnOnce(&mut Guards) -> T) -> T {
        ask(&mut self.guards.borrow_mut())
    }

    /// A situation in which `guard` holds, in words: `Env = prod, CreateVpc = true`. Empty where it always does.
    pub fn describe(&self, guard: Guard) -> String {
        let guards = self.guards.borrow();
        let mut words = Vec::new();
        for (variable, value) in guards.example(guard).unwrap_or_default() {
            if let Some((name, Some(value))) = self.conditions.describe(variable, value) {
                words.push(format!("{name} = {value}"));
            }
        }
        words.join(", ")
    }

    /// What `node` evaluates to: one case for each set of situations in which it differs.
    pub fn evaluate(&self, node: Node<'_>) -> Vec<Case> {
        evaluate::evaluate(self, node)
    }

    /// What a `Ref` of a parameter evaluates to.
    pub fn parameter_value(&self, parameter: &Parameter) -> Value {
        evaluate::parameter(self, parameter)
    }

    /// What a property of a resource evaluates to, also below an `Fn::If`; no case where it is not written.
    pub fn property(&self, resource: &Resource, path: &[&str]) -> Vec<Case> {
        let Some((first, rest)) = path.split_first() else { return Vec::new() };
        let Some(node) = self.properties(resource).and_then(|node| node.get(first)) else {
            return Vec::new();
        };
        let whole = evaluate::shared(self, node);
        match rest.split_first() {
            None => whole.to_vec(),
            Some((second, rest)) => {
                rest.iter().fold(self.inside(&whole, second), |cases, key| self.inside(&cases, key))
            }
        }
    }

    /// The values of a key in maps. A value that is not known may hold it: then it is unknown for the same reason.
    fn inside(&self, cases: &[Case], key: &str) -> Vec<Case> {
        let mut found = Vec::new();
        for case in cases {
            match &case.value {
                Value::Map(entries) => {
                    for (_, entry) in entries.iter().filter(|(name, _)| name == key) {
                        let guard = self.with_guards(|guards| guards.and(case.guard, entry.guard));
                        if guard != Guard::NEVER {
                            found.push(Case { guard, ..entry.clone() });
                        }
                    }
                }
                Value::Unknown(_) => found.push(case.clone()),
                Value::Text(text) if text.known().is_none() => found.push(case.clone()),
                Value::Text(_) | Value::List(_) | Value::Zones(_) | Value::Null | Value::NoValue => {}
            }
        }
        found
    }

    /// Whether a macro that we do not know, or another tool, may add names.
    pub fn has_unknown_macro(&self) -> bool {
        self.transforms.iter().any(|transform| !transform.is_known())
    }
}

/// Articles and answers often show SAM resources without the line that names the transform: they are meant as SAM.
fn has_sam_resources(root: Node<'_>) -> bool {
    root.get("Resources").map(Node::entries).into_iter().flatten().any(|entry| {
        entry
            .value
            .get("Type")
            .and_then(Node::as_str)
            .is_some_and(|kind| kind.starts_with("AWS::Serverless::"))
    })
}

fn parameters(root: Node<'_>) -> Vec<Parameter> {
    let Some(section) = root.get("Parameters") else { return Vec::new() };
    let mut parameters = Vec::new();
    for entry in section.entries() {
        let Some(name) = entry.name() else { continue };
        let text = |key: &str| entry.value.get(key).filter(|node| node.as_str().is_some());
        let allowed = entry.value.get("AllowedValues").map(Node::items);
        parameters.push(Parameter {
            name: name.to_owned(),
            key: entry.key.id(),
            body: entry.value.id(),
            kind: text("Type").and_then(Node::as_str).unwrap_or("String").to_owned(),
            default: text("Default")
                .filter(|node| !node.is_null() || !node.is_plain())
                .map(condition::scalar_text),
            allowed: allowed
                .into_iter()
                .flatten()
                .filter(|node| node.as_str().is_some())
                .map(condition::scalar_text)
                .collect(),
        });
    }
    parameters
}

fn transforms(root: Node<'_>) -> Vec<Transform> {
    let mut found = Vec::new();
    let mut one = |node: Node<'_>| {
        // `Transform: {Name: ..., Parameters: ...}` is the long form.
        let named = node.get("Name").unwrap_or(node);
        if let Some(name) = named.as_str().filter(|_| !named.is_null()) {
            found.push(Transform { name: name.to_owned(), span: named.span() });
        }
    };
    if let Some(node) = root.get("Transform") {
        if node.is_sequence() {
            node.items().into_iter().for_each(&mut one);
        } else {
            one(node);
        }
    }
    if let Some(node) = root.get("Fn::Transform") {
        one(node);
    }
    found
}
