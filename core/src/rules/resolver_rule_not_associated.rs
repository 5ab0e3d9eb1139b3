use super::subject::{Faults, resource_of};
use super::{Area, RuleInfo, Subject};
use crate::finding::{Finding, Fix, RuleId, Safety, Severity};
use crate::network::{Name, Network, ResolverRule, ResolverRuleKind};
use crate::paths::GoalTarget;
use crate::phrase;
use crate::suggest::repair::reference_to;
use crate::suggest::{NewResource, Written, insert_resource};
use crate::syntax::Node;
use crate::template::reference::references;
use crate::template::{Resource, Template};

const ID: RuleId = RuleId("resolver-rule-not-associated");

pub(super) static RULE: RuleInfo = RuleInfo {
    id: ID,
    area: Area::Dns,
    severity: Severity::Error,
    fix: Some(Safety::Suggested),
    summary: || {
        phrase!(
            en: "A rule that forwards names is associated with no VPC",
            ja: "名前を転送する Resolver ルールが、どの VPC とも関連付けられていない",
        )
    },
    check,
};

const ASSOCIATION: &str = "AWS::Route53Resolver::ResolverRuleAssociation";

fn check(subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    let template = subject.template;
    if !subject.is_whole() {
        return;
    }
    let mut faults = Faults::new();
    for one in subject.networks {
        for rule in &one.network.resolver_rules {
            if is_idle(rule) {
                let vpc = vpc(&one.network, rule).cloned();
                faults.add((rule.name.clone(), rule.domain_in_words().to_owned(), vpc), one.situation);
            }
        }
    }
    for ((name, domain, vpc), situations) in faults {
        let Some(resource) = resource_of(template, &name).filter(|one| !is_handed_on(subject, one)) else {
            continue;
        };
        let domain = if domain == "?" { String::new() } else { format!(" ({domain})") };
        let finding = Finding::new(
            ID,
            Severity::Error,
            Some(template.node(resource.key).span()),
            phrase!(
                en: "`{name}`{domain} is associated with no VPC, so no query is forwarded",
                ja: "`{name}`{domain} がどの VPC とも関連付けられていないため、クエリが転送されません",
            ),
        )
        .help(phrase!(
            en: "associate it (AWS::Route53Resolver::ResolverRuleAssociation) with every VPC in which the names are asked for",
            ja: "名前を使うすべての VPC と関連付けてください (AWS::Route53Resolver::ResolverRuleAssociation)",
        ))
        .about(name.to_string())
        .only_where(subject.only_where(&situations));
        findings.push(finding.fix(vpc.and_then(|vpc| fix(template, resource, &vpc))));
    }
}

/// Whether a rule that is associated with no VPC is there to forward a name.
pub(super) fn would_forward(network: &Network, target: &GoalTarget) -> bool {
    let GoalTarget::Host(host) = target else { return false };
    network.resolver_rules.iter().filter(|rule| is_idle(rule)).any(|rule| {
        rule.domain.known().is_some_and(|domain| {
            let rest = host.strip_suffix(domain.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('.') || domain.is_empty())
        })
    })
}

/// Whether a rule forwards, for nobody.
fn is_idle(rule: &ResolverRule) -> bool {
    let forwards = rule.kind.known() == Some(&ResolverRuleKind::Forward);
    forwards && rule.vpcs.items.is_empty() && rule.vpcs.rest.is_none()
}

/// The VPC of the rule's outbound endpoint; else the only VPC that there is.
fn vpc<'n>(network: &'n Network, rule: &ResolverRule) -> Option<&'n Name> {
    let of_endpoint = rule.endpoint.and_then(|at| network.workloads.get(at.0)?.vpc);
    match (of_endpoint, &*network.vpcs) {
        (Some(vpc), _) => network.vpcs.get(vpc.0).map(|vpc| &vpc.name),
        (None, [only]) => Some(&only.name),
        _ => None,
    }
}

/// Whether others may associate it: it is put out, shared by RAM, or named by anything else than endpoints know.
fn is_handed_on(subject: &Subject<'_, '_>, rule: &Resource) -> bool {
    let template = subject.template;
    subject.is_shared(&rule.id)
        || template.resources.iter().any(|other| {
            let mut named = false;
            references(template.node(other.body), template.text(), &mut |reference| {
                named |= reference.name == rule.id;
            });
            named && other.id != rule.id
        })
}

fn fix(template: &Template<'_>, rule: &Resource, vpc: &Name) -> Option<Fix> {
    let (value, of) = reference_to(template, vpc)?;
    // The VPC is there wherever the rule is.
    if of.is_some_and(|of| !template.with_guards(|guards| guards.implies(rule.guard, of.guard))) {
        return None;
    }
    let new = NewResource {
        wanted_id: format!("{}Association", rule.id),
        kind: ASSOCIATION,
        condition: template.node(rule.body).get("Condition").and_then(Node::as_str),
        properties: vec![("ResolverRuleId", Written::reference(&rule.id)), ("VPCId", value)],
    };
    let (_, edit) = insert_resource(template, rule, &new)?;
    let id = &rule.id;
    Some(Fix {
        safety: Safety::Suggested,
        title: phrase!(en: "Associate `{id}` with `{vpc}`", ja: "`{id}` を `{vpc}` と関連付ける"),
        edits: vec![edit],
    })
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{findings, fixed};

    const ID: &str = "resolver-rule-not-associated";

    const TEXT: &str = "Parameters: {VpcId: {Type: 'AWS::EC2::VPC::Id'}, Given: {Type: String}}
Resources:
  Group: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: g, VpcId: !Ref VpcId}}
  Out: {Type: AWS::Route53Resolver::ResolverEndpoint, Properties: {Direction: OUTBOUND, SecurityGroupIds: [!Ref Group], IpAddresses: [{SubnetId: subnet-1}, {SubnetId: subnet-2}]}}
  Rule: {Type: AWS::Route53Resolver::ResolverRule, Properties: {DomainName: onprem.example, RuleType: FORWARD, ResolverEndpointId: !Ref Out, TargetIps: [{Ip: 192.168.0.53}]}}
";

    #[test]
    fn a_rule_without_a_vpc_forwards_nothing() {
        assert_eq!(
            findings(TEXT, ID),
            ["5:3 `Rule` (onprem.example) is associated with no VPC, so no query is forwarded"]
        );
        let after = fixed(TEXT, ID);
        assert!(
            after.contains("ResolverRuleId: !Ref Rule") && after.contains("VPCId: !Ref VpcId"),
            "{after}"
        );
        assert!(findings(&after, ID).is_empty());
    }

    #[test]
    fn rules_that_are_used_shared_or_of_another_kind_are_left_alone() {
        for more in [
            "  Use: {Type: AWS::Route53Resolver::ResolverRuleAssociation, Properties: {ResolverRuleId: !Ref Rule, VPCId: !Ref Given}}\n",
            "  Share: {Type: AWS::RAM::ResourceShare, Properties: {Name: rules, ResourceArns: [!GetAtt Rule.Arn]}}\n",
            "Outputs: {Rule: {Value: !Ref Rule, Export: {Name: rule}}}\n",
        ] {
            assert_eq!(findings(&format!("{TEXT}{more}"), ID), Vec::<String>::new(), "{more}");
        }
        assert_eq!(findings(&TEXT.replace("FORWARD", "SYSTEM"), ID), Vec::<String>::new());
        assert_eq!(findings(&TEXT.replace("FORWARD", "!Ref Given"), ID), Vec::<String>::new());
    }
}
