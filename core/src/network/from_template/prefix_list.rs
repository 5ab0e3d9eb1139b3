//! Prefix lists of the template.

use ipnet::Ipv4Net;

use super::fields::own_name;
use super::reader::{BROKEN, Reader, Split};
use crate::network::{Builder, Cidr, Fact};
use crate::template::{Resource, Value};

/// Writes prefix lists.
pub(super) fn declare(reader: Reader<'_, '_>, builder: &mut Builder) -> Result<(), Split> {
    for resource in reader.resources(&["AWS::EC2::PrefixList"])? {
        let ranges = ranges(reader, resource)?;
        let index = builder.prefix_list(&own_name(resource));
        builder.network.prefix_lists[index.0].ranges = ranges;
    }
    Ok(())
}

/// Its IPv4 ranges. A list that holds one that is not known is not known.
fn ranges(reader: Reader<'_, '_>, resource: &Resource) -> Result<Fact<Vec<Ipv4Net>>, Split> {
    let Some(entries) = reader.property(resource, &["Entries"])? else {
        return Ok(Fact::Known(Vec::new()));
    };
    let entries = reader.items(&entries)?;
    if let Some(missing) = entries.rest {
        return Ok(Fact::Unknown(missing));
    }
    let mut ranges = Vec::with_capacity(entries.items.len());
    for entry in &entries.items {
        let Some(case) = reader.entry(entry, "Cidr")? else { return Ok(Fact::Unknown(BROKEN)) };
        if matches!(&case.value, Value::Text(text) if text.known().is_some_and(|known| known.contains(':'))) {
            continue;
        }
        match reader.cidr(&case)? {
            Cidr::Known(net) => ranges.push(net),
            Cidr::Symbol(symbol) => return Ok(Fact::Unknown(symbol.missing)),
        }
    }
    Ok(Fact::Known(ranges))
}

#[cfg(test)]
mod tests {
    use crate::network::from_template::testing::{named, network, with_prefix_lists};
    use crate::network::{Fact, Missing, PrefixList};

    const TEMPLATE: &str = r"
Parameters: {Office: {Type: String}}
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  Known: {Type: AWS::EC2::PrefixList, Properties: {AddressFamily: IPv4, MaxEntries: 2, PrefixListName: a, Entries: [{Cidr: 192.0.2.0/24}, {Cidr: 198.51.100.7/32}]}}
  Open: {Type: AWS::EC2::PrefixList, Properties: {AddressFamily: IPv4, MaxEntries: 2, PrefixListName: b, Entries: [{Cidr: !Ref Office}]}}
  Six: {Type: AWS::EC2::PrefixList, Properties: {AddressFamily: IPv6, MaxEntries: 2, PrefixListName: c, Entries: [{Cidr: '2001:db8::/32'}]}}
  Endpoint: {Type: AWS::EC2::VPCEndpoint, Properties: {VpcId: !Ref Vpc, ServiceName: !Sub 'com.amazonaws.${AWS::Region}.s3', RouteTableIds: [rtb-1]}}
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties: {VpcId: !Ref Vpc, SecurityGroupEgress: [{IpProtocol: tcp, FromPort: 443, ToPort: 443, DestinationPrefixListId: pl-63a5400a}]}
";

    fn list<'n>(network: &'n crate::network::Network, id: &str) -> &'n PrefixList {
        named(&network.prefix_lists, |list| &list.name, id)
    }

    #[test]
    fn entries_are_read() {
        let network = network(TEMPLATE, None);
        let known = list(&network, "Known").ranges.known().expect("known ranges");
        assert_eq!(
            known.iter().map(ToString::to_string).collect::<Vec<_>>(),
            ["192.0.2.0/24", "198.51.100.7/32"]
        );
        assert!(list(&network, "Open").ranges.known().is_none());
        assert_eq!(list(&network, "Six").ranges, Fact::Known(Vec::new()));
    }

    #[test]
    fn a_group_and_an_endpoint_mean_the_same_list_of_a_service() {
        let here = network(TEMPLATE, Some("us-east-1"));
        let of_s3: Vec<_> =
            here.prefix_lists.iter().filter(|list| list.service.as_deref() == Some("s3")).collect();
        assert_eq!(of_s3.len(), 1);
        assert_eq!(of_s3[0].ranges, Fact::Unknown(Missing::PrefixList("pl-63a5400a".to_owned())));
        let elsewhere = network(TEMPLATE, Some("ap-northeast-1"));
        assert_eq!(list(&elsewhere, "pl-63a5400a").service, None, "no list of this region");
        assert_eq!(list(&elsewhere, "pl-61a54008").service.as_deref(), Some("s3"));
    }

    #[test]
    fn addresses_are_given_by_id_or_by_service() {
        let net: Vec<ipnet::Ipv4Net> = vec!["192.0.2.0/25".parse().unwrap()];
        for given in ["pl-63a5400a", "s3"] {
            for region in [Some("us-east-1"), None] {
                let network = with_prefix_lists(TEMPLATE, region, &[(given, "192.0.2.0/25")]);
                assert_eq!(
                    list(&network, "pl-63a5400a").ranges,
                    Fact::Known(net.clone()),
                    "{given}, {region:?}"
                );
            }
        }
        let other = with_prefix_lists(TEMPLATE, Some("us-east-1"), &[("pl-02cd2c6b", "192.0.2.0/25")]);
        assert!(list(&other, "pl-63a5400a").ranges.known().is_none(), "that is DynamoDB's");
    }
}
