//! Addresses in texts: URLs, connection strings, hosts with ports.

use crate::network::{Ports, Protocol};
use crate::paths::{Goal, GoalTarget, parse_goal};
use crate::template::{Part, Template, Text, Unknown};

/// Marks a part of a text that is not literal, between this and [`CLOSE`] its number.
const OPEN: char = '\u{1}';
const CLOSE: char = '\u{2}';

/// A scheme, its port, and whether what answers is a data store.
const SCHEMES: [(&str, u16, bool); 34] = [
    ("https", 443, false),
    ("http", 80, false),
    ("wss", 443, false),
    ("ws", 80, false),
    ("grpc", 443, false),
    ("sftp", 22, false),
    ("ssh", 22, false),
    ("ftp", 21, false),
    ("ldap", 389, false),
    ("ldaps", 636, false),
    ("smtp", 25, false),
    ("smtps", 465, false),
    ("postgres", 5432, true),
    ("postgresql", 5432, true),
    ("mysql", 3306, true),
    ("mysql2", 3306, true),
    ("mariadb", 3306, true),
    ("aurora", 3306, true),
    ("sqlserver", 1433, true),
    ("mssql", 1433, true),
    ("oracle", 1521, true),
    ("db2", 50000, true),
    ("redshift", 5439, true),
    ("redis", 6379, true),
    ("rediss", 6379, true),
    ("valkey", 6379, true),
    ("memcached", 11211, true),
    ("mongodb", 27017, true),
    ("amqp", 5672, true),
    ("amqps", 5671, true),
    ("mqtt", 1883, true),
    ("mqtts", 8883, true),
    ("kafka", 9092, true),
    ("cassandra", 9042, true),
];

/// Ports that data stores listen on.
const STORE_PORTS: [u16; 20] = [
    1433, 1521, 3306, 5432, 5439, 5671, 5672, 6379, 8182, 8883, 9042, 9092, 9094, 9096, 9098, 9200, 11211,
    27017, 50000, 61617,
];

/// What an address leads to.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Host {
    /// To something known.
    Goal(Goal),
    /// To a resource of the template, by its id and attribute; the port where one is written.
    Resource(String, Option<String>, Option<u16>),
    /// To something that is not known.
    Open(Unknown),
}

/// An address found in a text.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Address {
    pub(super) host: Host,
    /// Whether it is that of a data store, by its scheme or port.
    pub(super) store: bool,
    /// Whether it is written as an address: with a scheme or a port. A bare name may be anything.
    pub(super) sure: bool,
}

/// The addresses that a text is made of: one URL or host, or several with commas between. `port` is the port that
/// something else says. Empty where it is no address.
pub(super) fn read(text: &Text, port: Option<u16>, template: &Template<'_>) -> Vec<Address> {
    const MANY: usize = 16;
    let flat = flattened(text, template);
    let flat = flat.trim();
    let reader = Reader { parts: &text.parts, port, template };
    if let Some((scheme, rest)) = flat.split_once("://") {
        let scheme = scheme.strip_prefix("jdbc:").unwrap_or(scheme);
        return reader.url(scheme, rest);
    }
    // jdbc:oracle:thin:@host:1521/service and jdbc:sqlserver without slashes are the odd ones.
    if let Some(rest) = flat.strip_prefix("jdbc:") {
        let scheme = rest.split(':').next().unwrap_or("");
        let after = rest.split_once('@').or_else(|| rest.split_once("//")).map_or("", |(_, after)| after);
        return reader.url(scheme, after.trim_start_matches('/'));
    }
    if flat.contains(['/', ' ', '@', '{', '"', '=']) {
        return Vec::new();
    }
    flat.split(',').take(MANY).filter_map(|one| reader.host(one.trim(), None, false)).collect()
}

/// The addresses of URLs that stand somewhere in a longer text, such as code.
pub(super) fn urls<'c>(text: &'c str, template: &Template<'_>) -> Vec<(&'c str, Goal)> {
    const MANY: usize = 64;
    let mut found: Vec<(&str, Goal)> = Vec::new();
    for (at, _) in text.match_indices("://").take(MANY) {
        let before = text.get(..at).unwrap_or("");
        let Some(scheme) = ["https", "http"].into_iter().find(|scheme| before.ends_with(scheme)) else {
            continue;
        };
        let rest = text.get(at + 3..).unwrap_or("");
        let is_host = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | ':');
        let end = rest.find(|letter| !is_host(letter)).unwrap_or(rest.len());
        let host = rest.get(..end).unwrap_or("").trim_end_matches(['.', ':', '-']);
        // `https://{host}/`: the code puts it together.
        if rest.get(end..).is_some_and(|rest| rest.starts_with(['{', '$', '%', '<', '\'', '"']))
            && !host.contains('.')
            || !is_outside(host.split(':').next().unwrap_or(""))
            || !host.contains('.')
        {
            continue;
        }
        if let Ok(goal) = parse_goal(&format!("{scheme}://{host}"), template)
            && !found.iter().any(|(_, known)| *known == goal)
        {
            let start = at - scheme.len();
            found.push((text.get(start..at + 3 + host.len()).unwrap_or(host), goal));
        }
    }
    found
}

/// Whether a host is another one: not this machine, nor an example.
fn is_outside(host: &str) -> bool {
    let is_this = host == "localhost" || host.ends_with(".localhost");
    let is_local =
        ["127.", "0.", "169.254.", "255."].iter().any(|start| host.starts_with(start)) && is_address(host);
    let is_namespace =
        ["www.w3.org", "schemas.xmlsoap.org", "schemas.microsoft.com", "json-schema.org"].contains(&host);
    !is_this && !is_local && !is_namespace
}

fn is_address(host: &str) -> bool {
    host.parse::<std::net::Ipv4Addr>().is_ok()
}

/// The text with marks for what is not literal. What any stack fills in is filled in, so that hosts of services are
/// recognised.
fn flattened(text: &Text, template: &Template<'_>) -> String {
    let mut out = String::new();
    for (at, part) in text.parts.iter().enumerate() {
        match part {
            Part::Literal(literal) => out.push_str(literal),
            Part::Unknown(Unknown::Pseudo(name)) => match name.as_str() {
                "AWS::Region" => out.push_str(template.inputs().region.as_deref().unwrap_or("us-east-1")),
                "AWS::URLSuffix" => out.push_str("amazonaws.com"),
                "AWS::Partition" => out.push_str("aws"),
                "AWS::AccountId" => out.push_str("111122223333"),
                _ => out.push('x'),
            },
            _ => {
                out.push(OPEN);
                out.push_str(&at.to_string());
                out.push(CLOSE);
            }
        }
    }
    out
}

struct Reader<'r, 't> {
    parts: &'r [Part],
    port: Option<u16>,
    template: &'r Template<'t>,
}

impl Reader<'_, '_> {
    fn url(&self, scheme: &str, rest: &str) -> Vec<Address> {
        let scheme = scheme.to_ascii_lowercase();
        let scheme = scheme.split(['+', ':']).next().unwrap_or("");
        let authority = rest.split(['/', '?', '#', ';']).next().unwrap_or("");
        let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        if scheme == "s3" {
            let goal = super::service_goal("s3");
            return vec![Address { host: Host::Goal(goal), store: false, sure: true }];
        }
        // A scheme that is a parameter is one of the web's, where anything is.
        let scheme = if scheme.contains(OPEN) { "https" } else { scheme };
        let Some((_, port, store)) = SCHEMES.into_iter().find(|(own, _, _)| *own == scheme) else {
            return Vec::new();
        };
        authority
            .split(',')
            .filter_map(|one| self.host(one, Some(port), true))
            .map(|found| Address { store: store || found.store, sure: true, ..found })
            .collect()
    }

    /// `HOST[:PORT]`.
    fn host(&self, text: &str, usual: Option<u16>, in_url: bool) -> Option<Address> {
        let (host, port) = match text.rsplit_once(':') {
            Some((host, port)) if self.part(port).is_some() => (host, None),
            Some((host, port)) => (host, Some(port.parse::<u16>().ok().filter(|port| *port > 0)?)),
            None => (text, None),
        };
        let known = port.or(self.port.filter(|_| usual.is_none()));
        let store = known.or(usual).is_some_and(|port| STORE_PORTS.contains(&port));
        let address = |host| Some(Address { host, store, sure: in_url || port.is_some() });
        if let Some(part) = self.part(host) {
            return address(match part {
                // The usual port of a scheme is a guess where a resource knows its own.
                Part::Resource { id, attribute } => {
                    let web = usual.filter(|port| matches!(port, 80 | 443));
                    Host::Resource(id.clone(), attribute.clone(), known.or(web))
                }
                Part::Unknown(unknown) | Part::Item { list: unknown, .. } => match unknown {
                    // `!Select [0, !GetAtt Broker.AmqpEndpoints]`
                    Unknown::Attribute { resource, attribute } => {
                        Host::Resource(resource.clone(), Some(attribute.clone()), known)
                    }
                    other => Host::Open(other.clone()),
                },
                Part::Literal(_) | Part::Zone { .. } => return None,
            });
        }
        let port = known.or(usual).unwrap_or(443);
        let bare = Self::without_marks(host);
        if !bare.contains('.') || !is_outside(&bare) || bare.starts_with('.') {
            return None;
        }
        let is_number = bare.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        if is_number && !is_address(&bare) {
            return None;
        }
        let goal = parse_goal(&format!("{bare}:{port}"), self.template).ok()?;
        let goal = Goal { ports: Some(Ports::one(port)), protocol: Protocol::TCP, ..goal };
        if bare != host && !matches!(goal.target, GoalTarget::Service(_)) {
            return address(Host::Open(self.first_open(host)?));
        }
        // A resource that happens to be called like a host is not meant.
        let is_meant = !matches!(goal.target, GoalTarget::Resource(_) | GoalTarget::Internet);
        if is_meant { address(Host::Goal(goal)) } else { None }
    }

    /// The part that a text is the mark of.
    fn part(&self, text: &str) -> Option<&Part> {
        let number = text.strip_prefix(OPEN)?.strip_suffix(CLOSE)?;
        self.parts.get(number.parse::<usize>().ok()?)
    }

    fn first_open(&self, host: &str) -> Option<Unknown> {
        let mark = host.split(OPEN).nth(1)?.split(CLOSE).next()?;
        match self.parts.get(mark.parse::<usize>().ok()?)? {
            Part::Unknown(unknown) | Part::Item { list: unknown, .. } => Some(unknown.clone()),
            Part::Resource { id, attribute } => Some(Unknown::Attribute {
                resource: id.clone(),
                attribute: attribute.clone().unwrap_or_else(|| "Ref".to_owned()),
            }),
            Part::Literal(_) | Part::Zone { .. } => None,
        }
    }

    /// A label in place of every mark: which one does not matter to whom a host belongs.
    fn without_marks(host: &str) -> String {
        let mut out = String::new();
        let mut inside = false;
        for letter in host.chars() {
            match letter {
                OPEN => {
                    inside = true;
                    out.push('x');
                }
                CLOSE => inside = false,
                _ if inside => {}
                _ => out.push(letter),
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::Limits;
    use crate::template::{Inputs, lower};

    fn words(text: &str) -> Vec<String> {
        let template = lower("Resources: {}", &Limits::default(), Inputs::default());
        read(&Text::literal(text), None, &template)
            .into_iter()
            .map(|address| match address.host {
                Host::Goal(goal) => {
                    let ports = goal.ports.map_or("-".to_owned(), |ports| ports.to_string());
                    format!("{} {}:{ports}", goal.target.kind(), goal.target.id())
                }
                other => format!("{other:?}"),
            })
            .collect()
    }

    #[test]
    fn addresses_are_read_however_they_are_written() {
        for (text, expected) in [
            ("https://api.example.com/v1", "host api.example.com:443"),
            ("http://10.0.3.7:8080", "address 10.0.3.7:8080"),
            ("postgresql+psycopg2://user:p%40ss@db.example.internal/shop", "host db.example.internal:5432"),
            ("jdbc:postgresql://db.example.internal:6432/shop", "host db.example.internal:6432"),
            ("jdbc:sqlserver://db.example.internal:1433;databaseName=shop", "host db.example.internal:1433"),
            ("jdbc:sqlserver://db.example.internal;databaseName=shop", "host db.example.internal:1433"),
            ("jdbc:oracle:thin:@db.example.internal:1522/shop", "host db.example.internal:1522"),
            ("jdbc:oracle:thin:@//db.example.internal:1521/shop", "host db.example.internal:1521"),
            ("https://sqs.eu-west-1.amazonaws.com/111122223333/orders", "service sqs:443"),
            ("s3://reports/2026", "service s3:443"),
            ("cache.example.internal:6379", "host cache.example.internal:6379"),
            ("mongodb+srv://cluster0.example.net", "host cluster0.example.net:27017"),
        ] {
            assert_eq!(words(text), [expected], "{text}");
        }
        assert_eq!(words("b-1.example.com:9092,b-2.example.com:9092").len(), 2);
        for none in [
            "localhost:8080",
            "http://localhost:2773",
            "http://127.0.0.1",
            "http://169.254.169.254/latest",
            "1.2.3",
            "orders",
            "a b",
            "me@example.com",
            "10.0.0.0/16",
            "gopher://example.com",
            "",
            "{\"a\": 1}",
            "a:b",
            "x:99999",
        ] {
            assert_eq!(words(none), [] as [&str; 0], "{none}");
        }
    }

    #[test]
    fn urls_are_found_in_code() {
        let template = lower("Resources: {}", &Limits::default(), Inputs::default());
        let code = "get('https://api.example.com/v1') or post(\"http://hooks.example.net:8080\")\nf'https://{host}/' \
                    'http://localhost:2773/x' https://api.example.com/again";
        let found: Vec<_> = urls(code, &template)
            .into_iter()
            .map(|(text, goal)| format!("{text} {}", goal.target.id()))
            .collect();
        assert_eq!(
            found,
            ["https://api.example.com api.example.com", "http://hooks.example.net:8080 hooks.example.net"]
        );
    }
}
