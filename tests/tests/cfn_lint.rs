//! Our findings on references, rings, intrinsic functions, duplicate keys and syntax, line by line beside
//! cfn-lint's. Every difference is explained here, or the test fails.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use vpcheck_core::finding::{Finding, Severity};
use vpcheck_core::text::LineIndex;
use vpcheck_core::{Options, analyze};
use vpcheck_tests::corpus;

/// What cfn-lint says of its own bad fixtures; columns as in `oracle/cfn_lint.py`, which made the other list.
const FIXTURES: &str = "bad-cfn-lint/cfn-lint-1.58.tsv";
/// What cfn-lint says of real templates. Made by `oracle/cfn_lint.py`.
const REAL: &str = include_str!("../oracle/cfn-lint.tsv");

/// Folders of the corpus that cfn-lint was run over.
const COMPARED: [&str; 9] = [
    "bad-cfn-lint",
    "broken",
    "duplicate-keys",
    "network",
    "parse",
    "provisioned",
    "rds-proxy",
    "vpc-lambda",
    "sam-pairs/output",
];

/// Our rules that are compared.
const OURS: [&str; 5] =
    ["circular-dependency", "duplicate-key", "invalid-intrinsic", "invalid-syntax", "unknown-reference"];

/// Who sees something that the other does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Only {
    Ours,
    Theirs,
}

/// Differences: the end of the path, the line (0: any), who alone sees it, and why.
const EXPLAINED: [(&str, u32, Only, &str); 28] = [
    // cfn-lint's own bad fixtures.
    (
        "bad-cfn-lint/conditions.yaml",
        45,
        Only::Ours,
        "it tells the two functions of one map once, at the map",
    ),
    (
        "bad-cfn-lint/conditions.yaml",
        65,
        Only::Ours,
        "it looks no further into an Fn::If whose condition is unknown",
    ),
    (
        "bad-cfn-lint/conditions.yaml",
        84,
        Only::Ours,
        "`Condition: False` names no condition; it knows texts only",
    ),
    (
        "bad-cfn-lint/conditions__and.yaml",
        5,
        Only::Ours,
        "it looks for rings of resources, not of conditions",
    ),
    (
        "functions_select.yaml",
        21,
        Only::Theirs,
        "we told the same call one line above: three arguments for two",
    ),
    (
        "transform__auto_publish_alias.yaml",
        23,
        Only::Ours,
        "it checks the expansion, which has dropped the map",
    ),
    // Duplicate keys.
    ("scripts/vpc-endpoints.yaml", 0, Only::Ours, "it stops at the first section with a duplicate key"),
    (
        "vpc-lattice-lambda/template.yaml",
        0,
        Only::Ours,
        "it stops at the first maps with duplicate keys, inner ones first",
    ),
    // Syntax.
    (
        "scenario-include-various/lambda.yml",
        1,
        Only::Theirs,
        "a merge key with another tool's tag; the text itself is right",
    ),
    (
        "dynamicparameter_ssm_string.yaml",
        5,
        Only::Theirs,
        "a map as a key: the text is right, if no template for CloudFormation",
    ),
    // Other tools read these first, and bring names and values of their own.
    ("GitLabAndVSCode/GitLabAndVSCode.yaml", 0, Only::Theirs, "modules of rain"),
    ("cft/pkg/tmpl/constant2-template.yaml", 0, Only::Theirs, "constants of rain"),
    ("cft/pkg/tmpl/test-template.yaml", 0, Only::Theirs, "modules of rain"),
    ("test/templates/forecast/database.yaml", 0, Only::Theirs, "modules of rain"),
    ("examples/templates/budget-alarms.yml", 0, Only::Theirs, "accounts of org-formation"),
    ("examples/templates/cross-account-role-with-alarm.yml", 0, Only::Theirs, "accounts of org-formation"),
    ("scenario-functions-in-cfn/bucket-with-policy1.yml", 17, Only::Theirs, "`!JsonString` of org-formation"),
    (
        "organization-binding/organization-binding-through-param.yml",
        0,
        Only::Theirs,
        "accounts of org-formation",
    ),
    // Real templates.
    (
        "smoke/templates/sar/getatt-custom-resource.yaml",
        21,
        Only::Ours,
        "the name is nowhere; it is quiet on what SAM expands here",
    ),
    (
        "cft/pkg/tmpl/test-expect.yaml",
        19,
        Only::Ours,
        "DeletionPolicy calls functions under AWS::LanguageExtensions only",
    ),
    (
        "cft/pkg/tmpl/test-expect.yaml",
        50,
        Only::Ours,
        "UpdateReplacePolicy calls functions under AWS::LanguageExtensions only",
    ),
    (
        "cft/pkg/tmpl/test-expect.yaml",
        73,
        Only::Ours,
        "the name is nowhere; it skips properties that the type does not have",
    ),
    ("patterns/unified/template.yaml", 6001, Only::Theirs, "the type of a value, which is not compared"),
    (
        "cloudformation/ebs-volume.yaml",
        5,
        Only::Ours,
        "a template without Conditions that names one; it is quiet then",
    ),
    ("cloudformation/intrinsics.yaml", 5, Only::Theirs, "the type of a value, which is not compared"),
    ("cloudformation/intrinsics.yaml", 10, Only::Theirs, "the type of a value, which is not compared"),
    // SAM's test data, which nobody deploys.
    (
        "output/connector_esm_dependson.json",
        295,
        Only::Theirs,
        "we show a name at four of its places, this is the fifth",
    ),
    (
        "output/connector_hardcoded_props.json",
        0,
        Only::Ours,
        "names of nothing beneath a condition of no such name",
    ),
];

#[test]
fn every_difference_to_cfn_lint_is_explained() {
    let Some(root) = corpus::beside_workspace() else {
        println!("skipped: no shared corpus beside the workspace");
        return;
    };
    let theirs = theirs(&root);
    let mut table: BTreeMap<&'static str, [usize; 3]> = OURS.iter().map(|rule| (*rule, [0; 3])).collect();
    let mut differences = Vec::new();
    for file in corpus::files(&root).expect("the corpus can be read") {
        if !COMPARED.iter().any(|folder| file.path.starts_with(&format!("{folder}/"))) {
            continue;
        }
        let claims = theirs.get(&file.path).map_or(&[][..], Vec::as_slice);
        let ours = ours(&file.path, &file.text);
        let stopped = claims.iter().any(Claim::stops);
        for finding in &ours {
            let seen = claims.iter().any(|claim| claim.is(finding));
            // Where it cannot read or expand a template, cfn-lint says nothing more of it.
            if !seen && stopped && !claims.iter().any(|claim| claim.rules().contains(&finding.rule)) {
                continue;
            }
            let row = table.entry(finding.rule).or_default();
            row[usize::from(!seen)] += 1;
            if !seen {
                differences.push((file.path.clone(), finding.lines[0], Only::Ours, finding.words.clone()));
            }
        }
        for claim in claims.iter().filter(|claim| !claim.rules().is_empty()) {
            if !ours.iter().any(|finding| claim.is(finding)) {
                table.entry(claim.rules()[0]).or_default()[2] += 1;
                differences.push((file.path.clone(), claim.line, Only::Theirs, claim.words()));
            }
        }
    }
    println!("{:<24} {:>6} {:>10} {:>12}", "rule", "agree", "only ours", "only theirs");
    for (rule, [agree, ours, theirs]) in table {
        println!("{rule:<24} {agree:>6} {ours:>10} {theirs:>12}");
    }
    let explains = |path: &str, line: u32, who: Only| {
        EXPLAINED
            .iter()
            .position(|(end, at, only, _)| path.ends_with(end) && (*at == 0 || *at == line) && *only == who)
    };
    let mut used = BTreeSet::new();
    let mut unexplained = Vec::new();
    for (path, line, who, words) in &differences {
        match explains(path, *line, *who) {
            Some(number) => {
                used.insert(number);
            }
            None => unexplained.push(format!("{who:?} {path}:{line} {words}")),
        }
    }
    for (number, (path, line, who, reason)) in EXPLAINED.iter().enumerate() {
        if used.contains(&number) {
            println!("{who:?} {path}:{line}: {reason}");
        } else {
            unexplained.push(format!("no longer a difference: {who:?} {path}:{line}"));
        }
    }
    assert!(unexplained.is_empty(), "unexplained:\n{}", unexplained.join("\n"));
}

/// One of our findings as far as it is compared.
struct Ours {
    rule: &'static str,
    /// The lines of its labels, the primary one first.
    lines: Vec<u32>,
    words: String,
}

fn ours(path: &str, text: &str) -> Vec<Ours> {
    let index = LineIndex::new(text);
    let compared = |finding: &Finding| {
        let rule = OURS.into_iter().find(|rule| *rule == finding.rule.0)?;
        (finding.severity == Severity::Error).then(|| {
            let spans = finding.labels.iter().filter_map(|label| label.span);
            let labels: Vec<&str> = finding.labels.iter().map(|label| label.text.en.as_str()).collect();
            Ours {
                rule,
                lines: spans.map(|span| index.line_of(span.start)).collect(),
                words: format!("{rule}: {} {}", finding.message.en, labels.join(" ")),
            }
        })
    };
    analyze(path, text, &Options::default()).findings.iter().filter_map(compared).collect()
}

/// One line of cfn-lint.
struct Claim {
    rule: String,
    line: u32,
    message: String,
}

impl Claim {
    /// Our rules that may say the same.
    fn rules(&self) -> &'static [&'static str] {
        let number: u32 = self.rule.get(1..).and_then(|number| number.parse().ok()).unwrap_or(0);
        let is_name = self.message.contains("is not one of") && !self.message.starts_with("None");
        let is_call = self.message.starts_with("{'");
        match (self.rule.get(..1), number) {
            (Some("E"), 0) if self.message.starts_with("Duplicate") => &["duplicate-key"],
            (Some("E"), 0) => &["invalid-syntax"],
            // `${Name}` in a text that is no Fn::Sub may be meant.
            (Some("E"), 1029) => &[],
            (Some("E"), 1010..=1033 | 8001..=8007) if is_name => &["unknown-reference", "invalid-intrinsic"],
            (Some("E"), 1010..=1033 | 8001..=8007) => &["invalid-intrinsic", "unknown-reference"],
            (Some("E"), 2001 | 3001) if is_call => &["invalid-intrinsic"],
            (Some("E"), 3004) => &["circular-dependency"],
            // One condition without the other is the business of another rule.
            (Some("E"), 3005) if self.message.contains("will not exist when") => &[],
            (Some("E"), 3005 | 6101) => &["unknown-reference"],
            _ => &[],
        }
    }

    /// Whether cfn-lint says nothing further of the file.
    fn stops(&self) -> bool {
        matches!(self.rule.as_str(), "E0000" | "E0001")
    }

    fn is(&self, finding: &Ours) -> bool {
        if !self.rules().contains(&finding.rule) {
            return false;
        }
        match finding.rule {
            // It marks the resource, we the references.
            "circular-dependency" => {
                let resource =
                    self.message.split("for resource ").nth(1).and_then(|rest| rest.split('.').next());
                resource.is_some_and(|name| finding.words.contains(&format!("`{name}`")))
            }
            // It stops at its first complaint, we go on; and it complains where it cannot go on, we at the cause.
            "invalid-syntax" => true,
            "duplicate-key" => finding.lines.contains(&self.line),
            // It marks the key of the function, we the argument, which may stand on the next line.
            rule => {
                let below = u32::from(self.rules()[0] == rule);
                finding.lines.iter().any(|line| (self.line..=self.line + below).contains(line))
            }
        }
    }

    fn words(&self) -> String {
        format!("{} {}", self.rule, self.message)
    }
}

fn theirs(root: &Path) -> BTreeMap<String, Vec<Claim>> {
    let fixtures = std::fs::read_to_string(root.join(FIXTURES)).expect("the list of cfn-lint can be read");
    let mut claims: BTreeMap<String, Vec<Claim>> = BTreeMap::new();
    let rows = fixtures
        .lines()
        .skip(1)
        .map(|line| ("bad-cfn-lint/", line))
        .chain(REAL.lines().map(|line| ("", line)));
    for (folder, row) in rows {
        let columns: Vec<&str> = row.splitn(5, '\t').collect();
        let [path, rule, line, _, message] = columns[..] else { panic!("not five columns: {row}") };
        claims.entry(format!("{folder}{path}")).or_default().push(Claim {
            rule: rule.to_owned(),
            line: line.parse().expect("a line is a number"),
            message: message.trim_matches('"').to_owned(),
        });
    }
    claims
}
