use super::causes::{self, Cause};
use super::into_private_subnets::into_private_subnets;
use super::reach::Reached;
use super::subject::{Faults, in_template, key_of};
use super::{Area, RuleInfo, Subject};
use crate::demands::Confidence;
use crate::finding::{Finding, RuleId, Safety, Severity};
use crate::network::{Cidr, Destination, Network, Place, Route, Situated, SubnetIndex, Target, WorkloadKind};
use crate::paths::Verdict;
use crate::phrase;
use crate::template::Template;
use crate::text::Span;

pub(super) const ID: RuleId = RuleId("function-in-public-subnet");

pub(super) static RULE: RuleInfo = RuleInfo {
    id: ID,
    area: Area::Routing,
    severity: Severity::Error,
    fix: Some(Safety::Unsafe),
    summary: || {
        phrase!(
            en: "A function is in a public subnet, where it has no way to the internet",
            ja: "関数がパブリックサブネットにあり、そこからインターネットに出られない",
        )
    },
    check,
};

/// A function and its public subnets, each with the route that makes it public.
#[derive(Debug, PartialEq)]
struct Fault {
    function: String,
    at: Option<Span>,
    subnets: Vec<(String, Option<Place>)>,
    /// Whether other subnets of it are not public.
    some: bool,
}

fn check(subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    let mut faults = Faults::new();
    for situated in subject.networks {
        let network = &situated.network;
        let functions = network.workloads.iter().filter(|workload| workload.kind == WorkloadKind::Function);
        for function in functions {
            let public: Vec<(String, Option<Place>)> = function
                .subnets
                .items
                .iter()
                .filter_map(|subnet| {
                    let at = way_to_internet_gateway(network, *subnet)?.at;
                    Some((network.subnets[subnet.0].name.to_string(), at))
                })
                .collect();
            let function_id = function.name.to_string();
            if public.is_empty() || allows_ipv6(subject.template, &function_id) {
                continue;
            }
            let some = public.len() < function.subnets.items.len();
            let at = subject
                .template
                .resource(&function_id)
                .map(|resource| key_of(subject.template, resource, "VpcConfig"));
            faults.add(Fault { function: function_id, at, subnets: public, some }, situated.situation);
        }
    }
    for (fault, situations) in faults {
        let public: Vec<&str> = fault.subnets.iter().map(|(name, _)| name.as_str()).collect();
        // In situations in which its subnets are other ones, the same text says so.
        let exists = |one: &&Situated| one.network.workload(&fault.function).is_some();
        let always = subject.networks.iter().filter(exists).count() == situations.len();
        let fix = if always { into_private_subnets(subject, &fault.function, &public) } else { None };
        findings.push(finding(subject, &fault).fix(fix).only_where(subject.only_where(&situations)));
    }
}

/// Whether this rule tells of a function in a subnet.
pub(super) fn is_told(
    template: &Template<'_>,
    network: &Network,
    function: &str,
    subnet: SubnetIndex,
) -> bool {
    way_to_internet_gateway(network, subnet).is_some() && !allows_ipv6(template, function)
}

/// The route that sends everything from a subnet to an internet gateway.
pub(super) fn way_to_internet_gateway(network: &Network, subnet: SubnetIndex) -> Option<&Route> {
    let table = network.subnets[subnet.0].table.known()?;
    let everything = |destination: &Destination| matches!(destination, Destination::Cidr(Cidr::Known(net)) if net.prefix_len() == 0);
    network.tables[table.0].routes.items.iter().find(|route| {
        everything(&route.destination)
            && matches!(route.target, Target::InternetGateway(_))
            && !route.blackhole
    })
}

/// Over IP version 6 an internet gateway is a way out for functions too, where they may use it.
pub(super) fn allows_ipv6(template: &Template<'_>, function: &str) -> bool {
    let Some(resource) = template.resource(function) else { return false };
    let cases = template.property(resource, &["VpcConfig", "Ipv6AllowedForDualStack"]);
    cases.iter().any(|case| case.value.known() != Some("false"))
}

fn finding(subject: &Subject<'_, '_>, fault: &Fault) -> Finding {
    let cause = Cause::by(subject, &causes::Fault::PublicSubnet(fault.function.clone()));
    // Where every subnet is public there is no other way.
    let certain = |answer: &&Reached| {
        answer.sum.verdict == Verdict::Blocked && answer.demand.confidence == Confidence::Certain
    };
    let lost = cause.map(|cause| cause.answers(subject)).unwrap_or_default();
    let severity = if lost.iter().any(certain) { Severity::Error } else { Severity::Warning };
    let function = &fault.function;
    let names: Vec<String> = fault.subnets.iter().map(|(name, _)| format!("`{name}`")).collect();
    let (names, ja_names) = (names.join(" and "), names.join("、"));
    let several = if fault.subnets.len() == 1 { "a public subnet" } else { "public subnets" };
    let (also_en, also_ja) = if fault.some {
        (
            "; from its other subnets it may work, so calls fail now and then",
            "。ほかのサブネットからは届くことがあるため、失敗したりしなかったりします",
        )
    } else {
        ("", "")
    };
    let mut finding = Finding::new(
        ID,
        severity,
        fault.at,
        phrase!(
            en: "`{function}` is in {several} ({names}) and has no way to the internet from there",
            ja: "`{function}` はパブリックサブネット ({ja_names}) にあり、そこからインターネットに出られません",
        ),
    )
    .help(phrase!(
        en: "a function in a VPC has private addresses only, and an internet gateway carries none of them{also_en}; use private subnets with a NAT gateway, or endpoints for the AWS services it calls",
        ja: "VPC 内の関数はプライベートアドレスしか持たず、インターネットゲートウェイを通れません{also_ja}。NAT ゲートウェイのあるプライベートサブネットに置くか、呼び出す AWS サービスのエンドポイントを用意してください",
    ))
    .about(function);
    let mut told: Vec<Place> = Vec::new();
    for (name, at) in &fault.subnets {
        if let Some(span) = in_template(*at)
            && let Some(place) = at
            && !told.contains(place)
        {
            told.push(*place);
            finding = finding.label(
                span,
                phrase!(
                    en: "this route makes `{name}` public",
                    ja: "このルートにより `{name}` はパブリックサブネットになります",
                ),
            );
        }
    }
    match cause {
        Some(cause) => cause.with_effects(subject, finding),
        None => finding,
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{findings, fixed};

    const ID: &str = "function-in-public-subnet";

    fn with(rest: &str) -> String {
        format!(
            "Parameters: {{Open: {{Type: String, AllowedValues: ['yes', 'no']}}}}
Conditions: {{IsOpen: !Equals [!Ref Open, 'yes']}}
Resources:
  Vpc: {{Type: AWS::EC2::VPC, Properties: {{CidrBlock: 10.0.0.0/16}}}}
  Public: {{Type: AWS::EC2::Subnet, Properties: {{VpcId: !Ref Vpc, CidrBlock: 10.0.0.0/24}}}}
  Private: {{Type: AWS::EC2::Subnet, Properties: {{VpcId: !Ref Vpc, CidrBlock: 10.0.1.0/24}}}}
  Gateway: {{Type: AWS::EC2::InternetGateway}}
  Attached: {{Type: AWS::EC2::VPCGatewayAttachment, Properties: {{VpcId: !Ref Vpc, InternetGatewayId: !Ref Gateway}}}}
  Table: {{Type: AWS::EC2::RouteTable, Properties: {{VpcId: !Ref Vpc}}}}
  Uses: {{Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {{RouteTableId: !Ref Table, SubnetId: !Ref Public}}}}
  Group: {{Type: AWS::EC2::SecurityGroup, Properties: {{GroupDescription: g, VpcId: !Ref Vpc}}}}
{rest}"
        )
    }

    const ROUTE: &str = "  Out: {Type: AWS::EC2::Route, Properties: {RouteTableId: !Ref Table, DestinationCidrBlock: 0.0.0.0/0, GatewayId: !Ref Gateway}}\n";

    fn function(subnets: &str, more: &str) -> String {
        format!(
            "  Fn: {{Type: AWS::Lambda::Function, Properties: {{VpcConfig: {{SubnetIds: [{subnets}], SecurityGroupIds: [!Ref Group]{more}}}}}}}\n"
        )
    }

    #[test]
    fn a_function_in_a_public_subnet_is_found() {
        let text = with(&format!("{ROUTE}{}", function("!Ref Public", "")));
        let found = findings(&text, ID);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(
            found[0].contains("`Fn` is in a public subnet (`Public`) and has no way to the internet"),
            "{found:?}"
        );
        assert!(found[0].contains("12:3 this route makes `Public` public"), "{found:?}");
    }

    #[test]
    fn it_is_an_error_where_something_outside_is_needed() {
        let needs = function("!Ref Public", "").replace(
            "Function, Properties",
            "Function, Metadata: {vpcheck: {reaches: [internet]}}, Properties",
        );
        let text = with(&format!("{ROUTE}{needs}"));
        let found = findings(&text, ID);
        assert!(found.len() == 1 && found[0].contains("so `Fn` cannot reach `internet`"), "{found:?}");
        assert!(findings(&text, "unreachable-destination").is_empty(), "one cause, one finding");
    }

    const PRIVATE: &str = "  NatTable: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref Vpc}}
  UsesNat: {Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {RouteTableId: !Ref NatTable, SubnetId: !Ref Private}}
  Nat: {Type: AWS::EC2::NatGateway, DependsOn: Attached, Properties: {SubnetId: !Ref Public, AllocationId: eipalloc-1}}
  ByNat: {Type: AWS::EC2::Route, Properties: {RouteTableId: !Ref NatTable, DestinationCidrBlock: 0.0.0.0/0, NatGatewayId: !Ref Nat}}
";

    fn calling(function: &str, goal: &str) -> String {
        let declared = format!("Function, Metadata: {{vpcheck: {{reaches: [{goal}]}}}}, Properties");
        function.replace("Function, Properties", &declared)
    }

    #[test]
    fn it_is_moved_to_a_private_subnet_from_which_it_works() {
        let moved = |rest: &str| fixed(&with(&format!("{ROUTE}{PRIVATE}{rest}")), ID);
        let calls = calling(&function("!Ref Public", ""), "internet");
        assert!(moved(&calls).contains("SubnetIds: [!Ref Private], Sec"), "{}", moved(&calls));
        assert_eq!(findings(&moved(&calls), ID), Vec::<String>::new());
        assert_eq!(findings(&moved(&calls), "unreachable-destination"), Vec::<String>::new());
        let open = format!("{calls}  Other: {{Type: AWS::EC2::Subnet, Properties: {{VpcId: !Ref Vpc, CidrBlock: 10.0.2.0/24}}}}
  OfOther: {{Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {{RouteTableId: !Ref NatTable, SubnetId: !Ref Other}}}}\n");
        assert!(moved(&open).contains("SubnetIds: [!Ref Private, !Ref Other], Sec"), "{}", moved(&open));
        let both = calling(&function("!Ref Public, !Ref Private", ""), "internet");
        assert!(moved(&both).contains("[!Ref Public, !Ref Private]"), "one subnet would be left");
    }

    #[test]
    fn it_is_not_moved_where_that_does_not_help() {
        let stays = |text: String| assert_eq!(fixed(&text, ID), text);
        let calls = calling(&function("!Ref Public", ""), "internet");
        stays(with(&format!("{ROUTE}{calls}")));
        let elsewhere = "Private: {Type: AWS::EC2::Subnet, Properties: {VpcId: vpc-1";
        stays(
            with(&format!("{ROUTE}{PRIVATE}{calls}"))
                .replace(&elsewhere.replace("vpc-1", "!Ref Vpc"), elsewhere),
        );
        // A NAT gateway would carry what a gateway endpoint carries for nothing.
        stays(with(&format!("{ROUTE}{PRIVATE}{}", calling(&function("!Ref Public", ""), "s3"))));
        let given = function("!Ref Public", "").replace("[!Ref Public]", "!Split [',', !Ref Public]");
        stays(with(&format!("{ROUTE}{PRIVATE}{given}")));
    }

    #[test]
    fn sam_and_json_are_read_alike() {
        let sam = with(&format!(
            "{ROUTE}  Fn: {{Type: AWS::Serverless::Function, Properties: {{Handler: a.b, Runtime: python3.13, CodeUri: ., VpcConfig: {{SubnetIds: [!Ref Public], SecurityGroupIds: [!Ref Group]}}}}}}\n"
        ));
        assert_eq!(findings(&format!("Transform: AWS::Serverless-2016-10-31\n{sam}"), ID).len(), 1);
        let json = r#"{"Resources": {
            "Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}},
            "Public": {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": {"Ref": "Vpc"}, "CidrBlock": "10.0.0.0/24"}},
            "Gateway": {"Type": "AWS::EC2::InternetGateway"},
            "Table": {"Type": "AWS::EC2::RouteTable", "Properties": {"VpcId": {"Ref": "Vpc"}}},
            "Uses": {"Type": "AWS::EC2::SubnetRouteTableAssociation",
                "Properties": {"RouteTableId": {"Ref": "Table"}, "SubnetId": {"Ref": "Public"}}},
            "Out": {"Type": "AWS::EC2::Route", "Properties": {"RouteTableId": {"Ref": "Table"},
                "DestinationCidrBlock": "0.0.0.0/0", "GatewayId": {"Ref": "Gateway"}}},
            "Fn": {"Type": "AWS::Lambda::Function", "Properties": {"VpcConfig":
                {"SubnetIds": [{"Ref": "Public"}], "SecurityGroupIds": ["sg-1"]}}}}}"#;
        assert_eq!(findings(json, ID).len(), 1);
    }

    #[test]
    fn a_function_in_both_kinds_is_told_that_it_fails_now_and_then() {
        let text = with(&format!("{ROUTE}{}", function("!Ref Public, !Ref Private", "")));
        assert!(findings(&text, ID)[0].contains("public subnet (`Public`)"));
    }

    #[test]
    fn a_route_under_a_condition_is_told_with_it() {
        let route =
            ROUTE.replace("Properties: {RouteTableId", "Condition: IsOpen, Properties: {RouteTableId");
        let found = findings(&with(&format!("{route}{}", function("!Ref Public", ""))), ID);
        assert!(found.len() == 1 && found[0].contains("(where Open = yes)"), "{found:?}");
    }

    #[test]
    fn other_subnets_and_routes_are_left_alone() {
        let quiet = [
            function("!Ref Public", ""),
            format!("{ROUTE}{}", function("!Ref Private", "")),
            format!("{ROUTE}{}", function("subnet-0aaa", "")),
            format!("{ROUTE}{}", function("!Ref Public", ", Ipv6AllowedForDualStack: true")),
            format!("{}{}", ROUTE.replace("0.0.0.0/0", "203.0.113.0/24"), function("!Ref Public", "")),
            format!("{ROUTE}  Server: {{Type: AWS::EC2::Instance, Properties: {{SubnetId: !Ref Public}}}}\n"),
        ];
        for rest in quiet {
            assert!(findings(&with(&rest), ID).is_empty(), "{rest}");
        }
    }
}
