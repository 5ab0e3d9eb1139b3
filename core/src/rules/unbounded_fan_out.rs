use super::{Area, RuleInfo, Subject};
use crate::connections::{ACCOUNT, Caller, Connections, How, connects_in_handler};
use crate::finding::{Finding, RuleId, Severity};
use crate::phrase;

use super::database_without_concurrency_limit::{fans_out, in_handler};

const ID: RuleId = RuleId("unbounded-fan-out");

pub(super) static RULE: RuleInfo = RuleInfo {
    id: ID,
    area: Area::Zones,
    severity: Severity::Warning,
    fix: None,
    summary: || {
        phrase!(
            en: "A queue, bucket, topic or map calls a function as often as it can, and a database takes fewer connections",
            ja: "キューなどから上限なく呼び出される関数の接続数が、データベースの上限を超える",
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
        let callers = connections.callers(function);
        let Some(caller) = callers.iter().find(|caller| fans_out(caller.how, caller.bound)) else { continue };
        let most = ACCOUNT.saturating_mul(connections.connections_each(function));
        let Some(takes) = connections.limit(&direct, when).filter(|takes| takes.high < most) else {
            continue;
        };
        let (id, name, number, of) = (&function.id, &database.id, takes.number(), &takes.of);
        let (en, ja) = named(caller);
        let mut finding = Finding::new(
            ID,
            Severity::Warning,
            Some(caller.at),
            phrase!(
                en: "{en} starts as many executions of `{id}` as there is work, up to {most} (the account's default), but `{name}` ({of}) takes about {number} connections",
                ja: "{ja}から `{id}` が上限なく呼び出され、最大 {most} (アカウントの同時実行数のデフォルト) になりますが、`{name}` ({of}) が受け付ける接続は約 {number} です",
            ),
        )
        .only_where(connections.only_where(when))
        .help(remedy(caller.how))
        .about(id)
        .told_apart_by(name)
        .label(direct.at, phrase!(en: "`{id}` connects to `{name}` here", ja: "`{id}` はここで `{name}` に接続しています"));
        if let Some(span) = connects_in_handler(connections.scope, function) {
            finding = finding.label(span, in_handler());
        }
        findings.push(finding);
    }
}

fn named(caller: &Caller) -> (String, String) {
    let (en, ja) = match caller.how {
        How::Queue => ("queue", "キュー"),
        How::Topic => ("topic", "トピック"),
        How::Bucket => ("bucket", "バケット"),
        How::Map => ("distributed map", "分散マップ"),
        _ => ("event rule", "イベントルール"),
    };
    // A state machine and a rule are what they are; of the others the id is that of a mapping or permission.
    let own = matches!(caller.how, How::Map | How::Event).then_some(&caller.id);
    match caller.source.as_ref().or(own) {
        Some(id) => (format!("the {en} `{id}`"), format!("{ja} `{id}` ")),
        None => {
            let id = &caller.id;
            (format!("the {en} of `{id}`"), format!("`{id}` の{ja}"))
        }
    }
}

fn remedy(how: How) -> crate::language::Phrase {
    match how {
        How::Queue => phrase!(
            en: "set ScalingConfig.MaximumConcurrency on the event source mapping to what the database can spare: messages then wait in the queue; an RDS Proxy also shares connections between executions",
            ja: "イベントソースマッピングの ScalingConfig.MaximumConcurrency を、データベースの余裕に合わせて設定してください。処理しきれないメッセージはキューで待ちます。RDS Proxy で接続を共有する方法もあります",
        ),
        How::Map => phrase!(
            en: "set MaxConcurrency of the map, or ReservedConcurrentExecutions of the function, to what the database can spare",
            ja: "マップの MaxConcurrency か、関数の ReservedConcurrentExecutions を、データベースの余裕に合わせて設定してください",
        ),
        _ => phrase!(
            en: "put a queue with MaximumConcurrency between them, or set ReservedConcurrentExecutions to what the database can spare: Lambda keeps and retries asynchronous events for up to 6 hours",
            ja: "間に MaximumConcurrency 付きのキューを置くか、データベースの余裕に合わせて ReservedConcurrentExecutions を設定してください。非同期のイベントは Lambda が最長 6 時間保持して再試行します",
        ),
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::database_without_concurrency_limit::tests::text;
    use crate::rules::testing::findings;

    const ID: &str = "unbounded-fan-out";
    const QUEUE: &str = "  Queue: {Type: AWS::SQS::Queue}\n";
    const PROXY: &str = "  Proxy: {Type: AWS::RDS::DBProxy, Properties: {EngineFamily: POSTGRESQL, DBProxyName: p}}
  Targets: {Type: AWS::RDS::DBProxyTargetGroup, Properties: {DBProxyName: !Ref Proxy, DBInstanceIdentifiers: [!Ref Db], ConnectionPoolConfigurationInfo: {MaxConnectionsPercent: 10}}}
";

    fn sqs(more: &str) -> String {
        format!("      Events: {{In: {{Type: SQS, Properties: {{Queue: !GetAtt Queue.Arn{more}}}}}}}\n")
    }

    #[test]
    fn a_queue_without_a_limit_is_found() {
        let found = findings(&text("db.t4g.micro", &sqs(""), QUEUE), ID);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains("`Db` (db.t4g.micro) takes about 79-112 connections"), "{found:?}");
        let other = findings(&text("db.t4g.micro", &sqs(""), QUEUE), "database-without-concurrency-limit");
        assert_eq!(other, Vec::<String>::new(), "one cause, one finding");
    }

    #[test]
    fn topics_buckets_and_maps_are_found() {
        let topic = "      Events: {In: {Type: SNS, Properties: {Topic: !Ref Topic}}}\n";
        assert_eq!(findings(&text("db.t4g.micro", topic, "  Topic: {Type: AWS::SNS::Topic}\n"), ID).len(), 1);
        let bucket = "      Events: {In: {Type: S3, Properties: {Bucket: !Ref Bucket, Events: 's3:ObjectCreated:*'}}}\n";
        assert_eq!(
            findings(&text("db.t4g.micro", bucket, "  Bucket: {Type: AWS::S3::Bucket}\n"), ID).len(),
            1
        );
        let map = |mode: &str, most: &str| {
            let rest = format!(
                "  Machine:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      RoleArn: arn:aws:iam::111122223333:role/a
      DefinitionString: !Sub '{{\"StartAt\": \"M\", \"States\": {{\"M\": {{\"Type\": \"Map\"{most}, \"ItemProcessor\": {{\"ProcessorConfig\": {{\"Mode\": \"{mode}\"}}, \"States\": {{\"F\": {{\"Resource\": \"${{Fn.Arn}}\"}}}}}}}}}}}}'
"
            );
            findings(&text("db.t4g.micro", "", &rest), ID).len()
        };
        assert_eq!(map("DISTRIBUTED", ""), 1);
        assert_eq!(map("DISTRIBUTED", ", \"MaxConcurrency\": 10"), 0);
        assert_eq!(map("INLINE", ""), 0);
    }

    #[test]
    fn limits_shards_and_roomy_databases_are_left_alone() {
        let stream = "      Events: {In: {Type: Kinesis, Properties: {Stream: !GetAtt Stream.Arn, StartingPosition: LATEST}}}\n";
        let quiet = [
            text("db.t4g.micro", &sqs(", ScalingConfig: {MaximumConcurrency: 10}"), QUEUE),
            text("db.t4g.micro", &format!("{}      ReservedConcurrentExecutions: 5\n", sqs("")), QUEUE),
            text(
                "db.t4g.micro",
                &sqs(""),
                "  Queue: {Type: AWS::SQS::Queue, Properties: {FifoQueue: true}}\n",
            ),
            text(
                "db.t4g.micro",
                stream,
                "  Stream: {Type: AWS::Kinesis::Stream, Properties: {ShardCount: 2}}\n",
            ),
            text("db.r6g.2xlarge", &sqs(""), QUEUE),
            text("!Ref Class", &sqs(""), QUEUE),
            text("db.t4g.micro", "", ""),
            // Clients of a proxy share its connections and wait for them.
            text("db.t4g.micro", &sqs(""), &format!("{QUEUE}{PROXY}"))
                .replace("!GetAtt Db.Endpoint.Address", "!GetAtt Proxy.Endpoint"),
        ];
        for text in quiet {
            assert_eq!(findings(&text, ID), Vec::<String>::new(), "{text}");
        }
    }
}
