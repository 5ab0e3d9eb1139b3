use super::causes::{Cause, Fault, HTTPS, interface_endpoints, listed, marked};
use super::egress_blocks_gateway_endpoint::place_of;
use super::subject::{Faults, key_of, resource_of};
use super::{Area, RuleInfo, Subject};
use crate::finding::{Finding, RuleId, Safety, Severity};
use crate::language::Phrase;
use crate::network::{EndpointKind, Name, Peer, Protocol, SecurityGroup};
use crate::phrase;
use crate::services::is_suffix;

pub(super) const ID: RuleId = RuleId("endpoint-group-blocks-443");

pub(super) static RULE: RuleInfo = RuleInfo {
    id: ID,
    area: Area::Endpoints,
    severity: Severity::Error,
    fix: Some(Safety::Suggested),
    summary: || {
        phrase!(
            en: "The security group of an interface endpoint does not let callers in on 443",
            ja: "インターフェイスエンドポイントのセキュリティグループが 443 の受信を許可していない",
        )
    },
    check,
};

/// Services whose endpoints are called on other ports, too.
const OTHER_PORTS: [&str; 6] =
    ["cassandra", "cassandra-fips", "email-smtp", "iot.data", "transfer.server", "datasync"];

fn check(subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    let mut told: Vec<Vec<Name>> = Vec::new();
    for cause in Cause::of(subject, ID) {
        if let Fault::Ingress(groups) = &cause.fault {
            told.push(groups.clone());
            let endpoints = cause.endpoints(subject).into_iter().map(|(endpoint, _)| endpoint).collect();
            let closed = Closed { groups: groups.clone(), endpoints };
            let finding = cause.told(subject, finding(subject, &closed, Some(cause)));
            findings.push(cause.mended(subject, finding));
        }
    }
    for (closed, situations) in to_everybody(subject) {
        if !told.contains(&closed.groups) {
            let finding = finding(subject, &closed, None);
            findings.push(finding.only_where(subject.only_where(&situations)));
        }
    }
}

/// Groups that are closed, and the endpoints that wear them.
#[derive(PartialEq)]
struct Closed {
    groups: Vec<Name>,
    endpoints: Vec<Name>,
}

/// Groups of endpoints that let nobody in, whoever calls.
fn to_everybody(subject: &Subject<'_, '_>) -> Faults<Closed> {
    let mut faults = Faults::new();
    if !subject.is_whole() {
        return faults;
    }
    for situated in subject.networks {
        let network = &situated.network;
        let mut found: Vec<Closed> = Vec::new();
        for endpoint in &network.endpoints {
            let EndpointKind::Interface { groups, .. } = &endpoint.kind else { continue };
            let is_of_aws = endpoint
                .service
                .known()
                .is_some_and(|service| is_suffix(service) && !OTHER_PORTS.contains(&service.as_str()));
            let worn = groups.items.iter().filter_map(|group| network.groups.get(group.0));
            // Others may add rules to what is handed to them.
            let closed = |group: &SecurityGroup| group.own && lets_nothing_in(group);
            if !is_of_aws || groups.rest.is_some() || groups.items.is_empty() || !worn.clone().all(closed) {
                continue;
            }
            let worn: Vec<Name> = worn.map(|group| group.name.clone()).collect();
            match found.iter_mut().find(|known| known.groups == worn) {
                Some(known) => known.endpoints.push(endpoint.name.clone()),
                None => found.push(Closed { groups: worn, endpoints: vec![endpoint.name.clone()] }),
            }
        }
        for closed in found {
            faults.add(closed, situated.situation);
        }
    }
    faults
}

/// Whether no rule is about HTTPS, and all are known.
fn lets_nothing_in(group: &SecurityGroup) -> bool {
    group.ingress.rest.is_none()
        && group.ingress.items.iter().all(|rule| {
            let other = rule.protocol.known().is_some_and(|protocol| !protocol.covers(Protocol::TCP));
            let elsewhere = rule.ports.known().is_some_and(|ports| HTTPS < ports.first || ports.last < HTTPS);
            let has_ports = rule.protocol.known().is_some_and(|protocol| protocol.has_ports());
            other || has_ports && elsewhere || matches!(rule.peer, Peer::Ipv6(_))
        })
}

fn finding(subject: &Subject<'_, '_>, closed: &Closed, cause: Option<&Cause>) -> Finding {
    let template = subject.template;
    let callers = cause.map(|cause| cause.senders(subject)).unwrap_or_default();
    let (callers, callers_ja): (Vec<String>, Vec<String>) = callers.into_iter().unzip();
    let (who, who_ja) = match &*callers {
        [] => ("anybody".to_owned(), "どこからの".to_owned()),
        some => (listed(some, "and"), format!("{} からの", callers_ja.join("、"))),
    };
    let kind = interface_endpoints(&closed.endpoints);
    let from: Vec<Name> = cause.map(|cause| groups_of_callers(subject, cause)).unwrap_or_default();
    let Phrase { en: endpoints, ja: endpoints_ja } = marked(&closed.endpoints);
    let Phrase { en: groups, ja: groups_ja } = marked(&closed.groups);
    let Phrase { en: from_en, ja: from_ja } = marked(&from);
    let verb = if closed.groups.len() == 1 { "does" } else { "do" };
    let by_default = closed.groups.iter().all(|group| matches!(group, Name::Implied { .. }));
    let message = if by_default {
        phrase!(
            en: "interface endpoint {endpoints} names no security group, and the VPC's default one does not let in {who} on 443",
            ja: "インターフェイスエンドポイント {endpoints_ja} にセキュリティグループの指定がなく、VPC のデフォルトセキュリティグループは{who_ja} 443 を許可していません",
        )
    } else {
        phrase!(
            en: "{groups} {verb} not let {who} in on 443, to {kind} {endpoints}",
            ja: "インターフェイスエンドポイント {endpoints_ja} の {groups_ja} が、{who_ja} 443 の受信を許可していません",
        )
    };
    let help = if from.is_empty() {
        phrase!(
            en: "allow tcp 443 from the security groups of the callers: no call to the endpoint gets through",
            ja: "呼び出し元のセキュリティグループからの tcp 443 を許可してください。このままではエンドポイントを誰も使えません",
        )
    } else {
        phrase!(
            en: "allow tcp 443 from {from_en}: with private DNS the service's name leads to the endpoint and nowhere else, so every call runs into a timeout",
            ja: "{from_ja} からの tcp 443 を許可してください。プライベート DNS が有効だとサービス名はこのエンドポイントにしか解決されないため、呼び出しはすべてタイムアウトします",
        )
    };
    // Where nobody is known to call, nothing is known to fail.
    let severity = cause.map_or(Severity::Warning, |cause| cause.severity(subject, Severity::Error));
    let group = closed.groups.iter().find_map(|group| resource_of(template, group));
    let mut others = closed.endpoints.iter().filter_map(|endpoint| resource_of(template, endpoint));
    let (place, about) = match group {
        Some(group) => (Some(key_of(template, group, "SecurityGroupIngress")), Some(&group.id)),
        None => match others.next() {
            Some(endpoint) => (Some(template.node(endpoint.key).span()), Some(&endpoint.id)),
            None => (cause.and_then(place_of), None),
        },
    };
    let mut finding = Finding::new(ID, severity, place, message)
        .help(help)
        .told_apart_by(listed(&closed.groups.iter().map(Name::to_string).collect::<Vec<_>>(), "and"));
    if let Some(id) = about {
        finding = finding.about(id);
    }
    for endpoint in others {
        let id = &endpoint.id;
        finding = finding
            .label(template.node(endpoint.key).span(), phrase!(en: "`{id}` wears it", ja: "`{id}` に適用"));
    }
    finding
}

/// The groups that callers wear.
fn groups_of_callers(subject: &Subject<'_, '_>, cause: &Cause) -> Vec<Name> {
    let each = cause.each(subject, |network, effect| {
        let answer = subject.answers().get(effect.answer)?;
        let function = network.workloads.get(network.workload(&answer.function)?.0)?;
        let groups = effect.subnet.map_or(&function.groups, |subnet| function.groups_in(subnet));
        let group = network.groups.get(groups.items.first()?.0)?;
        Some(group.name.clone())
    });
    each.into_iter().take(3).collect()
}

#[cfg(test)]
mod tests {
    use crate::finding::Severity;
    use crate::rules::causes::tests::{BY_NAT, SECRETS, told, with};
    use crate::rules::testing::findings;

    const ID: &str = "endpoint-group-blocks-443";

    #[test]
    fn a_group_that_lets_the_function_not_in_is_found() {
        let text = with("secretsmanager", "A", &format!("{BY_NAT}{SECRETS}"));
        for (right, wrong) in [
            ("FromPort: 443, ToPort: 443, CidrIp", "FromPort: 80, ToPort: 80, CidrIp"),
            ("CidrIp: 10.0.0.0/16", "CidrIp: 10.9.0.0/16"),
        ] {
            let found = findings(&text.replace(right, wrong), ID);
            assert_eq!(found.len(), 1, "{found:?}");
            assert!(
                found[0].starts_with(
                    "16:101 `EndpointGroup` does not let `Fn` in on 443, to interface endpoint `Secrets`"
                ),
                "{found:?}"
            );
            assert!(found[0].contains("so `Fn` cannot reach `secretsmanager`"), "{found:?}");
        }
    }

    #[test]
    fn the_default_group_lets_its_own_members_in_only() {
        let text =
            with("secretsmanager", "A", &SECRETS.replace(", SecurityGroupIds: [!Ref EndpointGroup]", ""));
        let found = findings(&text, ID);
        assert!(
            found.len() == 1
                && found[0].starts_with("18:3 interface endpoint `Secrets` names no security group"),
            "{found:?}"
        );
    }

    #[test]
    fn one_that_nobody_gets_into_is_found_without_a_caller() {
        let text = with("internet", "A", &format!("{BY_NAT}{SECRETS}"))
            .replace("FromPort: 443, ToPort: 443", "FromPort: 80, ToPort: 80");
        assert_eq!(told(&text), [(ID, Severity::Warning)]);
        let shared = format!("{text}Outputs: {{G: {{Value: !Ref EndpointGroup}}}}\n");
        assert_eq!(told(&shared), [], "others may open it");
    }

    #[test]
    fn sam_and_json_are_read_alike() {
        let sam = with("secretsmanager", "A", SECRETS)
            .replace("CidrIp: 10.0.0.0/16", "CidrIp: 10.9.0.0/16")
            .replace("AWS::Lambda::Function", "AWS::Serverless::Function");
        assert_eq!(findings(&format!("Transform: AWS::Serverless-2016-10-31\n{sam}"), ID).len(), 1);
        let json = r#"{"Resources": {"V": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16", "EnableDnsHostnames": true}},
"S": {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": {"Ref": "V"}, "CidrBlock": "10.0.1.0/24"}},
"E": {"Type": "AWS::EC2::SecurityGroup", "Properties": {"GroupDescription": "e", "VpcId": {"Ref": "V"}}},
"Queues": {"Type": "AWS::EC2::VPCEndpoint", "Properties": {"VpcId": {"Ref": "V"}, "VpcEndpointType": "Interface", "ServiceName": "com.amazonaws.us-east-1.sqs", "SubnetIds": [{"Ref": "S"}], "SecurityGroupIds": [{"Ref": "E"}]}}}}"#;
        assert_eq!(findings(json, ID).len(), 1);
    }

    #[test]
    fn what_lets_callers_in_or_may_is_left_alone() {
        for text in [
            with("secretsmanager", "A", SECRETS),
            with("secretsmanager", "A", SECRETS).replace("CidrIp: 10.0.0.0/16", "CidrIp: !Ref Given"),
            with("secretsmanager", "A", SECRETS).replace("[!Ref EndpointGroup]", "[!Ref Given]"),
            with("secretsmanager", "A", SECRETS)
                .replace("CidrIp: 10.0.0.0/16", "SourceSecurityGroupId: !Ref Group"),
        ] {
            assert!(findings(&text, ID).is_empty(), "{text}");
        }
    }
}
