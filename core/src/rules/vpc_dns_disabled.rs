use super::causes::{Cause, Fault};
use super::listing::quoted;
use super::subject::{Faults, defaults_of, in_template, key_of, resource_of};
use super::{Area, RuleInfo, Subject};
use crate::finding::{Finding, RuleId, Safety, Severity};
use crate::network::{EndpointKind, Fact, Name, Network, Place, Vpc, VpcIndex};
use crate::phrase;
use crate::suggest::repair::{Atom, VpcDnsAtom};
use crate::template::{Guard, Resource};

pub(super) const ID: RuleId = RuleId("vpc-dns-disabled");

pub(super) static RULE: RuleInfo = RuleInfo {
    id: ID,
    area: Area::Dns,
    severity: Severity::Error,
    fix: Some(Safety::Suggested),
    summary: || {
        phrase!(
            en: "The DNS attributes of a VPC are off, which private DNS or a private zone needs on",
            ja: "プライベート DNS やプライベートホストゾーンに必要な VPC の DNS 属性が無効になっている",
        )
    },
    check,
};

const SUPPORT: &str = "EnableDnsSupport";
const HOSTNAMES: &str = "EnableDnsHostnames";

/// What needs the attributes of a VPC.
#[derive(PartialEq)]
struct Needed {
    vpc: Name,
    /// Those that are off.
    off: Vec<&'static str>,
    endpoints: Vec<(String, Option<Place>)>,
    zones: Vec<(String, Option<Place>)>,
}

fn check(subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    let mut faults = Faults::new();
    for one in subject.networks {
        for at in 0..one.network.vpcs.len() {
            if let Some(needed) = needed(subject, &one.network, VpcIndex(at)) {
                faults.add(needed, one.situation);
            }
        }
    }
    for (needed, situations) in faults {
        let Some(resource) = resource_of(subject.template, &needed.vpc) else { continue };
        findings.push(finding(subject, &needed, &situations, resource));
    }
}

fn off(vpc: &Vpc) -> Vec<&'static str> {
    let is_off = |fact: &Fact<bool>| fact.known() == Some(&false);
    let both = [(SUPPORT, &vpc.dns_support), (HOSTNAMES, &vpc.dns_hostnames)];
    both.into_iter().filter(|(_, fact)| is_off(fact)).map(|(name, _)| name).collect()
}

fn needed(subject: &Subject<'_, '_>, network: &Network, at: VpcIndex) -> Option<Needed> {
    let vpc = network.vpcs.get(at.0)?;
    let off = off(vpc);
    if off.is_empty() || resource_of(subject.template, &vpc.name).is_none() {
        return None;
    }
    let named = network.endpoints.iter().filter_map(|endpoint| match &endpoint.kind {
        EndpointKind::Interface { private_dns: Fact::Known(true), private_dns_at, .. }
            if endpoint.vpc.known() == Some(&at) =>
        {
            Some((endpoint.name.to_string(), private_dns_at.or(endpoint.at)))
        }
        _ => None,
    });
    let endpoints: Vec<_> = named.collect();
    let seen = network
        .zones
        .iter()
        .filter(|zone| zone.private == Fact::Known(true) && zone.vpcs.items.contains(&at));
    let zones: Vec<_> = seen.map(|zone| (zone.name.to_string(), zone.vpcs_at.or(zone.at))).collect();
    let is_missed = Cause::by(subject, &Fault::VpcDns(vpc.name.clone())).is_some();
    (!endpoints.is_empty() || !zones.is_empty() || is_missed).then(|| Needed {
        vpc: vpc.name.clone(),
        off,
        endpoints,
        zones,
    })
}

fn finding(subject: &Subject<'_, '_>, needed: &Needed, situations: &[Guard], resource: &Resource) -> Finding {
    let template = subject.template;
    let Needed { vpc, off, endpoints, zones } = needed;
    let names =
        |list: &[(String, Option<Place>)]| list.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    let ((endpoint_names, endpoint_names_ja), (zone_names, zone_names_ja)) =
        (quoted(&names(endpoints)), quoted(&names(zones)));
    let (attributes, attributes_ja) = (off.join(" and "), off.join(" と "));
    let word = if off.len() == 1 { "is" } else { "are" };
    let message = match (endpoints.is_empty(), zones.is_empty()) {
        (false, _) => phrase!(
            en: "{attributes} {word} off in `{vpc}`, and private DNS of {endpoint_names} needs both attributes on: AWS refuses it",
            ja: "`{vpc}` の {attributes_ja} が無効です。{endpoint_names_ja} のプライベート DNS には両方の DNS 属性が必要なため、AWS に拒否されます",
        ),
        (true, false) => phrase!(
            en: "{attributes} {word} off in `{vpc}`, and the private zone {zone_names} needs both attributes on: its names have no answer there",
            ja: "`{vpc}` の {attributes_ja} が無効です。プライベートホストゾーン {zone_names_ja} には両方の DNS 属性が必要なため、名前を解決できません",
        ),
        (true, true) => phrase!(
            en: "{attributes} {word} off in `{vpc}`: Amazon's resolver answers no name there",
            ja: "`{vpc}` の {attributes_ja} が無効なため、Amazon のリゾルバーは名前に応答しません",
        ),
    };
    let cause = Cause::by(subject, &Fault::VpcDns(vpc.clone()));
    let severity = match cause {
        Some(cause) if endpoints.is_empty() => cause.severity(subject, Severity::Error),
        _ => Severity::Error,
    };
    let first = off.first().copied().unwrap_or(HOSTNAMES);
    let mut finding = Finding::new(ID, severity, Some(key_of(template, resource, first)), message)
        .help(phrase!(
            en: "set EnableDnsSupport and EnableDnsHostnames of the VPC to true; the latter is off in a VPC that does not say so",
            ja: "VPC の EnableDnsSupport と EnableDnsHostnames を true にしてください。後者は、指定しなければ無効です",
        ))
        .about(vpc.to_string());
    for (name, at) in endpoints.iter().chain(zones) {
        if let Some(span) = in_template(*at) {
            finding = finding.label(span, phrase!(en: "`{name}` needs them", ja: "`{name}` に必要です"));
        }
    }
    let defaults: Vec<&str> = off.iter().flat_map(|name| defaults_of(template, resource, &[*name])).collect();
    let atom = Atom::VpcDns(VpcDnsAtom { vpc: vpc.clone() });
    let finding = finding.with_defaults_of(&defaults);
    let network = subject.networks.iter().position(|one| situations.contains(&one.situation));
    match (cause, network) {
        // The cause's own situations are among these.
        (Some(cause), _) => cause.changed(subject, cause.told(subject, finding), atom),
        (None, Some(network)) => {
            subject.changed(finding.only_where(subject.only_where(situations)), network, atom)
        }
        (None, None) => finding,
    }
}

#[cfg(test)]
mod tests {
    use crate::finding::Severity;
    use crate::rules::causes::tests::{BY_NAT, SECRETS, told, with};
    use crate::rules::testing::{findings, fixed};

    const ID: &str = "vpc-dns-disabled";

    fn endpoint(attributes: &str) -> String {
        format!(
            "Resources:
  Vpc: {{Type: AWS::EC2::VPC, Properties: {{CidrBlock: 10.0.0.0/16{attributes}}}}}
  A: {{Type: AWS::EC2::Subnet, Properties: {{VpcId: !Ref Vpc, CidrBlock: 10.0.1.0/24}}}}
  Sqs: {{Type: AWS::EC2::VPCEndpoint, Properties: {{VpcEndpointType: Interface, VpcId: !Ref Vpc, ServiceName: !Sub 'com.amazonaws.${{AWS::Region}}.sqs', SubnetIds: [!Ref A], PrivateDnsEnabled: true}}}}\n"
        )
    }

    #[test]
    fn endpoints_with_private_dns_need_both_attributes() {
        assert_eq!(
            findings(&endpoint(""), ID),
            [
                "2:3 EnableDnsHostnames is off in `Vpc`, and private DNS of `Sqs` needs both attributes on: AWS refuses it | 4:190 `Sqs` needs them"
            ]
        );
        let both = endpoint(", EnableDnsSupport: false, EnableDnsHostnames: 'false'");
        assert!(
            findings(&both, ID)[0]
                .starts_with("2:67 EnableDnsSupport and EnableDnsHostnames are off in `Vpc`")
        );
        let after = fixed(&both, ID);
        assert!(after.contains("EnableDnsSupport: true, EnableDnsHostnames: true"), "{after}");
        let after = fixed(&endpoint(""), ID);
        assert!(after.contains("CidrBlock: 10.0.0.0/16, EnableDnsHostnames: true}"), "{after}");
    }

    #[test]
    fn private_zones_need_them_too() {
        let text = "Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  Zone: {Type: AWS::Route53::HostedZone, Properties: {Name: corp.internal, VPCs: [{VPCId: !Ref Vpc, VPCRegion: us-east-1}]}}\n";
        assert!(findings(text, ID)[0].contains("the private zone `Zone` needs both attributes on"));
        assert_eq!(
            findings(&text.replace(", VPCs: [{VPCId: !Ref Vpc, VPCRegion: us-east-1}]", ""), ID),
            Vec::<String>::new()
        );
    }

    #[test]
    fn without_a_resolver_nothing_is_reached_by_name() {
        let off = |text: &str| text.replace("EnableDnsHostnames: true", "EnableDnsSupport: false");
        let text = off(&with("internet, 'api.example.com:443', secretsmanager", "A", BY_NAT));
        let found = findings(&text, ID);
        assert!(found[0].contains("Amazon's resolver answers no name there"), "{found:?}");
        assert!(
            found[0].contains("so `Fn` cannot reach `api.example.com:443` and `secretsmanager`"),
            "{found:?}"
        );
        assert!(findings(&fixed(&text, ID), ID).is_empty());
        let by_endpoint = with("secretsmanager", "A", SECRETS).replace(", EnableDnsHostnames: true", "");
        assert_eq!(told(&by_endpoint), [(ID, Severity::Error)]);
    }

    #[test]
    fn attributes_that_are_on_or_not_known_are_left_alone() {
        for attributes in [
            ", EnableDnsHostnames: true",
            ", EnableDnsHostnames: !Ref Given",
            ", EnableDnsHostnames: !If [Prod, true, false]",
        ] {
            let text = endpoint(attributes).replace("Resources:", "Parameters: {Given: {Type: String}, Env: {Type: String, Default: prod}}\nConditions: {Prod: !Equals [!Ref Env, prod]}\nResources:");
            assert_eq!(findings(&text, ID), Vec::<String>::new(), "{attributes}");
        }
        let without = endpoint("").replace("PrivateDnsEnabled: true", "PrivateDnsEnabled: false");
        assert_eq!(findings(&without, ID), Vec::<String>::new());
        let given = endpoint("").replace("VpcId: !Ref Vpc, Serv", "VpcId: vpc-1, Serv");
        assert_eq!(findings(&given, ID), Vec::<String>::new());
    }
}
