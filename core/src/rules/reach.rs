//! What functions must reach, or must not, and what their paths say of it.

use super::Subject;
use super::subject::in_template;
use crate::demands::{Confidence, Demand, DemandSource, EvidenceKind};
use crate::finding::{Finding, RuleId, Severity};
use crate::order::Order;
use crate::paths::{Blocker, Code, Difference, Goal, GoalTarget, Trace, Verdict, summed_up, trace_from};
use crate::phrase;
use crate::template::Guard;
use crate::text::Span;

/// A demand of a function and the answer to it.
#[derive(Debug)]
pub(crate) struct Reached {
    pub(crate) function: String,
    pub(crate) demand: Demand,
    /// The sum over the function's subnets.
    pub(crate) sum: Trace,
    pub(crate) situation: Guard,
}

impl Reached {
    /// Whether nothing but a public subnet stands in the way: a rule of its own tells that.
    pub(crate) fn is_in_public_subnet(&self) -> bool {
        let by_gateway = |blocker: &Blocker| blocker.code == Code::IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS;
        !self.sum.blockers.is_empty() && self.sum.blockers.iter().all(by_gateway)
    }
}

/// The answer to every demand of a function, in each situation that has it. Demands that something merely allows are
/// left out: nobody said that they are meant.
pub(crate) fn answers(subject: &Subject<'_, '_>) -> Vec<Reached> {
    let mut found = Vec::new();
    for demand in &subject.demands().demands {
        let DemandSource::Function(function) = &demand.source else { continue };
        if !is_meant(demand) && !demand.forbidden {
            continue;
        }
        for situated in subject.networks {
            let exists =
                subject.template.with_guards(|guards| !guards.exclude(situated.situation, demand.when));
            let Some(source) = situated.network.workload(function).filter(|_| exists) else { continue };
            let traces = trace_from(&situated.network, subject.addresses, source, &demand.goal);
            if let Some(sum) = summed_up(vec![(String::new(), traces)]).pop() {
                let (function, demand) = (function.clone(), demand.clone());
                found.push(Reached { function, demand, sum, situation: situated.situation });
            }
        }
    }
    found
}

/// Whether somebody said that it is meant, or more than that.
pub(crate) fn is_meant(demand: &Demand) -> bool {
    demand.confidence > Confidence::Possible && !is_granted_with_tables(demand)
}

/// Permissions for a table, as frameworks grant them, hold those for its stream; few functions read both.
pub(crate) fn is_granted_with_tables(demand: &Demand) -> bool {
    matches!(&demand.goal.target, GoalTarget::Service(service) if service == "dynamodb-streams")
        && demand.evidence.iter().all(|evidence| evidence.kind == EvidenceKind::Statement)
}

/// `Db:5432`, `s3:443`, `internet:443/udp`.
pub(crate) fn written(goal: &Goal) -> String {
    let ports = goal.ports.map(|ports| format!(":{ports}")).unwrap_or_default();
    let protocol = match goal.protocol {
        crate::network::Protocol::TCP => String::new(),
        protocol => format!("/{protocol}"),
    };
    format!("{}{ports}{protocol}", goal.target.id())
}

/// What the same blockers keep a function from.
struct Cause<'d> {
    function: &'d str,
    blockers: Vec<Blocker>,
    demands: Vec<(&'d Demand, &'d Trace)>,
    situations: Vec<Guard>,
}

/// One finding for each function and cause, whatever the number of destinations.
pub(crate) fn report(rule: RuleId, verdict: Verdict, subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    let answers = subject.answers();
    let mut causes: Vec<Cause<'_>> = Vec::new();
    let key = |blockers: &[Blocker]| -> Vec<_> {
        blockers
            .iter()
            .map(|blocker| (blocker.code, blocker.component, blocker.id.clone(), blocker.at))
            .collect()
    };
    let told_here = |answer: &&Reached| {
        !answer.demand.forbidden && answer.sum.verdict == verdict && !answer.is_in_public_subnet()
    };
    for answer in answers.iter().filter(told_here) {
        let same = |cause: &&mut Cause<'_>| {
            cause.function == answer.function && key(&cause.blockers) == key(&answer.sum.blockers)
        };
        match causes.iter_mut().find(same) {
            Some(cause) => {
                if !cause.demands.iter().any(|(demand, _)| demand.goal == answer.demand.goal) {
                    cause.demands.push((&answer.demand, &answer.sum));
                }
                if !cause.situations.contains(&answer.situation) {
                    cause.situations.push(answer.situation);
                }
            }
            None => causes.push(Cause {
                function: &answer.function,
                blockers: answer.sum.blockers.clone(),
                demands: vec![(&answer.demand, &answer.sum)],
                situations: vec![answer.situation],
            }),
        }
    }
    for cause in &causes {
        findings.push(finding(rule, verdict, cause).only_where(subject.only_where(&cause.situations)));
    }
}

fn in_japanese(difference: Difference) -> &'static str {
    match difference {
        Difference::Subnet => "サブネット",
        Difference::Placement => "配置先",
        Difference::Port => "ポート",
        Difference::Address => "アドレス",
        Difference::Condition => "条件",
    }
}

fn finding(rule: RuleId, verdict: Verdict, cause: &Cause<'_>) -> Finding {
    let function = cause.function;
    let goals: Vec<String> =
        cause.demands.iter().map(|(demand, _)| format!("`{}`", written(&demand.goal))).collect();
    let (goals, goals_ja) = (goals.join(", "), goals.join("、"));
    let certain = cause.demands.iter().any(|(demand, _)| demand.confidence == Confidence::Certain);
    let severity = if certain { Severity::Error } else { Severity::Warning };
    let first = cause.blockers.first();
    let own = cause.demands.iter().flat_map(|(demand, _)| &demand.evidence);
    let at = first.and_then(|blocker| in_template(blocker.at));
    let evidence_at = own.clone().find_map(|evidence| in_template(Some(evidence.at)));
    let why = first.map(|blocker| blocker.message.clone());
    let (why_en, why_ja) = why.map_or_else(Default::default, |why| (why.en, why.ja));
    let message = if verdict == Verdict::Partial {
        let mut by: Vec<Difference> =
            cause.demands.iter().flat_map(|(_, sum)| &sum.partial_by).copied().collect();
        by.order();
        by.dedup();
        let by_ja = by.iter().map(|by| in_japanese(*by)).collect::<Vec<_>>().join("、");
        let by = by.iter().map(|by| by.name()).collect::<Vec<_>>().join(" and ");
        phrase!(
            en: "`{function}` reaches {goals} only in part (it differs by {by}): {why_en}",
            ja: "`{function}` から {goals_ja} へは一部しか届きません ({by_ja}によって異なります): {why_ja}",
        )
    } else {
        phrase!(
            en: "`{function}` cannot reach {goals}: {why_en}",
            ja: "`{function}` から {goals_ja} に届きません: {why_ja}",
        )
    };
    let example = cause.demands.first().map(|(demand, _)| written(&demand.goal)).unwrap_or_default();
    let mut finding = Finding::new(rule, severity, at.or(evidence_at), message)
        .help(phrase!(
            en: "every step of the path: vpcheck trace TEMPLATE --from {function} --to {example}",
            ja: "経路の各ステップは vpcheck trace TEMPLATE --from {function} --to {example} で確認できます",
        ))
        .about(function)
        .told_apart_by(goals);
    finding.function = Some(function.to_owned());
    let mut told: Vec<Span> = at.into_iter().collect();
    for blocker in cause.blockers.iter().skip(1) {
        if let Some(span) = in_template(blocker.at).filter(|span| !told.contains(span)) {
            told.push(span);
            finding = finding.label(span, blocker.message.clone());
        }
    }
    for evidence in own {
        if let Some(span) = in_template(Some(evidence.at)).filter(|span| !told.contains(span)) {
            told.push(span);
            finding = finding.label(span, evidence.words.clone());
        }
    }
    finding
}

#[cfg(test)]
pub(crate) mod tests {
    use crate::rules::testing::findings;

    const ID: &str = "unreachable-destination";

    /// A VPC with two subnets and a function that names `Db` in a variable, with more resources.
    pub(crate) fn network(rest: &str, subnets: &str) -> String {
        let subnets: Vec<String> = subnets.split(' ').map(|subnet| format!("!Ref {subnet}")).collect();
        let subnets = subnets.join(", ");
        format!(
            "Resources:
  Vpc: {{Type: AWS::EC2::VPC, Properties: {{CidrBlock: 10.0.0.0/16}}}}
  A: {{Type: AWS::EC2::Subnet, Properties: {{VpcId: !Ref Vpc, CidrBlock: 10.0.1.0/24}}}}
  B: {{Type: AWS::EC2::Subnet, Properties: {{VpcId: !Ref Vpc, CidrBlock: 10.0.2.0/24}}}}
  FnGroup: {{Type: AWS::EC2::SecurityGroup, Properties: {{GroupDescription: f, VpcId: !Ref Vpc}}}}
  Fn:
    Type: AWS::Lambda::Function
    Properties:
      VpcConfig: {{SubnetIds: [{subnets}], SecurityGroupIds: [!Ref FnGroup]}}
      Environment: {{Variables: {{DB_HOST: !GetAtt Db.Endpoint.Address}}}}
{rest}"
        )
    }

    pub(crate) const DATABASE: &str = "  DbGroup: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: d, VpcId: !Ref Vpc}}
  DbSubnets: {Type: AWS::RDS::DBSubnetGroup, Properties: {DBSubnetGroupDescription: d, SubnetIds: [!Ref A, !Ref B]}}
  Db: {Type: AWS::RDS::DBInstance, Properties: {Engine: postgres, DBSubnetGroupName: !Ref DbSubnets, VPCSecurityGroups: [!Ref DbGroup]}}\n";
    pub(crate) const OPEN: &str = "  DbIn: {Type: AWS::EC2::SecurityGroupIngress, Properties: {GroupId: !Ref DbGroup, IpProtocol: tcp, FromPort: 5432, ToPort: 5432, SourceSecurityGroupId: !Ref FnGroup}}\n";

    #[test]
    fn a_database_whose_group_lets_nothing_in_is_found() {
        let found = findings(&network(DATABASE, "A"), ID);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(
            found[0]
                .starts_with("11:3 `Fn` cannot reach `Db`: DbGroup has no inbound rule, so nothing comes in"),
            "{found:?}"
        );
        assert!(findings(&network(&format!("{DATABASE}{OPEN}"), "A"), ID).is_empty());
    }

    #[test]
    fn a_declaration_is_an_assertion() {
        let declared = network(&format!("{DATABASE}{OPEN}"), "A B")
            .replace("  Fn:\n", "  Fn:\n    Metadata: {vpcheck: {reaches: ['api.example.com:443', s3]}}\n");
        let found = findings(&declared, ID);
        assert_eq!(found.len(), 1, "one cause, one finding: {found:?}");
        assert!(
            found[0].contains("`Fn` cannot reach `api.example.com:443`, `s3:443`: no route"),
            "{found:?}"
        );
    }

    #[test]
    fn sam_and_json_are_read_alike() {
        let sam = network(DATABASE, "A").replace("AWS::Lambda::Function", "AWS::Serverless::Function");
        assert_eq!(findings(&format!("Transform: AWS::Serverless-2016-10-31\n{sam}"), ID).len(), 1);
        let json = r#"{"Resources": {
            "Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}},
            "A": {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": {"Ref": "Vpc"}, "CidrBlock": "10.0.1.0/24"}},
            "G": {"Type": "AWS::EC2::SecurityGroup", "Properties": {"GroupDescription": "g", "VpcId": {"Ref": "Vpc"}}},
            "Fn": {"Type": "AWS::Lambda::Function", "Metadata": {"vpcheck": {"reaches": ["internet"]}}, "Properties":
                {"VpcConfig": {"SubnetIds": [{"Ref": "A"}], "SecurityGroupIds": [{"Ref": "G"}]}}}}}"#;
        assert_eq!(findings(json, ID).len(), 1);
    }

    #[test]
    fn what_is_not_known_is_left_alone() {
        let unknown = network(DATABASE, "A")
            .replace("[!Ref A]", "[subnet-0aaa]")
            .replace("[!Ref DbGroup]", "[sg-0bbb]");
        assert!(findings(&unknown, ID).is_empty());
    }
}
