//! The policies of resources that are called through the API of their service.

use super::fields::own_name;
use super::policy_statement::{declare_callers, statement};
use super::reader::{BROKEN, Reader, Split};
use crate::network::{
    Builder, Endpoint, EndpointPolicy, Fact, Listed, Missing, OwnResource, ResourcePolicy, ResourceStatement,
};
use crate::template::{Case, Part, Resource, Value};

/// A resource that holds the policy of others, or its own.
struct Holder {
    kind: &'static str,
    /// The property that names whose policy it is; nothing where it is its own.
    of: Option<&'static str>,
    /// Where the document is.
    document: &'static [&'static str],
}

const HOLDERS: [Holder; 7] = [
    Holder { kind: "AWS::S3::BucketPolicy", of: Some("Bucket"), document: &["PolicyDocument"] },
    Holder { kind: "AWS::SQS::QueuePolicy", of: Some("Queues"), document: &["PolicyDocument"] },
    Holder { kind: "AWS::SNS::TopicPolicy", of: Some("Topics"), document: &["PolicyDocument"] },
    Holder {
        kind: "AWS::SecretsManager::ResourcePolicy",
        of: Some("SecretId"),
        document: &["ResourcePolicy"],
    },
    Holder { kind: "AWS::KMS::Key", of: None, document: &["KeyPolicy"] },
    Holder { kind: "AWS::DynamoDB::Table", of: None, document: &["ResourcePolicy", "PolicyDocument"] },
    Holder { kind: "AWS::ApiGateway::RestApi", of: None, document: &["Policy"] },
];

const API: &str = "AWS::ApiGateway::RestApi";

/// Writes policies that ask which way calls come, and private APIs with any.
pub(super) fn declare(reader: Reader<'_, '_>, builder: &mut Builder) -> Result<(), Split> {
    declare_resources(reader, builder)?;
    for holder in &HOLDERS {
        for resource in reader.resources(&[holder.kind])? {
            let is_private = holder.kind == API && is_private(reader, resource)?;
            let mut document = reader.property(resource, holder.document)?;
            if holder.kind == API && document.is_none() {
                document = in_definition(reader, resource)?;
            }
            let statements = match &document {
                Some(document) => statements(reader, document)?,
                None if !is_private => continue,
                None => Listed { items: Vec::new(), rest: elsewhere(reader, resource)? },
            };
            let asks = |one: &ResourceStatement| !one.statement.conditions.items.is_empty();
            if !is_private && !statements.items.iter().any(asks) {
                continue;
            }
            let at = document.as_ref().and_then(Reader::place).or_else(|| reader.declared(resource));
            for of in owners(reader, resource, holder)? {
                let statements = statements.clone();
                builder.network.resource_policies.push(ResourcePolicy { of, at, statements, is_private });
            }
        }
    }
    declare_callers(reader, builder)
}

/// Resources that policies of endpoints name, and the property by which they name themselves.
const NAMED: [(&str, &str); 3] =
    [("AWS::S3::Bucket", "BucketName"), ("AWS::SQS::Queue", "QueueName"), ("AWS::SNS::Topic", "TopicName")];

fn declare_resources(reader: Reader<'_, '_>, builder: &mut Builder) -> Result<(), Split> {
    let is_written = |endpoint: &Endpoint| matches!(endpoint.policy, EndpointPolicy::Written(_));
    if !builder.network.endpoints.iter().any(is_written) {
        return Ok(());
    }
    for (kind, property) in NAMED {
        for resource in reader.resources(&[kind])? {
            let name = match reader.text(resource, &[property])? {
                None => None,
                Some(Fact::Known(name)) => Some(name),
                // It may be any.
                Some(Fact::Unknown(_)) => continue,
            };
            builder.network.own_resources.push(OwnResource { id: resource.id.clone(), name });
        }
    }
    Ok(())
}

/// Whose policy it is, as far as they are of the template.
fn owners(reader: Reader<'_, '_>, resource: &Resource, holder: &Holder) -> Result<Vec<String>, Split> {
    let Some(property) = holder.of else { return Ok(vec![resource.id.clone()]) };
    let Some(list) = reader.property(resource, &[property])? else { return Ok(Vec::new()) };
    let items = reader.items(&list)?.items;
    Ok(items.iter().filter_map(|item| item.value.resource()).map(|(id, _)| id.to_owned()).collect())
}

fn is_private(reader: Reader<'_, '_>, api: &Resource) -> Result<bool, Split> {
    let Some(types) = reader.property(api, &["EndpointConfiguration", "Types"])? else { return Ok(false) };
    let items = reader.items(&types)?;
    Ok(items.items.iter().any(|item| item.value.known() == Some("PRIVATE")))
}

/// The policy in the definition of an API.
fn in_definition(reader: Reader<'_, '_>, api: &Resource) -> Result<Option<Case>, Split> {
    match reader.property(api, &["Body"])? {
        Some(body @ Case { value: Value::Map(_), .. }) => reader.entry(&body, "x-amazon-apigateway-policy"),
        _ => Ok(None),
    }
}

/// Why an API without a written policy may have one all the same: its definition may hold it.
fn elsewhere(reader: Reader<'_, '_>, api: &Resource) -> Result<Option<Missing>, Split> {
    let is_hidden = match reader.property(api, &["Body"])? {
        Some(Case { value: Value::Map(_), .. }) => false,
        Some(_) => true,
        None => api.made_by.is_some() || reader.property(api, &["BodyS3Location"])?.is_some(),
    };
    Ok(is_hidden.then(|| Missing::Component(own_name(api))))
}

fn statements(reader: Reader<'_, '_>, document: &Case) -> Result<Listed<ResourceStatement>, Split> {
    let mut found = Listed::default();
    let Some(list) = reader.entry(document, "Statement")? else { return Ok(Listed::unknown(BROKEN)) };
    let list = reader.items(&list)?;
    found.rest = list.rest;
    for item in &list.items {
        match statement(reader, item)? {
            Err(missing) => found.rest = Some(missing),
            Ok(statement) => {
                let (is_about_whole, is_about_inside) = covered(reader, item)?;
                found.items.push(ResourceStatement { statement, is_about_whole, is_about_inside });
            }
        }
    }
    Ok(found)
}

/// Whether a statement is about the resource itself, and about all that is in it. A policy can only be about its own
/// resource, so what stands before the end does not matter.
fn covered(reader: Reader<'_, '_>, statement: &Case) -> Result<(bool, bool), Split> {
    let (mut whole, mut inside) = (false, false);
    let Some(resources) = reader.entry(statement, "Resource")? else { return Ok((whole, inside)) };
    for item in reader.items(&resources)?.items {
        let Value::Text(text) = &item.value else { continue };
        match text.parts.last() {
            Some(Part::Resource { .. }) => whole = true,
            Some(Part::Literal(end)) if end.ends_with("/*") => inside = true,
            Some(Part::Literal(end)) if end.ends_with('*') => (whole, inside) = (true, true),
            Some(Part::Literal(end)) => whole |= !end.contains('/'),
            _ => {}
        }
    }
    Ok((whole, inside))
}
