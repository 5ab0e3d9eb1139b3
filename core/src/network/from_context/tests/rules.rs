//! Network ACLs and security groups.

use super::*;
use crate::network::{GroupRule, IcmpType, Peer, Ports, Protocol};

#[test]
fn entries_stand_by_number_without_the_last_denial() {
    let text = r#"{"NetworkAcls": [{"NetworkAclId": "acl-1", "VpcId": "vpc-1", "IsDefault": false,
        "Associations": [{"NetworkAclId": "acl-1", "SubnetId": "subnet-1"}],
        "Entries": [
          {"CidrBlock": "0.0.0.0/0", "Egress": true, "Protocol": "-1", "RuleAction": "allow", "RuleNumber": 100},
          {"CidrBlock": "0.0.0.0/0", "Egress": true, "Protocol": "-1", "RuleAction": "deny", "RuleNumber": 32767},
          {"CidrBlock": "10.0.0.0/8", "Egress": false, "Protocol": "6", "RuleAction": "deny", "RuleNumber": 200,
           "PortRange": {"From": 5432, "To": 5433}},
          {"CidrBlock": "0.0.0.0/0", "Egress": false, "Protocol": "1", "RuleAction": "allow", "RuleNumber": 90,
           "IcmpTypeCode": {"Code": -1, "Type": 8}},
          {"Ipv6CidrBlock": "::/0", "Egress": false, "Protocol": "-1", "RuleAction": "allow", "RuleNumber": 101},
          {"Ipv6CidrBlock": "::/0", "Egress": false, "Protocol": "-1", "RuleAction": "deny", "RuleNumber": 32768}]}]}"#;
    let network = network(text);
    let acl = network.acls.iter().find(|acl| acl.name == aws("acl-1")).unwrap();
    assert_eq!((acl.ingress.items.len(), acl.egress.items.len()), (3, 1));
    assert_eq!((&acl.ingress.rest, &acl.egress.rest), (&None, &None));
    let [icmp, ipv6, tcp] = acl.ingress.items.as_slice() else { panic!() };
    assert_eq!(icmp.icmp, IcmpType { kind: Some(8), code: None });
    assert_eq!(icmp.protocol, Fact::Known(Protocol::ICMP));
    assert_eq!(ipv6.cidr, None);
    assert_eq!(tcp.ports, Fact::Known(Ports { first: 5432, last: 5433 }));
    assert_eq!((tcp.protocol.clone(), tcp.allow.clone()), (Fact::Known(Protocol::TCP), Fact::Known(false)));
    assert_eq!((tcp.number.clone(), tcp.cidr.clone()), (Fact::Known(200), Some(net("10.0.0.0/8"))));
    assert!(text_at(text, tcp.at).starts_with(r#"{"CidrBlock": "10.0.0.0/8""#));
    assert_eq!(acl.egress.items[0].ports, Fact::Known(Ports::ALL));
    let subnet = subnet(&network, "subnet-1");
    assert_eq!(subnet.acl.known().map(|acl| network.acls[acl.0].name.clone()), Some(aws("acl-1")));
    assert!(text_at(text, subnet.acl_at).contains("subnet-1"));
    assert_eq!(subnet.vpc, acl.vpc);
}

#[test]
fn an_entry_that_cannot_be_read_leaves_its_direction_open() {
    let text = r#"{"NetworkAcls": [{"NetworkAclId": "acl-1", "VpcId": "vpc-1", "Entries": [
        {"CidrBlock": "10.0.0.0/99", "Egress": false, "Protocol": "-1", "RuleAction": "deny", "RuleNumber": 5}]}]}"#;
    let (network, problems) = read(&[("acls.json", text)]);
    assert_eq!(problems.len(), 1);
    let acl = network.acls.iter().find(|acl| acl.name == aws("acl-1")).unwrap();
    assert_eq!(acl.ingress.rest, Some(Missing::Component(aws("acl-1"))));
    assert_eq!(acl.egress.rest, None);
}

#[test]
fn the_default_acl_is_that_of_the_vpc() {
    let network = network(
        r#"{"NetworkAcls": [{"NetworkAclId": "acl-1", "VpcId": "vpc-1", "IsDefault": true, "Entries": []}],
            "Subnets": [{"SubnetId": "subnet-1", "VpcId": "vpc-1"}]}"#,
    );
    let default = vpc(&network, "vpc-1").default_acl;
    assert_eq!(network.acls[default.0].name, aws("acl-1"));
    assert_eq!(network.acls.len(), 1, "the implied one took its name");
    assert_eq!(subnet(&network, "subnet-1").acl, Fact::Known(default));
}

const GROUPS: &str = r#"{"SecurityGroups": [
    {"GroupId": "sg-1", "GroupName": "app", "VpcId": "vpc-1", "IpPermissionsEgress": [],
     "IpPermissions": [
       {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 444,
        "IpRanges": [{"CidrIp": "10.0.0.0/8"}, {"CidrIp": "192.0.2.7/32", "Description": "x"}],
        "Ipv6Ranges": [{"CidrIpv6": "::/0"}], "PrefixListIds": [{"PrefixListId": "pl-1"}],
        "UserIdGroupPairs": [{"GroupId": "sg-1", "UserId": "111122223333"},
          {"GroupId": "sg-9", "UserId": "444455556666", "VpcId": "vpc-9", "VpcPeeringConnectionId": "pcx-1",
           "PeeringStatus": "active"}]},
       {"IpProtocol": "icmp", "FromPort": 8, "ToPort": -1, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]},
       {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "10.9.0.0/16"}]},
       {"IpProtocol": "50", "FromPort": -1, "ToPort": -1, "IpRanges": [{"CidrIp": "10.8.0.0/16"}]}]}]}"#;

#[test]
fn a_permission_is_a_rule_for_each_other_side() {
    let network = network(GROUPS);
    let group = group(&network, "sg-1");
    let rules = &group.ingress.items;
    assert_eq!(rules.len(), 9);
    assert!(rules.iter().all(|rule| !rule.default));
    let tcp: Vec<&GroupRule> =
        rules.iter().filter(|rule| rule.protocol == Fact::Known(Protocol::TCP)).collect();
    assert!(tcp.iter().all(|rule| rule.ports == Fact::Known(Ports { first: 443, last: 444 })));
    let name = |peer: &Peer| match peer {
        Peer::Cidr(Cidr::Known(net)) => net.to_string(),
        Peer::Ipv6(_) => "ipv6".to_owned(),
        Peer::PrefixList(list) => network.prefix_lists[list.0].name.to_string(),
        Peer::Group(group) => network.groups[group.0].name.to_string(),
        Peer::Cidr(Cidr::Symbol(_)) | Peer::Unknown(_) => "?".to_owned(),
    };
    let peers: Vec<String> = rules.iter().map(|rule| name(&rule.peer)).collect();
    assert_eq!(
        peers,
        [
            "10.0.0.0/8",
            "192.0.2.7/32",
            "ipv6",
            "pl-1",
            "sg-1",
            "sg-9",
            "0.0.0.0/0",
            "10.9.0.0/16",
            "10.8.0.0/16"
        ]
    );
    assert_eq!(text_at(GROUPS, rules[0].at), r#"{"CidrIp": "10.0.0.0/8"}"#);
    assert_eq!(rules[6].icmp, IcmpType { kind: Some(8), code: None });
    assert_eq!(
        (&rules[7].protocol, &rules[7].ports),
        (&Fact::Known(Protocol::All), &Fact::Known(Ports::ALL))
    );
    assert_eq!(rules[8].protocol, Fact::Known(Protocol::Number(50)));
    assert_eq!(rules[8].ports, Fact::Known(Ports::ALL));
}

#[test]
fn a_group_of_a_peer_vpc_brings_its_vpc_and_nothing_more() {
    let network = network(GROUPS);
    let other = group(&network, "sg-9");
    assert_eq!(other.vpc.known().map(|vpc| network.vpcs[vpc.0].name.clone()), Some(aws("vpc-9")));
    assert_eq!(other.at, None);
    assert_eq!(other.ingress.rest, Some(Missing::Component(aws("sg-9"))));
}

#[test]
fn no_egress_permission_allows_nothing_and_no_list_is_not_known() {
    let network = network(
        r#"{"SecurityGroups": [
            {"GroupId": "sg-1", "VpcId": "vpc-1", "IpPermissions": [], "IpPermissionsEgress": []},
            {"GroupId": "sg-2", "VpcId": "vpc-1", "IpPermissions": []}]}"#,
    );
    let (closed, open) = (group(&network, "sg-1"), group(&network, "sg-2"));
    assert!(closed.egress.items.is_empty() && closed.egress.rest.is_none());
    assert_eq!(open.egress.rest, Some(Missing::Component(aws("sg-2"))));
}

#[test]
fn the_default_group_is_that_of_the_vpc() {
    let network = network(
        r#"{"SecurityGroups": [
            {"GroupId": "sg-1", "GroupName": "default", "Description": "default VPC security group", "VpcId": "vpc-1",
             "IpPermissions": [{"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": "sg-1"}]}],
             "IpPermissionsEgress": []},
            {"GroupId": "sg-2", "GroupName": "default", "Description": "of a database", "VpcId": "vpc-1",
             "IpPermissions": [], "IpPermissionsEgress": []}]}"#,
    );
    let default = vpc(&network, "vpc-1").default_group;
    assert_eq!(network.groups[default.0].name, aws("sg-1"));
    assert!(
        matches!(network.groups[default.0].ingress.items[0].peer, Peer::Group(group) if group == default)
    );
}

#[test]
fn rules_by_themselves_leave_open_whether_there_are_more() {
    let rules = r#"{"SecurityGroupRules": [
        {"GroupId": "sg-1", "IsEgress": false, "IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "CidrIpv4": "10.0.0.0/8"},
        {"GroupId": "sg-1", "IsEgress": true, "IpProtocol": "-1", "FromPort": -1, "ToPort": -1,
         "ReferencedGroupInfo": {"GroupId": "sg-2", "UserId": "111122223333"}},
        {"GroupId": "sg-1", "IsEgress": true, "IpProtocol": "-1", "FromPort": -1, "ToPort": -1, "PrefixListId": "pl-1"}]}"#;
    let (alone, problems) = read(&[("rules.json", rules)]);
    assert_eq!(problems, []);
    let of = group(&alone, "sg-1");
    assert_eq!((of.ingress.items.len(), of.egress.items.len()), (1, 2));
    assert_eq!(of.egress.rest, Some(Missing::Component(aws("sg-1"))));
    assert!(matches!(of.egress.items[0].peer, Peer::Group(_)));
    let groups = r#"{"SecurityGroups": [{"GroupId": "sg-1", "VpcId": "vpc-1", "IpPermissions": [], "IpPermissionsEgress": []}]}"#;
    let (both, _) = read(&[("rules.json", rules), ("groups.json", groups)]);
    assert!(group(&both, "sg-1").ingress.items.is_empty(), "the group's own description is the whole of it");
}
