//! Environment variables: what they name, and which of them name something that is not known.

use std::cell::OnceCell;

use super::hosts::{self, Address, Host};
use super::leads::{Lead, lead};
use super::permissions::{Grant, Permissions};
use super::scope::{Scope, named_in, open_in, place};
use super::weigh::{Sign, Weight, evidence};
use super::{DemandSource, EvidenceKind, OpenVariable, apis, on, resource_goal, service_goal};
use crate::language::Phrase;
use crate::network::{Missing, Ports};
use crate::paths::{Goal, GoalTarget};
use crate::phrase;
use crate::template::{Case, Resource, Text, Unknown, Value};

/// Words in the names of variables that hold addresses.
const ADDRESS: [&str; 18] = [
    "HOST",
    "HOSTS",
    "HOSTNAME",
    "ENDPOINT",
    "ENDPOINTS",
    "URL",
    "URI",
    "SERVER",
    "SERVERS",
    "ADDR",
    "ADDRESS",
    "BROKER",
    "BROKERS",
    "BOOTSTRAP",
    "DSN",
    "NODE",
    "NODES",
    "CONNECTIONSTRING",
];

/// Words in the names of variables that are about data stores.
const STORE: [&str; 36] = [
    "DB",
    "DATABASE",
    "RDS",
    "AURORA",
    "MYSQL",
    "POSTGRES",
    "POSTGRESQL",
    "PG",
    "MARIADB",
    "MSSQL",
    "SQLSERVER",
    "SQL",
    "ORACLE",
    "MONGO",
    "MONGODB",
    "DOCDB",
    "DOCUMENTDB",
    "REDIS",
    "VALKEY",
    "CACHE",
    "MEMCACHE",
    "MEMCACHED",
    "ELASTICACHE",
    "MEMORYDB",
    "REDSHIFT",
    "NEPTUNE",
    "KAFKA",
    "MSK",
    "RABBITMQ",
    "AMQP",
    "MQ",
    "ELASTICSEARCH",
    "OPENSEARCH",
    "ES",
    "CLICKHOUSE",
    "CASSANDRA",
];

/// Words in the names of variables whose address is given to others, not called.
const NOT_CALLED: [&str; 16] = [
    "ORIGIN",
    "ORIGINS",
    "CORS",
    "REDIRECT",
    "CALLBACK",
    "ALLOWED",
    "REFERER",
    "REFERRER",
    "NAMESPACE",
    "NAME",
    "USER",
    "USERNAME",
    "EMAIL",
    "PASSWORD",
    "AUDIENCE",
    "SCOPE",
];

/// Words in the names of variables whose address is mostly a link.
const LINKS: [&str; 14] = [
    "ISSUER",
    "FRONTEND",
    "SITE",
    "WEBSITE",
    "WEB",
    "LOGO",
    "IMAGE",
    "DOCS",
    "PUBLIC",
    "LINK",
    "SCHEMA",
    "LOGIN",
    "LOGOUT",
    "DASHBOARD",
];

/// Words in the names of variables that name something of a service.
const OF_SERVICES: [(&str, &str); 8] = [
    ("BUCKET", "s3"),
    ("TABLE", "dynamodb"),
    ("QUEUE", "sqs"),
    ("TOPIC", "sns"),
    ("SECRET", "secretsmanager"),
    ("STREAM", "kinesis-streams"),
    ("STATEMACHINE", "states"),
    ("DELIVERYSTREAM", "kinesis-firehose"),
];

/// Whether a name is one of a data store's: `DbHost`, `REDIS_URL`.
pub(crate) fn names_a_store(name: &str) -> bool {
    Words::of(name).is_store()
}

/// Reads the variables of a function; those that name hosts which are not known are the answer.
pub(super) fn read<'a>(
    scope: Scope<'a, '_>,
    function: &Resource,
    permissions: &Permissions,
    names: &Names<'a>,
    signs: &mut Vec<Sign>,
) -> Vec<OpenVariable> {
    let maps = scope.property(function, &["Environment", "Variables"]);
    let variables: Vec<(String, Case)> = maps.iter().flat_map(|map| scope.entries(map)).collect();
    let is_port = |(name, _): &&(String, Case)| name.to_ascii_uppercase().ends_with("PORT");
    let ports = variables.iter().filter(is_port).collect();
    let mut reading = Reading { scope, function, permissions, names, ports, signs, open: Vec::new() };
    for (name, case) in &variables {
        if let Value::Text(text) = &case.value {
            reading.variable(name, case, text);
        } else if let Value::Unknown(unknown) = &case.value {
            reading.open(name, case, unknown);
        }
    }
    reading.open
}

/// Resources with the names that they give themselves, in the order of the template; read when first asked for.
pub(super) type Names<'a> = OnceCell<Vec<(&'a Resource, Text)>>;

fn names<'a>(scope: Scope<'a, '_>) -> Vec<(&'a Resource, Text)> {
    const NAMES: [(&str, &str); 8] = [
        ("AWS::DynamoDB::Table", "TableName"),
        ("AWS::S3::Bucket", "BucketName"),
        ("AWS::SQS::Queue", "QueueName"),
        ("AWS::SNS::Topic", "TopicName"),
        ("AWS::Kinesis::Stream", "Name"),
        ("AWS::SecretsManager::Secret", "Name"),
        ("AWS::SSM::Parameter", "Name"),
        ("AWS::Lambda::Function", "FunctionName"),
    ];
    let mut found = Vec::new();
    for resource in &scope.template.resources {
        let Some((_, property)) = NAMES.iter().find(|(kind, _)| *kind == resource.kind) else { continue };
        for case in scope.property(resource, &[property]) {
            if let Value::Text(name) = case.value {
                found.push((resource, name));
            }
        }
    }
    found
}

struct Reading<'r, 'a, 't> {
    scope: Scope<'a, 't>,
    function: &'r Resource,
    permissions: &'r Permissions,
    names: &'r Names<'a>,
    /// The variables that may hold a port.
    ports: Vec<&'r (String, Case)>,
    signs: &'r mut Vec<Sign>,
    open: Vec<OpenVariable>,
}

impl Reading<'_, '_, '_> {
    fn variable(&mut self, name: &str, case: &Case, text: &Text) {
        let words = Words::of(name);
        if let Some((id, attribute)) = text.resource() {
            let port = if words.is_address() || words.is_store() { self.port_beside(name) } else { None };
            self.reference(name, case, id, attribute, Role::Whole, port);
            return;
        }
        if let Some(own) = self.named_alike(text) {
            self.reference(name, case, &own, None, Role::Whole, None);
            return;
        }
        let addresses = hosts::read(text, self.port_beside(name), self.scope.template);
        if !addresses.is_empty() {
            for address in addresses {
                self.address(name, case, &words, address);
            }
            return;
        }
        if let Some(service) = arn_service(text) {
            if let Some((id, attribute)) = named_in(text).next() {
                self.reference(name, case, id, attribute, Role::Whole, None);
            } else if let Some(suffix) = apis::of_prefix(&service) {
                let strong = !matches!(
                    service.as_str(),
                    "iam" | "kms" | "acm" | "logs" | "rds" | "ec2" | "kafka" | "es"
                );
                self.service(name, case, suffix, if strong { Weight::Named } else { Weight::Hint });
            }
            return;
        }
        // Inside of something longer: JSON, a path, a name made from a name.
        for (id, attribute) in named_in(text) {
            self.reference(name, case, id, attribute, Role::Part, None);
        }
        self.same_as_in_policy(name, case, text, &words);
        if let Some(unknown) = text.unknowns().next().filter(|_| text.known().is_none()) {
            self.open(name, case, unknown);
        }
    }

    /// What the id or attribute of a resource in a variable means.
    fn reference(
        &mut self,
        name: &str,
        case: &Case,
        id: &str,
        attribute: Option<&str>,
        role: Role,
        port: Option<u16>,
    ) {
        let Some(resource) = self.scope.template.resource(id) else { return };
        let whole = role == Role::Whole;
        match lead(&resource.kind, attribute) {
            Lead::Store => {
                let ports = port.map(Ports::one);
                self.sign(
                    name,
                    case,
                    Goal { ports, ..resource_goal(&resource.id) },
                    Weight::Certain,
                    &resource.id,
                );
            }
            Lead::StoreId if whole => {
                self.sign(name, case, resource_goal(&resource.id), Weight::Possible, &resource.id);
            }
            Lead::Api(suffix) if whole => {
                self.sign(name, case, service_goal(suffix), Weight::Named, &resource.id);
            }
            Lead::Api(suffix) | Lead::Near(suffix) => {
                self.sign(name, case, service_goal(suffix), Weight::Hint, &resource.id);
            }
            Lead::Public => {
                self.sign(name, case, on(GoalTarget::Internet, 443), Weight::Likely, &resource.id);
            }
            Lead::Link => {
                self.sign(name, case, on(GoalTarget::Internet, 443), Weight::Possible, &resource.id);
            }
            Lead::Property(property) => {
                for own in self.scope.property(resource, &[property]) {
                    // One step: a value that leads on and on is a ring.
                    if let Value::Text(text) = &own.value
                        && let Some((id, attribute)) = text.resource()
                        && attribute != Some(property)
                    {
                        self.reference(name, case, id, attribute, role, port);
                    }
                }
            }
            Lead::StoreId | Lead::Nowhere => {}
        }
        if whole {
            self.behind_secret(name, case, resource);
        }
    }

    /// Who is given the secret of a database signs in to it.
    fn behind_secret(&mut self, name: &str, case: &Case, resource: &Resource) {
        for (target, _) in targets_of_secret(self.scope, resource) {
            self.sign(name, case, resource_goal(&target), Weight::Likely, &resource.id);
        }
    }

    fn address(&mut self, name: &str, case: &Case, words: &Words, address: Address) {
        let is_store = address.store || words.is_store();
        match address.host {
            Host::Resource(id, attribute, port) => {
                self.address_of(name, case, &id, attribute.as_deref(), port, words);
            }
            Host::Open(unknown) => {
                if words.is_address() || address.sure {
                    self.push_open(name, case, &unknown, is_store);
                }
            }
            Host::Goal(goal) => {
                let of_aws = matches!(goal.target, GoalTarget::Service(_));
                if words.any(&NOT_CALLED) || !(address.sure || of_aws || words.is_address() || is_store) {
                    return;
                }
                let weight = match () {
                    () if words.any(&LINKS) => Weight::Possible,
                    () if of_aws => Weight::Named,
                    () if is_store => Weight::Certain,
                    () => Weight::Likely,
                };
                self.say(name, case, goal, weight);
            }
        }
    }

    /// A host that is what a resource returns: its address, or the first label of a service's host name.
    fn address_of(
        &mut self,
        name: &str,
        case: &Case,
        id: &str,
        attribute: Option<&str>,
        port: Option<u16>,
        words: &Words,
    ) {
        let Some(resource) = self.scope.template.resource(id) else { return };
        let of_record = resource.kind == "AWS::Route53::RecordSet";
        if lead(&resource.kind, attribute) == Lead::Nowhere && (words.is_address() || of_record) {
            let attribute = attribute.unwrap_or("Ref").to_owned();
            let unknown = Unknown::Attribute { resource: id.to_owned(), attribute };
            self.push_open(name, case, &unknown, words.is_store());
        }
        // A link to a site is seldom followed by who is given it.
        if !words.any(&NOT_CALLED) {
            self.reference(name, case, id, attribute, Role::Whole, port);
        }
    }

    /// A variable and a policy that hold the same parameter or the same name are about the same thing.
    fn same_as_in_policy(&mut self, name: &str, case: &Case, text: &Text, words: &Words) {
        const SHORT: usize = 3;
        let mut found: Vec<&'static str> = Vec::new();
        for permission in &self.permissions.granted {
            let same = permission.resources.iter().any(|resource| match text.known() {
                Some(known) => {
                    let resource = resource.to_string();
                    known.len() >= SHORT
                        && resource.rsplit([':', '/']).take(3).any(|part| part.trim_end_matches('*') == known)
                }
                None => open_in(text).any(|unknown| open_in(resource).any(|other| other == unknown)),
            });
            let by_name =
                OF_SERVICES.iter().any(|(word, suffix)| *suffix == permission.suffix && words.has(word));
            let same = same || (by_name && permission.grant > Grant::Behind && text.known() != Some(""));
            if same && !found.contains(&permission.suffix) {
                found.push(permission.suffix);
            }
        }
        for suffix in found {
            let weight = if self.is_exact(text, suffix) { Weight::Named } else { Weight::Likely };
            self.service(name, case, suffix, weight);
        }
    }

    /// Whether the policy holds what the variable holds, not only a name like it.
    fn is_exact(&self, text: &Text, suffix: &str) -> bool {
        let mut own = self.permissions.granted.iter().filter(|permission| permission.suffix == suffix);
        own.any(|permission| {
            permission.resources.iter().any(|resource| match text.known() {
                Some(known) => resource.to_string().rsplit([':', '/']).any(|part| part == known),
                None => open_in(text).any(|unknown| open_in(resource).any(|other| other == unknown)),
            })
        })
    }

    /// The resource whose name a text is, as the resource itself writes it.
    fn named_alike(&self, text: &Text) -> Option<String> {
        const SHORT: usize = 3;
        if text.parts.is_empty() || text.known().is_some_and(|known| known.len() < SHORT) {
            return None;
        }
        let names = self.names.get_or_init(|| names(self.scope));
        let is_own = |(resource, name): &&(&Resource, Text)| resource.id != self.function.id && name == text;
        names.iter().find(is_own).map(|(resource, _)| resource.id.clone())
    }

    /// What `DB_PORT` says beside `DB_HOST`.
    fn port_beside(&self, name: &str) -> Option<u16> {
        let upper = name.to_ascii_uppercase();
        let start = ADDRESS.iter().find_map(|word| upper.strip_suffix(word))?;
        let wanted = [format!("{start}PORT"), format!("{upper}_PORT")];
        let is_wanted = |other: &str| wanted.iter().any(|wanted| wanted.eq_ignore_ascii_case(other));
        let beside = self.ports.iter().find(|(other, _)| is_wanted(other))?;
        beside.1.value.known()?.trim().parse().ok().filter(|port| *port > 0)
    }

    fn service(&mut self, name: &str, case: &Case, suffix: &str, weight: Weight) {
        self.say(name, case, service_goal(suffix), weight);
    }

    fn say(&mut self, name: &str, case: &Case, goal: Goal, weight: Weight) {
        let id = goal.target.id();
        let words = phrase!(
            en: "its variable `{name}` leads to {id}",
            ja: "環境変数 `{name}` が {id} を指しています",
        );
        self.push(case, goal, weight, words);
    }

    fn sign(&mut self, name: &str, case: &Case, goal: Goal, weight: Weight, id: &str) {
        let words = phrase!(
            en: "its variable `{name}` names `{id}`",
            ja: "環境変数 `{name}` が `{id}` を指しています",
        );
        self.push(case, goal, weight, words);
        if let Some(sign) = self.signs.last_mut() {
            sign.evidence.resources.push(id.to_owned());
        }
    }

    fn push(&mut self, case: &Case, goal: Goal, weight: Weight, words: Phrase) {
        self.signs.push(Sign {
            source: DemandSource::Function(self.function.id.clone()),
            goal,
            weight,
            evidence: evidence(EvidenceKind::Variable, place(case), case.guard, words),
        });
    }

    /// Notes a variable by whose name its value is a host or a data store.
    fn open(&mut self, name: &str, case: &Case, unknown: &Unknown) {
        let words = Words::of(name);
        let is_secret =
            ["PASSWORD", "USER", "USERNAME", "TOKEN", "KEY", "SECRET", "PORT", "ARN", "NAME", "REGION"];
        if words.is_address() && !words.any(&is_secret) && !words.any(&NOT_CALLED) {
            self.push_open(name, case, unknown, words.is_store());
        }
    }

    fn push_open(&mut self, name: &str, case: &Case, unknown: &Unknown, data_store: bool) {
        let one = OpenVariable {
            name: name.to_owned(),
            at: place(case),
            missing: Missing::Value(unknown.clone()),
            data_store,
        };
        if !self.open.contains(&one) {
            self.open.push(one);
        }
    }
}

/// Whether a reference is all of a variable, or stands in something longer.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Whole,
    Part,
}

/// The databases that a secret is attached to, and where that is written.
pub(super) fn targets_of_secret<'a>(scope: Scope<'a, '_>, secret: &Resource) -> Vec<(String, &'a Resource)> {
    const ATTACHMENT: &str = "AWS::SecretsManager::SecretTargetAttachment";
    scope
        .resources(&[ATTACHMENT])
        .filter(|attachment| {
            attachment.id == secret.id
                || scope
                    .property(attachment, &["SecretId"])
                    .iter()
                    .any(|case| scope.named(&case.value).is_some_and(|own| own.id == secret.id))
        })
        .flat_map(|attachment| {
            scope.property(attachment, &["TargetId"]).into_iter().map(move |case| (case, attachment))
        })
        .filter_map(|(case, attachment)| Some((scope.named(&case.value)?.id.clone(), attachment)))
        .collect()
}

/// `sqs` of `arn:aws:sqs:...`.
fn arn_service(text: &Text) -> Option<String> {
    let written = text.to_string().replace("${AWS::", "${");
    let mut parts = written.split(':');
    (parts.next() == Some("arn")).then_some(())?;
    let service = parts.nth(1)?;
    let is_word =
        !service.is_empty() && service.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    is_word.then(|| service.to_owned())
}

/// The words of a variable's name in capitals: `DB`, `HOST` of `DB_HOST` and `dbHost`.
struct Words(Vec<String>);

impl Words {
    fn of(name: &str) -> Self {
        let mut words = vec![String::new()];
        let mut before_is_lower = false;
        for letter in name.chars() {
            let starts = letter.is_ascii_uppercase() && before_is_lower;
            if (!letter.is_ascii_alphanumeric() || starts)
                && words.last().is_some_and(|word| !word.is_empty())
            {
                words.push(String::new());
            }
            if letter.is_ascii_alphanumeric()
                && let Some(last) = words.last_mut()
            {
                last.push(letter.to_ascii_uppercase());
            }
            before_is_lower = letter.is_ascii_lowercase() || letter.is_ascii_digit();
        }
        words.retain(|word| !word.is_empty());
        Self(words)
    }

    fn has(&self, wanted: &str) -> bool {
        self.0.iter().any(|word| word == wanted) || self.0.concat().ends_with(wanted) && wanted.len() > 8
    }

    fn any(&self, wanted: &[&str]) -> bool {
        self.0.iter().any(|word| wanted.contains(&word.as_str()))
    }

    /// Whether the name says that it holds an address: `DB_HOST`, `PGHOST`, `apiUrl`.
    fn is_address(&self) -> bool {
        self.0.iter().any(|word| {
            ADDRESS.contains(&word.as_str())
                || ["HOST", "URL", "ENDPOINT", "SERVER"]
                    .iter()
                    .any(|end| word.len() > end.len() && word.ends_with(end))
        })
    }

    fn is_store(&self) -> bool {
        self.0.iter().any(|word| {
            let bare = ["HOST", "URL", "ENDPOINT", "SERVER"].iter().find_map(|end| word.strip_suffix(end));
            STORE.contains(&word.as_str()) || bare.is_some_and(|bare| STORE.contains(&bare))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_apart() {
        for (name, words) in [
            ("DB_HOST", vec!["DB", "HOST"]),
            ("dbHost", vec!["DB", "HOST"]),
            ("PGHOST", vec!["PGHOST"]),
            ("redis-url", vec!["REDIS", "URL"]),
            ("", vec![]),
        ] {
            assert_eq!(Words::of(name).0, words, "{name}");
        }
        assert!(Words::of("PGHOST").is_store() && Words::of("PGHOST").is_address());
        assert!(Words::of("DATABASE_URL").is_store() && !Words::of("API_URL").is_store());
        assert!(!Words::of("TABLE_NAME").is_address());
    }
}
