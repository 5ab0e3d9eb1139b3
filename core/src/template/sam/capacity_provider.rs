use super::intrinsic;
use super::output::Output;
use super::problem::SamProblemKind;
use super::role::Role;
use super::source::{Made, Source, Template, tags};
use super::value::{Map, Value, get_att, map};
use crate::syntax::Node;

const KNOWN: [&str; 10] = [
    "CapacityProviderName",
    "VpcConfig",
    "OperatorRole",
    "Tags",
    "PropagateTags",
    "InstanceRequirements",
    "ScalingConfig",
    "KmsKeyArn",
    "LoggingConfig",
    "ManagedResourceTags",
];

/// Expands an `AWS::Serverless::CapacityProvider`: the provider and its operator role.
pub(super) fn expand(template: &Template<'_>, source: &Source<'_>, out: &mut Output) {
    report(source, out);
    let role = operator_role(template, source, "AWSLambdaManagedEC2ResourceOperator", out);
    let mut provider =
        Made::new(source.id.to_owned(), "AWS::Lambda::CapacityProvider", source.own_attributes(), source.key);
    provider.set_some("CapacityProviderName", source.given("CapacityProviderName"));
    provider.set_some("VpcConfig", source.given("VpcConfig"));
    provider.set("PermissionsConfig", map([("CapacityProviderOperatorRoleArn", role)]));
    provider.set("Tags", tags_with_own(source.given("Tags")));
    if let Some(requirements) = source.given("InstanceRequirements") {
        let names = [
            ("Architectures", "Architectures"),
            ("AllowedTypes", "AllowedInstanceTypes"),
            ("ExcludedTypes", "ExcludedInstanceTypes"),
        ];
        let entries: Map = names
            .into_iter()
            .filter_map(|(from, to)| Some((to.into(), requirements.get(from)?.into())))
            .collect();
        provider.set("InstanceRequirements", Value::Map(entries).of(requirements.id()));
    }
    if let Some(scaling) = source.given("ScalingConfig") {
        provider.set("CapacityProviderScalingConfig", scaling_config(scaling).of(scaling.id()));
    }
    provider.set_some("KmsKeyArn", source.given("KmsKeyArn"));
    if let Some(logging) = source.given("LoggingConfig") {
        provider.set("TelemetryConfig", map([("LoggingConfig", logging.into())]));
    }
    if let Some(managed) = source.given("ManagedResourceTags") {
        let explicit = tags(None, managed.get("Tags")).unwrap_or(Value::List(Vec::new()));
        provider.set("PropagateTags", map([("Mode", "Explicit".into()), ("ExplicitTags", explicit)]));
    }
    out.add_itself(provider);
}

/// Expands an `AWS::Serverless::NetworkConnector`, which gives other Lambda compute a way into a VPC.
pub(super) fn expand_network_connector(template: &Template<'_>, source: &Source<'_>, out: &mut Output) {
    let role = operator_role(template, source, "AWSLambdaNetworkConnectorOperatorPolicy", out);
    let mut connector =
        Made::new(source.id.to_owned(), "AWS::Lambda::NetworkConnector", source.own_attributes(), source.key);
    connector.set_some("Name", source.given("Name"));
    let mut configuration: Map = Vec::new();
    if let Some(network) = source.given("VpcConfig") {
        for entry in network.entries() {
            if let Some(name) = entry.name() {
                configuration.push((name.to_owned().into(), entry.value.into()));
            }
        }
    } else {
        let kind = SamProblemKind::MissingProperty("VpcConfig".to_owned());
        out.problems.push(source.problem("VpcConfig", kind));
    }
    let compute = source.given("ComputeTypes").map_or_else(|| vec!["MicroVm".into()].into(), Value::from);
    configuration.push(("AssociatedComputeResourceTypes".into(), compute));
    connector.set("Configuration", map([("VpcEgressConfiguration", Value::Map(configuration))]));
    connector.set("OperatorRole", role);
    connector.set("Tags", tags_with_own(source.given("Tags")));
    out.add_itself(connector);
}

/// The ARN of the operator role, after making it where the author gives none.
fn operator_role(template: &Template<'_>, source: &Source<'_>, policy: &str, out: &mut Output) -> Value {
    if let Some(own) = source.given("OperatorRole") {
        return own.into();
    }
    let id = format!("{}OperatorRole", source.id);
    let mut role = Role::of_service(id, source, source.key, "lambda.amazonaws.com");
    role.add_managed(template, template.managed_policy(policy));
    let passed = source.given("PropagateTags").and_then(|_| source.given("Tags"));
    role.tags = tags(Some("lambda:createdBy"), passed);
    let arn = get_att(&role.id, "Arn");
    out.add(role.finish());
    arn
}

/// The author's tags, SAM's own behind them.
fn tags_with_own(own: Option<Node<'_>>) -> Value {
    let mut list = match tags(None, own) {
        Some(Value::List(list)) => list,
        _ => Vec::new(),
    };
    list.push(map([("Key", "lambda:createdBy".into()), ("Value", "SAM".into())]));
    list.into()
}

fn scaling_config(scaling: Node<'_>) -> Value {
    let mut entries: Map = Vec::new();
    if let Some(count) = scaling.get("MaxVCpuCount") {
        entries.push(("MaxVCpuCount".into(), count.into()));
    }
    match scaling.get("AverageCPUUtilization") {
        Some(target) => {
            let policy = map([
                ("PredefinedMetricType", "LambdaCapacityProviderAverageCPUUtilization".into()),
                ("TargetValue", target.into()),
            ]);
            entries.push(("ScalingMode".into(), "Manual".into()));
            entries.push(("ScalingPolicies".into(), vec![policy].into()));
        }
        None => entries.push(("ScalingMode".into(), "Auto".into())),
    }
    Value::Map(entries)
}

fn report(source: &Source<'_>, out: &mut Output) {
    let network = source.given("VpcConfig");
    let subnets = network.and_then(|network| network.get("SubnetIds"));
    if network.is_none_or(|network| !intrinsic::is_intrinsic(network)) && subnets.is_none() {
        let kind = SamProblemKind::MissingProperty("VpcConfig.SubnetIds".to_owned());
        out.problems.push(source.problem("VpcConfig", kind));
    }
    let requirements = source.given("InstanceRequirements");
    let has = |name: &str| requirements.is_some_and(|requirements| requirements.get(name).is_some());
    if has("AllowedTypes") && has("ExcludedTypes") {
        let kind = SamProblemKind::Exclusive("AllowedTypes", "ExcludedTypes");
        out.problems.push(source.problem("InstanceRequirements", kind));
    }
    for entry in source.properties.map(Node::entries).into_iter().flatten() {
        if let Some(name) = entry.name().filter(|name| !KNOWN.contains(name)) {
            out.problems.push(source.problem(name, SamProblemKind::UnknownProperty(name.to_owned())));
        }
    }
}
