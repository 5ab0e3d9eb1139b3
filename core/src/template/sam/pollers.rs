use super::events::FunctionEvent;
use super::intrinsic;
use super::invoke_config::{send_to_bucket, send_to_queue, send_to_topic};
use super::output::Output;
use super::problem::SamProblemKind;
use super::role::{Role, document, statement};
use super::source::Made;
use super::value::{Map, Text, Value, map, sub};
use crate::syntax::Node;

/// Properties that an `AWS::Lambda::EventSourceMapping` has under the same name.
const SAME: [&str; 20] = [
    "StartingPosition",
    "StartingPositionTimestamp",
    "BatchSize",
    "Enabled",
    "MaximumBatchingWindowInSeconds",
    "MaximumRetryAttempts",
    "BisectBatchOnFunctionError",
    "MaximumRecordAgeInSeconds",
    "ParallelizationFactor",
    "Topics",
    "Queues",
    "SourceAccessConfigurations",
    "TumblingWindowInSeconds",
    "FunctionResponseTypes",
    "FilterCriteria",
    "KmsKeyArn",
    "ScalingConfig",
    "ProvisionedPollerConfig",
    "MetricsConfig",
    "LoggingConfig",
];

/// What Lambda's pollers need to stand in a VPC.
const NETWORK_ACTIONS: [&str; 6] = [
    "ec2:CreateNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeVpcs",
    "ec2:DescribeSubnets",
    "ec2:DescribeSecurityGroups",
];

/// Expands an event that Lambda polls: the event source mapping, and what the function's role needs for it.
pub(super) fn expand(of: &FunctionEvent<'_, '_>, role: &mut Role, out: &mut Output) {
    let event = of.event;
    let mut mapping = of.made(of.id.clone(), "AWS::Lambda::EventSourceMapping");
    mapping.set("FunctionName", of.invoked.name.clone());
    mapping.take(event.properties, &SAME);
    if let Some(property) = source_property(event.kind) {
        mapping.set_some("EventSourceArn", event.property(property));
        if event.property(property).is_none() {
            let kind = SamProblemKind::MissingProperty(property.to_owned());
            out.problems.push(event.problem(of.source, kind));
        }
    }
    if let Some(servers) = event.given("KafkaBootstrapServers") {
        let endpoints = map([("KafkaBootstrapServers", servers.into())]);
        mapping.set("SelfManagedEventSource", map([("Endpoints", endpoints)]));
    }
    kafka_config(of, &mut mapping);
    document_db_config(of, &mut mapping);
    let on_failure = on_failure(of, &mut mapping, out);
    if !has_credentials(of) {
        let kind = SamProblemKind::InvalidProperty("SourceAccessConfigurations".to_owned());
        out.problems.push(event.problem(of.source, kind));
    }
    out.add(mapping);
    let (managed, inline) = permissions(of);
    if let Some(policy) = managed {
        role.add_managed(of.template, of.template.managed_policy(policy).of(event.key));
    }
    if let Some((name, statements)) = inline {
        role.add_new_policy(of.template, name, statements.of(event.key));
    }
    if let Some((suffix, policy)) = on_failure {
        role.add_new_policy(of.template, format!("{}{suffix}", of.id), policy.of(event.key));
    }
}

/// Whether the source has the credentials that Lambda's poller asks for.
fn has_credentials(of: &FunctionEvent<'_, '_>) -> bool {
    let known: &[&str] = match of.event.kind {
        "MQ" => &["BASIC_AUTH", "VIRTUAL_HOST"],
        "DocumentDB" => &["BASIC_AUTH"],
        "SelfManagedKafka" => return of.event.given("SourceAccessConfigurations").is_some(),
        _ => return true,
    };
    let basic = access(of).filter(|(kind, _)| *kind == "BASIC_AUTH").count();
    basic == 1 && access(of).all(|(kind, _)| known.contains(&kind))
}

/// The property that names what is polled.
fn source_property(kind: &str) -> Option<&'static str> {
    match kind {
        "Kinesis" | "DynamoDB" | "MSK" => Some("Stream"),
        "SQS" => Some("Queue"),
        "MQ" => Some("Broker"),
        "DocumentDB" => Some("Cluster"),
        _ => None,
    }
}

fn kafka_config(of: &FunctionEvent<'_, '_>, mapping: &mut Made) {
    let name = match of.event.kind {
        "MSK" => "AmazonManagedKafkaEventSourceConfig",
        "SelfManagedKafka" => "SelfManagedKafkaEventSourceConfig",
        _ => return,
    };
    let mut config: Map = Vec::new();
    for property in ["ConsumerGroupId", "SchemaRegistryConfig"] {
        if let Some(value) = of.event.given(property) {
            config.push((Text::Borrowed(property), value.into()));
        }
    }
    if !config.is_empty() {
        mapping.set(name, Value::Map(config));
    }
}

fn document_db_config(of: &FunctionEvent<'_, '_>, mapping: &mut Made) {
    if of.event.kind != "DocumentDB" {
        return;
    }
    let names = ["DatabaseName", "CollectionName", "FullDocument"];
    let config: Map =
        names.into_iter().filter_map(|name| Some((name.into(), of.event.given(name)?.into()))).collect();
    mapping.set("DocumentDBEventSourceConfig", Value::Map(config));
}

/// Sets `DestinationConfig`, without the `Type` that only SAM reads, and gives the policy that it asks for.
fn on_failure(
    of: &FunctionEvent<'_, '_>,
    mapping: &mut Made,
    out: &mut Output,
) -> Option<(&'static str, Value)> {
    let config = of.event.given("DestinationConfig")?;
    let invalid = |name: &str| {
        let kind = SamProblemKind::InvalidProperty(name.to_owned());
        of.event.problem(of.source, kind)
    };
    let Some(failure) = config.get("OnFailure").filter(|failure| failure.is_mapping()) else {
        out.problems.push(invalid("DestinationConfig.OnFailure"));
        mapping.set("DestinationConfig", config);
        return None;
    };
    let kept: Map = failure
        .entries()
        .into_iter()
        .filter_map(|entry| Some((entry.name()?.to_owned().into(), entry.value.into())))
        .filter(|(name, _): &(Text, Value)| name != "Type")
        .collect();
    mapping.set("DestinationConfig", map([("OnFailure", Value::Map(kept).of(failure.id()))]));
    let kind = failure.get("Type").filter(|kind| !kind.is_null())?;
    let Some(arn) = failure.get("Destination") else {
        out.problems.push(invalid("DestinationConfig.OnFailure.Destination"));
        return None;
    };
    match kind.as_str() {
        Some("SQS") => Some(send_to_queue(arn.into())),
        Some("SNS") => Some(send_to_topic(arn.into())),
        Some("S3") => Some(send_to_bucket(arn.into())),
        Some("Kafka") => None,
        _ => {
            out.problems.push(invalid("DestinationConfig.OnFailure.Type"));
            None
        }
    }
}

/// The managed policy and the inline policy that polling needs.
fn permissions(of: &FunctionEvent<'_, '_>) -> (Option<&'static str>, Option<(String, Value)>) {
    match of.event.kind {
        "Kinesis" => (Some("service-role/AWSLambdaKinesisExecutionRole"), None),
        "DynamoDB" => (Some("service-role/AWSLambdaDynamoDBExecutionRole"), None),
        "SQS" => (Some("service-role/AWSLambdaSQSQueueExecutionRole"), None),
        "MSK" => (Some("service-role/AWSLambdaMSKExecutionRole"), msk(of)),
        "MQ" => (None, Some(mq(of))),
        "SelfManagedKafka" => (None, self_managed_kafka(of)),
        "DocumentDB" => (None, Some(document_db(of))),
        _ => (None, None),
    }
}

fn msk(of: &FunctionEvent<'_, '_>) -> Option<(String, Value)> {
    let mut statements = schema_registry(of);
    let certificates = access(of).filter(|(kind, _)| *kind == "CLIENT_CERTIFICATE_TLS_AUTH");
    statements.extend(certificates.map(|(_, uri)| read_secret(uri)));
    if statements.is_empty() {
        return None;
    }
    Some(("MSKExecutionRolePolicy".to_owned(), document(statements)))
}

fn mq(of: &FunctionEvent<'_, '_>) -> (String, Value) {
    let name = if of.event.given("DynamicPolicyName").is_some() {
        format!("{}AMQPolicy", of.id)
    } else {
        "SamAutoGeneratedAMQPolicy".to_owned()
    };
    let mut statements = basic_auth(of);
    if let Some(broker) = of.event.property("Broker") {
        statements.push(statement(list(["mq:DescribeBroker"]), broker.into()));
    }
    statements.extend(decrypt(of, "kms:Decrypt".into()));
    (name, document(statements))
}

fn self_managed_kafka(of: &FunctionEvent<'_, '_>) -> Option<(String, Value)> {
    const SECRETS: [&str; 5] = [
        "SASL_SCRAM_256_AUTH",
        "SASL_SCRAM_512_AUTH",
        "BASIC_AUTH",
        "CLIENT_CERTIFICATE_TLS_AUTH",
        "OAUTHBEARER_AUTH",
    ];
    let mut statements: Vec<Value> =
        access(of).filter(|(kind, _)| SECRETS.contains(kind)).map(|(_, uri)| read_secret(uri)).collect();
    let authority = access(of).filter(|(kind, _)| *kind == "SERVER_ROOT_CA_CERTIFICATE");
    statements.extend(authority.map(|(_, uri)| read_secret(uri)));
    let has = |wanted: &str| access(of).any(|(kind, _)| kind == wanted);
    if has("VPC_SUBNET") && has("VPC_SECURITY_GROUP") {
        statements.push(statement(list(NETWORK_ACTIONS), "*".into()));
    }
    statements.extend(decrypt(of, list(["kms:Decrypt"])));
    statements.extend(schema_registry(of));
    if statements.is_empty() {
        return None;
    }
    let document = map([("Statement", statements.into()), ("Version", "2012-10-17".into())]);
    Some(("SelfManagedKafkaExecutionRolePolicy".to_owned(), document))
}

fn document_db(of: &FunctionEvent<'_, '_>) -> (String, Value) {
    let mut statements = basic_auth(of);
    for (action, kind) in
        [("rds:DescribeDBClusterParameters", "cluster-pg"), ("rds:DescribeDBSubnetGroups", "subgrp")]
    {
        let arn = format!("arn:${{AWS::Partition}}:rds:${{AWS::Region}}:${{AWS::AccountId}}:{kind}:*");
        statements.push(statement(list([action]), sub(arn, Map::new())));
    }
    if let Some(cluster) = of.event.property("Cluster") {
        statements.push(statement(list(["rds:DescribeDBClusters"]), cluster.into()));
    }
    statements.push(statement(list(NETWORK_ACTIONS), "*".into()));
    statements.extend(decrypt(of, list(["kms:Decrypt"])));
    ("SamAutoGeneratedDocumentDBPolicy".to_owned(), document(statements))
}

/// The types and URIs of `SourceAccessConfigurations`.
fn access<'a>(of: &FunctionEvent<'_, 'a>) -> impl Iterator<Item = (&'a str, Node<'a>)> + use<'a> {
    let items = of.event.property("SourceAccessConfigurations").map(Node::items);
    items.into_iter().flatten().filter_map(|config| {
        let uri = config.get("URI").filter(|uri| intrinsic::is_given(*uri))?;
        Some((config.get("Type")?.as_str()?, uri))
    })
}

fn basic_auth(of: &FunctionEvent<'_, '_>) -> Vec<Value> {
    access(of).filter(|(kind, _)| *kind == "BASIC_AUTH").map(|(_, uri)| read_secret(uri)).collect()
}

fn read_secret(secret: Node<'_>) -> Value {
    statement(list(["secretsmanager:GetSecretValue"]), secret.into())
}

fn decrypt(of: &FunctionEvent<'_, '_>, action: Value) -> Option<Value> {
    let key = of.event.given("SecretsManagerKmsKeyId")?.as_str()?;
    let arn = format!("arn:${{AWS::Partition}}:kms:${{AWS::Region}}:${{AWS::AccountId}}:key/{key}");
    Some(statement(action, sub(arn, Map::new())))
}

fn schema_registry(of: &FunctionEvent<'_, '_>) -> Vec<Value> {
    let Some(config) = of.event.given("SchemaRegistryConfig") else { return Vec::new() };
    let secrets = config.get("AccessConfigs").map(Node::items).into_iter().flatten();
    let mut statements: Vec<_> = secrets.filter_map(|secret| Some(read_secret(secret.get("URI")?))).collect();
    let Some(uri) = config.get("SchemaRegistryURI") else { return statements };
    let text = if intrinsic::is_intrinsic(uri) { intrinsic::argument(uri, "Sub") } else { Some(uri) };
    let registry = text
        .and_then(Node::as_str)
        .filter(|arn| arn.starts_with("arn"))
        .and_then(|arn| arn_part(arn, 5))
        .and_then(|part| part.strip_prefix("registry/").map(str::to_owned));
    if let Some(registry) = registry {
        statements.push(statement(list(["glue:GetRegistry"]), uri.into()));
        let arn =
            format!("arn:${{AWS::Partition}}:glue:${{AWS::Region}}:${{AWS::AccountId}}:schema/{registry}/*");
        let schemas = Value::List(vec![sub(arn, Map::new())]);
        statements.push(statement(list(["glue:GetSchemaVersion"]), schemas));
    }
    statements
}

/// A part of an ARN between colons; those of `${AWS::Region}` are no borders.
fn arn_part(arn: &str, index: usize) -> Option<String> {
    let plain = arn.replace("::", "\u{0}");
    plain.split(':').nth(index).map(|part| part.replace('\u{0}', "::"))
}

fn list<const N: usize>(items: [&'static str; N]) -> Value {
    Value::List(items.into_iter().map(Value::from).collect())
}
