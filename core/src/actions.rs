//! What has to be done outside of the template: on name servers and firewalls that no stack makes.

use crate::language::Phrase;
use crate::network::{Fact, Network, ResolverDirection, ResolverEndpoint, ResolverRuleKind, Situated};
use crate::phrase;

/// The actions of all situations, each once.
pub(crate) fn actions(networks: &[Situated]) -> Vec<Phrase> {
    let mut found: Vec<Phrase> = Vec::new();
    for Situated { network, .. } in networks {
        for endpoint in &network.resolver_endpoints {
            let action = match endpoint.direction.known() {
                Some(ResolverDirection::Inbound) => Some(inbound(network, endpoint)),
                Some(ResolverDirection::Outbound) => outbound(network, endpoint),
                None => None,
            };
            if let Some(action) = action.filter(|action| !found.contains(action)) {
                found.push(action);
            }
        }
    }
    found
}

/// Servers elsewhere are to forward to an inbound endpoint.
fn inbound(network: &Network, endpoint: &ResolverEndpoint) -> Phrase {
    let workload = &network.workloads[endpoint.workload.0];
    let name = &workload.name;
    let zones: Vec<&str> = network
        .zones
        .iter()
        .filter(|zone| {
            zone.private == Fact::Known(true)
                && workload.vpc.is_some_and(|vpc| zone.vpcs.items.contains(&vpc))
        })
        .filter_map(|zone| zone.domain.known().map(String::as_str))
        .collect();
    let (zones, zones_ja) = if zones.is_empty() {
        ("the domains that the VPC is to answer".to_owned(), "VPC で応答するドメイン".to_owned())
    } else {
        (zones.join(", "), format!("{} ", zones.join("、")))
    };
    let addresses: Vec<String> = endpoint.addresses.items.iter().map(ToString::to_string).collect();
    let addresses = addresses.join(", ");
    if endpoint.addresses.rest.is_none() {
        return phrase!(
            en: "on premises, have the name servers forward {zones} to the inbound endpoint `{name}` at {addresses}, and let UDP 53 and TCP 53 through to it",
            ja: "オンプレミスの DNS サーバーで、{zones_ja}をインバウンドエンドポイント `{name}` ({addresses}) に転送し、UDP 53 と TCP 53 の通信を許可する",
        );
    }
    phrase!(
        en: "on premises, have the name servers forward {zones} to the inbound endpoint `{name}`, and let UDP 53 and TCP 53 through to it; AWS chooses its addresses, which `aws route53resolver list-resolver-endpoint-ip-addresses` prints after the deployment (or write an Ip for each subnet)",
        ja: "オンプレミスの DNS サーバーで、{zones_ja}をインバウンドエンドポイント `{name}` に転送し、UDP 53 と TCP 53 の通信を許可する。アドレスは AWS が選ぶため、デプロイ後に `aws route53resolver list-resolver-endpoint-ip-addresses` で確認する (またはサブネットごとに Ip を指定する)",
    )
}

/// Servers elsewhere are to answer an outbound endpoint.
fn outbound(network: &Network, endpoint: &ResolverEndpoint) -> Option<Phrase> {
    let workload = &network.workloads[endpoint.workload.0];
    let rules = network.resolver_rules.iter().filter(|rule| {
        rule.endpoint == Some(endpoint.workload) && rule.kind.known() == Some(&ResolverRuleKind::Forward)
    });
    let (mut domains, mut servers): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    for rule in rules {
        domains.push(rule.domain_in_words().to_owned());
        servers.extend(rule.servers.items.iter().map(|(address, _)| address.to_string()));
    }
    if domains.is_empty() {
        return None;
    }
    servers.dedup();
    let subnets: Vec<String> =
        workload.subnets.items.iter().map(|at| format!("`{}`", network.subnets[at.0].name)).collect();
    let (domains, name) = (domains.join(", "), &workload.name);
    // Servers that a parameter gives are not known here.
    let servers = if servers.is_empty() { String::new() } else { format!(" ({})", servers.join(", ")) };
    let servers_ja = if servers.is_empty() { String::new() } else { format!("{servers} ") };
    let (subnets, subnets_ja) = (subnets.join(", "), subnets.join("、"));
    Some(phrase!(
        en: "on premises, let the name servers of {domains}{servers} be asked by the outbound endpoint `{name}` over UDP 53 and TCP 53, from addresses in {subnets}",
        ja: "オンプレミスで、アウトバウンドエンドポイント `{name}` ({subnets_ja} のアドレス) から {domains} の DNS サーバー{servers_ja}への UDP 53 と TCP 53 の通信を許可する",
    ))
}

#[cfg(test)]
mod tests {
    use crate::{Options, analyze};

    #[test]
    fn what_is_to_be_done_on_premises_is_told_with_the_addresses() {
        let text = "Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16, EnableDnsHostnames: true}}
  A: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.1.0/24}}
  B: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.2.0/24}}
  Zone: {Type: AWS::Route53::HostedZone, Properties: {Name: corp.internal, VPCs: [{VPCId: !Ref Vpc, VPCRegion: us-east-1}]}}
  Group: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: g, VpcId: !Ref Vpc}}
  In: {Type: AWS::Route53Resolver::ResolverEndpoint, Properties: {Direction: INBOUND, SecurityGroupIds: [!Ref Group], IpAddresses: [{SubnetId: !Ref A, Ip: 10.0.1.53}, {SubnetId: !Ref B, Ip: 10.0.2.53}]}}
  Out: {Type: AWS::Route53Resolver::ResolverEndpoint, Properties: {Direction: OUTBOUND, SecurityGroupIds: [!Ref Group], IpAddresses: [{SubnetId: !Ref A}, {SubnetId: !Ref B}]}}
  Rule: {Type: AWS::Route53Resolver::ResolverRule, Properties: {DomainName: onprem.example, RuleType: FORWARD, ResolverEndpointId: !Ref Out, TargetIps: [{Ip: 192.168.0.53}]}}
";
        let told = |text: &str| -> Vec<String> {
            analyze("t.yaml", text, &Options::default()).actions.into_iter().map(|action| action.en).collect()
        };
        assert_eq!(
            told(text),
            [
                "on premises, have the name servers forward corp.internal to the inbound endpoint `In` at 10.0.1.53, 10.0.2.53, and let UDP 53 and TCP 53 through to it",
                "on premises, let the name servers of onprem.example (192.168.0.53) be asked by the outbound endpoint `Out` over UDP 53 and TCP 53, from addresses in `A`, `B`",
            ]
        );
        let chosen = told(&text.replace(", Ip: 10.0.1.53", ""));
        assert!(chosen[0].contains("AWS chooses its addresses"), "{chosen:?}");
        assert!(told("Resources: {}").is_empty());
    }
}
