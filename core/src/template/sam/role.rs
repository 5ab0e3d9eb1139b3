use super::intrinsic;
use super::policy_templates;
use super::problem::SamProblemKind;
use super::source::{Made, Source, Template};
use super::value::{Map, Text, Value, map};
use super::{managed_policies, problem::SamProblem};
use crate::syntax::{Node, NodeId};

/// A role that SAM makes for a resource.
#[derive(Clone, Debug)]
pub(super) struct Role {
    /// Its logical id.
    pub(super) id: String,
    /// Condition and deletion policies.
    pub(super) attributes: Map,
    /// The text it follows from.
    pub(super) at: NodeId,
    /// Who may take it.
    pub(super) trust: Value,
    /// ARNs of managed policies.
    managed: Vec<Value>,
    /// Policies of its own, each a map with `PolicyName` and `PolicyDocument`, or `Fn::If` of such.
    policies: Vec<Value>,
    /// Its path.
    pub(super) path: Option<Value>,
    /// Its permissions boundary.
    pub(super) boundary: Option<Value>,
    /// Its tags.
    pub(super) tags: Option<Value>,
    /// Whether `ManagedPolicyArns` is written even where it is empty.
    pub(super) lists_managed: bool,
}

impl Role {
    /// A role that one AWS service may take.
    pub(super) fn of_service(id: String, source: &Source<'_>, at: NodeId, service: &'static str) -> Self {
        Self {
            id,
            attributes: source.passed_on(),
            at,
            trust: trust(service),
            managed: Vec::new(),
            policies: Vec::new(),
            path: None,
            boundary: None,
            tags: None,
            lists_managed: false,
        }
    }

    /// Adds a managed policy unless it is there.
    pub(super) fn add_managed(&mut self, template: &Template<'_>, arn: Value) {
        let json = arn.to_json(template.tree);
        if !self.managed.iter().any(|other| other.to_json(template.tree) == json) {
            self.managed.push(arn);
        }
    }

    /// Adds an inline policy.
    pub(super) fn add_policy(&mut self, name: String, document: Value) {
        self.policies.push(map([("PolicyName", name.into()), ("PolicyDocument", document)]));
    }

    /// Adds an inline policy unless its document is there.
    pub(super) fn add_new_policy(&mut self, template: &Template<'_>, name: String, document: Value) {
        let json = document.to_json(template.tree);
        let is_same = |policy: &Value| match policy {
            Value::Map(entries) => entries
                .iter()
                .any(|(key, value)| key == "PolicyDocument" && value.to_json(template.tree) == json),
            _ => false,
        };
        if !self.policies.iter().any(is_same) {
            self.add_policy(name, document);
        }
    }

    /// Adds everything that the `Policies` property of a function or state machine says.
    pub(super) fn add_policies(
        &mut self,
        template: &Template<'_>,
        source: &Source<'_>,
        problems: &mut Vec<SamProblem>,
    ) {
        let Some(policies) = source.given("Policies") else { return };
        let one = [policies.id()];
        let entries = if policies.is_sequence() && !intrinsic::is_intrinsic(policies) {
            policies.items().ids()
        } else {
            &one
        };
        for (index, entry) in entries.iter().enumerate() {
            let node = template.tree.node(*entry);
            match PolicyKind::of(node) {
                Ok(PolicyKind::Managed) => {
                    let arn = managed_arn(template, node).of(*entry);
                    self.add_managed(template, arn);
                }
                Ok(PolicyKind::Document | PolicyKind::Template) => {
                    let name = format!("{}Policy{index}", self.id);
                    match inline_policy(node, &name) {
                        Ok(policy) => self.policies.push(policy.of(*entry)),
                        Err(kind) => problems.push(SamProblem::new(*entry, Some(source.id), kind)),
                    }
                }
                Err(kind) => problems.push(SamProblem::new(*entry, Some(source.id), kind)),
            }
        }
    }

    /// The resource.
    pub(super) fn finish(self) -> Made {
        let mut made = Made::new(self.id, "AWS::IAM::Role", self.attributes, self.at);
        made.set("AssumeRolePolicyDocument", self.trust);
        if self.lists_managed || !self.managed.is_empty() {
            made.set("ManagedPolicyArns", Value::List(self.managed));
        }
        if !self.policies.is_empty() {
            made.set("Policies", Value::List(self.policies));
        }
        made.set_some("Path", self.path);
        made.set_some("PermissionsBoundary", self.boundary);
        made.set_some("Tags", self.tags);
        made
    }
}

/// The document that lets one AWS service take a role.
pub(super) fn trust(service: &'static str) -> Value {
    let statement = map([
        ("Action", vec!["sts:AssumeRole".into()].into()),
        ("Effect", "Allow".into()),
        ("Principal", map([("Service", vec![service.into()].into())])),
    ]);
    map([("Version", "2012-10-17".into()), ("Statement", vec![statement].into())])
}

/// A document of one statement, without a version.
pub(super) fn allow(action: &'static str, resource: Value) -> Value {
    document(vec![statement(action.into(), resource)])
}

/// A document without a version.
pub(super) fn document(statements: Vec<Value>) -> Value {
    map([("Statement", statements.into())])
}

/// A statement that allows.
pub(super) fn statement(action: Value, resource: Value) -> Value {
    map([("Action", action), ("Effect", "Allow".into()), ("Resource", resource)])
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum PolicyKind {
    /// A name, an ARN or an intrinsic function.
    Managed,
    /// A document.
    Document,
    /// A SAM policy template.
    Template,
}

impl PolicyKind {
    fn of(node: Node<'_>) -> Result<Self, SamProblemKind> {
        if let Some(parts) = intrinsic::parts_of_if(node) {
            return match (intrinsic::is_no_value(parts.yes), intrinsic::is_no_value(parts.no)) {
                (true, false) => Self::of(parts.no),
                (false, true) => Self::of(parts.yes),
                _ => {
                    let (yes, no) = (Self::of(parts.yes)?, Self::of(parts.no)?);
                    if yes == no { Ok(yes) } else { Err(SamProblemKind::UnknownPolicy) }
                }
            };
        }
        if intrinsic::is_intrinsic(node) || (node.as_str().is_some() && !node.is_null()) {
            return Ok(Self::Managed);
        }
        if node.get("Statement").is_some() {
            return Ok(Self::Document);
        }
        match node.single_entry().and_then(crate::syntax::Entry::name) {
            Some(name) if policy_templates::find(name).is_some() => Ok(Self::Template),
            _ => Err(SamProblemKind::UnknownPolicy),
        }
    }
}

/// A managed policy's ARN: names that AWS has become ARNs, in both branches of `Fn::If` too.
fn managed_arn(template: &Template<'_>, node: Node<'_>) -> Value {
    if let Some(parts) = intrinsic::parts_of_if(node) {
        let branch = |branch: Node<'_>| match branch.as_str() {
            Some(_) if !intrinsic::is_intrinsic(branch) => managed_arn(template, branch),
            _ => branch.into(),
        };
        return map([("Fn::If", vec![parts.condition.into(), branch(parts.yes), branch(parts.no)].into())]);
    }
    match node.as_str() {
        Some(name) if node.tag().is_none() => {
            managed_policies::path_of(name).map_or_else(|| node.into(), |path| template.managed_policy(&path))
        }
        _ => node.into(),
    }
}

/// A document or template with its name around it, in both branches of `Fn::If` too.
fn inline_policy(node: Node<'_>, name: &str) -> Result<Value, SamProblemKind> {
    if let Some(parts) = intrinsic::parts_of_if(node) {
        let branch = |branch: Node<'_>| {
            if intrinsic::is_no_value(branch) { Ok(branch.into()) } else { inline_policy(branch, name) }
        };
        let branches = vec![parts.condition.into(), branch(parts.yes)?, branch(parts.no)?];
        return Ok(map([("Fn::If", branches.into())]));
    }
    let document = match node.get("Statement") {
        Some(_) => node.into(),
        None => template_document(node)?,
    };
    Ok(map([("PolicyName", name.to_owned().into()), ("PolicyDocument", document)]))
}

fn template_document(node: Node<'_>) -> Result<Value, SamProblemKind> {
    let entry = node.single_entry().ok_or(SamProblemKind::UnknownPolicy)?;
    let name = entry.name().ok_or(SamProblemKind::UnknownPolicy)?;
    let found = policy_templates::find(name).ok_or(SamProblemKind::UnknownPolicy)?;
    let value_of = |parameter: &str| {
        let given = |entry: &crate::syntax::Entry<'_>| {
            entry.name().is_some_and(|name| name.eq_ignore_ascii_case(parameter))
        };
        entry.value.entries().into_iter().find(given).map(|entry| entry.value.into())
    };
    found.document(&value_of).map_err(|parameter| SamProblemKind::MissingPolicyParameter {
        template: name.to_owned(),
        parameter: first_upper(&parameter),
    })
}

/// Parameters of policy templates start with a capital.
fn first_upper(text: &str) -> String {
    let mut characters = text.chars();
    let first: Text =
        characters.next().map(|first| first.to_ascii_uppercase().to_string()).unwrap_or_default().into();
    format!("{first}{}", characters.as_str())
}
