use super::subject::{Faults, in_template, resource_of};
use super::{Area, RuleInfo, Subject};
use crate::finding::{Finding, Fix, RuleId, Safety, Severity};
use crate::network::{EndpointKind, Fact, Place, VpcIndex};
use crate::phrase;
use crate::syntax::Node;
use crate::template::reference::inside_quotes;
use crate::template::{Resource, Template};
use crate::text::Edit;

const ID: RuleId = RuleId("duplicate-private-dns");

pub(super) static RULE: RuleInfo = RuleInfo {
    id: ID,
    area: Area::Dns,
    severity: Severity::Error,
    fix: Some(Safety::Suggested),
    summary: || {
        phrase!(
            en: "Two endpoints of one service have private DNS in the same VPC",
            ja: "同じ VPC にある同じサービスの 2 つのエンドポイントで、プライベート DNS が有効になっている",
        )
    },
    check,
};

#[derive(PartialEq)]
struct Fault {
    first: (String, Option<Place>),
    second: String,
    at: Option<Place>,
    service: String,
    vpc: String,
}

fn check(subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    let template = subject.template;
    let mut faults = Faults::new();
    for one in subject.networks {
        let mut seen: Vec<(VpcIndex, &str, &Resource, Option<Place>)> = Vec::new();
        for endpoint in &one.network.endpoints {
            let EndpointKind::Interface { private_dns: Fact::Known(true), private_dns_at, .. } =
                &endpoint.kind
            else {
                continue;
            };
            let (Fact::Known(vpc), Fact::Known(service)) = (&endpoint.vpc, &endpoint.service) else {
                continue;
            };
            let Some(resource) = resource_of(template, &endpoint.name) else { continue };
            let before = seen.iter().find(|(of, known, ..)| of == vpc && known == service);
            if let Some((_, _, first, first_at)) = before {
                let vpc = one.network.vpcs.get(vpc.0).map(|vpc| vpc.name.to_string()).unwrap_or_default();
                faults.add(
                    Fault {
                        first: (first.id.clone(), *first_at),
                        second: resource.id.clone(),
                        at: *private_dns_at,
                        service: service.clone(),
                        vpc,
                    },
                    one.situation,
                );
            } else {
                seen.push((*vpc, service, resource, *private_dns_at));
            }
        }
    }
    for (fault, situations) in faults {
        let Fault { first: (first, first_at), second, service, vpc, .. } = &fault;
        let mut finding = Finding::new(
            ID,
            Severity::Error,
            in_template(fault.at),
            phrase!(
                en: "`{second}` and `{first}` both have private DNS for {service} in `{vpc}`",
                ja: "`{second}` と `{first}` は、どちらも `{vpc}` で {service} のプライベート DNS を有効にしています",
            ),
        )
        .only_where(subject.only_where(&situations))
        .help(phrase!(
            en: "keep one endpoint of the service for the VPC (it may have all subnets), or switch private DNS off for one: AWS refuses the second",
            ja: "エンドポイントを 1 つにまとめる (必要なサブネットをすべて指定できます) か、一方のプライベート DNS を無効にしてください。2 つ目は AWS に拒否されます",
        ))
        .about(second)
        .told_apart_by(first)
        .fix(switch_off(template, second));
        if let Some(span) = in_template(*first_at) {
            finding = finding.label(span, phrase!(en: "`{first}` has it here", ja: "`{first}` の設定"));
        }
        findings.push(finding);
    }
}

/// Writes `false` in place of a literal `true`.
fn switch_off(template: &Template<'_>, endpoint: &str) -> Option<Fix> {
    let properties = template.section("Resources")?.get(endpoint)?.get("Properties")?;
    let entry = properties.entry("PrivateDnsEnabled").filter(|entry| !entry.merged)?;
    let node: Node<'_> = entry.value;
    let span = inside_quotes(node, template.text());
    let literal = node.tag().is_none() && node.target() == node.id();
    let written = span.slice(template.text());
    let off = match written {
        "True" => "False",
        _ if written.eq_ignore_ascii_case("true") => "false",
        _ => return None,
    };
    literal.then(|| Fix {
        safety: Safety::Suggested,
        title: phrase!(en: "Switch private DNS off for `{endpoint}`", ja: "`{endpoint}` のプライベート DNS を無効にする"),
        edits: vec![Edit::replace(span, off)],
    })
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{findings, fixed};

    const ID: &str = "duplicate-private-dns";

    fn endpoint(id: &str, service: &str, more: &str) -> String {
        format!(
            "  {id}: {{Type: AWS::EC2::VPCEndpoint, {more}Properties: {{VpcEndpointType: Interface, VpcId: !Ref VpcId, ServiceName: !Sub 'com.amazonaws.${{AWS::Region}}.{service}', PrivateDnsEnabled: true}}}}\n"
        )
    }

    fn template(endpoints: &[String]) -> String {
        format!(
            "Parameters: {{VpcId: {{Type: String}}, Env: {{Type: String}}}}\nConditions:\n  Prod: !Equals [!Ref Env, prod]\n  Other: !Not [!Condition Prod]\nResources:\n{}",
            endpoints.concat()
        )
    }

    #[test]
    fn two_of_one_service_are_found_and_one_is_switched_off() {
        let text =
            template(&[endpoint("One", "sqs", ""), endpoint("Two", "sqs", ""), endpoint("Other", "sns", "")]);
        assert_eq!(
            findings(&text, ID),
            ["7:171 `Two` and `One` both have private DNS for sqs in `VpcId` | 6:171 `One` has it here"]
        );
        let mended = fixed(&text, ID);
        assert_eq!(mended.matches("PrivateDnsEnabled: false").count(), 1);
        assert_eq!(findings(&mended, ID), Vec::<String>::new());
    }

    #[test]
    fn json_is_read_alike() {
        let one = r#"{"Type": "AWS::EC2::VPCEndpoint", "Properties": {"VpcEndpointType": "Interface", "VpcId": "vpc-1", "ServiceName": "com.amazonaws.us-east-1.sqs", "PrivateDnsEnabled": "true"}}"#;
        let text = format!(r#"{{"Resources": {{"A": {one}, "B": {one}}}}}"#);
        assert_eq!(findings(&text, ID).len(), 1);
        assert!(fixed(&text, ID).contains(r#""PrivateDnsEnabled": "false""#));
    }

    #[test]
    fn other_vpcs_exclusive_conditions_and_names_without_private_dns_are_left_alone() {
        let apart = template(&[
            endpoint("One", "sqs", "Condition: Prod, "),
            endpoint("Two", "sqs", "Condition: Other, "),
        ]);
        let off = template(&[endpoint("One", "sqs", ""), endpoint("Two", "sqs", "")]).replacen(
            "Enabled: true",
            "Enabled: false",
            1,
        );
        let other = template(&[endpoint("One", "sqs", ""), endpoint("Two", "sqs", "")]).replacen(
            "!Ref VpcId",
            "vpc-2",
            1,
        );
        for text in [apart, off, other] {
            assert_eq!(findings(&text, ID), Vec::<String>::new(), "{text}");
        }
        let both = template(&[endpoint("One", "sqs", "Condition: Prod, "), endpoint("Two", "sqs", "")]);
        assert!(findings(&both, ID)[0].contains("(where Env = prod)"), "{:?}", findings(&both, ID));
    }
}
