//! Findings in SARIF 2.1.0, the Static Analysis Results Interchange Format of OASIS, as code scanning reads it.
//!
//! A finding is a result: its labels are locations, the way it stops is a code flow, its fix a fix, and the document of
//! its rule the rule's help. Lines and columns count as everywhere in vpcheck, which `columnKind` says.

use serde_json::{Map, Value, json};

use super::json::rule_url;
use crate::analysis::{Analysis, Source};
use crate::finding::{FileId, Finding, Label, RuleId, Severity};
use crate::language::Language;
use crate::paths::{Action, Hop};
use crate::rules;
use crate::text::{LineIndex, Span};

/// The schema that the result keeps.
const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// The result of a check in SARIF: `files` pairs the path to show with what was found there.
///
/// `site` is the address under which the rules' documents are published, if they are.
pub fn sarif(files: &[(String, &Analysis)], language: Language, site: Option<&str>) -> String {
    let mut run = Run { language, site, rules: Vec::new() };
    let results: Vec<Value> = files
        .iter()
        .flat_map(|(path, analysis)| {
            let texts = Texts::new(path, analysis);
            analysis.findings.iter().map(|finding| run.result(finding, &texts)).collect::<Vec<Value>>()
        })
        .collect();
    let rules: Vec<Value> = run.rules.iter().map(|rule| run.rule(*rule)).collect();
    let mut driver = object(json!({
        "name": "vpcheck",
        "version": env!("CARGO_PKG_VERSION"),
        "semanticVersion": env!("CARGO_PKG_VERSION"),
        "rules": rules,
    }));
    if let Some(site) = site {
        driver.insert("informationUri".to_owned(), json!(site));
    }
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": driver},
            "language": match language {
                Language::English => "en-US",
                Language::Japanese => "ja",
            },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    // A tree of texts and numbers serializes without fail; the fallback is a valid log all the same.
    serde_json::to_string_pretty(&log).unwrap_or_else(|_| r#"{"version":"2.1.0","runs":[]}"#.to_owned())
}

/// One run of vpcheck: the rules that have spoken so far, in the order in which they did.
struct Run<'a> {
    language: Language,
    site: Option<&'a str>,
    rules: Vec<RuleId>,
}

impl Run<'_> {
    fn result(&mut self, finding: &Finding, texts: &Texts<'_>) -> Value {
        let index = self.rules.iter().position(|rule| *rule == finding.rule).unwrap_or_else(|| {
            self.rules.push(finding.rule);
            self.rules.len() - 1
        });
        let own = finding.primary().map_or(FileId(0), |label| label.file);
        let mut result = object(json!({
            "ruleId": finding.rule.0,
            "ruleIndex": index,
            "level": level(finding.severity),
            "message": {"text": self.message(finding)},
            "locations": [self.primary(finding, texts)],
            "partialFingerprints": {"vpcheck/v1": finding.fingerprint},
        }));
        let related: Vec<Value> = others(finding)
            .filter_map(|label| Some((label, texts.place(label.file, label.span?)?)))
            .zip(1..)
            .map(|((label, place), id)| {
                let text = label.text.get(self.language);
                json!({"id": id, "physicalLocation": place, "message": {"text": text}})
            })
            .collect();
        let steps: Vec<Value> = finding.path.iter().map(|hop| self.step(hop, own, texts)).collect();
        let mut add = |key: &str, value: Value| result.insert(key.to_owned(), value);
        if !related.is_empty() {
            add("relatedLocations", Value::Array(related));
        }
        if !steps.is_empty() {
            add("codeFlows", json!([{"threadFlows": [{"locations": steps}]}]));
        }
        if let Some(fix) = &finding.fix {
            let replacements: Option<Vec<Value>> = fix
                .edits
                .iter()
                .map(|edit| {
                    let region = texts.region(own, edit.span)?;
                    Some(json!({"deletedRegion": region, "insertedContent": {"text": edit.replacement}}))
                })
                .collect();
            if let (Some(replacements), Some(artifact)) = (replacements, texts.artifact(own)) {
                let title = fix.title.get(self.language);
                add(
                    "fixes",
                    json!([{
                        "description": {"text": format!("{title} ({})", fix.safety.name())},
                        "artifactChanges": [{"artifactLocation": artifact, "replacements": replacements}],
                    }]),
                );
            }
        }
        // Comments and metadata of the template, or vpcheck.yaml: all of them are kept with the source.
        if let Some(reason) = &finding.suppressed {
            add("suppressions", json!([{"kind": "inSource", "status": "accepted", "justification": reason}]));
        }
        Value::Object(result)
    }

    /// What is wrong, what is to be seen at its place, and what to do.
    fn message(&self, finding: &Finding) -> String {
        let mut lines = vec![finding.message.get(self.language)];
        lines.extend(
            finding
                .labels
                .iter()
                .filter(|label| label.span.is_none())
                .map(|label| label.text.get(self.language)),
        );
        lines.push(finding.help.get(self.language));
        lines.retain(|line| !line.is_empty());
        lines.join("\n")
    }

    /// The place of the finding; the whole file where an absence decided.
    fn primary(&self, finding: &Finding, texts: &Texts<'_>) -> Value {
        let label = finding.primary();
        let file = label.map_or(FileId(0), |label| label.file);
        let place = label.and_then(|label| texts.place(file, label.span?));
        let place = place.or_else(|| Some(json!({"artifactLocation": texts.artifact(file)?})));
        let mut location = Map::new();
        if let Some(place) = place {
            location.insert("physicalLocation".to_owned(), place);
        }
        if let Some(id) = &finding.resource {
            location.insert("logicalLocations".to_owned(), json!([{"name": id, "kind": "resource"}]));
        }
        let text = label.map_or("", |label| label.text.get(self.language));
        if !text.is_empty() {
            location.insert("message".to_owned(), json!({"text": text}));
        }
        Value::Object(location)
    }

    fn step(&self, hop: &Hop, own: FileId, texts: &Texts<'_>) -> Value {
        let kind = hop.component.words();
        let mut text = format!("{} {}", kind.get(self.language), hop.id).trim().to_owned();
        let detail = hop.detail.get(self.language);
        if !detail.is_empty() {
            text = format!("{text}: {detail}");
        }
        let mut location = object(json!({"message": {"text": text}}));
        let place = hop.at.and_then(|place| texts.place(place.file, place.span));
        // Viewers that know physical locations only skip a step without one: the file it is about stands in.
        if let Some(place) = place.or_else(|| Some(json!({"artifactLocation": texts.artifact(own)?}))) {
            location.insert("physicalLocation".to_owned(), place);
        }
        let importance = if hop.action == Action::Deny { "essential" } else { "important" };
        json!({
            "kinds": [hop.direction.name(), hop.action.name()],
            "location": location,
            "importance": importance,
        })
    }

    fn rule(&self, id: RuleId) -> Value {
        let mut rule = object(json!({"id": id.0, "name": pascal_case(id.0)}));
        let Some(info) = rules::find(id.0) else { return Value::Object(rule) };
        let summary = (info.summary)();
        let summary = summary.get(self.language);
        let mut add = |key: &str, value: Value| rule.insert(key.to_owned(), value);
        add("shortDescription", json!({"text": summary}));
        add("defaultConfiguration", json!({"level": level(info.severity)}));
        add("properties", json!({"tags": [info.area.title().get(Language::English)]}));
        if let Some(site) = self.site {
            add("helpUri", json!(rule_url(site, id.0)));
        }
        // The page has no documents at hand; there the address tells.
        #[cfg(feature = "documents")]
        if let Some(document) = rules::document(id.0, self.language) {
            add("help", json!({"text": document, "markdown": document}));
        }
        Value::Object(rule)
    }
}

/// The texts of a result, by the addresses that SARIF gives them.
struct Texts<'a> {
    sources: &'a [Source],
    lines: Vec<LineIndex>,
    /// That of the first source is the one to show.
    uris: Vec<String>,
}

impl<'a> Texts<'a> {
    fn new(path: &str, analysis: &'a Analysis) -> Self {
        let sources = &analysis.sources;
        let paths = std::iter::once(path).chain(sources.iter().skip(1).map(|source| source.path.as_str()));
        Self {
            sources,
            lines: sources.iter().map(|source| LineIndex::new(&source.text)).collect(),
            uris: paths.map(uri).collect(),
        }
    }

    fn artifact(&self, file: FileId) -> Option<Value> {
        Some(json!({"uri": self.uris.get(usize::from(file.0))?}))
    }

    fn place(&self, file: FileId, span: Span) -> Option<Value> {
        Some(json!({"artifactLocation": self.artifact(file)?, "region": self.region(file, span)?}))
    }

    fn region(&self, file: FileId, span: Span) -> Option<Value> {
        let index = usize::from(file.0);
        let (lines, Source { text, .. }) = (self.lines.get(index)?, self.sources.get(index)?);
        let (start, end) = (lines.position(text, span.start), lines.position(text, span.end));
        Some(json!({
            "startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column,
        }))
    }
}

/// The labels beside the primary one that have something to say.
fn others(finding: &Finding) -> impl Iterator<Item = &Label> {
    let primary = finding.primary();
    finding.labels.iter().filter(move |label| primary.is_none_or(|own| !std::ptr::eq(own, *label)))
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

/// `MissingEndpoint` for `missing-endpoint`.
fn pascal_case(id: &str) -> String {
    id.split('-')
        .flat_map(|word| {
            let mut letters = word.chars();
            letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters)
        })
        .collect()
}

/// A path as a URI reference (RFC 3986): relative paths stay relative, absolute ones are of the scheme `file`.
fn uri(path: &str) -> String {
    let path = path.replace('\\', "/");
    let is_of_drive =
        path.as_bytes().get(1) == Some(&b':') && path.starts_with(|first: char| first.is_ascii_alphabetic());
    let mut out = String::new();
    if is_of_drive {
        out.push_str("file:///");
    } else if path.starts_with('/') {
        out.push_str("file://");
    }
    let path = path.strip_prefix("./").unwrap_or(&path);
    for (at, byte) in path.bytes().enumerate() {
        let is_plain = byte.is_ascii_alphanumeric()
            || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'/')
            || (is_of_drive && at == 1);
        if is_plain {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Options, analyze};

    /// A function whose group lets nothing out but DNS, beside a database.
    const CLOSED: &str = "Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  A: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.1.0/24}}
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: g
      VpcId: !Ref Vpc
      SecurityGroupEgress: [{IpProtocol: udp, FromPort: 53, ToPort: 53, CidrIp: 10.0.0.2/32}]
  Fn:
    Type: AWS::Lambda::Function
    Metadata: {vpcheck: {reaches: ['10.0.1.9:5432']}}
    Properties: {VpcConfig: {SubnetIds: [!Ref A], SecurityGroupIds: [!Ref Group]}}
";

    fn log(path: &str, text: &str, language: Language) -> Value {
        let analysis = analyze(path, text, &Options::default());
        serde_json::from_str(&sarif(&[(path.to_owned(), &analysis)], language, None)).unwrap()
    }

    #[test]
    fn a_path_is_a_code_flow_that_says_where_it_is_stopped() {
        let log = log("app/template.yaml", CLOSED, Language::English);
        let results = log["runs"][0]["results"].as_array().unwrap();
        let result = results.iter().find(|one| one["ruleId"] == "unreachable-destination").unwrap();
        assert_eq!(result["level"], "error");
        let at = &result["locations"][0]["physicalLocation"];
        assert_eq!(at["artifactLocation"]["uri"], "app/template.yaml");
        assert!(at["region"]["startLine"].as_u64().unwrap() >= 4, "{at}");
        let steps = result["codeFlows"][0]["threadFlows"][0]["locations"].as_array().unwrap();
        let words = |step: &Value| step["location"]["message"]["text"].as_str().unwrap().to_owned();
        assert!(words(&steps[0]).starts_with("workload Fn"), "{steps:?}");
        let denied: Vec<&Value> = steps.iter().filter(|step| step["importance"] == "essential").collect();
        let [stop] = &denied[..] else { panic!("{steps:?}") };
        assert!(words(stop).starts_with("security group Group: no outbound rule"), "{stop}");
        assert_eq!(stop["kinds"], json!(["out", "deny"]));
        assert!(
            steps.iter().all(|step| step["location"]["physicalLocation"]["artifactLocation"].is_object())
        );
    }

    #[test]
    fn a_rule_stands_once_and_its_results_point_at_it() {
        let text = "Resources:\n  A: {Type: AWS::SNS::Topic, Properties: {TopicName: !Ref Nam}}\n  B: {Type: AWS::SNS::Topic, Properties: {TopicName: !Ref Nmae}}\n";
        let log = log("a b.yaml", text, Language::Japanese);
        let run = &log["runs"][0];
        assert_eq!(run["language"], "ja");
        let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
        assert_eq!(rules.iter().map(|rule| &rule["id"]).collect::<Vec<_>>(), ["unknown-reference"]);
        assert_eq!(rules[0]["name"], "UnknownReference");
        let results = run["results"].as_array().unwrap();
        assert_eq!(results.len(), 2);
        assert!(results.iter().all(|one| one["ruleIndex"] == 0));
        assert_ne!(results[0]["partialFingerprints"], results[1]["partialFingerprints"]);
        assert_eq!(results[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "a%20b.yaml");
    }

    #[test]
    fn a_suppressed_finding_is_a_suppressed_result() {
        let text = "Resources:\n  # vpcheck: allow(unknown-reference) made by a macro\n  A: {Type: AWS::SNS::Topic, Properties: {TopicName: !Ref Nam}}\n";
        let log = log("t.yaml", text, Language::English);
        let suppressions = &log["runs"][0]["results"][0]["suppressions"];
        assert_eq!(suppressions[0]["justification"], "made by a macro");
    }

    #[test]
    fn paths_are_uris() {
        for (path, expected) in [
            ("./app/t.yaml", "app/t.yaml"),
            ("app\\t.yaml", "app/t.yaml"),
            ("/srv/t.yaml", "file:///srv/t.yaml"),
            ("C:\\a\\t.yaml", "file:///C:/a/t.yaml"),
            ("50%/テ.yaml", "50%25/%E3%83%86.yaml"),
            ("../x:y.yaml", "../x%3Ay.yaml"),
        ] {
            assert_eq!(uri(path), expected);
        }
    }
}
