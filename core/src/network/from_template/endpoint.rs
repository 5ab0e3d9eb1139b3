//! Endpoints of services.

use super::fields::own_name;
use super::policy_statement::statement;
use super::reader::{BROKEN, Named, Reader, Split, flag, missing, text};
use crate::network::builder::undescribed;
use crate::network::{
    Builder, Destination, Endpoint, EndpointKind, EndpointPolicy, Fact, Listed, Missing, Place, Route,
    TableIndex, Target, VpcIndex, WrittenPolicy,
};
use crate::template::{Part, Resource, Text, Unknown, Value};

/// Writes interface and gateway endpoints, and the routes to the latter.
pub(super) fn declare(reader: Reader<'_, '_>, builder: &mut Builder) -> Result<(), Split> {
    for resource in reader.resources(&["AWS::EC2::VPCEndpoint"])? {
        let vpc = reader.vpc(resource, "VpcId", builder)?;
        let service = match reader.property(resource, &["ServiceName"])? {
            Some(case) => match &case.value {
                Value::Text(text) => service(text),
                Value::Unknown(unknown) => Fact::Unknown(Missing::Value(unknown.clone())),
                _ => Fact::Unknown(BROKEN),
            },
            None => Fact::Unknown(BROKEN),
        };
        match kind(reader, resource)? {
            Kind::Gateway => gateway(reader, resource, vpc, service, builder)?,
            Kind::Interface => interface(reader, resource, vpc, service, builder)?,
            Kind::Other => {}
        }
    }
    Ok(())
}

enum Kind {
    Gateway,
    Interface,
    /// Of an appliance, or of a resource or service network of VPC Lattice: no way to a service.
    Other,
}

fn kind(reader: Reader<'_, '_>, resource: &Resource) -> Result<Kind, Split> {
    Ok(match reader.text(resource, &["VpcEndpointType"])? {
        None => Kind::Gateway,
        Some(Fact::Known(kind)) if kind.eq_ignore_ascii_case("Gateway") => Kind::Gateway,
        Some(Fact::Known(kind)) if kind.eq_ignore_ascii_case("Interface") => Kind::Interface,
        Some(Fact::Known(_)) => Kind::Other,
        // Only one of the kinds has route tables.
        Some(Fact::Unknown(_)) if reader.property(resource, &["RouteTableIds"])?.is_some() => Kind::Gateway,
        Some(Fact::Unknown(_)) => Kind::Interface,
    })
}

fn gateway(
    reader: Reader<'_, '_>,
    resource: &Resource,
    vpc: Fact<VpcIndex>,
    service: Fact<String>,
    builder: &mut Builder,
) -> Result<(), Split> {
    let named = list(reader, resource, "RouteTableIds", builder)?;
    let places: Vec<Option<Place>> = named.iter().map(|named| named.at).collect();
    let tables = listed(&named, |named| builder.table(&named.name));
    let destination = match &service {
        Fact::Known(service) => Destination::PrefixList(builder.service_prefix_list(service)),
        Fact::Unknown(missing) => Destination::Unknown(missing.clone()),
    };
    let routed: Vec<(TableIndex, Option<Place>)> = tables.items.iter().copied().zip(places).collect();
    let policy = policy(reader, resource, &service)?;
    let endpoint = builder.endpoint(Endpoint {
        name: own_name(resource),
        at: reader.declared(resource),
        vpc,
        service,
        kind: EndpointKind::Gateway { tables },
        policy,
    });
    for (table, at) in routed {
        let target = Target::GatewayEndpoint(endpoint);
        let route =
            Route { at, destination: destination.clone(), target, blackhole: false, propagated: false };
        builder.network.tables[table.0].routes.items.push(route);
    }
    Ok(())
}

fn interface(
    reader: Reader<'_, '_>,
    resource: &Resource,
    vpc: Fact<VpcIndex>,
    service: Fact<String>,
    builder: &mut Builder,
) -> Result<(), Split> {
    let named = list(reader, resource, "SubnetIds", builder)?;
    let subnets = listed(&named, |named| {
        let index = builder.subnet(&named.name);
        builder.network.subnets[index.0].several |= named.several;
        index
    });
    let named = list(reader, resource, "SecurityGroupIds", builder)?;
    let groups = match (&vpc, named.is_empty()) {
        (Fact::Known(vpc), true) => Listed::all(vec![builder.network.vpcs[vpc.0].default_group]),
        (Fact::Unknown(missing), true) => Listed::unknown(missing.clone()),
        (_, false) => listed(&named, |named| builder.group(&named.name)),
    };
    let private_dns = reader.property(resource, &["PrivateDnsEnabled"])?;
    let kind = EndpointKind::Interface {
        subnets,
        groups,
        private_dns: private_dns.as_ref().map_or(Fact::Known(false), flag),
        private_dns_at: private_dns.as_ref().and_then(Reader::place),
        inbound_resolver_only: inbound_resolver_only(reader, resource)?,
    };
    let (name, at) = (own_name(resource), reader.declared(resource));
    let policy = policy(reader, resource, &service)?;
    builder.endpoint(Endpoint { name, at, vpc, service, kind, policy });
    Ok(())
}

/// The names in a list that is a property; none where it is not written.
fn list(
    reader: Reader<'_, '_>,
    resource: &Resource,
    property: &str,
    builder: &Builder,
) -> Result<Vec<Named>, Split> {
    match reader.property(resource, &[property])? {
        Some(list) => reader.names(&list, builder),
        None => Ok(Vec::new()),
    }
}

/// Components by their names. One that stands for several leaves open what else there is.
fn listed<T>(named: &[Named], find: impl FnMut(&Named) -> T) -> Listed<T> {
    let rest = named.iter().find(|named| named.several).map(|named| undescribed(&named.name));
    Listed { items: named.iter().map(find).collect(), rest }
}

fn inbound_resolver_only(reader: Reader<'_, '_>, resource: &Resource) -> Result<Fact<bool>, Split> {
    let path = ["DnsOptions", "PrivateDnsOnlyForInboundResolverEndpoint"];
    Ok(match reader.property(resource, &path)? {
        None => Fact::Known(false),
        Some(case) => match text(&case) {
            Fact::Known(text) if text.eq_ignore_ascii_case("OnlyInboundResolver") => Fact::Known(true),
            Fact::Known(text) if ["AllResolvers", "NotSpecified"].contains(&text.as_str()) => {
                Fact::Known(false)
            }
            _ => flag(&case),
        },
    })
}

/// The suffix of a service's name, behind the region; the whole name of services that are not AWS's own.
fn service(text: &Text) -> Fact<String> {
    const REGION: char = '\u{1}';
    const UNKNOWN: char = '\u{2}';
    let mut name = String::new();
    for part in &text.parts {
        match part {
            Part::Literal(literal) => name.push_str(literal),
            Part::Unknown(Unknown::Pseudo(pseudo)) if pseudo == "AWS::Region" => name.push(REGION),
            _ => name.push(UNKNOWN),
        }
    }
    let is_open = |name: &str| name.contains([REGION, UNKNOWN]);
    let whole = |name: &str| {
        if is_open(name) { Fact::Unknown(missing(text)) } else { Fact::Known(name.to_owned()) }
    };
    let name = name.trim();
    let own = ["com.amazonaws.", "cn.com.amazonaws.", "aws.sagemaker.", "aws.api."]
        .iter()
        .find_map(|start| name.strip_prefix(start));
    let Some(own) = own else { return whole(name) };
    match own.split_once('.') {
        // A service that somebody offers by PrivateLink.
        Some(("vpce", _)) => whole(name),
        Some((region, suffix)) if is_region(region) || is_open(region) => {
            // The last of the parts that are not known is the service's; the first is the region.
            let of_service = || text.unknowns().last().cloned().unwrap_or(Unknown::Broken);
            if is_open(suffix) {
                Fact::Unknown(Missing::Value(of_service()))
            } else {
                Fact::Known(suffix.to_owned())
            }
        }
        _ => whole(own),
    }
}

/// Whether a word is a region's name: `ap-northeast-1`.
fn is_region(word: &str) -> bool {
    let mut pieces = word.rsplit('-');
    let number = pieces.next().unwrap_or_default();
    !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()) && pieces.count() >= 2
}

fn policy(
    reader: Reader<'_, '_>,
    resource: &Resource,
    service: &Fact<String>,
) -> Result<EndpointPolicy, Split> {
    let Some(document) = reader.property(resource, &["PolicyDocument"])? else {
        return Ok(EndpointPolicy::Open);
    };
    let mut statements = Listed::default();
    match reader.entry(&document, "Statement")? {
        None => statements.rest = Some(BROKEN),
        Some(list) => {
            let list = reader.items(&list)?;
            statements.rest = list.rest;
            for item in &list.items {
                match statement(reader, item)? {
                    Ok(statement) => statements.items.push(statement),
                    Err(missing) => statements.rest = Some(missing),
                }
            }
        }
    }
    let key = reader.template.properties(resource).and_then(|properties| properties.entry("PolicyDocument"));
    let at = Place::in_template(key.map_or(document.span, |entry| entry.key.span()));
    Ok(WrittenPolicy { at, statements }.at(service.known().map(String::as_str)))
}

#[cfg(test)]
mod tests {
    use super::service;
    use crate::network::from_template::testing::{at, named, network};
    use crate::network::{
        Destination, Endpoint, EndpointKind, EndpointPolicy, Fact, Missing, Network, Target,
    };
    use crate::template::{Part, Text, Unknown};

    fn endpoint<'n>(network: &'n Network, id: &str) -> &'n Endpoint {
        named(&network.endpoints, |endpoint| &endpoint.name, id)
    }

    #[test]
    fn services_are_called_by_what_follows_the_region() {
        let known = |name: &str| service(&Text::literal(name)).known().cloned().unwrap();
        assert_eq!(known("com.amazonaws.us-east-1.s3"), "s3");
        assert_eq!(known("com.amazonaws.us-gov-west-1.ecr.api"), "ecr.api");
        assert_eq!(known("cn.com.amazonaws.cn-north-1.ecr.dkr"), "ecr.dkr");
        assert_eq!(known("aws.sagemaker.us-east-1.notebook"), "notebook");
        assert_eq!(known("com.amazonaws.eu-west-1.s3express"), "s3express");
        assert_eq!(known("com.amazonaws.s3-global.accesspoint"), "s3-global.accesspoint");
        assert_eq!(known("com.amazonaws.iam"), "iam");
        let offered = "com.amazonaws.vpce.us-east-1.vpce-svc-0123456789abcdef0";
        assert_eq!(known(offered), offered);
        let with = |parts: &[Part]| service(&Text { parts: parts.to_vec() });
        let literal = |text: &str| Part::Literal(text.to_owned());
        let parameter = |name: &str| Unknown::Parameter(name.to_owned());
        let region = Part::Unknown(Unknown::Pseudo("AWS::Region".to_owned()));
        let start = literal("com.amazonaws.");
        assert_eq!(with(&[start.clone(), region.clone(), literal(".sqs")]), Fact::Known("sqs".to_owned()));
        assert_eq!(
            with(&[start.clone(), Part::Unknown(parameter("Region")), literal(".ecr.api")]),
            Fact::Known("ecr.api".to_owned())
        );
        assert_eq!(
            with(&[start, region, literal("."), Part::Unknown(parameter("Service"))]),
            Fact::Unknown(Missing::Value(parameter("Service")))
        );
        assert_eq!(
            with(&[Part::Unknown(parameter("Name"))]),
            Fact::Unknown(Missing::Value(parameter("Name")))
        );
    }

    #[test]
    fn a_gateway_endpoint_is_a_route_in_each_of_its_tables() {
        let template = r"
Parameters: {Tables: {Type: CommaDelimitedList}}
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  One: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref Vpc}}
  Two: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref Vpc}}
  S3: {Type: AWS::EC2::VPCEndpoint, Properties: {VpcId: !Ref Vpc, ServiceName: !Sub 'com.amazonaws.${AWS::Region}.s3', RouteTableIds: [!Ref One, !Ref Two]}}
  Open: {Type: AWS::EC2::VPCEndpoint, Properties: {VpcId: !Ref Vpc, ServiceName: com.amazonaws.us-east-1.dynamodb, VpcEndpointType: Gateway, RouteTableIds: !Ref Tables}}
  Nowhere: {Type: AWS::EC2::VPCEndpoint, Properties: {VpcId: !Ref Vpc, ServiceName: com.amazonaws.us-east-1.s3}}
";
        let network = network(template, Some("us-east-1"));
        for (id, written) in [("One", "!Ref One"), ("Two", "!Ref Two")] {
            let table = named(&network.tables, |table| &table.name, id);
            let [route] = &table.routes.items[..] else { panic!("one route") };
            assert_eq!(at(template, route.at), written);
            let Destination::PrefixList(list) = route.destination else { panic!("a prefix list") };
            assert!(network.prefix_lists[list.0].name.matches("pl-63a5400a"));
            assert!(
                matches!(route.target, Target::GatewayEndpoint(at) if network.endpoints[at.0].name.matches("S3"))
            );
        }
        let EndpointKind::Gateway { tables } = &endpoint(&network, "Open").kind else { panic!("a gateway") };
        assert_eq!(tables.rest, Some(Missing::Value(Unknown::Parameter("Tables".to_owned()))));
        assert_eq!(network.tables[tables.items[0].0].routes.items.len(), 1, "on whatever tables these are");
        let EndpointKind::Gateway { tables } = &endpoint(&network, "Nowhere").kind else {
            panic!("a gateway")
        };
        assert!(tables.items.is_empty() && tables.rest.is_none());
    }

    #[test]
    fn interface_endpoints_have_subnets_groups_and_names() {
        let template = r"
Parameters: {Subnets: {Type: List<AWS::EC2::Subnet::Id>}}
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  Subnet: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.0.0/24}}
  Plain: {Type: AWS::EC2::VPCEndpoint, Properties: {VpcId: !Ref Vpc, VpcEndpointType: Interface, ServiceName: com.amazonaws.us-east-1.sqs, SubnetIds: [!Ref Subnet]}}
  Whole:
    Type: AWS::EC2::VPCEndpoint
    Properties:
      VpcId: !Ref Vpc
      VpcEndpointType: Interface
      ServiceName: com.amazonaws.us-east-1.s3
      SubnetIds: !Ref Subnets
      SecurityGroupIds: [sg-1, sg-2]
      PrivateDnsEnabled: true
      DnsOptions: {PrivateDnsOnlyForInboundResolverEndpoint: OnlyInboundResolver}
  Appliance: {Type: AWS::EC2::VPCEndpoint, Properties: {VpcId: !Ref Vpc, VpcEndpointType: GatewayLoadBalancer, ServiceName: com.amazonaws.vpce.us-east-1.vpce-svc-1, SubnetIds: [!Ref Subnet]}}
";
        let network = network(template, None);
        let EndpointKind::Interface { subnets, groups, private_dns, private_dns_at, inbound_resolver_only } =
            &endpoint(&network, "Plain").kind
        else {
            panic!("an interface")
        };
        assert!(network.subnets[subnets.items[0].0].name.matches("Subnet") && subnets.rest.is_none());
        assert_eq!(groups.items, [network.vpcs[0].default_group], "none named");
        assert_eq!((private_dns, private_dns_at), (&Fact::Known(false), &None));
        assert_eq!(inbound_resolver_only, &Fact::Known(false));
        let EndpointKind::Interface { subnets, groups, private_dns, private_dns_at, inbound_resolver_only } =
            &endpoint(&network, "Whole").kind
        else {
            panic!("an interface")
        };
        assert!(network.subnets[subnets.items[0].0].several);
        assert_eq!(subnets.rest, Some(Missing::Value(Unknown::Parameter("Subnets".to_owned()))));
        assert_eq!(groups.items.len(), 2);
        assert_eq!(private_dns, &Fact::Known(true));
        assert_eq!(at(template, *private_dns_at), "true");
        assert_eq!(inbound_resolver_only, &Fact::Known(true));
        assert_eq!(network.endpoints.len(), 2, "an appliance is no way to a service");
    }

    #[test]
    fn policies_are_open_only_if_they_allow_everything() {
        let policy = |document: &str| {
            let template = format!(
                "Resources:\n  E: {{Type: AWS::EC2::VPCEndpoint, Properties: {{VpcId: vpc-1, ServiceName: com.amazonaws.us-east-1.s3, PolicyDocument: {document}}}}}\n"
            );
            endpoint(&network(&template, None), "E").policy.clone()
        };
        let open = [
            "{Statement: [{Effect: Allow, Principal: '*', Action: '*', Resource: '*'}]}",
            "{Statement: {Effect: Allow, Principal: {AWS: '*'}, Action: ['*'], Resource: ['*']}}",
            "{Statement: [{Effect: Allow, Principal: '*', Action: 's3:*', Resource: '*'}]}",
            "{Statement: [{Effect: Allow, Principal: '*', Action: 's3:GetObject', Resource: '*'}, {Effect: Allow, Principal: '*', Action: '*', Resource: '*'}]}",
        ];
        for document in open {
            assert!(matches!(policy(document), EndpointPolicy::OpenInWriting { .. }), "{document}");
        }
        let written = [
            "{Statement: [{Effect: Allow, Principal: '*', Action: 's3:GetObject', Resource: '*'}]}",
            "{Statement: [{Effect: Allow, Principal: '*', Action: '*', Resource: 'arn:aws:s3:::bucket/*'}]}",
            "{Statement: [{Effect: Allow, Principal: '*', Action: '*', Resource: '*', Condition: {StringEquals: {'aws:PrincipalOrgID': o-1}}}]}",
            "{Statement: [{Effect: Allow, Principal: '*', Action: '*', Resource: '*'}, {Effect: Deny, Principal: '*', Action: 's3:*', Resource: '*'}]}",
            "{Statement: []}",
            "!ImportValue policy",
        ];
        for document in written {
            assert!(matches!(policy(document), EndpointPolicy::Written(_)), "{document}");
        }
    }
}
