use super::*;
use crate::finding::FileId;
use crate::network::{Context, EndpointIndex, Missing, Network};
use crate::syntax::Limits;
use crate::template::{Inputs, lower};

/// The network that a template's assumptions make beside context files.
fn network_with(
    template: &str,
    context: &str,
    given: &[(&str, &str)],
    assumed: &[(&str, Assumption)],
) -> (Builder, Network) {
    let inputs = Inputs {
        parameters: given.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        ..Inputs::default()
    };
    let template = lower(template, &Limits::default(), inputs);
    let assumed = map(assumed);
    assert_eq!(unknown_assumptions(&template, &assumed), Vec::<String>::new());
    let mut builder = Builder::default();
    if !context.is_empty() {
        let (context, problems) = Context::read(&[(FileId(1), context)]);
        assert_eq!(problems, []);
        context.declare(&mut builder);
    }
    declare(&template, &assumed, &mut builder);
    let network = builder.network.clone();
    (builder, network)
}

fn network(template: &str, assumed: &[(&str, Assumption)]) -> (Builder, Network) {
    network_with(template, "", &[], assumed)
}

fn map(assumed: &[(&str, Assumption)]) -> BTreeMap<String, Assumption> {
    assumed.iter().map(|(name, kind)| ((*name).to_owned(), *kind)).collect()
}

fn parameter(name: &str, item: Option<usize>) -> Name {
    Name::Unknown { value: Unknown::Parameter(name.to_owned()), item }
}

fn aws(id: &str) -> Name {
    Name::Aws(id.to_owned())
}

fn subnet<'n>(builder: &Builder, network: &'n Network, name: &Name) -> &'n super::super::Subnet {
    let index = builder.known_subnet(name).unwrap_or_else(|| panic!("no subnet {name}"));
    &network.subnets[index.0]
}

/// Where the default route of a subnet leads: `nat`, `igw`, `none`.
fn way_out(network: &Network, subnet: &super::super::Subnet) -> &'static str {
    let table = subnet.table.known().unwrap();
    let table = &network.tables[table.0];
    assert_eq!(table.routes.rest, None);
    match table.routes.items.as_slice() {
        [] => "none",
        [route] => match route.target {
            Target::NatGateway(_) => "nat",
            Target::InternetGateway(_) => "igw",
            _ => "other",
        },
        _ => "several",
    }
}

const LIST: &str = "
Parameters:
  Subnets: {Type: 'List<AWS::EC2::Subnet::Id>'}
  Vpc: {Type: 'AWS::EC2::VPC::Id'}
Resources:
  Group: {Type: AWS::EC2::SecurityGroup, Properties: {VpcId: !Ref Vpc}}
  F:
    Type: AWS::Lambda::Function
    Properties: {VpcConfig: {SubnetIds: !Ref Subnets, SecurityGroupIds: [!Ref Group]}}
";

#[test]
fn a_list_is_two_subnets_in_two_zones_of_the_vpc_parameter() {
    let (mut builder, network) = network(LIST, &[("Subnets", Assumption::PrivateNat)]);
    let names = [parameter("Subnets", Some(0)), parameter("Subnets", Some(1))];
    assert_eq!(builder.assumed_items(&Unknown::Parameter("Subnets".into())), Some(names.as_slice()));
    let vpc = builder.vpc(&parameter("Vpc", None));
    assert_eq!(network.vpcs.len(), 1);
    for (at, name) in names.iter().enumerate() {
        let subnet = subnet(&builder, &network, name);
        assert_eq!(subnet.vpc, Fact::Known(vpc));
        assert_eq!(subnet.zone, Fact::Known(Zone::Numbered(at)));
        assert_eq!(subnet.cidr, Fact::Unknown(Missing::Value(Unknown::Parameter("Subnets".into()))));
        assert!(!subnet.several && subnet.at.unwrap().span.slice(LIST) == "Subnets");
        assert_eq!(way_out(&network, subnet), "nat");
        let acl = &network.acls[subnet.acl.known().unwrap().0];
        assert!(acl.ingress.items.len() == 2 && acl.egress.items[0].allow == Fact::Known(true));
    }
    let known = &network.vpcs[vpc.0];
    assert_eq!(
        [&known.dns_support, &known.dns_hostnames, &known.amazon_dns],
        [&Fact::Known(true), &Fact::Known(true), &Fact::Known(true)]
    );
    assert!(known.cidrs.rest.is_some());
    let said: Vec<&str> = network.assumptions.iter().map(|phrase| phrase.en.as_str()).collect();
    assert_eq!(
        said,
        [
            "The VPC of the assumed subnets is taken to have DNS on, network ACLs that allow everything and no endpoints but those named here",
            "`Subnets` is taken to be two private subnets in two zones with a NAT gateway",
        ]
    );
}

#[test]
fn the_nat_gateway_stands_in_a_public_subnet() {
    let (_, network) = network(LIST, &[("Subnets", Assumption::PrivateNat)]);
    let [nat] = network.nat_gateways.as_slice() else { panic!() };
    assert_eq!(nat.connectivity, Fact::Known(Connectivity::Public));
    let NatPlacement::Zonal(Fact::Known(at)) = nat.placement else { panic!() };
    assert_eq!(way_out(&network, &network.subnets[at.0]), "igw");
    assert_eq!(network.internet_gateways[0].vpc, Fact::Known(Some(VpcIndex(0))));
    assert_eq!(network.subnets.len(), 3);
}

#[test]
fn isolated_and_public_subnets_have_no_nat_gateway() {
    for (kind, way) in [(Assumption::Isolated, "none"), (Assumption::Public, "igw")] {
        let (builder, network) = network(LIST, &[("Subnets", kind)]);
        assert_eq!(way_out(&network, subnet(&builder, &network, &parameter("Subnets", Some(1)))), way);
        assert!(network.nat_gateways.is_empty());
        assert_eq!(network.subnets.len(), 2);
    }
}

#[test]
fn single_parameters_are_one_subnet_each_in_zones_of_their_own() {
    let template = "
Parameters:
  A: {Type: 'AWS::EC2::Subnet::Id'}
  B: {Type: 'AWS::EC2::Subnet::Id'}
  Open: {Type: 'AWS::EC2::Subnet::Id'}
Resources:
  F: {Type: AWS::Lambda::Function, Properties: {VpcConfig: {SubnetIds: [!Ref A, !Ref B]}}}
";
    let assumed =
        [("A", Assumption::PrivateNat), ("B", Assumption::PrivateNat), ("Open", Assumption::Public)];
    let (builder, network) = network(template, &assumed);
    let zones =
        ["A", "B", "Open"].map(|name| subnet(&builder, &network, &parameter(name, None)).zone.clone());
    assert_eq!(zones, [0, 1, 0].map(|zone| Fact::Known(Zone::Numbered(zone))));
    assert_eq!((network.vpcs.len(), network.nat_gateways.len(), network.internet_gateways.len()), (1, 1, 1));
    assert_eq!(way_out(&network, subnet(&builder, &network, &parameter("Open", None))), "igw");
    assert_eq!(network.assumptions.len(), 4);
    assert_eq!(network.assumptions[1].en, "`A` is taken to be a private subnet with a NAT gateway");
    assert_eq!(network.vpcs[0].name.to_string(), "A (VPC)");
}

#[test]
fn as_many_subnets_as_the_template_selects() {
    let template = "
Parameters: {Subnets: {Type: 'List<AWS::EC2::Subnet::Id>'}}
Resources:
  F:
    Type: AWS::Lambda::Function
    Properties: {VpcConfig: {SubnetIds: [!Select [0, !Ref Subnets], !Select [2, !Ref Subnets]]}}
";
    let (builder, network) = network(template, &[("Subnets", Assumption::Isolated)]);
    assert_eq!(
        subnet(&builder, &network, &parameter("Subnets", Some(2))).zone,
        Fact::Known(Zone::Numbered(2))
    );
    assert!(network.assumptions[1].en.contains("three isolated subnets in three zones"));
    assert!(network.assumptions[1].ja.contains("3 つ"));
}

#[test]
fn imports_and_dynamic_references_are_lists_where_they_are_split() {
    let template = r#"
Resources:
  F:
    Type: AWS::Lambda::Function
    Properties: {VpcConfig: {SubnetIds: !Split [",", !ImportValue Private]}}
  G:
    Type: AWS::Lambda::Function
    Properties: {VpcConfig: {SubnetIds: [!ImportValue One, "{{resolve:ssm:/two}}"]}}
"#;
    let assumed = [
        ("import:Private", Assumption::PrivateNat),
        ("import:One", Assumption::Isolated),
        ("resolve:ssm:/two", Assumption::Isolated),
    ];
    let (builder, network) = network(template, &assumed);
    let import = |name: &str, item| Name::Unknown { value: Unknown::Import(name.to_owned()), item };
    assert_eq!(way_out(&network, subnet(&builder, &network, &import("Private", Some(1)))), "nat");
    assert_eq!(way_out(&network, subnet(&builder, &network, &import("One", None))), "none");
    let two = Name::Unknown { value: Unknown::DynamicReference("resolve:ssm:/two".to_owned()), item: None };
    assert_eq!(way_out(&network, subnet(&builder, &network, &two)), "none");
}

#[test]
fn route_tables_that_the_template_names_are_those_of_the_functions_subnets() {
    let template = "
Parameters:
  Subnets: {Type: 'List<AWS::EC2::Subnet::Id>'}
  Open: {Type: 'List<AWS::EC2::Subnet::Id>'}
  First: {Type: String}
  Second: {Type: String}
Resources:
  F: {Type: AWS::Lambda::Function, Properties: {VpcConfig: {SubnetIds: !Ref Subnets}}}
  S3: {Type: AWS::EC2::VPCEndpoint, Properties: {RouteTableIds: [!Ref First, !Ref Second]}}
  Out: {Type: AWS::EC2::Route, Properties: {RouteTableId: !Ref Second, DestinationCidrBlock: 10.9.0.0/16}}
";
    let assumed = [("Subnets", Assumption::Isolated), ("Open", Assumption::Public)];
    let (mut builder, network) = network(template, &assumed);
    let first = builder.table(&parameter("First", None));
    let second = builder.table(&parameter("Second", None));
    let table = |name, item| subnet(&builder, &network, &parameter(name, Some(item))).table.clone();
    assert_eq!([table("Subnets", 0), table("Subnets", 1)], [first, second].map(Fact::Known));
    assert!(table("Open", 0) == table("Open", 1) && table("Open", 0) != Fact::Known(first));
    assert_eq!(network.tables[second.0].vpc, Fact::Known(VpcIndex(0)));
    let routes = &network.tables[second.0].routes;
    assert!(routes.items.is_empty() && routes.rest.is_none());
}

#[test]
fn one_route_table_serves_all_and_a_list_has_one_for_each() {
    let with = |tables: &str, kind: &str| {
        format!(
            "
Parameters:
  Subnets: {{Type: 'List<AWS::EC2::Subnet::Id>'}}
  Tables: {{Type: {kind}}}
Resources:
  F: {{Type: AWS::Lambda::Function, Properties: {{VpcConfig: {{SubnetIds: !Ref Subnets}}}}}}
  S3: {{Type: AWS::EC2::VPCEndpoint, Properties: {{RouteTableIds: {tables}}}}}
"
        )
    };
    let tables_of = |template: &str| {
        let (builder, network) = network(template, &[("Subnets", Assumption::PrivateNat)]);
        let items = builder.assumed_items(&Unknown::Parameter("Tables".into())).map(<[Name]>::to_vec);
        let names = [0, 1].map(|item| {
            let table = subnet(&builder, &network, &parameter("Subnets", Some(item))).table.clone();
            network.tables[table.known().unwrap().0].name.clone()
        });
        (names.to_vec(), items)
    };
    let one = parameter("Tables", None);
    assert_eq!(tables_of(&with("[!Ref Tables]", "String")), (vec![one.clone(), one], None));
    let both = vec![parameter("Tables", Some(0)), parameter("Tables", Some(1))];
    assert_eq!(tables_of(&with("!Ref Tables", "CommaDelimitedList")), (both.clone(), Some(both)));
}

const KNOWN: &str = "
Parameters:
  Subnets: {Type: 'List<AWS::EC2::Subnet::Id>', Default: 'subnet-1, subnet-2'}
  Vpc: {Type: 'AWS::EC2::VPC::Id', Default: vpc-1}
Resources:
  Group: {Type: AWS::EC2::SecurityGroup, Properties: {VpcId: !Ref Vpc}}
  F:
    Type: AWS::Lambda::Function
    Properties: {VpcConfig: {SubnetIds: !Ref Subnets, SecurityGroupIds: [!Ref Group]}}
";

#[test]
fn ids_that_nobody_describes_can_be_assumed() {
    let (builder, network) = network(KNOWN, &[("Subnets", Assumption::PrivateNat)]);
    for (id, zone) in [("subnet-1", 0), ("subnet-2", 1)] {
        let subnet = subnet(&builder, &network, &aws(id));
        assert_eq!(subnet.zone, Fact::Known(Zone::Numbered(zone)));
        assert_eq!(way_out(&network, subnet), "nat");
        assert_eq!(network.vpcs[subnet.vpc.known().unwrap().0].name, aws("vpc-1"));
        assert_eq!(subnet.cidr, Fact::Unknown(Missing::Component(aws(id))));
    }
    let (builder, network) =
        network_with(KNOWN, "", &[("Subnets", "subnet-7")], &[("Subnets", Assumption::Public)]);
    assert_eq!(way_out(&network, subnet(&builder, &network, &aws("subnet-7"))), "igw");
    assert!(builder.known_subnet(&aws("subnet-1")).is_none());
}

#[test]
fn what_a_context_file_describes_is_not_assumed() {
    let context = r#"{"Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16", "DhcpOptionsId": "dopt-1"}],
        "Subnets": [{"SubnetId": "subnet-1", "VpcId": "vpc-1", "CidrBlock": "10.0.1.0/24"}],
        "InternetGateways": [{"InternetGatewayId": "igw-1", "Attachments": [{"VpcId": "vpc-1", "State": "available"}]}],
        "NetworkAcls": [{"NetworkAclId": "acl-1", "VpcId": "vpc-1", "IsDefault": true, "Entries": []}]}"#;
    let (builder, network) = network_with(KNOWN, context, &[], &[("Subnets", Assumption::Public)]);
    let known = subnet(&builder, &network, &aws("subnet-1"));
    assert!(known.table.known().is_none() && known.zone.known().is_none());
    let assumed = subnet(&builder, &network, &aws("subnet-2"));
    assert_eq!(way_out(&network, assumed), "igw");
    assert_eq!(network.internet_gateways.len(), 1, "a VPC has one");
    assert_eq!((network.vpcs.len(), assumed.vpc.clone()), (1, known.vpc.clone()));
    assert!(network.vpcs[0].dns_support.known().is_none(), "the VPC is described, its attributes are not");
    assert_ne!(assumed.acl, Fact::Known(network.vpcs[0].default_acl));
    assert!(network.acls[network.vpcs[0].default_acl.0].ingress.items.is_empty());
    let said: Vec<&str> = network.assumptions.iter().map(|phrase| phrase.en.as_str()).collect();
    assert_eq!(
        said,
        [
            "The network ACLs of the assumed subnets are taken to allow everything",
            "`Subnets` is taken to be a public subnet with an internet gateway",
        ]
    );
    let all = context.replace(
        r#""Subnets": ["#,
        r#""Subnets": [{"SubnetId": "subnet-2", "VpcId": "vpc-1", "CidrBlock": "10.0.2.0/24"}, "#,
    );
    let (_, network) = network_with(KNOWN, &all, &[], &[("Subnets", Assumption::Public)]);
    assert_eq!(network.assumptions, []);
}

#[test]
fn a_described_group_of_a_function_brings_the_vpc() {
    let template = "
Parameters:
  Subnets: {Type: 'List<AWS::EC2::Subnet::Id>'}
  Groups: {Type: 'List<AWS::EC2::SecurityGroup::Id>', Default: sg-1}
Resources:
  F:
    Type: AWS::Lambda::Function
    Properties: {VpcConfig: {SubnetIds: !Ref Subnets, SecurityGroupIds: !Ref Groups}}
";
    let context = r#"{"SecurityGroups": [{"GroupId": "sg-1", "VpcId": "vpc-7", "IpPermissions": [], "IpPermissionsEgress": []}]}"#;
    let (builder, network) = network_with(template, context, &[], &[("Subnets", Assumption::Isolated)]);
    let vpc = subnet(&builder, &network, &parameter("Subnets", Some(0))).vpc.clone();
    assert_eq!(network.vpcs[vpc.known().unwrap().0].name, aws("vpc-7"));
    assert_eq!(network.vpcs[vpc.known().unwrap().0].dns_support, Fact::Known(true));
}

#[test]
fn an_empty_parameter_is_no_subnet() {
    let template = "Parameters: {Subnets: {Type: CommaDelimitedList, Default: ''}}\nResources: {}\n";
    let (_, network) = network(template, &[("Subnets", Assumption::Public)]);
    assert!(network.subnets.is_empty());
    assert_eq!(network.assumptions.len(), 1);
    assert!(network.assumptions[0].en.contains("is empty"));
}

#[test]
fn names_that_the_template_does_not_have_are_told() {
    let template = lower(
        "
Parameters: {Subnets: {Type: 'List<AWS::EC2::Subnet::Id>'}}
Resources:
  F: {Type: AWS::Lambda::Function, Properties: {VpcConfig: {SubnetIds: [!ImportValue Known]}}}
",
        &Limits::default(),
        Inputs::default(),
    );
    let kind = Assumption::Public;
    let assumed = map(&[
        ("Subnets", kind),
        ("Subnet", kind),
        ("F", kind),
        ("import:Known", kind),
        ("import:Other", kind),
        ("resolve:ssm:/x", kind),
    ]);
    assert_eq!(unknown_assumptions(&template, &assumed), ["F", "Subnet", "import:Other", "resolve:ssm:/x"]);
    assert_eq!(unknown_assumptions(&template, &BTreeMap::new()), Vec::<String>::new());
}

#[test]
fn without_assumptions_nothing_is_made() {
    let (builder, network) = network(LIST, &[]);
    assert!(network.vpcs.is_empty() && network.subnets.is_empty() && network.assumptions.is_empty());
    assert_eq!(builder.known_endpoint(&aws("vpce-1")), None::<EndpointIndex>);
}
