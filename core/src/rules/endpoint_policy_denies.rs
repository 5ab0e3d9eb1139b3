use super::causes::{Cause, Fault, listed};
use super::reach::{Reached, sender};
use super::subject::{Faults, in_template};
use super::{Area, RuleInfo, Subject};
use crate::demands::Confidence;
use crate::finding::{Finding, RuleId, Severity};
use crate::network::{Name, Network, Place, PolicyAnswer};
use crate::paths::judged;
use crate::phrase;
use crate::text::Span;

pub(super) const ID: RuleId = RuleId("endpoint-policy-denies");

pub(super) static RULE: RuleInfo = RuleInfo {
    id: ID,
    area: Area::Endpoints,
    severity: Severity::Error,
    fix: None,
    summary: || {
        phrase!(
            en: "The policy of an endpoint refuses what a function calls through it",
            ja: "関数がエンドポイント経由で行う呼び出しを、エンドポイントのポリシーが拒否している",
        )
    },
    check,
};

/// Calls of a function that a policy refuses.
#[derive(Clone, Debug, PartialEq)]
struct Refused {
    endpoint: Name,
    /// Where the policy says so.
    at: Place,
    function: String,
    sender: (String, String),
    service: String,
    actions: Vec<String>,
    /// Where the function gets its permission.
    permission: Option<Span>,
    severity: Severity,
    /// Whether the policy refuses all that is known to be called.
    is_all: bool,
}

fn check(subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    for cause in Cause::of(subject, ID) {
        if let Fault::Policy(endpoint) = &cause.fault {
            findings.push(cause.told(subject, shut(subject, cause, endpoint)));
        }
    }
    let mut faults = Faults::new();
    for answer in subject.answers() {
        let Some(situated) = subject.networks.get(answer.network) else { continue };
        let is_complete = subject.demands().is_permitted_by_statements_alone(&answer.demand);
        for refused in refused(&situated.network, answer, is_complete) {
            faults.add(refused, answer.situation);
        }
    }
    for (refused, situations) in faults {
        findings.push(finding(&refused).only_where(subject.only_where(&situations)));
    }
}

/// A policy that lets nothing through.
fn shut(subject: &Subject<'_, '_>, cause: &Cause, endpoint: &Name) -> Finding {
    let severity = cause.severity(subject, Severity::Error);
    let at = cause.effects.iter().find_map(|effect| in_template(effect.blocker.as_ref()?.at));
    let finding = Finding::new(
        ID,
        severity,
        at,
        phrase!(
            en: "the policy of `{endpoint}` allows nothing, so every call through it is refused",
            ja: "`{endpoint}` のポリシーは何も許可していないため、このエンドポイント経由の呼び出しはすべて拒否されます",
        ),
    );
    let finding = finding.help(phrase!(
        en: "allow what is called, or leave PolicyDocument out: without it an endpoint lets everything through",
        ja: "呼び出すアクションを許可するか、PolicyDocument を削除してください (なければすべて許可されます)",
    ));
    finding.about(endpoint.to_string()).told_apart_by("nothing")
}

/// What the policies on the way refuse for certain, by endpoint.
fn refused(network: &Network, answer: &Reached, is_complete: bool) -> Vec<Refused> {
    let demand = &answer.demand;
    let (actions, calls) = (demand.actions(), demand.all_calls());
    let mut found: Vec<Refused> = Vec::new();
    let source = network.workload(&answer.function).map(|at| &network.workloads[at.0]);
    let Some(source) = source.filter(|_| !demand.forbidden && !actions.is_empty()) else { return found };
    let is_certain = demand.confidence == Confidence::Certain;
    for judged in answer
        .traces
        .iter()
        .filter(|trace| trace.blockers.is_empty())
        .flat_map(|trace| judged(network, source, trace, &actions, &calls))
    {
        let PolicyAnswer::Denied(at) = judged.answer else { continue };
        let endpoint = &judged.endpoint.name;
        match found.iter_mut().find(|one| one.endpoint == *endpoint && one.at == at) {
            Some(one) if one.actions.iter().any(|action| action == judged.action) => {}
            Some(one) => one.actions.push(judged.action.to_owned()),
            None => found.push(Refused {
                endpoint: endpoint.clone(),
                at,
                function: answer.function.clone(),
                sender: sender(&demand.source),
                service: demand.goal.target.id(),
                actions: vec![judged.action.to_owned()],
                permission: None,
                severity: Severity::Info,
                is_all: false,
            }),
        }
    }
    let total: Vec<&String> = found.iter().flat_map(|one| &one.actions).collect();
    let is_all = is_complete && actions.iter().all(|action| total.iter().any(|denied| denied == action));
    for one in &mut found {
        one.is_all = is_all;
        one.severity = match (is_all, is_certain) {
            (true, true) => Severity::Error,
            (true, false) => Severity::Warning,
            // A permission may be wider than what is called.
            (false, _) => Severity::Info,
        };
        let mut allowing = demand
            .evidence
            .iter()
            .filter(|evidence| evidence.actions.iter().any(|action| one.actions.contains(action)));
        one.permission = allowing.find_map(|evidence| in_template(Some(evidence.at)));
    }
    found
}

fn finding(refused: &Refused) -> Finding {
    let Refused { endpoint, function, sender: (sender, sender_ja), service, actions, .. } = refused;
    let names: Vec<String> = actions.iter().map(|action| format!("`{action}`")).collect();
    let (names, names_ja) = (listed(&names, "and"), names.join("、"));
    let message = if refused.is_all {
        phrase!(
            en: "the policy of `{endpoint}` refuses all that {sender} may call of {service}: {names}",
            ja: "{sender_ja} が {service} に対して許可されている呼び出し ({names_ja}) を、`{endpoint}` のポリシーがすべて拒否します",
        )
    } else {
        phrase!(
            en: "the policy of `{endpoint}` refuses some of what {sender} may call of {service}: {names}",
            ja: "{sender_ja} が {service} に対して許可されている呼び出しのうち {names_ja} を、`{endpoint}` のポリシーが拒否します",
        )
    };
    let mut finding = Finding::new(ID, refused.severity, in_template(Some(refused.at)), message)
        .help(phrase!(
            en: "allow it in the policy as well: a call needs the permission of the role and of the endpoint; or take the permission from the role if it is not used",
            ja: "呼び出しにはロールとエンドポイントの両方の許可が必要です。ポリシーでも許可するか、使わない権限ならロールから削除してください",
        ))
        .about(endpoint.to_string())
        .told_apart_by(format!("{function} {}", actions.join(" ")));
    finding.callers = vec![function.clone()];
    if let Some(permission) = refused.permission {
        finding = finding
            .label(permission, phrase!(en: "the role allows it here", ja: "ロールではここで許可している"));
    }
    finding
}

#[cfg(test)]
mod tests {
    use crate::finding::Severity;
    use crate::rules::testing_egress::{BUCKETS, NETWORK, declaring, function};
    use crate::{Options, analyze};

    fn with(statements: &str, function: &str) -> Vec<(&'static str, Severity, String)> {
        let policy = format!("RouteTableIds: [!Ref Table], PolicyDocument: {{Statement: {statements}}}");
        let endpoint = BUCKETS.replace("RouteTableIds: [!Ref Table]", &policy);
        let analysis = analyze("t.yaml", &format!("{NETWORK}{endpoint}{function}"), &Options::default());
        let of_ways = ["endpoint-policy-denies", "unreachable-destination", "missing-endpoint"];
        let found = analysis.findings.into_iter().filter(|finding| of_ways.contains(&finding.rule.0));
        found.map(|finding| (finding.rule.0, finding.severity, finding.message.en)).collect()
    }

    const READS: &str =
        "[{Effect: Allow, Principal: '*', Action: ['s3:Get*', 's3:ListBucket'], Resource: '*'}]";

    #[test]
    fn a_call_that_nothing_allows_is_told() {
        let found = with(READS, &function("Fn", "s3:PutObject", "!Ref A"));
        let [(rule, severity, message)] = &found[..] else { panic!("{found:?}") };
        assert_eq!((*rule, *severity), ("endpoint-policy-denies", Severity::Warning), "a permission alone");
        assert!(message.contains("refuses all that `Fn` may call of s3: `s3:PutObject`"), "{message}");
    }

    #[test]
    fn what_is_allowed_or_may_be_is_left_alone() {
        for (statements, action) in [
            (READS, "s3:GetObject"),
            (READS, "s3:*"),
            (
                "[{Effect: Allow, Principal: '*', Action: 's3:*', Resource: 'arn:aws:s3:::b/*'}]",
                "s3:PutObject",
            ),
            (
                "[{Effect: Allow, Principal: '*', Action: '*', Resource: '*'}, {Effect: Deny, Principal: '*', Action: 's3:*', Resource: '*', Condition: {StringNotEquals: {'aws:PrincipalOrgID': o-1}}}]",
                "s3:PutObject",
            ),
            ("!ImportValue statements", "s3:PutObject"),
        ] {
            let found = with(statements, &function("Fn", action, "!Ref A"));
            assert!(found.is_empty(), "{statements} {action}: {found:?}");
        }
    }

    #[test]
    fn what_is_allowed_on_other_buckets_is_refused() {
        let own = function("Fn", "s3:GetObject", "!Ref A")
            .replace("Resource: '*'", "Resource: !Sub '${Own.Arn}/*'")
            + "  Own: {Type: AWS::S3::Bucket}\n  Other: {Type: AWS::S3::Bucket}\n";
        let allows = |resource: &str| {
            with(&format!("[{{Effect: Allow, Principal: '*', Action: 's3:*', Resource: {resource}}}]"), &own)
        };
        for other in ["'arn:aws:s3:::layers/*'", "!Sub '${Other.Arn}/*'"] {
            let found = allows(other);
            assert!(matches!(&found[..], [("endpoint-policy-denies", Severity::Warning, _)]), "{found:?}");
        }
        for own in ["!Sub '${Own.Arn}/*'", "'*'", "!ImportValue bucket"] {
            assert!(allows(own).is_empty(), "{own}");
        }
    }

    #[test]
    fn a_condition_decides_where_the_template_knows_what_it_asks() {
        let where_ = |condition: &str| {
            let own = function("Fn", "s3:PutObject", "!Ref A");
            with(
                &format!(
                    "[{{Effect: Allow, Principal: '*', Action: '*', Resource: '*', Condition: {condition}}}]"
                ),
                &own,
            )
        };
        let found = where_("{StringEquals: {'aws:SourceVpce': vpc-1}}");
        assert!(matches!(&found[..], [("endpoint-policy-denies", Severity::Warning, _)]), "{found:?}");
        for condition in [
            "{StringEquals: {'aws:SourceVpc': !Ref Vpc}}",
            "{StringEquals: {'aws:PrincipalOrgID': o-1}}",
            "{StringEquals: {'aws:SourceVpce': vpce-1}}",
            "{StringEquals: {'aws:ResourceAccount': !Ref AWS::AccountId}}",
        ] {
            assert_eq!(where_(condition), [], "{condition}");
        }
    }

    #[test]
    fn part_of_a_role_is_an_information() {
        let both = function("Fn", "s3:PutObject", "!Ref A")
            .replace("Action: 's3:PutObject'", "Action: ['s3:PutObject', 's3:GetObject']");
        let found = with(READS, &both);
        let [(rule, Severity::Info, message)] = &found[..] else { panic!("{found:?}") };
        assert!(*rule == "endpoint-policy-denies" && message.contains("refuses some of what"), "{message}");
    }

    #[test]
    fn a_general_deny_is_told_where_it_stands() {
        let denies = "[{Effect: Allow, Principal: '*', Action: '*', Resource: '*'}, {Effect: Deny, Principal: '*', Action: 's3:Put*', Resource: '*'}]";
        let found = with(denies, &function("Fn", "s3:PutObject", "!Ref A"));
        assert_eq!(found.len(), 1, "{found:?}");
    }

    #[test]
    fn a_policy_that_allows_nothing_is_told_once_for_all() {
        let denies = "[{Effect: Deny, Principal: '*', Action: '*', Resource: '*'}]";
        let declared = declaring(&function("Fn", "s3:GetObject", "!Ref A"), "s3");
        let found = with(denies, &declared);
        let [(rule, Severity::Error, message)] = &found[..] else { panic!("{found:?}") };
        assert!(*rule == "endpoint-policy-denies" && message.contains("allows nothing"), "{message}");
    }
}
