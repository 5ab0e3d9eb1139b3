use std::collections::BTreeMap;

use super::{Area, RuleInfo, Subject, nearest};
use crate::finding::{Finding, Fix, RuleId, Safety, Severity};
use crate::language::Phrase;
use crate::order::Order;
use crate::phrase;
use crate::syntax::Node;
use crate::template::Template;
use crate::template::reference::{Owner, Reference, Use};
use crate::text::{Edit, Span};

const ID: RuleId = RuleId("unknown-reference");

pub(super) static RULE: RuleInfo = RuleInfo {
    id: ID,
    area: Area::Template,
    severity: Severity::Error,
    fix: Some(Safety::Safe),
    summary: || {
        phrase!(
            en: "A name is used that no parameter, resource or condition of the template has",
            ja: "テンプレートのどのパラメータ、リソース、条件にもない名前を参照している",
        )
    },
    check,
};

/// What a name is looked up among.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Space {
    /// Parameters, resources and pseudo parameters.
    Value,
    /// Parameters and pseudo parameters: what conditions can see.
    Parameter,
    /// Resources.
    Resource,
    /// Conditions.
    Condition,
}

/// Every pseudo parameter of CloudFormation.
const PSEUDO_PARAMETERS: [&str; 8] = [
    "AWS::AccountId",
    "AWS::NoValue",
    "AWS::NotificationARNs",
    "AWS::Partition",
    "AWS::Region",
    "AWS::StackId",
    "AWS::StackName",
    "AWS::URLSuffix",
];

/// What was meant is guessed for this many names; a text with more unknown names has no slips of the pen.
const GUESSES: usize = 100;

fn check(subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    let template = subject.template;
    let names = Names::of(template);
    if names.open {
        return;
    }
    // Once per name: every place of it in the order of the text.
    let mut unknown: BTreeMap<(&str, Space), Vec<(Owner<'_>, &Reference<'_>)>> = BTreeMap::new();
    for place in subject.references.written() {
        let (owner, reference) = place;
        if is_no_name(reference) {
            continue;
        }
        let space = space(owner, reference);
        if !names.has(template, reference.name, space) {
            unknown.entry((reference.name, space)).or_default().push(place);
        }
    }
    for (at, ((name, space), places)) in unknown.into_iter().enumerate() {
        if let Some(finding) = finding(template, &names, name, space, &places, at < GUESSES) {
            findings.push(finding);
        }
    }
}

/// `${HOME:-/root}` names nothing: `invalid-intrinsic` tells what to write.
fn is_no_name(reference: &Reference<'_>) -> bool {
    let readable = |part: &str| super::invalid_intrinsic::is_sub_name(part);
    matches!(reference.usage, Use::Sub | Use::SubGetAtt)
        && !(readable(reference.name) && reference.attribute.is_none_or(readable))
}

fn space(owner: Owner<'_>, reference: &Reference<'_>) -> Space {
    match reference.usage {
        Use::Ref | Use::Sub if matches!(owner, Owner::Condition(_) | Owner::Rule(_)) => Space::Parameter,
        Use::Ref | Use::Sub => Space::Value,
        Use::GetAtt | Use::SubGetAtt | Use::DependsOn => Space::Resource,
        Use::Condition => Space::Condition,
    }
}

/// The names of the template, and the ways in which others may come in.
struct Names<'a> {
    parameters: Vec<&'a str>,
    resources: Vec<&'a str>,
    conditions: Vec<&'a str>,
    /// Prefixes of names that a module makes.
    modules: Vec<&'a str>,
    /// Names that loops make, cut at the loop's variables.
    loops: Vec<Vec<&'a str>>,
    /// A macro, an include or another tool may make any name.
    open: bool,
}

impl<'a> Names<'a> {
    fn of(template: &'a Template<'_>) -> Self {
        let keys = |section: &str| -> Vec<&'a str> {
            let entries = template.section(section).map(Node::entries).into_iter().flatten();
            entries.filter_map(crate::syntax::Entry::name).collect()
        };
        let mut names = Self {
            parameters: template.parameters.iter().map(|parameter| parameter.name.as_str()).collect(),
            resources: template.resources.iter().map(|resource| resource.id.as_str()).collect(),
            conditions: keys("Conditions"),
            modules: Vec::new(),
            loops: Vec::new(),
            open: template.has_unknown_macro() || is_of_another_tool(template),
        };
        for section in ["Resources", "Conditions", "Parameters"] {
            let Some(node) = template.section(section) else { continue };
            names.open |= node.tag().is_some();
            for entry in node.entries() {
                let Some(name) = entry.name() else { continue };
                names.open |= name == "Fn::Transform";
                if name.starts_with("Fn::ForEach") {
                    names.open |= !names.add_loop(entry.value, 6);
                }
                let kind = entry.value.get("Type").and_then(Node::as_str).unwrap_or("");
                let foreign = entry.value.tag().is_some()
                    || entry.value.get("Type").is_some_and(|node| node.tag().is_some());
                if kind.ends_with("::MODULE") || foreign {
                    names.modules.push(name);
                }
            }
        }
        names
    }

    /// Keeps the patterns of the keys that a loop makes; false where they cannot be told.
    fn add_loop(&mut self, node: Node<'a>, depth: usize) -> bool {
        let Some(body) = node.items().get(2).filter(|_| depth > 0) else { return false };
        body.entries().into_iter().all(|entry| match entry.name() {
            Some(name) if name.starts_with("Fn::ForEach") => self.add_loop(entry.value, depth - 1),
            Some(name) => {
                let mut pieces = Vec::new();
                let mut rest = name;
                while let Some(open) = rest.find("${").or_else(|| rest.find("&{")) {
                    let Some(close) = rest[open..].find('}') else { break };
                    pieces.push(&rest[..open]);
                    rest = &rest[open + close + 1..];
                }
                pieces.push(rest);
                self.loops.push(pieces);
                true
            }
            None => false,
        })
    }

    fn has(&self, template: &Template<'_>, name: &str, space: Space) -> bool {
        let parameter = || template.parameter(name).is_some() || PSEUDO_PARAMETERS.contains(&name);
        let resource = || template.resource(name).is_some() || self.may_be_made(template, name);
        let condition = || template.condition(name).is_some();
        let found = match space {
            Space::Value => parameter() || resource(),
            Space::Parameter => parameter(),
            Space::Resource => resource(),
            Space::Condition => condition(),
        };
        found || self.loops.iter().any(|pieces| fits(pieces, name)) || is_lost(template, name)
    }

    /// Names that modules and SAM derive from those in the text.
    fn may_be_made(&self, template: &Template<'_>, name: &str) -> bool {
        if self.modules.iter().any(|module| name.starts_with(module)) {
            return true;
        }
        // SAM ends some generated ids with a hash of their content, and has names such as `Api.Stage`.
        const GENERATED: [&str; 5] = ["Version", "Deployment", "Alias", "Stage", "."];
        template.is_sam
            && self.resources.iter().any(|resource| {
                name.strip_prefix(resource).is_some_and(|rest| {
                    GENERATED.iter().any(|word| rest.starts_with(word))
                        || (rest.len() == 10 && rest.bytes().all(|byte| byte.is_ascii_hexdigit()))
                })
            })
    }

    fn candidates(&self, space: Space) -> Vec<&'a str> {
        let pseudo = PSEUDO_PARAMETERS.into_iter();
        match space {
            Space::Value => self.parameters.iter().chain(&self.resources).copied().chain(pseudo).collect(),
            Space::Parameter => self.parameters.iter().copied().chain(pseudo).collect(),
            Space::Resource => self.resources.clone(),
            Space::Condition => self.conditions.clone(),
        }
    }
}

fn fits(pieces: &[&str], name: &str) -> bool {
    let [first, middle @ .., last] = pieces else { return pieces.first() == Some(&name) };
    let Some(mut rest) = name.strip_prefix(first) else { return false };
    for piece in middle {
        match rest.find(piece) {
            Some(at) => rest = &rest[at + piece.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

/// The name may be declared in a part of the text that could not be read.
fn is_lost(template: &Template<'_>, name: &str) -> bool {
    template.parsed.lost.iter().any(|span| span.slice(template.text()).contains(name))
}

/// Files that look like templates but are read by another tool first, which may add names: sections that
/// CloudFormation does not know and nobody mistypes, or a version of their own (`2010-09-09-OC`).
pub(super) fn is_of_another_tool(template: &Template<'_>) -> bool {
    let root = template.parsed.root();
    let version = root.get("AWSTemplateFormatVersion").and_then(Node::as_str).unwrap_or("");
    let sections = root.entries().into_iter().filter_map(crate::syntax::Entry::name);
    let other_section = |name: &str| {
        let known = crate::template::SECTIONS;
        !known.contains(&name)
            && name != "Hooks"
            && !name.starts_with("Fn::")
            && nearest(name, known.into_iter()).is_none()
    };
    (version.starts_with("2010-09-09") && version.len() > 10) || sections.into_iter().any(other_section)
}

fn finding(
    template: &Template<'_>,
    names: &Names<'_>,
    name: &str,
    space: Space,
    places: &[(Owner<'_>, &Reference<'_>)],
    guess: bool,
) -> Option<Finding> {
    let (owner, first) = places.first()?;
    let near = if guess { nearest(name, names.candidates(space).into_iter()) } else { None };
    let mut spans: Vec<Span> =
        places.iter().map(|(_, reference)| reference.span).filter(|span| *span != first.span).collect();
    spans.order();
    spans.dedup();
    spans.insert(0, first.span);
    let (message, help) = words(template, name, space, near);
    let mut finding =
        Finding::new(ID, Severity::Error, Some(first.span), message).help(help).told_apart_by(name);
    if let Owner::Resource(resource) = owner {
        finding = finding.about(*resource);
    }
    /// More places than these say nothing new.
    const SHOWN: usize = 3;
    let more = spans.len().saturating_sub(1 + SHOWN);
    for (at, span) in spans.iter().enumerate().skip(1).take(SHOWN) {
        finding = finding.label(
            *span,
            if at == SHOWN && more > 0 {
                phrase!(en: "used here too (more places: {more})", ja: "ここでも使用 (ほかに {more} か所)")
            } else {
                phrase!(en: "used here too", ja: "ここでも使用")
            },
        );
    }
    let replaceable = spans.iter().all(|span| span.slice(template.text()) == name);
    let fix = near.filter(|_| replaceable).map(|near| Fix {
        safety: Safety::Safe,
        title: phrase!(en: "Change to `{near}`", ja: "`{near}` に変更する"),
        edits: spans.iter().map(|span| Edit::replace(*span, near)).collect(),
    });
    Some(finding.fix(fix))
}

fn words(template: &Template<'_>, name: &str, space: Space, near: Option<&str>) -> (Phrase, Phrase) {
    let message = match space {
        Space::Value => phrase!(
            en: "no parameter or resource is named `{name}`",
            ja: "`{name}` という名前のパラメータもリソースもありません",
        ),
        Space::Parameter if template.resource(name).is_some() => phrase!(
            en: "`{name}` is a resource; conditions and rules see parameters only",
            ja: "`{name}` はリソースです。条件やルールから参照できるのはパラメータだけです",
        ),
        Space::Parameter => phrase!(
            en: "no parameter is named `{name}`",
            ja: "`{name}` という名前のパラメータはありません",
        ),
        Space::Resource if template.parameter(name).is_some() => phrase!(
            en: "`{name}` is a parameter; only resources have attributes and can be depended on",
            ja: "`{name}` はパラメータです。属性を参照したり依存先に指定したりできるのはリソースだけです",
        ),
        Space::Resource => phrase!(
            en: "no resource is named `{name}`",
            ja: "`{name}` という名前のリソースはありません",
        ),
        Space::Condition => phrase!(
            en: "no condition is named `{name}`",
            ja: "`{name}` という名前の条件はありません",
        ),
    };
    let help = match (near, space) {
        (Some(near), _) => phrase!(en: "did you mean `{near}`?", ja: "`{near}` ではありませんか?"),
        (None, Space::Resource) if template.parameter(name).is_some() => phrase!(
            en: "use `Ref` for the parameter's value",
            ja: "パラメータの値には `Ref` を使ってください",
        ),
        (None, Space::Value | Space::Parameter) => phrase!(
            en: "declare it under Parameters, or correct the name: CloudFormation refuses the template as it is",
            ja: "Parameters で宣言するか、名前を直してください。このままでは CloudFormation が受け付けません",
        ),
        (None, Space::Resource) => phrase!(
            en: "declare the resource, or correct the name: CloudFormation refuses the template as it is",
            ja: "リソースを宣言するか、名前を直してください。このままでは CloudFormation が受け付けません",
        ),
        (None, Space::Condition) => phrase!(
            en: "declare it under Conditions, or correct the name",
            ja: "Conditions で宣言するか、名前を直してください",
        ),
    };
    (message, help)
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{findings, fixed};

    const BASE: &str = "Parameters:\n  VpcId: {Type: String}\nResources:\n  Group:\n    Type: AWS::EC2::SecurityGroup\n    Properties:\n";

    #[test]
    fn a_name_is_reported_once_with_all_its_places() {
        let text = format!("{BASE}      VpcId: !Ref VpcIdd\n      GroupDescription: !Sub '${{VpcIdd}} x'\n");
        assert_eq!(
            findings(&text, "unknown-reference"),
            ["7:19 no parameter or resource is named `VpcIdd` | 8:33 used here too"]
        );
        let fixed = fixed(&text, "unknown-reference");
        assert!(fixed.contains("!Ref VpcId\n") && fixed.contains("'${VpcId} x'"), "{fixed}");
    }

    #[test]
    fn each_use_looks_among_its_own_names() {
        let text = format!(
            "{BASE}      VpcId: !GetAtt VpcId.Arn\n    DependsOn: [VpcId, Grop]\n    Condition: Prod\nConditions:\n  Dev: !Equals [!Ref Group, a]\n"
        );
        assert_eq!(
            findings(&text, "unknown-reference"),
            [
                "7:22 `VpcId` is a parameter; only resources have attributes and can be depended on | 8:17 used here too",
                "8:24 no resource is named `Grop`",
                "9:16 no condition is named `Prod`",
                "11:22 `Group` is a resource; conditions and rules see parameters only",
            ]
        );
    }

    #[test]
    fn names_that_others_make_are_left_alone() {
        let quiet = [
            "Transform: MyMacro\nResources: {A: {Type: T, Properties: {P: !Ref X}}}",
            "Resources:\n  M: {Type: Some::Org::Thing::MODULE}\n  A: {Type: T, Properties: {P: !Ref MInner}}",
            "Transform: AWS::LanguageExtensions\nResources:\n  Fn::ForEach::Topics:\n    - Name\n    - [A, B]\n    - Topic${Name}: {Type: T, Properties: {N: !Ref Name}}\n  Z: {Type: T, Properties: {P: !Ref TopicA}}",
            "Resources:\n  A:\n    Type: 'x\n  B: {Type: T, Properties: {P: !Ref A}}",
            "Resources:\n  A: {Type: T, Properties: {P: !Sub '${!Literal} ${own}', Q: !Sub ['${own}', {own: 1}]}}\nParameters: {own: {Type: String}}",
        ];
        for text in quiet {
            assert!(findings(text, "unknown-reference").is_empty(), "{text}");
        }
    }
}
