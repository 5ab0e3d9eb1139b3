use std::collections::BTreeMap;

use super::causes::on_the_way;
use super::function_in_public_subnet::way_to_internet_gateway;
use super::subject::{Faults, in_template, key_of};
use super::{Area, RuleInfo, Subject};
use crate::finding::{Finding, RuleId, Severity};
use crate::network::{Network, Place, Ports, Protocol, SubnetIndex, Workload, WorkloadIndex, WorkloadKind};
use crate::paths::{Difference, Goal, GoalTarget, Trace, Verdict, suggested_goals, trace_from};
use crate::phrase;
use crate::text::Span;

const ID: RuleId = RuleId("mixed-subnet-egress");

pub(super) static RULE: RuleInfo = RuleInfo {
    id: ID,
    area: Area::Routing,
    severity: Severity::Warning,
    fix: None,
    summary: || {
        phrase!(
            en: "The subnets of a function reach different destinations",
            ja: "関数のサブネットによって、届く宛先が異なる",
        )
    },
    check,
};

/// A function and what only some of its subnets reach.
#[derive(Debug, PartialEq)]
struct Fault {
    function: String,
    at: Option<Span>,
    destinations: Vec<String>,
    internet: bool,
    reaching: Vec<String>,
    failing: Vec<String>,
    blockers: Vec<(crate::language::Phrase, Option<Place>)>,
}

fn check(subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    let mut faults: Faults<Fault> = Faults::new();
    for situated in subject.networks {
        let network = &situated.network;
        let goals = goals(network);
        for (index, function) in network.workloads.iter().enumerate() {
            let several = function.kind == WorkloadKind::Function && function.subnets.items.len() > 1;
            // A public subnet among private ones is told by a rule of its own.
            if !several || is_in_public_subnet(network, function) || is_told_by_demand(subject, function) {
                continue;
            }
            let mut found: Vec<Fault> = Vec::new();
            for goal in &goals {
                let traces = trace_from(network, &BTreeMap::new(), WorkloadIndex(index), goal);
                let Some(fault) = mixed(subject, network, function, goal, &traces) else { continue };
                // Destinations that differ by the same subnets are one matter.
                let same =
                    |known: &&mut Fault| known.reaching == fault.reaching && known.failing == fault.failing;
                match found.iter_mut().find(same) {
                    Some(known) => {
                        known.internet |= fault.internet;
                        known.destinations.extend(fault.destinations);
                        known.blockers.extend(fault.blockers);
                    }
                    None => found.push(fault),
                }
            }
            for fault in found {
                faults.add(fault, situated.situation);
            }
        }
    }
    for (fault, situations) in faults {
        findings.push(finding(&fault).only_where(subject.only_where(&situations)));
    }
}

/// What leaves the VPC: the internet, and services that have endpoints in it.
pub(super) fn goals(network: &Network) -> Vec<Goal> {
    let outside = |goal: &Goal| matches!(goal.target, GoalTarget::Service(_) | GoalTarget::Internet);
    suggested_goals(network)
        .into_iter()
        .filter(outside)
        .map(|goal| Goal { ports: Some(Ports::one(443)), protocol: Protocol::TCP, ..goal })
        .collect()
}

fn is_in_public_subnet(network: &Network, function: &Workload) -> bool {
    function.subnets.items.iter().any(|subnet| way_to_internet_gateway(network, *subnet).is_some())
}

/// What the function is known to need is told with that need.
fn is_told_by_demand(subject: &Subject<'_, '_>, function: &Workload) -> bool {
    subject.answers().iter().any(|answer| {
        function.name.matches(&answer.function)
            && !answer.demand.forbidden
            && answer.sum.partial_by.contains(&Difference::Subnet)
    })
}

/// Whether all that stops packets from a subnet is told by other rules, as a cause of its own.
fn is_told_by_cause(
    subject: &Subject<'_, '_>,
    network: &Network,
    subnet: Option<SubnetIndex>,
    trace: &Trace,
) -> bool {
    let is_told = |blocker| on_the_way(subject, network, subnet, blocker).is_some();
    trace.verdict == Verdict::Blocked && !trace.blockers.is_empty() && trace.blockers.iter().all(is_told)
}

fn mixed(
    subject: &Subject<'_, '_>,
    network: &Network,
    function: &Workload,
    goal: &Goal,
    traces: &[Trace],
) -> Option<Fault> {
    let traces: Vec<&Trace> = traces
        .iter()
        .enumerate()
        .filter(|(at, trace)| {
            !is_told_by_cause(subject, network, function.subnets.items.get(*at).copied(), trace)
        })
        .map(|(_, trace)| trace)
        .collect();
    let subnets = |verdict: Verdict| -> Vec<String> {
        traces
            .iter()
            .filter(|trace| trace.verdict == verdict)
            .filter_map(|trace| trace.from.subnet.clone())
            .collect()
    };
    let (reaching, failing) = (subnets(Verdict::Reachable), subnets(Verdict::Blocked));
    if reaching.is_empty() || failing.is_empty() {
        return None;
    }
    let id = function.name.to_string();
    let blocked = traces.iter().filter(|trace| trace.verdict == Verdict::Blocked);
    let blockers = blocked.flat_map(|trace| &trace.blockers);
    Some(Fault {
        at: subject.template.resource(&id).map(|resource| key_of(subject.template, resource, "VpcConfig")),
        function: id,
        internet: goal.target == GoalTarget::Internet,
        destinations: match &goal.target {
            GoalTarget::Internet => Vec::new(),
            target => vec![target.id()],
        },
        reaching,
        failing,
        blockers: blockers.map(|blocker| (blocker.message.clone(), blocker.at)).collect(),
    })
}

fn finding(fault: &Fault) -> Finding {
    let list = |names: &[String], and: &str| {
        names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(and)
    };
    let (function, services) = (&fault.function, fault.destinations.join(", "));
    let (what_en, what_ja) = match (fault.internet, services.is_empty()) {
        (true, true) => ("the internet".to_owned(), "インターネット".to_owned()),
        (true, false) => (format!("the internet and {services}"), format!("インターネットと {services}")),
        (false, _) => (services.clone(), services),
    };
    let (from, from_ja) = (list(&fault.reaching, " and "), list(&fault.reaching, "、"));
    let (not, not_ja) = (list(&fault.failing, " or "), list(&fault.failing, "、"));
    let mut finding = Finding::new(
        ID,
        Severity::Warning,
        fault.at,
        phrase!(
            en: "`{function}` reaches {what_en} from {from}, but not from {not}",
            ja: "`{function}` は {from_ja} からは {what_ja} に届きますが、{not_ja} からは届きません",
        ),
    )
    .help(phrase!(
        en: "Lambda runs the function in any of its subnets, so the same call works now and fails then; give all of them the same way out, or name only those that have it",
        ja: "Lambda はいずれかのサブネットで関数を実行するため、同じ呼び出しが成功したり失敗したりします。すべてのサブネットに同じ経路を用意するか、経路のあるサブネットだけを指定してください",
    ))
    .about(function)
    .told_apart_by(fault.failing.join(","));
    let mut told: Vec<Span> = Vec::new();
    for (message, at) in &fault.blockers {
        if let Some(span) = in_template(*at).filter(|span| !told.contains(span)) {
            told.push(span);
            finding = finding.label(span, message.clone());
        }
    }
    finding
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::findings;

    const ID: &str = "mixed-subnet-egress";

    fn with(rest: &str) -> String {
        format!(
            "Resources:
  Vpc: {{Type: AWS::EC2::VPC, Properties: {{CidrBlock: 10.0.0.0/16}}}}
  Public: {{Type: AWS::EC2::Subnet, Properties: {{VpcId: !Ref Vpc, CidrBlock: 10.0.0.0/24}}}}
  A: {{Type: AWS::EC2::Subnet, Properties: {{VpcId: !Ref Vpc, CidrBlock: 10.0.1.0/24}}}}
  B: {{Type: AWS::EC2::Subnet, Properties: {{VpcId: !Ref Vpc, CidrBlock: 10.0.2.0/24}}}}
  Gateway: {{Type: AWS::EC2::InternetGateway}}
  Attached: {{Type: AWS::EC2::VPCGatewayAttachment, Properties: {{VpcId: !Ref Vpc, InternetGatewayId: !Ref Gateway}}}}
  PublicTable: {{Type: AWS::EC2::RouteTable, Properties: {{VpcId: !Ref Vpc}}}}
  PublicUses: {{Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {{RouteTableId: !Ref PublicTable, SubnetId: !Ref Public}}}}
  Out: {{Type: AWS::EC2::Route, Properties: {{RouteTableId: !Ref PublicTable, DestinationCidrBlock: 0.0.0.0/0, GatewayId: !Ref Gateway}}}}
  Nat: {{Type: AWS::EC2::NatGateway, Properties: {{SubnetId: !Ref Public, AllocationId: eipalloc-1}}}}
  Table: {{Type: AWS::EC2::RouteTable, Properties: {{VpcId: !Ref Vpc}}}}
  Uses: {{Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {{RouteTableId: !Ref Table, SubnetId: !Ref A}}}}
  Away: {{Type: AWS::EC2::Route, Properties: {{RouteTableId: !Ref Table, DestinationCidrBlock: 0.0.0.0/0, NatGatewayId: !Ref Nat}}}}
  Other: {{Type: AWS::EC2::RouteTable, Properties: {{VpcId: !Ref Vpc}}}}
  OtherUses: {{Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {{RouteTableId: !Ref Other, SubnetId: !Ref B}}}}
  Group: {{Type: AWS::EC2::SecurityGroup, Properties: {{GroupDescription: g, VpcId: !Ref Vpc}}}}
{rest}"
        )
    }

    fn function(subnets: &str) -> String {
        format!(
            "  Fn: {{Type: AWS::Lambda::Function, Properties: {{VpcConfig: {{SubnetIds: [{subnets}], SecurityGroupIds: [!Ref Group]}}}}}}\n"
        )
    }

    const SECOND: &str = "  Second: {Type: AWS::EC2::Route, Properties: {RouteTableId: !Ref Other, DestinationCidrBlock: 0.0.0.0/0, NatGatewayId: !Ref Nat}}\n";
    const S3: &str = "  S3: {Type: AWS::EC2::VPCEndpoint, Properties: {VpcId: !Ref Vpc, ServiceName: com.amazonaws.eu-west-1.s3, RouteTableIds: [!Ref Table]}}\n";

    #[test]
    fn subnets_that_reach_different_destinations_are_told_once() {
        let found = findings(&with(&function("!Ref A, !Ref B")), ID);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains("`Fn` reaches the internet from `A`, but not from `B`"), "{found:?}");
        assert!(found[0].contains("15:3 no route leads to the internet"), "{found:?}");
        let both = findings(&with(&format!("{S3}{}", function("!Ref A, !Ref B"))), ID);
        assert_eq!(both.len(), 1, "{both:?}");
        assert!(both[0].contains("reaches the internet and s3 from `A`"), "{both:?}");
    }

    #[test]
    fn a_gateway_endpoint_on_one_table_only_is_found() {
        let isolated = with(&format!("{S3}{}", function("!Ref A, !Ref B")))
            .lines()
            .filter(|line| !line.contains("  Away:"))
            .map(|line| format!("{line}\n"))
            .collect::<String>();
        let found = findings(&isolated, ID);
        assert!(
            found.len() == 1 && found[0].contains("`Fn` reaches s3 from `A`, but not from `B`"),
            "{found:?}"
        );
    }

    #[test]
    fn what_the_cause_of_the_difference_tells_is_not_told_again() {
        let inside = "  Inside: {Type: AWS::EC2::NatGateway, Properties: {SubnetId: !Ref B, AllocationId: eipalloc-2}}\n";
        let second = SECOND.replace("!Ref Nat", "!Ref Inside");
        let text = with(&format!("{inside}{second}{S3}{}", function("!Ref A, !Ref B")));
        assert_eq!(findings(&text, ID), Vec::<String>::new());
        assert_eq!(findings(&text, "nat-in-private-subnet").len(), 1);
        // A third subnet has no way of its own.
        let third = "  C: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.3.0/24}}\n";
        let found =
            findings(&with(&format!("{inside}{second}{third}{}", function("!Ref A, !Ref B, !Ref C"))), ID);
        assert!(
            found.len() == 1 && found[0].contains("reaches the internet from `A`, but not from `C`"),
            "{found:?}"
        );
    }

    #[test]
    fn json_and_sam_are_read_alike() {
        let sam = with(
            "  Fn: {Type: AWS::Serverless::Function, Properties: {Handler: a.b, Runtime: python3.13, CodeUri: ., VpcConfig: {SubnetIds: [!Ref A, !Ref B], SecurityGroupIds: [!Ref Group]}}}\n",
        );
        assert_eq!(findings(&format!("Transform: AWS::Serverless-2016-10-31\n{sam}"), ID).len(), 1);
    }

    #[test]
    fn what_reaches_the_same_by_different_tables_is_left_alone() {
        let quiet = [
            function("!Ref A"),
            format!("{SECOND}{}", function("!Ref A, !Ref B")),
            // One way for S3 and another: both arrive.
            format!("{S3}{SECOND}{}", function("!Ref A, !Ref B")),
            function("!Ref A, subnet-0aaa"),
            // Told by function-in-public-subnet.
            function("!Ref A, !Ref Public"),
        ];
        for rest in quiet {
            let found = findings(&with(&rest), ID);
            assert!(found.is_empty(), "{rest}: {found:?}");
        }
    }
}
