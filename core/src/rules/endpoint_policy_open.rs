use super::subject::{Faults, in_template, resource_of};
use super::{Area, RuleInfo, Subject};
use crate::finding::{Finding, RuleId, Severity};
use crate::network::{EndpointPolicy, Workload, WorkloadKind};
use crate::phrase;

const ID: RuleId = RuleId("endpoint-policy-open");

pub(super) static RULE: RuleInfo = RuleInfo {
    id: ID,
    area: Area::Endpoints,
    severity: Severity::Info,
    fix: None,
    summary: || {
        phrase!(
            en: "The policy written for an endpoint restricts nothing",
            ja: "エンドポイントに書かれたポリシーが、何も制限していない",
        )
    },
    check,
};

fn check(subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    let template = subject.template;
    let mut faults = Faults::new();
    for (one, egress) in subject.networks.iter().zip(subject.egress()) {
        let network = &one.network;
        let functions = |workload: &Workload| workload.in_vpc && workload.kind == WorkloadKind::Function;
        if egress.residents.is_empty() && !network.workloads.iter().any(functions) {
            continue;
        }
        for endpoint in &network.endpoints {
            let (Some(resource), Some(service)) =
                (resource_of(template, &endpoint.name), endpoint.service.known())
            else {
                continue;
            };
            if let EndpointPolicy::OpenInWriting { at, statement } = endpoint.policy
                && let (Some(at), Some(statement)) = (in_template(Some(at)), in_template(Some(statement)))
            {
                faults.add((resource.id.clone(), service.clone(), at, statement), one.situation);
            }
        }
    }
    for ((endpoint, service, at, statement), situations) in faults {
        let finding = Finding::new(
            ID,
            Severity::Info,
            Some(at),
            phrase!(
                en: "the policy of `{endpoint}` allows everybody every call to {service}, as if none were written",
                ja: "`{endpoint}` のポリシーは {service} へのすべての呼び出しを全員に許可しており、書かないのと変わりません",
            ),
        )
        .help(phrase!(
            en: "name the actions and resources that are used, or the account (aws:PrincipalAccount, aws:ResourceAccount), so that data cannot leave by this endpoint to foreign accounts; or leave the policy out",
            ja: "実際に使うアクションとリソースや、アカウント (aws:PrincipalAccount、aws:ResourceAccount) に絞ると、このエンドポイントから他のアカウントへのデータの持ち出しを防げます。絞らないのであれば、ポリシーは不要です",
        ))
        .label(
            statement,
            phrase!(en: "this statement allows all", ja: "このステートメントがすべてを許可している"),
        )
        .about(&endpoint);
        findings.push(finding.only_where(subject.only_where(&situations)));
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::findings;
    use crate::rules::testing_egress::{BUCKETS, NETWORK, function};

    const ID: &str = "endpoint-policy-open";

    fn with(statements: &str) -> Vec<String> {
        let policy = format!("RouteTableIds: [!Ref Table], PolicyDocument: {{Statement: {statements}}}");
        let endpoint = BUCKETS.replace("RouteTableIds: [!Ref Table]", &policy);
        findings(&format!("{NETWORK}{endpoint}{}", function("Fn", "s3:GetObject", "!Ref A")), ID)
    }

    const OPEN: &str = "{Effect: Allow, Principal: '*', Action: 's3:*', Resource: '*'}";

    #[test]
    fn policies_that_allow_all_are_found() {
        for statements in [
            OPEN.to_owned(),
            format!("[{OPEN}]"),
            "[{Effect: Allow, Principal: {AWS: '*'}, Action: ['*'], Resource: ['*']}]".to_owned(),
        ] {
            let found = with(&statements);
            assert_eq!(found.len(), 1, "{statements}: {found:?}");
            assert!(
                found[0].contains("the policy of `Buckets` allows everybody every call to s3"),
                "{found:?}"
            );
        }
    }

    #[test]
    fn policies_that_restrict_and_none_are_left_alone() {
        for statements in [
            OPEN.replace("s3:*", "s3:GetObject"),
            OPEN.replace("s3:*", "dynamodb:*"),
            OPEN.replace("Resource: '*'", "Resource: 'arn:aws:s3:::b/*'"),
            OPEN.replace("Resource", "Condition: {StringEquals: {aws:ResourceAccount: '1'}}, Resource"),
            format!("[{OPEN}, {}]", OPEN.replace("Allow", "Deny")),
        ] {
            assert!(with(&statements).is_empty(), "{statements}");
        }
        let none = format!("{NETWORK}{BUCKETS}{}", function("Fn", "s3:GetObject", "!Ref A"));
        assert!(findings(&none, ID).is_empty());
        let nobody = BUCKETS
            .replace("RouteTableIds", &format!("PolicyDocument: {{Statement: {OPEN}}}, RouteTableIds"));
        assert!(findings(&format!("{NETWORK}{nobody}"), ID).is_empty());
    }
}
