use super::{Area, RuleInfo, Subject};
use crate::finding::{Finding, RuleId, Severity};
use crate::phrase;
use crate::template::{Case, Guard, Part, Resource, Template, Value};
use crate::text::Span;

const ID: RuleId = RuleId("alias-zone-mismatch");

pub(super) static RULE: RuleInfo = RuleInfo {
    id: ID,
    area: Area::Dns,
    severity: Severity::Error,
    fix: None,
    summary: || {
        phrase!(
            en: "The hosted zone id of an alias does not fit its target",
            ja: "エイリアスレコードのホストゾーン ID が、エイリアス先と合っていない",
        )
    },
    check,
};

/// Facts; the file says how it is written.
const ZONES: &str = include_str!("../../data/load_balancer_zones.txt");

/// The zone of every distribution of `CloudFront`, in all regions but China's.
const CLOUD_FRONT: &str = "Z2FDTNDATAQYW2";

/// What an alias leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// An application or classic load balancer.
    Application,
    /// A network load balancer.
    Network,
    /// A distribution.
    CloudFront,
}

impl Kind {
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Application => ("an application load balancer", "Application Load Balancer"),
            Self::Network => ("a network load balancer", "Network Load Balancer"),
            Self::CloudFront => ("CloudFront", "CloudFront"),
        }
    }
}

fn check(subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    let template = subject.template;
    for resource in &template.resources {
        let aliases: Vec<Case> = match resource.kind.as_str() {
            "AWS::Route53::RecordSet" => template.property(resource, &["AliasTarget"]),
            "AWS::Route53::RecordSetGroup" => {
                let lists = template.property(resource, &["RecordSets"]);
                let items = lists.iter().flat_map(|case| match &case.value {
                    Value::List(items) => &**items,
                    _ => &[],
                });
                items.filter_map(|item| entry(item, "AliasTarget")).collect()
            }
            _ => continue,
        };
        let mut told: Vec<Span> = Vec::new();
        for alias in &aliases {
            if let Some(finding) = mismatch(template, resource, alias)
                && let Some(span) =
                    finding.primary().and_then(|label| label.span).filter(|span| !told.contains(span))
            {
                told.push(span);
                findings.push(finding);
            }
        }
    }
}

fn entry(map: &Case, key: &str) -> Option<Case> {
    match &map.value {
        Value::Map(entries) => {
            let mut of_key = entries.iter().filter(|(name, _)| name == key);
            let (_, case) = of_key.next()?;
            of_key.next().is_none().then(|| case.clone())
        }
        _ => None,
    }
}

fn mismatch(template: &Template<'_>, resource: &Resource, alias: &Case) -> Option<Finding> {
    let (name, zone) = (entry(alias, "DNSName")?, entry(alias, "HostedZoneId")?);
    let (kind, region) = target(template, &name)?;
    let region = region.or_else(|| template.inputs().region.clone());
    let (there, there_ja) = kind.words();
    let message = match of_zone(template, &zone)? {
        Zone::Literal(id) => {
            let expected = match (kind, &region) {
                (Kind::CloudFront, _) => Some(CLOUD_FRONT),
                (_, Some(region)) => zone_of(kind, region),
                (_, None) => None,
            };
            // Where the region is not known, the kind of the zone may still tell.
            let is_wrong = match expected {
                Some(expected) => id != expected,
                None => kind_of(&id).is_some_and(|(own, _)| own != kind),
            };
            if !is_wrong {
                return None;
            }
            let place = region
                .as_deref()
                .filter(|_| kind != Kind::CloudFront)
                .map_or_else(String::new, |region| format!(" in {region}"));
            let place_ja = region
                .as_deref()
                .filter(|_| kind != Kind::CloudFront)
                .map_or_else(String::new, |region| format!("{region} の "));
            match expected {
                Some(expected) => phrase!(
                    en: "`{id}` is not the hosted zone of {there}{place}: that is {expected}",
                    ja: "`{id}` は {place_ja}{there_ja} のホストゾーン ID ではありません。正しくは {expected} です",
                ),
                None => phrase!(
                    en: "`{id}` is not the hosted zone of {there}",
                    ja: "`{id}` は {there_ja} のホストゾーン ID ではありません",
                ),
            }
        }
        Zone::Of(id, own) => {
            if own == kind {
                return None;
            }
            let (it, it_ja) = own.words();
            phrase!(
                en: "the hosted zone is that of `{id}`, {it}, and the name is that of {there}",
                ja: "ホストゾーン ID は `{id}` ({it_ja}) のものですが、名前は {there_ja} のものです",
            )
        }
    };
    Some(
        Finding::new(ID, Severity::Error, Some(zone.span), message)
            .help(phrase!(
                en: "take both from the same resource: !GetAtt LoadBalancer.DNSName and !GetAtt LoadBalancer.CanonicalHostedZoneID; Route 53 refuses an alias whose zone does not fit",
                ja: "両方を同じリソースから取得してください (!GetAtt LoadBalancer.DNSName と !GetAtt LoadBalancer.CanonicalHostedZoneID)。合わないエイリアスは Route 53 に拒否されます",
            ))
            .label(name.span, phrase!(en: "the name of the target", ja: "エイリアス先の名前"))
            .about(&resource.id),
    )
}

/// The hosted zone of an alias.
enum Zone {
    Literal(String),
    /// That of a load balancer of the template.
    Of(String, Kind),
}

fn of_zone(template: &Template<'_>, zone: &Case) -> Option<Zone> {
    let Value::Text(text) = &zone.value else { return None };
    match &*text.parts {
        [Part::Literal(id)] => Some(Zone::Literal(id.trim().to_owned())),
        [Part::Resource { id, attribute: Some(_) }] => Some(Zone::Of(id.clone(), balancer(template, id)?)),
        _ => None,
    }
}

/// What a name leads to, and in which region, where the name tells.
fn target(template: &Template<'_>, name: &Case) -> Option<(Kind, Option<String>)> {
    let Value::Text(text) = &name.value else { return None };
    let parts = match &*text.parts {
        [Part::Literal(before), rest @ ..] if before.eq_ignore_ascii_case("dualstack.") => rest,
        parts => parts,
    };
    match parts {
        [Part::Resource { id, attribute: Some(attribute) }] if attribute == "DNSName" => {
            Some((balancer(template, id)?, None))
        }
        [Part::Resource { id, attribute: Some(attribute) }] if attribute == "DomainName" => {
            let own = template.resource(id)?;
            (own.kind == "AWS::CloudFront::Distribution").then_some((Kind::CloudFront, None))
        }
        [Part::Literal(host)] => of_host(host),
        _ => None,
    }
}

/// `NAME.REGION.elb.amazonaws.com` of application and classic load balancers, `NAME.elb.REGION.amazonaws.com` of network
/// load balancers.
fn of_host(host: &str) -> Option<(Kind, Option<String>)> {
    let host = host.trim().trim_end_matches('.').to_ascii_lowercase();
    if host.ends_with(".cloudfront.net") {
        return Some((Kind::CloudFront, None));
    }
    let before = host.strip_suffix(".amazonaws.com").or_else(|| host.strip_suffix(".amazonaws.com.cn"))?;
    let mut labels = before.rsplit('.');
    let (last, previous) = (labels.next()?, labels.next()?);
    match (last, previous) {
        ("elb", region) => Some((Kind::Application, Some(region.to_owned()))),
        (region, "elb") => Some((Kind::Network, Some(region.to_owned()))),
        _ => None,
    }
}

/// The kind of a load balancer of the template, where it is the same in every situation.
fn balancer(template: &Template<'_>, id: &str) -> Option<Kind> {
    let resource = template.resource(id)?;
    match resource.kind.as_str() {
        "AWS::ElasticLoadBalancing::LoadBalancer" => Some(Kind::Application),
        "AWS::ElasticLoadBalancingV2::LoadBalancer" => match &*template.property(resource, &["Type"]) {
            [] => Some(Kind::Application),
            [Case { guard: Guard::ALWAYS, value, .. }] => match value.known()? {
                "application" => Some(Kind::Application),
                "network" => Some(Kind::Network),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    }
}

fn lines() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    ZONES.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let mut words = line.split(' ');
        Some((words.next()?, words.next()?, words.next()?))
    })
}

fn zone_of(kind: Kind, region: &str) -> Option<&'static str> {
    let (_, application, network) = lines().find(|(own, ..)| *own == region)?;
    Some(if kind == Kind::Network { network } else { application })
}

/// What a zone is for, where it is known.
fn kind_of(zone: &str) -> Option<(Kind, &'static str)> {
    if zone == CLOUD_FRONT {
        return Some((Kind::CloudFront, ""));
    }
    lines().find_map(|(region, application, network)| match zone {
        _ if zone == application => Some((Kind::Application, region)),
        _ if zone == network => Some((Kind::Network, region)),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Options;
    use crate::rules::testing::{findings, findings_with};

    const RULE_ID: &str = "alias-zone-mismatch";

    fn text(name: &str, zone: &str) -> String {
        format!(
            "Parameters: {{Given: {{Type: String}}}}
Resources:
  Alb: {{Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: {{Scheme: internal, Subnets: [subnet-1, subnet-2]}}}}
  Nlb: {{Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: {{Type: network, Scheme: internal, Subnets: [subnet-1, subnet-2]}}}}
  Api:
    Type: AWS::Route53::RecordSet
    Properties:
      HostedZoneId: Z123
      Name: api.corp.internal
      Type: A
      AliasTarget:
        DNSName: {name}
        HostedZoneId: {zone}
"
        )
    }

    #[test]
    fn every_region_has_two_zones() {
        assert_eq!(lines().count(), 30);
        let mut all: Vec<&str> = lines().flat_map(|(_, one, two)| [one, two]).collect();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 60);
    }

    #[test]
    fn a_zone_of_another_region_or_kind_is_found() {
        const TOKYO: &str = "internal-api-1.ap-northeast-1.elb.amazonaws.com";
        assert_eq!(
            findings(&text(TOKYO, "Z35SXDOTRQ7X7K"), RULE_ID),
            [
                "13:23 `Z35SXDOTRQ7X7K` is not the hosted zone of an application load balancer in ap-northeast-1: that is Z14GRHDCWA56QT | 12:18 the name of the target"
            ]
        );
        for (name, zone) in [
            (TOKYO, "Z31USIVHYNEOWT"),
            ("net-1.elb.us-east-1.amazonaws.com", "Z35SXDOTRQ7X7K"),
            ("d111111abcdef8.cloudfront.net", "Z35SXDOTRQ7X7K"),
            ("!GetAtt Nlb.DNSName", "Z35SXDOTRQ7X7K"),
            ("!GetAtt Alb.DNSName", "!GetAtt Nlb.CanonicalHostedZoneID"),
        ] {
            assert_eq!(findings(&text(name, zone), RULE_ID).len(), 1, "{name} {zone}");
        }
        let here = Options { region: Some("eu-west-1".to_owned()), ..Options::default() };
        assert_eq!(findings_with(&text("!GetAtt Alb.DNSName", "Z35SXDOTRQ7X7K"), RULE_ID, &here).len(), 1);
    }

    #[test]
    fn what_fits_or_is_not_known_is_left_alone() {
        for (name, zone) in [
            ("internal-api-1.ap-northeast-1.elb.amazonaws.com", "Z14GRHDCWA56QT"),
            ("dualstack.internal-api-1.ap-northeast-1.elb.amazonaws.com", "Z14GRHDCWA56QT"),
            ("internal-api-1.xx-north-1.elb.amazonaws.com", "Z14GRHDCWA56QT"),
            ("!GetAtt Alb.DNSName", "!GetAtt Alb.CanonicalHostedZoneID"),
            ("!GetAtt Alb.DNSName", "Z35SXDOTRQ7X7K"),
            ("!GetAtt Alb.DNSName", "!Ref Given"),
            ("!Ref Given", "Z35SXDOTRQ7X7K"),
            ("vpce-1.sqs.us-east-1.vpce.amazonaws.com", "Z7HUB22UULQXV"),
        ] {
            assert_eq!(findings(&text(name, zone), RULE_ID), Vec::<String>::new(), "{name} {zone}");
        }
    }
}
