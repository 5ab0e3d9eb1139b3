use super::{Area, RuleInfo, Subject};
use crate::connections::{ACCOUNT, Connections, has_proxies};
use crate::finding::{Finding, RuleId, Severity};
use crate::phrase;

use super::database_without_concurrency_limit::fans_out;

const ID: RuleId = RuleId("database-without-proxy");

pub(super) static RULE: RuleInfo = RuleInfo {
    id: ID,
    area: Area::Concurrency,
    severity: Severity::Info,
    fix: None,
    summary: || {
        phrase!(
            en: "Several functions open their own connections to one database, without an RDS Proxy",
            ja: "複数の関数が RDS Proxy を使わずに 1 つのデータベースへ接続している",
        )
    },
    check,
};

fn check(subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    let template = subject.template;
    let connections = Connections::new(template, subject.demands());
    let direct = connections.direct();
    let proxied: Vec<String> = connections.proxies().into_iter().flat_map(|(_, behind)| behind).collect();
    let mut told: Vec<&str> = Vec::new();
    for one in &direct {
        let id = one.database.as_str();
        let Some(database) = template.resource(id).filter(|_| !told.contains(&id)) else { continue };
        told.push(id);
        if proxied.iter().any(|own| own == id) || !has_proxies(connections.scope, database) {
            continue;
        }
        let own: Vec<_> = direct.iter().filter(|other| other.database == id).collect();
        let mut most = Some(0_u64);
        let mut fans = false;
        for other in &own {
            let Some(function) = template.resource(&other.function) else { continue };
            fans |= connections.callers(function).iter().any(|caller| fans_out(caller.how, caller.bound))
                && connections.unbounded(function).is_some();
            let each = connections.connections_each(function);
            let written =
                connections.executions(function).iter().map(|one| one.most.saturating_mul(each)).max();
            most = written
                .filter(|_| connections.unbounded(function).is_none())
                .zip(most)
                .map(|(more, sum)| sum.saturating_add(more));
        }
        if own.len() < 2 && !fans {
            continue;
        }
        // Limits that fit together do what a proxy would.
        let takes = connections.limit(one, one.when);
        let low = takes.as_ref().map(|takes| takes.low);
        if low.is_some_and(|low| low >= most.unwrap_or(ACCOUNT)) {
            continue;
        }
        let names: Vec<String> = own.iter().map(|one| format!("`{}`", one.function)).collect();
        let (en_names, ja_names) = (names.join(", "), names.join("、"));
        let (en_takes, ja_takes) = match &takes {
            Some(takes) => {
                let (of, number) = (&takes.of, takes.number());
                (format!(", {of}, takes about {number} of them"), format!(" ({of}、接続は約 {number} まで)"))
            }
            None => (" has no RDS Proxy".to_owned(), String::new()),
        };
        let verb = if own.len() == 1 { "opens its own connections" } else { "open their own connections" };
        let mut finding = Finding::new(
            ID,
            Severity::Info,
            Some(template.node(database.key).span()),
            phrase!(
                en: "{en_names} {verb}, and `{id}`{en_takes}",
                ja: "{ja_names} が、RDS Proxy を使わずに `{id}`{ja_takes} へ接続しています",
            ),
        )
        .help(phrase!(
            en: "an RDS Proxy shares a few connections among many executions, for its price by the hour; where the load is small, reserved concurrency does as well",
            ja: "RDS Proxy を使うと、少ない接続を多くの実行環境で共有できます (時間料金がかかります)。負荷が小さければ、予約された同時実行数で上限を決めるだけでも足ります",
        ))
        .about(id);
        for one in own {
            let function = &one.function;
            finding =
                finding.label(one.at, phrase!(en: "`{function}` connects here", ja: "`{function}` の接続"));
        }
        findings.push(finding);
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::database_without_concurrency_limit::tests::text;
    use crate::rules::testing::findings;

    const ID: &str = "database-without-proxy";
    const OTHER: &str = "  Other:
    Type: AWS::Lambda::Function
    Properties: {ReservedConcurrentExecutions: 20, Environment: {Variables: {DB_HOST: !GetAtt Db.Endpoint.Address}}}
";

    #[test]
    fn two_functions_or_a_fan_out_are_found() {
        let found = findings(&text("db.t4g.micro", "", OTHER), ID);
        assert_eq!(found.len(), 1);
        assert!(
            found[0].starts_with("5:3 `Fn`, `Other` open their own connections, and `Db`, db.t4g.micro, takes about 79-112 of them"),
            "{found:?}"
        );
        assert_eq!(findings(&text("!Ref Class", "", OTHER), ID).len(), 1);
        let topic = "      Events: {In: {Type: SNS, Properties: {Topic: !Ref Topic}}}\n";
        assert_eq!(findings(&text("db.t4g.micro", topic, "  Topic: {Type: AWS::SNS::Topic}\n"), ID).len(), 1);
        let json = r#"{"Resources": {"Db": {"Type": "AWS::RDS::DBInstance", "Properties": {"Engine": "mysql", "DBInstanceClass": "db.t3.micro"}},
"A": {"Type": "AWS::Lambda::Function", "Properties": {"Environment": {"Variables": {"DB_HOST": {"Fn::GetAtt": ["Db", "Endpoint.Address"]}}}}},
"B": {"Type": "AWS::Lambda::Function", "Properties": {"Environment": {"Variables": {"DB_HOST": {"Fn::GetAtt": ["Db", "Endpoint.Address"]}}}}}}}"#;
        assert_eq!(findings(json, ID).len(), 1);
    }

    #[test]
    fn one_function_a_proxy_other_engines_and_small_limits_are_left_alone() {
        let proxy = format!(
            "{OTHER}  Proxy: {{Type: AWS::RDS::DBProxy, Properties: {{EngineFamily: POSTGRESQL, DBProxyName: p}}}}
  Targets: {{Type: AWS::RDS::DBProxyTargetGroup, Properties: {{DBProxyName: !Ref Proxy, DBInstanceIdentifiers: [!Ref Db]}}}}
"
        );
        let quiet = [
            text("db.t4g.micro", "", ""),
            text("db.t4g.micro", "", &proxy),
            text("db.t4g.micro", "", OTHER).replace("Engine: postgres", "Engine: oracle-ee"),
            text("db.t4g.micro", "      ReservedConcurrentExecutions: 20\n", OTHER),
            text("db.r6g.2xlarge", "", OTHER),
        ];
        for text in quiet {
            assert_eq!(findings(&text, ID), Vec::<String>::new(), "{text}");
        }
    }
}
