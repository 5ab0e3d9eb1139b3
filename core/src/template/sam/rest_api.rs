use super::api_policy;
use super::custom_domain::{self, ApiKind, authorizer_permission};
use super::events;
use super::intrinsic;
use super::logical_id::{HASH_MARKER, is_alphanumeric, with_suffix};
use super::output::Output;
use super::problem::SamProblemKind;
use super::source::{Made, Source, Template, tags};
use super::usage_plan;
use super::value::{Map, Value, map, reference};
use crate::order::Order;
use crate::syntax::{Node, NodeId};

/// Expands an `AWS::Serverless::Api`, or the one that SAM adds for events that name no API (`stage` is its stage
/// then). `attributes` is what it passes on.
pub(super) fn expand(
    template: &Template<'_>,
    source: &Source<'_>,
    implicit_stage: Option<&'static str>,
    attributes: &Map,
    out: &mut Output,
) {
    report_cors(source, out);
    let own = if source.body.is_some() { source.own_attributes() } else { attributes.clone() };
    let mut api = Made::new(source.id.to_owned(), "AWS::ApiGateway::RestApi", own, source.key);
    api.take(
        source.properties,
        &[
            "BinaryMediaTypes",
            "MinimumCompressionSize",
            "Name",
            "Description",
            "Mode",
            "ApiKeySourceType",
            "Policy",
            "SecurityPolicy",
            "EndpointAccessMode",
            "FailOnWarnings",
        ],
    );
    api.set_some("Body", api_policy::definition(template, source));
    let location = source.property("DefinitionUri");
    let location = location.and_then(|at| super::function::s3_location(at, ["Bucket", "Key", "Version"]));
    api.set_some("BodyS3Location", location);
    endpoint_configuration(source, &mut api);
    let stage = stage(source, implicit_stage, attributes, out);
    let deployment = deployment(source, attributes);
    out.refer(source, "Stage", &stage.id);
    out.refer(source, "Deployment", &deployment.id);
    authorizers(template, source, attributes, out);
    custom_domain::expand(template, source, ApiKind::Rest, Some(&stage.id), attributes, out);
    usage_plan::expand(template, source, &stage.id, attributes, out);
    out.add(deployment);
    out.add(stage);
    out.add_itself(api);
}

fn endpoint_configuration(source: &Source<'_>, api: &mut Made) {
    let Some(config) = source.given("EndpointConfiguration") else { return };
    let kind = if intrinsic::is_intrinsic(config) { None } else { config.get("Type") };
    let mut entries: Map = vec![("Types".into(), vec![kind.unwrap_or(config).into()].into())];
    if kind.is_some() {
        if let Some(endpoints) = config.get("VPCEndpointIds").or_else(|| config.get("VpcEndpointIds")) {
            entries.push(("VpcEndpointIds".into(), endpoints.into()));
        }
        if let Some(family) = config.get("IpAddressType") {
            entries.push(("IpAddressType".into(), family.into()));
        }
    }
    api.set("EndpointConfiguration", Value::Map(entries).of(config.id()));
    api.set("Parameters", map([("endpointConfigurationTypes", kind.unwrap_or(config).into())]));
}

fn deployment(source: &Source<'_>, attributes: &Map) -> Made {
    let id = format!("{}Deployment{HASH_MARKER}", source.id);
    let mut made = Made::new(id, "AWS::ApiGateway::Deployment", attributes.clone(), source.key);
    made.set("RestApiId", reference(source.id));
    if source.property("OpenApiVersion").is_none() {
        made.set("StageName", "Stage");
    }
    made
}

fn stage(source: &Source<'_>, implicit: Option<&'static str>, attributes: &Map, out: &mut Output) -> Made {
    let given = source.property("StageName");
    let name = match (implicit, given) {
        (Some(name), _) => Some(name.to_owned()),
        // An intrinsic function gives no prefix, known or not.
        (None, Some(name)) if intrinsic::is_intrinsic(name) => None,
        (None, Some(name)) => name.as_str().map(str::to_owned),
        (None, None) => {
            let kind = SamProblemKind::MissingProperty("StageName".to_owned());
            out.problems.push(source.problem("StageName", kind));
            None
        }
    };
    let prefix = name.clone().unwrap_or_default();
    let id = if is_alphanumeric(&prefix) {
        format!("{}{prefix}Stage", source.id)
    } else {
        with_suffix(&format!("{}Stage", source.id), &prefix)
    };
    let mut stage = Made::new(id, "AWS::ApiGateway::Stage", attributes.clone(), source.place_of("StageName"));
    stage.set("RestApiId", reference(source.id));
    stage.set("DeploymentId", reference(&format!("{}Deployment{HASH_MARKER}", source.id)));
    match (name, given) {
        (Some(name), _) => stage.set("StageName", name),
        (None, given) => stage.set_some("StageName", given),
    }
    stage.take(
        source.properties,
        &[
            "CacheClusterEnabled",
            "CacheClusterSize",
            "Variables",
            "MethodSettings",
            "AccessLogSetting",
            "CanarySetting",
            "TracingEnabled",
        ],
    );
    stage.set_some("Tags", tags(None, source.given("Tags")));
    stage
}

fn authorizers(template: &Template<'_>, source: &Source<'_>, attributes: &Map, out: &mut Output) {
    let authorizers = source.property("Auth").and_then(|auth| auth.get("Authorizers"));
    for entry in authorizers.map(Node::entries).into_iter().flatten() {
        let (Some(name), Some(function)) = (entry.name(), entry.value.get("FunctionArn")) else { continue };
        let disabled = entry.value.get("DisableFunctionDefaultPermissions");
        if intrinsic::is_given(function) && !disabled.is_some_and(intrinsic::is_given) {
            let partition = template.partition();
            out.add(authorizer_permission(source, name, function.into(), partition, attributes));
        }
    }
}

/// Credentials need a named origin.
fn report_cors(source: &Source<'_>, out: &mut Output) {
    let Some(cors) = source.property("Cors").filter(|cors| cors.is_mapping()) else { return };
    let credentials = cors.get("AllowCredentials").and_then(Node::as_bool) == Some(true);
    let origin = cors.get("AllowOrigin");
    if credentials && origin.is_none_or(|origin| origin.as_str() == Some("'*'")) {
        let kind = SamProblemKind::InvalidProperty("Cors.AllowCredentials".to_owned());
        out.problems.push(source.problem("Cors", kind));
    }
}

/// The first event of this type that names no API, in all functions and state machines: what SAM adds an API for.
/// With it the conditions of all such functions, none where one of them has none.
pub(super) fn implied(template: &Template<'_>, kind: &str, property: &str) -> Option<Implied> {
    let mut implied: Option<Implied> = None;
    for (index, source) in template.sources.iter().enumerate() {
        if !matches!(source.kind, "AWS::Serverless::Function" | "AWS::Serverless::StateMachine") {
            continue;
        }
        for event in events::read(source, &mut Vec::new()) {
            let is_empty = event.properties.is_none_or(|properties| !intrinsic::is_given(properties));
            if event.kind != kind || event.property(property).is_some() || (kind == "Api" && is_empty) {
                continue;
            }
            let found = implied.get_or_insert_with(|| Implied {
                source: index,
                key: event.key,
                conditions: Some(Vec::new()),
                deletion: Vec::new(),
            });
            match (source.condition(), &mut found.conditions) {
                (Some(condition), Some(conditions)) => conditions.push(condition.to_owned()),
                _ => found.conditions = None,
            }
            for name in ["DeletionPolicy", "UpdateReplacePolicy"] {
                let policy = source.attribute(name).and_then(Node::as_str);
                found.deletion.extend(policy.map(|policy| (name, policy.to_owned())));
            }
        }
    }
    implied
}

/// An API that SAM adds itself.
pub(super) struct Implied {
    /// The index of the first function that asks for it.
    pub(super) source: usize,
    /// The key of the first event that asks for it.
    pub(super) key: NodeId,
    conditions: Option<Vec<String>>,
    deletion: Vec<(&'static str, String)>,
}

impl Implied {
    /// Its attributes: a condition where every event stands under one, `Retain` where one function retains.
    pub(super) fn attributes(&self, id: &str, out: &mut Output) -> Map {
        let mut names = self.conditions.clone().unwrap_or_default();
        names.order();
        names.dedup();
        let condition = super::deployment::combine(&format!("{id}Condition"), names, self.key, out);
        let mut attributes: Map =
            condition.into_iter().map(|condition| ("Condition".into(), condition.into())).collect();
        for name in ["DeletionPolicy", "UpdateReplacePolicy"] {
            let mut policies =
                self.deletion.iter().filter(|(other, _)| *other == name).map(|(_, policy)| policy);
            let retains = policies.clone().any(|policy| policy == "Retain");
            if retains {
                attributes.push((name.into(), "Retain".into()));
            } else if policies.any(|policy| policy == "Delete") {
                attributes.push((name.into(), "Delete".into()));
            }
        }
        attributes
    }
}
