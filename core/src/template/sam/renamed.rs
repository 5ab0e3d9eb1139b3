//! SAM types that become one CloudFormation resource and nothing else.

use super::function::s3_location;
use super::logical_id::HASH_MARKER;
use super::output::Output;
use super::problem::SamProblemKind;
use super::source::{Made, Source, Template, tags};
use super::value::{Value, map};
use crate::syntax::Node;

/// Expands an `AWS::Serverless::SimpleTable`.
pub(super) fn simple_table(source: &Source<'_>, out: &mut Output) {
    let mut table = itself(source, "AWS::DynamoDB::Table");
    let key = source.given("PrimaryKey");
    let name = key.and_then(|key| key.get("Name")).map_or_else(|| Value::from("id"), Value::from);
    let kind = match key.and_then(|key| key.get("Type")).and_then(Node::as_str) {
        Some("Number") => "N",
        Some("Binary") => "B",
        _ => "S",
    };
    let attribute = map([("AttributeName", name.clone()), ("AttributeType", kind.into())]);
    table.set("AttributeDefinitions", vec![attribute]);
    table.set("KeySchema", vec![map([("AttributeName", name), ("KeyType", "HASH".into())])]);
    match source.given("ProvisionedThroughput") {
        Some(throughput) => table.set("ProvisionedThroughput", throughput),
        None => table.set("BillingMode", "PAY_PER_REQUEST"),
    }
    table.take(source.properties, &["PointInTimeRecoverySpecification", "SSESpecification", "TableName"]);
    table.set_some("Tags", tags(None, source.given("Tags")));
    out.add_itself(table);
}

/// Expands an `AWS::Serverless::Application`: a nested stack.
pub(super) fn application(source: &Source<'_>, out: &mut Output) {
    let mut attributes = source.passed_on();
    attributes.extend(source.attributes(&["DependsOn"]));
    let mut stack = Made::new(source.id.to_owned(), "AWS::CloudFormation::Stack", attributes, source.key);
    stack.take(source.properties, &["Parameters", "NotificationARNs", "TimeoutInMinutes"]);
    match source.property("Location") {
        // A path or URL stays as it is; an application of the repository has no template before deployment.
        Some(location) if location.as_str().is_some() => stack.set("TemplateURL", location),
        Some(_) => {}
        None => {
            let kind = SamProblemKind::MissingProperty("Location".to_owned());
            out.problems.push(source.problem("Location", kind));
        }
    }
    stack.set_some("Tags", tags(Some("lambda:createdBy"), source.given("Tags")));
    out.add_itself(stack);
}

/// Expands an `AWS::Serverless::LayerVersion`, whose logical id gets a hash.
pub(super) fn layer_version(template: &Template<'_>, source: &Source<'_>, out: &mut Output) {
    let id = format!("{}{HASH_MARKER}", source.id);
    let mut attributes = source.passed_on();
    attributes.extend(source.attributes(&["DependsOn"]));
    let mut layer = Made::new(id, "AWS::Lambda::LayerVersion", attributes, source.key);
    let retention = source.property("RetentionPolicy").and_then(|policy| template.text_of(policy));
    match retention {
        Some(policy) if policy.eq_ignore_ascii_case("delete") => {
            layer.set_attribute("DeletionPolicy", "Delete".into());
        }
        Some(_) => layer.set_attribute("DeletionPolicy", "Retain".into()),
        None if source.attribute("DeletionPolicy").is_none() => {
            layer.set_attribute("DeletionPolicy", "Retain".into());
        }
        None => {}
    }
    let name = source.given("LayerName").map(|name| template.resolved(name));
    layer.set("LayerName", name.unwrap_or_else(|| source.id.to_owned().into()));
    let location = source.property("ContentUri");
    layer.set_some(
        "Content",
        location.and_then(|at| s3_location(at, ["S3Bucket", "S3Key", "S3ObjectVersion"])),
    );
    layer.take(
        source.properties,
        &["Description", "CompatibleArchitectures", "CompatibleRuntimes", "LicenseInfo"],
    );
    out.references.push((source.id.to_owned(), layer.id.clone()));
    out.stand_ins.push((source.id.to_owned(), vec![layer.id.clone()]));
    out.add_itself(layer);
}

/// Gives a type that this transform knows nothing more of its CloudFormation name, with its properties as they are.
pub(super) fn rename(source: &Source<'_>, kind: &'static str, out: &mut Output) {
    let mut made = itself(source, kind);
    for entry in source.properties.map(Node::entries).into_iter().flatten() {
        if let Some(name) = entry.name() {
            made.properties.push((name.to_owned().into(), entry.value.into()));
        }
    }
    out.add_itself(made);
}

fn itself(source: &Source<'_>, kind: &'static str) -> Made {
    Made::new(source.id.to_owned(), kind, source.own_attributes(), source.key)
}
