use std::collections::BTreeMap;

use super::{Area, RuleInfo, Subject};
use crate::Need;
use crate::finding::{Finding, RuleId, Severity};
use crate::language::Phrase;
use crate::template::{Case, Resource, Template, Unknown, Value};
use crate::text::Span;
use crate::{missing, phrase};

const ID: RuleId = RuleId("unresolved-value");

pub(super) static RULE: RuleInfo = RuleInfo {
    id: ID,
    area: Area::Template,
    severity: Severity::Info,
    fix: None,
    summary: || {
        phrase!(
            en: "An answer depends on a value that the template does not give",
            ja: "テンプレートだけでは決まらない値によって結果が変わる",
        )
    },
    check,
};

/// Properties that say where a function sits and what it can reach, by resource type.
const DECIDING: [(&str, &[&[&str]]); 9] = [
    ("AWS::Lambda::Function", &[&["VpcConfig", "SubnetIds"], &["VpcConfig", "SecurityGroupIds"]]),
    ("AWS::Lambda::CapacityProvider", &[&["VpcConfig", "SubnetIds"], &["VpcConfig", "SecurityGroupIds"]]),
    ("AWS::EC2::VPCEndpoint", &[&["ServiceName"], &["SubnetIds"], &["SecurityGroupIds"], &["RouteTableIds"]]),
    ("AWS::EC2::VPC", &[&["CidrBlock"]]),
    ("AWS::EC2::Subnet", &[&["CidrBlock"]]),
    ("AWS::EC2::Route", &[&["DestinationCidrBlock"]]),
    ("AWS::EC2::SecurityGroup", &[&["SecurityGroupIngress"], &["SecurityGroupEgress"]]),
    (
        "AWS::EC2::SecurityGroupIngress",
        &[&["CidrIp"], &["SourceSecurityGroupId"], &["FromPort"], &["ToPort"]],
    ),
    (
        "AWS::EC2::SecurityGroupEgress",
        &[&["CidrIp"], &["DestinationSecurityGroupId"], &["FromPort"], &["ToPort"]],
    ),
];

fn check(subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    let template = subject.template;
    for unresolved in unresolved(template) {
        findings.push(unresolved.finding(template));
    }
}

/// What would settle what the template leaves open.
pub(crate) fn needs(template: &Template<'_>) -> Vec<Need> {
    unresolved(template).iter().map(|unresolved| unresolved.need(template)).collect()
}

/// An unknown with the places whose answers hang on it.
struct Unresolved {
    unknown: Unknown,
    uses: Vec<Place>,
}

struct Place {
    resource: String,
    property: String,
    span: Span,
}

/// Every unknown once, in the order of its first use. Nothing where no function sits in a VPC: then no answer
/// depends on the network.
fn unresolved(template: &Template<'_>) -> Vec<Unresolved> {
    let in_vpc = |resource: &Resource| {
        matches!(resource.kind.as_str(), "AWS::Lambda::Function" | "AWS::Lambda::CapacityProvider")
            && template.properties(resource).is_some_and(|properties| properties.get("VpcConfig").is_some())
    };
    let asked = &template.inputs().asked_by_nested;
    if asked.is_empty() && !template.resources.iter().any(in_vpc) {
        return Vec::new();
    }
    let mut order: Vec<Unresolved> = Vec::new();
    let mut numbers: BTreeMap<Unknown, usize> = BTreeMap::new();
    for resource in &template.resources {
        let known = DECIDING.iter().find(|(kind, _)| *kind == resource.kind);
        let mut paths: Vec<Vec<&str>> =
            known.into_iter().flat_map(|(_, paths)| paths.iter()).map(|path| path.to_vec()).collect();
        let of_stack = asked.iter().filter(|(stack, _)| *stack == resource.id);
        paths.extend(of_stack.map(|(_, parameter)| vec!["Parameters", parameter.as_str()]));
        for path in &paths {
            for case in template.property(resource, path) {
                let mut unknowns = Vec::new();
                collect(&case, &mut unknowns);
                for (unknown, span) in unknowns {
                    if !can_be_settled(unknown) {
                        continue;
                    }
                    let number = *numbers.entry(unknown.clone()).or_insert_with(|| {
                        order.push(Unresolved { unknown: unknown.clone(), uses: Vec::new() });
                        order.len() - 1
                    });
                    let property = path.join(".");
                    let uses = &mut order[number].uses;
                    if !uses.iter().any(|place| place.resource == resource.id && place.property == property) {
                        uses.push(Place { resource: resource.id.clone(), property, span });
                    }
                }
            }
        }
    }
    order
}

/// Every unknown of a value with the innermost place that it comes from.
fn collect<'v>(case: &'v Case, found: &mut Vec<(&'v Unknown, Span)>) {
    match &case.value {
        Value::List(items) => items.iter().for_each(|item| collect(item, found)),
        Value::Map(entries) => entries.iter().for_each(|(_, entry)| collect(entry, found)),
        value => {
            let mut unknowns = Vec::new();
            value.unknowns(&mut unknowns);
            found.extend(unknowns.into_iter().map(|unknown| (unknown, case.span)));
        }
    }
}

/// The account and the stack's own name decide nothing in a network, the region has its own option, and what is
/// broken is told by other rules.
fn can_be_settled(unknown: &Unknown) -> bool {
    match unknown {
        Unknown::Parameter(_)
        | Unknown::StoredParameter(_)
        | Unknown::Import(_)
        | Unknown::DynamicReference(_)
        | Unknown::Attribute { .. }
        | Unknown::Transform(_)
        | Unknown::ForeignTag(_) => true,
        Unknown::Pseudo(_)
        | Unknown::Broken
        | Unknown::NoSuchKey
        | Unknown::TooManyCases
        | Unknown::TooDeep
        | Unknown::TooLong => false,
    }
}

impl Unresolved {
    fn finding(&self, template: &Template<'_>) -> Finding {
        let parameter = match &self.unknown {
            Unknown::Parameter(name) | Unknown::StoredParameter(name) => template.parameter(name),
            _ => None,
        };
        let declared = parameter.map(|parameter| template.node(parameter.key).span());
        let first = self.uses.first();
        let (message, help) = self.words(template);
        let mut finding =
            Finding::new(ID, Severity::Info, declared.or(first.map(|place| place.span)), message)
                .help(help)
                .told_apart_by(missing::name_of(&self.unknown));
        if let Some(parameter) = parameter {
            finding = finding.about(parameter.name.as_str());
        } else if let Some(first) = first {
            finding = finding.about(first.resource.as_str());
        }
        /// More uses than these say nothing new.
        const SHOWN: usize = 6;
        let skipped = usize::from(declared.is_none());
        for place in self.uses.iter().skip(skipped).take(SHOWN) {
            let (resource, property) = (&place.resource, &place.property);
            finding = finding.label(
                place.span,
                phrase!(
                    en: "{property} of `{resource}` depends on it",
                    ja: "`{resource}` の {property} がこの値に依存",
                ),
            );
        }
        finding
    }

    fn need(&self, template: &Template<'_>) -> Need {
        let parameter = match &self.unknown {
            Unknown::Parameter(name) | Unknown::StoredParameter(name) => Some(name.clone()),
            _ => None,
        };
        let value = parameter.is_none().then(|| missing::name_of(&self.unknown));
        let (reason, _) = self.words(template);
        Need { parameter, value, reason, settle_with: missing::settling_option(&self.unknown) }
    }

    /// What is not known, and what to do about it.
    fn words(&self, template: &Template<'_>) -> (Phrase, Phrase) {
        let settle = missing::settling_option(&self.unknown);
        let help = match &self.unknown {
            Unknown::Attribute { resource, attribute } if attribute.starts_with("Outputs.") => {
                let stack = template.resource(resource);
                let path = stack.and_then(|stack| template.properties(stack)?.get("TemplateURL")?.as_str());
                let path = path.unwrap_or("TemplateURL");
                phrase!(
                    en: "the command line follows a nested template that is a file beside this one (`{path}`); answers that rest on it stay unknown",
                    ja: "隣にファイルがあるネストされたテンプレートはコマンドラインなら読み込みます (`{path}`)。それまでは、この値に依存する結果を「不明」とします",
                )
            }
            _ if settle.is_empty() => phrase!(
                en: "answers that rest on it stay unknown",
                ja: "この値に依存する結果は「不明」とします",
            ),
            _ => phrase!(
                en: "give it a value, on the command line by `{settle}`; until then, answers that rest on it stay unknown",
                ja: "値を指定してください (コマンドラインでは `{settle}`)。それまでは、この値に依存する結果を「不明」とします",
            ),
        };
        (missing::reason_of(&self.unknown), help)
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::findings;

    #[test]
    fn each_open_parameter_is_told_once_with_what_hangs_on_it() {
        let text = "\
Parameters:
  Subnets: {Type: 'List<AWS::EC2::Subnet::Id>'}
  Group: {Type: String, Default: sg-1}
  Unused: {Type: String}
Resources:
  One:
    Type: AWS::Lambda::Function
    Properties:
      VpcConfig: {SubnetIds: !Ref Subnets, SecurityGroupIds: [!Ref Group]}
  Two:
    Type: AWS::Lambda::Function
    Properties:
      VpcConfig: {SubnetIds: !Ref Subnets, SecurityGroupIds: [!ImportValue shared-group]}
";
        assert_eq!(
            findings(text, "unresolved-value"),
            [
                "2:3 parameter `Subnets` has no default, so its value is not known here | 9:30 VpcConfig.SubnetIds of `One` depends on it | 13:30 VpcConfig.SubnetIds of `Two` depends on it",
                "13:76 `shared-group` is exported by another stack and not known here",
            ]
        );
    }

    #[test]
    fn a_network_that_a_condition_switches_on_is_looked_into() {
        let text = "\
Parameters: {Subnets: {Type: 'List<AWS::EC2::Subnet::Id>'}, Use: {Type: String}}
Conditions: {InVpc: !Equals [!Ref Use, 'true']}
Resources:
  One:
    Type: AWS::Lambda::Function
    Properties:
      VpcConfig: !If [InVpc, {SubnetIds: !Ref Subnets, SecurityGroupIds: [sg-1]}, !Ref AWS::NoValue]
";
        assert_eq!(findings(text, "unresolved-value").len(), 1);
    }

    #[test]
    fn nothing_hangs_on_values_where_no_function_is_in_a_vpc() {
        let text = "Parameters: {Cidr: {Type: String}}\nResources:\n  V: {Type: AWS::EC2::VPC, Properties: {CidrBlock: !Ref Cidr}}\n  F: {Type: AWS::Lambda::Function, Properties: {Handler: a.b}}\n";
        assert!(findings(text, "unresolved-value").is_empty());
    }
}
