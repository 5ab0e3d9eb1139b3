//! VPCs, subnets, route tables and the associations between them.

use super::*;
use crate::network::{Topic, Zone};

#[test]
fn only_associated_ranges_count() {
    let text = r#"{"Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16", "CidrBlockAssociationSet": [
        {"CidrBlock": "10.0.0.0/16", "CidrBlockState": {"State": "associated"}},
        {"CidrBlock": "10.1.0.0/16", "CidrBlockState": {"State": "disassociated"}},
        {"CidrBlock": "10.2.0.0/16", "CidrBlockState": {"State": "associated"}}]}]}"#;
    let network = network(text);
    let vpc = vpc(&network, "vpc-1");
    assert_eq!(vpc.cidrs.items, [net("10.0.0.0/16"), net("10.2.0.0/16")]);
    assert_eq!(vpc.cidrs.rest, None);
    assert_eq!(text_at(text, vpc.at), "\"vpc-1\"");
}

#[test]
fn attributes_are_unknown_until_their_own_call_tells() {
    let vpcs = r#"{"Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16", "DhcpOptionsId": "dopt-1"}]}"#;
    let (before, _) = read(&[("vpcs.json", vpcs)]);
    assert_eq!(vpc(&before, "vpc-1").dns_support, unknown(part("vpc-1", "EnableDnsSupport")));
    assert_eq!(vpc(&before, "vpc-1").dns_hostnames, unknown(part("vpc-1", "EnableDnsHostnames")));
    assert_eq!(vpc(&before, "vpc-1").amazon_dns, unknown(Missing::Component(aws("dopt-1"))));
    let support = r#"{"VpcId": "vpc-1", "EnableDnsSupport": {"Value": true}}"#;
    let hostnames = r#"{"EnableDnsHostnames": {"Value": false}, "VpcId": "vpc-1"}"#;
    let (after, problems) =
        read(&[("support.json", support), ("hostnames.json", hostnames), ("vpcs.json", vpcs)]);
    assert_eq!(problems, []);
    assert_eq!(vpc(&after, "vpc-1").dns_support, Fact::Known(true));
    assert_eq!(vpc(&after, "vpc-1").dns_hostnames, Fact::Known(false));
}

#[test]
fn dhcp_options_tell_whose_resolver_is_asked() {
    let servers = |list: &str| {
        let text = format!(
            r#"[{{"Vpcs": [{{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16", "DhcpOptionsId": "dopt-1"}}]}},
                {{"DhcpOptions": [{{"DhcpOptionsId": "dopt-1", "DhcpConfigurations": [
                    {{"Key": "domain-name", "Values": [{{"Value": "example.com"}}]}}{list}]}}]}}]"#
        );
        vpc(&network(&text), "vpc-1").amazon_dns.clone()
    };
    let names = |values: &str| format!(r#", {{"Key": "domain-name-servers", "Values": [{values}]}}"#);
    assert_eq!(servers(&names(r#"{"Value": "AmazonProvidedDNS"}"#)), Fact::Known(true));
    assert_eq!(servers(&names(r#"{"Value": "10.0.0.2"}"#)), Fact::Known(true));
    assert_eq!(servers(&names(r#"{"Value": "10.0.9.53"}, {"Value": "10.0.8.53"}"#)), Fact::Known(false));
    assert_eq!(
        servers(&names(r#"{"Value": "10.0.9.53"}, {"Value": "169.254.169.253"}"#)),
        unknown(Missing::NotFollowed(Topic::Dns))
    );
    assert_eq!(servers(""), Fact::Known(true));
}

#[test]
fn subnets_tell_vpc_range_and_zone() {
    let text = r#"{"Subnets": [
        {"SubnetId": "subnet-1", "VpcId": "vpc-1", "CidrBlock": "10.0.1.0/24", "AvailabilityZone": "us-east-1c"},
        {"SubnetId": "subnet-2", "VpcId": "vpc-1", "Ipv6Native": true}]}"#;
    let network = network(text);
    let one = subnet(&network, "subnet-1");
    assert_eq!(one.vpc.known().map(|vpc| network.vpcs[vpc.0].name.clone()), Some(aws("vpc-1")));
    assert_eq!(one.zone, Fact::Known(Zone::Named("us-east-1c".to_owned())));
    assert_eq!(text_at(text, one.at), "\"subnet-1\"");
    assert_eq!(subnet(&network, "subnet-2").cidr, unknown(Missing::Undocumented(Topic::Ipv6)));
    // Nobody described the tables and ACLs.
    assert_eq!(one.table, unknown(part("subnet-1", "route table")));
    assert_eq!(one.acl, unknown(part("subnet-1", "network ACL")));
    assert_eq!(network.vpcs[0].cidrs.rest, Some(Missing::Component(aws("vpc-1"))));
}

#[test]
fn a_subnet_without_an_association_uses_the_main_table() {
    let text = r#"{"Subnets": [{"SubnetId": "subnet-1", "VpcId": "vpc-1"}, {"SubnetId": "subnet-2", "VpcId": "vpc-1"},
            {"SubnetId": "subnet-3", "VpcId": "vpc-1"}, {"SubnetId": "subnet-4", "VpcId": "vpc-2"}],
        "RouteTables": [
          {"RouteTableId": "rtb-own", "VpcId": "vpc-1", "Routes": [], "Associations": [
            {"Main": false, "SubnetId": "subnet-1", "AssociationState": {"State": "associated"}},
            {"Main": false, "SubnetId": "subnet-3", "AssociationState": {"State": "disassociated"}},
            {"Main": false, "GatewayId": "igw-1"}]},
          {"RouteTableId": "rtb-main", "VpcId": "vpc-1", "Routes": [], "Associations": [{"Main": true}]},
          {"RouteTableId": "rtb-other", "VpcId": "vpc-2", "Routes": [], "Associations": []}]}"#;
    let network = network(text);
    let of = |id| subnet(&network, id).table.known().map(|table| network.tables[table.0].name.to_string());
    assert_eq!(of("subnet-1").as_deref(), Some("rtb-own"));
    assert_eq!(of("subnet-2").as_deref(), Some("rtb-main"));
    assert_eq!(of("subnet-3").as_deref(), Some("rtb-main"));
    // The main table of that VPC is not described: nor is it known which tables are.
    assert_eq!(of("subnet-4"), None);
    assert!(text_at(text, subnet(&network, "subnet-1").table_at).contains("\"subnet-1\""));
    assert_eq!(subnet(&network, "subnet-2").table_at, None);
    assert_eq!(vpc(&network, "vpc-1").main_table.0, {
        let at = network.tables.iter().position(|table| table.name == aws("rtb-main"));
        at.unwrap()
    });
}

#[test]
fn local_routes_tell_the_ranges_of_a_vpc_that_nobody_describes() {
    let tables = r#"{"RouteTables": [{"RouteTableId": "rtb-1", "VpcId": "vpc-1", "Associations": [], "Routes": [
        {"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local", "State": "active"},
        {"DestinationIpv6CidrBlock": "2001:db8::/56", "GatewayId": "local", "State": "active"}]}]}"#;
    let (alone, problems) = read(&[("tables.json", tables)]);
    assert_eq!(problems, []);
    assert!(table(&alone, "rtb-1").routes.items.is_empty());
    assert_eq!(vpc(&alone, "vpc-1").cidrs.items, [net("10.0.0.0/16")]);
    assert_eq!(vpc(&alone, "vpc-1").cidrs.rest, Some(Missing::Component(aws("vpc-1"))));
    let vpcs = r#"{"Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.5.0.0/16"}]}"#;
    let (both, _) = read(&[("tables.json", tables), ("vpcs.json", vpcs)]);
    assert_eq!(vpc(&both, "vpc-1").cidrs.items, [net("10.5.0.0/16")]);
}

#[test]
fn the_default_vpc_is_known() {
    let text = r#"{"Vpcs": [{"VpcId": "vpc-1", "IsDefault": false}, {"VpcId": "vpc-2", "IsDefault": true}]}"#;
    let (context, problems) = Context::read(&[(FileId(1), text)]);
    assert_eq!(problems, []);
    let mut builder = Builder::default();
    context.declare(&mut builder);
    let default = builder.default_vpc();
    assert_eq!(builder.network.vpcs[default.0].name, aws("vpc-2"));
}
