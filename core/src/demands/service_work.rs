//! What the Lambda service does with a function's role: polling sources, sending to dead-letter queues and destinations.

use std::collections::HashMap;

use super::scope::{Scope, named_in};
use crate::template::{Case, Resource, Text, Value};

/// What an event source mapping reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Polled {
    Queue,
    Stream,
    TableStream,
    Kafka,
    Broker,
    Documents,
}

/// What is done for one function.
#[derive(Clone, Debug, Default)]
pub(super) struct ServiceWork {
    polled: Vec<(Polled, Text)>,
    sinks: Vec<Text>,
    secrets: Vec<Text>,
    has_schemas: bool,
    /// Whether its code is a container image, which the service fetches.
    pub(super) is_image: bool,
}

/// The properties of a mapping, as it says what it polls.
pub(crate) fn polled(scope: Scope<'_, '_>, mapping: &Resource) -> Vec<(Polled, Case)> {
    let has = |property: &str| !scope.property(mapping, &[property]).is_empty();
    let by_settings = || match () {
        () if has("DocumentDBEventSourceConfig") => Polled::Documents,
        () if has("Topics") => Polled::Kafka,
        () if has("Queues") => Polled::Broker,
        () if has("StartingPosition") => Polled::Stream,
        () => Polled::Queue,
    };
    scope
        .property(mapping, &["EventSourceArn"])
        .into_iter()
        .map(|case| {
            let kind = scope.named(&case.value).map_or("", |resource| resource.kind.as_str());
            let service = match &case.value {
                Value::Text(text) => text.to_string().split(':').nth(2).unwrap_or("").to_owned(),
                _ => String::new(),
            };
            let polled = match (kind, service.as_str()) {
                ("AWS::SQS::Queue", _) | ("", "sqs") => Polled::Queue,
                ("AWS::Kinesis::Stream" | "AWS::Kinesis::StreamConsumer", _) | ("", "kinesis") => {
                    Polled::Stream
                }
                ("AWS::DynamoDB::Table" | "AWS::DynamoDB::GlobalTable", _) | ("", "dynamodb") => {
                    Polled::TableStream
                }
                ("AWS::MSK::Cluster" | "AWS::MSK::ServerlessCluster", _) | ("", "kafka") => Polled::Kafka,
                ("AWS::AmazonMQ::Broker", _) | ("", "mq") => Polled::Broker,
                ("AWS::DocDB::DBCluster", _) | ("", "rds") => Polled::Documents,
                _ => by_settings(),
            };
            (polled, case)
        })
        .collect()
}

/// The function that a value names, through versions and aliases.
pub(crate) fn function_of<'a>(scope: Scope<'a, '_>, value: &Value) -> Option<&'a Resource> {
    /// Longer chains are rings.
    const CHAIN: usize = 4;
    const KINDS: [&str; 1] = ["AWS::Lambda::Function"];
    let mut value = value.clone();
    for _ in 0..CHAIN {
        let Some(resource) = scope.named(&value) else {
            return scope.named_as(&value, &KINDS, "FunctionName");
        };
        match resource.kind.as_str() {
            "AWS::Lambda::Function" => return Some(resource),
            "AWS::Lambda::Alias" | "AWS::Lambda::Version" => {
                value = scope.property(resource, &["FunctionName"]).into_iter().next()?.value;
            }
            _ => return None,
        }
    }
    None
}

/// Resources of a type that name a function, by its logical id.
struct ByFunction<'a>(HashMap<&'a str, Vec<&'a Resource>>);

impl<'a> ByFunction<'a> {
    fn read(scope: Scope<'a, '_>, kind: &'a [&'a str]) -> Self {
        let mut found: HashMap<&str, Vec<&Resource>> = HashMap::new();
        for resource in scope.resources(kind) {
            for name in scope.property(resource, &["FunctionName"]) {
                let Some(function) = function_of(scope, &name.value) else { continue };
                let own = found.entry(&function.id).or_default();
                if own.last().is_none_or(|last| !std::ptr::eq(*last, resource)) {
                    own.push(resource);
                }
            }
        }
        Self(found)
    }

    fn of(&self, function: &Resource) -> impl Iterator<Item = &'a Resource> {
        self.0.get(function.id.as_str()).into_iter().flatten().copied()
    }
}

/// What is configured for the functions of a template.
pub(super) struct Configured<'a> {
    mappings: ByFunction<'a>,
    invocations: ByFunction<'a>,
}

impl<'a> Configured<'a> {
    pub(super) fn read(scope: Scope<'a, '_>) -> Self {
        Self {
            mappings: ByFunction::read(scope, &["AWS::Lambda::EventSourceMapping"]),
            invocations: ByFunction::read(scope, &["AWS::Lambda::EventInvokeConfig"]),
        }
    }
}

impl ServiceWork {
    pub(super) fn read(scope: Scope<'_, '_>, function: &Resource, configured: &Configured<'_>) -> Self {
        let mut work = Self::default();
        for mapping in configured.mappings.of(function) {
            work.polled.extend(
                polled(scope, mapping).into_iter().filter_map(|(kind, case)| Some((kind, text(case)?))),
            );
            if !scope.property(mapping, &["SelfManagedEventSource"]).is_empty() {
                work.polled.push((Polled::Kafka, Text::default()));
            }
            for access in scope.listed(mapping, &["SourceAccessConfigurations"]) {
                work.secrets.extend(scope.entry(&access, "URI").into_iter().filter_map(text));
            }
            for config in ["AmazonManagedKafkaEventSourceConfig", "SelfManagedKafkaEventSourceConfig"] {
                work.has_schemas |= !scope.property(mapping, &[config, "SchemaRegistryConfig"]).is_empty();
            }
            work.sink(scope.property(mapping, &["DestinationConfig", "OnFailure", "Destination"]));
        }
        for config in configured.invocations.of(function) {
            for outcome in ["OnSuccess", "OnFailure"] {
                work.sink(scope.property(config, &["DestinationConfig", outcome, "Destination"]));
            }
        }
        work.sink(scope.property(function, &["DeadLetterConfig", "TargetArn"]));
        let package = scope.property(function, &["PackageType"]);
        work.is_image = package.iter().any(|case| case.value.known() == Some("Image"))
            || !scope.property(function, &["Code", "ImageUri"]).is_empty();
        work
    }

    fn sink(&mut self, cases: Vec<Case>) {
        self.sinks.extend(cases.into_iter().filter_map(text));
    }

    /// Whether the service, not the function, needs an action on these resources. `name` is in lower case.
    pub(super) fn does(&self, prefix: &str, name: &str, resources: &[Text], any_resource: bool) -> bool {
        let is_about = |own: &Text| any_resource || resources.iter().any(|resource| is_same(own, resource));
        let polls = |kinds: &[Polled]| {
            self.polled
                .iter()
                .any(|(kind, source)| kinds.contains(kind) && (source.parts.is_empty() || is_about(source)))
        };
        let sends = || self.sinks.iter().any(|sink| resources.iter().any(|resource| is_same(sink, resource)));
        match (prefix, name) {
            (
                "sqs",
                "receivemessage"
                | "deletemessage"
                | "deletemessagebatch"
                | "getqueueattributes"
                | "changemessagevisibility"
                | "changemessagevisibilitybatch"
                | "getqueueurl"
                | "listqueues",
            ) => polls(&[Polled::Queue]) || (name.starts_with("getqueue") && sends()),
            ("sqs", "*") if !any_resource => polls(&[Polled::Queue]),
            ("sqs", "sendmessage")
            | ("sns", "publish")
            | ("events", "putevents")
            | ("lambda", "invokefunction")
            | ("s3", "putobject") => sends(),
            (
                "kinesis",
                "getrecords"
                | "getsharditerator"
                | "describestream"
                | "describestreamsummary"
                | "liststreams"
                | "listshards"
                | "subscribetoshard"
                | "describestreamconsumer",
            ) => polls(&[Polled::Stream]),
            ("dynamodb", "getrecords" | "getsharditerator" | "describestream" | "liststreams") => {
                polls(&[Polled::TableStream, Polled::Stream])
            }
            ("kafka", name)
                if name.starts_with("describe") || name.starts_with("get") || name.starts_with("list") =>
            {
                polls(&[Polled::Kafka])
            }
            ("kafka-cluster", _) => polls(&[Polled::Kafka]),
            ("mq", "describebroker" | "listbrokers") => polls(&[Polled::Broker]),
            ("ec2", "describevpcs" | "describesubnets" | "describesecuritygroups") => {
                polls(&[Polled::Kafka, Polled::Broker, Polled::Documents])
            }
            ("rds", "describedbclusters" | "describedbclusterparameters" | "describedbsubnetgroups") => {
                polls(&[Polled::Documents])
            }
            ("secretsmanager", "getsecretvalue") => {
                !any_resource
                    && self.secrets.iter().any(|secret| resources.iter().any(|own| is_same(own, secret)))
            }
            ("glue", "getregistry" | "getschemaversion") => self.has_schemas,
            _ => false,
        }
    }
}

fn text(case: Case) -> Option<Text> {
    match case.value {
        Value::Text(text) => Some(text),
        _ => None,
    }
}

/// Whether two texts mean the same resource.
fn is_same(one: &Text, other: &Text) -> bool {
    let resource = |text: &Text| named_in(text).next().map(|(id, _)| id.to_owned());
    match (resource(one), resource(other)) {
        (Some(one), Some(other)) => one == other,
        (None, None) => one == other && !one.parts.is_empty(),
        _ => false,
    }
}
