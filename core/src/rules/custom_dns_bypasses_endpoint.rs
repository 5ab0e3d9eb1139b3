use super::listing::quoted;
use super::subject::{Faults, in_template, resource_at};
use super::{Area, RuleInfo, Subject};
use crate::finding::{Finding, RuleId, Severity};
use crate::network::{EndpointKind, Fact, Network, Place, ResolverDirection, VpcIndex, WorkloadKind};
use crate::paths::vpc_of;
use crate::phrase;

const ID: RuleId = RuleId("custom-dns-bypasses-endpoint");

pub(super) static RULE: RuleInfo = RuleInfo {
    id: ID,
    area: Area::Dns,
    severity: Severity::Warning,
    fix: None,
    summary: || {
        phrase!(
            en: "DHCP options name other name servers, which do not know private DNS and private zones of the VPC",
            ja: "DHCP オプションが独自の DNS サーバーを指定しており、VPC のプライベート DNS やプライベートホストゾーンが使われない",
        )
    },
    check,
};

#[derive(PartialEq)]
struct Bypassed {
    servers_at: Option<Place>,
    servers: Vec<String>,
    vpc: String,
    endpoints: Vec<(String, Option<Place>)>,
    zones: Vec<(String, Option<Place>)>,
}

fn check(subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    let mut faults = Faults::new();
    for one in subject.networks {
        for at in 0..one.network.vpcs.len() {
            if let Some(found) = bypassed(&one.network, VpcIndex(at)) {
                faults.add(found, one.situation);
            }
        }
    }
    for (found, situations) in faults {
        let Some(span) = in_template(found.servers_at) else { continue };
        let finding = finding(&found, span).only_where(subject.only_where(&situations));
        let options = subject.template.resources.iter().find(|resource| {
            resource.kind == "AWS::EC2::DHCPOptions"
                && subject.template.node(resource.body).span().contains(span)
        });
        let about = options.or_else(|| resource_at(subject.template, found.servers_at));
        findings.push(match about {
            Some(options) => finding.about(&options.id),
            None => finding,
        });
    }
}

fn bypassed(network: &Network, at: VpcIndex) -> Option<Bypassed> {
    let vpc = network.vpcs.get(at.0).filter(|vpc| vpc.amazon_dns == Fact::Known(false))?;
    let is_inbound = |server: &std::net::Ipv4Addr| {
        network.resolver_endpoints.iter().any(|endpoint| {
            endpoint.direction.known() != Some(&ResolverDirection::Outbound)
                && endpoint.addresses.items.contains(server)
        })
    };
    // An inbound endpoint whose addresses AWS chooses may have those of the options.
    let may_be_inbound = network.resolver_endpoints.iter().any(|endpoint| {
        endpoint.direction.known() != Some(&ResolverDirection::Outbound) && endpoint.addresses.rest.is_some()
    });
    let servers: Vec<String> =
        vpc.name_servers.items.iter().filter(|server| !is_inbound(server)).map(ToString::to_string).collect();
    if servers.is_empty() || may_be_inbound || vpc.name_servers.rest.is_some() {
        return None;
    }
    let asks = network.workloads.iter().any(|workload| {
        workload.kind == WorkloadKind::Function
            && workload.in_vpc
            && workload.subnets.items.iter().any(|subnet| vpc_of(network, workload, *subnet) == Some(at))
    });
    let endpoints: Vec<_> = network
        .endpoints
        .iter()
        .filter_map(|endpoint| match &endpoint.kind {
            EndpointKind::Interface { private_dns: Fact::Known(true), private_dns_at, .. }
                if endpoint.vpc.known() == Some(&at) =>
            {
                Some((endpoint.name.to_string(), private_dns_at.or(endpoint.at)))
            }
            _ => None,
        })
        .collect();
    let zones = network
        .zones
        .iter()
        .filter(|zone| zone.private == Fact::Known(true) && zone.vpcs.items.contains(&at));
    let zones: Vec<_> = zones.map(|zone| (zone.name.to_string(), zone.vpcs_at.or(zone.at))).collect();
    (asks && (!endpoints.is_empty() || !zones.is_empty())).then(|| Bypassed {
        servers_at: vpc.name_servers_at,
        servers,
        vpc: vpc.name.to_string(),
        endpoints,
        zones,
    })
}

fn finding(found: &Bypassed, span: crate::text::Span) -> Finding {
    let Bypassed { servers, vpc, endpoints, zones, .. } = found;
    let passed: Vec<&str> = endpoints.iter().chain(zones).map(|(name, _)| name.as_str()).collect();
    let ((passed, passed_ja), servers) = (quoted(&passed), servers.join(", "));
    let message = phrase!(
        en: "functions in `{vpc}` ask {servers} instead of AmazonProvidedDNS: these do not know the names of {passed} unless they forward to it",
        ja: "`{vpc}` の関数は AmazonProvidedDNS ではなく {servers} に問い合わせます。転送の設定がなければ、{passed_ja} の名前は解決されません",
    );
    let mut finding = Finding::new(ID, Severity::Warning, Some(span), message).help(phrase!(
        en: "name AmazonProvidedDNS in the DHCP options and forward your own domains by Resolver rules; or let the servers forward to an inbound Resolver endpoint of the VPC",
        ja: "DHCP オプションに AmazonProvidedDNS を指定し、独自ドメインは Resolver ルールで転送してください。または、DNS サーバーから VPC のインバウンド Resolver エンドポイントに転送してください",
    ));
    for (name, at) in endpoints.iter().chain(zones) {
        if let Some(span) = in_template(*at) {
            finding =
                finding.label(span, phrase!(en: "`{name}` is passed by", ja: "`{name}` は使われません"));
        }
    }
    finding
}

#[cfg(test)]
mod tests {
    use crate::rules::causes::tests::{SECRETS, with};
    use crate::rules::testing::findings;

    const ID: &str = "custom-dns-bypasses-endpoint";

    fn text(servers: &str, more: &str) -> String {
        let options = format!("  Options: {{Type: AWS::EC2::DHCPOptions, Properties: {{DomainNameServers: [{servers}]}}}}
  Use: {{Type: AWS::EC2::VPCDHCPOptionsAssociation, Properties: {{VpcId: !Ref Vpc, DhcpOptionsId: !Ref Options}}}}\n");
        with("secretsmanager", "A", &format!("{options}{more}"))
    }

    #[test]
    fn servers_of_ones_own_do_not_know_private_names() {
        let found = findings(&text("10.0.1.5, 10.0.1.6", SECRETS), ID);
        assert_eq!(found.len(), 1);
        assert!(found[0].contains("ask 10.0.1.5, 10.0.1.6 instead of AmazonProvidedDNS"), "{found:?}");
        assert!(found[0].contains("`Secrets` is passed by"), "{found:?}");
    }

    #[test]
    fn amazons_server_forwarders_and_vpcs_without_private_names_are_left_alone() {
        let inbound = "  In: {Type: AWS::Route53Resolver::ResolverEndpoint, Properties: {Direction: INBOUND, SecurityGroupIds: [!Ref Group], IpAddresses: [{SubnetId: !Ref A, Ip: 10.0.1.5}, {SubnetId: !Ref B, Ip: 10.0.2.5}]}}\n";
        let chosen = inbound.replace(", Ip: 10.0.2.5", "");
        for quiet in [
            text("AmazonProvidedDNS", SECRETS),
            text("10.0.0.2, 169.254.169.253", SECRETS),
            text("!Ref Given", SECRETS),
            text("10.0.1.5", ""),
            text("10.0.1.5, 10.0.2.5", &format!("{SECRETS}{inbound}")),
            text("10.0.1.5, 10.0.2.7", &format!("{SECRETS}{chosen}")),
        ] {
            assert_eq!(findings(&quiet, ID), Vec::<String>::new(), "{quiet}");
        }
    }
}
