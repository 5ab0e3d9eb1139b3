use super::{Area, RuleInfo, Subject};
use crate::connections::{ACCOUNT, Bound, Caller, Connections, How, connects_in_handler};
use crate::finding::{Finding, Fix, RuleId, Safety, Severity};
use crate::phrase;
use crate::suggest::{Written, insert_entry, written_properties};
use crate::syntax::Node;
use crate::template::Resource;

use super::database_without_concurrency_limit::{fans_out, in_handler, reserve};

const ID: RuleId = RuleId("unbounded-fan-out");

pub(super) static RULE: RuleInfo = RuleInfo {
    id: ID,
    area: Area::Zones,
    severity: Severity::Warning,
    fix: Some(Safety::Suggested),
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
        .label(direct.at, phrase!(en: "`{id}` connects to `{name}` here", ja: "`{id}` はここで `{name}` に接続しています"))
        .fix(fix(&connections, function, &callers));
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

/// A queue waits, so it is limited where it calls. Of the others Lambda keeps events that a reservation holds back;
/// a map and a queue would lose them after a few tries.
fn fix(connections: &Connections<'_, '_>, function: &Resource, callers: &[Caller]) -> Option<Fix> {
    let mut open = callers.iter().filter(|one| one.bound == Bound::Account && one.how != How::Allowed);
    match (open.next()?, open.next()) {
        (only, None) if only.how == How::Queue => limit_queue(connections, function, only),
        (first, second) => {
            let waits = |one: &Caller| matches!(one.how, How::Topic | How::Bucket | How::Event | How::Api);
            let all = [Some(first), second].into_iter().flatten().chain(open).all(waits);
            if all { reserve(connections, function) } else { None }
        }
    }
}

/// Limits how many messages of a queue are worked off at once.
fn limit_queue(connections: &Connections<'_, '_>, function: &Resource, queue: &Caller) -> Option<Fix> {
    /// What `MaximumConcurrency` can be.
    /// <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html>
    const LEAST: u64 = 2;
    const MOST: u64 = 1000;
    let template = connections.scope.template;
    let count = connections.spare(function)?.min(MOST);
    let mapping = template.resource(&queue.id)?;
    let properties = match mapping.made_by {
        None => written_properties(template, mapping)?,
        Some(_) => event_of(written_properties(template, function)?, queue)?,
    };
    let number = Written::Number(i64::try_from(count).ok()?);
    let edit = match properties.get("ScalingConfig") {
        Some(config) => insert_entry(template, config, "MaximumConcurrency", &number),
        None => {
            let config = Written::Map(vec![("MaximumConcurrency", number)]);
            insert_entry(template, properties, "ScalingConfig", &config)
        }
    }?;
    (count >= LEAST).then(|| Fix {
        safety: Safety::Suggested,
        title: phrase!(
            en: "Work off at most {count} messages at once, the connections that are left for it",
            ja: "残りの接続数に合わせて MaximumConcurrency を {count} にする",
        ),
        edits: vec![edit],
    })
}

/// The properties of the SAM event that names the queue.
fn event_of<'a>(function: Node<'a>, queue: &Caller) -> Option<Node<'a>> {
    function.get("Events")?.entries().into_iter().find_map(|event| {
        let properties = event.value.get("Properties")?;
        let is_it = event.value.get("Type").and_then(Node::as_str) == Some("SQS");
        (is_it && properties.span().contains(queue.at)).then_some(properties)
    })
}

#[cfg(test)]
mod tests {
    use crate::rules::database_without_concurrency_limit::tests::text;
    use crate::rules::testing::{findings, fixed};

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
    fn a_queue_is_limited_where_it_calls() {
        let sam = fixed(&text("db.t4g.micro", &sqs(""), QUEUE), ID);
        assert!(sam.contains("Queue: !GetAtt Queue.Arn, ScalingConfig: {MaximumConcurrency: 79}}"), "{sam}");
        assert_eq!(findings(&sam, "connection-storm"), Vec::<String>::new());
        let plain = "Resources:
  Db: {Type: AWS::RDS::DBInstance, Properties: {Engine: postgres, DBInstanceClass: db.t4g.micro}}
  Fn: {Type: AWS::Lambda::Function, Properties: {Environment: {Variables: {DB_HOST: !GetAtt Db.Endpoint.Address}}}}
  Queue: {Type: AWS::SQS::Queue}
  Mapping:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      FunctionName: !Ref Fn
      EventSourceArn: !GetAtt Queue.Arn
";
        assert!(
            fixed(plain, ID).ends_with("Queue.Arn\n      ScalingConfig:\n        MaximumConcurrency: 79\n"),
            "{}",
            fixed(plain, ID)
        );
        let two = text(
            "db.t4g.micro",
            "      Events: {In: {Type: SQS, Properties: {Queue: !GetAtt Queue.Arn}}, Api: {Type: Api, Properties: {Path: /, Method: get}}}\n",
            QUEUE,
        );
        assert_eq!((findings(&two, ID).len(), fixed(&two, ID)), (1, two));
    }

    #[test]
    fn topics_are_limited_by_a_reservation() {
        let topic = "      Events: {In: {Type: SNS, Properties: {Topic: !Ref Topic}}}\n";
        let mended = fixed(&text("db.t4g.micro", topic, "  Topic: {Type: AWS::SNS::Topic}\n"), ID);
        assert!(mended.contains("      ReservedConcurrentExecutions: 79\n"), "{mended}");
        assert_eq!(findings(&mended, ID), Vec::<String>::new());
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
