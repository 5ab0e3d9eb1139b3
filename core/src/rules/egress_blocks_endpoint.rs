use super::causes::{Cause, Fault, listed, marked};
use super::egress_blocks_gateway_endpoint::{egress_of, place_of};
use super::subject::resource_of;
use super::{Area, RuleInfo, Subject};
use crate::finding::{Finding, RuleId, Severity};
use crate::language::Phrase;
use crate::network::Name;
use crate::phrase;

pub(super) const ID: RuleId = RuleId("egress-blocks-endpoint");

pub(super) static RULE: RuleInfo = RuleInfo {
    id: ID,
    area: Area::Endpoints,
    severity: Severity::Error,
    fix: None,
    summary: || {
        phrase!(
            en: "The security group of a function does not let out what goes to an interface endpoint",
            ja: "関数のセキュリティグループが、インターフェイスエンドポイント宛ての通信を送信できない",
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
    let endpoints = cause.endpoints(subject);
    let of_endpoints = endpoints.iter().flat_map(|(_, groups)| groups).fold(Vec::new(), |mut all, group| {
        if !all.contains(group) {
            all.push(group.clone());
        }
        all
    });
    let names: Vec<Name> = endpoints.into_iter().map(|(endpoint, _)| endpoint).collect();
    let Phrase { en: groups_en, ja: groups_ja } = marked(groups);
    let Phrase { en: names_en, ja: names_ja } = marked(&names);
    let Phrase { en: to_en, ja: to_ja } = marked(&of_endpoints);
    let verb = if groups.len() == 1 { "does" } else { "do" };
    let of = if of_endpoints.len() == 1 { "the security group" } else { "the security groups" };
    let mut finding = Finding::new(
        ID,
        cause.severity(subject, Severity::Error),
        egress_of(template, groups).or_else(|| place_of(cause)),
        phrase!(
            en: "{groups_en} {verb} not let out what goes to interface endpoint {names_en}",
            ja: "{groups_ja} のアウトバウンドルールが、インターフェイスエンドポイント {names_ja} への通信を許可していません",
        ),
    )
    .help(phrase!(
        en: "allow tcp 443 to {to_en}, {of} of the endpoint: with private DNS the service's name leads there and nowhere else, so every call runs into a timeout",
        ja: "エンドポイントのセキュリティグループ {to_ja} への tcp 443 を許可してください。プライベート DNS が有効だとサービス名はこのエンドポイントにしか解決されないため、呼び出しはすべてタイムアウトします",
    ))
    .told_apart_by(listed(&groups.iter().map(Name::to_string).collect::<Vec<_>>(), "and"));
    if let Some(group) = groups.iter().find_map(|group| resource_of(template, group)) {
        finding = finding.about(&group.id);
    }
    for endpoint in names.iter().filter_map(|endpoint| resource_of(template, endpoint)) {
        let id = &endpoint.id;
        finding = finding.label(
            template.node(endpoint.key).span(),
            phrase!(en: "nothing goes out to `{id}`", ja: "`{id}` へ送信できない"),
        );
    }
    finding
}
