//! VPCs, their address ranges and DHCP options.

use std::collections::HashMap;

use super::fields::own_name;
use super::reader::{BROKEN, Reader, Split, text};
use crate::network::{Builder, Cidr, Fact, Missing, Name, Symbol, Topic};
use crate::template::{Part, Resource, Text, Unknown};

/// The resolver of every VPC, by the name that DHCP options give it.
const AMAZON_DNS: &str = "AmazonProvidedDNS";

/// Writes VPCs, secondary ranges and the resolvers of DHCP options.
pub(super) fn declare(reader: Reader<'_, '_>, builder: &mut Builder) -> Result<(), Split> {
    for resource in reader.resources(&["AWS::EC2::VPC"])? {
        let range = match reader.property(resource, &["CidrBlock"])? {
            Some(case) => reader.cidr(&case)?,
            None => chosen_range(resource),
        };
        let dns_support = reader.flag(resource, &["EnableDnsSupport"], true)?;
        let dns_hostnames = reader.flag(resource, &["EnableDnsHostnames"], false)?;
        let index = builder.vpc(&own_name(resource));
        builder.as_made_new(index);
        let vpc = &mut builder.network.vpcs[index.0];
        vpc.at = reader.declared(resource);
        vpc.cidrs.items = vec![range];
        vpc.cidrs.rest = None;
        vpc.dns_support = dns_support;
        vpc.dns_hostnames = dns_hostnames;
        vpc.amazon_dns = Fact::Known(true);
    }
    for resource in reader.resources(&["AWS::EC2::VPCCidrBlock"])? {
        secondary_range(reader, resource, builder)?;
    }
    dhcp_options(reader, builder)
}

/// The range that a pool of IPAM, or nobody that is written, gives to a VPC or subnet.
pub(super) fn chosen_range(resource: &Resource) -> Cidr {
    let attribute = "CidrBlock".to_owned();
    let part = Part::Resource { id: resource.id.clone(), attribute: Some(attribute.clone()) };
    let unknown = Unknown::Attribute { resource: resource.id.clone(), attribute };
    Cidr::Symbol(Symbol { text: Text::of(part), missing: Missing::Value(unknown) })
}

fn secondary_range(reader: Reader<'_, '_>, resource: &Resource, builder: &mut Builder) -> Result<(), Split> {
    let Some(vpc) = reader.component(resource, "VpcId")? else { return Ok(()) };
    let range = match reader.property(resource, &["CidrBlock"])? {
        Some(case) => reader.cidr(&case)?,
        None if reader.property(resource, &["Ipv4IpamPoolId"])?.is_some() => chosen_range(resource),
        // A range of IP version 6.
        None => return Ok(()),
    };
    let index = builder.vpc(&vpc.name);
    builder.network.vpcs[index.0].cidrs.items.push(range);
    Ok(())
}

fn dhcp_options(reader: Reader<'_, '_>, builder: &mut Builder) -> Result<(), Split> {
    let mut options: HashMap<Name, Fact<bool>> = HashMap::new();
    for resource in reader.resources(&["AWS::EC2::DHCPOptions"])? {
        options.insert(own_name(resource), amazon_dns(reader, resource)?);
    }
    for resource in reader.resources(&["AWS::EC2::VPCDHCPOptionsAssociation"])? {
        let Some(vpc) = reader.component(resource, "VpcId")? else { continue };
        let amazon_dns = match reader.component(resource, "DhcpOptionsId")? {
            None => Fact::Unknown(BROKEN),
            // No options at all: AWS does not say what resolver is used then.
            Some(named) if named.name == Name::Aws("default".to_owned()) => {
                Fact::Unknown(Missing::Undocumented(Topic::Dns))
            }
            Some(named) => match options.get(&named.name) {
                Some(known) => known.clone(),
                None => Fact::Unknown(crate::network::builder::undescribed(&named.name)),
            },
        };
        let index = builder.vpc(&vpc.name);
        builder.network.vpcs[index.0].amazon_dns = amazon_dns;
    }
    Ok(())
}

/// Whether the resolver that DHCP options name is Amazon's, as it is where they name none.
fn amazon_dns(reader: Reader<'_, '_>, resource: &Resource) -> Result<Fact<bool>, Split> {
    let Some(servers) = reader.property(resource, &["DomainNameServers"])? else {
        return Ok(Fact::Known(true));
    };
    let servers = reader.items(&servers)?;
    let mut missing = servers.rest;
    for server in &servers.items {
        match text(server) {
            // Commas may stand inside an item.
            Fact::Known(names) => {
                if names.split(',').any(|name| !name.trim().eq_ignore_ascii_case(AMAZON_DNS)) {
                    return Ok(Fact::Known(false));
                }
            }
            Fact::Unknown(why) => missing = Some(why),
        }
    }
    Ok(missing.map_or(Fact::Known(true), Fact::Unknown))
}
