use super::resolver_endpoint_open::{DNS, is_about};
use super::subject::{Faults, in_template, key_of, resource_of};
use super::{Area, RuleInfo, Subject};
use crate::finding::{Finding, Fix, RuleId, Safety, Severity};
use crate::network::{
    Fact, GroupRule, Name, Network, Place, Protocol, ResolverDirection, ResolverEndpoint, SecurityGroup,
};
use crate::phrase;
use crate::suggest::{Written, append_item};
use crate::template::Template;
use crate::text::Span;

const ID: RuleId = RuleId("resolver-endpoint-protocol");

pub(super) static RULE: RuleInfo = RuleInfo {
    id: ID,
    area: Area::Dns,
    severity: Severity::Error,
    fix: Some(Safety::Suggested),
    summary: || {
        phrase!(
            en: "The security groups of a Resolver endpoint do not let DNS through over UDP and TCP",
            ja: "Resolver エンドポイントのセキュリティグループが、UDP と TCP の DNS を許可していない",
        )
    },
    check,
};

#[derive(PartialEq)]
struct Closed {
    endpoint: Name,
    outbound: bool,
    /// What is not let through.
    protocols: Vec<Protocol>,
    groups: Vec<Name>,
    /// A rule for the other protocol, with its group.
    other: Option<(Name, Place)>,
}

fn check(subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    if !subject.is_whole() {
        return;
    }
    let mut faults = Faults::new();
    for one in subject.networks {
        for endpoint in &one.network.resolver_endpoints {
            if let Some(closed) = closed(subject, &one.network, endpoint) {
                faults.add(closed, one.situation);
            }
        }
    }
    for (closed, situations) in faults {
        if let Some(finding) = finding(subject, &closed) {
            findings.push(finding.only_where(subject.only_where(&situations)));
        }
    }
}

fn closed(subject: &Subject<'_, '_>, network: &Network, endpoint: &ResolverEndpoint) -> Option<Closed> {
    let outbound = *endpoint.direction.known()? == ResolverDirection::Outbound;
    let workload = network.workloads.get(endpoint.workload.0)?;
    if endpoint.plain != Fact::Known(true) || workload.groups.rest.is_some() {
        return None;
    }
    let groups: Vec<&SecurityGroup> =
        workload.groups.items.iter().filter_map(|at| network.groups.get(at.0)).collect();
    let lists = || groups.iter().map(|group| if outbound { &group.egress } else { &group.ingress });
    // What is not written here may let through what is missed.
    let is_open = |rule: &GroupRule| rule.protocol.known().is_none() || rule.ports.known().is_none();
    let is_whole = lists().all(|list| list.rest.is_none() && !list.items.iter().any(is_open));
    let is_own = groups.iter().all(|group| {
        resource_of(subject.template, &group.name).is_some_and(|own| !subject.is_shared(&own.id))
    });
    if !is_whole || !is_own {
        return None;
    }
    let rule = |protocol: Protocol| {
        groups.iter().find_map(|group| {
            let list = if outbound { &group.egress } else { &group.ingress };
            list.items.iter().find(|rule| is_about(rule, protocol)).map(|rule| (group.name.clone(), rule))
        })
    };
    let both = [Protocol::UDP, Protocol::TCP];
    let protocols: Vec<Protocol> = both.into_iter().filter(|protocol| rule(*protocol).is_none()).collect();
    let first = protocols.first()?;
    // A rule may ask another port of its servers, and DNS over UDP then is nobody's business here.
    if outbound && other_ports(network, endpoint) {
        return None;
    }
    let other = both.into_iter().find(|protocol| protocol != first).and_then(rule);
    let other = other.and_then(|(group, rule)| Some((group, rule.at?)));
    let names = groups.iter().map(|group| group.name.clone()).collect();
    Some(Closed { endpoint: workload.name.clone(), outbound, protocols, groups: names, other })
}

/// Whether a rule of an outbound endpoint asks servers on another port than 53.
fn other_ports(network: &Network, endpoint: &ResolverEndpoint) -> bool {
    let own = network.resolver_rules.iter().filter(|rule| rule.endpoint == Some(endpoint.workload));
    own.flat_map(|rule| &rule.servers.items).any(|(_, port)| *port != DNS)
}

fn finding(subject: &Subject<'_, '_>, closed: &Closed) -> Option<Finding> {
    let template = subject.template;
    let Closed { endpoint, outbound, protocols, groups, other } = closed;
    let resource = resource_of(template, endpoint)?;
    let severity = if protocols.contains(&Protocol::UDP) { Severity::Error } else { Severity::Warning };
    let words: Vec<String> = protocols.iter().map(|protocol| protocol.to_string().to_uppercase()).collect();
    let (missing, missing_ja) = (words.join(" and "), words.join(" と "));
    let names: Vec<String> = groups.iter().map(|group| format!("`{group}`")).collect();
    let (names, names_ja) = (names.join(", "), names.join("、"));
    let message = if *outbound {
        phrase!(
            en: "{names} of the outbound endpoint `{endpoint}` does not let {missing} 53 out: queries to the servers outside are dropped",
            ja: "アウトバウンドエンドポイント `{endpoint}` の {names_ja} が {missing_ja} 53 のアウトバウンド通信を許可しないため、外部の DNS サーバーに問い合わせできません",
        )
    } else {
        phrase!(
            en: "{names} of the inbound endpoint `{endpoint}` does not let {missing} 53 in",
            ja: "インバウンドエンドポイント `{endpoint}` の {names_ja} が {missing_ja} 53 のインバウンド通信を許可していません",
        )
    };
    let help = if severity == Severity::Error {
        phrase!(
            en: "let UDP 53 and TCP 53 through: queries come over UDP, and long answers over TCP",
            ja: "UDP 53 と TCP 53 の両方を許可してください。問い合わせは UDP、長い応答は TCP を使います",
        )
    } else {
        phrase!(
            en: "let TCP 53 through as well: answers that are too long for UDP are asked for again over TCP, and fail now and then",
            ja: "TCP 53 も許可してください。UDP に収まらない応答は TCP で問い合わせ直すため、ときどき失敗します",
        )
    };
    let place = key_of(template, resource, "SecurityGroupIds");
    let mut finding = Finding::new(ID, severity, Some(place), message).help(help).about(endpoint.to_string());
    if let Some((group, at)) = other
        && let Some(span) = in_template(Some(*at))
    {
        finding = finding.label(
            span,
            phrase!(en: "lets the other protocol through", ja: "もう一方のプロトコルは許可されています"),
        );
        let missing = protocols.first()?;
        finding = finding.fix(fix(template, group, *outbound, *missing, span));
    }
    Some(finding)
}

/// The same rule for the other protocol.
fn fix(template: &Template<'_>, group: &Name, outbound: bool, protocol: Protocol, rule: Span) -> Option<Fix> {
    const PEERS: [&str; 9] = [
        "CidrIp",
        "CidrIpv6",
        "SourceSecurityGroupId",
        "SourcePrefixListId",
        "DestinationSecurityGroupId",
        "DestinationPrefixListId",
        "SourceSecurityGroupName",
        "SourceSecurityGroupOwnerId",
        "Description",
    ];
    let own = resource_of(template, group)?;
    let name = if outbound { "SecurityGroupEgress" } else { "SecurityGroupIngress" };
    let list = template.properties(own)?.entry(name).filter(|entry| !entry.merged)?.value;
    let item = list.items().into_iter().find(|item| item.span().contains(rule))?;
    let mut properties = vec![
        ("IpProtocol", Written::text(protocol.to_string())),
        ("FromPort", Written::Number(DNS.into())),
        ("ToPort", Written::Number(DNS.into())),
    ];
    for entry in item.entries() {
        let Some(peer) = PEERS.into_iter().find(|peer| entry.name() == Some(peer)) else { continue };
        let source = entry.value.span_with_tag().slice(template.text()).trim_end();
        if source.contains(['\n', '&', '#']) {
            return None;
        }
        properties.push((peer, Written::Copied(source.to_owned())));
    }
    let word = protocol.to_string().to_uppercase();
    Some(Fix {
        safety: Safety::Suggested,
        title: phrase!(en: "Let {word} 53 through `{group}` as well", ja: "`{group}` で {word} 53 も許可する"),
        edits: vec![append_item(template, list, &Written::Map(properties))?],
    })
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{findings, fixed};

    const ID: &str = "resolver-endpoint-protocol";

    fn text(direction: &str, rules: &str) -> String {
        format!(
            "Parameters: {{VpcId: {{Type: String}}, Port: {{Type: String}}}}
Resources:
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: g
      VpcId: !Ref VpcId
{rules}  Endpoint: {{Type: AWS::Route53Resolver::ResolverEndpoint, Properties: {{Direction: {direction}, SecurityGroupIds: [!Ref Group], IpAddresses: [{{SubnetId: subnet-1}}, {{SubnetId: subnet-2}}]}}}}
"
        )
    }

    fn inbound(protocol: &str) -> String {
        text(
            "INBOUND",
            &format!(
                "      SecurityGroupIngress:\n        - IpProtocol: {protocol}\n          FromPort: 53\n          ToPort: 53\n          CidrIp: 10.0.0.0/8\n"
            ),
        )
    }

    #[test]
    fn both_protocols_are_needed() {
        assert_eq!(
            findings(&inbound("udp"), ID),
            [
                "13:93 `Group` of the inbound endpoint `Endpoint` does not let TCP 53 in | 9:11 lets the other protocol through"
            ]
        );
        assert!(findings(&inbound("tcp"), ID)[0].contains("does not let UDP 53 in"));
        assert!(findings(&text("INBOUND", ""), ID)[0].contains("UDP and TCP 53 in"));
        let after = fixed(&inbound("udp"), ID);
        assert!(after.contains("        - IpProtocol: tcp\n          FromPort: 53\n          ToPort: 53\n          CidrIp: 10.0.0.0/8\n"), "{after}");
        assert_eq!(findings(&after, ID), Vec::<String>::new());
    }

    #[test]
    fn an_outbound_endpoint_needs_them_outwards() {
        let out = text(
            "OUTBOUND",
            "      SecurityGroupEgress:\n        - {IpProtocol: tcp, FromPort: 53, ToPort: 53, CidrIp: 192.168.0.0/24}\n",
        );
        assert!(findings(&out, ID)[0].contains("does not let UDP 53 out"), "{:?}", findings(&out, ID));
        assert!(
            fixed(&out, ID).contains("{IpProtocol: udp, FromPort: 53, ToPort: 53, CidrIp: 192.168.0.0/24}")
        );
        assert_eq!(
            findings(&text("OUTBOUND", ""), ID),
            Vec::<String>::new(),
            "a group lets all out until told"
        );
    }

    #[test]
    fn other_protocols_open_rules_and_groups_of_others_are_left_alone() {
        let tls = inbound("udp").replace("Direction: INBOUND", "Direction: INBOUND, Protocols: [DoH]");
        let all =
            text("INBOUND", "      SecurityGroupIngress:\n        - {IpProtocol: -1, CidrIp: 10.0.0.0/8}\n");
        let open = inbound("udp").replace("FromPort: 53", "FromPort: !Ref Port");
        let given = inbound("udp").replace("[!Ref Group]", "[!Ref Group, sg-1]");
        let apart = format!(
            "{}  More: {{Type: AWS::EC2::SecurityGroupIngress, Properties: {{GroupId: !Ref Group, IpProtocol: tcp, FromPort: 53, ToPort: 53, CidrIp: 10.0.0.0/8}}}}\n",
            inbound("udp")
        );
        for quiet in [tls, all, open, given, apart] {
            assert_eq!(findings(&quiet, ID), Vec::<String>::new(), "{quiet}");
        }
    }
}
