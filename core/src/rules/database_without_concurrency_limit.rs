use super::provisioned_exceeds_reserved::provisioned;
use super::{Area, RuleInfo, Subject};
use crate::connections::{ACCOUNT, Connections, How, connects_in_handler};
use crate::finding::{Finding, Fix, RuleId, Safety, Severity};
use crate::language::Phrase;
use crate::phrase;
use crate::suggest::{Written, insert_entry, written_properties};
use crate::template::Resource;

const ID: RuleId = RuleId("database-without-concurrency-limit");

pub(super) static RULE: RuleInfo = RuleInfo {
    id: ID,
    area: Area::Concurrency,
    severity: Severity::Warning,
    fix: Some(Safety::Suggested),
    summary: || {
        phrase!(
            en: "A function connects to a database and nothing limits how many of its executions do so at once",
            ja: "データベースに接続する関数の同時実行数に上限がない",
        )
    },
    check,
};

fn check(subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    let template = subject.template;
    let connections = Connections::new(template, subject.demands());
    for direct in connections.direct() {
        let (Some(function), Some(database)) =
            (template.resource(&direct.function), template.resource(&direct.database))
        else {
            continue;
        };
        let Some(open) = connections.unbounded(function) else { continue };
        let Some(when) = connections.scope.both(open, direct.when) else { continue };
        let each = connections.connections_each(function);
        let most = ACCOUNT.saturating_mul(each);
        let (id, name) = (&function.id, &database.id);
        let takes = connections.limit(&direct, when);
        // Where it surely takes as many as the account allows there is nothing to limit.
        if takes.as_ref().is_some_and(|takes| takes.low >= most) {
            continue;
        }
        let fans_out = connections.callers(function).iter().any(|caller| fans_out(caller.how, caller.bound));
        // What is proven is told by the rule of the callers.
        if fans_out && takes.as_ref().is_some_and(|takes| takes.high < most) {
            continue;
        }
        let (severity, message) = match &takes {
            Some(takes) => {
                let (number, of) = (takes.number(), &takes.of);
                (
                    Severity::Warning,
                    phrase!(
                        en: "nothing limits how many connections `{id}` opens to `{name}`: up to {most} (the account's default), where {of} takes about {number}",
                        ja: "`{id}` から `{name}` への接続数に上限がありません。最大 {most} (アカウントの同時実行数のデフォルト) に対し、{of} が受け付けるのは約 {number} です",
                    ),
                )
            }
            None => (
                Severity::Info,
                phrase!(
                    en: "nothing limits how many connections `{id}` opens to `{name}`: up to {most}, the account's default",
                    ja: "`{id}` から `{name}` への接続数に上限がありません。最大 {most} (アカウントの同時実行数のデフォルト) です",
                ),
            ),
        };
        let mut finding = Finding::new(ID, severity, Some(template.node(function.key).span()), message)
            .only_where(connections.only_where(when))
            .help(help(connections.proxy_before(name, when)))
            .about(id)
            .told_apart_by(name)
            .label(
                direct.at,
                phrase!(en: "it connects to `{name}` here", ja: "ここで `{name}` に接続しています"),
            )
            .fix(reserve(&connections, function));
        if let Some(span) = connects_in_handler(connections.scope, function) {
            finding = finding.label(span, in_handler());
        }
        findings.push(finding);
    }
}

/// Where a proxy stands already, the function is to use it.
fn help(proxy: Option<String>) -> Phrase {
    match proxy {
        Some(proxy) => phrase!(
            en: "set ReservedConcurrentExecutions to what the database can spare, or connect by way of its proxy `{proxy}`; every execution environment keeps a connection of its own, and the database refuses those beyond its limit",
            ja: "データベースの余裕に合わせて ReservedConcurrentExecutions を設定するか、既にあるプロキシ `{proxy}` を経由させてください。実行環境はそれぞれ接続を持ち、上限を超えた接続はデータベースに拒否されます",
        ),
        None => phrase!(
            en: "set ReservedConcurrentExecutions to what the database can spare, or put an RDS Proxy between them; every execution environment keeps a connection of its own, and the database refuses those beyond its limit",
            ja: "データベースの余裕に合わせて ReservedConcurrentExecutions を設定するか、RDS Proxy を経由させてください。実行環境はそれぞれ接続を持ち、上限を超えた接続はデータベースに拒否されます",
        ),
    }
}

/// Reserves what the databases of a function can spare, where nothing is reserved in any situation.
pub(super) fn reserve(connections: &Connections<'_, '_>, function: &Resource) -> Option<Fix> {
    let template = connections.scope.template;
    let count = connections.reservable(function)?;
    if provisioned(template, function) > count {
        return None;
    }
    let properties = written_properties(template, function)?;
    let number = Written::Number(i64::try_from(count).ok()?);
    let edit = insert_entry(template, properties, "ReservedConcurrentExecutions", &number)?;
    Some(Fix {
        safety: Safety::Suggested,
        title: phrase!(
            en: "Reserve {count}, the connections that are left for it",
            ja: "残りの接続数に合わせて予約を {count} にする",
        ),
        edits: vec![edit],
    })
}

/// Whether a caller calls as often at once as there is work.
pub(super) fn fans_out(how: How, bound: crate::connections::Bound) -> bool {
    let many = matches!(how, How::Queue | How::Topic | How::Bucket | How::Event | How::Map);
    many && bound == crate::connections::Bound::Account
}

/// Of code that connects inside the handler.
pub(super) fn in_handler() -> Phrase {
    phrase!(
        en: "the handler connects at every call; connect outside of it, and later calls use the connection again",
        ja: "ハンドラーの中で呼び出しのたびに接続しています。ハンドラーの外で接続すれば、次の呼び出しで再利用できます",
    )
}

#[cfg(test)]
pub(crate) mod tests {
    use crate::rules::testing::{findings, fixed};

    const ID: &str = "database-without-concurrency-limit";

    /// A database with a function that names it.
    pub(crate) fn text(class: &str, function: &str, rest: &str) -> String {
        format!(
            "Transform: AWS::Serverless-2016-10-31
Parameters: {{Env: {{Type: String, AllowedValues: [prod, dev]}}, Class: {{Type: String}}, Given: {{Type: Number}}}}
Conditions: {{Prod: !Equals [!Ref Env, prod]}}
Resources:
  Db:
    Type: AWS::RDS::DBInstance
    Properties: {{Engine: postgres, DBInstanceClass: {class}}}
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      Handler: index.handler
      Runtime: python3.13
      CodeUri: src/
      Environment: {{Variables: {{DB_HOST: !GetAtt Db.Endpoint.Address}}}}
{function}{rest}"
        )
    }

    #[test]
    fn a_function_without_a_limit_is_found() {
        assert_eq!(
            findings(&text("db.t4g.micro", "", ""), ID),
            [
                "8:3 nothing limits how many connections `Fn` opens to `Db`: up to 1000 (the account's default), where db.t4g.micro takes about 79-112 | 14:42 it connects to `Db` here"
            ]
        );
        let json = r#"{"Resources": {"Db": {"Type": "AWS::RDS::DBInstance", "Properties": {"Engine": "mysql", "DBInstanceClass": "db.t3.micro"}},
"Fn": {"Type": "AWS::Lambda::Function", "Properties": {"Environment": {"Variables": {"DB_HOST": {"Fn::GetAtt": ["Db", "Endpoint.Address"]}}}}}}}"#;
        assert!(findings(json, ID)[0].contains("db.t3.micro takes about 60-85"));
        let unknown = findings(&text("!Ref Class", "", ""), ID);
        assert!(
            unknown.len() == 1 && unknown[0].contains("up to 1000, the account's default"),
            "{unknown:?}"
        );
    }

    #[test]
    fn what_the_database_can_spare_is_reserved() {
        let mended = fixed(&text("db.t4g.micro", "", ""), ID);
        assert!(mended.ends_with("Endpoint.Address}}\n      ReservedConcurrentExecutions: 79\n"), "{mended}");
        for rule in [ID, "connection-storm"] {
            assert_eq!(findings(&mended, rule), Vec::<String>::new());
        }
        let pool = text("db.t4g.micro", "", "").replace("DB_HOST:", "DB_POOL_SIZE: 5, DB_HOST:");
        assert!(fixed(&pool, ID).contains("ReservedConcurrentExecutions: 15\n"), "five connections each");
        let other = |most: &str| {
            format!(
                "  Other:
    Type: AWS::Lambda::Function
    Properties: {{{most}Environment: {{Variables: {{DB_HOST: !GetAtt Db.Endpoint.Address}}}}}}
"
            )
        };
        let both = fixed(&text("db.t4g.micro", "", &other("")), ID);
        let reserved = |most: &str| both.contains(&format!("ReservedConcurrentExecutions: {most}"));
        assert!(reserved("39") && reserved("40"), "{both}");
        assert_eq!(findings(&both, "connection-storm"), Vec::<String>::new());
        let rest = text("db.t4g.micro", "", &other("ReservedConcurrentExecutions: 50, "));
        assert!(fixed(&rest, ID).contains("ReservedConcurrentExecutions: 29\n"), "what the other leaves");
    }

    #[test]
    fn no_number_is_made_up() {
        let unknown = text("!Ref Class", "", "");
        assert_eq!(fixed(&unknown, ID), unknown);
        let sometimes = text(
            "db.t4g.micro",
            "      ReservedConcurrentExecutions: !If [Prod, 10, !Ref AWS::NoValue]\n",
            "",
        );
        assert_eq!(fixed(&sometimes, ID), sometimes);
        let taken = text(
            "db.t4g.micro",
            "",
            "  Other: {Type: AWS::Lambda::Function, Properties: {ReservedConcurrentExecutions: 200, Environment: {Variables: {DB_HOST: !GetAtt Db.Endpoint.Address}}}}\n",
        );
        assert_eq!(fixed(&taken, ID), taken, "nothing is left");
        let provisioned = text(
            "db.t4g.micro",
            "      AutoPublishAlias: live\n      ProvisionedConcurrencyConfig: {ProvisionedConcurrentExecutions: 100}\n",
            "",
        );
        assert_eq!(fixed(&provisioned, ID), provisioned, "more are provisioned");
    }

    #[test]
    fn whoever_wears_the_group_of_a_caller_is_no_caller_for_that() {
        let shared = |groups: &str, other: &str| {
            format!(
                "Resources:
  Fns: {{Type: AWS::EC2::SecurityGroup, Properties: {{GroupDescription: f}}}}
  Dbs: {{Type: AWS::EC2::SecurityGroup, Properties: {{GroupDescription: d, SecurityGroupIngress: [{{IpProtocol: tcp, FromPort: 5432, ToPort: 5432, SourceSecurityGroupId: !Ref Fns}}]}}}}
  Db: {{Type: AWS::RDS::DBInstance, Properties: {{Engine: postgres, DBInstanceClass: db.t4g.micro, VPCSecurityGroups: [!Ref Dbs]}}}}
  Fn:
    Type: AWS::Lambda::Function
    Properties:
      VpcConfig: {{SubnetIds: [subnet-1], SecurityGroupIds: [{groups}]}}
{other}"
            )
        };
        let given = "  Other:
    Type: AWS::Lambda::Function
    Properties:
      ReservedConcurrentExecutions: 2
      VpcConfig: {SubnetIds: [subnet-1], SecurityGroupIds: [!Ref Fns]}
      Environment: {Variables: {DB_HOST: !GetAtt Db.Endpoint.Address}}
";
        assert_eq!(findings(&shared("!Ref Fns", ""), ID).len(), 1, "the only one of the group");
        assert_eq!(findings(&shared("!Ref Fns", given), ID), [""; 0]);
    }

    #[test]
    fn what_sets_a_function_up_or_may_call_it_is_no_caller() {
        let custom = "  Logs: {Type: Custom::LogRetention, Properties: {ServiceToken: 'arn:aws:lambda:us-east-1:111122223333:function:a', LogGroupName: !Sub '/aws/lambda/${Fn}'}}\n";
        assert_eq!(findings(&text("db.t4g.micro", "", custom), ID).len(), 1);
        let clock =
            "      Events: {Clock: {Type: ScheduleV2, Properties: {ScheduleExpression: rate(1 day)}}}\n";
        assert_eq!(findings(&text("db.t4g.micro", clock, ""), ID), Vec::<String>::new());
    }

    #[test]
    fn a_limit_under_a_condition_is_none_elsewhere() {
        let function = "      ReservedConcurrentExecutions: !If [Prod, 10, !Ref AWS::NoValue]\n";
        let found = findings(&text("db.t4g.micro", function, ""), ID);
        assert!(found.len() == 1 && found[0].contains("(where Env = "), "{found:?}");
    }

    #[test]
    fn clusters_have_the_limit_of_their_instances() {
        let cluster = |max: &str| {
            format!(
                "Resources:
  Db: {{Type: AWS::RDS::DBCluster, Properties: {{Engine: aurora-postgresql, ServerlessV2ScalingConfiguration: {{MinCapacity: 0.5, MaxCapacity: {max}}}}}}}
  One: {{Type: AWS::RDS::DBInstance, Properties: {{Engine: aurora-postgresql, DBClusterIdentifier: !Ref Db, DBInstanceClass: db.serverless}}}}
  Fn: {{Type: AWS::Lambda::Function, Properties: {{Environment: {{Variables: {{DB_HOST: !GetAtt Db.Endpoint.Address}}}}}}}}
"
            )
        };
        assert!(findings(&cluster("2"), ID)[0].contains("2 ACU takes about 189-823"));
        assert!(findings(&cluster("64"), ID).is_empty());
    }

    #[test]
    fn limits_other_ways_and_rare_runs_are_left_alone() {
        let reserved = "      ReservedConcurrentExecutions: ";
        let quiet = [
            text("db.t4g.micro", &format!("{reserved}10\n"), ""),
            text("db.t4g.micro", &format!("{reserved}!Ref Given\n"), ""),
            text("db.r6g.2xlarge", "", ""),
            text(
                "db.t4g.micro",
                "      Events: {Clock: {Type: Schedule, Properties: {Schedule: rate(1 day)}}}\n",
                "",
            ),
            text(
                "db.t4g.micro",
                "",
                "  Call: {Type: Custom::Call, Properties: {ServiceToken: !GetAtt Fn.Arn}}\n",
            ),
            text("db.t4g.micro", "", "").replace("  Fn:", "  MigrateFn:"),
            text(
                "db.t4g.micro",
                "",
                "  Secret: {Type: AWS::SecretsManager::Secret, Properties: {}}\n  Rotate: {Type: AWS::SecretsManager::RotationSchedule, Properties: {SecretId: !Ref Secret, RotationLambdaARN: !GetAtt Fn.Arn}}\n",
            ),
            text(
                "db.t4g.micro",
                "      Events: {In: {Type: SQS, Properties: {Queue: !GetAtt Queue.Arn, ScalingConfig: {MaximumConcurrency: 5}}}}\n",
                "  Queue: {Type: AWS::SQS::Queue}\n",
            ),
            text("db.t4g.micro", "", "").replace("DB_HOST: !GetAtt Db.Endpoint.Address", "ID: !Ref Db"),
        ];
        for text in quiet {
            assert_eq!(findings(&text, ID), Vec::<String>::new(), "{text}");
        }
    }

    #[test]
    fn a_parameter_group_takes_over_and_its_formula_is_not_known() {
        let group = |value: &str| {
            text("db.t4g.micro, DBParameterGroupName: !Ref Group", "", "").replace(
                "  Fn:",
                &format!("  Group: {{Type: AWS::RDS::DBParameterGroup, Properties: {{Family: postgres16, Description: d, Parameters: {{max_connections: '{value}'}}}}}}\n  Fn:"),
            )
        };
        assert!(findings(&group("200"), ID)[0].contains("max_connections takes about 200"));
        assert!(findings(&group("2000"), ID).is_empty());
        assert!(findings(&group("{DBInstanceClassMemory/9531392}"), ID)[0].contains("the account's default"));
    }

    #[test]
    fn a_connection_of_every_call_is_told() {
        let text = "Resources:
  Db: {Type: AWS::RDS::DBInstance, Properties: {Engine: postgres, DBInstanceClass: db.t4g.micro}}
  Fn:
    Type: AWS::Lambda::Function
    Properties:
      Handler: index.handler
      Environment: {Variables: {DB_HOST: !GetAtt Db.Endpoint.Address}}
      Code:
        ZipFile: |
          import os, psycopg2
          def handler(event, context):
              conn = psycopg2.connect(host=os.environ['DB_HOST'])
";
        assert!(findings(text, ID)[0].contains("| 12:22 the handler connects at every call"));
    }
}
