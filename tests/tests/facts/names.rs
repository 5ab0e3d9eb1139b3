//! Who answers names: attributes of the VPC, private zones, rules, and servers of one's own.

use vpcheck_core::network::{Missing, Topic};
use vpcheck_core::paths::Code;
use vpcheck_tests::composed::{Composed, fact};

const ATTRIBUTES: &str = "Amazon VPC User Guide, DNS attributes for your VPC";
const ZONES: &str = "Route 53 Developer Guide, Considerations when working with a private hosted zone";
const RULES: &str = "Route 53 Developer Guide, How VPC Resolver determines whether the domain name in a query matches any rules";
const OUTBOUND: &str = "Route 53 Developer Guide, Forwarding outbound DNS queries to your network";
const DHCP: &str = "Amazon VPC User Guide, DHCP option sets: domain-name-servers";
const TO_NAT: &str = "NatGatewayId: !Ref Nat";

/// A database server with a fixed address, and a private zone `corp.example.com` of `vpc` with a record for it.
fn zone(source: &str, vpc: &str) -> Composed {
    fact(source)
        .with(
            "Server",
            "EC2::Instance",
            "ImageId: ami-1, SubnetId: !Ref SubnetB, PrivateIpAddress: 10.0.2.5, SecurityGroupIds: [!Ref ServerGroup]",
        )
        .vpc("Other", "10.5.0.0/16")
        .with(
            "Zone",
            "Route53::HostedZone",
            &format!("Name: corp.example.com, VPCs: [{{VPCId: !Ref {vpc}, VPCRegion: us-east-1}}]"),
        )
        .record("Record", "Zone", "db.corp.example.com", "Type: A, TTL: '60', ResourceRecords: [10.0.2.5]")
}

trait Records: Sized {
    /// A record of a zone.
    #[must_use]
    fn record(self, id: &str, zone: &str, name: &str, rest: &str) -> Self;
    /// DHCP options with these servers for `Vpc`.
    #[must_use]
    fn asks(self, servers: &str) -> Self;
    /// `Out`, an outbound endpoint in `SubnetB`, and `Rule` for `domain`, which has 10.9.1.53 asked through it.
    #[must_use]
    fn forwards(self, domain: &str) -> Self;
}

impl Records for Composed {
    fn record(self, id: &str, zone: &str, name: &str, rest: &str) -> Self {
        let properties = format!("HostedZoneId: !Ref {zone}, Name: '{name}', {rest}");
        self.with(id, "Route53::RecordSet", &properties)
    }

    fn asks(self, servers: &str) -> Self {
        self.with("Options", "EC2::DHCPOptions", &format!("DomainNameServers: [{servers}]")).with(
            "OptionsOfVpc",
            "EC2::VPCDHCPOptionsAssociation",
            "VpcId: !Ref Vpc, DhcpOptionsId: !Ref Options",
        )
    }

    fn forwards(self, domain: &str) -> Self {
        self.group("OutGroup", "Vpc", "")
            .with(
                "Out",
                "Route53Resolver::ResolverEndpoint",
                "Direction: OUTBOUND, SecurityGroupIds: [!Ref OutGroup], IpAddresses: [{SubnetId: !Ref SubnetB}, {SubnetId: !Ref SubnetB}]",
            )
            .with(
                "Rule",
                "Route53Resolver::ResolverRule",
                &format!("DomainName: {domain}, RuleType: FORWARD, ResolverEndpointId: !Ref Out, TargetIps: [{{Ip: 10.9.1.53}}]"),
            )
            .with(
                "RuleOfVpc",
                "Route53Resolver::ResolverRuleAssociation",
                "ResolverRuleId: !Ref Rule, VPCId: !Ref Vpc",
            )
    }
}

fn is_host(missing: &Missing) -> bool {
    matches!(missing, Missing::HostAddress(_))
}

#[test]
fn without_dns_support_amazons_resolver_answers_nothing() {
    let off = fact(ATTRIBUTES).nat().route("TableA", "0.0.0.0/0", TO_NAT).database("").with(
        "Vpc",
        "EC2::VPC",
        "CidrBlock: 10.0.0.0/16, EnableDnsSupport: false",
    );
    off.to("sqs:443").is_blocked(Code::VPCHECK_DNS_DISABLED, "Vpc");
    off.to("api.example.com:443").is_blocked(Code::VPCHECK_DNS_DISABLED, "Vpc");
    off.to("Db:5432").is_blocked(Code::VPCHECK_DNS_DISABLED, "Vpc");
    // What is called by its address needs no name.
    off.to("192.0.2.33:443").is_reachable();
    off.to("Server:5432").is_reachable();
}

#[test]
fn dns_support_is_on_where_it_is_not_written() {
    let template = fact("CloudFormation Template Reference, AWS::EC2::VPC: EnableDnsSupport")
        .nat()
        .route("TableA", "0.0.0.0/0", TO_NAT)
        .with("Vpc", "EC2::VPC", "CidrBlock: 10.0.0.0/16");
    template.to("sqs:443").is_reachable();
}

#[test]
fn private_dns_needs_both_attributes() {
    let template = fact("AWS PrivateLink Guide, Private DNS: enableDnsHostnames and enableDnsSupport")
        .group(
            "EndpointGroup",
            "Vpc",
            "SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 10.0.0.0/16}]",
        )
        .interface_endpoint(
            "Queues",
            "Vpc",
            "sqs",
            "PrivateDnsEnabled: true, SubnetIds: [!Ref SubnetB], SecurityGroupIds: [!Ref EndpointGroup]",
        );
    template.to("sqs:443").is_reachable();
    for attributes in ["EnableDnsSupport: true", "EnableDnsSupport: false, EnableDnsHostnames: true"] {
        let off = template.clone().with("Vpc", "EC2::VPC", &format!("CidrBlock: 10.0.0.0/16, {attributes}"));
        off.to("sqs:443").is_blocked(Code::VPCHECK_DNS_DISABLED, "Vpc");
    }
}

#[test]
fn a_private_zone_answers_in_its_vpcs() {
    zone(ZONES, "Vpc").to("db.corp.example.com:5432").is_reachable();
    zone(ZONES, "Other").to("db.corp.example.com:5432").is_blocked(Code::VPCHECK_ZONE_NOT_ASSOCIATED, "Zone");
}

#[test]
fn a_private_zone_needs_both_attributes() {
    let template = zone(&format!("{ZONES}: Amazon VPC settings"), "Vpc").with(
        "Vpc",
        "EC2::VPC",
        "CidrBlock: 10.0.0.0/16",
    );
    template.to("db.corp.example.com:5432").is_blocked(Code::VPCHECK_DNS_DISABLED, "Vpc");
}

#[test]
fn names_are_compared_without_case_and_final_dot() {
    let template = zone("RFC 4343, and Route 53 Developer Guide, DNS domain name format", "Vpc").record(
        "Record",
        "Zone",
        "DB.Corp.example.com.",
        "Type: A, TTL: '60', ResourceRecords: [10.0.2.5]",
    );
    template.to("db.corp.EXAMPLE.com:5432").is_reachable();
}

#[test]
fn a_wildcard_answers_what_has_no_record_of_its_own() {
    let template =
        zone("Route 53 Developer Guide, Using an asterisk in the names of hosted zones and records", "Vpc")
            .record("Star", "Zone", "*.corp.example.com", "Type: A, TTL: '60', ResourceRecords: [10.0.2.5]")
            .record(
                "Gone",
                "Zone",
                "gone.corp.example.com",
                "Type: A, TTL: '60', ResourceRecords: [10.0.2.200]",
            );
    template.to("any.corp.example.com:5432").is_reachable();
    template.to("a.b.corp.example.com:5432").is_reachable();
    template.to("gone.corp.example.com:5432").is_not_reachable();
}

#[test]
fn the_most_specific_zone_answers() {
    let template = zone(&format!("{ZONES}: Private hosted zones that have overlapping namespaces"), "Vpc")
        .with(
            "Wide",
            "Route53::HostedZone",
            "Name: example.com, VPCs: [{VPCId: !Ref Vpc, VPCRegion: us-east-1}]",
        )
        .record(
            "WideRecord",
            "Wide",
            "db.corp.example.com",
            "Type: A, TTL: '60', ResourceRecords: [10.0.2.200]",
        );
    template.to("db.corp.example.com:5432").is_reachable();
}

#[test]
fn a_private_zone_is_not_passed_on_to_the_public_dns() {
    let template = fact(&format!("{ZONES}: no record that matches, NXDOMAIN"))
        .nat()
        .route("TableA", "0.0.0.0/0", TO_NAT)
        .with(
            "Zone",
            "Route53::HostedZone",
            "Name: us-east-1.amazonaws.com, VPCs: [{VPCId: !Ref Vpc, VPCRegion: us-east-1}]",
        );
    template.to("sqs:443").is_blocked(Code::VPCHECK_NO_RECORD, "Zone");
    // Of hosts, others may write records.
    template.to("api.us-east-1.amazonaws.com:443").is_unknown(is_host);
}

#[test]
fn private_dns_of_an_endpoint_is_more_specific_than_a_wide_zone() {
    let template =
        fact(&format!("{ZONES}, and AWS PrivateLink Guide, Private DNS: a hidden private hosted zone"))
            .group(
                "EndpointGroup",
                "Vpc",
                "SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 10.0.0.0/16}]",
            )
            .interface_endpoint(
                "Queues",
                "Vpc",
                "sqs",
                "PrivateDnsEnabled: true, SubnetIds: [!Ref SubnetB], SecurityGroupIds: [!Ref EndpointGroup]",
            )
            .with(
                "Zone",
                "Route53::HostedZone",
                "Name: amazonaws.com, VPCs: [{VPCId: !Ref Vpc, VPCRegion: us-east-1}]",
            );
    template.to("sqs:443").is_reachable();
    template.to("secretsmanager:443").is_blocked(Code::VPCHECK_NO_RECORD, "Zone");
}

#[test]
fn a_zone_of_the_hub_leads_to_the_endpoint_of_another_vpc() {
    const DNS_ENTRY: &str = "!Select [1, !Split [':', !Select [0, !GetAtt Queues.DnsEntries]]]";
    const ZONE_ENTRY: &str = "!Select [0, !Split [':', !Select [0, !GetAtt Queues.DnsEntries]]]";
    let hub = |associated: &str| {
        fact("AWS whitepaper, Building a scalable and secure multi-VPC network: Centralized access to VPC private endpoints")
            .peer()
            .peer_routes()
            .group(
                "EndpointGroup",
                "PeerVpc",
                "SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 10.0.0.0/16}]",
            )
            .interface_endpoint(
                "Queues",
                "PeerVpc",
                "sqs",
                "PrivateDnsEnabled: false, SubnetIds: [!Ref PeerSubnet], SecurityGroupIds: [!Ref EndpointGroup]",
            )
            .with(
                "Hub",
                "Route53::HostedZone",
                &format!("Name: sqs.us-east-1.amazonaws.com, VPCs: [{{VPCId: !Ref {associated}, VPCRegion: us-east-1}}]"),
            )
            .record(
                "Apex",
                "Hub",
                "sqs.us-east-1.amazonaws.com",
                &format!("Type: A, AliasTarget: {{DNSName: {DNS_ENTRY}, HostedZoneId: {ZONE_ENTRY}}}"),
            )
    };
    hub("Vpc").to("sqs:443").is_reachable();
    hub("PeerVpc").to("sqs:443").is_blocked(Code::NO_ROUTE_TO_DESTINATION, "TableA");
}

#[test]
fn records_lead_on_to_other_records() {
    let template = zone("RFC 1034, 3.6.2: aliases and canonical names", "Vpc")
        .record(
            "Short",
            "Zone",
            "d.corp.example.com",
            "Type: CNAME, TTL: '60', ResourceRecords: [db.corp.example.com]",
        )
        .record(
            "One",
            "Zone",
            "one.corp.example.com",
            "Type: CNAME, TTL: '60', ResourceRecords: [two.corp.example.com]",
        )
        .record(
            "Two",
            "Zone",
            "two.corp.example.com",
            "Type: CNAME, TTL: '60', ResourceRecords: [one.corp.example.com]",
        );
    template.to("d.corp.example.com:5432").is_reachable();
    template.to("one.corp.example.com:5432").is_unknown(|missing| *missing == Missing::TooManyCases);
}

#[test]
fn a_name_with_several_addresses_may_lead_to_any() {
    let template = zone(
        "Route 53 Developer Guide, Values specific for simple records: several values",
        "Vpc",
    )
    .group("Closed", "Vpc", "")
    .with(
        "Second",
        "EC2::Instance",
        "ImageId: ami-1, SubnetId: !Ref SubnetB, PrivateIpAddress: 10.0.2.6, SecurityGroupIds: [!Ref Closed]",
    )
    .record(
        "Record",
        "Zone",
        "db.corp.example.com",
        "Type: A, TTL: '60', ResourceRecords: [10.0.2.5, 10.0.2.6]",
    );
    template.to("db.corp.example.com:5432").is_partial(
        vpcheck_core::paths::Difference::Placement,
        Code::SG_HAS_NO_RULES,
        "Closed",
    );
}

#[test]
fn an_alias_to_an_internet_facing_load_balancer_leads_out() {
    let balancer = |scheme: &str| {
        zone("Elastic Load Balancing User Guide, Load balancer scheme: public addresses, private addresses", "Vpc")
            .with(
                "Alb",
                "ElasticLoadBalancingV2::LoadBalancer",
                &format!("Scheme: {scheme}, Subnets: [!Ref SubnetA, !Ref SubnetB], SecurityGroups: [!Ref ServerGroup]"),
            )
            .record(
                "Api",
                "Zone",
                "api.corp.example.com",
                "Type: A, AliasTarget: {DNSName: !GetAtt Alb.DNSName, HostedZoneId: !GetAtt Alb.CanonicalHostedZoneID}",
            )
    };
    let public = balancer("internet-facing").to("api.corp.example.com:5432");
    public.is_blocked(Code::NO_ROUTE_TO_DESTINATION, "TableA");
    // An internal one is reached by its own interfaces, and nothing stands behind it here.
    balancer("internal").to("api.corp.example.com:5432").is_blocked(Code::ELBV2_LISTENERS_MISMATCH, "Alb");
    balancer("internal").to("api.corp.example.com:80").is_blocked(Code::ENI_SG_RULES_MISMATCH, "ServerGroup");
}

#[test]
fn a_rule_forwards_to_servers_that_the_endpoint_must_reach() {
    let away = zone(OUTBOUND, "Other").forwards("onprem.example.net");
    away.to("db.onprem.example.net:5432")
        .is_blocked(Code::VPCHECK_NAME_SERVER_UNREACHABLE, "onprem.example.net");
    let routed = away
        .clone()
        .peer()
        .route("TableB", "10.9.0.0/16", "VpcPeeringConnectionId: !Ref Peering")
        .route("PeerTable", "10.0.0.0/16", "VpcPeeringConnectionId: !Ref Peering");
    routed.to("db.onprem.example.net:5432").is_unknown(is_host);
    let closed = routed.group(
        "OutGroup",
        "Vpc",
        "SecurityGroupEgress: [{IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 0.0.0.0/0}]",
    );
    closed
        .to("db.onprem.example.net:5432")
        .is_blocked(Code::VPCHECK_NAME_SERVER_UNREACHABLE, "onprem.example.net");
}

#[test]
fn a_rule_goes_before_a_private_zone_of_the_same_domain() {
    let template = zone(&format!("{ZONES}: Private hosted zones and Route 53 VPC Resolver rules"), "Vpc");
    let same = template.clone().forwards("corp.example.com");
    same.to("db.corp.example.com:5432").is_blocked(Code::VPCHECK_NAME_SERVER_UNREACHABLE, "corp.example.com");
    template.forwards("example.com").to("db.corp.example.com:5432").is_reachable();
}

#[test]
fn a_rule_works_in_vpcs_that_it_is_associated_with() {
    let template = fact("Route 53 Developer Guide, Associating forwarding rules with a VPC")
        .nat()
        .route("TableA", "0.0.0.0/0", TO_NAT)
        .forwards("example.com")
        .without("RuleOfVpc");
    template.to("api.example.com:443").is_reachable();
}

#[test]
fn a_system_rule_takes_a_subdomain_out() {
    let template = fact(RULES)
        .nat()
        .route("TableA", "0.0.0.0/0", TO_NAT)
        .forwards("example.com")
        .with("Own", "Route53Resolver::ResolverRule", "DomainName: aws.example.com, RuleType: SYSTEM")
        .with(
            "OwnOfVpc",
            "Route53Resolver::ResolverRuleAssociation",
            "ResolverRuleId: !Ref Own, VPCId: !Ref Vpc",
        );
    template.to("api.aws.example.com:443").is_reachable();
    template.to("api.example.com:443").is_blocked(Code::VPCHECK_NAME_SERVER_UNREACHABLE, "example.com");
}

#[test]
fn a_rule_for_the_dot_forwards_everything_but_private_names() {
    let template = zone(RULES, "Vpc").nat().route("TableA", "0.0.0.0/0", TO_NAT).forwards(".");
    template.to("api.example.org:443").is_blocked(Code::VPCHECK_NAME_SERVER_UNREACHABLE, ".");
    template.to("sqs:443").is_blocked(Code::VPCHECK_NAME_SERVER_UNREACHABLE, ".");
    template.to("db.corp.example.com:5432").is_reachable();
}

#[test]
fn servers_of_dhcp_options_must_be_reached_on_53() {
    let template = fact(DHCP).nat().route("TableA", "0.0.0.0/0", TO_NAT);
    template.clone().asks("10.0.2.53").to("api.example.com:443").is_reachable();
    let closed = template
        .clone()
        .asks("10.0.2.53")
        .lets_out("{IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 0.0.0.0/0}");
    closed.to("api.example.com:443").is_blocked(Code::VPCHECK_NAME_SERVER_UNREACHABLE, "10.0.2.53");
    // Amazon's own server is not filtered.
    let amazons = template
        .asks("AmazonProvidedDNS")
        .lets_out("{IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 0.0.0.0/0}");
    amazons.to("api.example.com:443").is_reachable();
}

#[test]
fn the_third_address_of_the_vpc_is_amazons_server() {
    let source = "Amazon VPC User Guide, Understanding Amazon DNS: the base of the VPC's range plus two, 169.254.169.253";
    zone(source, "Vpc").asks("10.0.0.2").to("db.corp.example.com:5432").is_reachable();
    zone(source, "Vpc").asks("169.254.169.253").to("db.corp.example.com:5432").is_reachable();
}

#[test]
fn servers_of_ones_own_may_not_know_private_names() {
    let template = zone(&format!("{ZONES}: Custom DNS servers"), "Vpc").asks("10.0.2.53");
    template.to("db.corp.example.com:5432").is_unknown(|missing| matches!(missing, Missing::NotFollowed(_)));
}

#[test]
fn an_inbound_endpoint_answers_as_the_resolver_of_its_vpc() {
    let source =
        "Route 53 Developer Guide, Forwarding inbound DNS queries to your VPCs: security groups, ports 53";
    let template = zone(source, "Vpc")
        .group(
            "InGroup",
            "Vpc",
            "SecurityGroupIngress: [{IpProtocol: udp, FromPort: 53, ToPort: 53, CidrIp: 10.0.0.0/16}, {IpProtocol: tcp, FromPort: 53, ToPort: 53, CidrIp: 10.0.0.0/16}]",
        )
        .with(
            "In",
            "Route53Resolver::ResolverEndpoint",
            "Direction: INBOUND, SecurityGroupIds: [!Ref InGroup], IpAddresses: [{SubnetId: !Ref SubnetB, Ip: 10.0.2.53}, {SubnetId: !Ref SubnetA, Ip: 10.0.1.53}]",
        )
        .asks("10.0.2.53, 10.0.1.53");
    template.to("db.corp.example.com:5432").is_reachable();
    template.to("10.0.2.53:53/udp").is_reachable();
    let admits = |protocol: &str| {
        let rule = format!("{{IpProtocol: {protocol}, FromPort: 53, ToPort: 53, CidrIp: 10.0.0.0/16}}");
        let group = template.clone().group("InGroup", "Vpc", &format!("SecurityGroupIngress: [{rule}]"));
        group.to("db.corp.example.com:5432")
    };
    admits("tcp").is_blocked(Code::VPCHECK_NAME_SERVER_UNREACHABLE, "10.0.2.53");
    let short = admits("udp");
    short.is_reachable();
    short.assumes("TCP");
}

#[test]
fn private_dns_of_s3_may_be_for_inbound_endpoints_only() {
    let template = fact("AWS PrivateLink for Amazon S3: private DNS, enable private DNS only for inbound endpoint")
        .group(
            "EndpointGroup",
            "Vpc",
            "SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 10.0.0.0/16}]",
        )
        .interface_endpoint(
            "Buckets",
            "Vpc",
            "s3",
            "PrivateDnsEnabled: true, DnsOptions: {PrivateDnsOnlyForInboundResolverEndpoint: OnlyInboundResolver}, SubnetIds: [!Ref SubnetB], SecurityGroupIds: [!Ref EndpointGroup]",
        );
    template.to("s3:443").is_blocked(Code::NO_ROUTE_TO_DESTINATION, "TableA");
    template.gateway_endpoint("S3", "Vpc", "s3", "TableA").to("s3:443").is_reachable();
}

#[test]
fn the_global_name_of_sts_is_not_answered_by_an_endpoint() {
    let template =
        fact("IAM User Guide, Manage AWS STS in an AWS Region: interface endpoints and the global endpoint")
            .group(
                "EndpointGroup",
                "Vpc",
                "SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 10.0.0.0/16}]",
            )
            .interface_endpoint(
                "Sts",
                "Vpc",
                "sts",
                "PrivateDnsEnabled: true, SubnetIds: [!Ref SubnetB], SecurityGroupIds: [!Ref EndpointGroup]",
            );
    template.to("sts.us-east-1.amazonaws.com:443").is_reachable();
    template.to("sts.amazonaws.com:443").is_blocked(Code::NO_ROUTE_TO_DESTINATION, "TableA");
}

#[test]
fn fips_names_have_endpoints_of_their_own() {
    let template = fact("AWS PrivateLink Guide, AWS services that integrate: kms and kms-fips")
        .group(
            "EndpointGroup",
            "Vpc",
            "SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 10.0.0.0/16}]",
        )
        .interface_endpoint(
            "Keys",
            "Vpc",
            "kms-fips",
            "PrivateDnsEnabled: true, SubnetIds: [!Ref SubnetB], SecurityGroupIds: [!Ref EndpointGroup]",
        );
    template.to("kms-fips.us-east-1.amazonaws.com:443").is_reachable();
    template.to("kms.us-east-1.amazonaws.com:443").is_blocked(Code::NO_ROUTE_TO_DESTINATION, "TableA");
}

#[test]
fn names_that_the_public_dns_never_has_are_not_looked_for_there() {
    let template = fact("ICANN, Resolution 2024.07.29.06: .INTERNAL is reserved; RFC 6762: .local")
        .nat()
        .route("TableA", "0.0.0.0/0", TO_NAT);
    template.to("db.corp.internal:5432").is_unknown(is_host);
}

#[test]
fn other_names_of_s3_may_have_its_addresses() {
    let source =
        "Amazon S3 User Guide, Using dual-stack endpoints; Virtual hosting of buckets: global endpoint";
    let template = fact(source).gateway_endpoint("Endpoint", "Vpc", "s3", "TableA");
    let names = ["s3.dualstack.us-east-1", "bucket.s3.dualstack.us-east-1", "bucket.s3", "s3"];
    for host in names.map(|name| format!("{name}.amazonaws.com:443")) {
        template.to(&host).is_unknown(is_host);
        fact(source).to(&host).is_blocked(Code::NO_ROUTE_TO_DESTINATION, "TableA");
        fact(source).nat().route("TableA", "0.0.0.0/0", TO_NAT).to(&host).is_reachable();
    }
    template
        .to("s3.dualstack.eu-west-1.amazonaws.com:443")
        .is_blocked(Code::NO_ROUTE_TO_DESTINATION, "TableA");
}

#[test]
fn an_alias_to_an_accelerator_leads_to_public_addresses() {
    let alias = |name: &str| {
        fact("AWS Global Accelerator Developer Guide, Global Accelerator components: static IP addresses")
            .with("Zone", "Route53::HostedZone", "Name: corp.internal, VPCs: [{VPCId: !Ref Vpc, VPCRegion: us-east-1}]")
            .with("Accelerator", "GlobalAccelerator::Accelerator", "Name: api, IpAddressType: IPV4")
            .with(
                "Record",
                "Route53::RecordSet",
                &format!("HostedZoneId: !Ref Zone, Name: api.corp.internal, Type: A, AliasTarget: {{HostedZoneId: Z2BJ6XQ5FK7U4H, DNSName: {name}}}"),
            )
    };
    for name in ["!GetAtt Accelerator.DnsName", "a1234567890abcdef.awsglobalaccelerator.com"] {
        alias(name).to("api.corp.internal:443").is_blocked(Code::NO_ROUTE_TO_DESTINATION, "TableA");
        let by_nat = alias(name).nat().route("TableA", "0.0.0.0/0", "NatGatewayId: !Ref Nat");
        by_nat.to("api.corp.internal:443").is_reachable();
    }
}

#[test]
fn private_dns_is_not_said_to_answer_dual_stack_names_of_services() {
    let of = "Amazon EC2 API Reference, CreateVpcEndpoint: PrivateDnsEnabled, the default public DNS name";
    const NAME: &str = "sqs.us-east-1.api.aws:443";
    fact(of).to(NAME).is_blocked(Code::NO_ROUTE_TO_DESTINATION, "TableA");
    let with = |service: &str| {
        fact(of)
            .group(
                "EndpointGroup",
                "Vpc",
                "SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 10.0.0.0/16}]",
            )
            .interface_endpoint(
                "Endpoint",
                "Vpc",
                service,
                "PrivateDnsEnabled: true, SubnetIds: [!Ref SubnetA], SecurityGroupIds: [!Ref EndpointGroup]",
            )
    };
    with("sns").to(NAME).is_blocked(Code::NO_ROUTE_TO_DESTINATION, "TableA");
    with("sqs").to(NAME).is_unknown(|missing| *missing == Missing::Undocumented(Topic::DualStackNames));
}
