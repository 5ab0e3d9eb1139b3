use super::function::not;
use super::intrinsic;
use super::logical_id::hash;
use super::output::Output;
use super::problem::SamProblemKind;
use super::role::{Role, allow, document, statement};
use super::source::{Made, Source, Template};
use super::value::{Map, Text, Value, conditional, get_att, map, reference};
use crate::syntax::{Entry, Node, NodeId};

/// Expands the `EventInvokeConfig` of a function: the resource itself, queues and topics that SAM makes for its
/// destinations, and what the role needs for them.
pub(super) fn expand(
    template: &Template<'_>,
    source: &Source<'_>,
    alias: Option<&str>,
    role: &mut Role,
    out: &mut Output,
) {
    let Some(config) = source.given("EventInvokeConfig") else { return };
    let id = format!("{}EventInvokeConfig", source.id);
    let at = source.place_of("EventInvokeConfig");
    let attributes = ["Condition", "DeletionPolicy", "UpdateReplacePolicy", "UpdatePolicy", "Metadata"];
    let mut made =
        Made::new(id.clone(), "AWS::Lambda::EventInvokeConfig", source.attributes(&attributes), at);
    made.set("FunctionName", reference(source.id));
    match (alias, source.property("AutoPublishAlias").and_then(|name| template.text_of(name))) {
        (Some(alias), Some(name)) => {
            made.set_attribute("DependsOn", vec![alias.to_owned().into()].into());
            made.set("Qualifier", name);
        }
        _ => made.set("Qualifier", "$LATEST"),
    }
    let mut destinations: Map = Vec::new();
    for name in ["OnSuccess", "OnFailure"] {
        let entry = config.get("DestinationConfig").and_then(|config| config.entry(name));
        if let Some(entry) = entry.filter(|entry| !entry.value.is_null())
            && let Some(arn) = destination(source, entry, &format!("{id}{name}"), role, out)
        {
            let destination = map([("Destination", arn)]).of(entry.value.id());
            destinations.push((Text::Borrowed(name), destination));
        }
    }
    made.set("DestinationConfig", Value::Map(destinations));
    made.take(Some(config), &["MaximumEventAgeInSeconds", "MaximumRetryAttempts"]);
    out.add(made);
}

/// The ARN of a destination, after making the queue or topic where there is none.
fn destination(
    source: &Source<'_>,
    entry: Entry<'_>,
    id: &str,
    role: &mut Role,
    out: &mut Output,
) -> Option<Value> {
    let config = entry.value;
    let at = entry.key.id();
    let Some(kind) = config.get("Type").and_then(Node::as_str).and_then(Kind::read) else {
        let kind = SamProblemKind::InvalidProperty("EventInvokeConfig.DestinationConfig.Type".to_owned());
        out.problems.push(crate::template::sam::SamProblem::new(at, Some(source.id), kind));
        return None;
    };
    let given = config.get("Destination").filter(|node| !node.is_null());
    let optional = given.and_then(|node| optional_destination(source, node, at, out));
    let arn = match (given, optional) {
        (Some(given), None) => given.into(),
        (_, optional) => {
            let Some((suffix, resource)) = kind.made() else {
                let kind = SamProblemKind::MissingProperty(
                    "EventInvokeConfig.DestinationConfig.Destination".to_owned(),
                );
                out.problems.push(crate::template::sam::SamProblem::new(at, Some(source.id), kind));
                return None;
            };
            let made_id = format!("{id}{suffix}");
            let mut made = Made::new(made_id.clone(), resource, source.passed_on(), at);
            let own = match kind {
                Kind::Topic => reference(&made_id),
                _ => get_att(&made_id, "Arn"),
            };
            let condition = both(source, optional.as_ref().map(|(condition, _)| condition.as_str()), at, out);
            if let Some(condition) = condition {
                made.set_attribute("Condition", condition.into());
            }
            let reference = match kind {
                Kind::Topic => "DestinationTopic",
                _ => "DestinationQueue",
            };
            out.refer(source, reference, &made_id);
            out.add(made);
            match optional {
                Some((condition, other)) => conditional(&condition, own, Value::Node(other)),
                None => own,
            }
        }
    };
    let (suffix, document) = kind.policy(arn.clone());
    role.add_policy(format!("{id}{suffix}"), document.of(config.id()));
    Some(arn)
}

/// `Fn::If` with one `AWS::NoValue`: the condition under which SAM makes the destination, and the other one.
fn optional_destination(
    source: &Source<'_>,
    node: Node<'_>,
    at: NodeId,
    out: &mut Output,
) -> Option<(String, NodeId)> {
    let parts = intrinsic::parts_of_if(node)?;
    let condition = parts.condition.as_str()?;
    match (intrinsic::is_no_value(parts.yes), intrinsic::is_no_value(parts.no)) {
        (true, false) => Some((condition.to_owned(), parts.no.id())),
        (false, true) => {
            let id = format!("{}EventInvokeConfig", source.id);
            let opposite = format!("NOT{condition}{}", hash(&id));
            out.add_condition(opposite.clone(), not(condition), at);
            Some((opposite, parts.yes.id()))
        }
        _ => None,
    }
}

/// The resource's condition and a property's together.
fn both(source: &Source<'_>, property: Option<&str>, at: NodeId, out: &mut Output) -> Option<String> {
    match (source.condition(), property) {
        (Some(resource), Some(property)) => {
            let name = format!("{resource}AND{property}{}", hash(source.id));
            let conditions = [resource, property].map(|name| map([("Condition", name.to_owned().into())]));
            out.add_condition(name.clone(), map([("Fn::And", conditions.to_vec().into())]), at);
            Some(name)
        }
        (one, other) => one.or(other).map(str::to_owned),
    }
}

/// Where an asynchronous invocation's outcome goes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Queue,
    Topic,
    EventBus,
    Function,
    Bucket,
}

impl Kind {
    fn read(text: &str) -> Option<Self> {
        match text {
            "SQS" => Some(Self::Queue),
            "SNS" => Some(Self::Topic),
            "EventBridge" => Some(Self::EventBus),
            "Lambda" => Some(Self::Function),
            "S3Bucket" => Some(Self::Bucket),
            _ => None,
        }
    }

    /// What SAM makes where no destination is given: the end of its logical id and its type.
    fn made(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Queue => Some(("Queue", "AWS::SQS::Queue")),
            Self::Topic => Some(("Topic", "AWS::SNS::Topic")),
            Self::EventBus | Self::Function | Self::Bucket => None,
        }
    }

    /// The end of the policy's name and its document.
    fn policy(self, arn: Value) -> (&'static str, Value) {
        match self {
            Self::Queue => send_to_queue(arn),
            Self::Topic => send_to_topic(arn),
            Self::EventBus => ("EventBridgePolicy", allow("events:PutEvents", arn)),
            Self::Function => ("LambdaPolicy", allow("lambda:InvokeFunction", arn)),
            Self::Bucket => send_to_bucket(arn),
        }
    }
}

/// What a role needs to send to a queue.
pub(super) fn send_to_queue(arn: Value) -> (&'static str, Value) {
    ("SQSPolicy", allow("sqs:SendMessage", arn))
}

/// What a role needs to send to a topic. SAM writes the action in lower case.
pub(super) fn send_to_topic(arn: Value) -> (&'static str, Value) {
    ("SNSPolicy", allow("sns:publish", arn))
}

/// What a role needs to send to a bucket.
pub(super) fn send_to_bucket(arn: Value) -> (&'static str, Value) {
    let objects = map([("Fn::Join", vec!["/".into(), vec![arn.clone(), "*".into()].into()].into())]);
    let statements = vec![statement("s3:PutObject".into(), objects), statement("s3:ListBucket".into(), arn)];
    ("S3Policy", document(statements))
}
