//! Load balancers: their listeners, and the second leg to their targets.

use vpcheck_core::network::{Missing, Topic};
use vpcheck_core::paths::{Action, Code, Difference, Direction};
use vpcheck_core::template::Unknown;
use vpcheck_tests::composed::{Composed, fact};

const KINDS: &str = "Elastic Load Balancing User Guide, How Elastic Load Balancing works";
const LISTENERS: &str = "Elastic Load Balancing User Guide, Application Load Balancers: Listeners";
const ALB_GROUPS: &str = "Application Load Balancers User Guide, Security groups: recommended rules";
const NLB_GROUPS: &str = "Network Load Balancers User Guide, Security groups for your Network Load Balancer";
const CLIENT_IP: &str =
    "Network Load Balancers User Guide, Edit target group attributes: Client IP preservation";
const CROSS_ZONE: &str = "Network Load Balancers User Guide, Cross-zone load balancing for target groups";
const ZONES: &str = "Elastic Load Balancing User Guide, Availability Zones and load balancer nodes";
const TARGETS: &str = "Elastic Load Balancing User Guide, Application Load Balancers: Target groups";
const CLASSIC: &str = "Classic Load Balancers User Guide, Network ACLs for load balancers in a VPC";
const HEALTH: &str =
    "Application Load Balancers User Guide, Health checks for target groups: HealthCheckPort, fail open";
const CODES: &str = "VPC Reachability Analyzer Guide, Explanation codes";

const FROM_FUNCTION: &str = "SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 80, ToPort: 80, SourceSecurityGroupId: !Ref FunctionGroup}]";
const TO_SERVER: &str = "Targets: [{Id: !Ref Server, Port: 8080}]";

/// An internal balancer `Balancer` in `SubnetA` and `SubnetB`, with `Listener` on 80 that forwards to `Targets` with
/// `Server`, which stands in `SubnetB`.
fn balanced(source: &str, kind: &str, groups: &str, target_group: &str) -> Composed {
    let protocol = if kind == "network" { "TCP" } else { "HTTP" };
    let comma = if groups.is_empty() { "" } else { ", " };
    fact(source)
        .with(
            "Balancer",
            "ElasticLoadBalancingV2::LoadBalancer",
            &format!("Type: {kind}, Scheme: internal, Subnets: [!Ref SubnetA, !Ref SubnetB]{comma}{groups}"),
        )
        .with(
            "Listener",
            "ElasticLoadBalancingV2::Listener",
            &format!(
                "LoadBalancerArn: !Ref Balancer, Port: 80, Protocol: {protocol}, DefaultActions: \
                 [{{Type: forward, TargetGroupArn: !Ref Targets}}]"
            ),
        )
        .with(
            "Targets",
            "ElasticLoadBalancingV2::TargetGroup",
            &format!("VpcId: !Ref Vpc, Port: 8080, Protocol: {protocol}, {target_group}"),
        )
}

/// The same of an Application Load Balancer with `BalancerGroup`, which admits functions on 80.
fn application(source: &str) -> Composed {
    balanced(source, "application", "SecurityGroups: [!Ref BalancerGroup]", TO_SERVER)
        .group("BalancerGroup", "Vpc", FROM_FUNCTION)
        .admits("{IpProtocol: tcp, FromPort: 8080, ToPort: 8080, SourceSecurityGroupId: !Ref BalancerGroup}")
}

/// The same of a Network Load Balancer without groups.
fn network(source: &str, target_group: &str) -> Composed {
    balanced(source, "network", "", target_group)
        .admits("{IpProtocol: tcp, FromPort: 8080, ToPort: 8080, CidrIp: 10.0.1.0/24}")
}

#[test]
fn an_application_load_balancer_calls_its_targets_itself() {
    let answer = application(ALB_GROUPS).to("Balancer:80");
    answer.is_reachable();
    let hops = &answer.traces[0].hops;
    let forwards = hops.iter().position(|hop| hop.id == "Balancer" && hop.action == Action::Forward);
    let arrives = hops.iter().position(|hop| hop.id == "Server" && hop.action == Action::Stand);
    assert!(forwards.is_some() && forwards < arrives, "{hops:#?}");
}

#[test]
fn without_a_port_that_of_the_listener_is_meant() {
    application(KINDS).to("Balancer").is_reachable();
}

#[test]
fn targets_that_admit_the_caller_only_do_not_admit_the_balancer() {
    let template = application(ALB_GROUPS)
        .admits("{IpProtocol: tcp, FromPort: 8080, ToPort: 8080, SourceSecurityGroupId: !Ref FunctionGroup}");
    template.to("Balancer:80").is_blocked(Code::ENI_SG_RULES_MISMATCH, "ServerGroup");
}

#[test]
fn targets_must_be_admitted_on_their_own_port() {
    let template = application(ALB_GROUPS)
        .admits("{IpProtocol: tcp, FromPort: 80, ToPort: 80, SourceSecurityGroupId: !Ref BalancerGroup}");
    template.to("Balancer:80").is_blocked(Code::ENI_SG_RULES_MISMATCH, "ServerGroup");
}

#[test]
fn the_balancers_group_must_admit_callers_on_the_listeners_port() {
    let template = application(ALB_GROUPS).group("BalancerGroup", "Vpc", "");
    template.to("Balancer:80").is_blocked(Code::SG_HAS_NO_RULES, "BalancerGroup");
}

#[test]
fn the_balancers_group_must_let_out_to_the_targets() {
    let out = "SecurityGroupEgress: [{IpProtocol: tcp, FromPort: 80, ToPort: 80, CidrIp: 10.0.0.0/16}]";
    let template = application(ALB_GROUPS).group("BalancerGroup", "Vpc", &format!("{FROM_FUNCTION}, {out}"));
    template.to("Balancer:80").is_blocked(Code::ENI_SG_RULES_MISMATCH, "BalancerGroup");
}

#[test]
fn no_listener_takes_another_port() {
    application(LISTENERS).to("Balancer:443").is_blocked(Code::ELBV2_LISTENERS_MISMATCH, "Balancer");
    let template = application(LISTENERS).without("Listener");
    template.to("Balancer:80").is_blocked(Code::ELBV2_LISTENERS_MISMATCH, "Balancer");
    template.to("Balancer").is_blocked(Code::ELBV2_LISTENERS_MISMATCH, "Balancer");
}

#[test]
fn a_listener_takes_its_protocol_only() {
    let template = network("Network Load Balancers User Guide, Listeners: listener configuration", TO_SERVER);
    template.to("Balancer:80/udp").is_blocked(Code::PROTOCOL_RESTRICTION, "Balancer");
    template.to("Balancer:80").is_reachable();
}

#[test]
fn a_group_of_another_protocol_does_not_take_what_the_listener_takes() {
    let template =
        network("Network Load Balancers User Guide, Target groups: routing configuration", TO_SERVER).with(
            "Targets",
            "ElasticLoadBalancingV2::TargetGroup",
            &format!("VpcId: !Ref Vpc, Port: 8080, Protocol: UDP, {TO_SERVER}"),
        );
    template.to("Balancer:80").is_blocked(Code::ELBV2_LISTENER_REQUIRES_TG_ACCEPT, "Balancer");
}

#[test]
fn a_group_without_targets_answers_nothing() {
    let template = application(CODES).with(
        "Targets",
        "ElasticLoadBalancingV2::TargetGroup",
        "VpcId: !Ref Vpc, Port: 8080, Protocol: HTTP",
    );
    template.to("Balancer:80").is_blocked(Code::ELBV2_LISTENER_HAS_NO_TG, "Balancer");
    // Who is handed the group may register targets.
    let template = template.section("Outputs: {Group: {Value: !Ref Targets}}");
    let is_beyond = |missing: &Missing| matches!(missing, Missing::Beyond(Topic::LoadBalancer, _));
    template.to("Balancer:80").is_unknown(is_beyond);
}

#[test]
fn a_redirect_or_fixed_response_needs_no_target() {
    let template = application(LISTENERS).with(
        "Listener",
        "ElasticLoadBalancingV2::Listener",
        "LoadBalancerArn: !Ref Balancer, Port: 80, Protocol: HTTP, DefaultActions: \
         [{Type: fixed-response, FixedResponseConfig: {StatusCode: '200'}}]",
    );
    template.to("Balancer:80").is_reachable();
}

#[test]
fn rules_of_a_listener_lead_to_targets_too() {
    let template = application("Application Load Balancers User Guide, Listener rules")
        .with(
            "Listener",
            "ElasticLoadBalancingV2::Listener",
            "LoadBalancerArn: !Ref Balancer, Port: 80, Protocol: HTTP, DefaultActions: \
             [{Type: fixed-response, FixedResponseConfig: {StatusCode: '404'}}]",
        )
        .with(
            "Rule",
            "ElasticLoadBalancingV2::ListenerRule",
            "ListenerArn: !Ref Listener, Priority: 1, Conditions: [{Field: path-pattern, Values: ['/api']}], \
             Actions: [{Type: forward, ForwardConfig: {TargetGroups: [{TargetGroupArn: !Ref Targets}]}}]",
        );
    template.to("Balancer:80").is_reachable();
    template.admits("").to("Balancer:80").is_blocked(Code::SG_HAS_NO_RULES, "ServerGroup");
}

#[test]
fn a_function_behind_a_balancer_is_invoked_and_not_sent_packets() {
    let template = application("Application Load Balancers User Guide, Lambda functions as targets")
        .function("Behind", "SubnetB", "FunctionGroup")
        .with(
            "Targets",
            "ElasticLoadBalancingV2::TargetGroup",
            "TargetType: lambda, Targets: [{Id: !GetAtt Behind.Arn}]",
        );
    template.to("Balancer:80").is_reachable();
}

#[test]
fn tasks_of_a_service_are_targets() {
    let template =
        application("Amazon ECS Developer Guide, Use load balancing to distribute service traffic")
            .with(
                "Targets",
                "ElasticLoadBalancingV2::TargetGroup",
                "VpcId: !Ref Vpc, Port: 80, Protocol: HTTP, TargetType: ip",
            )
            .with(
                "Service",
                "ECS::Service",
                "TaskDefinition: 'app:1', LoadBalancers: [{TargetGroupArn: !Ref Targets, ContainerName: app, \
             ContainerPort: 8080}], NetworkConfiguration: {AwsvpcConfiguration: {Subnets: [!Ref SubnetB], \
             SecurityGroups: [!Ref ServerGroup]}}",
            );
    template.to("Balancer:80").is_reachable();
    let closed = template
        .admits("{IpProtocol: tcp, FromPort: 80, ToPort: 80, SourceSecurityGroupId: !Ref BalancerGroup}");
    closed.to("Balancer:80").is_blocked(Code::ENI_SG_RULES_MISMATCH, "ServerGroup");
}

#[test]
fn instances_of_an_auto_scaling_group_are_targets() {
    let template = application("Amazon EC2 Auto Scaling User Guide, Attach a load balancer to your group")
        .with("Targets", "ElasticLoadBalancingV2::TargetGroup", "VpcId: !Ref Vpc, Port: 8080, Protocol: HTTP")
        .with("Launch", "EC2::LaunchTemplate", "LaunchTemplateData: {SecurityGroupIds: [!Ref ServerGroup]}")
        .with(
            "Fleet",
            "AutoScaling::AutoScalingGroup",
            "MinSize: '1', MaxSize: '2', VPCZoneIdentifier: [!Ref SubnetA, !Ref SubnetB], LaunchTemplate: \
             {LaunchTemplateId: !Ref Launch, Version: '1'}, TargetGroupARNs: [!Ref Targets]",
        );
    template.to("Balancer:80").is_reachable();
    template.admits("").to("Balancer:80").is_blocked(Code::SG_HAS_NO_RULES, "ServerGroup");
}

#[test]
fn the_acl_of_a_balancers_subnet_is_asked_on_both_legs() {
    let template = application("Amazon VPC User Guide, Network ACLs: load balancers in subnets")
        .acl("SubnetB", "Vpc")
        .entry("SubnetB", "in 100 allow 6 10.0.0.0/16")
        .entry("SubnetB", "out 100 allow 6 10.0.0.0/16 1024-65535");
    template.to("Balancer:80").is_reachable();
    let closed = template.entry("SubnetB", "in 90 deny 6 10.0.0.0/16 8080");
    closed.to("Balancer:80").is_partial(Difference::Placement, Code::SUBNET_ACL_RESTRICTION, "SubnetBAcl");
}

#[test]
fn a_network_load_balancer_without_groups_filters_nothing() {
    network(NLB_GROUPS, TO_SERVER).to("Balancer:80").is_reachable();
}

#[test]
fn instances_see_the_address_of_the_caller() {
    let template = network(CLIENT_IP, TO_SERVER)
        .admits("{IpProtocol: tcp, FromPort: 8080, ToPort: 8080, CidrIp: 10.0.2.0/24}");
    template.to("Balancer:80").is_blocked(Code::ELBV2_SOURCE_ADDRESS_PRESERVATION, "Balancer");
    template.to("Balancer:80").is_blocked(Code::ENI_SG_RULES_MISMATCH, "ServerGroup");
}

#[test]
fn the_callers_group_is_not_seen_behind_a_network_load_balancer() {
    let template = network(
        "Network Load Balancers User Guide, Register targets: security groups of clients are no source",
        TO_SERVER,
    )
    .admits("{IpProtocol: tcp, FromPort: 8080, ToPort: 8080, SourceSecurityGroupId: !Ref FunctionGroup}");
    template.to("Balancer:80").is_blocked(Code::ENI_SG_RULES_MISMATCH, "ServerGroup");
}

#[test]
fn preservation_may_be_switched_off() {
    let off = "TargetGroupAttributes: [{Key: preserve_client_ip.enabled, Value: 'false'}]";
    let template = network(CLIENT_IP, &format!("{TO_SERVER}, {off}"))
        .admits("{IpProtocol: tcp, FromPort: 8080, ToPort: 8080, CidrIp: 10.0.2.0/24}");
    template.to("Balancer:80").is_reachable();
}

#[test]
fn whether_it_is_switched_on_may_not_be_known() {
    let template = network(
        CLIENT_IP,
        &format!(
            "{TO_SERVER}, TargetGroupAttributes: [{{Key: preserve_client_ip.enabled, Value: !Ref Keep}}]"
        ),
    )
    .section("Parameters: {Keep: {Type: String}}")
    .admits("{IpProtocol: tcp, FromPort: 8080, ToPort: 8080, CidrIp: 10.0.2.0/24}");
    template.to("Balancer:80").is_unknown(|missing| matches!(missing, Missing::Value(_)));
    template.given("Keep", "false").to("Balancer:80").is_reachable();
}

#[test]
fn addresses_as_targets_see_the_balancer_unless_it_is_udp() {
    let by_address = "TargetType: ip, Targets: [{Id: !GetAtt Server.PrivateIp, Port: 8080}]";
    let template = network(CLIENT_IP, by_address)
        .admits("{IpProtocol: tcp, FromPort: 8080, ToPort: 8080, CidrIp: 10.0.2.0/24}");
    template.to("Balancer:80").is_reachable();
    let template = template
        .with(
            "Listener",
            "ElasticLoadBalancingV2::Listener",
            "LoadBalancerArn: !Ref Balancer, Port: 80, Protocol: UDP, DefaultActions: \
             [{Type: forward, TargetGroupArn: !Ref Targets}]",
        )
        .with(
            "Targets",
            "ElasticLoadBalancingV2::TargetGroup",
            &format!("VpcId: !Ref Vpc, Port: 8080, Protocol: UDP, {by_address}"),
        )
        .admits("{IpProtocol: udp, FromPort: 8080, ToPort: 8080, CidrIp: 10.0.2.0/24}");
    template.to("Balancer:80/udp").is_blocked(Code::ELBV2_SOURCE_ADDRESS_PRESERVATION, "Balancer");
}

#[test]
fn the_group_of_a_network_load_balancer_may_be_named_even_where_it_preserves_addresses() {
    let template = balanced(NLB_GROUPS, "network", "SecurityGroups: [!Ref BalancerGroup]", TO_SERVER)
        .group("BalancerGroup", "Vpc", FROM_FUNCTION)
        .admits("{IpProtocol: tcp, FromPort: 8080, ToPort: 8080, SourceSecurityGroupId: !Ref BalancerGroup}");
    template.to("Balancer:80").is_reachable();
    let closed = template.group("BalancerGroup", "Vpc", "");
    closed.to("Balancer:80").is_blocked(Code::SG_HAS_NO_RULES, "BalancerGroup");
}

#[test]
fn without_cross_zone_a_zone_without_targets_is_left_out() {
    let template = network(CROSS_ZONE, TO_SERVER);
    let answer = template.to("Balancer:80");
    answer.is_reachable();
    answer.assumes("no target for its interface in subnet SubnetA");
    // What stops packets in the other zone stops all of them.
    let closed = template.acl("SubnetB", "Vpc");
    closed.to("Balancer:80").is_blocked(Code::SUBNET_ACL_RESTRICTION, "SubnetBAcl");
}

#[test]
fn across_zones_every_interface_sends_to_every_target() {
    let on = "TargetGroupAttributes: [{Key: load_balancing.cross_zone.enabled, Value: 'true'}]";
    let template = network(CROSS_ZONE, &format!("{TO_SERVER}, {on}")).acl("SubnetA", "Vpc");
    let template = template
        .entry("SubnetA", "out 100 allow 6 10.0.0.0/16")
        .entry("SubnetA", "in 100 allow 6 10.0.0.0/16 1024-65535");
    template.to("Balancer:80").is_reachable();
    let closed = template.entry("SubnetA", "out 90 deny 6 10.0.2.0/24 8080");
    closed.to("Balancer:80").is_partial(Difference::Placement, Code::SUBNET_ACL_RESTRICTION, "SubnetAAcl");
}

#[test]
fn targets_outside_of_the_enabled_zones_get_nothing() {
    let template = application(ZONES).with(
        "Balancer",
        "ElasticLoadBalancingV2::LoadBalancer",
        "Scheme: internal, SecurityGroups: [!Ref BalancerGroup], Subnets: [!Ref SubnetA, !Ref SubnetC]",
    );
    let template = template.subnet("SubnetC", "Vpc", "10.0.3.0/24", 2);
    template.to("Balancer:80").is_blocked(Code::ELBV2_NO_TARGETS_IN_AZ, "Balancer");
}

#[test]
fn an_application_load_balancer_behind_a_network_one_sees_the_caller() {
    let template = application("Network Load Balancers User Guide, Application Load Balancers as targets")
        .with(
            "Front",
            "ElasticLoadBalancingV2::LoadBalancer",
            "Type: network, Scheme: internal, Subnets: [!Ref SubnetA, !Ref SubnetB]",
        )
        .with(
            "FrontListener",
            "ElasticLoadBalancingV2::Listener",
            "LoadBalancerArn: !Ref Front, Port: 80, Protocol: TCP, DefaultActions: \
             [{Type: forward, TargetGroupArn: !Ref Inner}]",
        )
        .with(
            "Inner",
            "ElasticLoadBalancingV2::TargetGroup",
            "VpcId: !Ref Vpc, Port: 80, Protocol: TCP, TargetType: alb, Targets: [{Id: !Ref Balancer}]",
        );
    let by_number = |cidr: &str| {
        template.clone().group(
            "BalancerGroup",
            "Vpc",
            &format!("SecurityGroupIngress: [{{IpProtocol: tcp, FromPort: 80, ToPort: 80, CidrIp: {cidr}}}]"),
        )
    };
    by_number("10.0.1.0/24").to("Front:80").is_reachable();
    by_number("10.0.2.0/24").to("Front:80").is_blocked(Code::ENI_SG_RULES_MISMATCH, "BalancerGroup");
}

fn is_address_of(missing: &Missing, id: &str) -> bool {
    matches!(missing, Missing::Value(Unknown::Attribute { resource, .. }) if resource == id)
}

#[test]
fn an_internet_facing_balancer_is_called_from_outside() {
    let public = application(ZONES)
        .nat()
        .subnet("PublicSubnetC", "Vpc", "10.0.9.0/24", 1)
        .with(
            "PublicSubnetCTable",
            "EC2::SubnetRouteTableAssociation",
            "SubnetId: !Ref PublicSubnetC, RouteTableId: !Ref PublicTable",
        )
        .with(
            "Balancer",
            "ElasticLoadBalancingV2::LoadBalancer",
            "SecurityGroups: [!Ref BalancerGroup], Subnets: [!Ref PublicSubnet, !Ref PublicSubnetC]",
        )
        .group(
            "BalancerGroup",
            "Vpc",
            "SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 80, ToPort: 80, CidrIp: 0.0.0.0/0}]",
        );
    public.to("Balancer:80").is_blocked(Code::NO_ROUTE_TO_DESTINATION, "TableA");
    let routed = public.route("TableA", "0.0.0.0/0", "NatGatewayId: !Ref Nat");
    routed.to("Balancer:80").is_reachable();
    let from = |address: &str| {
        routed
            .clone()
            .with("Other", "EC2::EIP", "Domain: vpc")
            .with(
                "OtherNat",
                "EC2::NatGateway",
                "SubnetId: !Ref PublicSubnet, AllocationId: !GetAtt Other.AllocationId",
            )
            .with("Free", "EC2::EIP", "Domain: vpc")
            .group(
                "BalancerGroup",
                "Vpc",
                &format!(
                    "SecurityGroupIngress: [{{IpProtocol: tcp, FromPort: 80, ToPort: 80, CidrIp: !Sub '{address}'}}]"
                ),
            )
    };
    from("${Address}/32").to("Balancer:80").is_reachable();
    from("${Address.PublicIp}/32").to("Balancer:80").is_reachable();
    from("${Other}/32").to("Balancer:80").is_blocked(Code::ENI_SG_RULES_MISMATCH, "BalancerGroup");
    from("${Free}/32").to("Balancer:80").is_unknown(|missing| is_address_of(missing, "Free"));
    from("${Address}/24").to("Balancer:80").is_unknown(|missing| is_address_of(missing, "Address"));
    let by_group = routed.group("BalancerGroup", "Vpc", FROM_FUNCTION);
    by_group.to("Balancer:80").is_blocked(Code::ENI_SG_RULES_MISMATCH, "BalancerGroup");
}

#[test]
fn an_internet_facing_balancer_needs_public_subnets() {
    let template = application("Application Load Balancers User Guide, Internet-facing load balancers")
        .nat()
        .route("TableA", "0.0.0.0/0", "NatGatewayId: !Ref Nat")
        .with(
            "Balancer",
            "ElasticLoadBalancingV2::LoadBalancer",
            "SecurityGroups: [!Ref BalancerGroup], Subnets: [!Ref SubnetA, !Ref SubnetB]",
        )
        .group(
            "BalancerGroup",
            "Vpc",
            "SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 80, ToPort: 80, CidrIp: 0.0.0.0/0}]",
        );
    template.to("Balancer:80").is_blocked_on(Direction::Back, Code::NO_ROUTE_TO_DESTINATION, "TableB");
}

/// A Classic Load Balancer on 80 in `subnets`, in front of `Server` on 8080.
fn classic(subnets: &str, more: &str) -> Composed {
    fact(CLASSIC)
        .with(
            "Balancer",
            "ElasticLoadBalancing::LoadBalancer",
            &format!(
                "Scheme: internal, Subnets: [{subnets}], SecurityGroups: [!Ref BalancerGroup], Listeners: \
                 [{{LoadBalancerPort: '80', InstancePort: '8080', Protocol: HTTP}}], {more}"
            ),
        )
        .group("BalancerGroup", "Vpc", FROM_FUNCTION)
        .admits("{IpProtocol: tcp, FromPort: 8080, ToPort: 8080, SourceSecurityGroupId: !Ref BalancerGroup}")
}

#[test]
fn a_classic_load_balancer_sends_to_the_port_of_its_instances() {
    let template = classic("!Ref SubnetB", "Instances: [!Ref Server]");
    template.to("Balancer:80").is_reachable();
    template.to("Balancer:8080").is_blocked(Code::ELB_LISTENERS_MISMATCH, "Balancer");
}

#[test]
fn a_classic_load_balancer_without_instances_answers_nothing() {
    classic("!Ref SubnetB", "").to("Balancer:80").is_blocked(Code::TARGET_ADDRESS_RESTRICTION, "Balancer");
}

#[test]
fn a_classic_load_balancer_stays_in_the_zone_unless_told_otherwise() {
    let both = "!Ref SubnetA, !Ref SubnetB";
    classic(both, "Instances: [!Ref Server]").to("Balancer:80").is_partial(
        Difference::Placement,
        Code::ELB_NOT_CROSSZONE,
        "Balancer",
    );
    classic(both, "CrossZone: true, Instances: [!Ref Server]").to("Balancer:80").is_reachable();
}

#[test]
fn a_classic_load_balancer_is_not_in_the_zone_of_its_instances() {
    let template = classic("!Ref SubnetA", "CrossZone: true, Instances: [!Ref Server]");
    template.to("Balancer:80").is_blocked(Code::ELB_INSTALLED_AZ_RESTRICTION, "Balancer");
}

#[test]
fn a_classic_load_balancer_asks_the_acl_for_its_own_subnet() {
    let template = classic("!Ref SubnetB", "Instances: [!Ref Server]")
        .acl("SubnetB", "Vpc")
        .entry("SubnetB", "in 100 allow 6 10.0.0.0/16")
        .entry("SubnetB", "out 100 allow 6 10.0.1.0/24");
    template.to("Balancer:80").is_blocked(Code::ELB_ACL_RESTRICTION, "SubnetBAcl");
    template.entry("SubnetB", "out 110 allow 6 10.0.2.0/24").to("Balancer:80").is_reachable();
}

#[test]
fn targets_may_be_registered_elsewhere() {
    let template = application(TARGETS)
        .with(
            "Listener",
            "ElasticLoadBalancingV2::Listener",
            "LoadBalancerArn: !Ref Balancer, Port: 80, Protocol: HTTP, DefaultActions: \
             [{Type: forward, TargetGroupArn: !Ref Elsewhere}]",
        )
        .section("Parameters: {Elsewhere: {Type: String}}");
    template.to("Balancer:80").is_unknown(|missing| matches!(missing, Missing::Value(_)));
}

const PROXY: &str =
    "Amazon RDS User Guide, Planning where to use RDS Proxy: security groups of proxy and database";

/// `Proxy` in both subnets in front of `Db`, whose group is `DatabaseGroup` with these rules.
fn proxied(rules: &str) -> Composed {
    fact(PROXY)
        .database("")
        .group("DatabaseGroup", "Vpc", &format!("SecurityGroupIngress: [{rules}]"))
        .with(
            "Db",
            "RDS::DBInstance",
            "Engine: postgres, DBInstanceClass: db.t4g.micro, DBSubnetGroupName: !Ref Subnets, \
             VPCSecurityGroups: [!Ref DatabaseGroup]",
        )
        .with(
            "Proxy",
            "RDS::DBProxy",
            "DBProxyName: p, EngineFamily: POSTGRESQL, RoleArn: 'arn:aws:iam::111122223333:role/p', \
             Auth: [{AuthScheme: SECRETS}], VpcSubnetIds: [!Ref SubnetA, !Ref SubnetB], \
             VpcSecurityGroupIds: [!Ref ServerGroup]",
        )
        .with(
            "ProxyTargets",
            "RDS::DBProxyTargetGroup",
            "DBProxyName: !Ref Proxy, TargetGroupName: default, DBInstanceIdentifiers: [!Ref Db]",
        )
}

#[test]
fn a_proxy_must_reach_its_database() {
    let of_proxy = "{IpProtocol: tcp, FromPort: 5432, ToPort: 5432, SourceSecurityGroupId: !Ref ServerGroup}";
    proxied(of_proxy).to("Proxy").is_reachable();
    let of_function =
        "{IpProtocol: tcp, FromPort: 5432, ToPort: 5432, SourceSecurityGroupId: !Ref FunctionGroup}";
    proxied(of_function).to("Proxy").is_blocked(Code::ENI_SG_RULES_MISMATCH, "DatabaseGroup");
}

#[test]
fn where_the_databases_of_a_proxy_are_not_known_they_are_taken_to_be_reached() {
    let template = proxied("").with(
        "ProxyTargets",
        "RDS::DBProxyTargetGroup",
        "DBProxyName: !Ref Proxy, TargetGroupName: default, DBInstanceIdentifiers: [elsewhere]",
    );
    let answer = template.to("Proxy");
    answer.is_reachable();
    answer.assumes("Proxy is taken to reach its databases");
}

#[test]
fn health_checks_may_ask_another_port() {
    let checks = |port: &str| {
        let targets = format!("{TO_SERVER}, HealthCheckPort: {port}");
        balanced(HEALTH, "application", "SecurityGroups: [!Ref BalancerGroup]", &targets)
            .group("BalancerGroup", "Vpc", FROM_FUNCTION)
            .admits(
                "{IpProtocol: tcp, FromPort: 8080, ToPort: 8081, SourceSecurityGroupId: !Ref BalancerGroup}",
            )
    };
    let asked = checks("'9000'").to("Balancer:80");
    asked.is_reachable();
    asked.assumes(
        "health checks of Targets do not reach Server (no inbound rule of ServerGroup allows tcp 9000",
    );
    for passes in ["'8081'", "8080", "traffic-port"] {
        checks(passes).to("Balancer:80").does_not_assume("health checks");
    }
}

#[test]
fn health_checks_come_from_the_balancer_where_callers_keep_their_address() {
    let admits = |range: &str| {
        let rule = format!("{{IpProtocol: tcp, FromPort: 8080, ToPort: 8080, CidrIp: {range}}}");
        balanced(HEALTH, "network", "", TO_SERVER).admits(&rule)
    };
    // The function stands in 10.0.1.0/24, as one of the balancer's interfaces does; the other is in 10.0.2.0/24.
    let asked = admits("10.0.1.0/24").to("Balancer:80");
    asked.is_reachable();
    asked.assumes("health checks of Targets do not reach Server");
    admits("10.0.0.0/16").to("Balancer:80").does_not_assume("health checks");
}
