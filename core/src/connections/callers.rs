//! Who calls a function, and how many calls at once that makes.

use crate::demands::scope::Scope;
use crate::demands::service_work::{Polled, function_of, polled};
use crate::template::{Resource, Value};
use crate::text::Span;

/// How a function is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum How {
    /// By an API: somebody waits for the answer.
    Api,
    /// By messages of a queue.
    Queue,
    /// By a stream, Kafka or a broker, a few calls for each shard or partition.
    Stream,
    /// By a topic.
    Topic,
    /// By a bucket.
    Bucket,
    /// By events of an event bus.
    Event,
    /// By a distributed map of a state machine.
    Map,
    /// By logs, devices or other services that do not wait.
    Asynchronous,
    /// By the clock.
    Schedule,
    /// While the stack is made, or to rotate a secret.
    Deployment,
    /// Not at all, but a policy lets somebody: a scheduler, another function.
    Allowed,
    /// By something of which we do not know how.
    Unknown,
}

/// A caller of a function.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub(crate) how: How,
    /// The resource that calls, or lets call.
    pub(crate) id: String,
    /// The queue, topic or bucket that is behind it, where it is a resource of the template.
    pub(crate) source: Option<String>,
    /// Where that is written.
    pub(crate) at: Span,
    /// How many calls at once it makes at most.
    pub(crate) bound: Bound,
}

/// How many calls at once a caller makes at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bound {
    /// As many as the account allows.
    Account,
    /// This many.
    Calls(u64),
    /// Something bounds it, but not with a number that is written.
    Some,
}

/// Who calls a function, in the order of the template.
pub(crate) fn callers(scope: Scope<'_, '_>, function: &Resource) -> Vec<Caller> {
    let template = scope.template;
    let mut names: Vec<&str> = vec![&function.id];
    for resource in scope.resources(&["AWS::Lambda::Alias", "AWS::Lambda::Version"]) {
        let leads = scope.property(resource, &["FunctionName"]);
        if leads.iter().any(|case| function_of(scope, &case.value).is_some_and(|own| own.id == function.id)) {
            names.push(&resource.id);
        }
    }
    let mut found = Vec::new();
    for resource in template.resources_naming(&names) {
        if names.contains(&resource.id.as_str()) || scope.both(resource.guard, function.guard).is_none() {
            continue;
        }
        if let Some((how, bound)) = how(scope, resource, &names) {
            let sources = ["EventSourceArn", "TopicArn", "SourceArn"];
            let source = sources.iter().find_map(|name| scope.property(resource, &[name]).into_iter().next());
            let behind = source.as_ref().and_then(|case| scope.named(&case.value));
            // What SAM makes has no place of its own; what it polls is written.
            let written = source.as_ref().filter(|_| resource.kind == "AWS::Lambda::EventSourceMapping");
            let at = written.map_or_else(|| template.node(resource.key).span(), |case| case.span);
            let source = behind.map(|behind| behind.id.clone());
            found.push(Caller { how, id: resource.id.clone(), source, at, bound });
        }
    }
    found
}

/// How a resource that names a function calls it; nothing where it does not.
fn how(scope: Scope<'_, '_>, resource: &Resource, names: &[&str]) -> Option<(How, Bound)> {
    if resource.is_custom() {
        // Others name a function to set it up: its log group, its code.
        let calls = scope.property(resource, &["ServiceToken"]);
        let is_own = |id: &str| names.contains(&id);
        let calls = calls.iter().any(|case| scope.named(&case.value).is_some_and(|own| is_own(&own.id)));
        return calls.then_some((How::Deployment, Bound::Some));
    }
    Some(match resource.kind.as_str() {
        "AWS::Lambda::EventSourceMapping" => mapping(scope, resource),
        "AWS::Lambda::Permission" => permission(scope, resource)?,
        "AWS::SecretsManager::RotationSchedule" => (How::Deployment, Bound::Some),
        "AWS::Events::Rule" if !scope.property(resource, &["EventPattern"]).is_empty() => {
            (How::Event, Bound::Account)
        }
        "AWS::Scheduler::Schedule" | "AWS::Events::Rule" => (How::Schedule, Bound::Some),
        "AWS::SNS::Subscription" | "AWS::SNS::Topic" => (How::Topic, Bound::Account),
        "AWS::S3::Bucket" => (How::Bucket, Bound::Account),
        "AWS::Logs::SubscriptionFilter" | "AWS::IoT::TopicRule" | "AWS::SES::ReceiptRule" => {
            (How::Asynchronous, Bound::Account)
        }
        "AWS::StepFunctions::StateMachine" => machine(scope, resource, names),
        "AWS::Lambda::Url"
        | "AWS::ApiGateway::Method"
        | "AWS::ApiGateway::RestApi"
        | "AWS::ApiGateway::Authorizer"
        | "AWS::ApiGatewayV2::Api"
        | "AWS::ApiGatewayV2::Integration"
        | "AWS::ApiGatewayV2::Authorizer"
        | "AWS::AppSync::DataSource"
        | "AWS::Cognito::UserPool"
        | "AWS::ElasticLoadBalancingV2::TargetGroup" => (How::Api, Bound::Account),
        "AWS::IAM::Role" | "AWS::IAM::Policy" | "AWS::IAM::ManagedPolicy" => (How::Allowed, Bound::Some),
        kind => {
            // They watch, set or document a function, and do not call it.
            const QUIET: [&str; 9] = [
                "AWS::Lambda::EventInvokeConfig",
                "AWS::Logs::",
                "AWS::CloudWatch::",
                "AWS::CodeDeploy::",
                "AWS::ApplicationAutoScaling::",
                "AWS::SSM::",
                "AWS::EC2::",
                "AWS::Lambda::LayerVersion",
                "AWS::ApiGateway::Deployment",
            ];
            if QUIET.iter().any(|start| kind.starts_with(start)) {
                return None;
            }
            (How::Unknown, Bound::Account)
        }
    })
}

fn permission(scope: Scope<'_, '_>, permission: &Resource) -> Option<(How, Bound)> {
    let principals = scope.property(permission, &["Principal"]);
    let principal = principals.iter().find_map(|case| match &case.value {
        Value::Text(text) => Some(text.to_string()),
        _ => None,
    })?;
    let service = principal.split('.').next().unwrap_or("");
    Some(match service {
        "apigateway" | "elasticloadbalancing" | "appsync" | "cognito-idp" | "alexa-appkit" | "lex" => {
            (How::Api, Bound::Account)
        }
        "*" if !scope.property(permission, &["FunctionUrlAuthType"]).is_empty() => (How::Api, Bound::Account),
        "s3" => (How::Bucket, Bound::Account),
        "sns" => (How::Topic, Bound::Account),
        // The rule says whether by the clock or by events.
        "events" | "scheduler" => {
            let rules = scope.property(permission, &["SourceArn"]);
            let has_rule = rules.iter().any(|case| scope.named(&case.value).is_some());
            return (!has_rule).then_some((How::Unknown, Bound::Account));
        }
        "logs" | "iot" | "ses" | "config" => (How::Asynchronous, Bound::Account),
        "secretsmanager" | "cloudformation" => (How::Deployment, Bound::Some),
        _ => (How::Unknown, Bound::Account),
    })
}

fn mapping(scope: Scope<'_, '_>, mapping: &Resource) -> (How, Bound) {
    let Some((kind, arn)) = polled(scope, mapping).into_iter().next() else {
        return (How::Stream, Bound::Some);
    };
    let source = scope.named(&arn.value);
    let number = |resource: &Resource, path: &[&str]| -> Option<u64> {
        let cases = scope.property(resource, path);
        let numbers: Option<Vec<u64>> =
            cases.iter().map(|case| case.value.known()?.trim().parse().ok()).collect();
        numbers?.into_iter().max()
    };
    let is_written = |path: &[&str]| !scope.property(mapping, path).is_empty();
    match kind {
        Polled::Queue => {
            const MAXIMUM: [&str; 2] = ["ScalingConfig", "MaximumConcurrency"];
            let fifo = source.is_some_and(|queue| !scope.property(queue, &["FifoQueue"]).is_empty())
                || matches!(&arn.value, Value::Text(text) if text.to_string().rsplit_once('.').is_some_and(|(_, end)| end == "fifo"));
            let bound = match number(mapping, &MAXIMUM) {
                Some(calls) => Bound::Calls(calls),
                // A FIFO queue is worked off by as many calls as there are groups of messages.
                None if is_written(&MAXIMUM) || is_written(&["ProvisionedPollerConfig"]) || fifo => {
                    Bound::Some
                }
                // A queue of another stack may be a FIFO queue.
                None if source.is_none() && arn.value.known().is_none() => Bound::Some,
                None => Bound::Account,
            };
            (How::Queue, bound)
        }
        Polled::Stream => {
            let shards = source.and_then(|stream| number(stream, &["ShardCount"]));
            let factor = match number(mapping, &["ParallelizationFactor"]) {
                None if is_written(&["ParallelizationFactor"]) => None,
                factor => Some(factor.unwrap_or(1)),
            };
            let calls = shards.zip(factor).and_then(|(shards, factor)| shards.checked_mul(factor));
            (How::Stream, calls.map_or(Bound::Some, Bound::Calls))
        }
        Polled::TableStream | Polled::Kafka | Polled::Broker | Polled::Documents => {
            (How::Stream, Bound::Some)
        }
    }
}

/// A distributed map runs up to 10,000 of its items at once, an inline one 40.
fn machine(scope: Scope<'_, '_>, machine: &Resource, names: &[&str]) -> (How, Bound) {
    let mut texts = scope.property(machine, &["DefinitionString"]);
    texts.extend(scope.property(machine, &["Definition"]));
    for case in &texts {
        let found = match &case.value {
            Value::Text(text) => serde_json::from_str(&text.to_string()).ok(),
            _ => Some(json(&case.value, 64)),
        };
        let substitutions = scope.property(machine, &["DefinitionSubstitutions"]);
        let leads = |name: &str| {
            let is_own = |id: &str| {
                let id = id.split('.').next().unwrap_or(id);
                scope.template.resource(id).is_some_and(|own| names.contains(&own.id.as_str()))
            };
            is_own(name)
                || substitutions
                    .iter()
                    .flat_map(|map| scope.entry(map, name))
                    .any(|value| matches!(value.value.resource(), Some((id, _)) if is_own(id)))
        };
        if found.is_some_and(|definition| distributes(&definition, false, &leads)) {
            return (How::Map, Bound::Account);
        }
    }
    (How::Unknown, Bound::Account)
}

fn json(value: &Value, depth: usize) -> serde_json::Value {
    let Some(depth) = depth.checked_sub(1) else { return serde_json::Value::Null };
    match value {
        Value::Text(text) => serde_json::Value::String(text.to_string()),
        Value::List(items) => items.iter().map(|item| json(&item.value, depth)).collect(),
        Value::Map(entries) => {
            entries.iter().map(|(name, case)| (name.clone(), json(&case.value, depth))).collect()
        }
        _ => serde_json::Value::Null,
    }
}

/// Whether a function stands in a distributed map without a limit.
fn distributes(state: &serde_json::Value, inside: bool, leads: &dyn Fn(&str) -> bool) -> bool {
    match state {
        serde_json::Value::String(text) => {
            let mut names = text.split("${").skip(1).filter_map(|rest| rest.split('}').next());
            inside && names.any(leads)
        }
        serde_json::Value::Array(items) => items.iter().any(|item| distributes(item, inside, leads)),
        serde_json::Value::Object(entries) => {
            let mode = entries.get("ItemProcessor").and_then(|item| item.pointer("/ProcessorConfig/Mode"));
            let distributed = mode.and_then(serde_json::Value::as_str) == Some("DISTRIBUTED");
            let limited = match entries.get("MaxConcurrency") {
                None => entries.contains_key("MaxConcurrencyPath"),
                Some(most) => most.as_u64() != Some(0) && most.as_str() != Some("0"),
            };
            let inside = (inside || distributed) && !(distributed && limited);
            entries.values().any(|value| distributes(value, inside, leads))
        }
        _ => false,
    }
}
