use super::{Area, RuleInfo, Subject};
use crate::connections::{Connections, How};
use crate::demands::Confidence;
use crate::finding::{Finding, RuleId, Severity};
use crate::paths::GoalTarget;
use crate::phrase;

use super::provisioned_without_caller::provisioned;

const ID: RuleId = RuleId("cold-start-without-provisioned");

pub(super) static RULE: RuleInfo = RuleInfo {
    id: ID,
    area: Area::Concurrency,
    severity: Severity::Info,
    fix: None,
    summary: || {
        phrase!(
            en: "An API waits for the start of a function in a VPC",
            ja: "API が VPC 内の関数の起動を待つ",
        )
    },
    check,
};

fn check(subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    let template = subject.template;
    let connections = Connections::new(template, subject.demands());
    let provisioned = provisioned(subject);
    let scales =
        template.resources.iter().any(|one| one.kind == "AWS::ApplicationAutoScaling::ScalableTarget");
    for function in connections.scope.resources(&["AWS::Lambda::Function"]) {
        let id = &function.id;
        if !connections.is_in_vpc(function)
            || scales
            || provisioned.iter().any(|(_, _, own)| own == id)
            || !connections.scope.property(function, &["SnapStart"]).is_empty()
            || !connections.scope.property(function, &["CapacityProviderConfig"]).is_empty()
        {
            continue;
        }
        let callers = connections.callers(function);
        let Some(api) = callers.iter().find(|caller| caller.how == How::Api) else { continue };
        let Some((en, ja)) = slow(&connections, subject, function) else { continue };
        findings.push(
            Finding::new(
                ID,
                Severity::Info,
                Some(template.node(function.key).span()),
                phrase!(
                    en: "an API waits for `{id}`, and each new execution environment of it first {en}",
                    ja: "API が `{id}` の応答を待ちますが、新しい実行環境ではまず{ja}",
                ),
            )
            .help(phrase!(
                en: "where that wait matters, use SnapStart (Java, Python, .NET) or provisioned concurrency on an alias; the VPC itself no longer makes starts slow, as network interfaces are made with the function",
                ja: "待ち時間が問題になる場合は、SnapStart (Java、Python、.NET) か、エイリアスへのプロビジョニングされた同時実行を検討してください。ネットワークインターフェイスは関数の作成時に用意されるので、VPC 自体が起動を遅くすることはありません",
            ))
            .about(id)
            .label(api.at, phrase!(en: "the API calls it", ja: "API からの呼び出し")),
        );
    }
}

/// What makes the start of a function one that is noticed: a runtime that takes its time, or a connection to open.
fn slow(
    connections: &Connections<'_, '_>,
    subject: &Subject<'_, '_>,
    function: &crate::template::Resource,
) -> Option<(String, String)> {
    let runtimes = connections.scope.property(function, &["Runtime"]);
    let runtime = runtimes.iter().find_map(|case| case.value.known()).unwrap_or("");
    if runtime.starts_with("java") || runtime.starts_with("dotnet") {
        return Some((
            format!("starts {runtime}, often for seconds"),
            format!("{runtime} の起動に数秒かかることがあります"),
        ));
    }
    let store = subject.demands().of(&function.id).find_map(|demand| match &demand.goal.target {
        GoalTarget::Resource(id) if demand.confidence == Confidence::Certain && !demand.forbidden => Some(id),
        _ => None,
    })?;
    Some((format!("connects to `{store}`"), format!(" `{store}` に接続します")))
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::findings;

    const ID: &str = "cold-start-without-provisioned";

    fn text(runtime: &str, events: &str, more: &str) -> String {
        format!(
            "Transform: AWS::Serverless-2016-10-31
Resources:
  Db: {{Type: AWS::RDS::DBInstance, Properties: {{Engine: postgres, DBInstanceClass: db.t4g.micro}}}}
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      Handler: a.b
      Runtime: {runtime}
      CodeUri: src/
      Events: {events}
      VpcConfig: {{SubnetIds: [subnet-1, subnet-2], SecurityGroupIds: [sg-1]}}
{more}"
        )
    }

    const API: &str = "{Api: {Type: HttpApi}}";
    const STORE: &str = "      Environment: {Variables: {DB_HOST: !GetAtt Db.Endpoint.Address}}\n";

    #[test]
    fn an_api_on_a_slow_start_is_found() {
        let found = findings(&text("java21", API, ""), ID);
        assert!(found.len() == 1 && found[0].starts_with("4:3 an API waits for `Fn`"), "{found:?}");
        let found = findings(&text("python3.13", API, STORE), ID);
        assert!(found.len() == 1 && found[0].contains("first connects to `Db`"), "{found:?}");
        let json = r#"{"Resources": {"Fn": {"Type": "AWS::Lambda::Function", "Properties": {"Runtime": "dotnet8", "VpcConfig": {"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}}},
"Url": {"Type": "AWS::Lambda::Url", "Properties": {"TargetFunctionArn": {"Ref": "Fn"}, "AuthType": "NONE"}}}}"#;
        assert_eq!(findings(json, ID).len(), 1);
    }

    #[test]
    fn quick_prepared_and_asynchronous_functions_are_left_alone() {
        let quiet = [
            text("python3.13", API, ""),
            text("java21", "{}", ""),
            text("java21", "{Clock: {Type: Schedule, Properties: {Schedule: rate(1 day)}}}", ""),
            text("java21", API, "      SnapStart: {ApplyOn: PublishedVersions}\n"),
            text(
                "java21",
                API,
                "      AutoPublishAlias: live\n      ProvisionedConcurrencyConfig: {ProvisionedConcurrentExecutions: 2}\n",
            ),
            text("java21", API, "").replace(
                "      VpcConfig: {SubnetIds: [subnet-1, subnet-2], SecurityGroupIds: [sg-1]}\n",
                "",
            ),
        ];
        for text in quiet {
            assert_eq!(findings(&text, ID), Vec::<String>::new(), "{text}");
        }
    }
}
