use super::{Area, RuleInfo, Subject};
use crate::connections::Connections;
use crate::finding::{Finding, RuleId, Severity};
use crate::language::Phrase;
use crate::phrase;

const ID: RuleId = RuleId("proxy-bypassed");

pub(super) static RULE: RuleInfo = RuleInfo {
    id: ID,
    area: Area::Concurrency,
    severity: Severity::Warning,
    fix: None,
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
        .told_apart_by(name);
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

#[cfg(test)]
mod tests {
    use crate::rules::database_without_concurrency_limit::tests::text;
    use crate::rules::testing::findings;

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
