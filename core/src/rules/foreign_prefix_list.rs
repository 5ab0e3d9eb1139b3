use std::collections::BTreeSet;

use super::{Area, RuleInfo, Subject};
use crate::finding::{Finding, Fix, RuleId, Safety, Severity};
use crate::language::Phrase;
use crate::network::{prefix_list_in, prefix_list_places};
use crate::phrase;
use crate::services::is_region;
use crate::syntax::{Kind, Node};
use crate::template::reference::inside_quotes;
use crate::template::{Template, Value};
use crate::text::Edit;

const ID: RuleId = RuleId("foreign-prefix-list");

pub(super) static RULE: RuleInfo = RuleInfo {
    id: ID,
    area: Area::Template,
    severity: Severity::Error,
    fix: Some(Safety::Suggested),
    summary: || {
        phrase!(
            en: "A prefix list of AWS is used in another region than its own, or for another service",
            ja: "AWS マネージドプレフィックスリストの ID が、別のリージョンまたは別のサービスのものになっている",
        )
    },
    check,
};

/// Properties that name a prefix list.
const PROPERTIES: [&str; 5] = [
    "DestinationPrefixListId",
    "SourcePrefixListId",
    "PrefixListId",
    "PrefixListIds",
    "DestinationPrefixListIds",
];

/// A place at which a list is named.
struct Use<'a> {
    node: Node<'a>,
    /// The region in which it is used.
    region: &'a str,
    /// The service that is meant, as far as the text around it says.
    meant: Option<&'static str>,
    /// The resource or mapping.
    owner: &'a str,
}

fn check(subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    let template = subject.template;
    let mut uses = Vec::new();
    in_mappings(template, &mut uses);
    let region = region_of(template);
    if let Some(region) = &region {
        for resource in &template.resources {
            if let Some(properties) = template.properties(resource) {
                in_properties(properties, region, &resource.id, 8, &mut uses);
            }
        }
    }
    let mut seen = BTreeSet::new();
    for found in uses {
        if seen.insert(found.node.span()) {
            findings.extend(finding(template, &found));
        }
    }
}

/// The region of the stack: given, or named by all that names one.
fn region_of(template: &Template<'_>) -> Option<String> {
    if let Some(region) = &template.inputs().region {
        return Some(region.clone());
    }
    let mut regions: BTreeSet<String> = BTreeSet::new();
    for resource in &template.resources {
        let property = match resource.kind.as_str() {
            "AWS::EC2::VPCEndpoint" => "ServiceName",
            "AWS::EC2::Subnet" => "AvailabilityZone",
            _ => continue,
        };
        for case in template.property(resource, &[property]) {
            let Value::Text(text) = &case.value else { continue };
            let Some(known) = text.known() else { continue };
            let region = match property {
                "ServiceName" => known.split('.').find(|part| is_region(part)),
                _ => known.get(..known.len().saturating_sub(1)).filter(|region| is_region(region)),
            };
            regions.extend(region.map(str::to_owned));
        }
    }
    if regions.len() == 1 { regions.pop_first() } else { None }
}

/// Mappings whose keys are regions: what stands under a region is used there.
fn in_mappings<'a>(template: &'a Template<'_>, uses: &mut Vec<Use<'a>>) {
    for mapping in template.section("Mappings").map(Node::entries).into_iter().flatten() {
        let Some(owner) = mapping.name() else { continue };
        for of_region in mapping.value.entries() {
            let Some(region) = of_region.name().filter(|name| is_region(name)) else { continue };
            for entry in of_region.value.entries() {
                let meant = service_in(entry.name().unwrap_or("")).or_else(|| service_in(owner));
                let mut add = |node: Node<'a>| uses.push(Use { node, region, meant, owner });
                add(entry.value);
                entry.value.items().into_iter().for_each(add);
            }
        }
    }
}

fn in_properties<'a>(node: Node<'a>, region: &'a str, owner: &'a str, depth: usize, uses: &mut Vec<Use<'a>>) {
    let Some(depth) = depth.checked_sub(1) else { return };
    match node.kind() {
        Kind::Sequence(items) => {
            items.into_iter().for_each(|item| in_properties(item, region, owner, depth, uses));
        }
        Kind::Mapping(entries) => {
            let meant = node.get("Description").and_then(Node::as_str).and_then(service_in);
            for entry in entries {
                if entry.name().is_some_and(|name| PROPERTIES.contains(&name)) {
                    uses.push(Use { node: entry.value, region, meant, owner });
                    for item in entry.value.items() {
                        uses.push(Use { node: item, region, meant, owner });
                    }
                } else {
                    in_properties(entry.value, region, owner, depth, uses);
                }
            }
        }
        Kind::Scalar(..) | Kind::Missing => {}
    }
}

/// The service that words speak of, where it is one of those that have such lists.
fn service_in(words: &str) -> Option<&'static str> {
    let words = words.to_ascii_lowercase();
    let names = |word: &str| {
        words.match_indices(word).any(|(at, _)| {
            let before = words[..at].chars().next_back();
            let after = words[at + word.len()..].chars().next();
            !before.is_some_and(|one| one.is_ascii_digit()) && !after.is_some_and(|one| one.is_ascii_digit())
        })
    };
    match (names("s3"), names("dynamodb") || names("ddb")) {
        (true, false) => Some("s3"),
        (false, true) => Some("dynamodb"),
        _ => None,
    }
}

fn title(service: &str) -> &str {
    match service {
        "s3" => "S3",
        "dynamodb" => "DynamoDB",
        other => other,
    }
}

fn finding(template: &Template<'_>, found: &Use<'_>) -> Option<Finding> {
    let id = found.node.as_str().filter(|_| found.node.tag().is_none())?;
    let region = found.region;
    // Mappings hold thousands of other ids.
    if !id.starts_with("pl-") {
        return None;
    }
    let places: Vec<(&str, &str)> = prefix_list_places(id).collect();
    // Regions whose lists are not known tell nothing.
    let is_known = || ["s3", "dynamodb"].iter().any(|service| prefix_list_in(region, service).is_some());
    if places.is_empty() || !is_known() {
        return None;
    }
    let here = places.iter().find(|(of, _)| *of == region).map(|(_, service)| *service);
    let (message, wanted): (Phrase, Option<&str>) = match (here, found.meant) {
        (Some(service), Some(meant)) if service != meant => {
            let (service, meant_title) = (title(service), title(meant));
            (
                phrase!(
                    en: "{id} is the prefix list of {service} in {region}, not of {meant_title}",
                    ja: "{id} は {region} では {meant_title} ではなく {service} のプレフィックスリストです",
                ),
                Some(meant),
            )
        }
        (Some(_), _) => return None,
        (None, _) => {
            let (en, ja) = listed(&places);
            let services: BTreeSet<&str> = places.iter().map(|(_, service)| *service).collect();
            let only = services.first().copied().filter(|_| services.len() == 1);
            (
                phrase!(
                    en: "{id} is no prefix list of {region}, but of {en}",
                    ja: "{id} は {region} のプレフィックスリストではありません ({ja})",
                ),
                found.meant.or(only),
            )
        }
    };
    let right = wanted.and_then(|service| Some((title(service), prefix_list_in(region, service)?)));
    let help = match right {
        Some((service, right)) => phrase!(
            en: "the list of {service} in {region} is {right}: ids differ from region to region",
            ja: "{region} の {service} のリストは {right} です。ID はリージョンごとに異なります",
        ),
        None => phrase!(
            en: "look it up with `aws ec2 describe-prefix-lists --region {region}`: ids differ from region to region",
            ja: "`aws ec2 describe-prefix-lists --region {region}` で調べてください。ID はリージョンごとに異なります",
        ),
    };
    let span = inside_quotes(found.node, template.text());
    let literal = found.node.target() == found.node.id() && span.slice(template.text()) == id;
    let fix = right.filter(|_| literal).map(|(_, right)| Fix {
        safety: Safety::Suggested,
        title: phrase!(en: "Use {right}", ja: "{right} に変更する"),
        edits: vec![Edit::replace(span, right)],
    });
    Some(
        Finding::new(ID, Severity::Error, Some(found.node.span()), message)
            .help(help)
            .about(found.owner)
            .told_apart_by(format!("{region}/{id}"))
            .fix(fix),
    )
}

/// Where a list is AWS's: `S3 in us-east-1`, at most three of them.
fn listed(places: &[(&str, &str)]) -> (String, String) {
    const SHOWN: usize = 3;
    let more = places.len() > SHOWN;
    let shown = &places[..places.len().min(SHOWN)];
    let en: Vec<String> =
        shown.iter().map(|(region, service)| format!("{} in {region}", title(service))).collect();
    let ja: Vec<String> =
        shown.iter().map(|(region, service)| format!("{region} の {}", title(service))).collect();
    (
        format!("{}{}", en.join(", "), if more { ", ..." } else { "" }),
        format!("{}{}", ja.join("、"), if more { " など" } else { "" }),
    )
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{findings, fixed};
    use crate::{Options, analyze};

    const ID: &str = "foreign-prefix-list";

    #[test]
    fn a_list_of_another_region_is_found_in_a_mapping() {
        let text = "Mappings:
  Lists:
    us-east-1: {S3: pl-63a5400a}
    ap-northeast-1: {S3: pl-63a5400a}
Resources: {A: {Type: T}}
";
        assert_eq!(
            findings(text, ID),
            ["4:26 pl-63a5400a is no prefix list of ap-northeast-1, but of S3 in us-east-1"]
        );
        assert!(fixed(text, ID).contains("ap-northeast-1: {S3: pl-61a54008}"));
    }

    #[test]
    fn one_id_is_of_two_services() {
        // S3's in Seoul, DynamoDB's in Tokyo.
        let text = r#"{"Mappings": {"S3PrefixList": {"ap-northeast-2": {"Id": "pl-78a54011"}, "ap-northeast-1": {"Id": "pl-78a54011"}}}, "Resources": {}}"#;
        assert_eq!(
            findings(text, ID),
            ["1:98 pl-78a54011 is the prefix list of DynamoDB in ap-northeast-1, not of S3"]
        );
        assert!(fixed(text, ID).contains(r#""ap-northeast-1": {"Id": "pl-61a54008"}"#));
    }

    const GROUP: &str = "Resources:
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: a
      SecurityGroupEgress:
        - {IpProtocol: tcp, FromPort: 443, ToPort: 443, DestinationPrefixListId: pl-63a5400a}
";

    #[test]
    fn the_region_is_given_or_named_by_an_endpoint() {
        let of = |region: &str| {
            let options = Options { region: Some(region.to_owned()), ..Options::default() };
            let found = analyze("t.yaml", GROUP, &options).findings;
            found.iter().filter(|finding| finding.rule.0 == ID).count()
        };
        assert_eq!((of("us-east-1"), of("ap-northeast-1"), of("xx-nowhere-1")), (0, 1, 0));
        assert_eq!(findings(GROUP, ID), Vec::<String>::new(), "no region is known");
        let named = format!(
            "{GROUP}  S3: {{Type: AWS::EC2::VPCEndpoint, Properties: {{VpcId: vpc-1, ServiceName: com.amazonaws.ap-northeast-1.s3}}}}\n"
        );
        assert_eq!(findings(&named, ID).len(), 1);
        let sam = format!("Transform: AWS::Serverless-2016-10-31\n{named}");
        assert_eq!(findings(&sam, ID).len(), 1);
        let two = format!(
            "{named}  Sqs: {{Type: AWS::EC2::VPCEndpoint, Properties: {{VpcId: vpc-1, ServiceName: com.amazonaws.us-east-1.sqs}}}}\n"
        );
        assert_eq!(findings(&two, ID), Vec::<String>::new(), "two regions are named");
    }

    #[test]
    fn own_lists_and_right_ones_are_left_alone() {
        let text = "Mappings:
  Lists:
    us-east-1: {S3: pl-63a5400a, DynamoDB: pl-02cd2c6b, Own: pl-0123456789abcdef0}
    xx-nowhere-1: {S3: pl-63a5400a}
Resources: {A: {Type: T}}
";
        assert_eq!(findings(text, ID), Vec::<String>::new());
    }
}
