use super::intrinsic;
use super::output::Output;
use super::role::Role;
use super::source::{Made, Source, Template, tags};
use super::value::{Map, Text, Value, get_att, map, reference, sub};
use crate::order::Order;
use crate::syntax::{Node, NodeId};

/// A function that `CodeDeploy` shifts gradually.
#[derive(Clone, Debug)]
pub(super) struct Deployment {
    source: usize,
    function: String,
    preference: NodeId,
    at: NodeId,
    condition: Option<String>,
    has_role: bool,
    enabled: bool,
    tags: Option<NodeId>,
}

const APPLICATION: &str = "ServerlessDeploymentApplication";
const ROLE: &str = "CodeDeployServiceRole";
const CONDITION: &str = "ServerlessCodeDeployCondition";

/// `CodeDeploy`'s own deployment configurations; others are the author's.
const PREDEFINED: [&str; 9] = [
    "Canary10Percent5Minutes",
    "Canary10Percent10Minutes",
    "Canary10Percent15Minutes",
    "Canary10Percent30Minutes",
    "Linear10PercentEvery1Minute",
    "Linear10PercentEvery2Minutes",
    "Linear10PercentEvery3Minutes",
    "Linear10PercentEvery10Minutes",
    "AllAtOnce",
];

/// Whether a deployment preference is on, which it is unless it says otherwise.
pub(super) fn is_enabled(template: &Template<'_>, preference: Node<'_>) -> bool {
    let Some(enabled) = preference.get("Enabled") else { return true };
    !matches!(template.text_of(enabled).as_deref(), Some("false" | "False" | "no" | "off"))
}

/// Remembers the function's deployment preference and gives the update policy of its alias.
pub(super) fn collect(template: &Template<'_>, source: &Source<'_>, out: &mut Output) -> Option<Value> {
    let preference = source.given("DeploymentPreference")?;
    let passes_condition = preference
        .get("PassthroughCondition")
        .and_then(|passes| template.text_of(passes))
        .is_some_and(|passes| matches!(passes.as_str(), "true" | "True" | "yes" | "on"));
    let enabled = is_enabled(template, preference);
    let index = template.place(source.id)?;
    out.deployments.push(Deployment {
        source: index,
        function: source.id.to_owned(),
        preference: preference.id(),
        at: source.place_of("DeploymentPreference"),
        condition: source.condition().filter(|_| passes_condition).map(str::to_owned),
        has_role: preference.get("Role").is_some_and(intrinsic::is_given),
        enabled,
        tags: source.given("PropagateTags").and_then(|_| source.given("Tags")).map(Node::id),
    });
    if !enabled {
        return None;
    }
    let mut update: Map = vec![
        ("ApplicationName".into(), reference(APPLICATION)),
        ("DeploymentGroupName".into(), reference(&group_id(source.id))),
    ];
    let hooks = [("PreTraffic", "BeforeAllowTrafficHook"), ("PostTraffic", "AfterAllowTrafficHook")];
    for (from, to) in hooks {
        if let Some(hook) = preference.at(&["Hooks", from]) {
            update.push((to.into(), hook.into()));
        }
    }
    Some(map([("CodeDeployLambdaAliasUpdate", Value::Map(update).of(preference.id()))]))
}

/// Adds what `CodeDeploy` needs, once for all functions that it deploys.
pub(super) fn expand(template: &Template<'_>, out: &mut Output) {
    let deployments = std::mem::take(&mut out.deployments);
    let Some(first) = deployments.iter().find(|deployment| deployment.enabled) else { return };
    out.begin(first.source);
    let condition = common_condition(&deployments, first.at, out);
    let attributes: Map =
        condition.into_iter().map(|condition| (Text::Borrowed("Condition"), condition.into())).collect();
    let mut application =
        Made::new(APPLICATION.to_owned(), "AWS::CodeDeploy::Application", attributes.clone(), first.at);
    application.set("ComputePlatform", "Lambda");
    out.add(application);
    if deployments.iter().any(|deployment| deployment.enabled && !deployment.has_role) {
        let Some(source) = template.sources.get(first.source) else { return };
        let mut role = Role::of_service(ROLE.to_owned(), source, first.at, "codedeploy.amazonaws.com");
        role.attributes = attributes;
        role.add_managed(template, template.managed_policy("service-role/AWSCodeDeployRoleForLambda"));
        out.add(role.finish());
    }
    for deployment in deployments.iter().filter(|deployment| deployment.enabled) {
        out.begin(deployment.source);
        out.add(group(template, deployment));
    }
}

/// The condition of what all deployments share: none as soon as one deployment has none.
fn common_condition(deployments: &[Deployment], at: NodeId, out: &mut Output) -> Option<String> {
    if deployments.iter().any(|deployment| deployment.enabled && deployment.condition.is_none()) {
        return None;
    }
    let mut names: Vec<_> =
        deployments.iter().filter_map(|deployment| deployment.condition.clone()).collect();
    names.order();
    names.dedup();
    combine(CONDITION, names, at, out)
}

/// One condition for several: their `Fn::Or` where there are more than one.
pub(super) fn combine(name: &str, mut names: Vec<String>, at: NodeId, out: &mut Output) -> Option<String> {
    if names.len() < 2 {
        return names.pop();
    }
    // `Fn::Or` takes ten at most.
    let mut level: Vec<Value> = names.into_iter().map(|name| map([("Condition", name.into())])).collect();
    while level.len() > 1 {
        level = level.chunks(10).map(either).collect();
    }
    let any = level.pop()?;
    out.add_condition(name.to_owned(), any, at);
    Some(name.to_owned())
}

fn either(conditions: &[Value]) -> Value {
    match conditions {
        [only] => only.clone(),
        several => map([("Fn::Or", Value::List(several.to_vec()))]),
    }
}

fn group_id(function: &str) -> String {
    format!("{function}DeploymentGroup")
}

fn group(template: &Template<'_>, deployment: &Deployment) -> Made {
    let preference = template.tree.node(deployment.preference);
    let condition = deployment.condition.clone();
    let attributes = condition.into_iter().map(|name| (Text::Borrowed("Condition"), name.into())).collect();
    let id = group_id(&deployment.function);
    let mut group = Made::new(id, "AWS::CodeDeploy::DeploymentGroup", attributes, deployment.at);
    if let Some(alarms) = preference.get("Alarms").filter(|alarms| intrinsic::is_given(*alarms))
        && !intrinsic::is_no_value(alarms)
    {
        group.set("AlarmConfiguration", alarm_configuration(alarms));
    }
    group.set("ApplicationName", reference(APPLICATION));
    let events = ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST"];
    let events = events.into_iter().map(Value::from).collect::<Vec<_>>();
    group.set("AutoRollbackConfiguration", map([("Enabled", Value::Bool(true)), ("Events", events.into())]));
    if let Some(kind) = preference.get("Type") {
        group.set("DeploymentConfigName", configuration(template, kind));
    }
    let style =
        [("DeploymentType", "BLUE_GREEN".into()), ("DeploymentOption", "WITH_TRAFFIC_CONTROL".into())];
    group.set("DeploymentStyle", map(style));
    let role = preference.get("Role").filter(|role| intrinsic::is_given(*role));
    group.set("ServiceRoleArn", role.map_or_else(|| get_att(ROLE, "Arn"), Value::from));
    group.take(Some(preference), &["TriggerConfigurations"]);
    group.set_some("Tags", tags(None, deployment.tags.map(|id| template.tree.node(id))));
    group
}

fn alarm_configuration(alarms: Node<'_>) -> Value {
    if let Some(parts) = intrinsic::parts_of_if(alarms) {
        let branches =
            vec![parts.condition.into(), alarm_configuration(parts.yes), alarm_configuration(parts.no)];
        return map([("Fn::If", branches.into())]);
    }
    match alarms.items().get(0) {
        Some(first) if !intrinsic::is_no_value(first) => {
            let names: Vec<_> =
                alarms.items().into_iter().map(|alarm| map([("Name", alarm.into())])).collect();
            map([("Enabled", Value::Bool(true)), ("Alarms", names.into())])
        }
        _ => map([]),
    }
}

fn configuration(template: &Template<'_>, kind: Node<'_>) -> Value {
    let predefined = template.text_of(kind).filter(|name| PREDEFINED.contains(&name.as_str()));
    match predefined {
        Some(name) => sub(
            "CodeDeployDefault.Lambda${ConfigName}",
            vec![("ConfigName".into(), Value::from(name).of(kind.id()))],
        ),
        None => kind.into(),
    }
}
