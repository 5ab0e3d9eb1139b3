use super::{Area, RuleInfo, Subject};
use crate::connections::{By, Connections, Direct, Executions, connects_in_handler};
use crate::finding::{Finding, RuleId, Severity};
use crate::language::Phrase;
use crate::phrase;

use super::database_without_concurrency_limit::in_handler;

const ID: RuleId = RuleId("connection-storm");

pub(super) static RULE: RuleInfo = RuleInfo {
    id: ID,
    area: Area::Concurrency,
    severity: Severity::Warning,
    fix: None,
    summary: || {
        phrase!(
            en: "Functions may open more connections at once than their database takes",
            ja: "関数が同時に開く接続の数が、データベースの上限を超える",
        )
    },
    check,
};

/// What one function may open.
struct Share {
    direct: Direct,
    executions: Executions,
    each: u64,
    all: u64,
}

fn check(subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    let template = subject.template;
    let connections = Connections::new(template, subject.demands());
    let mut databases: Vec<(String, bool)> = Vec::new();
    let direct = connections.direct();
    for one in &direct {
        let target = (one.database.clone(), one.reads);
        if !databases.contains(&target) {
            databases.push(target);
        }
    }
    for (id, reads) in databases {
        let mut shares: Vec<Share> = Vec::new();
        for one in direct.iter().filter(|one| one.database == id && one.reads == reads) {
            let Some(function) = template.resource(&one.function) else { continue };
            let each = connections.connections_each(function);
            let most = connections.executions(function).into_iter().max_by_key(|one| one.most);
            if let Some(executions) = most {
                let all = executions.most.saturating_mul(each);
                shares.push(Share { direct: one.clone(), executions, each, all });
            }
        }
        shares.sort_by_key(|share| std::cmp::Reverse(share.all));
        let when = shares.iter().try_fold(crate::template::Guard::ALWAYS, |when, share| {
            connections.scope.both(when, share.executions.when)
        });
        // Limits that exclude each other: the largest alone counts.
        let when = when.or_else(|| {
            shares.truncate(1);
            Some(shares.first()?.executions.when)
        });
        let (Some(when), Some(first)) = (when, shares.first()) else { continue };
        let Some(takes) = connections.limit(&first.direct, when) else { continue };
        // What a proxy was given is not there for those that pass by it.
        let left = if reads { None } else { connections.left_by_proxy(&id, when) };
        let takes = left.as_ref().map_or(takes, |(_, left)| left.clone());
        let sum = shares.iter().fold(0_u64, |sum, share| sum.saturating_add(share.all));
        if sum <= takes.high {
            continue;
        }
        // A function that is too much by itself is told alone.
        let alone = first.all > takes.high || shares.len() == 1;
        let told = if alone { &shares[..1] } else { &shares[..] };
        let terms: Vec<String> =
            told.iter().map(|share| format!("{} × {}", share.executions.most, share.each)).collect();
        let (terms, number, of) = (terms.join(" + "), takes.number(), &takes.of);
        let names: Vec<String> = told.iter().map(|share| format!("`{}`", share.direct.function)).collect();
        let (en_names, ja_names) = (names.join(", "), names.join("、"));
        let message = match &left {
            Some((proxy, _)) => phrase!(
                en: "{en_names} may open more connections than `{id}` has beside its proxy `{proxy}`: {terms} is more than about {number} of {of} that the proxy leaves",
                ja: "{ja_names} が開く接続は、`{id}` のプロキシ `{proxy}` の分を除いた残りを超えることがあります。{terms} に対し、{of} の残りは約 {number} です",
            ),
            None => phrase!(
                en: "{en_names} may open more connections than `{id}` takes: {terms} is more than about {number} of {of}",
                ja: "{ja_names} が開く接続は `{id}` の上限を超えることがあります。{terms} に対し、{of} の上限は約 {number} です",
            ),
        };
        let mut finding = Finding::new(ID, Severity::Warning, Some(first.executions.at), message)
            .only_where(connections.only_where(when))
            .help(help(connections.proxy_before(&id, when)))
            .about(&first.direct.function)
            .told_apart_by(&id);
        if let Some((proxy, _)) = &left
            && let Some(resource) = template.resource(proxy)
            && let Some(Phrase { en, ja }) = connections.share(proxy, when).map(|share| share.words())
        {
            let place = template.node(resource.key).span();
            finding = finding.label(place, phrase!(en: "it may take {en}", ja: "使うのは{ja}です"));
        }
        for (at, share) in told.iter().enumerate() {
            let (function, most) = (&share.direct.function, share.executions.most);
            if at > 0 || share.executions.by == By::Callers {
                let words = match share.executions.by {
                    By::Reserved => {
                        phrase!(en: "{most} reserved for `{function}`", ja: "`{function}` の予約は {most}")
                    }
                    By::Callers => {
                        phrase!(en: "its callers start up to {most} executions of `{function}`", ja: "`{function}` は最大 {most} 同時に呼び出されます")
                    }
                };
                finding = finding.label(share.executions.at, words);
            }
            finding = finding.label(
                share.direct.at,
                phrase!(en: "`{function}` connects to `{id}` here", ja: "`{function}` はここで `{id}` に接続しています"),
            );
            let resource = template.resource(function);
            if let Some(span) = resource.and_then(|own| connects_in_handler(connections.scope, own)) {
                finding = finding.label(span, in_handler());
            }
        }
        findings.push(finding);
    }
}

/// Where a proxy stands already, the functions are to use it.
fn help(proxy: Option<String>) -> Phrase {
    match proxy {
        Some(proxy) => phrase!(
            en: "reserve less, or connect by way of the proxy `{proxy}`; each execution environment keeps its own connections, and administration needs some too",
            ja: "予約を減らすか、プロキシ `{proxy}` を経由させてください。実行環境はそれぞれ接続を持ち、管理用の接続も必要です",
        ),
        None => phrase!(
            en: "reserve less, or put an RDS Proxy between them; each execution environment keeps its own connections, and administration needs some too",
            ja: "予約を減らすか、RDS Proxy を経由させてください。実行環境はそれぞれ接続を持ち、管理用の接続も必要です",
        ),
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::database_without_concurrency_limit::tests::text;
    use crate::rules::testing::findings;

    const ID: &str = "connection-storm";

    fn reserved(count: &str) -> String {
        format!("      ReservedConcurrentExecutions: {count}\n")
    }

    #[test]
    fn more_reserved_than_the_database_takes_is_found() {
        assert_eq!(
            findings(&text("db.t4g.micro", &reserved("200"), ""), ID),
            [
                "15:37 `Fn` may open more connections than `Db` takes: 200 × 1 is more than about 79-112 of db.t4g.micro | 14:42 `Fn` connects to `Db` here"
            ]
        );
        let pool = text("db.t4g.micro", &reserved("30"), "").replace("DB_HOST:", "DB_POOL_SIZE: 5, DB_HOST:");
        assert!(findings(&pool, ID)[0].contains("30 × 5 is more than"));
        let json = r#"{"Resources": {"Db": {"Type": "AWS::RDS::DBInstance", "Properties": {"Engine": "mysql", "DBInstanceClass": "db.t3.micro"}},
"Fn": {"Type": "AWS::Lambda::Function", "Properties": {"ReservedConcurrentExecutions": 100, "Environment": {"Variables": {"DB_HOST": {"Fn::GetAtt": ["Db", "Endpoint.Address"]}}}}}}}"#;
        assert_eq!(findings(json, ID).len(), 1);
    }

    #[test]
    fn functions_add_up_and_callers_count() {
        let other = "  Other:
    Type: AWS::Lambda::Function
    Properties: {ReservedConcurrentExecutions: 60, Environment: {Variables: {DB_HOST: !GetAtt Db.Endpoint.Address}}}
";
        let found = findings(&text("db.t4g.micro", &reserved("70"), other), ID);
        assert!(found.len() == 1 && found[0].contains("70 × 1 + 60 × 1 is more than"), "{found:?}");
        let queue = "      Events: {In: {Type: SQS, Properties: {Queue: !GetAtt Queue.Arn, ScalingConfig: {MaximumConcurrency: 300}}}}\n";
        let found = findings(&text("db.t4g.micro", queue, "  Queue: {Type: AWS::SQS::Queue}\n"), ID);
        assert!(found.len() == 1 && found[0].contains("300 × 1 is more than"), "{found:?}");
        let stream = "      Events: {In: {Type: Kinesis, Properties: {Stream: !GetAtt Stream.Arn, StartingPosition: LATEST, ParallelizationFactor: 10}}}\n";
        let rest = "  Stream: {Type: AWS::Kinesis::Stream, Properties: {ShardCount: 20}}\n";
        assert!(findings(&text("db.t4g.micro", stream, rest), ID)[0].contains("200 × 1"));
    }

    #[test]
    fn readers_are_other_instances_than_the_writer() {
        let cluster = |readers: usize, reserved: [u32; 2]| {
            let instance = |at: usize| {
                format!(
                    "  I{at}: {{Type: AWS::RDS::DBInstance, Properties: {{Engine: aurora-mysql, DBClusterIdentifier: !Ref Db, DBInstanceClass: db.t4g.medium}}}}\n"
                )
            };
            let function = |id: &str, endpoint: &str, reserved: u32| {
                format!(
                    "  {id}: {{Type: AWS::Lambda::Function, Properties: {{ReservedConcurrentExecutions: {reserved}, Environment: {{Variables: {{DB_HOST: !GetAtt Db.{endpoint}.Address}}}}}}}}\n"
                )
            };
            let instances: String = (0..=readers).map(instance).collect();
            let [writes, reads] = reserved;
            let text = format!(
                "Resources:\n  Db: {{Type: AWS::RDS::DBCluster, Properties: {{Engine: aurora-mysql}}}}\n{instances}{}{}",
                function("Writes", "Endpoint", writes),
                function("Reads", "ReadEndpoint", reads)
            );
            findings(&text, ID).len()
        };
        assert_eq!(cluster(1, [60, 60]), 0);
        assert_eq!(cluster(1, [60, 100]), 1);
        assert_eq!(cluster(3, [60, 100]), 0);
        assert_eq!(cluster(3, [100, 100]), 1);
    }

    #[test]
    fn what_a_proxy_was_given_is_not_there_for_others() {
        let with = |reserved: &str, pool: &str, other: &str| {
            let rest = format!(
                "  Proxy: {{Type: AWS::RDS::DBProxy, Properties: {{EngineFamily: POSTGRESQL, DBProxyName: p}}}}
  Targets: {{Type: AWS::RDS::DBProxyTargetGroup, Properties: {{DBProxyName: !Ref Proxy, DBInstanceIdentifiers: [!Ref Db]{pool}}}}}
  Other: {{Type: AWS::Lambda::Function, Properties: {{ReservedConcurrentExecutions: 5, Environment: {{Variables: {{DB_HOST: !GetAtt {other}}}}}}}}}
"
            );
            findings(&text("db.t4g.micro", &super::tests::reserved(reserved), &rest), ID)
        };
        let half = ", ConnectionPoolConfigurationInfo: {MaxConnectionsPercent: 50}";
        let found = with("70", half, "Proxy.Endpoint");
        assert!(
            found.len() == 1
                && found[0].contains(
                    "`Fn` may open more connections than `Db` has beside its proxy `Proxy`: 70 × 1 is more than about 40-56 of db.t4g.micro that the proxy leaves"
                )
                && found[0].contains("it may take up to 50% of the connections of `Db`"),
            "{found:?}"
        );
        assert_eq!(with("50", half, "Proxy.Endpoint"), [""; 0], "it fits beside the proxy");
        assert_eq!(with("70", "", "Proxy.Endpoint"), [""; 0], "nobody chose the default");
        assert_eq!(with("70", half, "Db.Endpoint.Address"), [""; 0], "nobody uses the proxy");
    }

    #[test]
    fn what_fits_or_is_not_known_is_left_alone() {
        let proxy = "  Proxy: {Type: AWS::RDS::DBProxy, Properties: {EngineFamily: POSTGRESQL, DBProxyName: p}}
  Targets: {Type: AWS::RDS::DBProxyTargetGroup, Properties: {DBProxyName: !Ref Proxy, DBInstanceIdentifiers: [!Ref Db]}}
";
        let quiet = [
            text("db.t4g.micro", &reserved("100"), ""),
            text("db.t4g.micro", &reserved("!Ref Given"), ""),
            text("!Ref Class", &reserved("900"), ""),
            text("db.t4g.micro", "", ""),
            text("db.t4g.micro", &reserved("200"), proxy)
                .replace("!GetAtt Db.Endpoint.Address", "!GetAtt Proxy.Endpoint"),
            text("!If [Prod, db.r6g.2xlarge, db.t4g.micro]", &reserved("!If [Prod, 500, 20]"), ""),
        ];
        for text in quiet {
            assert_eq!(findings(&text, ID), Vec::<String>::new(), "{text}");
        }
    }
}
