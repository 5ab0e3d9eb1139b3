//! What functions must reach, or must not, and what their paths say of it.

use super::Subject;
use super::causes::{Cause, Fault};
use super::subject::in_template;
use crate::demands::{Confidence, Demand, DemandSource, EvidenceKind};
use crate::finding::{Finding, RuleId, Severity};
use crate::network::{Ports, Protocol};
use crate::order::Order;
use crate::paths::{Blocker, Difference, Goal, GoalTarget, Trace, Verdict, summed_up, trace_from};
use crate::phrase;
use crate::template::Guard;
use crate::text::Span;

/// A demand of a function, a poller or a capacity provider, and the answer to it.
#[derive(Debug)]
pub(crate) struct Reached {
    /// The id of the function, mapping or provider.
    pub(crate) function: String,
    pub(crate) demand: Demand,
    /// One for each of the function's subnets, in their order; one where they are not known.
    pub(crate) traces: Vec<Trace>,
    /// The sum of these.
    pub(crate) sum: Trace,
    pub(crate) situation: Guard,
    /// Position of the demand among [`crate::demands::Demands::demands`].
    pub(crate) number: usize,
    /// Position of the network that they are of.
    pub(crate) network: usize,
}

/// The answer to every demand, in each situation that has it. Demands that something merely allows are
/// left out: nobody said that they are meant.
pub(crate) fn answers(subject: &Subject<'_, '_>) -> Vec<Reached> {
    let mut found = Vec::new();
    for (number, demand) in subject.demands().demands.iter().enumerate() {
        let function = demand.source.id();
        if !is_meant(demand) && !demand.forbidden {
            continue;
        }
        for (network, situated) in subject.networks.iter().enumerate() {
            let exists =
                subject.template.with_guards(|guards| !guards.exclude(situated.situation, demand.when));
            let Some(source) = situated.network.workload(function).filter(|_| exists) else { continue };
            let traces = trace_from(&situated.network, subject.addresses, source, &demand.goal);
            if let Some(sum) = summed_up(vec![(String::new(), traces.clone())]).pop() {
                // A source may listen on more ports than its poller uses.
                let is_by_port = sum.verdict == Verdict::Partial && sum.partial_by == [Difference::Port];
                if is_by_port && matches!(demand.source, DemandSource::Poller { .. }) {
                    continue;
                }
                let (function, demand, situation) = (function.to_owned(), demand.clone(), situated.situation);
                found.push(Reached { function, demand, traces, sum, situation, number, network });
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
        Protocol::TCP => String::new(),
        protocol => format!("/{protocol}"),
    };
    format!("{}{ports}{protocol}", goal.target.written())
}

/// The same where people read it: `s3` on the port that services answer on.
pub(crate) fn goal_words(goal: &Goal) -> String {
    let is_public = matches!(goal.target, GoalTarget::Service(_) | GoalTarget::Internet);
    if is_public && goal.protocol == Protocol::TCP && goal.ports == Some(Ports::one(443)) {
        return format!("`{}`", goal.target.id());
    }
    format!("`{}`", written(goal))
}

/// One finding for each function and cause that no other rule tells, whatever the number of destinations.
pub(crate) fn report(rule: RuleId, verdict: Verdict, subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    for cause in Cause::of(subject, rule) {
        let Fault::Other { function, .. } = &cause.fault else { continue };
        let finding = finding(rule, verdict, function, cause, subject);
        let finding = finding.only_where(subject.only_where(&cause.situations));
        findings.push(cause.repaired(subject, finding));
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

fn finding(
    rule: RuleId,
    verdict: Verdict,
    function: &str,
    cause: &Cause,
    subject: &Subject<'_, '_>,
) -> Finding {
    let answers = cause.answers(subject);
    let source = answers.first().map(|answer| &answer.demand.source);
    let (sender, sender_ja) = source.map(sender).unwrap_or_default();
    let demands = || answers.iter().map(|answer| &answer.demand);
    // Those of the first answer: the others have the same.
    let of_first = cause.effects.first().map(|effect| effect.answer);
    let blockers: Vec<&Blocker> = cause
        .effects
        .iter()
        .filter(|effect| Some(effect.answer) == of_first)
        .filter_map(|effect| effect.blocker.as_ref())
        .collect();
    let goals: Vec<String> = demands().map(|demand| format!("`{}`", written(&demand.goal))).collect();
    let (goals, goals_ja) = (goals.join(", "), goals.join("、"));
    let severity = cause.severity(subject, Severity::Error);
    let first = blockers.first();
    let own = demands().flat_map(|demand| &demand.evidence);
    let at = first.and_then(|blocker| in_template(blocker.at));
    let evidence_at = own.clone().find_map(|evidence| in_template(Some(evidence.at)));
    let why = first.map(|blocker| blocker.message.clone());
    let (why_en, why_ja) = why.map_or_else(Default::default, |why| (why.en, why.ja));
    let message = if verdict == Verdict::Partial {
        let mut by: Vec<Difference> =
            answers.iter().flat_map(|answer| &answer.sum.partial_by).copied().collect();
        by.order();
        by.dedup();
        let by_ja = by.iter().map(|by| in_japanese(*by)).collect::<Vec<_>>().join("、");
        let by = by.iter().map(|by| by.name()).collect::<Vec<_>>().join(" and ");
        phrase!(
            en: "{sender} reaches {goals} only in part (it differs by {by}): {why_en}",
            ja: "{sender_ja} から {goals_ja} へは一部しか届きません ({by_ja}によって異なります): {why_ja}",
        )
    } else {
        phrase!(
            en: "{sender} cannot reach {goals}: {why_en}",
            ja: "{sender_ja} から {goals_ja} に届きません: {why_ja}",
        )
    };
    let example = demands().next().map(|demand| written(&demand.goal)).unwrap_or_default();
    let mut finding = Finding::new(rule, severity, at.or(evidence_at), message)
        .help(phrase!(
            en: "every step of the path: vpcheck trace TEMPLATE --from {function} --to {example}",
            ja: "経路の各ステップは vpcheck trace TEMPLATE --from {function} --to {example} で確認できます",
        ))
        .about(function)
        .told_apart_by(goals);
    finding.function = matches!(source, Some(DemandSource::Function(_))).then(|| function.to_owned());
    finding.callers = vec![function.to_owned()];
    finding.path = cause.path(subject);
    let mut told: Vec<Span> = at.into_iter().collect();
    for blocker in blockers.iter().skip(1) {
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

/// Who sends, in both languages.
pub(super) fn sender(source: &DemandSource) -> (String, String) {
    let id = source.id();
    match source {
        DemandSource::Poller { .. } => (format!("the poller of `{id}`"), format!("`{id}` のポーラー")),
        DemandSource::CapacityProvider(_) => {
            (format!("the capacity provider `{id}`"), format!("キャパシティプロバイダー `{id}`"))
        }
        DemandSource::Function(_) => (format!("`{id}`"), format!("`{id}`")),
    }
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

    /// A table for both subnets that leads nowhere.
    pub(crate) const TABLE: &str = "  Table: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref Vpc}}
  OfA: {Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {RouteTableId: !Ref Table, SubnetId: !Ref A}}
  OfB: {Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {RouteTableId: !Ref Table, SubnetId: !Ref B}}\n";

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
        let declared = network(&format!("{DATABASE}{OPEN}{TABLE}"), "A B").replace(
            "  Fn:\n",
            "  Fn:\n    Metadata: {vpcheck: {reaches: ['api.example.com:443', internet, s3]}}\n",
        );
        let found = findings(&declared, ID);
        assert_eq!(found.len(), 1, "one cause, one finding: {found:?}");
        assert!(
            found[0].contains("`Fn` cannot reach `api.example.com:443`, `internet:443`: no route"),
            "{found:?}"
        );
        assert_eq!(findings(&declared, "missing-endpoint").len(), 1, "what an endpoint would carry");
    }

    #[test]
    fn sam_and_json_are_read_alike() {
        let sam = network(DATABASE, "A").replace("AWS::Lambda::Function", "AWS::Serverless::Function");
        assert_eq!(findings(&format!("Transform: AWS::Serverless-2016-10-31\n{sam}"), ID).len(), 1);
        let json = r#"{"Resources": {
            "Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}},
            "A": {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": {"Ref": "Vpc"}, "CidrBlock": "10.0.1.0/24"}},
            "T": {"Type": "AWS::EC2::RouteTable", "Properties": {"VpcId": {"Ref": "Vpc"}}},
            "U": {"Type": "AWS::EC2::SubnetRouteTableAssociation", "Properties": {"RouteTableId": {"Ref": "T"}, "SubnetId": {"Ref": "A"}}},
            "G": {"Type": "AWS::EC2::SecurityGroup", "Properties": {"GroupDescription": "g", "VpcId": {"Ref": "Vpc"}}},
            "Fn": {"Type": "AWS::Lambda::Function", "Metadata": {"vpcheck": {"reaches": ["internet"]}}, "Properties":
                {"VpcConfig": {"SubnetIds": [{"Ref": "A"}], "SecurityGroupIds": [{"Ref": "G"}]}}}}}"#;
        assert_eq!(findings(json, ID).len(), 1);
    }

    /// An MSK cluster, a function outside of the VPC and a mapping between them, with more properties.
    fn polled(mapping: &str) -> String {
        format!(
            "Resources:
  Vpc: {{Type: AWS::EC2::VPC, Properties: {{CidrBlock: 10.0.0.0/16, EnableDnsHostnames: true}}}}
  A: {{Type: AWS::EC2::Subnet, Properties: {{VpcId: !Ref Vpc, CidrBlock: 10.0.1.0/24}}}}
  B: {{Type: AWS::EC2::Subnet, Properties: {{VpcId: !Ref Vpc, CidrBlock: 10.0.2.0/24}}}}
  Group: {{Type: AWS::EC2::SecurityGroup, Properties: {{GroupDescription: k, VpcId: !Ref Vpc}}}}
  Own: {{Type: AWS::EC2::SecurityGroupIngress, Properties: {{GroupId: !Ref Group, IpProtocol: '-1', SourceSecurityGroupId: !Ref Group}}}}
  Kafka:
    Type: AWS::MSK::Cluster
    Properties:
      ClusterName: k
      BrokerNodeGroupInfo: {{InstanceType: kafka.m7g.large, ClientSubnets: [!Ref A, !Ref B], SecurityGroups: [!Ref Group]}}
  Fn: {{Type: AWS::Lambda::Function, Properties: {{Handler: x}}}}
  Events:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      FunctionName: !Ref Fn
      EventSourceArn: !Ref Kafka
      StartingPosition: LATEST
      Topics: [t]
{mapping}"
        )
    }

    const ENDPOINTS: &str = "  Lambda: {Type: AWS::EC2::VPCEndpoint, Properties: {VpcId: !Ref Vpc, VpcEndpointType: Interface, PrivateDnsEnabled: true, ServiceName: !Sub 'com.amazonaws.${AWS::Region}.lambda', SubnetIds: [!Ref A, !Ref B], SecurityGroupIds: [!Ref Group]}}
  Sts: {Type: AWS::EC2::VPCEndpoint, Properties: {VpcId: !Ref Vpc, VpcEndpointType: Interface, PrivateDnsEnabled: true, ServiceName: !Sub 'com.amazonaws.${AWS::Region}.sts', SubnetIds: [!Ref A, !Ref B], SecurityGroupIds: [!Ref Group]}}
";

    #[test]
    fn a_poller_needs_a_way_from_where_its_source_stands() {
        const MISSING: &str = "missing-endpoint";
        let found = findings(&polled(""), MISSING);
        assert_eq!(found.len(), 1, "{found:?}");
        let words = "so the poller of `Events` cannot reach `lambda` and `sts`";
        assert!(found[0].contains(words), "{found:?}");
        let provisioned = polled("      ProvisionedPollerConfig: {MinimumPollers: 1}\n");
        let disabled = polled("      Enabled: false\n");
        for quiet in [polled(ENDPOINTS), provisioned, disabled] {
            assert_eq!(findings(&quiet, MISSING), [""; 0]);
            assert_eq!(findings(&quiet, ID), [""; 0]);
        }
    }

    #[test]
    fn a_poller_needs_its_source() {
        let closed =
            polled(ENDPOINTS).replace("IpProtocol: '-1'", "IpProtocol: tcp, FromPort: 443, ToPort: 443");
        let found = findings(&closed, ID);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(
            found[0].contains("the poller of `Events` cannot reach `Kafka`: no inbound rule"),
            "{found:?}"
        );
        // In provisioned mode it is polled from the same place.
        let provisioned = polled("      ProvisionedPollerConfig: {MinimumPollers: 1}\n")
            .replace("IpProtocol: '-1'", "IpProtocol: tcp, FromPort: 443, ToPort: 443");
        assert_eq!(findings(&provisioned, ID).len(), 1);
    }

    #[test]
    fn of_brokers_only_those_of_active_mq_need_a_role_in_the_vpc() {
        let broker = |engine: &str| {
            polled("").replace("Topics: [t]", "Queues: [q]").replace(
                "    Type: AWS::MSK::Cluster
    Properties:
      ClusterName: k
      BrokerNodeGroupInfo: {InstanceType: kafka.m7g.large, ClientSubnets: [!Ref A, !Ref B], SecurityGroups: [!Ref Group]}",
                &format!("    Type: AWS::AmazonMQ::Broker
    Properties: {{EngineType: {engine}, DeploymentMode: CLUSTER_MULTI_AZ, SubnetIds: [!Ref A, !Ref B], SecurityGroups: [!Ref Group]}}"),
            )
        };
        for (engine, services) in [
            ("RABBITMQ", "`lambda` and `secretsmanager`"),
            ("ACTIVEMQ", "`lambda`, `sts` and `secretsmanager`"),
        ] {
            let found = findings(&broker(engine), "missing-endpoint");
            let words = format!("so the poller of `Events` cannot reach {services}");
            assert!(found.len() == 1 && found[0].contains(&words), "{engine}: {found:?}");
        }
    }

    #[test]
    fn a_capacity_provider_sends_logs_from_where_it_stands() {
        let text = network("", "A")
            .replace("      Environment: {Variables: {DB_HOST: !GetAtt Db.Endpoint.Address}}\n", "")
            + "  Machines: {Type: AWS::Lambda::CapacityProvider, Properties: {VpcConfig: {SubnetIds: [!Ref A, !Ref B], SecurityGroupIds: [!Ref FnGroup]}}}\n";
        let found = findings(&text, "missing-endpoint");
        assert_eq!(found.len(), 1, "{found:?}");
        let words = "so the capacity provider `Machines` cannot reach `logs`";
        assert!(found[0].contains(words), "{found:?}");
    }

    #[test]
    fn what_is_not_known_is_left_alone() {
        let unknown = network(DATABASE, "A")
            .replace("[!Ref A]", "[subnet-0aaa]")
            .replace("[!Ref DbGroup]", "[sg-0bbb]");
        assert!(findings(&unknown, ID).is_empty());
    }
}
