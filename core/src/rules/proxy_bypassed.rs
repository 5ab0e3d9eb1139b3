use super::{Area, RuleInfo, Subject};
use crate::connections::{Connections, Direct};
use crate::finding::{Finding, Fix, RuleId, Safety, Severity};
use crate::language::Phrase;
use crate::paths::{Goal, GoalTarget, Verdict, summed_up, trace_from};
use crate::phrase;
use crate::suggest::written_properties;
use crate::template::reference::{Reference, references};
use crate::text::{Edit, Span};

const ID: RuleId = RuleId("proxy-bypassed");

pub(super) static RULE: RuleInfo = RuleInfo {
    id: ID,
    area: Area::Concurrency,
    severity: Severity::Warning,
    fix: Some(Safety::Suggested),
    summary: || {
        phrase!(
            en: "A function connects to a database itself although an RDS Proxy stands before it",
            ja: "RDS Proxy があるのに、関数がデータベースへ直接接続している",
        )
    },
    check,
};

fn check(subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    let template = subject.template;
    let connections = Connections::new(template, subject.demands());
    let proxies = connections.proxies();
    for direct in connections.direct() {
        let (id, name) = (&direct.function, &direct.database);
        // The proxy leads to the writer: who reads from a reader does not pass by it.
        if !direct.by_variable || direct.reads || connections.uses_proxy(id) {
            continue;
        }
        let Some((proxy, _)) = proxies.iter().find(|(_, behind)| behind.contains(name)) else { continue };
        let mut finding = Finding::new(
            ID,
            Severity::Warning,
            Some(direct.at),
            phrase!(
                en: "`{id}` is given the address of `{name}`, so it passes by the proxy `{proxy}`",
                ja: "`{id}` には `{name}` のアドレスが渡されているため、プロキシ `{proxy}` を通りません",
            ),
        )
        .only_where(connections.only_where(direct.when))
        .help(phrase!(
            en: "give it the endpoint of the proxy, `!GetAtt {proxy}.Endpoint`; connections past a proxy are not pooled, and take from the limit that the proxy shares out",
            ja: "プロキシのエンドポイント (`!GetAtt {proxy}.Endpoint`) を渡してください。プロキシを通らない接続は共有されず、データベースの接続数を別に消費します",
        ))
        .about(id)
        .told_apart_by(name)
        .fix(fix(subject, &direct, proxy));
        if let Some(resource) = template.resource(proxy) {
            let text = match connections.share(proxy, direct.when).map(|share| share.words()) {
                Some(Phrase { en, ja }) => phrase!(
                    en: "the proxy of `{name}`, which hands out {en}",
                    ja: "`{name}` のプロキシ。使うのは{ja}です",
                ),
                None => phrase!(en: "the proxy of `{name}`", ja: "`{name}` のプロキシ"),
            };
            finding = finding.label(template.node(resource.key).span(), text);
        }
        findings.push(finding);
    }
}

/// Gives the function the endpoint of the proxy, in every variable that holds the address of the database. Nothing
/// where it would not get there.
fn fix(subject: &Subject<'_, '_>, direct: &Direct, proxy: &str) -> Option<Fix> {
    let template = subject.template;
    let function = template.resource(&direct.function)?;
    let stands = template.resource(proxy)?;
    let always = template.with_guards(|guards| guards.implies(function.guard, stands.guard));
    if !always || !listens_alike(subject, &direct.database) || !leads_there(subject, direct, proxy) {
        return None;
    }
    let variables = written_properties(template, function)?.at(&["Environment", "Variables"])?;
    let mut edits = Vec::new();
    let own = variables.target() == variables.id();
    references(variables, template.text(), &mut |reference| {
        let whole = template.node(reference.node).span_with_tag();
        if own && reference.name == direct.database {
            edits.extend(renamed(template.text(), &reference, whole, proxy).into_iter().flatten());
        }
    });
    (!edits.is_empty()).then(|| Fix {
        safety: Safety::Suggested,
        title: phrase!(en: "Connect to `{proxy}`", ja: "接続先を `{proxy}` にする"),
        edits,
    })
}

/// The address of a database, however it is asked for, becomes the endpoint of its proxy.
fn renamed(text: &str, reference: &Reference<'_>, whole: Span, proxy: &str) -> Option<[Edit; 2]> {
    const ADDRESS: &str = "Endpoint.Address";
    if reference.attribute != Some(ADDRESS) {
        return None;
    }
    let rest = text.get(reference.span.end as usize..whole.end as usize)?;
    let (between, _) = rest.split_once(ADDRESS)?;
    let start = reference.span.end + u32::try_from(between.len()).ok()?;
    let attribute = Span::new(start, start + u32::try_from(ADDRESS.len()).ok()?);
    let close = !between.contains(|c: char| c.is_alphanumeric() || c == '}');
    close.then(|| [Edit::replace(reference.span, proxy), Edit::replace(attribute, "Endpoint")])
}

/// Whether a database listens where its proxy does: on the port of its engine.
fn listens_alike(subject: &Subject<'_, '_>, database: &str) -> bool {
    let Some(database) = subject.template.resource(database) else { return false };
    let of = |property: &str| subject.template.property(database, &[property]);
    let ports: Vec<&str> = of("Engine")
        .iter()
        .map(|engine| match engine.value.known().unwrap_or("") {
            engine if engine.contains("postgres") => "5432",
            engine if engine.starts_with("sqlserver") => "1433",
            _ => "3306",
        })
        .collect();
    of("Port").iter().all(|port| port.value.known().is_some_and(|port| ports.iter().all(|own| *own == port)))
}

/// Whether a function reaches a proxy as well as it reaches the database, and the proxy reaches that.
fn leads_there(subject: &Subject<'_, '_>, direct: &Direct, proxy: &str) -> bool {
    let names = |goal: &Goal, id: &str| matches!(&goal.target, GoalTarget::Resource(own) if own == id);
    let demands: Vec<&Goal> = subject
        .demands()
        .of(&direct.function)
        .map(|demand| &demand.goal)
        .filter(|goal| names(goal, &direct.database))
        .collect();
    subject.networks.iter().all(|one| {
        let network = &one.network;
        let Some(from) = network.workload(&direct.function) else { return true };
        let Some(stands) = network.workload(proxy) else { return false };
        let verdict = |from, goal: &Goal| {
            let traces = trace_from(network, subject.addresses, from, goal);
            summed_up(vec![(String::new(), traces)]).pop().map(|sum| sum.verdict)
        };
        demands.iter().all(|goal| {
            let by_proxy = Goal { target: GoalTarget::Resource(proxy.to_owned()), ..(*goal).clone() };
            let (before, after) = (verdict(from, goal), verdict(from, &by_proxy));
            let onwards = verdict(stands, goal);
            let fine = |verdict| matches!(verdict, Some(Verdict::Reachable | Verdict::Unknown));
            fine(after) && fine(onwards) && (after == before || after == Some(Verdict::Reachable))
        })
    })
}

#[cfg(test)]
mod tests {
    use crate::rules::database_without_concurrency_limit::tests::text;
    use crate::rules::testing::{findings, fixed};

    const ID: &str = "proxy-bypassed";
    const PROXY: &str = "  Proxy: {Type: AWS::RDS::DBProxy, Properties: {EngineFamily: POSTGRESQL, DBProxyName: p}}
  Targets: {Type: AWS::RDS::DBProxyTargetGroup, Properties: {DBProxyName: !Ref Proxy, TargetGroupName: default, DBInstanceIdentifiers: [!Ref Db]}}
";

    #[test]
    fn an_address_past_the_proxy_is_found() {
        assert_eq!(
            findings(&text("db.t4g.micro", "", PROXY), ID),
            [
                "14:42 `Fn` is given the address of `Db`, so it passes by the proxy `Proxy` | 15:3 the proxy of `Db`, which hands out up to 100% of the connections of `Db` (about 79-112 of 79-112, db.t4g.micro, the default)"
            ]
        );
        let by_name = PROXY.replace("DBProxyName: !Ref Proxy", "DBProxyName: p");
        assert_eq!(findings(&text("db.t4g.micro", "", &by_name), ID).len(), 1);
        let json = r#"{"Resources": {"Db": {"Type": "AWS::RDS::DBInstance", "Properties": {"Engine": "mysql", "DBInstanceClass": "db.t3.micro"}},
"P": {"Type": "AWS::RDS::DBProxy", "Properties": {"EngineFamily": "MYSQL"}},
"T": {"Type": "AWS::RDS::DBProxyTargetGroup", "Properties": {"DBProxyName": {"Ref": "P"}, "DBInstanceIdentifiers": [{"Ref": "Db"}]}},
"Fn": {"Type": "AWS::Lambda::Function", "Properties": {"Environment": {"Variables": {"DB_HOST": {"Fn::GetAtt": ["Db", "Endpoint.Address"]}}}}}}}"#;
        assert_eq!(findings(json, ID).len(), 1);
    }

    /// A function, a database and its proxy in one VPC; the groups let everybody of the VPC in.
    fn in_vpc(host: &str, more: &str) -> String {
        format!("Resources:
  Vpc: {{Type: AWS::EC2::VPC, Properties: {{CidrBlock: 10.0.0.0/16}}}}
  A: {{Type: AWS::EC2::Subnet, Properties: {{VpcId: !Ref Vpc, CidrBlock: 10.0.1.0/24}}}}
  B: {{Type: AWS::EC2::Subnet, Properties: {{VpcId: !Ref Vpc, CidrBlock: 10.0.2.0/24}}}}
  Group: {{Type: AWS::EC2::SecurityGroup, Properties: {{GroupDescription: g, VpcId: !Ref Vpc, SecurityGroupIngress: [{{IpProtocol: tcp, FromPort: 5432, ToPort: 5432, CidrIp: 10.0.0.0/16}}]}}}}
  Other: {{Type: AWS::EC2::SecurityGroup, Properties: {{GroupDescription: o, VpcId: !Ref Vpc}}}}
  Subnets: {{Type: AWS::RDS::DBSubnetGroup, Properties: {{DBSubnetGroupDescription: d, SubnetIds: [!Ref A, !Ref B]}}}}
  Db: {{Type: AWS::RDS::DBInstance, Properties: {{Engine: postgres, DBInstanceClass: db.t4g.micro, DBSubnetGroupName: !Ref Subnets, VPCSecurityGroups: [!Ref Group]{more}}}}}
  Proxy: {{Type: AWS::RDS::DBProxy, Properties: {{EngineFamily: POSTGRESQL, DBProxyName: p, VpcSubnetIds: [!Ref A, !Ref B], VpcSecurityGroupIds: [!Ref Group]}}}}
  Targets: {{Type: AWS::RDS::DBProxyTargetGroup, Properties: {{DBProxyName: !Ref Proxy, TargetGroupName: default, DBInstanceIdentifiers: [!Ref Db]}}}}
  Fn:
    Type: AWS::Lambda::Function
    Properties:
      VpcConfig: {{SubnetIds: [!Ref A, !Ref B], SecurityGroupIds: [!Ref Other]}}
      Environment:
        Variables:
          HOST: {host} # where
          PORT: !GetAtt Db.Endpoint.Port
")
    }

    #[test]
    fn the_variable_is_given_the_proxys_endpoint() {
        for (before, after) in [
            ("!GetAtt Db.Endpoint.Address", "!GetAtt Proxy.Endpoint"),
            ("!GetAtt [Db, Endpoint.Address]", "!GetAtt [Proxy, Endpoint]"),
            (
                "{\"Fn::GetAtt\": [\"Db\", \"Endpoint.Address\"]}",
                "{\"Fn::GetAtt\": [\"Proxy\", \"Endpoint\"]}",
            ),
            (
                "!Sub 'postgres://${Db.Endpoint.Address}:${Db.Endpoint.Port}/app'",
                "!Sub 'postgres://${Proxy.Endpoint}:${Db.Endpoint.Port}/app'",
            ),
        ] {
            let mended = fixed(&in_vpc(before, ""), ID);
            assert_eq!(mended, in_vpc(after, ""));
            assert_eq!(findings(&mended, ID), Vec::<String>::new());
        }
    }

    #[test]
    fn nothing_is_offered_where_the_proxy_is_not_reached() {
        let text = in_vpc("!GetAtt Db.Endpoint.Address", "");
        let closed = text.replace("VpcSecurityGroupIds: [!Ref Group]", "VpcSecurityGroupIds: [!Ref Other]");
        let elsewhere = in_vpc("!GetAtt Db.Endpoint.Address", ", Port: 6000");
        for text in [closed, elsewhere] {
            assert_eq!((findings(&text, ID).len(), fixed(&text, ID)), (1, text));
        }
    }

    #[test]
    fn the_proxy_itself_another_database_and_migrations_are_left_alone() {
        let quiet = [
            text("db.t4g.micro", "", PROXY).replace("!GetAtt Db.Endpoint.Address", "!GetAtt Proxy.Endpoint"),
            text("db.t4g.micro", "", PROXY)
                .replace("DB_HOST:", "PROXY_HOST: !GetAtt Proxy.Endpoint, DB_HOST:"),
            text("db.t4g.micro", "", &PROXY.replace("[!Ref Db]", "[else]")),
            text("db.t4g.micro", "", PROXY).replace("  Fn:", "  MigrationFn:"),
            text("db.t4g.micro", "", ""),
        ];
        for text in quiet {
            assert_eq!(findings(&text, ID), Vec::<String>::new(), "{text}");
        }
    }
}
