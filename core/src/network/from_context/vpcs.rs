//! VPCs with their attributes and DHCP options, zones, subnets.

use std::collections::HashMap;

use super::record::Record;
use super::{Answers, note_region, part, vpc_of};
use crate::network::from_template::is_amazons;
use crate::network::{Builder, Cidr, Fact, Ipv6Cidr, Listed, Missing, Name, Topic, VpcIndex, Zone};

pub(super) fn zones<'a>(zones: impl Iterator<Item = Record<'a>>, builder: &mut Builder) {
    for zone in zones {
        if let Some(region) = zone.text("RegionName") {
            note_region(builder, region);
        }
    }
}

pub(super) fn vpcs(answers: &Answers<'_>, builder: &mut Builder) {
    let servers: HashMap<Name, Vec<String>> = answers
        .of("DhcpOptions")
        .filter_map(|options| Some((options.id("DhcpOptionsId")?.0, servers(options))))
        .collect();
    for record in answers.of("Vpcs") {
        let Some((name, place)) = record.id("VpcId") else { continue };
        let index = builder.vpc(&name);
        let cidrs = ranges(record);
        if record.flag("IsDefault") == Some(true) {
            builder.default_vpc = Some(index);
        }
        let amazon_dns = amazon_dns(record, &name, &servers, &cidrs);
        let named = record.name("DhcpOptionsId").and_then(|options| servers.get(&options));
        let others = named.into_iter().flatten().filter(|server| !is_amazons(server, &cidrs));
        let name_servers = Listed::all(others.filter_map(|server| server.trim().parse().ok()).collect());
        let vpc = &mut builder.network.vpcs[index.0];
        vpc.at = Some(place);
        vpc.cidrs = cidrs;
        vpc.ipv6_cidrs = Listed::all(ipv6_ranges(record));
        vpc.amazon_dns = amazon_dns;
        vpc.name_servers = name_servers;
        // Another describe call tells these.
        vpc.dns_support = Fact::Unknown(part(&name, "EnableDnsSupport"));
        vpc.dns_hostnames = Fact::Unknown(part(&name, "EnableDnsHostnames"));
    }
    for record in &answers.attributes {
        let Some((name, _)) = record.id("VpcId") else { continue };
        let VpcIndex(index) = builder.vpc(&name);
        let vpc = &mut builder.network.vpcs[index];
        let flag = |key| record.record(key).and_then(|attribute| attribute.flag("Value"));
        if let Some(flag) = flag("EnableDnsSupport") {
            vpc.dns_support = Fact::Known(flag);
        }
        if let Some(flag) = flag("EnableDnsHostnames") {
            vpc.dns_hostnames = Fact::Known(flag);
        }
    }
}

fn ranges(vpc: Record<'_>) -> Listed<Cidr> {
    let associated = vpc.records("CidrBlockAssociationSet").into_iter().filter(|association| {
        association.record("CidrBlockState").is_none_or(|state| state.is_any("State", &["associated"]))
    });
    let mut nets: Vec<_> = associated.filter_map(|association| association.net("CidrBlock")).collect();
    if nets.is_empty() {
        nets.extend(vpc.net("CidrBlock"));
    }
    Listed::all(nets.into_iter().map(Cidr::Known).collect())
}

/// The ranges of IP version 6 of a VPC or subnet.
fn ipv6_ranges(record: Record<'_>) -> Vec<Ipv6Cidr> {
    let associated = record.records("Ipv6CidrBlockAssociationSet").into_iter().filter(|association| {
        association.record("Ipv6CidrBlockState").is_none_or(|state| state.is_any("State", &["associated"]))
    });
    associated.filter_map(|association| association.ipv6_cidr("Ipv6CidrBlock")).collect()
}

/// The name servers of DHCP options. Without a word about them, they are Amazon's.
fn servers(options: Record<'_>) -> Vec<String> {
    let lists = options.records("DhcpConfigurations");
    let of_names = lists.iter().filter(|list| list.text("Key") == Some("domain-name-servers"));
    of_names
        .flat_map(|list| list.records("Values"))
        .filter_map(|value| value.text("Value").map(str::to_owned))
        .collect()
}

fn amazon_dns(
    vpc: Record<'_>,
    name: &Name,
    servers: &HashMap<Name, Vec<String>>,
    cidrs: &Listed<Cidr>,
) -> Fact<bool> {
    let Some(options) = vpc.name("DhcpOptionsId") else {
        return Fact::Unknown(part(name, "DhcpOptions"));
    };
    // The VPC has no DHCP options at all: what asks whom then is up to the client.
    if options.matches("default") {
        return Fact::Unknown(Missing::NotFollowed(Topic::Dns));
    }
    let Some(servers) = servers.get(&options) else {
        return Fact::Unknown(Missing::Component(options));
    };
    let amazons = servers.iter().filter(|server| is_amazons(server, cidrs)).count();
    if amazons == servers.len() {
        Fact::Known(true)
    } else if amazons == 0 {
        Fact::Known(false)
    } else {
        Fact::Unknown(Missing::NotFollowed(Topic::Dns))
    }
}

pub(super) fn subnets<'a>(subnets: impl Iterator<Item = Record<'a>>, builder: &mut Builder) {
    for record in subnets {
        let Some((name, place)) = record.id("SubnetId") else { continue };
        let vpc = vpc_of(record, &name, builder);
        let cidr = match record.net("CidrBlock") {
            Some(net) => Fact::Known(Cidr::Known(net)),
            None if record.flag("Ipv6Native") == Some(true) => {
                Fact::Unknown(Missing::Undocumented(Topic::Ipv6))
            }
            None => Fact::Unknown(Missing::Component(name.clone())),
        };
        let zone = record.text("AvailabilityZone");
        let free = record.count("AvailableIpAddressCount");
        if let Some(zone) = zone {
            note_region(builder, zone.trim_end_matches(|last: char| last.is_ascii_lowercase()));
        }
        let index = builder.subnet(&name);
        let subnet = &mut builder.network.subnets[index.0];
        subnet.at = Some(place);
        subnet.vpc = vpc;
        subnet.cidr = cidr;
        subnet.ipv6_cidr = Fact::Known(ipv6_ranges(record).into_iter().next());
        subnet.dns64 = match record.flag("EnableDns64") {
            Some(flag) => Fact::Known(flag),
            None => Fact::Unknown(Missing::Component(name.clone())),
        };
        subnet.free = free;
        subnet.zone = match zone {
            Some(zone) => Fact::Known(Zone::Named(zone.to_owned())),
            None => Fact::Unknown(Missing::Component(name.clone())),
        };
    }
}
