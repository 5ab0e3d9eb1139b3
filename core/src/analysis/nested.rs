//! Local nested stacks: templates that a template names by a path, analysed with the parameters it passes.

use std::collections::{BTreeMap, BTreeSet};

use super::{Analysis, Options, Source};
use crate::finding::FileId;
use crate::language::Phrase;
use crate::network::Surroundings;
use crate::phrase;
use crate::syntax::{Node, Parsed, parse};
use crate::template::{Case, Guard, Inputs, Template, lower_read};

/// Stacks nested deeper than this are not followed.
const DEPTH: usize = 8;
/// At most so many nested templates are analysed for one template: one file may be nested many times.
const STACKS: usize = 200;

/// The paths of local templates that `text` names (`TemplateURL`, SAM's `Location`), each once, as written.
/// Their texts go into [`Options::nested`], those of the second level and deeper by the path from the folder of
/// the main template.
pub fn nested_template_paths(text: &str) -> Vec<String> {
    // Most templates nest none, and reading a large text once more takes a third of what its checks take. A type that is
    // spelt with escapes, as nobody does, has a backslash.
    if !["::Stack", "::Application", "\\"].iter().any(|sign| text.contains(sign)) {
        return Vec::new();
    }
    super::Reading::of(text, usize::MAX).nested_template_paths()
}

/// The paths of local templates that a text names.
pub(super) fn paths(parsed: &Parsed<'_>) -> Vec<String> {
    let mut paths = Vec::new();
    for entry in parsed.root().get("Resources").map(Node::entries).into_iter().flatten() {
        if let Some(path) = local_path(entry.value)
            && !paths.iter().any(|known| known == path)
        {
            paths.push(path.to_owned());
        }
    }
    paths
}

/// The local template that the declaration of a stack names.
fn local_path(body: Node<'_>) -> Option<&str> {
    let property = match body.get("Type").and_then(Node::as_str)? {
        "AWS::CloudFormation::Stack" => "TemplateURL",
        "AWS::Serverless::Application" => "Location",
        _ => return None,
    };
    let path =
        body.at(&["Properties", property]).filter(|node| node.tag().is_none()).and_then(Node::as_str)?;
    let remote =
        path.is_empty() || path.contains("://") || path.starts_with("arn:") || path.starts_with("{{");
    (!remote).then_some(path)
}

/// A stack whose template is at hand.
struct Nested<'o> {
    id: String,
    key: String,
    text: &'o str,
    parameters: BTreeMap<String, String>,
    /// Every parameter that the parent passes, known or not.
    passed: BTreeSet<String>,
}

/// Follows nested stacks, adding their findings and texts. One of these serves a whole analysis.
pub(super) struct Follower<'o> {
    options: &'o Options,
    surroundings: Surroundings,
    region: Option<String>,
    /// Path and text of each, which are copied once the rest of the analysis is done with.
    sources: Vec<(String, &'o str)>,
    stacks: usize,
}

impl<'o> Follower<'o> {
    pub(super) fn new(options: &'o Options) -> Self {
        let (surroundings, region) = super::surroundings(options);
        Self { options, surroundings, region, sources: Vec::new(), stacks: 0 }
    }

    /// Analyses a text and everything below it. `chain` are the keys from the main template down to this one.
    pub(super) fn analyze(
        &mut self,
        path: &str,
        reading: Parsed<'o>,
        parameters: &BTreeMap<String, String>,
        chain: &[&str],
    ) -> Analysis {
        let text = reading.text;
        let file = self.add_source(path, text);
        let mut inputs =
            Inputs { parameters: parameters.clone(), region: self.region.clone(), ..Inputs::default() };
        let template = lower_read(reading, inputs.clone());
        let nested = if chain.len() < DEPTH { self.nested_in(&template, chain) } else { Vec::new() };
        let (mut below, mut unknown) = (Analysis::default(), Vec::<Vec<(String, Phrase)>>::new());
        for stack in nested {
            if self.stacks >= STACKS || chain.contains(&stack.key.as_str()) {
                continue;
            }
            self.stacks += 1;
            let chain: Vec<&str> = chain.iter().copied().chain([stack.key.as_str()]).collect();
            let reading = parse(stack.text, &super::limits(self.options.size_limit));
            let mut child = self.analyze(&stack.key, reading, &stack.parameters, &chain);
            // What the parent leaves open is told at the parent.
            child.findings.retain(|finding| {
                let passed = finding.resource.as_ref().filter(|name| stack.passed.contains(*name));
                match passed.filter(|_| finding.rule.0 == "unresolved-value") {
                    Some(name) => {
                        inputs.asked_by_nested.insert((stack.id.clone(), name.clone()));
                        false
                    }
                    None => true,
                }
            });
            for assumption in std::mem::take(&mut child.assumptions) {
                if !below.assumptions.contains(&assumption) {
                    below.assumptions.push(assumption);
                }
            }
            for action in std::mem::take(&mut child.actions) {
                if !below.actions.contains(&action) {
                    below.actions.push(action);
                }
            }
            unknown.push(std::mem::take(&mut child.unknown_traffic));
            child.needs.retain(|need| need.parameter.is_none());
            for finding in &mut child.findings {
                if finding.rule.0 == "unresolved-value"
                    && let Some(name) = finding.resource.clone()
                {
                    let id = &stack.id;
                    finding.help = phrase!(
                        en: "the stack `{id}` passes no value for it: add `{name}` to its Parameters",
                        ja: "スタック `{id}` がこの値を渡していません。Parameters に `{name}` を追加してください",
                    );
                }
                // A template that several stacks nest says the same once.
                if !below.findings.contains(finding) {
                    below.findings.push(finding.clone());
                }
            }
            for function in child.checklist {
                if !below.checklist.contains(&function) {
                    below.checklist.push(function);
                }
            }
            below.needs.append(&mut child.needs);
            for (name, value) in child.outputs {
                inputs.nested_outputs.insert((stack.id.clone(), name), value);
            }
        }
        let template = if inputs.nested_outputs.is_empty() && inputs.asked_by_nested.is_empty() {
            template
        } else {
            super::lower_text(text, self.options, inputs)
        };
        let mut analysis = super::check(&template, &self.surroundings, self.options);
        analysis.outputs = outputs(&template);
        // What a nested stack knows is known.
        let is_unknown = |name: &String, names: &[(String, Phrase)]| names.iter().any(|(one, _)| one == name);
        analysis.unknown_traffic.retain(|(name, _)| unknown.iter().all(|names| is_unknown(name, names)));
        for label in analysis.findings.iter_mut().flat_map(|finding| &mut finding.labels) {
            label.file = file;
        }
        let hops = analysis.findings.iter_mut().flat_map(|finding| &mut finding.path);
        for place in hops.filter_map(|hop| hop.at.as_mut()) {
            place.file = file;
        }
        if file != FileId(0) {
            let path = path.trim_start_matches("./");
            for finding in &mut analysis.findings {
                finding.fingerprint = format!("{path}:{}", finding.fingerprint);
            }
            for function in &mut analysis.checklist {
                function.move_into(file, path);
            }
        }
        analysis.findings.append(&mut below.findings);
        analysis.actions.append(&mut below.actions);
        analysis.checklist.append(&mut below.checklist);
        analysis.needs.append(&mut below.needs);
        for assumption in below.assumptions {
            if !analysis.assumptions.contains(&assumption) {
                analysis.assumptions.push(assumption);
            }
        }
        analysis
    }

    /// The texts, in the order of their [`FileId`]s.
    pub(super) fn into_sources(self) -> Vec<Source> {
        self.sources.into_iter().map(|(path, text)| Source { path, text: text.to_owned() }).collect()
    }

    fn add_source(&mut self, path: &str, text: &'o str) -> FileId {
        let known = self.sources.iter().position(|(known, _)| known == path);
        let at = known.unwrap_or_else(|| {
            self.sources.push((path.to_owned(), text));
            self.sources.len() - 1
        });
        FileId(u16::try_from(at).unwrap_or(u16::MAX))
    }

    fn nested_in(&self, template: &Template<'_>, chain: &[&str]) -> Vec<Nested<'o>> {
        let mut found = Vec::new();
        if self.options.nested.is_empty() {
            return found;
        }
        for resource in template.resources_of(&["AWS::CloudFormation::Stack"]) {
            let written = template.section("Resources").and_then(|section| section.get(&resource.id));
            let Some(path) = written.and_then(local_path) else { continue };
            let key = match chain {
                [_] => path.to_owned(),
                [.., parent] => beside(parent, path),
                [] => continue,
            };
            let Some(text) = self.options.nested.get(&key) else { continue };
            let mut parameters = BTreeMap::new();
            let mut names = BTreeSet::new();
            for entry in written
                .and_then(|body| body.at(&["Properties", "Parameters"]))
                .map(Node::entries)
                .into_iter()
                .flatten()
            {
                let Some(name) = entry.name() else { continue };
                names.insert(name.to_owned());
                if let Some(value) = known(&template.evaluate(entry.value)) {
                    parameters.insert(name.to_owned(), value);
                }
            }
            found.push(Nested { id: resource.id.clone(), key, text, parameters, passed: names });
        }
        found
    }
}

/// The text of a value that is the same in every situation; lists are joined as CloudFormation passes them.
fn known(cases: &[Case]) -> Option<String> {
    let [Case { guard: Guard::ALWAYS, value, .. }] = cases else { return None };
    match value {
        crate::template::Value::List(items) => {
            let texts: Option<Vec<&str>> = items.iter().map(|item| item.value.known()).collect();
            Some(texts?.join(","))
        }
        other => other.known().map(str::to_owned),
    }
}

/// What the template puts out, as far as it is known.
fn outputs(template: &Template<'_>) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for entry in template.section("Outputs").map(Node::entries).into_iter().flatten() {
        if let (Some(name), Some(node)) = (entry.name(), entry.value.get("Value"))
            && let Some(value) = known(&template.evaluate(node))
        {
            found.insert(name.to_owned(), value);
        }
    }
    found
}

/// `path` as seen from the folder of the template `parent`, both from the folder of the main one.
fn beside(parent: &str, path: &str) -> String {
    let folder = parent.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(path.split('/')) {
        match (part, parts.last()) {
            ("" | ".", _) => {}
            ("..", Some(last)) if *last != ".." => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Reading, analyze};

    #[test]
    fn paths_join_as_a_shell_joins_them() {
        assert_eq!(beside("stacks/app.yaml", "../net/vpc.yaml"), "net/vpc.yaml");
        assert_eq!(beside("app.yaml", "./vpc.yaml"), "vpc.yaml");
        assert_eq!(beside("../a/app.yaml", "b.yaml"), "../a/b.yaml");
    }

    const PARENT: &str = "\
Parameters: {Subnets: {Type: CommaDelimitedList}}
Resources:
  Network:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: ./network.yaml}
  App:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: app/app.yaml
      Parameters: {Group: !GetAtt Network.Outputs.Group, Subnets: !Ref Subnets}
";
    const APP: &str = "\
Parameters: {Group: {Type: String}, Subnets: {Type: CommaDelimitedList}, Other: {Type: String}}
Resources:
  Function:
    Type: AWS::Lambda::Function
    Properties: {VpcConfig: {SubnetIds: !Ref Subnets, SecurityGroupIds: [!Ref Group, !Ref Other]}}
  Wrong: {Type: T, DependsOn: Nothing}
";

    #[test]
    fn a_nested_stack_is_analysed_with_what_its_parent_passes() {
        let mut options = Options::default();
        options.nested.insert(
            "./network.yaml".into(),
            "Resources: {A: {Type: T}}\nOutputs: {Group: {Value: sg-1}}".into(),
        );
        options.nested.insert("app/app.yaml".into(), APP.into());
        let analysis = analyze("main.yaml", PARENT, &options);
        let told: Vec<String> = analysis
            .findings
            .iter()
            .map(|finding| {
                let file = finding.labels[0].file.0 as usize;
                format!("{} {}", analysis.sources[file].path, finding.message.en)
            })
            .collect();
        assert_eq!(
            told,
            [
                "main.yaml parameter `Subnets` has no default, so its value is not known here",
                "app/app.yaml parameter `Other` has no default, so its value is not known here",
                "app/app.yaml no resource is named `Nothing`",
            ]
        );
        let reading = Reading::of(PARENT, options.size_limit);
        assert_eq!(reading.nested_template_paths(), ["./network.yaml", "app/app.yaml"]);
        assert_eq!(nested_template_paths(PARENT), reading.nested_template_paths());
        assert_eq!(reading.analyze("main.yaml", &options).findings, analysis.findings);
    }

    #[test]
    fn stacks_that_nest_each_other_end() {
        let text =
            "Resources:\n  S: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: other.yaml}}\n";
        let mut options = Options::default();
        options.nested.insert("other.yaml".into(), text.into());
        assert_eq!(analyze("main.yaml", text, &options).sources.len(), 2);
    }
}
