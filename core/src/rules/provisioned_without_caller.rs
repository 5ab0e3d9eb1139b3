use super::{Area, RuleInfo, Subject};
use crate::connections::{Connections, How};
use crate::demands::service_work::function_of;
use crate::finding::{Finding, RuleId, Severity};
use crate::phrase;
use crate::template::Guard;

const ID: RuleId = RuleId("provisioned-without-caller");

pub(super) static RULE: RuleInfo = RuleInfo {
    id: ID,
    area: Area::Concurrency,
    severity: Severity::Info,
    fix: None,
    summary: || {
        phrase!(
            en: "Provisioned concurrency where nobody waits for an answer",
            ja: "応答を待つ呼び出し元がない関数に、プロビジョニングされた同時実行が設定されている",
        )
    },
    check,
};

fn check(subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    let template = subject.template;
    let connections = Connections::new(template, subject.demands());
    let situations: Vec<Guard> = subject.networks.iter().map(|one| one.situation).collect();
    for (span, resource, function) in provisioned(subject) {
        let Some(function) = template.resource(&function).filter(|one| !subject.is_shared(&one.id)) else {
            continue;
        };
        let callers = connections.callers(function);
        let quiet = |how: How| {
            matches!(
                how,
                How::Queue
                    | How::Stream
                    | How::Topic
                    | How::Bucket
                    | How::Event
                    | How::Asynchronous
                    | How::Schedule
            )
        };
        if callers.is_empty() || !callers.iter().all(|caller| quiet(caller.how)) || !subject.is_whole() {
            continue;
        }
        let id = &function.id;
        let mut finding = Finding::new(
            ID,
            Severity::Info,
            Some(span),
            phrase!(
                en: "`{id}` has provisioned concurrency, but everything that calls it is asynchronous, so nobody waits for its start",
                ja: "`{id}` にはプロビジョニングされた同時実行がありますが、呼び出しはすべて非同期なので、起動を待つ相手がいません",
            ),
        )
        .help(phrase!(
            en: "remove it, unless events must be worked off within a second: it is paid for by the hour, used or not, and only shortens a wait that a queue or event does not mind",
            ja: "イベントを 1 秒以内に処理しなければならない場合を除き、外してください。使わなくても時間料金がかかり、短くなるのはキューやイベントにとって問題のない待ち時間だけです",
        ))
        .about(id)
        .costing(subject.costs(&situations, &|parts| {
            Some(parts.by_the_hour(std::slice::from_ref(&resource))?.into())
        }));
        for caller in &callers {
            finding =
                finding.label(caller.at, phrase!(en: "an asynchronous caller", ja: "非同期の呼び出し元"));
        }
        findings.push(finding);
    }
}

/// Where concurrency is provisioned, each with the logical ids of what asks for it and of the function.
pub(super) fn provisioned(subject: &Subject<'_, '_>) -> Vec<(crate::text::Span, String, String)> {
    let template = subject.template;
    let scope = Connections::new(template, subject.demands()).scope;
    const CONFIG: [&str; 2] = ["ProvisionedConcurrencyConfig", "ProvisionedConcurrentExecutions"];
    let mut found: Vec<(crate::text::Span, String, String)> = Vec::new();
    for resource in scope.resources(&["AWS::Lambda::Alias", "AWS::Lambda::Version"]) {
        let config = scope.property(resource, &CONFIG);
        let named = scope.property(resource, &["FunctionName"]);
        let function = named.iter().find_map(|case| function_of(scope, &case.value));
        if let (Some(config), Some(function)) = (config.first(), function) {
            found.push((config.span, resource.id.clone(), function.id.clone()));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use crate::Options;
    use crate::rules::testing::{costs, findings};

    const ID: &str = "provisioned-without-caller";

    fn text(events: &str, rest: &str) -> String {
        format!(
            "Transform: AWS::Serverless-2016-10-31
Resources:
  Queue: {{Type: AWS::SQS::Queue}}
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      Handler: a.b
      Runtime: python3.13
      CodeUri: src/
      AutoPublishAlias: live
      ProvisionedConcurrencyConfig: {{ProvisionedConcurrentExecutions: 5}}
      Events: {events}
{rest}"
        )
    }

    const SQS: &str = "In: {Type: SQS, Properties: {Queue: !GetAtt Queue.Arn}}";

    #[test]
    fn only_asynchronous_callers_are_found() {
        let found = findings(&text(&format!("{{{SQS}}}"), ""), ID);
        assert!(
            found.len() == 1 && found[0].starts_with("11:71 `Fn` has provisioned concurrency"),
            "{found:?}"
        );
        let json = r#"{"Resources": {"Fn": {"Type": "AWS::Lambda::Function", "Properties": {}},
"V": {"Type": "AWS::Lambda::Version", "Properties": {"FunctionName": {"Ref": "Fn"}, "ProvisionedConcurrencyConfig": {"ProvisionedConcurrentExecutions": 2}}},
"Clock": {"Type": "AWS::Events::Rule", "Properties": {"ScheduleExpression": "rate(1 day)", "Targets": [{"Id": "a", "Arn": {"Ref": "V"}}]}}}}"#;
        assert_eq!(findings(json, ID).len(), 1);
    }

    #[test]
    fn apis_unknown_and_shared_callers_are_left_alone() {
        let quiet = [
            text(&format!("{{{SQS}, Api: {{Type: HttpApi}}}}"), ""),
            text("{}", ""),
            text(&format!("{{{SQS}}}"), "Outputs: {Arn: {Value: !GetAtt Fn.Arn}}\n"),
            text(
                &format!("{{{SQS}}}"),
                "  Other: {Type: AWS::Lambda::Function, Properties: {Environment: {Variables: {FN: !Ref Fn}}}}\n",
            ),
            text(&format!("{{{SQS}}}"), "")
                .replace("      ProvisionedConcurrencyConfig: {ProvisionedConcurrentExecutions: 5}\n", ""),
        ];
        for text in quiet {
            assert_eq!(findings(&text, ID), Vec::<String>::new(), "{text}");
        }
    }

    #[test]
    fn what_is_kept_ready_has_its_price() {
        let options = Options { region: Some("us-east-1".to_owned()), ..Options::default() };
        // 5 x 0.125 GB x 2628000 s x 0.0000041667 = 6.8438
        assert_eq!(costs(&text(&format!("{{{SQS}}}"), ""), ID, &options), ["6.84"]);
    }
}
