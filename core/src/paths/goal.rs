//! Destinations as a user writes them.

use std::net::{Ipv4Addr, Ipv6Addr};

use ipnet::{Ipv4Net, Ipv6Net};

use super::{Goal, GoalTarget};
use crate::language::Phrase;
use crate::network::{Ports, Protocol};
use crate::phrase;
use crate::rules::nearest;
use crate::services;
use crate::template::Template;
use crate::tracing::TraceError;

/// HTTPS, on which services and most hosts of the internet answer.
const HTTPS: u16 = 443;

/// The port that an address with this scheme means.
const SCHEMES: [(&str, u16); 14] = [
    ("https", HTTPS),
    ("wss", HTTPS),
    ("http", 80),
    ("ws", 80),
    ("postgres", 5432),
    ("postgresql", 5432),
    ("mysql", 3306),
    ("mariadb", 3306),
    ("redis", 6379),
    ("rediss", 6379),
    ("mongodb", 27017),
    ("amqps", 5671),
    ("amqp", 5672),
    ("mqtts", 8883),
];

/// Resources that are reached through the API of their service, by type.
const BEHIND_A_SERVICE: [(&str, &str); 18] = [
    ("AWS::ApiGateway::RestApi", "execute-api"),
    ("AWS::ApiGatewayV2::Api", "execute-api"),
    ("AWS::Cognito::UserPool", "cognito-idp"),
    ("AWS::DynamoDB::GlobalTable", "dynamodb"),
    ("AWS::DynamoDB::Table", "dynamodb"),
    ("AWS::Events::EventBus", "events"),
    ("AWS::KMS::Key", "kms"),
    ("AWS::Kinesis::Stream", "kinesis-streams"),
    ("AWS::KinesisFirehose::DeliveryStream", "kinesis-firehose"),
    ("AWS::Logs::LogGroup", "logs"),
    ("AWS::S3::Bucket", "s3"),
    ("AWS::SNS::Topic", "sns"),
    ("AWS::SQS::Queue", "sqs"),
    ("AWS::SSM::Parameter", "ssm"),
    ("AWS::SecretsManager::Secret", "secretsmanager"),
    ("AWS::StepFunctions::StateMachine", "states"),
    ("AWS::Timestream::Database", "timestream.query"),
    ("AWS::Athena::WorkGroup", "athena"),
];

/// Reads `DEST[:PORT[-PORT]][/tcp|udp|icmp]`, or an address such as `https://api.example.com/x`.
///
/// `DEST` is `internet`, an IPv4 address or range, one of IPv6 (in brackets where a port follows), the logical id of a
/// resource, a service by the suffix of its endpoint service (`s3`), its whole name or one of its regional host names,
/// or any other host name. A resource that is reached through the API of its service, such as a queue, is a goal of that service.
///
/// Ports are left open for resources, as their kind tells them; everything else is taken on 443 unless said otherwise.
///
/// # Errors
/// A text that is none, with what to write instead.
pub fn parse_goal(text: &str, template: &Template<'_>) -> Result<Goal, TraceError> {
    let text = text.trim();
    if let Some((scheme, rest)) = text.split_once("://") {
        return parse_url(text, scheme, rest, template);
    }
    if let Some((net, rest)) = ipv6(text)? {
        let (rest, protocol) = split_protocol(rest)?;
        let (_, ports) = split_ports(text, rest)?;
        return completed(text, &format!("[{net}]"), GoalTarget::Ipv6(net), protocol, ports);
    }
    let (rest, protocol) = split_protocol(text)?;
    let (destination, ports) = split_ports(text, rest)?;
    completed(text, destination, target(destination, template)?, protocol, ports)
}

/// A goal with the ports that are meant where none are written.
fn completed(
    text: &str,
    destination: &str,
    target: GoalTarget,
    protocol: Protocol,
    ports: Option<Ports>,
) -> Result<Goal, TraceError> {
    let ports = match (protocol, ports) {
        (Protocol::ICMP, Some(_)) => {
            return Err(TraceError {
                what: phrase!(en: "`{text}`: ICMP has no ports", ja: "`{text}`: ICMP にポートはありません"),
                next: phrase!(
                    en: "write {destination}/icmp",
                    ja: "{destination}/icmp と書いてください",
                ),
            });
        }
        (Protocol::ICMP, None) => None,
        (_, Some(ports)) => Some(ports),
        (Protocol::UDP, None) => {
            return Err(TraceError {
                what: phrase!(
                    en: "`{text}` does not say which port of UDP is meant",
                    ja: "`{text}` では UDP のどのポートかわかりません",
                ),
                next: phrase!(
                    en: "write it as {destination}:53/udp",
                    ja: "{destination}:53/udp のように書いてください",
                ),
            });
        }
        (_, None) if matches!(target, GoalTarget::Resource(_)) => None,
        (_, None) => Some(Ports::one(HTTPS)),
    };
    Ok(Goal { target, ports, protocol })
}

/// `scheme://user@host:port/path`: only host and port count.
fn parse_url(text: &str, scheme: &str, rest: &str, template: &Template<'_>) -> Result<Goal, TraceError> {
    let scheme = scheme.strip_prefix("jdbc:").unwrap_or(scheme);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or("");
    let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let literal = ipv6(authority)?;
    let (host, ports) = match literal {
        Some((_, rest)) => (authority, split_ports(text, rest)?.1),
        None => split_ports(text, authority)?,
    };
    let scheme = scheme.to_ascii_lowercase();
    if scheme == "s3" {
        return Ok(Goal {
            target: GoalTarget::Service("s3".to_owned()),
            ports: Some(Ports::one(HTTPS)),
            protocol: Protocol::TCP,
        });
    }
    let usual = SCHEMES.into_iter().find(|(name, _)| *name == scheme).map(|(_, port)| Ports::one(port));
    let Some(ports) = ports.or(usual) else {
        return Err(TraceError {
            what: phrase!(
                en: "`{text}`: which port `{scheme}` uses is not known here",
                ja: "`{text}`: `{scheme}` のポートがわかりません",
            ),
            next: phrase!(en: "write it as {host}:PORT", ja: "{host}:ポート の形で書いてください"),
        });
    };
    let target = match literal {
        Some((net, _)) => GoalTarget::Ipv6(net),
        None => target(host, template)?,
    };
    Ok(Goal { target, ports: Some(ports), protocol: Protocol::TCP })
}

/// An address or range of IP version 6, in brackets where more follows, and what follows.
fn ipv6(text: &str) -> Result<Option<(Ipv6Net, &str)>, TraceError> {
    let read = |inner: &str| match inner.parse::<Ipv6Net>() {
        Ok(net) => Some(net.trunc()),
        Err(_) => inner.parse::<Ipv6Addr>().ok().map(Ipv6Net::from),
    };
    let Some((inner, rest)) = text.strip_prefix('[').and_then(|rest| rest.split_once(']')) else {
        return Ok(read(text).map(|net| (net, "")));
    };
    match read(inner) {
        Some(net) => Ok(Some((net, rest))),
        None => Err(TraceError {
            what: phrase!(en: "`{inner}` is no IPv6 address", ja: "`{inner}` は IPv6 のアドレスではありません"),
            next: phrase!(
                en: "write it as [2001:db8::1]:443 or [2001:db8::/32]:443",
                ja: "[2001:db8::1]:443 や [2001:db8::/32]:443 のように書いてください",
            ),
        }),
    }
}

/// Takes the protocol off. A number behind the slash is the length of a prefix.
fn split_protocol(text: &str) -> Result<(&str, Protocol), TraceError> {
    let Some((rest, word)) = text.rsplit_once('/') else { return Ok((text, Protocol::TCP)) };
    let protocol = match word.to_ascii_lowercase().as_str() {
        "tcp" => Protocol::TCP,
        "udp" => Protocol::UDP,
        "icmp" => Protocol::ICMP,
        _ if rest.parse::<Ipv4Addr>().is_ok()
            || text.split_once('/').is_some_and(|(_, rest)| rest.contains(':')) =>
        {
            return Ok((text, Protocol::TCP));
        }
        _ => {
            return Err(TraceError {
                what: phrase!(en: "`{text}`: no protocol `{word}`", ja: "`{text}`: プロトコル `{word}` は扱えません"),
                next: phrase!(
                    en: "write {rest}/tcp, {rest}/udp or {rest}/icmp",
                    ja: "{rest}/tcp、{rest}/udp、{rest}/icmp のいずれかで書いてください",
                ),
            });
        }
    };
    Ok((rest, protocol))
}

/// Takes the ports off.
fn split_ports<'t>(text: &str, rest: &'t str) -> Result<(&'t str, Option<Ports>), TraceError> {
    let Some((destination, written)) = rest.rsplit_once(':') else { return Ok((rest, None)) };
    let wrong = |what: Phrase| TraceError {
        what,
        next: phrase!(
            en: "write one port from 1 to 65535 or two with a dash: {destination}:5432 or {destination}:1024-2048",
            ja: "1 から 65535 のポートを一つ、または範囲で指定してください: {destination}:5432、{destination}:1024-2048",
        ),
    };
    let port = |word: &str| {
        let is_number = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
        word.parse::<u16>().ok().filter(|port| is_number && *port > 0).ok_or_else(|| {
            wrong(
                phrase!(en: "`{text}`: `{word}` is no port", ja: "`{text}`: `{word}` はポートではありません"),
            )
        })
    };
    let (first, last) = written.split_once('-').unwrap_or((written, written));
    let ports = Ports { first: port(first)?, last: port(last)? };
    if ports.first > ports.last {
        return Err(wrong(phrase!(
            en: "`{text}`: the first port is greater than the last",
            ja: "`{text}`: 範囲の始まりが終わりより大きくなっています",
        )));
    }
    Ok((destination, Some(ports)))
}

fn target(name: &str, template: &Template<'_>) -> Result<GoalTarget, TraceError> {
    if name.eq_ignore_ascii_case("internet") {
        return Ok(GoalTarget::Internet);
    }
    if let Ok(address) = name.parse::<Ipv4Addr>() {
        return Ok(GoalTarget::Address(address));
    }
    if let Ok(range) = name.parse::<Ipv4Net>() {
        return Ok(GoalTarget::Cidr(range.trunc()));
    }
    if !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'/')) {
        return Err(TraceError {
            what: phrase!(en: "`{name}` is no IPv4 address", ja: "`{name}` は IPv4 のアドレスではありません"),
            next: phrase!(
                en: "write an address such as 10.0.1.5 or a range such as 10.0.1.0/24",
                ja: "10.0.1.5 のようなアドレスか、10.0.1.0/24 のような範囲を書いてください",
            ),
        });
    }
    if let Some(resource) = template.resource(name) {
        let service = BEHIND_A_SERVICE.into_iter().find(|(kind, _)| *kind == resource.kind);
        return Ok(match service {
            Some((_, suffix)) => GoalTarget::Service(suffix.to_owned()),
            None => GoalTarget::Resource(resource.id.clone()),
        });
    }
    let lower = name.to_ascii_lowercase();
    if services::is_suffix(&lower) {
        return Ok(GoalTarget::Service(lower));
    }
    if let Some(suffix) = services::suffix_of_name(&lower) {
        return Ok(GoalTarget::Service(suffix));
    }
    // In a region other than the stack's, the service is a host like any other: no endpoint here answers for it.
    let stack = template.inputs().region.as_deref();
    let is_here = |region: Option<&str>| region.is_none() || stack.is_none() || region == stack;
    if let Some(host) = services::of_host(&lower).filter(|host| is_here(host.region)) {
        return Ok(GoalTarget::Service(host.suffix.into_owned()));
    }
    if is_host(&lower) {
        return Ok(GoalTarget::Host(lower));
    }
    Err(no_destination(name, template))
}

/// Labels of letters, digits, dashes and underscores, with at least one dot between them.
fn is_host(name: &str) -> bool {
    let mut labels = name.strip_suffix('.').unwrap_or(name).split('.');
    let is_label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    name.contains('.') && name.len() <= 253 && labels.all(is_label)
}

fn no_destination(name: &str, template: &Template<'_>) -> TraceError {
    let ids = template.resources.iter().map(|resource| resource.id.as_str());
    let suffixes: Vec<_> = services::suffixes().collect();
    let known = ids.chain(suffixes.iter().map(AsRef::as_ref)).chain(["internet"]);
    let next = match nearest(name, known) {
        Some(near) => phrase!(en: "did you mean `{near}`?", ja: "`{near}` ではありませんか?"),
        None => phrase!(
            en: "name a resource of the template, a service such as s3 or secretsmanager, internet, a host name, an address or a range of addresses",
            ja: "テンプレートのリソース、s3 や secretsmanager などのサービス、internet、ホスト名、アドレス、アドレス範囲のいずれかを指定してください",
        ),
    };
    TraceError {
        what: phrase!(en: "`{name}` is no destination", ja: "`{name}` という宛先はありません"),
        next,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::Limits;
    use crate::template::{Inputs, lower};

    const TEMPLATE: &str = "\
Resources:
  Database: {Type: AWS::RDS::DBInstance}
  Orders: {Type: AWS::SQS::Queue}
  sqs: {Type: AWS::RDS::DBCluster}
";

    fn template() -> Template<'static> {
        let inputs = Inputs { region: Some("ap-northeast-1".to_owned()), ..Inputs::default() };
        lower(TEMPLATE, &Limits::default(), inputs)
    }

    fn read(text: &str) -> String {
        match parse_goal(text, &template()) {
            Ok(Goal { target, ports, protocol }) => {
                let ports = ports.map_or("-".to_owned(), |ports| ports.to_string());
                format!("{} {} {ports} {protocol}", target.kind(), target.id())
            }
            Err(error) => format!("! {} > {}", error.what.en, error.next.en),
        }
    }

    #[test]
    fn destinations_are_read_in_every_form() {
        for (text, expected) in [
            ("internet", "internet internet 443 tcp"),
            ("Internet:80", "internet internet 80 tcp"),
            ("8.8.8.8:53/udp", "address 8.8.8.8 53 udp"),
            ("10.0.0.5", "address 10.0.0.5 443 tcp"),
            ("10.0.0.5/icmp", "address 10.0.0.5 - icmp"),
            ("10.0.1.7/24", "cidr 10.0.1.0/24 443 tcp"),
            ("10.0.0.0/8:1024-2048/TCP", "cidr 10.0.0.0/8 1024-2048 tcp"),
            (
                "10.0.0.0/8/udp",
                "! `10.0.0.0/8/udp` does not say which port of UDP is meant > write it as 10.0.0.0/8:53/udp",
            ),
            ("Database", "resource Database - tcp"),
            ("Database:5432", "resource Database 5432 tcp"),
            ("Database/icmp", "resource Database - icmp"),
            ("Orders", "service sqs 443 tcp"),
            ("sqs", "resource sqs - tcp"),
            ("S3", "service s3 443 tcp"),
            ("ecr.dkr", "service ecr.dkr 443 tcp"),
            ("com.amazonaws.ap-northeast-1.sqs", "service sqs 443 tcp"),
            ("sqs.ap-northeast-1.amazonaws.com", "service sqs 443 tcp"),
            ("sqs.us-east-1.amazonaws.com", "host sqs.us-east-1.amazonaws.com 443 tcp"),
            ("reports.s3.ap-northeast-1.amazonaws.com", "service s3 443 tcp"),
            ("sts.amazonaws.com", "host sts.amazonaws.com 443 tcp"),
            ("API.example.com:8443", "host api.example.com 8443 tcp"),
            ("https://api.example.com/v1?x=1:2", "host api.example.com 443 tcp"),
            ("postgres://user:secret@10.0.0.9/shop", "address 10.0.0.9 5432 tcp"),
            ("jdbc:mysql://Database:3307/shop", "resource Database 3307 tcp"),
            ("s3://reports/2026", "service s3 443 tcp"),
            ("[2001:db8::1]:8443", "address 2001:db8::1 8443 tcp"),
            ("[2001:db8::1]/icmp", "address 2001:db8::1 - icmp"),
            ("2001:db8::1:0/112", "cidr 2001:db8::1:0/112 443 tcp"),
            ("https://[2001:db8::1]:8443/x", "address 2001:db8::1 8443 tcp"),
            (" Database ", "resource Database - tcp"),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_destination_says_what_to_write() {
        for (text, expected) in [
            ("Databse:5432", "! `Databse` is no destination > did you mean `Database`?"),
            ("secretmanager", "! `secretmanager` is no destination > did you mean `secretsmanager`?"),
            (
                "[2001:db8::1/200]:443",
                "! `2001:db8::1/200` is no IPv6 address > write it as [2001:db8::1]:443 or [2001:db8::/32]:443",
            ),
            (
                "10.0.0.300",
                "! `10.0.0.300` is no IPv4 address > write an address such as 10.0.1.5 or a range such as 10.0.1.0/24",
            ),
            (
                "Database/sctp",
                "! `Database/sctp`: no protocol `sctp` > write Database/tcp, Database/udp or Database/icmp",
            ),
            ("Database:22/icmp", "! `Database:22/icmp`: ICMP has no ports > write Database/icmp"),
            (
                "gopher://example.com/",
                "! `gopher://example.com/`: which port `gopher` uses is not known here > write it as example.com:PORT",
            ),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
        for (text, what) in [
            ("Database:0", "`0` is no port"),
            ("Database:65536", "`65536` is no port"),
            ("Database:+80", "`+80` is no port"),
            ("Database:", "`` is no port"),
            ("Database:80-", "`` is no port"),
            ("Database:90-80", "the first port is greater than the last"),
            ("10.0.0.0/33", "`10.0.0.0/33` is no IPv4 address"),
            ("", "`` is no destination"),
            ("a..b", "`a..b` is no destination"),
            ("https://", "`` is no destination"),
        ] {
            assert!(read(text).starts_with('!') && read(text).contains(what), "{text}: {}", read(text));
        }
    }
}
