//! VPCs, their address ranges and DHCP options.

use std::collections::HashMap;
use std::net::Ipv4Addr;

use super::fields::own_name;
use super::reader::{BROKEN, Reader, Split, text};
use crate::network::{Builder, Cidr, Fact, Ipv6Cidr, Listed, Missing, Name, Place, Symbol, Topic, Vpc};
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
        vpc.ipv6_cidrs = Listed::default();
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

/// The same of IP version 6, as Amazon gives it.
pub(super) fn chosen_ipv6_range(resource: &Resource) -> Ipv6Cidr {
    let Cidr::Symbol(symbol) = chosen_range(resource) else { return Ipv6Cidr::all() };
    Ipv6Cidr::Symbol(symbol)
}

fn secondary_range(reader: Reader<'_, '_>, resource: &Resource, builder: &mut Builder) -> Result<(), Split> {
    let Some(vpc) = reader.component(resource, "VpcId")? else { return Ok(()) };
    let range = match reader.property(resource, &["CidrBlock"])? {
        Some(case) => reader.cidr(&case)?,
        None if reader.property(resource, &["Ipv4IpamPoolId"])?.is_some() => chosen_range(resource),
        None => {
            let range = match reader.property(resource, &["Ipv6CidrBlock"])? {
                Some(case) => reader.ipv6_cidr(&case),
                None => chosen_ipv6_range(resource),
            };
            let index = builder.vpc(&vpc.name);
            builder.network.vpcs[index.0].ipv6_cidrs.items.push(range);
            return Ok(());
        }
    };
    let index = builder.vpc(&vpc.name);
    builder.network.vpcs[index.0].cidrs.items.push(range);
    Ok(())
}

fn dhcp_options(reader: Reader<'_, '_>, builder: &mut Builder) -> Result<(), Split> {
    let mut options: HashMap<Name, Servers> = HashMap::new();
    for resource in reader.resources(&["AWS::EC2::DHCPOptions"])? {
        options.insert(own_name(resource), servers(reader, resource)?);
    }
    for resource in reader.resources(&["AWS::EC2::VPCDHCPOptionsAssociation"])? {
        let Some(vpc) = reader.component(resource, "VpcId")? else { continue };
        let index = builder.vpc(&vpc.name);
        let amazon_dns = match reader.component(resource, "DhcpOptionsId")? {
            None => Fact::Unknown(BROKEN),
            // No options at all: AWS does not say what resolver is used then.
            Some(named) if named.name == Name::Aws("default".to_owned()) => {
                Fact::Unknown(Missing::Undocumented(Topic::Dns))
            }
            Some(named) => match options.get(&named.name) {
                Some(known) => {
                    let vpc = &mut builder.network.vpcs[index.0];
                    vpc.name_servers_at = known.at;
                    known.write(vpc)
                }
                None => Fact::Unknown(crate::network::builder::undescribed(&named.name)),
            },
        };
        builder.network.vpcs[index.0].amazon_dns = amazon_dns;
    }
    Ok(())
}

/// The name servers of DHCP options.
#[derive(Default)]
struct Servers {
    at: Option<Place>,
    /// Words, as far as they are known.
    named: Listed<String>,
}

impl Servers {
    /// Gives a VPC the servers that are not Amazon's. Whether all are.
    fn write(&self, vpc: &mut Vpc) -> Fact<bool> {
        vpc.name_servers = Listed { items: Vec::new(), rest: self.named.rest.clone() };
        let mut others = false;
        for server in self.named.items.iter().filter(|server| !is_amazons(server, &vpc.cidrs)) {
            others = true;
            match server.parse() {
                Ok(address) => vpc.name_servers.items.push(address),
                Err(_) => vpc.name_servers.rest = Some(BROKEN),
            }
        }
        match &self.named.rest {
            _ if others => Fact::Known(false),
            Some(missing) => Fact::Unknown(missing.clone()),
            None => Fact::Known(true),
        }
    }
}

/// The servers that DHCP options name; none means Amazon's.
fn servers(reader: Reader<'_, '_>, resource: &Resource) -> Result<Servers, Split> {
    let Some(list) = reader.property(resource, &["DomainNameServers"])? else {
        return Ok(Servers::default());
    };
    let items = reader.items(&list)?;
    let mut named = Listed { items: Vec::new(), rest: items.rest };
    for server in &items.items {
        match text(server) {
            // Commas may stand inside an item.
            Fact::Known(list) => named.items.extend(list.split(',').map(|name| name.trim().to_owned())),
            Fact::Unknown(why) => named.rest = Some(why),
        }
    }
    named.items.retain(|name| !name.is_empty());
    Ok(Servers { at: Reader::place(&list), named })
}

/// Amazon's resolver has a name, a link-local address, and the third address of each range of the VPC.
pub(in crate::network) fn is_amazons(server: &str, cidrs: &Listed<Cidr>) -> bool {
    let server = server.trim();
    if server.eq_ignore_ascii_case(AMAZON_DNS) {
        return true;
    }
    let Ok(address) = server.parse::<Ipv4Addr>() else { return false };
    address == Ipv4Addr::new(169, 254, 169, 253)
        || cidrs.items.iter().any(|cidr| match cidr {
            Cidr::Known(net) => u32::from(net.network()).checked_add(2) == Some(address.into()),
            Cidr::Symbol(_) => false,
        })
}

#[cfg(test)]
mod tests {
    use crate::network::from_template::testing::{named, network, network_of, range};
    use crate::network::{Fact, Missing, Peer, Topic};
    use crate::template::Unknown;

    #[test]
    fn a_vpc_has_what_aws_gives_to_a_new_one() {
        let network = network_of(
            r#"
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  Named: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.1.0.0/16, EnableDnsSupport: "false", EnableDnsHostnames: true}}
"#,
        );
        let vpc = named(&network.vpcs, |vpc| &vpc.name, "Vpc");
        assert_eq!(vpc.cidrs.items.iter().map(range).collect::<Vec<_>>(), ["10.0.0.0/16"]);
        assert_eq!(vpc.cidrs.rest, None);
        assert_eq!((&vpc.dns_support, &vpc.dns_hostnames), (&Fact::Known(true), &Fact::Known(false)));
        assert_eq!(vpc.amazon_dns, Fact::Known(true));
        let table = &network.tables[vpc.main_table.0];
        assert!(table.routes.items.is_empty() && table.routes.rest.is_none());
        assert_eq!(network.acls[vpc.default_acl.0].ingress.items.len(), 2, "one a version of IP");
        let group = &network.groups[vpc.default_group.0];
        assert!(matches!(group.ingress.items[0].peer, Peer::Group(own) if own == vpc.default_group));
        let other = named(&network.vpcs, |vpc| &vpc.name, "Named");
        assert_eq!((&other.dns_support, &other.dns_hostnames), (&Fact::Known(false), &Fact::Known(true)));
    }

    #[test]
    fn secondary_ranges_are_added_and_those_of_ipv6_are_not() {
        let network = network_of(
            r"
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  Second: {Type: AWS::EC2::VPCCidrBlock, Properties: {VpcId: !Ref Vpc, CidrBlock: 100.64.0.0/16}}
  Six: {Type: AWS::EC2::VPCCidrBlock, Properties: {VpcId: !Ref Vpc, AmazonProvidedIpv6CidrBlock: true}}
  Pool: {Type: AWS::EC2::VPCCidrBlock, Properties: {VpcId: vpc-1, Ipv4IpamPoolId: ipam-pool-1, Ipv4NetmaskLength: 20}}
",
        );
        let vpc = named(&network.vpcs, |vpc| &vpc.name, "Vpc");
        assert_eq!(vpc.cidrs.items.iter().map(range).collect::<Vec<_>>(), ["10.0.0.0/16", "100.64.0.0/16"]);
        let described_elsewhere = named(&network.vpcs, |vpc| &vpc.name, "vpc-1");
        assert_eq!(described_elsewhere.cidrs.items.iter().map(range).collect::<Vec<_>>(), ["?"]);
        assert!(described_elsewhere.cidrs.rest.is_some());
    }

    #[test]
    fn a_range_from_a_pool_is_the_same_wherever_it_is_named() {
        let network = network_of(
            r"
  Vpc: {Type: AWS::EC2::VPC, Properties: {Ipv4IpamPoolId: ipam-pool-1, Ipv4NetmaskLength: 20}}
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties:
      VpcId: !Ref Vpc
      SecurityGroupIngress: [{IpProtocol: -1, CidrIp: !GetAtt Vpc.CidrBlock}]
",
        );
        let group = named(&network.groups, |group| &group.name, "Group");
        let Peer::Cidr(peer) = &group.ingress.items[0].peer else { panic!("a range") };
        assert_eq!(peer, &network.vpcs[0].cidrs.items[0]);
    }

    #[test]
    fn dhcp_options_say_who_answers_names() {
        let network = network(
            r"
Parameters: {Servers: {Type: CommaDelimitedList}}
Resources:
  Own: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  OwnOptions: {Type: AWS::EC2::DHCPOptions, Properties: {DomainNameServers: [10.0.0.5, 10.0.1.5]}}
  OwnUse: {Type: AWS::EC2::VPCDHCPOptionsAssociation, Properties: {VpcId: !Ref Own, DhcpOptionsId: !Ref OwnOptions}}
  Amazon: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.1.0.0/16}}
  AmazonOptions: {Type: AWS::EC2::DHCPOptions, Properties: {DomainName: a.example, DomainNameServers: [AmazonProvidedDNS]}}
  AmazonUse: {Type: AWS::EC2::VPCDHCPOptionsAssociation, Properties: {VpcId: !Ref Amazon, DhcpOptionsId: !Ref AmazonOptions}}
  Open: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.2.0.0/16}}
  OpenOptions: {Type: AWS::EC2::DHCPOptions, Properties: {DomainNameServers: !Ref Servers}}
  OpenUse: {Type: AWS::EC2::VPCDHCPOptionsAssociation, Properties: {VpcId: !Ref Open, DhcpOptionsId: !Ref OpenOptions}}
  None: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.3.0.0/16}}
  NoneUse: {Type: AWS::EC2::VPCDHCPOptionsAssociation, Properties: {VpcId: !Ref None, DhcpOptionsId: default}}
",
            None,
        );
        let answer = |id: &str| named(&network.vpcs, |vpc| &vpc.name, id).amazon_dns.clone();
        assert_eq!(answer("Own"), Fact::Known(false));
        assert_eq!(answer("Amazon"), Fact::Known(true));
        let parameter = Unknown::Parameter("Servers".to_owned());
        assert_eq!(answer("Open"), Fact::Unknown(Missing::Value(parameter)));
        assert_eq!(answer("None"), Fact::Unknown(Missing::Undocumented(Topic::Dns)));
    }
}
