use super::causes::{Cause, Fault, listed, marked};
use super::subject::{in_template, key_of, resource_of};
use super::{Area, RuleInfo, Subject};
use crate::finding::{Finding, RuleId, Severity};
use crate::language::Phrase;
use crate::network::{EndpointKind, Name, prefix_list_in};
use crate::phrase;
use crate::template::Template;
use crate::text::Span;

pub(super) const ID: RuleId = RuleId("egress-blocks-gateway-endpoint");

pub(super) static RULE: RuleInfo = RuleInfo {
    id: ID,
    area: Area::Endpoints,
    severity: Severity::Error,
    fix: None,
    summary: || {
        phrase!(
            en: "The security group of a function does not let out what a gateway endpoint would carry",
            ja: "関数のセキュリティグループが、ゲートウェイエンドポイント宛ての通信を送信できない",
        )
    },
    check,
};

fn check(subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    for cause in Cause::of(subject, ID) {
        if let Fault::Egress(groups) = &cause.fault {
            findings.push(cause.told(subject, finding(subject, cause, groups)));
        }
    }
}

fn finding(subject: &Subject<'_, '_>, cause: &Cause, groups: &[Name]) -> Finding {
    let template = subject.template;
    let services: Vec<String> = cause.each(subject, |network, effect| {
        let endpoint = network.endpoints.get(effect.endpoint?.0)?;
        let is_gateway = matches!(endpoint.kind, EndpointKind::Gateway { .. });
        endpoint.service.known().filter(|_| is_gateway).cloned()
    });
    let region = subject.networks.first().and_then(|situated| situated.network.region.as_deref());
    let lists: Vec<String> = services
        .iter()
        .map(|service| match region.and_then(|region| prefix_list_in(region, service)) {
            Some(id) => format!("{service} ({id})"),
            None => service.clone(),
        })
        .collect();
    let (names, endpoints) = (listed(&services, "and"), cause.endpoints(subject));
    let (lists, lists_ja) = (listed(&lists, "and"), lists.join("、"));
    let names_ja = services.join("、");
    let Phrase { en: groups_en, ja: groups_ja } = marked(groups);
    let verb = if groups.len() == 1 { "does" } else { "do" };
    let mut finding = Finding::new(
        ID,
        cause.severity(subject, Severity::Error),
        egress_of(template, groups).or_else(|| place_of(cause)),
        phrase!(
            en: "{groups_en} {verb} not let out what goes to {names} through the gateway endpoint",
            ja: "{groups_ja} のアウトバウンドルールが、ゲートウェイエンドポイント経由の {names_ja} への通信を許可していません",
        ),
    )
    .help(phrase!(
        en: "allow tcp 443 to the prefix list of {lists}: a gateway endpoint leaves the public addresses of the service as they are, so no rule to a security group or to the VPC's own range covers them",
        ja: "{lists_ja} のプレフィックスリストへの tcp 443 を許可してください。ゲートウェイエンドポイントを使っても宛先はサービスのパブリックアドレスのままなので、セキュリティグループや VPC の CIDR を宛先にしたルールでは許可されません",
    ))
    .told_apart_by(listed(&groups.iter().map(Name::to_string).collect::<Vec<_>>(), "and"));
    if let Some(group) = groups.iter().find_map(|group| resource_of(template, group)) {
        finding = finding.about(&group.id);
    }
    for endpoint in endpoints.iter().filter_map(|(endpoint, _)| resource_of(template, endpoint)) {
        let id = &endpoint.id;
        finding = finding.label(
            template.node(endpoint.key).span(),
            phrase!(en: "`{id}` would carry it", ja: "`{id}` を通るはずの通信"),
        );
    }
    finding
}

/// Where the egress of the first group of the template is written.
pub(super) fn egress_of(template: &Template<'_>, groups: &[Name]) -> Option<Span> {
    let group = groups.iter().find_map(|group| resource_of(template, group))?;
    Some(key_of(template, group, "SecurityGroupEgress"))
}

/// Where the first blocker is written.
pub(super) fn place_of(cause: &Cause) -> Option<Span> {
    cause.effects.iter().find_map(|effect| in_template(effect.blocker.as_ref()?.at))
}
