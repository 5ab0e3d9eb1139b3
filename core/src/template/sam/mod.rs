//! What the transform `AWS::Serverless-2016-10-31` makes of a template: `Globals` merged, SAM resources replaced by
//! the plain CloudFormation resources that they stand for, with the logical ids that SAM gives them.
//!
//! Everything made is pushed into the template's own tree. What the author wrote is shared by its node; what SAM adds
//! carries the span of the text it follows from.

mod api_policy;
mod capacity_provider;
mod connector;
mod custom_domain;
mod deployment;
mod events;
mod function;
mod globals;
mod graphql_api;
mod http_api;
mod intrinsic;
mod invoke_config;
mod logical_id;
mod managed_policies;
mod output;
mod planting;
mod policy_templates;
mod pollers;
mod problem;
mod renamed;
mod rest_api;
mod role;
mod source;
mod state_machine;
mod usage_plan;
mod value;

pub use globals::Joined;
pub use logical_id::HASH_MARKER;
pub use problem::{SamProblem, SamProblemKind};

use self::globals::{Found, Globals, ResourceNodes};
use self::output::{Item, Output};
use self::source::{Source, Template};
use self::value::Value;
use std::collections::HashMap;

use crate::order::Order;
use crate::syntax::{Node, NodeId, Tree};

/// What SAM's transform makes of a template.
#[derive(Clone, Debug, Default)]
pub struct Expansion {
    /// Every resource after the transform, in the template's order; what is made from a SAM resource follows it.
    pub resources: Vec<ExpandedResource>,
    /// What SAM refuses. The rest is expanded all the same.
    pub problems: Vec<SamProblem>,
    /// References that name what a SAM resource makes, as written after `Ref` or before the attribute of
    /// `Fn::GetAtt`: `MyFunction.Alias`, `MyApi.Stage`, or a layer's own id, each with the logical id it means.
    pub references: Vec<(String, String)>,
    /// Conditions that SAM adds.
    pub conditions: Vec<AddedCondition>,
    /// Lists of `Globals` joined with a resource's own.
    pub joined: Vec<Joined>,
}

/// A resource after the transform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpandedResource {
    /// Its logical id. Where SAM ends it with a hash of code or of an API, [`HASH_MARKER`] stands instead.
    pub id: String,
    /// Its key.
    pub key: NodeId,
    /// The whole resource, in plain CloudFormation.
    pub body: NodeId,
    /// The SAM resource that it is made from; nothing for one that is untouched or itself the transformed one.
    pub made_by: Option<String>,
    /// The key, in the text, of the resource that it is or is made from. For an API that SAM adds by itself it is
    /// the first function that asks for it.
    pub source: NodeId,
}

/// A condition that SAM adds to the template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddedCondition {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: NodeId,
}

/// Whether the template asks for SAM's transform, alone or among others.
pub fn is_sam(root: Node<'_>) -> bool {
    let names = |node: Node<'_>| {
        let name = if node.is_mapping() { node.get("Name") } else { Some(node) };
        name.and_then(Node::as_str) == Some("AWS::Serverless-2016-10-31")
    };
    root.get("Transform")
        .is_some_and(|transform| names(transform) || transform.items().into_iter().any(names))
}

/// Expands a template. Never fails: what SAM refuses becomes a problem, and everything else is expanded.
///
/// `parameters` gives the values of parameters, and of `AWS::Partition` or `AWS::Region` where they are known; a
/// parameter's default is read from the template.
pub fn expand(tree: &mut Tree<'_>, root: NodeId, parameters: &dyn Fn(&str) -> Option<String>) -> Expansion {
    let mut out = Output::default();
    let mut resources = read(tree, root, &mut out);
    apply_globals(tree, root, &mut resources, &mut out);
    let conditions = transform(tree, root, &resources, parameters, &mut out);
    planting::plant(tree, &resources, out, conditions)
}

/// The nodes of a resource.
#[derive(Clone, Debug)]
struct Resource {
    id: String,
    kind: String,
    key: NodeId,
    /// Nothing for an API that SAM adds.
    body: Option<NodeId>,
    properties: Option<NodeId>,
    /// The function that an API is added for.
    asked_by: Option<usize>,
}

fn read(tree: &Tree<'_>, root: NodeId, out: &mut Output) -> Vec<Resource> {
    let mut resources: Vec<Resource> = Vec::new();
    let mut places: HashMap<&str, usize> = HashMap::new();
    let entries = tree.node(root).get("Resources").map(Node::entries);
    for entry in entries.into_iter().flatten() {
        let Some(id) = entry.name() else { continue };
        if !entry.value.is_mapping() {
            out.problems.push(SamProblem::new(entry.key.id(), Some(id), SamProblemKind::MalformedResource));
        }
        let resource = Resource {
            id: id.to_owned(),
            kind: entry.value.get("Type").and_then(Node::as_str).unwrap_or_default().trim().to_owned(),
            key: entry.key.id(),
            body: Some(entry.value.id()),
            properties: entry.value.get("Properties").map(Node::id),
            asked_by: None,
        };
        // Of two equal ids the later one counts.
        if let Some(other) = places.get(id).and_then(|place| resources.get_mut(*place)) {
            *other = resource;
        } else {
            places.insert(id, resources.len());
            resources.push(resource);
        }
    }
    resources
}

/// Merges `Globals`, and adds the APIs that events ask for without naming any.
fn apply_globals(tree: &mut Tree<'_>, root: NodeId, resources: &mut Vec<Resource>, out: &mut Output) {
    let globals = Globals::read(tree.node(root), &mut out.problems);
    add_implied(tree, root, resources);
    for resource in resources {
        let Some(section) = resource.kind.strip_prefix("AWS::Serverless::") else { continue };
        let ignore = resource.body.and_then(|body| tree.node(body).get("IgnoreGlobals")).map(Node::id);
        let nodes = ResourceNodes { id: &resource.id, properties: resource.properties, ignore };
        let mut found = Found { joined: &mut out.joined, problems: &mut out.problems };
        resource.properties = globals.apply(tree, section, &nodes, &mut found);
    }
}

/// The APIs that SAM adds: type, logical id, event type and the event's property that names an API.
const IMPLIED: [(&str, &str, &str, &str); 2] = [
    ("AWS::Serverless::Api", "ServerlessRestApi", "Api", "RestApiId"),
    ("AWS::Serverless::HttpApi", http_api::IMPLICIT, "HttpApi", "ApiId"),
];

fn add_implied(tree: &Tree<'_>, root: NodeId, resources: &mut Vec<Resource>) {
    let sources = sources(tree, resources);
    let template = Template::new(tree, tree.node(root), &|_| None, &sources);
    let mut added = Vec::new();
    for (kind, id, event, property) in IMPLIED {
        if template.source(id).is_some() {
            continue;
        }
        if let Some(implied) = rest_api::implied(&template, event, property) {
            added.push(Resource {
                id: id.to_owned(),
                kind: kind.to_owned(),
                key: implied.key,
                body: None,
                properties: None,
                asked_by: Some(implied.source),
            });
        }
    }
    resources.append(&mut added);
}

fn sources<'a>(tree: &'a Tree<'a>, resources: &'a [Resource]) -> Vec<Source<'a>> {
    let source = |resource: &'a Resource| Source {
        id: &resource.id,
        key: resource.key,
        body: resource.body.map(|body| tree.node(body)),
        kind: &resource.kind,
        properties: resource.properties.map(|properties| tree.node(properties)),
    };
    resources.iter().map(source).collect()
}

/// In which order SAM expands: APIs after the functions that add to them, connectors last.
fn turn(kind: &str) -> u8 {
    match kind {
        "AWS::Serverless::Function" => 0,
        "AWS::Serverless::StateMachine" => 1,
        "AWS::Serverless::Api" | "AWS::Serverless::HttpApi" | "AWS::Serverless::WebSocketApi" => 2,
        "AWS::Serverless::Connector" => 4,
        _ => 3,
    }
}

/// Makes everything that is made; the tree is only read. Returns the conditions that SAM adds.
fn transform(
    tree: &Tree<'_>,
    root: NodeId,
    resources: &[Resource],
    parameters: &dyn Fn(&str) -> Option<String>,
    out: &mut Output,
) -> Vec<(String, Value, NodeId)> {
    let sources = sources(tree, resources);
    let template = Template::new(tree, tree.node(root), parameters, &sources);
    let mut order: Vec<_> = sources.iter().enumerate().collect();
    order.order_by_key(|(_, source)| turn(source.kind));
    for (index, source) in order {
        out.begin(index);
        let first = out.made.len();
        expand_one(&template, source, out);
        pass_tags_on(source, &mut out.made[first..]);
    }
    usage_plan::expand_shared(&template, out);
    connector::expand_embedded(&template, out);
    deployment::expand(&template, out);
    std::mem::take(&mut out.conditions)
}

fn expand_one(template: &Template<'_>, source: &Source<'_>, out: &mut Output) {
    let Some(name) = source.kind.strip_prefix("AWS::Serverless::") else { return };
    if source.properties.is_some_and(|properties| !properties.is_mapping() && !properties.is_null()) {
        out.problems.push(source.problem("Properties", SamProblemKind::MalformedResource));
    }
    match name {
        "Function" => function::expand(template, source, out),
        "StateMachine" => state_machine::expand(template, source, out),
        "Api" | "HttpApi" => expand_api(template, source, name, out),
        "WebSocketApi" => http_api::expand_web_socket(template, source, out),
        "SimpleTable" => renamed::simple_table(source, out),
        "Application" => renamed::application(source, out),
        "LayerVersion" => renamed::layer_version(template, source, out),
        "CapacityProvider" => capacity_provider::expand(template, source, out),
        "NetworkConnector" => capacity_provider::expand_network_connector(template, source, out),
        "GraphQLApi" => graphql_api::expand(template, source, out),
        "MicrovmImage" => renamed::rename(source, "AWS::Lambda::MicrovmImage", out),
        "WebFunction" => renamed::rename(source, "AWS::Lambda::WebFunction", out),
        "Connector" => connector::expand(template, source, out),
        other => {
            let kind = SamProblemKind::UnknownType(other.to_owned());
            out.problems.push(source.problem("Type", kind));
        }
    }
}

/// `PropagateTags`: everything made has the author's tags, and those alone.
fn pass_tags_on(source: &Source<'_>, made: &mut [Item]) {
    const TAGGED: [&str; 3] = ["AWS::Lambda::Function", "AWS::IAM::Role", "AWS::StepFunctions::StateMachine"];
    const PASSING: [&str; 2] = ["AWS::Serverless::Function", "AWS::Serverless::StateMachine"];
    let (Some(_), Some(tags)) = (source.given("PropagateTags"), source.given("Tags")) else { return };
    for item in
        made.iter_mut().filter(|item| TAGGED.contains(&item.made.kind) && PASSING.contains(&source.kind))
    {
        item.made.set_some("Tags", source::tags(None, Some(tags)));
    }
}

fn expand_api(template: &Template<'_>, source: &Source<'_>, name: &str, out: &mut Output) {
    let is_rest = name == "Api";
    let implied = if source.body.is_some() {
        None
    } else {
        let (event, property) = if is_rest { ("Api", "RestApiId") } else { ("HttpApi", "ApiId") };
        rest_api::implied(template, event, property)
    };
    let attributes = match &implied {
        Some(implied) => implied.attributes(source.id, out),
        None => source.passed_on(),
    };
    if is_rest {
        let stage = implied.map(|_| "Prod");
        rest_api::expand(template, source, stage, &attributes, out);
    } else {
        http_api::expand(template, source, &attributes, out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::{Limits, Parsed, parse};

    fn expanded(text: &str) -> (Parsed<'_>, Expansion) {
        let mut parsed = parse(text, &Limits::default());
        let expansion = expand(&mut parsed.tree, parsed.root, &|_| None);
        (parsed, expansion)
    }

    #[test]
    fn sam_is_one_transform_or_one_of_several() {
        let cases = [
            ("Transform: AWS::Serverless-2016-10-31", true),
            ("Transform: [AWS::LanguageExtensions, AWS::Serverless-2016-10-31]", true),
            ("Transform: {Name: AWS::Serverless-2016-10-31}", true),
            ("Transform: AWS::LanguageExtensions", false),
            ("Resources: {}", false),
        ];
        for (text, expected) in cases {
            assert_eq!(is_sam(parse(text, &Limits::default()).root()), expected, "{text}");
        }
    }

    #[test]
    fn lists_of_globals_and_a_function_are_joined_and_kept_apart_for_rules() {
        let text = "
Globals: {Function: {VpcConfig: {SubnetIds: [a], SecurityGroupIds: !Ref G}}}
Resources:
  F: {Type: AWS::Serverless::Function, Properties: {VpcConfig: {SubnetIds: [b, a], SecurityGroupIds: [g]}}}
";
        let (parsed, expansion) = expanded(text);
        let function = expansion.resources.iter().find(|resource| resource.id == "F");
        let list = |path: &[&str]| -> Vec<String> {
            let body = function.map(|function| parsed.tree.node(function.body));
            let items = body.and_then(|body| body.at(path)).map(Node::items);
            items.into_iter().flatten().filter_map(Node::as_str).map(str::to_owned).collect()
        };
        assert_eq!(list(&["Properties", "VpcConfig", "SubnetIds"]), ["a", "b", "a"]);
        assert_eq!(list(&["Properties", "VpcConfig", "SecurityGroupIds"]), ["g"]);
        let joined: Vec<_> =
            expansion.joined.iter().map(|joined| (joined.resource.as_str(), joined.path.as_str())).collect();
        assert_eq!(joined, [("F", "VpcConfig.SubnetIds")]);
    }

    #[test]
    fn made_resources_follow_their_source_and_point_at_it() {
        let text = "
Resources:
  T: {Type: AWS::SNS::Topic}
  F:
    Type: AWS::Serverless::Function
    Properties:
      AutoPublishAlias: live
  Q: {Type: AWS::SQS::Queue}
";
        let (parsed, expansion) = expanded(text);
        let ids: Vec<_> = expansion.resources.iter().map(|resource| resource.id.as_str()).collect();
        assert_eq!(ids, ["T", "F", "FVersion#", "FAliaslive", "FRole", "Q"]);
        assert!(expansion.references.contains(&("F.Version".to_owned(), "FVersion#".to_owned())));
        let alias = expansion.resources.iter().find(|resource| resource.id == "FAliaslive");
        let place = alias.map(|alias| parsed.tree.node(alias.body).span().slice(text));
        assert_eq!(place, Some("AutoPublishAlias"));
        assert_eq!(alias.and_then(|alias| alias.made_by.as_deref()), Some("F"));
    }
}
