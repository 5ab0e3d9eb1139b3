use super::listing::quoted;
use super::subject::{Faults, in_template, resource_of};
use super::{Area, RuleInfo, Subject};
use crate::finding::{Finding, Fix, RuleId, Safety, Severity};
use crate::network::{Cidr, GroupRule, Name, Network, Peer, Place, Ports, Protocol};
use crate::phrase;
use crate::suggest::{Written, append_item, replace_value};
use crate::syntax::Node;
use crate::template::{Resource, Template};
use crate::text::{Edit, Span};

const ID: RuleId = RuleId("resolver-endpoint-open");

pub(super) static RULE: RuleInfo = RuleInfo {
    id: ID,
    area: Area::Dns,
    severity: Severity::Warning,
    fix: Some(Safety::Suggested),
    summary: || {
        phrase!(
            en: "The security group of a Resolver endpoint lets everybody in on port 53",
            ja: "Resolver エンドポイントのセキュリティグループが、ポート 53 をすべての送信元に開いている",
        )
    },
    check,
};

/// The port of DNS.
pub(super) const DNS: u16 = 53;

/// Where whoever may ask a Resolver endpoint can be: it has private addresses only (RFC 1918).
const PRIVATE: [&str; 3] = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];

#[derive(PartialEq)]
struct Open {
    group: Name,
    endpoints: Vec<String>,
    rules: Vec<Place>,
}

fn check(subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    let mut faults = Faults::new();
    for one in subject.networks {
        for open in open_groups(&one.network) {
            faults.add(open, one.situation);
        }
    }
    for (open, situations) in faults {
        let Open { group, endpoints, rules } = &open;
        let spans: Vec<Span> = rules.iter().filter_map(|place| in_template(Some(*place))).collect();
        let Some((first, rest)) = spans.split_first() else { continue };
        let several = if endpoints.len() > 1 { "s" } else { "" };
        let (endpoints, endpoints_ja) = quoted(endpoints);
        let mut finding = Finding::new(
            ID,
            Severity::Warning,
            Some(*first),
            phrase!(
                en: "`{group}` of the Resolver endpoint{several} {endpoints} lets 0.0.0.0/0 in on port 53",
                ja: "Resolver エンドポイント {endpoints_ja} の `{group}` が、ポート 53 を 0.0.0.0/0 に開いています",
            ),
        )
        .only_where(subject.only_where(&situations))
        .help(phrase!(
            en: "name the ranges that ask: those of the on-premises network and of the VPCs; an outbound endpoint needs no inbound rule at all",
            ja: "オンプレミスや VPC など、問い合わせ元のアドレス範囲に絞ってください。アウトバウンドエンドポイントにインバウンドルールは不要です",
        ))
        .about(group.to_string());
        for span in rest {
            finding = finding.label(*span, phrase!(en: "and here", ja: "ここも同様です"));
        }
        let fix = resource_of(subject.template, group).and_then(|own| fix(subject.template, own, &spans));
        findings.push(finding.fix(fix.filter(|_| subject.is_whole())));
    }
}

fn open_groups(network: &Network) -> Vec<Open> {
    let mut found: Vec<Open> = Vec::new();
    for endpoint in &network.resolver_endpoints {
        let Some(workload) = network.workloads.get(endpoint.workload.0) else { continue };
        for group in workload.groups.items.iter().filter_map(|at| network.groups.get(at.0)) {
            let rules: Vec<Place> =
                group.ingress.items.iter().filter(|rule| is_open(rule)).filter_map(|rule| rule.at).collect();
            if rules.is_empty() {
                continue;
            }
            let endpoint = workload.name.to_string();
            match found.iter_mut().find(|open| open.group == group.name) {
                Some(open) => open.endpoints.push(endpoint),
                None => found.push(Open { group: group.name.clone(), endpoints: vec![endpoint], rules }),
            }
        }
    }
    found
}

fn is_open(rule: &GroupRule) -> bool {
    let from_all = matches!(rule.peer, Peer::Cidr(Cidr::Known(net)) if net.prefix_len() == 0);
    from_all && (is_about(rule, Protocol::UDP) || is_about(rule, Protocol::TCP))
}

/// Whether a rule is certainly about DNS over a protocol.
pub(super) fn is_about(rule: &GroupRule, protocol: Protocol) -> bool {
    let has_port = |ports: &Ports| ports.first <= DNS && DNS <= ports.last;
    match rule.protocol.known() {
        Some(Protocol::All) => true,
        Some(own) => own.covers(protocol) && rule.ports.known().is_some_and(has_port),
        None => false,
    }
}

/// Private ranges in place of all addresses, where the rules are written into the group.
fn fix(template: &Template<'_>, group: &Resource, rules: &[Span]) -> Option<Fix> {
    let list = template.properties(group)?.entry("SecurityGroupIngress").filter(|entry| !entry.merged)?.value;
    let mut edits: Vec<Edit> = Vec::new();
    let mut added: Vec<Written> = Vec::new();
    for span in rules {
        let item = list.items().into_iter().find(|item| item.span().contains(*span))?;
        let range = item.get("CidrIp").filter(|node| node.tag().is_none() && node.as_str().is_some())?;
        let [first, rest @ ..] = PRIVATE;
        edits.push(replace_value(template, range, &Written::text(first))?);
        for other in rest {
            added.push(Written::Map(copy(template, item, other)?));
        }
    }
    for item in &added {
        edits.push(append_item(template, list, item)?);
    }
    let group = &group.id;
    Some(Fix {
        safety: Safety::Suggested,
        title: phrase!(
            en: "Let private addresses in through `{group}`, not all",
            ja: "`{group}` で許可する送信元をプライベート IP アドレスに絞る",
        ),
        edits,
    })
}

/// The entries of a rule with another range.
fn copy(template: &Template<'_>, item: Node<'_>, range: &str) -> Option<Vec<(&'static str, Written)>> {
    const COPIED: [&str; 5] = ["IpProtocol", "FromPort", "ToPort", "CidrIp", "Description"];
    let mut found = Vec::new();
    for entry in item.entries() {
        let name = COPIED.into_iter().find(|name| entry.name() == Some(name))?;
        let source = entry.value.span_with_tag().slice(template.text()).trim_end();
        found.push(if name == "CidrIp" {
            (name, Written::text(range))
        } else if source.contains(['\n', '&', '#']) {
            return None;
        } else {
            (name, Written::Copied(source.to_owned()))
        });
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{findings, fixed};

    const ID: &str = "resolver-endpoint-open";

    fn text(rules: &str) -> String {
        format!(
            "Parameters: {{VpcId: {{Type: String}}, Range: {{Type: String}}}}
Resources:
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: g
      VpcId: !Ref VpcId
      SecurityGroupIngress:
{rules}  In: {{Type: AWS::Route53Resolver::ResolverEndpoint, Properties: {{Direction: INBOUND, SecurityGroupIds: [!Ref Group], IpAddresses: [{{SubnetId: subnet-1}}, {{SubnetId: subnet-2}}]}}}}
"
        )
    }

    #[test]
    fn port_53_that_is_open_to_all_is_narrowed_to_private_addresses() {
        let open = text(
            "        - IpProtocol: udp\n          FromPort: 53\n          ToPort: 53\n          CidrIp: 0.0.0.0/0 # all\n        - {IpProtocol: tcp, FromPort: 53, ToPort: 53, CidrIp: 0.0.0.0/0}\n",
        );
        assert_eq!(
            findings(&open, ID),
            ["9:11 `Group` of the Resolver endpoint `In` lets 0.0.0.0/0 in on port 53 | 13:11 and here"]
        );
        let after = fixed(&open, ID);
        assert!(after.contains("CidrIp: 10.0.0.0/8 # all\n") && !after.contains("0.0.0.0/0}"), "{after}");
        assert_eq!(after.matches("192.168.0.0/16").count(), 2, "{after}");
        assert_eq!(findings(&after, ID), Vec::<String>::new());
        let all = text("        - {IpProtocol: '-1', CidrIp: 0.0.0.0/0}\n");
        assert_eq!(findings(&all, ID).len(), 1);
    }

    #[test]
    fn known_ranges_other_ports_and_other_groups_are_left_alone() {
        for rules in [
            "        - {IpProtocol: udp, FromPort: 53, ToPort: 53, CidrIp: 10.0.0.0/8}\n",
            "        - {IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 0.0.0.0/0}\n",
            "        - {IpProtocol: udp, FromPort: 53, ToPort: 53, CidrIp: !Ref Range}\n",
        ] {
            assert_eq!(findings(&text(rules), ID), Vec::<String>::new(), "{rules}");
        }
        let open = text("        - {IpProtocol: udp, FromPort: 53, ToPort: 53, CidrIp: 0.0.0.0/0}\n");
        assert_eq!(findings(&open.replace("[!Ref Group]", "[sg-1]"), ID), Vec::<String>::new());
    }
}
