//! Targets of routes: gateways, endpoints, prefix lists, peering connections, interfaces.

use super::*;
use crate::network::{
    Connectivity, Destination, EndpointKind, EndpointPolicy, GatewayKind, NatPlacement, Target, WorkloadKind,
};

#[test]
fn every_target_of_a_route_is_read() {
    let text = r#"{"RouteTables": [{"RouteTableId": "rtb-1", "VpcId": "vpc-1", "Associations": [], "Routes": [
        {"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local"},
        {"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1", "State": "active"},
        {"DestinationCidrBlock": "1.0.0.0/8", "NatGatewayId": "nat-1", "State": "blackhole"},
        {"DestinationCidrBlock": "2.0.0.0/8", "VpcPeeringConnectionId": "pcx-1"},
        {"DestinationCidrBlock": "3.0.0.0/8", "TransitGatewayId": "tgw-1"},
        {"DestinationCidrBlock": "4.0.0.0/8", "GatewayId": "vgw-1"},
        {"DestinationCidrBlock": "5.0.0.0/8", "LocalGatewayId": "lgw-1"},
        {"DestinationCidrBlock": "6.0.0.0/8", "CarrierGatewayId": "cagw-1"},
        {"DestinationCidrBlock": "7.0.0.0/8", "CoreNetworkArn": "arn:aws:networkmanager::1:core-network/x"},
        {"DestinationIpv6CidrBlock": "::/0", "EgressOnlyInternetGatewayId": "eigw-1"},
        {"DestinationCidrBlock": "8.0.0.0/8", "InstanceId": "i-1", "NetworkInterfaceId": "eni-1"},
        {"DestinationCidrBlock": "9.0.0.0/8", "GatewayId": "vpce-1"},
        {"DestinationPrefixListId": "pl-1", "GatewayId": "vpce-2"},
        {"DestinationCidrBlock": "11.0.0.0/8", "State": "blackhole"}]}]}"#;
    let network = network(text);
    let routes = &table(&network, "rtb-1").routes.items;
    let target = |target: &Target| match target {
        Target::Local => "local".to_owned(),
        Target::InternetGateway(at) => network.internet_gateways[at.0].name.to_string(),
        Target::NatGateway(at) => network.nat_gateways[at.0].name.to_string(),
        Target::GatewayEndpoint(at) => format!("endpoint {}", network.endpoints[at.0].name),
        Target::Peering(at) => network.peerings[at.0].name.to_string(),
        Target::Interface { name, .. } => format!("interface {name}"),
        Target::Gateway { kind, name } => format!("{kind:?} {name}"),
        Target::Unknown(_) => "?".to_owned(),
    };
    let targets: Vec<String> = routes.iter().map(|route| target(&route.target)).collect();
    assert_eq!(
        targets,
        [
            "igw-1",
            "nat-1",
            "pcx-1",
            "TransitGateway tgw-1",
            "VpnGateway vgw-1",
            "LocalGateway lgw-1",
            "CarrierGateway cagw-1",
            "CoreNetwork arn:aws:networkmanager::1:core-network/x",
            "EgressOnlyInternetGateway eigw-1",
            "interface i-1",
            "ApplianceEndpoint vpce-1",
            "endpoint vpce-2",
            "?",
        ]
    );
    let dead: Vec<usize> = (0..routes.len()).filter(|at| routes[*at].blackhole).collect();
    assert_eq!(dead, [1, 12]);
    assert!(matches!(routes[8].destination, Destination::Ipv6(_)));
    assert!(
        matches!(routes[11].destination, Destination::PrefixList(list) if network.prefix_lists[list.0].name == aws("pl-1"))
    );
    assert!(text_at(text, routes[0].at).contains("igw-1"));
}

#[test]
fn internet_gateways_are_attached_or_not() {
    let text = r#"{"InternetGateways": [
        {"InternetGatewayId": "igw-1", "Attachments": [{"State": "available", "VpcId": "vpc-1"}]},
        {"InternetGatewayId": "igw-2", "Attachments": []},
        {"InternetGatewayId": "igw-3", "Attachments": [{"State": "detached", "VpcId": "vpc-1"}]}]}"#;
    let network = network(text);
    let [attached, none, detached] = network.internet_gateways.as_slice() else { panic!() };
    assert_eq!(attached.vpc, Fact::Known(Some(crate::network::VpcIndex(0))));
    assert_eq!(text_at(text, attached.attached_at), r#"{"State": "available", "VpcId": "vpc-1"}"#);
    assert_eq!(none.vpc, Fact::Known(None));
    assert_eq!(detached.vpc, Fact::Known(None));
}

#[test]
fn nat_gateways_are_zonal_regional_private_or_gone() {
    let text = r#"{"NatGateways": [
        {"NatGatewayId": "nat-1", "VpcId": "vpc-1", "SubnetId": "subnet-1", "State": "available", "ConnectivityType": "public",
         "NatGatewayAddresses": [{"PrivateIp": "10.0.0.9", "IsPrimary": false}, {"PrivateIp": "10.0.0.8", "IsPrimary": true}]},
        {"NatGatewayId": "nat-2", "VpcId": "vpc-1", "SubnetId": "subnet-2", "State": "available", "ConnectivityType": "private"},
        {"NatGatewayId": "nat-3", "VpcId": "vpc-1", "State": "available", "AvailabilityMode": "regional", "RouteTableId": "rtb-9"},
        {"NatGatewayId": "nat-4", "VpcId": "vpc-1", "SubnetId": "subnet-1", "State": "deleted"}]}"#;
    let (network, problems) = read(&[("nat.json", text)]);
    let [problem] = problems.as_slice() else { panic!("{problems:?}") };
    assert!(problem.skipped && problem.message.en.contains("`nat-4`"));
    let [public, private, regional] = network.nat_gateways.as_slice() else { panic!() };
    assert_eq!(public.connectivity, Fact::Known(Connectivity::Public));
    assert_eq!(public.address, Some([10, 0, 0, 8].into()));
    assert!(
        matches!(public.placement, NatPlacement::Zonal(Fact::Known(at)) if network.subnets[at.0].name == aws("subnet-1"))
    );
    assert_eq!(private.connectivity, Fact::Known(Connectivity::Private));
    assert!(matches!(regional.placement, NatPlacement::Regional(Fact::Known(_))));
    assert_eq!(regional.table.map(|table| network.tables[table.0].name.clone()), Some(aws("rtb-9")));
    // Where a gateway stands tells the VPC of that subnet.
    assert!(subnet(&network, "subnet-1").vpc.known().is_some());
}

#[test]
fn the_other_side_of_a_peering_has_its_ranges() {
    let text = r#"{"VpcPeeringConnections": [
        {"VpcPeeringConnectionId": "pcx-1", "Status": {"Code": "active"},
         "RequesterVpcInfo": {"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16", "Region": "eu-west-1", "OwnerId": "1"},
         "AccepterVpcInfo": {"VpcId": "vpc-2", "CidrBlock": "10.1.0.0/16", "Region": "eu-west-1", "OwnerId": "2",
           "CidrBlockSet": [{"CidrBlock": "10.1.0.0/16"}, {"CidrBlock": "10.2.0.0/16"}]}},
        {"VpcPeeringConnectionId": "pcx-2", "Status": {"Code": "pending-acceptance"},
         "RequesterVpcInfo": {"VpcId": "vpc-1", "Region": "eu-west-1"},
         "AccepterVpcInfo": {"VpcId": "vpc-3", "Region": "us-east-1"}}],
        "Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.9.0.0/16"}]}"#;
    let network = network(text);
    let [active, pending] = network.peerings.as_slice() else { panic!() };
    assert_eq!((&active.active, &active.same_region), (&Fact::Known(true), &Fact::Known(true)));
    assert_eq!((&pending.active, &pending.same_region), (&Fact::Known(false), &Fact::Known(false)));
    assert_eq!(vpc(&network, "vpc-1").cidrs.items, [net("10.9.0.0/16")], "its own description wins");
    let other = vpc(&network, "vpc-2");
    assert_eq!(other.cidrs.items, [net("10.1.0.0/16"), net("10.2.0.0/16")]);
    assert_eq!((other.at, &other.cidrs.rest), (None, &None));
    assert!(other.dns_support.known().is_none());
    assert_eq!(vpc(&network, "vpc-3").cidrs.rest, Some(Missing::Component(aws("vpc-3"))));
    assert_eq!(text_at(text, active.at), "\"pcx-1\"");
}

#[test]
fn endpoints_of_both_kinds_are_read() {
    let open =
        r#"{\"Statement\":[{\"Action\":\"*\",\"Effect\":\"Allow\",\"Principal\":\"*\",\"Resource\":\"*\"}]}"#;
    let narrow = open.replace(r#"\"Action\":\"*\""#, r#"\"Action\":\"s3:GetObject\""#);
    let denying = open.replace(
        "}]",
        r#"},{\"Effect\":\"Deny\",\"Action\":\"s3:*\",\"Principal\":\"*\",\"Resource\":\"*\"}]"#,
    );
    let text = format!(
        r#"{{"VpcEndpoints": [
        {{"VpcEndpointId": "vpce-1", "VpcEndpointType": "Gateway", "VpcId": "vpc-1", "State": "available",
          "ServiceName": "com.amazonaws.us-east-1.s3", "RouteTableIds": ["rtb-1"], "PolicyDocument": "{open}"}},
        {{"VpcEndpointId": "vpce-2", "VpcEndpointType": "Interface", "VpcId": "vpc-1", "State": "Available",
          "ServiceName": "com.amazonaws.us-east-1.ecr.api", "SubnetIds": ["subnet-1", "subnet-2"],
          "Groups": [{{"GroupId": "sg-1", "GroupName": "a"}}], "PrivateDnsEnabled": true, "PolicyDocument": "{narrow}",
          "DnsOptions": {{"DnsRecordIpType": "ipv4", "PrivateDnsOnlyForInboundResolverEndpoint": true}}}},
        {{"VpcEndpointId": "vpce-3", "VpcEndpointType": "Gateway", "VpcId": "vpc-1",
          "ServiceName": "com.amazonaws.us-east-1.dynamodb", "RouteTableIds": [], "PolicyDocument": "{denying}"}},
        {{"VpcEndpointId": "vpce-4", "VpcEndpointType": "GatewayLoadBalancer", "VpcId": "vpc-1", "State": "available",
          "ServiceName": "com.amazonaws.vpce.us-east-1.vpce-svc-1"}},
        {{"VpcEndpointId": "vpce-5", "VpcEndpointType": "Interface", "VpcId": "vpc-1", "State": "deleted"}},
        {{"VpcEndpointId": "vpce-6", "VpcEndpointType": "Resource", "VpcId": "vpc-1", "State": "available"}}],
        "RouteTables": [{{"RouteTableId": "rtb-1", "VpcId": "vpc-1", "Routes": [
          {{"DestinationPrefixListId": "pl-1", "GatewayId": "vpce-1"}},
          {{"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "vpce-4"}}]}}]}}"#
    );
    let (network, problems) = read(&[("endpoints.json", &text)]);
    assert!(problems.len() == 2 && problems.iter().all(|problem| problem.skipped), "{problems:?}");
    let [gateway, interface, denying] = network.endpoints.as_slice() else { panic!() };
    assert_eq!(gateway.service, Fact::Known("s3".to_owned()));
    assert!(matches!(gateway.policy, EndpointPolicy::OpenInWriting { .. }));
    assert!(matches!(&gateway.kind, EndpointKind::Gateway { tables } if tables.items.len() == 1));
    assert_eq!(interface.service, Fact::Known("ecr.api".to_owned()));
    let EndpointPolicy::Written(policy) = &interface.policy else { panic!() };
    assert!(slice(&text, policy.at.span).contains("s3:GetObject"));
    assert_eq!(policy.allowed_actions(), Some(vec!["s3:GetObject"]));
    let EndpointKind::Interface { subnets, groups, private_dns, private_dns_at, inbound_resolver_only } =
        &interface.kind
    else {
        panic!()
    };
    assert_eq!((subnets.items.len(), groups.items.len()), (2, 1));
    assert_eq!((private_dns, inbound_resolver_only), (&Fact::Known(true), &Fact::Known(true)));
    assert_eq!(text_at(&text, *private_dns_at), "true");
    assert!(matches!(denying.policy, EndpointPolicy::Written(_)));
    let routes = &table(&network, "rtb-1").routes.items;
    assert!(
        matches!(routes[0].target, Target::GatewayEndpoint(at) if network.endpoints[at.0].name == aws("vpce-1"))
    );
    assert!(matches!(routes[1].target, Target::Gateway { kind: GatewayKind::ApplianceEndpoint, .. }));
}

#[test]
fn a_gateway_endpoint_that_only_a_route_names_has_the_service_of_its_list() {
    let network = network(
        r#"{"RouteTables": [{"RouteTableId": "rtb-1", "VpcId": "vpc-1", "Routes": [
              {"DestinationPrefixListId": "pl-1", "GatewayId": "vpce-1"}]}],
            "PrefixLists": [{"PrefixListId": "pl-1", "PrefixListName": "com.amazonaws.us-east-1.s3", "Cidrs": ["192.0.2.0/24"]}]}"#,
    );
    let endpoint = &network.endpoints[0];
    assert_eq!((&endpoint.service, endpoint.at), (&Fact::Known("s3".to_owned()), None));
    assert!(matches!(endpoint.policy, EndpointPolicy::Written(_)), "nobody knows its policy");
}

#[test]
fn prefix_lists_of_both_calls_and_their_entries() {
    let lists = r#"{"PrefixLists": [
        {"PrefixListId": "pl-11111111", "PrefixListName": "com.amazonaws.ap-northeast-1.s3",
         "Cidrs": ["192.0.2.0/25", "2001:db8::/32"]},
        {"PrefixListId": "pl-22222222", "PrefixListName": "offices", "AddressFamily": "IPv4", "State": "create-complete"},
        {"PrefixListId": "pl-33333333", "PrefixListName": "offices6", "AddressFamily": "IPv6"},
        {"PrefixListId": "pl-44444444", "PrefixListName": "com.amazonaws.global.cloudfront.origin-facing", "AddressFamily": "IPv4"}]}"#;
    let entries =
        r#"{"Entries": [{"Cidr": "198.51.100.0/24"}, {"Cidr": "203.0.113.0/24", "Description": "b"}]}"#;
    let beside = r#"{"PrefixListId": "pl-44444444", "Entries": [{"Cidr": "198.51.100.7/32"}]}"#;
    let (network, problems) =
        read(&[("dir/entries-pl-22222222.json", entries), ("lists.json", lists), ("more.json", beside)]);
    assert_eq!(problems, []);
    let ranges = |id: &str| {
        let list = network.prefix_lists.iter().find(|list| list.name == aws(id)).unwrap();
        let ranges = list.ranges.known().unwrap().iter().map(ToString::to_string).collect::<Vec<_>>();
        (list.service.clone(), ranges.join(" "))
    };
    assert_eq!(ranges("pl-11111111"), (Some("s3".to_owned()), "192.0.2.0/25".to_owned()));
    assert_eq!(ranges("pl-22222222"), (None, "198.51.100.0/24 203.0.113.0/24".to_owned()));
    assert_eq!(ranges("pl-33333333"), (None, String::new()));
    assert_eq!(ranges("pl-44444444"), (None, "198.51.100.7/32".to_owned()));
}

#[test]
fn entries_without_a_name_are_of_the_only_list_that_has_none() {
    let one = r#"{"PrefixLists": [{"PrefixListId": "pl-22222222", "PrefixListName": "offices"}]}"#;
    let entries = r#"{"Entries": [{"Cidr": "198.51.100.0/24"}]}"#;
    let (network, problems) = read(&[("one.json", one), ("entries.json", entries)]);
    assert_eq!(problems, []);
    assert_eq!(network.prefix_lists[0].ranges, Fact::Known(vec!["198.51.100.0/24".parse().unwrap()]));
    let (network, problems) = read(&[("entries.json", entries), ("plan-pl-x.json", entries)]);
    assert!(network.prefix_lists.is_empty());
    assert_eq!(problems.len(), 2);
    assert!(problems.iter().all(|problem| !problem.skipped && problem.message.en.contains("file's name")));
}

#[test]
fn interfaces_are_workloads_and_targets() {
    let interface = r#"{"NetworkInterfaceId": "eni-1", "SubnetId": "subnet-1", "VpcId": "vpc-1", "SourceDestCheck": false,
        "PrivateIpAddress": "10.0.1.7", "Groups": [{"GroupId": "sg-1"}], "Attachment": {"InstanceId": "i-1", "DeviceIndex": 0},
        "Association": {"PublicIp": "192.0.2.9"}}"#;
    let tables = r#"{"RouteTables": [{"RouteTableId": "rtb-1", "VpcId": "vpc-1", "Routes": [
        {"DestinationCidrBlock": "0.0.0.0/0", "InstanceId": "i-1", "NetworkInterfaceId": "eni-1"},
        {"DestinationCidrBlock": "1.0.0.0/8", "NetworkInterfaceId": "eni-2"}]}]}"#;
    let alone = format!(
        r#"{{"NetworkInterfaces": [{interface}, {{"NetworkInterfaceId": "eni-3", "InterfaceType": "nat_gateway"}}]}}"#
    );
    let instances = format!(
        r#"{{"Reservations": [{{"Instances": [
            {{"InstanceId": "i-1", "SourceDestCheck": false, "State": {{"Name": "running"}}, "NetworkInterfaces": [{interface}]}},
            {{"InstanceId": "i-2", "State": {{"Name": "terminated"}}, "NetworkInterfaces": []}}]}}]}}"#
    );
    for text in [alone, instances] {
        let (network, problems) = read(&[("eni.json", &text), ("tables.json", tables)]);
        assert_eq!(problems, []);
        let [workload] = network.workloads.as_slice() else { panic!("{:?}", network.workloads) };
        assert_eq!((&workload.name, workload.kind), (&aws("eni-1"), WorkloadKind::NetworkInterface));
        assert_eq!(workload.address, Some([10, 0, 1, 7].into()));
        assert_eq!(workload.public_address, Fact::Known(true));
        assert_eq!(network.groups[workload.groups.items[0].0].name, aws("sg-1"));
        assert_eq!(network.subnets[workload.subnets.items[0].0].name, aws("subnet-1"));
        let routes = &table(&network, "rtb-1").routes.items;
        assert!(matches!(
            &routes[0].target,
            Target::Interface { workload: Some(at), source_dest_check: Fact::Known(false), .. } if at.0 == 0
        ));
        assert!(matches!(
            &routes[1].target,
            Target::Interface { workload: None, source_dest_check: Fact::Unknown(Missing::Component(name)), .. }
                if *name == aws("eni-2")
        ));
    }
}

#[test]
fn the_service_of_a_list_may_hang_on_a_region_that_only_the_caller_knows() {
    let text = r#"{"RouteTables": [{"RouteTableId": "rtb-1", "VpcId": "vpc-1", "Routes": [
        {"DestinationPrefixListId": "pl-78a54011", "GatewayId": "vpce-1"}]}]}"#;
    let service = |region: Option<&str>| {
        let (context, _) = Context::read(&[(FileId(1), text)]);
        let mut builder = Builder::default();
        builder.network.region = region.map(str::to_owned);
        context.declare(&mut builder);
        let service = builder.network.prefix_lists[0].service.clone();
        assert_eq!(builder.network.endpoints[0].service.known(), service.as_ref());
        service
    };
    assert_eq!(service(Some("ap-northeast-1")).as_deref(), Some("dynamodb"));
    assert_eq!(service(Some("ap-south-1")).as_deref(), Some("s3"));
    assert_eq!(service(None), None);
}

#[test]
fn a_table_of_a_gateway_is_its_own() {
    let network = network(
        r#"{"RouteTables": [{"RouteTableId": "rtb-1", "VpcId": "vpc-1", "Routes": [
              {"DestinationCidrBlock": "10.0.1.0/24", "GatewayId": "vpce-1"}], "Associations": [
              {"GatewayId": "igw-1", "AssociationState": {"State": "associated"}},
              {"GatewayId": "vgw-1", "AssociationState": {"State": "disassociated"}}]}]}"#,
    );
    let edge = network.edge(&aws("igw-1")).map(|at| &network.tables[at.0].name);
    assert_eq!(edge, Some(&aws("rtb-1")));
    assert_eq!(network.edge(&aws("vgw-1")), None);
    assert!(network.subnets.is_empty());
}
