//! JSON, version 1.

use serde::Serialize;

use super::shapes::{Edit, Need, Places, band, money};
use crate::analysis::Analysis;
use crate::checklist::Evidence;
use crate::finding::{FileId, Finding, Fix, Label};
use crate::language::{Language, Phrase};

/// The result of a check as JSON: `files` pairs the path to show with what was found there.
///
/// `site` is the address under which the rules' documents are published, if they are.
pub fn check(files: &[(String, &Analysis)], language: Language, site: Option<&str>) -> String {
    let writers: Vec<(&str, Writer<'_>)> =
        files.iter().map(|(path, analysis)| (path.as_str(), Writer::new(analysis, language, site))).collect();
    let files = writers.iter().map(|(path, writer)| writer.file(path)).collect();
    let check = v1::Check { version: 1, files };
    // Plain structs of strings and numbers serialize without fail; the fallback keeps the output valid all the same.
    serde_json::to_string_pretty(&check).unwrap_or_else(|_| String::from(r#"{"version":1,"files":[]}"#))
}

/// Where the document of a rule is published.
pub fn rule_url(site: &str, rule: &str) -> String {
    format!("{}/rules/{rule}.md", site.trim_end_matches('/'))
}

/// Writes what is known of one file; finds positions for spans.
pub(super) struct Writer<'a> {
    analysis: &'a Analysis,
    places: Places<'a>,
    language: Language,
    site: Option<&'a str>,
}

impl<'a> Writer<'a> {
    pub(super) fn new(analysis: &'a Analysis, language: Language, site: Option<&'a str>) -> Self {
        Self { analysis, places: Places::new(&analysis.sources), language, site }
    }

    fn file<'b>(&'b self, path: &'b str) -> v1::File<'b> {
        let summary = self.analysis.summary();
        v1::File {
            path,
            findings: self.analysis.findings.iter().map(|finding| self.finding(finding)).collect(),
            checklist: self.checklist(),
            needs: self.analysis.needs.iter().map(|need| Need::new(need, self.language)).collect(),
            assumptions: self.words(&self.analysis.assumptions),
            summary: v1::Summary {
                errors: summary.errors,
                warnings: summary.warnings,
                infos: summary.infos,
                suppressed: summary.suppressed,
            },
            actions: self.words(&self.analysis.actions),
        }
    }

    fn words<'b>(&self, phrases: &'b [Phrase]) -> Vec<&'b str> {
        phrases.iter().map(|phrase| phrase.get(self.language)).collect()
    }

    /// A finding in the shape that a check has it in.
    pub(super) fn shown<'b>(&'b self, finding: &'b Finding) -> impl Serialize + use<'a, 'b> {
        self.finding(finding)
    }

    fn finding<'b>(&'b self, finding: &'b Finding) -> v1::Finding<'b> {
        v1::Finding {
            rule: finding.rule.0,
            severity: finding.severity.name(),
            message: finding.message.get(self.language),
            help: finding.help.get(self.language),
            url: self.site.map(|site| rule_url(site, finding.rule.0)),
            resource: finding.resource.as_deref(),
            function: finding.function.as_deref(),
            labels: finding.labels.iter().map(|label| self.label(label)).collect(),
            usd_per_month: finding.usd_per_month.map(|usd| band(&usd.map(money))),
            fingerprint: &finding.fingerprint,
            suppressed: finding.suppressed.as_deref(),
            fix: finding
                .fix
                .as_ref()
                .map(|fix| self.fix(fix, finding.primary().map_or(FileId(0), |at| at.file))),
        }
    }

    /// An entry a function and question.
    fn checklist(&self) -> Vec<v1::Item<'_>> {
        let functions = self.analysis.checklist.iter();
        functions
            .flat_map(|function| {
                function.items.iter().map(|item| v1::Item {
                    function: &function.function,
                    question: item.question.name(),
                    status: item.status.name(),
                    evidence: item.evidence.iter().map(|evidence| self.evidence(evidence)).collect(),
                })
            })
            .collect()
    }

    fn evidence<'b>(&'b self, evidence: &'b Evidence) -> v1::Evidence<'b> {
        v1::Evidence {
            text: evidence.text.get(self.language),
            rule: evidence.finding.as_ref().map(|finding| finding.rule.0),
            settle_with: (!evidence.settle_with.is_empty()).then_some(&evidence.settle_with),
            span: evidence.span.and_then(|span| self.places.span(evidence.file, span)),
        }
    }

    fn label<'b>(&'b self, label: &'b Label) -> v1::Label<'b> {
        v1::Label {
            primary: label.primary,
            text: label.text.get(self.language),
            span: label.span.and_then(|span| self.places.span(label.file, span)),
        }
    }

    /// Edits change the file that the finding is in.
    fn fix<'b>(&'b self, fix: &'b Fix, file: FileId) -> v1::Fix<'b> {
        let edits = fix.edits.iter();
        v1::Fix {
            safety: fix.safety.name(),
            title: fix.title.get(self.language),
            edits: edits.map(|edit| Edit::new(&self.places, file, edit)).collect(),
        }
    }
}

/// The schema of what is written here.
#[cfg(feature = "schema")]
pub(super) fn schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
    generator.root_schema_for::<v1::Check<'_>>()
}

/// The frozen shapes. Fields may be added, never renamed, reordered or dropped.
pub(super) mod v1 {
    use super::Serialize;
    use crate::render::shapes::{Band, Edit, Need, Span};

    #[derive(Serialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    pub(super) struct Check<'a> {
        pub(super) version: u32,
        pub(super) files: Vec<File<'a>>,
    }

    #[derive(Serialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    pub(super) struct File<'a> {
        pub(super) path: &'a str,
        pub(super) findings: Vec<Finding<'a>>,
        pub(super) checklist: Vec<Item<'a>>,
        pub(super) needs: Vec<Need>,
        pub(super) assumptions: Vec<&'a str>,
        pub(super) summary: Summary,
        /// What has to be done outside of the template, such as on name servers on premises. Left out where there is nothing.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        pub(super) actions: Vec<&'a str>,
    }

    #[derive(Serialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    pub(in crate::render) struct Finding<'a> {
        pub(super) rule: &'a str,
        pub(super) severity: &'a str,
        pub(super) message: &'a str,
        pub(super) help: &'a str,
        pub(super) url: Option<String>,
        pub(super) resource: Option<&'a str>,
        pub(super) function: Option<&'a str>,
        pub(super) labels: Vec<Label<'a>>,
        /// What a month of it costs as the template is: the charges that go away where it is mended, whatever comes in
        /// their place. All three are equal where no traffic is in it or traffic is given.
        pub(super) usd_per_month: Option<Band<f64>>,
        pub(super) fingerprint: &'a str,
        pub(super) suppressed: Option<&'a str>,
        pub(super) fix: Option<Fix<'a>>,
    }

    #[derive(Serialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    pub(super) struct Item<'a> {
        pub(super) function: &'a str,
        pub(super) question: &'a str,
        pub(super) status: &'a str,
        pub(super) evidence: Vec<Evidence<'a>>,
    }

    #[derive(Serialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    pub(super) struct Evidence<'a> {
        pub(super) text: &'a str,
        pub(super) rule: Option<&'a str>,
        pub(super) settle_with: Option<&'a str>,
        pub(super) span: Option<Span<'a>>,
    }

    #[derive(Serialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    pub(super) struct Label<'a> {
        pub(super) primary: bool,
        pub(super) text: &'a str,
        pub(super) span: Option<Span<'a>>,
    }

    #[derive(Serialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    pub(super) struct Fix<'a> {
        pub(super) safety: &'a str,
        pub(super) title: &'a str,
        pub(super) edits: Vec<Edit<'a>>,
    }

    #[derive(Serialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    pub(super) struct Summary {
        pub(super) errors: usize,
        pub(super) warnings: usize,
        pub(super) infos: usize,
        pub(super) suppressed: usize,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::{Need, Source};
    use crate::checklist::{FunctionChecklist, Item, Question, Status, Told};
    use crate::cost::{Band, Usd};
    use crate::finding::{RuleId, Safety, Severity};
    use crate::phrase;
    use crate::text::{Edit, Span};

    fn span_of(text: &str, part: &str) -> Span {
        let start = u32::try_from(text.find(part).unwrap()).unwrap();
        Span::new(start, start + u32::try_from(part.len()).unwrap())
    }

    fn analysis() -> Analysis {
        let main = "Resources:\n  説明: !Ref Vcp\n";
        let nested = "Parameters: {}\r\nResources: {}\r\n";
        let at = span_of(main, "Vcp");
        Analysis {
            is_template: true,
            findings: vec![Finding {
                rule: RuleId("unknown-reference"),
                severity: Severity::Error,
                message: phrase!(en: "`Vcp` names nothing", ja: "`Vcp` は存在しません"),
                help: phrase!(en: "Name a resource", ja: "リソースを指定してください"),
                labels: vec![
                    Label { file: FileId(0), span: Some(at), text: Phrase::verbatim(""), primary: true },
                    Label {
                        file: FileId(1),
                        span: Some(span_of(nested, "Resources")),
                        text: Phrase::verbatim("here"),
                        primary: false,
                    },
                    Label { file: FileId(0), span: None, text: Phrase::verbatim("absent"), primary: false },
                ],
                resource: Some("説明".to_owned()),
                function: None,
                callers: Vec::new(),
                usd_per_month: Some(Band {
                    low: Usd::ZERO,
                    typical: Usd::parse("4.5").unwrap(),
                    high: Usd::parse("225.005").unwrap(),
                }),
                fix: Some(Fix {
                    safety: Safety::Safe,
                    title: phrase!(en: "Rename to `Vpc`", ja: "`Vpc` に変更"),
                    edits: vec![Edit::replace(at, "Vpc")],
                }),
                promises: Vec::new(),
                path: Vec::new(),
                suppressed: None,
                fingerprint: "f1".to_owned(),
            }],
            checklist: vec![FunctionChecklist {
                function: "Fn".to_owned(),
                at: (FileId(0), Some(at)),
                in_vpc: true,
                items: vec![
                    Item {
                        question: Question::TwoZones,
                        status: Status::Fail,
                        evidence: vec![Evidence {
                            text: phrase!(en: "one zone", ja: "1 つの AZ"),
                            file: FileId(0),
                            span: Some(at),
                            settle_with: String::new(),
                            missing: None,
                            finding: Some(Told {
                                rule: RuleId("single-zone-function"),
                                fingerprint: "f2".to_owned(),
                                suppressed: None,
                            }),
                        }],
                    },
                    Item {
                        question: Question::FreeAddresses,
                        status: Status::Unknown,
                        evidence: vec![Evidence {
                            text: phrase!(en: "no range", ja: "範囲が不明"),
                            file: FileId(0),
                            span: None,
                            settle_with: "--context subnets.json".to_owned(),
                            missing: None,
                            finding: None,
                        }],
                    },
                ],
                besides: Vec::new(),
            }],
            needs: vec![Need {
                parameter: Some("SubnetIds".to_owned()),
                value: None,
                reason: phrase!(en: "no default", ja: "デフォルト値なし"),
                settle_with: "--param SubnetIds=...".to_owned(),
            }],
            assumptions: vec![phrase!(en: "two zones", ja: "2 ゾーン")],
            actions: vec![phrase!(en: "forward it", ja: "転送する")],
            sources: vec![
                Source { path: "main.yaml".to_owned(), text: main.to_owned() },
                Source { path: "nested.yaml".to_owned(), text: nested.to_owned() },
            ],
            ..Analysis::default()
        }
    }

    /// The whole text, so that a changed order or name of a field shows.
    #[test]
    fn the_shape_is_that_of_version_1() {
        let analysis = analysis();
        let written = check(&[("app/main.yaml".to_owned(), &analysis)], Language::English, None);
        let squeezed: String = written.lines().map(str::trim_start).collect();
        let expected = concat!(
            r#"{"version": 1,"files": [{"path": "app/main.yaml","findings": [{"rule": "unknown-reference","#,
            r#""severity": "error","message": "`Vcp` names nothing","help": "Name a resource","url": null,"#,
            r#""resource": "説明","function": null,"labels": [{"primary": true,"text": "","#,
            r#""span": {"start": {"line": 2,"column": 12},"end": {"line": 2,"column": 15}}},"#,
            r#"{"primary": false,"text": "here","span": {"path": "nested.yaml","#,
            r#""start": {"line": 2,"column": 1},"end": {"line": 2,"column": 10}}},"#,
            r#"{"primary": false,"text": "absent","span": null}],"usd_per_month": {"low": 0.0,"typical": 4.5,"high": 225.01},"#,
            r#""fingerprint": "f1","suppressed": null,"fix": {"safety": "safe","title": "Rename to `Vpc`","#,
            r#""edits": [{"span": {"start": {"line": 2,"column": 12},"end": {"line": 2,"column": 15}},"#,
            r#""replacement": "Vpc"}]}}],"checklist": [{"function": "Fn","#,
            r#""question": "two-zones","status": "fail","evidence": [{"text": "one zone","#,
            r#""rule": "single-zone-function","settle_with": null,"#,
            r#""span": {"start": {"line": 2,"column": 12},"end": {"line": 2,"column": 15}}}]},"#,
            r#"{"function": "Fn","question": "free-addresses","status": "unknown","evidence": [{"#,
            r#""text": "no range","rule": null,"settle_with": "--context subnets.json","span": null}]}],"#,
            r#""needs": [{"parameter": "SubnetIds","#,
            r#""reason": "no default","settle_with": "--param SubnetIds=..."}],"assumptions": ["two zones"],"#,
            r#""summary": {"errors": 1,"warnings": 0,"infos": 0,"suppressed": 0},"actions": ["forward it"]}]}"#,
        );
        assert_eq!(squeezed, expected);
        let idle = Analysis::default();
        let idle = check(&[("main.yaml".to_owned(), &idle)], Language::English, None);
        assert!(!idle.contains("actions"), "{idle}");
    }

    #[test]
    fn sentences_come_in_the_language_asked_for_and_a_site_gives_addresses() {
        let analysis = analysis();
        let files = [("main.yaml".to_owned(), &analysis)];
        let written = check(&files, Language::Japanese, Some("https://example.com/vpcheck/"));
        assert!(written.contains("`Vcp` は存在しません"));
        assert!(written.contains("\"2 ゾーン\""));
        assert!(written.contains("\"url\": \"https://example.com/vpcheck/rules/unknown-reference.md\""));
    }

    #[test]
    fn a_place_in_an_unknown_text_is_no_place() {
        let mut analysis = analysis();
        analysis.sources.truncate(1);
        let written = check(&[("main.yaml".to_owned(), &analysis)], Language::English, None);
        assert!(!written.contains("nested.yaml"));
    }
}
