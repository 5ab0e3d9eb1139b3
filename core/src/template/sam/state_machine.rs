use super::events::{self, Event, Scheduled};
use super::function::s3_location;
use super::output::Output;
use super::problem::SamProblemKind;
use super::role::{Role, allow};
use super::source::{Made, Source, Template, tags};
use super::value::{Map, Value, get_att, reference};
use crate::syntax::Node;

/// Expands an `AWS::Serverless::StateMachine`.
pub(super) fn expand(template: &Template<'_>, source: &Source<'_>, out: &mut Output) {
    let kind = "AWS::StepFunctions::StateMachine";
    let mut machine = Made::new(source.id.to_owned(), kind, source.own_attributes(), source.key);
    machine.take(source.properties, &["Definition", "DefinitionSubstitutions"]);
    let location = source.property("DefinitionUri");
    let location = location.and_then(|at| s3_location(at, ["Bucket", "Key", "Version"]));
    machine.set_some("DefinitionS3Location", location);
    if source.given("Definition").is_none() && source.given("DefinitionUri").is_none() {
        let kind = SamProblemKind::MissingProperty("Definition".to_owned());
        out.problems.push(source.problem("Definition", kind));
    }
    if let Some(role) = source.given("Role") {
        if source.given("Policies").is_some() {
            let kind = SamProblemKind::Exclusive("Role", "Policies");
            out.problems.push(source.problem("Policies", kind));
        }
        machine.set("RoleArn", role);
    } else {
        let role = execution_role(template, source, out);
        machine.set("RoleArn", get_att(&role.id, "Arn"));
        out.add(role.finish());
    }
    let names = [
        ("Name", "StateMachineName"),
        ("Type", "StateMachineType"),
        ("Logging", "LoggingConfiguration"),
        ("Tracing", "TracingConfiguration"),
    ];
    for (from, to) in names {
        machine.set_some(to, source.property(from));
    }
    machine.set_some("Tags", tags(Some("stateMachine:createdBy"), source.given("Tags")));
    let alias = publish(template, source, out);
    let alias = alias.filter(|_| source.given("UseAliasAsEventTarget").is_some());
    let arn = reference(alias.as_deref().unwrap_or(source.id));
    for event in events::read(source, &mut out.problems) {
        expand_event(source, &event, &arn, out);
    }
    out.add_itself(machine);
}

fn execution_role(template: &Template<'_>, source: &Source<'_>, out: &mut Output) -> Role {
    let at = source.place_of("Policies");
    let mut role = Role::of_service(format!("{}Role", source.id), source, at, "states.amazonaws.com");
    role.lists_managed = true;
    role.add_policies(template, source, &mut out.problems);
    let traced =
        source.property("Tracing").and_then(|tracing| tracing.get("Enabled")).and_then(Node::as_bool);
    if traced == Some(true) {
        let policy =
            if template.partition() == "aws" { "AWSXrayWriteOnlyAccess" } else { "AWSXRayDaemonWriteAccess" };
        role.add_managed(template, template.managed_policy(policy).of(source.place_of("Tracing")));
    }
    role.path = source.property("RolePath").map(Value::from);
    role.boundary = source.property("PermissionsBoundary").map(Value::from);
    role.tags = tags(Some("stateMachine:createdBy"), source.given("Tags"));
    role
}

/// The version and the alias; gives the alias's logical id.
fn publish(template: &Template<'_>, source: &Source<'_>, out: &mut Output) -> Option<String> {
    let property = source.given("AutoPublishAlias")?;
    let name = template.text_of(property)?;
    let at = source.place_of("AutoPublishAlias");
    let version_id = format!("{}Version", source.id);
    let kind = "AWS::StepFunctions::StateMachineVersion";
    let mut version = Made::new(version_id.clone(), kind, source.passed_on(), at);
    for policy in ["DeletionPolicy", "UpdateReplacePolicy"] {
        if source.attribute(policy).is_none() {
            version.set_attribute(policy, "Retain".into());
        }
    }
    version.set("StateMachineArn", reference(source.id));
    version.set("StateMachineRevisionId", get_att(source.id, "StateMachineRevisionId"));
    let id = format!("{}Alias{name}", source.id);
    let mut alias = Made::new(id.clone(), "AWS::StepFunctions::StateMachineAlias", source.passed_on(), at);
    alias.set("Name", Value::from(name).of(property.id()));
    let mut preference: Map = Vec::new();
    for entry in source.given("DeploymentPreference").map(Node::entries).into_iter().flatten() {
        if let Some(name) = entry.name() {
            preference.push((name.to_owned().into(), entry.value.into()));
        }
    }
    if preference.is_empty() {
        preference.push(("Type".into(), "ALL_AT_ONCE".into()));
    }
    preference.push(("StateMachineVersionArn".into(), reference(&version_id)));
    alias.set("DeploymentPreference", Value::Map(preference));
    out.refer(source, "Version", &version_id);
    out.refer(source, "Alias", &id);
    out.add(version);
    out.add(alias);
    Some(id)
}

fn expand_event(source: &Source<'_>, event: &Event<'_>, arn: &Value, out: &mut Output) {
    let id = format!("{}{}", source.id, event.name);
    let attributes = source.passed_on();
    match event.kind {
        "Schedule" | "CloudWatchEvent" | "EventBridgeRule" => rule(source, event, &id, arn, out),
        "ScheduleV2" => {
            let policy = ("StartExecutionPolicy", allow("states:StartExecution", arn.clone()));
            let boundary = source.property("PermissionsBoundary").map(Value::from);
            let scheduled = Scheduled { source, event, id: &id, boundary };
            scheduled.expand(arn.clone(), &attributes, policy, out);
        }
        "Api" => {
            let role = caller(source, event, &id, "apigateway.amazonaws.com", arn);
            out.add(role.finish());
        }
        other => {
            let kind = SamProblemKind::UnknownEvent(other.to_owned());
            out.problems.push(event.problem(source, kind));
        }
    }
}

/// The role with which a service starts the state machine.
fn caller(source: &Source<'_>, event: &Event<'_>, id: &str, service: &'static str, arn: &Value) -> Role {
    let mut role = Role::of_service(format!("{id}Role"), source, event.key, service);
    role.add_policy(format!("{id}RoleStartExecutionPolicy"), allow("states:StartExecution", arn.clone()));
    role.boundary = source.given("PermissionsBoundary").map(Value::from);
    role
}

fn rule(source: &Source<'_>, event: &Event<'_>, id: &str, arn: &Value, out: &mut Output) {
    let is_schedule = event.kind == "Schedule";
    let mut made = Made::new(id.to_owned(), "AWS::Events::Rule", source.passed_on(), event.key);
    events::fill_rule(&mut made, event, is_schedule);
    let own = event.property("RoleArn").filter(|_| is_schedule);
    let role_arn = if let Some(own) = own {
        own.into()
    } else {
        let role = caller(source, event, id, "events.amazonaws.com", arn);
        let role_arn = get_att(&role.id, "Arn");
        out.add(role.finish());
        role_arn
    };
    let queue = events::dead_letter_queue(source, event, id, &source.passed_on(), out);
    let mut target = events::target(event, id, "StepFunctionsTarget", arn.clone(), queue);
    target.push(("RoleArn".into(), role_arn));
    made.set("Targets", Value::List(vec![Value::Map(target)]));
    out.add(made);
}
