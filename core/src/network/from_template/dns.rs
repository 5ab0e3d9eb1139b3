//! Hosted zones, their records, Resolver rules and their associations.

use std::collections::HashMap;
use std::net::Ipv4Addr;

use super::fields::{Fields, own_name};
use super::reader::{BROKEN, Named, Reader, Split, missing, number, text};
use crate::network::builder::undescribed;
use crate::network::{
    Builder, Fact, HostRecord, HostedZone, HostedZoneIndex, Listed, Missing, Name, REGION, RecordTarget,
    ResolverRule, ResolverRuleIndex, ResolverRuleKind,
};
use crate::template::{Case, Part, Resource, Unknown, Value};

const ZONE: &str = "AWS::Route53::HostedZone";
const RECORD: &str = "AWS::Route53::RecordSet";
const RECORDS: &str = "AWS::Route53::RecordSetGroup";
const RULE: &str = "AWS::Route53Resolver::ResolverRule";
const ASSOCIATION: &str = "AWS::Route53Resolver::ResolverRuleAssociation";

/// The port of DNS.
const DNS: u16 = 53;

/// Writes zones with their records, and rules. Endpoints and workloads are declared before: records lead to them.
pub(super) fn declare(reader: Reader<'_, '_>, builder: &mut Builder) -> Result<(), Split> {
    let mut zones = Zones { reader, known: HashMap::new() };
    for resource in reader.resources(&[ZONE])? {
        zones.zone(resource, builder)?;
    }
    for resource in reader.resources(&[RECORD])? {
        zones.record(resource, Fields::Resource(resource), None, builder)?;
    }
    for resource in reader.resources(&[RECORDS])? {
        let Some(list) = reader.property(resource, &["RecordSets"])? else { continue };
        for item in &reader.items(&list)?.items {
            zones.record(resource, Fields::Item(item), Some(resource), builder)?;
        }
    }
    rules(reader, builder)
}

struct Zones<'a, 't> {
    reader: Reader<'a, 't>,
    known: HashMap<Name, HostedZoneIndex>,
}

impl Zones<'_, '_> {
    fn zone(&mut self, resource: &Resource, builder: &mut Builder) -> Result<(), Split> {
        let reader = self.reader;
        let domain = match reader.property(resource, &["Name"])? {
            Some(case) => host(reader, &case),
            None => Fact::Unknown(BROKEN),
        };
        let list = reader.property(resource, &["VPCs"])?;
        let mut vpcs = Listed::default();
        if let Some(list) = &list {
            let items = reader.items(list)?;
            vpcs.rest = items.rest;
            for item in &items.items {
                match reader.entry(item, "VPCId")? {
                    Some(vpc) => vpcs.items.push(builder.vpc(&reader.name(&vpc).name)),
                    None => vpcs.rest = Some(BROKEN),
                }
            }
        }
        let private = match &list {
            None => Fact::Known(false),
            Some(_) if !vpcs.items.is_empty() => Fact::Known(true),
            Some(_) => Fact::Unknown(vpcs.rest.clone().unwrap_or(BROKEN)),
        };
        let index = HostedZoneIndex(builder.network.zones.len());
        self.known.insert(own_name(resource), index);
        builder.network.zones.push(HostedZone {
            name: own_name(resource),
            at: reader.declared(resource),
            domain,
            private,
            vpcs,
            vpcs_at: list.as_ref().and_then(Reader::place),
            records: Listed::default(),
        });
        Ok(())
    }

    /// The zone that a record or group of records names, by its id or by its domain.
    fn zone_of(
        &mut self,
        fields: Fields<'_>,
        builder: &mut Builder,
    ) -> Result<Option<HostedZoneIndex>, Split> {
        let reader = self.reader;
        if let Some(id) = fields.get(reader, "HostedZoneId")? {
            let name = reader.name(&id).name;
            return Ok(Some(match self.known.get(&name) {
                Some(known) => *known,
                None => self.elsewhere(name, builder),
            }));
        }
        let Some(name) = fields.get(reader, "HostedZoneName")? else { return Ok(None) };
        let domain = host(reader, &name);
        let zones = &builder.network.zones;
        let own = zones.iter().position(|zone| domain.known().is_some() && zone.domain == domain);
        Ok(own.map(HostedZoneIndex))
    }

    /// A zone that is made elsewhere.
    fn elsewhere(&mut self, name: Name, builder: &mut Builder) -> HostedZoneIndex {
        let index = HostedZoneIndex(builder.network.zones.len());
        let missing = undescribed(&name);
        self.known.insert(name.clone(), index);
        builder.network.zones.push(HostedZone {
            name,
            at: None,
            domain: Fact::Unknown(missing.clone()),
            private: Fact::Unknown(missing.clone()),
            vpcs: Listed::unknown(missing.clone()),
            vpcs_at: None,
            records: Listed::unknown(missing),
        });
        index
    }

    fn record(
        &mut self,
        resource: &Resource,
        fields: Fields<'_>,
        group: Option<&Resource>,
        builder: &mut Builder,
    ) -> Result<(), Split> {
        let reader = self.reader;
        let kind = match fields.get(reader, "Type")? {
            Some(case) => text(&case).map(|kind| kind.to_ascii_uppercase()),
            None => Fact::Unknown(BROKEN),
        };
        if kind.known().is_some_and(|kind| !["A", "AAAA", "CNAME"].contains(&kind.as_str())) {
            return Ok(());
        }
        let zone = match self.zone_of(fields, builder)? {
            Some(zone) => Some(zone),
            None => match group {
                Some(group) => self.zone_of(Fields::Resource(group), builder)?,
                None => None,
            },
        };
        let Some(zone) = zone else { return Ok(()) };
        let name = match fields.get(reader, "Name")? {
            Some(case) => host(reader, &case),
            None => Fact::Unknown(BROKEN),
        };
        let targets = targets(reader, fields, builder)?;
        let record = HostRecord { id: resource.id.clone(), at: fields.place(reader), name, kind, targets };
        builder.network.zones[zone.0].records.items.push(record);
        Ok(())
    }
}

/// A name as zones and records have it: in small letters, without the dot at its end.
pub(super) fn host(reader: Reader<'_, '_>, case: &Case) -> Fact<String> {
    let Value::Text(text) = &case.value else {
        return Fact::Unknown(match &case.value {
            Value::Unknown(unknown) => Missing::Value(unknown.clone()),
            _ => BROKEN,
        });
    };
    let mut out = String::new();
    for part in &text.parts {
        match part {
            Part::Literal(literal) => out.push_str(&literal.to_ascii_lowercase()),
            Part::Unknown(Unknown::Pseudo(pseudo)) if pseudo == "AWS::Region" => out.push_str(REGION),
            Part::Unknown(Unknown::Pseudo(pseudo)) if pseudo == "AWS::URLSuffix" => {
                out.push_str("amazonaws.com");
            }
            Part::Resource { id, attribute: None } => {
                // `Ref` of a record is its name.
                let own = reader.template.resource(id).filter(|one| one.kind == RECORD);
                match own.map(|one| reader.text(one, &["Name"])) {
                    Some(Ok(Some(Fact::Known(name)))) => out.push_str(&name.to_ascii_lowercase()),
                    _ => return Fact::Unknown(missing(text)),
                }
            }
            _ => return Fact::Unknown(missing(text)),
        }
    }
    // Route 53 writes the star in octal when it answers, and takes it so too.
    let out = out.trim().trim_end_matches('.').replace("\\052", "*");
    Fact::Known(out)
}

/// Where a record leads.
fn targets(
    reader: Reader<'_, '_>,
    fields: Fields<'_>,
    builder: &Builder,
) -> Result<Listed<RecordTarget>, Split> {
    let mut found = Listed::default();
    let mut add = |case: &Case| match target(reader, case, builder) {
        Fact::Known(target) => found.items.push(target),
        Fact::Unknown(missing) => found.rest = Some(missing),
    };
    match fields.get(reader, "AliasTarget")? {
        Some(alias) => match reader.entry(&alias, "DNSName")? {
            Some(case) => add(&case),
            None => found.rest = Some(BROKEN),
        },
        None => match fields.get(reader, "ResourceRecords")? {
            Some(list) => {
                let items = reader.items(&list)?;
                for item in &items.items {
                    add(item);
                }
                found.rest = found.rest.or(items.rest);
            }
            None => found.rest = Some(BROKEN),
        },
    }
    Ok(found)
}

/// What a value of a record leads to.
fn target(reader: Reader<'_, '_>, case: &Case, builder: &Builder) -> Fact<RecordTarget> {
    let of_resource = |id: &str| {
        let name = Name::Logical(id.to_owned());
        let endpoint = builder.known_endpoint(&name).map(RecordTarget::Endpoint);
        endpoint.or_else(|| builder.known_workload(&name).map(|_| RecordTarget::Workload(name)))
    };
    let Value::Text(value) = &case.value else { return Fact::Unknown(why(&case.value)) };
    // `dualstack.` before the name of a load balancer changes nothing for IPv4.
    let parts = match &*value.parts {
        [Part::Literal(before), rest @ ..] if before.eq_ignore_ascii_case("dualstack.") => rest,
        parts => parts,
    };
    let resource = match parts {
        [Part::Resource { id, attribute: Some(_) }] => Some(id),
        // What is split off an attribute: `!Select [1, !Split [':', !Select [0, !GetAtt Endpoint.DnsEntries]]]`.
        [
            Part::Item { list: Unknown::Attribute { resource, .. }, .. }
            | Part::Unknown(Unknown::Attribute { resource, .. }),
        ] => Some(resource),
        _ => None,
    };
    if let Some(id) = resource {
        return match of_resource(id) {
            Some(found) => Fact::Known(found),
            None if is_public_name(reader, parts) => Fact::Known(RecordTarget::Host(value.to_string())),
            None => Fact::Unknown(missing(value)),
        };
    }
    host(reader, case).map(|host| match host.parse::<Ipv4Addr>() {
        Ok(address) => RecordTarget::Address(address),
        Err(_) => RecordTarget::Host(host),
    })
}

/// Whether a name is one of a resource that the internet is to call, whose addresses are public whatever they are.
/// <https://docs.aws.amazon.com/global-accelerator/latest/dg/introduction-components.html>
fn is_public_name(reader: Reader<'_, '_>, parts: &[Part]) -> bool {
    const KINDS: [(&str, &str); 2] =
        [("AWS::GlobalAccelerator::Accelerator", "DnsName"), ("AWS::CloudFront::Distribution", "DomainName")];
    let [Part::Resource { id, attribute: Some(name) }] = parts else { return false };
    reader.template.resource(id).is_some_and(|one| KINDS.contains(&(one.kind.as_str(), name.as_str())))
}

fn why(value: &Value) -> Missing {
    match value {
        Value::Unknown(unknown) => Missing::Value(unknown.clone()),
        _ => BROKEN,
    }
}

fn rules(reader: Reader<'_, '_>, builder: &mut Builder) -> Result<(), Split> {
    let mut known: HashMap<Name, ResolverRuleIndex> = HashMap::new();
    for resource in reader.resources(&[RULE])? {
        let kind = match reader.text(resource, &["RuleType"])? {
            Some(Fact::Known(kind)) if kind.eq_ignore_ascii_case("SYSTEM") => {
                Fact::Known(ResolverRuleKind::System)
            }
            Some(Fact::Known(kind)) if kind.eq_ignore_ascii_case("FORWARD") => {
                Fact::Known(ResolverRuleKind::Forward)
            }
            Some(Fact::Unknown(missing)) => Fact::Unknown(missing),
            _ => Fact::Unknown(BROKEN),
        };
        let domain = match reader.property(resource, &["DomainName"])? {
            Some(case) => host(reader, &case),
            None => Fact::Unknown(BROKEN),
        };
        let endpoint = reader.component(resource, "ResolverEndpointId")?;
        let endpoint = endpoint.and_then(|named| builder.known_workload(&named.name));
        let servers = servers(reader, resource)?;
        known.insert(own_name(resource), ResolverRuleIndex(builder.network.resolver_rules.len()));
        builder.network.resolver_rules.push(ResolverRule {
            name: own_name(resource),
            at: reader.declared(resource),
            kind,
            domain,
            endpoint,
            servers,
            vpcs: Listed::default(),
        });
    }
    for resource in reader.resources(&[ASSOCIATION])? {
        let Some(rule) = reader.component(resource, "ResolverRuleId")? else { continue };
        let Some(at) = known.get(&rule.name) else { continue };
        match reader.component(resource, "VPCId")? {
            Some(Named { name, several: false, .. }) => {
                let vpc = builder.vpc(&name);
                builder.network.resolver_rules[at.0].vpcs.items.push(vpc);
            }
            Some(Named { name, .. }) => {
                builder.network.resolver_rules[at.0].vpcs.rest = Some(undescribed(&name));
            }
            None => builder.network.resolver_rules[at.0].vpcs.rest = Some(BROKEN),
        }
    }
    Ok(())
}

/// The servers that a rule asks.
fn servers(reader: Reader<'_, '_>, resource: &Resource) -> Result<Listed<(Ipv4Addr, u16)>, Split> {
    let Some(list) = reader.property(resource, &["TargetIps"])? else { return Ok(Listed::default()) };
    let items = reader.items(&list)?;
    let mut found = Listed { items: Vec::new(), rest: items.rest };
    for item in &items.items {
        let port = match reader.entry(item, "Port")? {
            Some(case) => number(&case).known().and_then(|port| u16::try_from(*port).ok()),
            None => Some(DNS),
        };
        match (reader.entry(item, "Ip")?.map(|case| text(&case)), port) {
            (Some(Fact::Known(address)), Some(port)) => match address.trim().parse() {
                Ok(address) => found.items.push((address, port)),
                Err(_) => found.rest = Some(BROKEN),
            },
            (Some(Fact::Unknown(missing)), _) => found.rest = Some(missing),
            // An address of IP version 6 alone, or no port that could be one.
            _ => found.rest = Some(BROKEN),
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use crate::network::from_template::testing::{named, network};
    use crate::network::{Fact, HostRecord, Network, RecordTarget, ResolverDirection, ResolverRuleKind};

    const ZONES: &str = r"
Parameters: {Domain: {Type: String, Default: Corp.Internal.}, AlbName: {Type: String}, VpcId: {Type: 'AWS::EC2::VPC::Id'}}
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  A: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.1.0/24}}
  Alb: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: {Scheme: internal, Subnets: [!Ref A], SecurityGroups: [sg-1]}}
  Sqs: {Type: AWS::EC2::VPCEndpoint, Properties: {VpcEndpointType: Interface, VpcId: !Ref Vpc, ServiceName: !Sub 'com.amazonaws.${AWS::Region}.sqs', SubnetIds: [!Ref A]}}
  Zone: {Type: AWS::Route53::HostedZone, Properties: {Name: !Ref Domain, VPCs: [{VPCId: !Ref VpcId, VPCRegion: !Ref 'AWS::Region'}]}}
  Public: {Type: AWS::Route53::HostedZone, Properties: {Name: example.com}}
  Hub: {Type: AWS::Route53::HostedZone, Properties: {Name: !Sub 'sqs.${AWS::Region}.amazonaws.com', VPCs: [{VPCId: !Ref Vpc, VPCRegion: us-east-1}]}}
  Api: {Type: AWS::Route53::RecordSet, Properties: {HostedZoneId: !Ref Zone, Name: !Sub 'api.${Domain}', Type: A, AliasTarget: {DNSName: !Sub 'dualstack.${Alb.DNSName}', HostedZoneId: !GetAtt Alb.CanonicalHostedZoneID}}}
  Apex: {Type: AWS::Route53::RecordSet, Properties: {HostedZoneId: !Ref Hub, Name: !Sub 'sqs.${AWS::Region}.amazonaws.com', Type: A, AliasTarget: {DNSName: !Select [1, !Split [':', !Select [0, !GetAtt Sqs.DnsEntries]]], HostedZoneId: !Select [0, !Split [':', !Select [0, !GetAtt Sqs.DnsEntries]]]}}}
  Others:
    Type: AWS::Route53::RecordSetGroup
    Properties:
      HostedZoneName: corp.internal.
      RecordSets:
        - {Name: '*.dev.corp.internal', Type: CNAME, TTL: '60', ResourceRecords: [api.corp.internal]}
        - {Name: two.corp.internal, Type: A, TTL: '60', ResourceRecords: [10.0.1.5, 10.0.1.6]}
        - {Name: open.corp.internal, Type: A, AliasTarget: {DNSName: !Ref AlbName, HostedZoneId: Z1}}
        - {Name: corp.internal, Type: TXT, TTL: '60', ResourceRecords: [x]}
  Elsewhere: {Type: AWS::Route53::RecordSet, Properties: {HostedZoneId: Z123, Name: db.corp.internal, Type: CNAME, ResourceRecords: [x.example.com]}}
";

    fn record<'n>(network: &'n Network, zone: &str, name: &str) -> &'n HostRecord {
        let zone = named(&network.zones, |zone| &zone.name, zone);
        let is = |record: &&HostRecord| record.name.known().is_some_and(|own| own == name);
        zone.records.items.iter().find(is).unwrap_or_else(|| panic!("no {name}"))
    }

    #[test]
    fn zones_have_their_domains_vpcs_and_records() {
        let network = network(ZONES, None);
        let zone = named(&network.zones, |zone| &zone.name, "Zone");
        assert_eq!(zone.domain, Fact::Known("corp.internal".to_owned()));
        assert_eq!(zone.private, Fact::Known(true));
        assert_eq!(network.vpcs[zone.vpcs.items[0].0].name.to_string(), "VpcId");
        assert_eq!(zone.records.items.len(), 4, "records of other types lead to no address");
        assert_eq!(named(&network.zones, |zone| &zone.name, "Public").private, Fact::Known(false));
        let hub = named(&network.zones, |zone| &zone.name, "Hub");
        assert_eq!(hub.domain, Fact::Known("sqs.REGION.amazonaws.com".to_owned()));
        let elsewhere = named(&network.zones, |zone| &zone.name, "Z123");
        assert!(elsewhere.domain.known().is_none() && elsewhere.records.items.len() == 1);
    }

    #[test]
    fn records_lead_to_what_they_name() {
        let network = network(ZONES, None);
        let api = record(&network, "Zone", "api.corp.internal");
        assert!(matches!(&api.targets.items[..], [RecordTarget::Workload(name)] if name.matches("Alb")));
        let apex = record(&network, "Hub", "sqs.REGION.amazonaws.com");
        assert!(matches!(&apex.targets.items[..], [RecordTarget::Endpoint(_)]), "{apex:?}");
        let two = record(&network, "Zone", "two.corp.internal");
        let addresses = [[10, 0, 1, 5], [10, 0, 1, 6]].map(|address| RecordTarget::Address(address.into()));
        assert_eq!(two.targets.items, addresses);
        let open = record(&network, "Zone", "open.corp.internal");
        assert!(open.targets.items.is_empty() && open.targets.rest.is_some());
    }

    #[test]
    fn the_nearest_record_answers() {
        let network = network(ZONES, None);
        let zone = named(&network.zones, |zone| &zone.name, "Zone");
        let names = |host: &str| -> Vec<String> {
            zone.answering(host).iter().filter_map(|record| record.name.known().cloned()).collect()
        };
        assert_eq!(names("api.corp.internal"), ["api.corp.internal"]);
        assert_eq!(names("x.dev.corp.internal"), ["*.dev.corp.internal"]);
        assert_eq!(names("dev.corp.internal"), Vec::<String>::new(), "a wildcard is not for its own domain");
        assert_eq!(names("nothing.corp.internal"), Vec::<String>::new());
    }

    #[test]
    fn rules_forward_domains_for_the_vpcs_that_they_are_associated_with() {
        let network = network(
            r"
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  A: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.1.0/24}}
  B: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.2.0/24}}
  Out: {Type: AWS::Route53Resolver::ResolverEndpoint, Properties: {Direction: OUTBOUND, SecurityGroupIds: [sg-1], IpAddresses: [{SubnetId: !Ref A, Ip: 10.0.1.53}, {SubnetId: !Ref B}]}}
  Tls: {Type: AWS::Route53Resolver::ResolverEndpoint, Properties: {Direction: INBOUND, Protocols: [DoH], SecurityGroupIds: [sg-1], IpAddresses: [{SubnetId: !Ref A}, {SubnetId: !Ref B}]}}
  Rule: {Type: AWS::Route53Resolver::ResolverRule, Properties: {DomainName: onprem.example., RuleType: FORWARD, ResolverEndpointId: !Ref Out, TargetIps: [{Ip: 192.168.0.53}, {Ip: 192.168.1.53, Port: '5353'}]}}
  All: {Type: AWS::Route53Resolver::ResolverRule, Properties: {DomainName: ., RuleType: SYSTEM}}
  Use: {Type: AWS::Route53Resolver::ResolverRuleAssociation, Properties: {ResolverRuleId: !GetAtt Rule.ResolverRuleId, VPCId: !Ref Vpc}}
",
            None,
        );
        let [rule, all] = &network.resolver_rules[..] else { panic!("two rules") };
        assert_eq!(
            (rule.kind.known(), rule.domain_in_words()),
            (Some(&ResolverRuleKind::Forward), "onprem.example")
        );
        assert_eq!(rule.servers.items, [([192, 168, 0, 53].into(), 53), ([192, 168, 1, 53].into(), 5353)]);
        assert_eq!(network.vpcs[rule.vpcs.items[0].0].name.to_string(), "Vpc");
        assert_eq!((all.kind.known(), all.domain_in_words()), (Some(&ResolverRuleKind::System), "."));
        let [out, tls] = &network.resolver_endpoints[..] else { panic!("two endpoints") };
        assert_eq!(rule.endpoint, Some(out.workload));
        assert_eq!(network.workloads[out.workload.0].subnets.items.len(), 2);
        assert_eq!(out.direction, Fact::Known(ResolverDirection::Outbound));
        assert_eq!(out.addresses.items, [Ipv4Addr::new(10, 0, 1, 53)]);
        assert!(
            out.addresses.rest.is_some() && out.plain == Fact::Known(true) && tls.plain == Fact::Known(false)
        );
    }
}
