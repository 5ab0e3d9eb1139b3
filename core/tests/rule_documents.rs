//! The documents of the rules say what the rules do: their examples are analysed, and both languages agree.
//!
//! An example is a fenced block whose info string is a format and a role, such as `yaml bad`:
//! - `bad`: exactly one finding of the rule, at the mark, and no other error;
//! - `fixed`: what the fix makes of a `bad` block, byte for byte, in the order of those that have a fix;
//! - `good`: no finding of the rule and no error;
//! - `traffic`: no template, but the traffic of a month for the examples under it, as `--traffic` takes it;
//! - `assertions`: no template, but what the examples under it are held to, as vpcheck.yaml has it.
//!
//! A mark is a comment line whose carets stand under the finding in the line above, followed by the beginning of the
//! message in the document's language. It is taken out before the block is analysed:
//!
//! ```yaml
//! VpcId: !Ref Vcp
//! #           ^^^ no parameter or resource is named `Vcp`
//! ```

use vpcheck_core::cost::{Gigabytes, Load, Quantity, Traffic};
use vpcheck_core::finding::{Finding, Severity};
use vpcheck_core::language::Language;
use vpcheck_core::paths::Verdict;
use vpcheck_core::rules::{RuleInfo, all, document};
use vpcheck_core::syntax::{Entry, Limits, Node, parse};
use vpcheck_core::text::{LineIndex, apply};
use vpcheck_core::{Assertion, Options, analyze, check_assertions};

const LANGUAGES: [Language; 2] = [Language::English, Language::Japanese];

/// The headings in order, English and Japanese. `Fixed` is there where the rule has a fix.
const HEADINGS: [(&str, &str); 8] = [
    ("## What it checks", "## チェック内容"),
    ("## Why it matters", "## なぜ問題か"),
    ("## What to do", "## 対処方法"),
    ("## Examples", "## 例"),
    ("### Bad", "### 悪い例"),
    ("### Fixed", "### 修正後"),
    ("### Good", "### 良い例"),
    ("## Sources", "## 参考資料"),
];
const FIXED: &str = "### Fixed";

#[test]
fn every_document_has_the_same_sections() {
    for rule in all() {
        for language in LANGUAGES {
            let document = Document::of(rule, language);
            let headings: Vec<&str> = HEADINGS
                .iter()
                .filter(|(english, _)| *english != FIXED || rule.fix.is_some())
                .map(|(english, japanese)| match language {
                    Language::English => *english,
                    Language::Japanese => *japanese,
                })
                .collect();
            assert_eq!(document.headings, headings, "{}", document.name);
            let start = format!("# {}\n\n", rule.id.0);
            let summary = document.text.strip_prefix(&start).and_then(|rest| rest.lines().next());
            assert!(summary.is_some_and(|line| !line.is_empty()), "{}: no summary", document.name);
            let sources = document.text.rsplit("\n## ").next().unwrap_or("");
            let links = sources.lines().filter(|line| line.starts_with("- ")).collect::<Vec<_>>();
            assert!(!links.is_empty(), "{}: no source", document.name);
            for link in links {
                assert!(link.contains("](https://docs.aws.amazon.com/"), "{}: {link}", document.name);
            }
        }
    }
}

#[test]
fn both_languages_have_the_same_examples() {
    for rule in all() {
        let [english, japanese] = LANGUAGES.map(|language| Document::of(rule, language).blocks);
        let plain = |blocks: &[Block]| -> Vec<(String, String, Vec<Place>)> {
            let marks = |block: &Block| block.marks.iter().map(|mark| mark.place).collect();
            blocks.iter().map(|block| (block.info.clone(), block.text.clone(), marks(block))).collect()
        };
        assert_eq!(plain(&english), plain(&japanese), "{}", rule.id.0);
    }
}

#[test]
fn a_bad_example_is_found_where_it_is_marked() {
    for rule in all() {
        for language in LANGUAGES {
            let document = Document::of(rule, language);
            let bad: Vec<&Block> = document.blocks_of("bad").collect();
            assert!(!bad.is_empty(), "{}: no bad example", document.name);
            for block in bad {
                let found = block.findings();
                let [finding] = &*of_rule(rule, &found) else {
                    panic!("{}: not exactly one finding: {found:#?}\n{}", document.name, block.text);
                };
                let [mark] = &*block.marks else {
                    panic!("{}: not one mark:\n{}", document.name, block.text)
                };
                let place = place(&block.text, finding);
                let message = finding.message.get(language);
                assert!(
                    mark.place == place && message.starts_with(&mark.message) && !mark.message.is_empty(),
                    "{}: marked {mark:?}, found {place:?} {message}\n{}",
                    document.name,
                    block.text
                );
                let others: Vec<&Finding> = errors(&found).filter(|found| found.rule != rule.id).collect();
                assert!(others.is_empty(), "{}: {others:#?}\n{}", document.name, block.text);
            }
        }
    }
}

#[test]
fn a_fixed_example_is_what_the_fix_makes() {
    for rule in all() {
        let document = Document::of(rule, Language::English);
        let mut made = Vec::new();
        for block in document.blocks_of("bad") {
            let found = block.findings();
            for fix in of_rule(rule, &found).iter().filter_map(|finding| finding.fix.as_ref()) {
                assert_eq!(Some(fix.safety), rule.fix, "{}: the declared safety", document.name);
                made.push(apply(&block.text, &fix.edits).expect("a fix fits its text"));
            }
        }
        let fixed: Vec<&str> = document.blocks_of("fixed").map(|block| block.text.as_str()).collect();
        assert_eq!(fixed, made, "{}:\n{}", document.name, made.join("\n---\n"));
        assert_eq!(rule.fix.is_some(), !fixed.is_empty(), "{}: a fix needs an example", document.name);
        for block in document.blocks_of("fixed") {
            let found = block.findings();
            assert!(of_rule(rule, &found).is_empty() && errors(&found).next().is_none(), "{found:#?}");
        }
    }
}

#[test]
fn a_good_example_is_silent() {
    for rule in all() {
        let document = Document::of(rule, Language::English);
        assert!(document.blocks_of("good").next().is_some(), "{}: no good example", document.name);
        for block in document.blocks_of("good") {
            let found = block.findings();
            let loud = of_rule(rule, &found).into_iter().chain(errors(&found)).collect::<Vec<_>>();
            assert!(loud.is_empty(), "{}: {loud:#?}\n{}", document.name, block.text);
        }
    }
}

struct Document {
    /// For messages of this test.
    name: String,
    text: &'static str,
    headings: Vec<&'static str>,
    blocks: Vec<Block>,
}

/// An example without its marks.
struct Block {
    info: String,
    text: String,
    marks: Vec<Mark>,
    /// What is given with it.
    traffic: Option<Traffic>,
    assertions: Vec<Assertion>,
}

/// Line and column of the start, and how many characters are marked: to the end of the line at most.
type Place = (u32, u32, usize);

#[derive(Debug)]
struct Mark {
    place: Place,
    message: String,
}

impl Document {
    fn of(rule: &RuleInfo, language: Language) -> Self {
        let name = format!("{} ({})", rule.id.0, language.tag());
        let text = document(rule.id.0, language).unwrap_or_else(|| panic!("{name}: no document"));
        let (mut headings, mut blocks, mut traffic, mut assertions) =
            (Vec::new(), Vec::new(), None, Vec::new());
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            if let Some(info) = line.strip_prefix("```") {
                let mut block = Block::read(info, lines.by_ref().take_while(|line| *line != "```"));
                if info == "yaml traffic" {
                    traffic = Some(traffic_of(&block.text));
                }
                if info == "yaml assertions" {
                    assertions = assertions_of(&block.text);
                }
                block.traffic.clone_from(&traffic);
                block.assertions.clone_from(&assertions);
                blocks.push(block);
            } else if line.starts_with("##") {
                headings.push(line);
            }
        }
        Self { name, text, headings, blocks }
    }

    fn blocks_of<'a>(&'a self, role: &'a str) -> impl Iterator<Item = &'a Block> {
        self.blocks.iter().filter(move |block| block.info.split(' ').nth(1) == Some(role))
    }
}

impl Block {
    fn read<'l>(info: &str, lines: impl Iterator<Item = &'l str>) -> Self {
        let mut block = Self {
            info: info.to_owned(),
            text: String::new(),
            marks: Vec::new(),
            traffic: None,
            assertions: Vec::new(),
        };
        let mut above = 0;
        for line in lines {
            if let Some(mark) = Mark::read(line, above) {
                block.marks.push(mark);
            } else {
                above += 1;
                block.text.push_str(line);
                block.text.push('\n');
            }
        }
        block
    }

    /// What is found and not suppressed.
    fn findings(&self) -> Vec<Finding> {
        let format = self.info.split(' ').next().unwrap_or("");
        let options = Options { traffic: self.traffic.clone(), ..Options::default() };
        let path = format!("template.{format}");
        let mut analysis = analyze(&path, &self.text, &options);
        let about = check_assertions(&path, &self.text, &options, &self.assertions, &mut analysis);
        assert!(about.iter().all(|is_about| *is_about), "{:?}", self.assertions);
        assert!(analysis.unknown_traffic.is_empty(), "{:?}", analysis.unknown_traffic);
        analysis.findings.into_iter().filter(|finding| finding.suppressed.is_none()).collect()
    }
}

/// `gb: {FUNCTION: {DESTINATION: 120}}`: gigabytes by function and destination, all that examples need.
fn traffic_of(text: &str) -> Traffic {
    let parsed = parse(text, &Limits::default());
    let functions = parsed.root().get("gb").expect("traffic in gb").entries();
    let mut traffic = Traffic::default();
    for function in functions {
        for flow in function.value.entries() {
            let name = |entry: &Entry<'_>| entry.name().expect("a name").to_owned();
            let gb = flow.value.as_str().and_then(Quantity::parse).expect("a number");
            let load = Load { both: Gigabytes(gb), out: None };
            traffic.flows.insert((name(&function), name(&flow)), load);
        }
    }
    traffic
}

/// A list of `{from, to, expect}`.
fn assertions_of(text: &str) -> Vec<Assertion> {
    let parsed = parse(text, &Limits::default());
    let member = |node: Node<'_>, key: &str| node.get(key).and_then(|node| node.as_str().map(str::to_owned));
    let assertion = |node: Node<'_>| Assertion {
        from: member(node, "from"),
        to: member(node, "to").expect("a destination"),
        expect: match member(node, "expect").as_deref() {
            Some("reachable") => Verdict::Reachable,
            Some("blocked") => Verdict::Blocked,
            other => panic!("no such verdict: {other:?}"),
        },
        reason: member(node, "reason"),
    };
    parsed.root().items().into_iter().map(assertion).collect()
}

impl Mark {
    fn read(line: &str, above: u32) -> Option<Self> {
        let rest = line.trim_start().strip_prefix('#')?.trim_start();
        let carets = rest.chars().take_while(|character| *character == '^').count();
        let column = u32::try_from(line.chars().count() - rest.chars().count() + 1).ok()?;
        let message = rest.trim_start_matches('^').trim().to_owned();
        (carets > 0).then_some(Self { place: (above, column, carets), message })
    }
}

fn of_rule<'f>(rule: &RuleInfo, findings: &'f [Finding]) -> Vec<&'f Finding> {
    findings.iter().filter(|finding| finding.rule == rule.id).collect()
}

fn errors(findings: &[Finding]) -> impl Iterator<Item = &Finding> {
    findings.iter().filter(|finding| finding.severity == Severity::Error)
}

fn place(text: &str, finding: &Finding) -> Place {
    let span = finding.primary().and_then(|label| label.span).expect("an example's finding has a place");
    let start = LineIndex::new(text).position(text, span.start);
    let length = span.slice(text).lines().next().unwrap_or("").chars().count();
    (start.line, start.column, length)
}
