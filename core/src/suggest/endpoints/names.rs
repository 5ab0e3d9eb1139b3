//! Logical ids and references for what is added, in the template's manner.

use super::super::insert::free_id;
use super::super::written::Written;
use crate::network::{Name, Workload};
use crate::syntax::Node;
use crate::template::{Parameter, Resource, Template, Unknown, Value};

/// What stands before and behind the service in the ids of the template's endpoints: `S3Endpoint`, `VpcEndpointForS3`.
pub(super) struct Manner {
    before: String,
    behind: String,
}

impl Manner {
    /// Read off the first endpoint that is called after its service; `Endpoint` behind it where there is none.
    pub(super) fn of(template: &Template<'_>, vpc: Option<&str>) -> Self {
        let known = template
            .resources
            .iter()
            .filter(|resource| resource.kind == "AWS::EC2::VPCEndpoint")
            .find_map(|endpoint| Self::of_endpoint(template, endpoint));
        known.unwrap_or_else(|| Self {
            before: vpc.unwrap_or_default().to_owned(),
            behind: "Endpoint".to_owned(),
        })
    }

    fn of_endpoint(template: &Template<'_>, endpoint: &Resource) -> Option<Self> {
        let service = template.property(endpoint, &["ServiceName"]).into_iter().find_map(|case| {
            let Value::Text(text) = &case.value else { return None };
            Some(text.to_string().rsplit(['.', '}']).next()?.to_owned())
        })?;
        let wanted: String = service.chars().filter(char::is_ascii_alphanumeric).collect();
        let at = endpoint.id.to_ascii_lowercase().find(&wanted.to_ascii_lowercase())?;
        let (before, rest) = (endpoint.id.get(..at)?, endpoint.id.get(at..)?);
        let behind = rest.get(wanted.len()..)?;
        let says = format!("{before} {behind}").to_ascii_lowercase().contains("endpoint");
        (says && !wanted.is_empty()).then(|| Self { before: before.to_owned(), behind: behind.to_owned() })
    }

    /// A free id for the endpoint of a service.
    pub(super) fn id(&self, template: &Template<'_>, service: &str) -> String {
        free_id(template, &format!("{}{}{}", self.before, in_words(service), self.behind), 0)
    }
}

/// `SecretsManager`, `EcrDkr`: a service as a part of a logical id.
fn in_words(service: &str) -> String {
    let whole = match service {
        "secretsmanager" => "SecretsManager",
        "dynamodb" => "DynamoDB",
        "cloudformation" => "CloudFormation",
        "elasticfilesystem" => "Efs",
        "execute-api" => "ExecuteApi",
        _ => "",
    };
    if !whole.is_empty() {
        return whole.to_owned();
    }
    let parts = service.split(|c: char| !c.is_ascii_alphanumeric()).filter(|part| !part.is_empty());
    let capital = |part: &str| {
        let (first, rest) = part.split_at(part.len().min(1));
        format!("{}{rest}", first.to_ascii_uppercase())
    };
    parts.map(capital).collect()
}

/// How the template names a component where one id is asked for. Nothing where it cannot.
pub(crate) fn reference(template: &Template<'_>, name: &Name) -> Option<Written> {
    match name {
        Name::Logical(id) => template.resource(id).map(|_| Written::reference(id)),
        Name::Aws(id) => id.contains('-').then(|| Written::text(id)),
        Name::Unknown { value: Unknown::Parameter(name) | Unknown::StoredParameter(name), item } => {
            let is_list = template.parameter(name).is_some_and(Parameter::is_list);
            Some(match item {
                Some(item) => Written::Select(*item, name.clone()),
                None if is_list => Written::Select(0, name.clone()),
                None => Written::reference(name),
            })
        }
        Name::Unknown { value: Unknown::Import(name), item: None } => {
            let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | ':' | '_' | '.');
            (!name.is_empty() && name.chars().all(is_plain)).then(|| Written::Import(name.clone()))
        }
        Name::Unknown { .. } | Name::Implied { .. } => None,
    }
}

/// The list parameter that a name is an item of, or stands for.
pub(super) fn list_of<'n>(template: &Template<'_>, name: &'n Name) -> Option<&'n str> {
    match name {
        Name::Unknown { value: Unknown::Parameter(name) | Unknown::StoredParameter(name), .. } => {
            template.parameter(name).is_some_and(Parameter::is_list).then_some(name)
        }
        _ => None,
    }
}

/// What the author wrote for a name that came from a value given beside the template: the property of a function,
/// whole or the item of it. Nothing where it does not stand on one line.
pub(super) fn as_written(
    template: &Template<'_>,
    sender: &Workload,
    property: &str,
    item: Option<usize>,
) -> Option<Written> {
    let function = template.resource(&sender.name.to_string())?;
    let node = template.properties(function)?.at(&["VpcConfig", property])?;
    match item {
        None => one_line(template, node),
        Some(item) if node.is_sequence() && node.items().len() == sender.subnets.items.len() => {
            one_line(template, node.items().get(item)?)
        }
        Some(_) => None,
    }
}

/// A value that stands on one line, as it stands there.
pub(super) fn one_line(template: &Template<'_>, node: Node<'_>) -> Option<Written> {
    let source = node.span_with_tag().slice(template.text());
    let fits = !source.is_empty() && !source.contains(['\n', '#', '&', '*']) && !source.contains("Fn::If");
    (fits && node.target() == node.id()).then(|| Written::Copied(source.to_owned()))
}
