use super::causes::listed;
use super::reach::{Reached, sender};
use super::subject::{Faults, in_template};
use super::{Area, RuleInfo, Subject};
use crate::demands::Confidence;
use crate::finding::{Finding, RuleId, Severity};
use crate::network::{Network, Place, PolicyAnswer};
use crate::paths::judged_calls;
use crate::phrase;

pub(super) const ID: RuleId = RuleId("resource-policy-denies");

pub(super) static RULE: RuleInfo = RuleInfo {
    id: ID,
    area: Area::Endpoints,
    severity: Severity::Error,
    fix: None,
    summary: || {
        phrase!(
            en: "The policy of a bucket, queue, key or API refuses calls by the way that they come",
            ja: "バケット・キュー・キー・API などのポリシーが、経路を理由に関数の呼び出しを拒否している",
        )
    },
    check,
};

/// Calls of a function that the policy of what is called refuses.
#[derive(Clone, Debug, PartialEq)]
struct Refused {
    resource: String,
    at: Place,
    is_private: bool,
    function: String,
    sender: (String, String),
    /// The endpoint that they come through.
    endpoint: Option<String>,
    actions: Vec<String>,
    severity: Severity,
}

fn check(subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    let mut faults = Faults::new();
    for answer in subject.answers() {
        let Some(situated) = subject.networks.get(answer.network) else { continue };
        for refused in refused(&situated.network, answer) {
            faults.add(refused, answer.situation);
        }
    }
    for (refused, situations) in faults {
        findings.push(finding(&refused).only_where(subject.only_where(&situations)));
    }
}

fn refused(network: &Network, answer: &Reached) -> Vec<Refused> {
    let demand = &answer.demand;
    let calls = demand.calls();
    let mut found: Vec<Refused> = Vec::new();
    let Some(source) = network.workload(&answer.function).map(|at| &network.workloads[at.0]) else {
        return found;
    };
    if demand.forbidden || calls.is_empty() {
        return found;
    }
    for one in answer.traces.iter().flat_map(|trace| judged_calls(network, source, trace, &calls)) {
        let PolicyAnswer::Denied(at) = one.answer else { continue };
        let endpoint = one.endpoint.map(|endpoint| endpoint.name.to_string());
        let same = |known: &&mut Refused| {
            known.resource == one.policy.of && known.at == at && known.endpoint == endpoint
        };
        match found.iter_mut().find(same) {
            Some(known) if known.actions.iter().any(|action| action == one.action) => {}
            Some(known) => known.actions.push(one.action.to_owned()),
            None => found.push(Refused {
                resource: one.policy.of.clone(),
                at,
                is_private: one.policy.is_private,
                function: answer.function.clone(),
                sender: sender(&demand.source),
                endpoint,
                actions: vec![one.action.to_owned()],
                severity: Severity::Info,
            }),
        }
    }
    for one in &mut found {
        let is_refused = |(resource, action): &(&str, &str)| {
            *resource != one.resource || one.actions.iter().any(|own| own == action)
        };
        // A permission may be wider than what is called.
        one.severity = match (calls.iter().all(is_refused), demand.confidence == Confidence::Certain) {
            (true, true) => Severity::Error,
            (true, false) => Severity::Warning,
            (false, _) => Severity::Info,
        };
    }
    found
}

fn finding(refused: &Refused) -> Finding {
    let Refused { resource, function, sender: (sender, sender_ja), actions, .. } = refused;
    let names: Vec<String> = actions.iter().map(|action| format!("`{action}`")).collect();
    let (names, names_ja) = (listed(&names, "and"), names.join("、"));
    let (by, by_ja) = match &refused.endpoint {
        Some(endpoint) => (
            format!("which come through endpoint `{endpoint}`"),
            format!("エンドポイント `{endpoint}` を経由する"),
        ),
        None => ("which come without an endpoint".to_owned(), "エンドポイントを経由しない".to_owned()),
    };
    let message = phrase!(
        en: "the policy of `{resource}` refuses calls of {sender} ({names}), {by}",
        ja: "`{resource}` のポリシーは、{by_ja} {sender_ja} の呼び出し ({names_ja}) を拒否します",
    );
    let help = match (&refused.endpoint, refused.is_private) {
        (None, true) => phrase!(
            en: "a private API is called through an interface endpoint of execute-api only: add one to the function's VPC, and name it in the policy of the API",
            ja: "プライベート API は execute-api のインターフェイスエンドポイント経由でのみ呼び出せます。関数の VPC にエンドポイントを追加し、API のポリシーで許可してください",
        ),
        (Some(_), true) => phrase!(
            en: "a private API lets in only whom its policy allows: allow execute-api:Invoke, with aws:SourceVpce or aws:SourceVpc of the caller",
            ja: "プライベート API を呼び出せるのは、ポリシーで許可したものだけです。呼び出し元の aws:SourceVpce または aws:SourceVpc を条件に execute-api:Invoke を許可してください",
        ),
        (None, false) => phrase!(
            en: "add an endpoint of the service to the function's VPC and name it in the policy, or let the policy ask for something that these calls have",
            ja: "関数の VPC にサービスのエンドポイントを追加してポリシーの条件に指定するか、この呼び出しが満たせる条件に変えてください",
        ),
        (Some(_), false) => phrase!(
            en: "name this endpoint, or its VPC, in the policy (aws:SourceVpce, aws:SourceVpc), or lead the calls through the one that it names",
            ja: "このエンドポイントか VPC をポリシーの条件 (aws:SourceVpce、aws:SourceVpc) に加えるか、条件にあるエンドポイントを経由させてください",
        ),
    };
    let mut finding = Finding::new(ID, refused.severity, in_template(Some(refused.at)), message)
        .help(help)
        .about(resource.clone())
        .told_apart_by(format!("{function} {}", actions.join(" ")));
    finding.callers = vec![function.clone()];
    finding
}

#[cfg(test)]
mod tests {
    use crate::finding::Severity;
    use crate::rules::testing_egress::{BUCKETS, NETWORK, function};
    use crate::{Options, analyze};

    fn with(statements: &str, endpoint: &str, function: &str) -> Vec<(Severity, String)> {
        let policy = format!(
            "  Bucket: {{Type: AWS::S3::Bucket}}
  BucketRules:
    Type: AWS::S3::BucketPolicy
    Properties: {{Bucket: !Ref Bucket, PolicyDocument: {{Statement: {statements}}}}}
"
        );
        let text = format!("{NETWORK}{endpoint}{policy}{function}");
        let analysis = analyze("t.yaml", &text, &Options::default());
        let found = analysis.findings.into_iter().filter(|one| one.rule.0 == "resource-policy-denies");
        found.map(|finding| (finding.severity, finding.message.en)).collect()
    }

    fn reading() -> String {
        function("Fn", "s3:GetObject", "!Ref A").replace("Resource: '*'", "Resource: !Sub '${Bucket.Arn}/*'")
    }

    fn unless(condition: &str) -> String {
        format!(
            "[{{Effect: Deny, Principal: '*', Action: 's3:*', Resource: [!GetAtt Bucket.Arn, !Sub '${{Bucket.Arn}}/*'], Condition: {condition}}}]"
        )
    }

    /// An endpoint of another VPC.
    const ELSEWHERE: &str = "  Other: {Type: AWS::EC2::VPCEndpoint, Properties: {VpcId: !Ref Elsewhere, ServiceName: !Sub 'com.amazonaws.${AWS::Region}.s3'}}
  Elsewhere: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.9.0.0/16}}\n";

    #[test]
    fn calls_by_another_endpoint_are_told() {
        let other = unless("{StringNotEquals: {'aws:SourceVpce': !Ref Other}}");
        let found = with(&other, &format!("{BUCKETS}{ELSEWHERE}"), &reading());
        let [(Severity::Warning, message)] = &found[..] else { panic!("{found:?}") };
        assert!(
            message.contains("refuses calls of `Fn` (`s3:GetObject`), which come through endpoint"),
            "{message}"
        );
    }

    #[test]
    fn calls_that_meet_the_condition_are_left_alone() {
        for condition in [
            "{StringNotEquals: {'aws:SourceVpce': [!Ref Buckets, vpce-1]}}",
            "{StringNotEquals: {'aws:SourceVpc': !Ref Vpc}}",
            "{StringNotEqualsIfExists: {'aws:SourceVpce': !Ref Buckets}}",
            "{StringNotEquals: {'aws:SourceVpce': vpce-0123}}",
            "{StringNotEquals: {'aws:SourceVpce': !ImportValue other}}",
            "{StringNotEquals: {'aws:SourceVpc': !Ref Elsewhere, 'aws:PrincipalTag/team': a}}",
            "{Null: {'aws:SourceVpce': 'true'}}",
            "{Bool: {'aws:SecureTransport': 'false'}}",
        ] {
            let found = with(&unless(condition), BUCKETS, &reading());
            assert!(found.is_empty(), "{condition}: {found:?}");
        }
    }

    #[test]
    fn part_of_what_is_allowed_is_an_information() {
        let writes =
            unless("{StringNotEquals: {'aws:SourceVpce': !Ref Other}}").replace("'s3:*'", "'s3:Put*'");
        let both = reading().replace("Action: 's3:GetObject'", "Action: ['s3:GetObject', 's3:PutObject']");
        let found = with(&writes, &format!("{BUCKETS}{ELSEWHERE}"), &both);
        let [(Severity::Info, message)] = &found[..] else { panic!("{found:?}") };
        assert!(message.contains("(`s3:PutObject`)"), "{message}");
        assert_eq!(with(&writes, ELSEWHERE, &both), [], "without a way there is nothing to refuse");
    }
}
