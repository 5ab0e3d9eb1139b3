//! What holds for every network, tried with random small ones.

use std::collections::BTreeMap;
use std::fmt::Write;

use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Map, Value, json};
use vpcheck_core::paths::Verdict;
use vpcheck_core::{Options, TraceRequest, trace};

/// Resources in the order of the template: logical id, type without `AWS::`, properties with functions written long.
type Resources = Vec<(String, String, Value)>;

/// Destinations that every network is asked for.
const GOALS: [&str; 6] = ["Server:5432", "Server:53/udp", "Db", "internet:443", "s3:443", "sqs:443"];

fn reference(id: &str) -> Value {
    json!({ "Ref": id })
}

fn attribute(id: &str, attribute: &str) -> Value {
    json!({ "Fn::GetAtt": [id, attribute] })
}

/// A rule of a group: whether it is for ingress, its protocol and first port, and its peer.
#[derive(Clone, Debug)]
struct Rule {
    ingress: bool,
    protocol: &'static str,
    port: u16,
    peer: Peer,
}

#[derive(Clone, Debug)]
enum Peer {
    Cidr(&'static str),
    Group(usize),
}

/// An entry of a network ACL.
#[derive(Clone, Debug)]
struct Entry {
    acl: usize,
    egress: bool,
    allow: bool,
    protocol: i8,
    cidr: &'static str,
    ports: Option<(u16, u16)>,
}

/// Groups: `Group0` of the function, `Group1` of the targets, `Group2` of nobody.
const GROUPS: usize = 3;
const SUBNETS: usize = 3;

fn rules() -> impl Strategy<Value = Vec<(usize, Rule, bool)>> {
    let peer = prop_oneof![
        3 => select(&["0.0.0.0/0", "10.0.0.0/16", "10.0.1.0/24", "10.0.2.0/25", "127.0.0.1/32"][..])
            .prop_map(Peer::Cidr),
        2 => (0..GROUPS).prop_map(Peer::Group),
    ];
    let rule = (
        prop::bool::weighted(0.7),
        select(&["tcp", "udp", "-1", "6"][..]),
        select(&[53, 443, 5432][..]),
        peer,
    )
        .prop_map(|(ingress, protocol, port, peer)| Rule { ingress, protocol, port, peer });
    prop::collection::vec((0..GROUPS, rule, any::<bool>()), 0..7)
}

fn entries() -> impl Strategy<Value = Vec<Entry>> {
    let ports = select(&[None, Some((443, 443)), Some((1024, 65535)), Some((5432, 5432))][..]);
    let entry = (
        0..2_usize,
        any::<bool>(),
        prop::bool::weighted(0.8),
        select(&[-1_i8, 6, 17][..]),
        select(&["0.0.0.0/0", "10.0.0.0/16", "10.0.1.0/24"][..]),
        ports,
    );
    let entry = entry.prop_map(|(acl, egress, allow, protocol, cidr, ports)| Entry {
        acl,
        egress,
        allow,
        protocol,
        cidr,
        ports,
    });
    prop::collection::vec(entry, 0..10)
}

fn rule(rule: &Rule, inline: bool) -> Value {
    let mut written = json!({ "IpProtocol": rule.protocol });
    if rule.protocol != "-1" {
        written["FromPort"] = json!(rule.port);
        written["ToPort"] = json!(rule.port);
    }
    let side = if rule.ingress { "Source" } else { "Destination" };
    match &rule.peer {
        Peer::Cidr(cidr) => written["CidrIp"] = json!(cidr),
        // Both forms of the id.
        Peer::Group(group) if inline => {
            written[format!("{side}SecurityGroupId")] = attribute(&format!("Group{group}"), "GroupId");
        }
        Peer::Group(group) => written[format!("{side}SecurityGroupId")] = reference(&format!("Group{group}")),
    }
    written
}

/// Random networks: three subnets, of which any may have the function, the server, a NAT gateway, an ACL.
fn networks() -> impl Strategy<Value = Resources> {
    (
        rules(),
        entries(),
        // Which tables have a default route: to nothing, the internet gateway or the NAT gateway.
        prop::collection::vec(0..3_u8, SUBNETS),
        // Which subnets have which ACL; most have the VPC's.
        prop::collection::vec(prop_oneof![4 => Just(0_usize), 1 => Just(1), 1 => Just(2)], SUBNETS),
        (0..SUBNETS, 0..SUBNETS, 0..SUBNETS),
        (prop::bool::weighted(0.85), any::<bool>(), any::<bool>(), any::<bool>()),
        // Whether the targets' group and the ACLs let most through to begin with.
        (prop::bool::weighted(0.7), prop::bool::weighted(0.6)),
    )
        .prop_map(|(rules, entries, defaults, acls, (own, server, nat), (attached, s3, sqs, associated), (admits, passes))| {
            let mut out: Resources = Vec::new();
            let mut add = |id: &str, kind: &str, properties: Value| {
                out.push((id.to_owned(), kind.to_owned(), properties));
            };
            add(
                "Vpc",
                "EC2::VPC",
                json!({ "CidrBlock": "10.0.0.0/16", "EnableDnsSupport": true, "EnableDnsHostnames": true }),
            );
            add("Gateway", "EC2::InternetGateway", json!({}));
            if attached {
                add(
                    "Attachment",
                    "EC2::VPCGatewayAttachment",
                    json!({ "VpcId": reference("Vpc"), "InternetGatewayId": reference("Gateway") }),
                );
            }
            add("Address", "EC2::EIP", json!({ "Domain": "vpc" }));
            add(
                "Nat",
                "EC2::NatGateway",
                json!({
                    "SubnetId": reference(&format!("Subnet{nat}")),
                    "AllocationId": attribute("Address", "AllocationId"),
                }),
            );
            for acl in 0..2 {
                add(&format!("Acl{acl}"), "EC2::NetworkAcl", json!({ "VpcId": reference("Vpc") }));
            }
            for (at, egress) in [false, true].into_iter().enumerate().filter(|_| passes) {
                for acl in 0..2 {
                    add(
                        &format!("Last{at}OfAcl{acl}"),
                        "EC2::NetworkAclEntry",
                        json!({
                            "NetworkAclId": reference(&format!("Acl{acl}")), "RuleNumber": 900, "Egress": egress,
                            "RuleAction": "allow", "Protocol": -1, "CidrBlock": "0.0.0.0/0",
                        }),
                    );
                }
            }
            if admits {
                add(
                    "Admission",
                    "EC2::SecurityGroupIngress",
                    json!({
                        "GroupId": reference("Group1"), "IpProtocol": "-1",
                        "SourceSecurityGroupId": reference("Group0"),
                    }),
                );
            }
            for (at, entry) in entries.iter().enumerate() {
                let mut properties = json!({
                    "NetworkAclId": reference(&format!("Acl{}", entry.acl)),
                    "RuleNumber": 100 + 10 * at,
                    "Egress": entry.egress,
                    "RuleAction": if entry.allow { "allow" } else { "deny" },
                    "Protocol": entry.protocol,
                    "CidrBlock": entry.cidr,
                });
                if let Some((first, last)) = entry.ports {
                    properties["PortRange"] = json!({ "From": first, "To": last });
                }
                add(&format!("Entry{at}"), "EC2::NetworkAclEntry", properties);
            }
            for at in 0..SUBNETS {
                let (subnet, table) = (format!("Subnet{at}"), format!("Table{at}"));
                add(
                    &subnet,
                    "EC2::Subnet",
                    json!({
                        "VpcId": attribute("Vpc", "VpcId"),
                        "CidrBlock": format!("10.0.{at}.0/24"),
                        "AvailabilityZone": { "Fn::Select": [at, { "Fn::GetAZs": "" }] },
                    }),
                );
                add(&table, "EC2::RouteTable", json!({ "VpcId": reference("Vpc") }));
                // One subnet may be left to the main table.
                if associated || at > 0 {
                    add(
                        &format!("TableOf{at}"),
                        "EC2::SubnetRouteTableAssociation",
                        json!({ "SubnetId": reference(&subnet), "RouteTableId": reference(&table) }),
                    );
                }
                let target = match defaults[at] {
                    1 => Some(("GatewayId", "Gateway")),
                    2 => Some(("NatGatewayId", "Nat")),
                    _ => None,
                };
                if let Some((property, id)) = target {
                    let mut route =
                        json!({ "RouteTableId": reference(&table), "DestinationCidrBlock": "0.0.0.0/0" });
                    route[property] = reference(id);
                    add(&format!("Default{at}"), "EC2::Route", route);
                }
                if acls[at] > 0 {
                    add(
                        &format!("AclOf{at}"),
                        "EC2::SubnetNetworkAclAssociation",
                        json!({
                            "SubnetId": reference(&subnet),
                            "NetworkAclId": reference(&format!("Acl{}", acls[at] - 1)),
                        }),
                    );
                }
            }
            for group in 0..GROUPS {
                let mut properties = json!({ "GroupDescription": "group", "VpcId": reference("Vpc") });
                for (inline, property) in [(true, "SecurityGroupIngress"), (false, "SecurityGroupEgress")] {
                    let inline: Vec<Value> = rules
                        .iter()
                        .filter(|(of, one, standalone)| *of == group && one.ingress == inline && !standalone)
                        .map(|(_, one, _)| rule(one, true))
                        .collect();
                    if !inline.is_empty() {
                        properties[property] = inline.into();
                    }
                }
                add(&format!("Group{group}"), "EC2::SecurityGroup", properties);
            }
            for (at, (group, one, _)) in rules.iter().enumerate().filter(|(_, (.., standalone))| *standalone) {
                let mut properties = rule(one, false);
                properties["GroupId"] = attribute(&format!("Group{group}"), "GroupId");
                let kind = if one.ingress { "Ingress" } else { "Egress" };
                add(&format!("Rule{at}"), &format!("EC2::SecurityGroup{kind}"), properties);
            }
            if s3 {
                add(
                    "S3",
                    "EC2::VPCEndpoint",
                    json!({
                        "VpcId": reference("Vpc"),
                        "ServiceName": { "Fn::Sub": "com.amazonaws.${AWS::Region}.s3" },
                        "RouteTableIds": [reference("Table0"), reference("Table1")],
                    }),
                );
            }
            if sqs {
                add(
                    "Sqs",
                    "EC2::VPCEndpoint",
                    json!({
                        "VpcId": reference("Vpc"),
                        "ServiceName": { "Fn::Join": [".", ["com.amazonaws", reference("AWS::Region"), "sqs"]] },
                        "VpcEndpointType": "Interface",
                        "PrivateDnsEnabled": true,
                        "SubnetIds": [reference("Subnet1"), reference("Subnet2")],
                        "SecurityGroupIds": [reference("Group1")],
                    }),
                );
            }
            add(
                "Server",
                "EC2::Instance",
                json!({
                    "ImageId": "ami-0123456789abcdef0",
                    "SubnetId": reference(&format!("Subnet{server}")),
                    "SecurityGroupIds": [reference("Group1")],
                }),
            );
            add(
                "Subnets",
                "RDS::DBSubnetGroup",
                json!({
                    "DBSubnetGroupDescription": "two",
                    "SubnetIds": [reference("Subnet1"), reference("Subnet2")],
                }),
            );
            add(
                "Db",
                "RDS::DBInstance",
                json!({
                    "Engine": "postgres",
                    "DBInstanceClass": "db.t4g.micro",
                    "DBSubnetGroupName": reference("Subnets"),
                    "VPCSecurityGroups": [attribute("Group1", "GroupId")],
                }),
            );
            add(
                "Function",
                "Lambda::Function",
                json!({
                    "Handler": "index.handler",
                    "Runtime": "python3.12",
                    "Role": "arn:aws:iam::111122223333:role/app",
                    "Code": { "ZipFile": "pass" },
                    "VpcConfig": {
                        "SubnetIds": [
                            reference(&format!("Subnet{own}")),
                            reference(&format!("Subnet{}", (own + 1) % SUBNETS)),
                        ],
                        "SecurityGroupIds": [reference("Group0")],
                    },
                }),
            );
            out
        })
}

/// How functions are written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Json,
    LongYaml,
    ShortYaml,
}

fn written(resources: &Resources, form: Form) -> String {
    if form == Form::Json {
        // Written by hand so that the order stays.
        let resources: Vec<String> = resources
            .iter()
            .map(|(id, kind, properties)| {
                format!("\"{id}\": {{\"Type\": \"AWS::{kind}\", \"Properties\": {properties}}}")
            })
            .collect();
        return format!("{{\"Resources\": {{{}}}}}", resources.join(",\n"));
    }
    let mut text = "Resources:\n".to_owned();
    for (id, kind, properties) in resources {
        write!(text, "  {id}:\n    Type: AWS::{kind}\n    Properties:").expect("a String takes all");
        block(&mut text, properties, 6, form);
    }
    text
}

/// A value behind `key:` or `-`, in block style.
fn block(text: &mut String, value: &Value, indent: usize, form: Form) {
    let pad = " ".repeat(indent);
    match value {
        Value::Object(map) => {
            if form == Form::ShortYaml
                && let Some(short) = short(map)
            {
                text.push_str(&format!(" {short}\n"));
                return;
            }
            if map.is_empty() {
                text.push_str(" {}\n");
                return;
            }
            text.push('\n');
            for (key, value) in map {
                text.push_str(&format!("{pad}{key}:"));
                block(text, value, indent + 2, form);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            text.push('\n');
            for item in items {
                text.push_str(&format!("{pad}-"));
                block(text, item, indent + 2, form);
            }
        }
        scalar => text.push_str(&format!(" {scalar}\n")),
    }
}

/// A call of a function in its short form.
fn short(map: &Map<String, Value>) -> Option<String> {
    let (name, argument) = map.iter().next().filter(|_| map.len() == 1)?;
    Some(match (name.as_str(), argument) {
        ("Ref", Value::String(id)) => format!("!Ref {id}"),
        ("Fn::GetAtt", Value::Array(path)) => {
            let path: Vec<&str> = path.iter().filter_map(Value::as_str).collect();
            format!("!GetAtt {}", path.join("."))
        }
        ("Fn::Sub", Value::String(text)) => format!("!Sub '{text}'"),
        // A short form may hold long ones.
        (name, argument) => format!("!{} {argument}", name.strip_prefix("Fn::")?),
    })
}

/// Every answer about a template: by destination and subnet, the verdict and the codes of what stops packets.
type Answers = BTreeMap<(String, Option<String>), (Verdict, Vec<&'static str>)>;

fn answers(text: &str) -> Answers {
    let mut options = Options { region: Some("us-east-1".to_owned()), ..Options::default() };
    options.prefix_lists.insert("pl-63a5400a".to_owned(), vec!["198.51.100.0/25".parse().unwrap()]);
    options.addresses.insert("sqs".to_owned(), vec!["192.0.2.32/29".parse().unwrap()]);
    let mut answers = Answers::new();
    for goal in GOALS {
        let request = TraceRequest { from: Some("Function".to_owned()), to: Some(goal.to_owned()) };
        let tracing = trace("template", text, &options, &request)
            .unwrap_or_else(|error| panic!("{goal}: {}\n{text}", error.what.en));
        for one in &tracing.traces {
            let mut codes: Vec<&str> = one.blockers.iter().map(|blocker| blocker.code.0).collect();
            codes.sort_unstable();
            codes.dedup();
            answers.insert((goal.to_owned(), one.from.subnet.clone()), (one.verdict, codes));
        }
    }
    assert_eq!(answers.len(), GOALS.len() * 3, "two subnets and their sum for each destination:\n{text}");
    answers
}

fn rank(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Blocked => 0,
        Verdict::Partial | Verdict::Unknown => 1,
        Verdict::Reachable => 2,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_allow_rule_takes_nothing_away(
        network in networks(),
        group in 0..GROUPS,
        ingress in any::<bool>(),
        protocol in select(&["tcp", "udp", "-1"][..]),
        port in select(&[53_u16, 443, 5432][..]),
        cidr in select(&["0.0.0.0/0", "10.0.0.0/16", "10.0.2.0/25"][..]),
    ) {
        let kind = if ingress { "Ingress" } else { "Egress" };
        let id = format!("Group{group}");
        // The first egress rule removes the default, so there must be one already.
        let has_rules = ingress || network.iter().any(|(other, kind, properties)| {
            (*other == id && properties.get("SecurityGroupEgress").is_some())
                || (kind == "EC2::SecurityGroupEgress" && properties["GroupId"] == attribute(&id, "GroupId"))
        });
        prop_assume!(has_rules);
        let added = Rule { ingress, protocol, port, peer: Peer::Cidr(cidr) };
        let mut properties = rule(&added, false);
        properties["GroupId"] = reference(&id);
        let mut more = network.clone();
        more.push(("Added".to_owned(), format!("EC2::SecurityGroup{kind}"), properties));
        let (before, after) = (answers(&written(&network, Form::Json)), answers(&written(&more, Form::Json)));
        for (way, (verdict, _)) in &before {
            prop_assert!(rank(after[way].0) >= rank(*verdict), "{:?}: {:?} became {:?}", way, verdict, after[way]);
        }
    }

    #[test]
    fn an_allowing_entry_at_the_top_takes_nothing_away(
        network in networks(),
        acl in 0..2_usize,
        egress in any::<bool>(),
        protocol in select(&[-1_i8, 6][..]),
        cidr in select(&["0.0.0.0/0", "10.0.0.0/16"][..]),
    ) {
        let mut more = network.clone();
        more.push(("Added".to_owned(), "EC2::NetworkAclEntry".to_owned(), json!({
            "NetworkAclId": reference(&format!("Acl{acl}")), "RuleNumber": 1, "Egress": egress,
            "RuleAction": "allow", "Protocol": protocol, "CidrBlock": cidr,
        })));
        let (before, after) = (answers(&written(&network, Form::Json)), answers(&written(&more, Form::Json)));
        for (way, (verdict, _)) in &before {
            prop_assert!(rank(after[way].0) >= rank(*verdict), "{:?}: {:?} became {:?}", way, verdict, after[way]);
        }
    }

    #[test]
    fn the_order_of_resources_does_not_matter(network in networks(), swaps in prop::collection::vec(any::<(Index, Index)>(), 40)) {
        let mut shuffled = network.clone();
        for (one, other) in swaps {
            let count = shuffled.len();
            shuffled.swap(one.index(count), other.index(count));
        }
        prop_assert_eq!(answers(&written(&network, Form::Json)), answers(&written(&shuffled, Form::Json)));
    }

    #[test]
    fn yaml_and_json_say_the_same(network in networks()) {
        prop_assert_eq!(answers(&written(&network, Form::Json)), answers(&written(&network, Form::LongYaml)));
    }

    #[test]
    fn short_and_long_functions_say_the_same(network in networks()) {
        prop_assert_eq!(answers(&written(&network, Form::LongYaml)), answers(&written(&network, Form::ShortYaml)));
    }
}

/// The properties would hold of networks in which everything is blocked, too.
#[test]
fn random_networks_have_every_verdict() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let mut seen: BTreeMap<Verdict, usize> = BTreeMap::new();
    for _ in 0..100 {
        let network = networks().new_tree(&mut runner).expect("the strategy makes networks").current();
        for (verdict, _) in answers(&written(&network, Form::Json)).values() {
            *seen.entry(*verdict).or_default() += 1;
        }
    }
    for verdict in [Verdict::Reachable, Verdict::Blocked, Verdict::Partial] {
        assert!(seen.get(&verdict).is_some_and(|count| *count > 50), "{verdict:?} is rare: {seen:?}");
    }
}
