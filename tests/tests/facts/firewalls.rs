//! Firewalls of AWS Network Firewall, and appliances behind gateway load balancers.

use vpcheck_core::network::{Missing, Topic};
use vpcheck_core::paths::{Code, Direction};
use vpcheck_tests::composed::{Answer, Composed, fact};

const RULES: &str = "AWS Network Firewall Developer Guide, How Network Firewall filters network traffic: stateless rules engine";
const DEFAULTS: &str = "AWS Network Firewall Developer Guide, Stateless default actions";
const ORDER: &str = "AWS Network Firewall Developer Guide, Evaluation order for stateless rules: priorities";
const STATEFUL: &str =
    "AWS Network Firewall Developer Guide, Evaluation order for stateful rule groups: default and strict";
const ARCHITECTURE: &str =
    "AWS Network Firewall Developer Guide, Architecture with an internet gateway and a NAT gateway";
const INSPECTION: &str =
    "Amazon VPC Transit Gateways, Example: Appliances and services in a shared services VPC";
const ENDPOINT: &str = "VpcEndpointId: !Select [1, !Split [':', !Select [0, !GetAtt Wall.EndpointIds]]]";

/// A firewall `Wall` in `WallSubnet` between `SubnetA` and a NAT gateway.
fn wall(source: &str, policy: &str) -> Composed {
    fact(source)
        .nat()
        .subnet("WallSubnet", "Vpc", "10.0.7.0/28", 0)
        .table("WallTable", "Vpc", &["WallSubnet"])
        .with(
            "Wall",
            "NetworkFirewall::Firewall",
            "FirewallName: wall, VpcId: !Ref Vpc, FirewallPolicyArn: !Ref Policy, SubnetMappings: [{SubnetId: !Ref WallSubnet}]",
        )
        .with(
            "Policy",
            "NetworkFirewall::FirewallPolicy",
            &format!("FirewallPolicyName: policy, FirewallPolicy: {{StatelessFragmentDefaultActions: ['aws:pass'], {policy}}}"),
        )
        .route("TableA", "0.0.0.0/0", ENDPOINT)
        .route("WallTable", "0.0.0.0/0", "NatGatewayId: !Ref Nat")
        .route("PublicTable", "10.0.1.0/24", ENDPOINT)
}

/// With stateless rules, by their priorities.
fn with_rules(source: &str, default: &str, rules: &[(u16, &str, &str)]) -> Composed {
    let rules: Vec<String> = rules
        .iter()
        .map(|(priority, action, attributes)| {
            format!("{{Priority: {priority}, RuleDefinition: {{Actions: ['aws:{action}'], MatchAttributes: {{{attributes}}}}}}}")
        })
        .collect();
    let policy = format!(
        "StatelessDefaultActions: ['aws:{default}'], StatelessRuleGroupReferences: [{{Priority: 1, ResourceArn: !Ref Rules}}]"
    );
    wall(source, &policy).with(
        "Rules",
        "NetworkFirewall::RuleGroup",
        &format!(
            "RuleGroupName: rules, Type: STATELESS, Capacity: 100, RuleGroup: {{RulesSource: {{StatelessRulesAndCustomActions: {{StatelessRules: [{}]}}}}}}",
            rules.join(", ")
        ),
    )
}

const HTTPS: &str = "Protocols: [6], DestinationPorts: [{FromPort: 443, ToPort: 443}]";
const ANSWERS: &str = "Protocols: [6], SourcePorts: [{FromPort: 443, ToPort: 443}]";

#[test]
fn what_the_default_passes_goes_on() {
    wall(DEFAULTS, "StatelessDefaultActions: ['aws:pass']").to("internet:443").is_reachable();
}

#[test]
fn what_the_default_drops_does_not() {
    let template = wall(DEFAULTS, "StatelessDefaultActions: ['aws:drop']");
    template.to("internet:443").is_blocked(Code::FIREWALL_RULES_RESTRICTION, "Wall");
}

#[test]
fn a_stateful_engine_without_rules_passes_by_default() {
    wall(STATEFUL, "StatelessDefaultActions: ['aws:forward_to_sfe']").to("internet:443").is_reachable();
}

#[test]
fn in_strict_order_the_default_may_drop() {
    let strict = "StatelessDefaultActions: ['aws:forward_to_sfe'], StatefulEngineOptions: {RuleOrder: STRICT_ORDER}, StatefulDefaultActions: ['aws:drop_strict']";
    wall(STATEFUL, strict).to("internet:443").is_blocked(Code::FIREWALL_RULES_RESTRICTION, "Wall");
}

#[test]
fn stateful_rules_are_not_judged() {
    let stateful = "StatelessDefaultActions: ['aws:forward_to_sfe'], StatefulRuleGroupReferences: [{ResourceArn: 'arn:aws:network-firewall:us-east-1:111122223333:stateful-rulegroup/domains'}]";
    wall("by design: domain lists and Suricata's rules are not judged", stateful)
        .to("internet:443")
        .is_unknown(
            |missing| matches!(missing, Missing::Beyond(Topic::FirewallRules, name) if name.matches("Wall")),
        );
}

#[test]
fn a_stateless_rule_decides_before_the_default() {
    let both = [(1, "pass", HTTPS), (2, "pass", ANSWERS)];
    let template = with_rules(RULES, "drop", &both);
    template.to("internet:443").is_reachable();
    template.to("internet:80").is_blocked(Code::FIREWALL_RULES_RESTRICTION, "Wall");
}

#[test]
fn stateless_rules_must_let_answers_through_too() {
    let template = with_rules(RULES, "drop", &[(1, "pass", HTTPS)]);
    template.to("internet:443").is_blocked_on(Direction::Back, Code::FIREWALL_RULES_RESTRICTION, "Wall");
}

#[test]
fn the_lowest_priority_number_is_asked_first() {
    let template = with_rules(ORDER, "pass", &[(20, "pass", HTTPS), (10, "drop", HTTPS)]);
    template.to("internet:443").is_blocked(Code::FIREWALL_RULES_RESTRICTION, "Wall");
}

#[test]
fn a_rule_for_some_addresses_decides_for_those() {
    let dropped = "Destinations: [{AddressDefinition: 203.0.113.0/24}]";
    let template = with_rules(RULES, "pass", &[(1, "drop", dropped)]);
    template.to("203.0.113.10:443").is_blocked(Code::FIREWALL_RULES_RESTRICTION, "Wall");
    template.to("198.18.0.10:443").is_reachable();
}

#[test]
fn the_firewalls_own_subnet_sends_on() {
    let template = wall(ARCHITECTURE, "StatelessDefaultActions: ['aws:pass']").without("WallTableTo00000");
    template.to("internet:443").is_blocked(Code::NO_ROUTE_TO_DESTINATION, "WallTable");
}

#[test]
fn the_acl_of_the_firewalls_subnet_is_asked() {
    let template = wall(ARCHITECTURE, "StatelessDefaultActions: ['aws:pass']").acl("WallSubnet", "Vpc");
    template.to("internet:443").is_blocked(Code::SUBNET_ACL_RESTRICTION, "WallSubnetAcl");
}

#[test]
fn routes_in_a_ring_through_a_firewall_are_told() {
    let template = wall("by design: a ring of routes ends", "StatelessDefaultActions: ['aws:pass']").route(
        "WallTable",
        "0.0.0.0/0",
        ENDPOINT,
    );
    template.to("internet:443").is_blocked(Code::VPCHECK_ROUTE_RING, "Wall");
}

#[test]
fn an_appliance_behind_a_gateway_load_balancer_is_not_known() {
    let template = fact("AWS PrivateLink Guide, Gateway Load Balancer endpoints; by design: appliances are not known")
        .subnet("WallSubnet", "Vpc", "10.0.7.0/28", 0)
        .with(
            "Appliance",
            "EC2::VPCEndpoint",
            "VpcId: !Ref Vpc, VpcEndpointType: GatewayLoadBalancer, ServiceName: com.amazonaws.vpce.us-east-1.vpce-svc-0123456789abcdef0, SubnetIds: [!Ref WallSubnet]",
        )
        .route("TableA", "0.0.0.0/0", "VpcEndpointId: !Ref Appliance");
    template.to("internet:443").is_unknown(
        |missing| matches!(missing, Missing::Beyond(Topic::Appliance, name) if name.matches("Appliance")),
    );
}

/// Two VPCs of a transit gateway whose traffic goes through a firewall in a third.
fn inspection(policy: &str) -> Composed {
    const TO_HUB: &str = "TransitGatewayId: !Ref Hub";
    fact(INSPECTION)
        .hub()
        .hub_routes()
        .vpc("Middle", "10.30.0.0/16")
        .subnet("MiddlePorts", "Middle", "10.30.0.0/28", 0)
        .table("MiddleRoutes", "Middle", &["MiddlePorts"])
        .subnet("WallSubnet", "Middle", "10.30.1.0/28", 0)
        .table("WallTable", "Middle", &["WallSubnet"])
        .with(
            "Wall",
            "NetworkFirewall::Firewall",
            "FirewallName: wall, VpcId: !Ref Middle, FirewallPolicyArn: !Ref Policy, SubnetMappings: [{SubnetId: !Ref WallSubnet}]",
        )
        .with(
            "Policy",
            "NetworkFirewall::FirewallPolicy",
            &format!("FirewallPolicyName: policy, FirewallPolicy: {{StatelessFragmentDefaultActions: ['aws:pass'], StatelessDefaultActions: ['aws:{policy}']}}"),
        )
        .attached("MiddleToHub", "Middle", &["MiddlePorts"], "Options: {ApplianceModeSupport: enable}")
        .hub_table("Spokes", &["ToHub", "PeerToHub"])
        .hub_table("Inspected", &["MiddleToHub"])
        .hub_route("Spokes", "0.0.0.0/0", "TransitGatewayAttachmentId: !Ref MiddleToHub")
        .hub_learns("Inspected", "ToHub")
        .hub_learns("Inspected", "PeerToHub")
        .route("MiddleRoutes", "0.0.0.0/0", ENDPOINT)
        .route("WallTable", "0.0.0.0/0", TO_HUB)
}

#[test]
fn a_firewall_in_a_vpc_in_the_middle_sees_both_ways() {
    inspection("pass").to("PeerServer:5432").is_reachable();
    inspection("drop").to("PeerServer:5432").is_blocked(Code::FIREWALL_RULES_RESTRICTION, "Wall");
    let one_way = inspection("pass").without("InspectedLearnsToHub");
    one_way.to("PeerServer:5432").is_blocked_on(
        Direction::Back,
        Code::TGW_RTB_NO_ROUTE_TO_TGW_ATTACHMENT,
        "Inspected",
    );
}

/// The firewall in the middle has interfaces of the gateway in two zones.
fn in_two_zones(policy: &str, mode: &str) -> Answer {
    inspection(policy)
        .subnet("OtherPorts", "Middle", "10.30.0.16/28", 1)
        .table("OtherRoutes", "Middle", &["OtherPorts"])
        .route("OtherRoutes", "0.0.0.0/0", ENDPOINT)
        .attached(
            "MiddleToHub",
            "Middle",
            &["MiddlePorts", "OtherPorts"],
            &format!("Options: {{ApplianceModeSupport: {mode}}}"),
        )
        .to("PeerServer:5432")
}

#[test]
fn without_appliance_mode_a_firewall_between_zones_is_an_assumption() {
    in_two_zones("forward_to_sfe", "disable").is_reachable();
    in_two_zones("forward_to_sfe", "disable").assumes("appliance mode on MiddleToHub");
    in_two_zones("forward_to_sfe", "enable").does_not_assume("appliance mode");
    // Stateless rules look at each packet by itself.
    in_two_zones("pass", "disable").does_not_assume("appliance mode");
}

#[test]
fn one_endpoint_of_a_firewall_must_see_both_ways() {
    let two = |policy: &str| {
        fact("AWS Network Firewall Developer Guide, Avoiding asymmetric routing")
            .subnet("WallA", "Vpc", "10.0.7.0/28", 0)
            .subnet("WallB", "Vpc", "10.0.7.16/28", 1)
            .table("WallTable", "Vpc", &["WallA", "WallB"])
            .with(
                "Wall",
                "NetworkFirewall::Firewall",
                "FirewallName: wall, VpcId: !Ref Vpc, FirewallPolicyArn: !Ref Policy, SubnetMappings: [{SubnetId: !Ref WallA}, {SubnetId: !Ref WallB}]",
            )
            .with(
                "Policy",
                "NetworkFirewall::FirewallPolicy",
                &format!("FirewallPolicyName: policy, FirewallPolicy: {{StatelessFragmentDefaultActions: ['aws:pass'], StatelessDefaultActions: ['aws:{policy}']}}"),
            )
            .route("TableA", "10.0.2.0/24", ENDPOINT)
            .route("TableB", "10.0.1.0/24", ENDPOINT)
            .to("Server:5432")
    };
    two("forward_to_sfe").assumes("Wall is taken to see both ways of a flow by one endpoint");
    two("pass").is_reachable();
    two("pass").does_not_assume("one endpoint");
}

const ASYMMETRIC: &str = "AWS Network Firewall Developer Guide, Avoiding asymmetric routing";
const EDGE: &str = "Amazon VPC User Guide, Gateway route tables";
const STATEFULLY: &str = "StatelessDefaultActions: ['aws:forward_to_sfe']";

fn sees_one_way(missing: &Missing) -> bool {
    matches!(missing, Missing::Beyond(Topic::OneWayFirewall, name) if name.matches("Wall"))
}

#[test]
fn answers_of_a_nat_gateway_must_come_back_past_a_stateful_firewall() {
    let away = |policy: &str| wall(ASYMMETRIC, policy).without("PublicTableTo1001024").to("internet:443");
    away(STATEFULLY).is_unknown(sees_one_way);
    away("StatelessDefaultActions: ['aws:pass']").is_reachable();
}

/// The firewall stands between the NAT gateway and the internet gateway.
fn in_front(source: &str) -> Composed {
    wall(source, STATEFULLY)
        .without("PublicTableTo1001024")
        .without("PublicTableTo00000")
        .without("TableATo00000")
        .without("WallTableTo00000")
        .route("TableA", "0.0.0.0/0", "NatGatewayId: !Ref Nat")
        .route("PublicTable", "0.0.0.0/0", ENDPOINT)
        .route("WallTable", "0.0.0.0/0", "GatewayId: !Ref Gateway")
}

/// The table of the internet gateway, with a route.
fn with_edge(template: Composed, cidr: &str, target: &str) -> Composed {
    template
        .table("EdgeTable", "Vpc", &[])
        .with(
            "Edge",
            "EC2::GatewayRouteTableAssociation",
            "GatewayId: !Ref Gateway, RouteTableId: !Ref EdgeTable",
        )
        .route("EdgeTable", cidr, target)
}

#[test]
fn answers_come_in_by_the_table_of_the_internet_gateway() {
    with_edge(in_front(EDGE), "10.0.0.0/24", ENDPOINT).to("internet:443").is_reachable();
    in_front(ASYMMETRIC).to("internet:443").is_unknown(sees_one_way);
    // A route for another subnet is not about the NAT gateway.
    with_edge(in_front(EDGE), "10.0.1.0/24", ENDPOINT).to("internet:443").is_unknown(sees_one_way);
    // To an instance that takes what is for itself only.
    with_edge(
        fact(EDGE).nat().route("TableA", "0.0.0.0/0", "NatGatewayId: !Ref Nat"),
        "10.0.0.0/24",
        "InstanceId: !Ref Server",
    )
    .to("internet:443")
    .is_blocked_on(Direction::Back, Code::ENI_SOURCE_DEST_CHECK_RESTRICTION, "EdgeTable");
}

/// A public load balancer behind a firewall in front of the internet gateway.
#[test]
fn what_comes_in_to_a_public_balancer_passes_the_firewall_of_the_gateways_table() {
    let shop = |policy: &str| {
        wall(EDGE, policy)
            .without("PublicTableTo1001024")
            .without("TableATo00000")
            .without("WallTableTo00000")
            .route("TableA", "0.0.0.0/0", "NatGatewayId: !Ref Nat")
            .route("WallTable", "0.0.0.0/0", "GatewayId: !Ref Gateway")
            .subnet("FrontA", "Vpc", "10.0.10.0/24", 0)
            .subnet("FrontB", "Vpc", "10.0.11.0/24", 1)
            .table("FrontTable", "Vpc", &["FrontA", "FrontB"])
            .route("FrontTable", "0.0.0.0/0", ENDPOINT)
            .group(
                "FrontGroup",
                "Vpc",
                "SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 80, ToPort: 80, CidrIp: 0.0.0.0/0}]",
            )
            .with(
                "Front",
                "ElasticLoadBalancingV2::LoadBalancer",
                "Type: application, SecurityGroups: [!Ref FrontGroup], Subnets: [!Ref FrontA, !Ref FrontB]",
            )
            .with(
                "Listener",
                "ElasticLoadBalancingV2::Listener",
                "LoadBalancerArn: !Ref Front, Port: 80, Protocol: HTTP, DefaultActions: [{Type: fixed-response, FixedResponseConfig: {StatusCode: '200'}}]",
            )
    };
    let with_edges = |policy: &str| {
        with_edge(shop(policy), "10.0.10.0/24", ENDPOINT).route("EdgeTable", "10.0.11.0/24", ENDPOINT)
    };
    with_edges(STATEFULLY).to("Front:80").is_reachable();
    with_edges("StatelessDefaultActions: ['aws:drop']")
        .to("Front:80")
        .is_blocked(Code::FIREWALL_RULES_RESTRICTION, "Wall");
    shop(STATEFULLY).to("Front:80").is_unknown(sees_one_way);
}
