//! Templates with faults planted in them: one sound system a file, and at places of it what goes wrong there.
//!
//! Lines that start with `#` (in JSON `//`) and one of these signs are not of the template:
//! - `#: sound` ... `#: fault NAME` ... `#: end`: the fault NAME has the lines under it instead of the sound ones. Each
//!   of these is written behind `#`, which stands for the blank that the line starts with; `#|` stands for nothing. More
//!   faults may follow before the end; a fault may have parts at several places.
//! - `#     ^^^^ error RULE`: a finding of exactly this severity stands in the line above, at the carets. Under a fault's
//!   lines the mark is of this fault, `^^^^ error RULE @NAME` elsewhere; without a name it holds for the sound system.
//!   Words behind ` | ` are part of the message.
//! - `#! param NAME=VALUE`, `#! region NAME`, `#! traffic FUNCTION DESTINATION GB`: what is known beside the text.

use std::fmt;
use std::path::{Path, PathBuf};

use vpcheck_core::cost::{Gigabytes, Load, Quantity};
use vpcheck_core::finding::{Finding, Severity};
use vpcheck_core::text::LineIndex;
use vpcheck_core::{Options, analyze};

/// A file of `tests/planted`.
#[derive(Debug)]
pub struct System {
    /// Its name, such as `orders.yaml`.
    pub name: String,
    lines: Vec<Line>,
    options: Options,
}

/// One line of the file.
#[derive(Debug)]
struct Line {
    /// Counted in the file, from 1.
    number: usize,
    text: String,
    part: Part,
}

/// Whose a line is.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    /// Every version of the template has it.
    Common,
    /// These faults replace it.
    Sound(Vec<String>),
    /// Only this fault has it.
    Fault(String),
    /// A mark: whose, and what is found.
    Mark(Option<String>, Mark),
}

/// What is found where.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Mark {
    column: usize,
    length: usize,
    severity: &'static str,
    rule: String,
    words: String,
}

/// What is written of a finding in a mark, with the line of the file above it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marked {
    /// The line, counted in the file.
    pub line: usize,
    /// The rule.
    pub rule: String,
    /// `error`, `warning` or `info`.
    pub severity: &'static str,
    column: usize,
    length: usize,
    words: String,
}

impl fmt::Display for Marked {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, column, length, severity, rule, words } = self;
        let blanks = " ".repeat(column.saturating_sub(2));
        write!(to, "{line:>5} #{blanks}{} {severity} {rule} | {words}", "^".repeat(*length))
    }
}

/// A template with at most one fault.
pub struct Version {
    /// The path of the file.
    pub path: String,
    /// The text as its author would have it.
    pub text: String,
    /// What is known beside the text.
    pub options: Options,
    /// What is found in it, of the mark's own.
    pub marked: Vec<Marked>,
    /// For each line of the text its line in the file.
    numbers: Vec<usize>,
}

/// Every system, by name.
///
/// # Panics
///
/// If a system cannot be read.
pub fn systems() -> Vec<System> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("planted");
    let mut paths: Vec<PathBuf> = std::fs::read_dir(&folder)
        .expect("the folder of planted faults can be read")
        .map(|entry| entry.expect("an entry can be read").path())
        .collect();
    paths.sort();
    paths
        .iter()
        .map(|path| {
            let text = std::fs::read_to_string(path).expect("a system can be read");
            System::read(&path.file_name().unwrap_or_default().to_string_lossy(), &text)
        })
        .collect()
}

impl System {
    /// Takes a file apart.
    ///
    /// # Panics
    ///
    /// If a sign cannot be read.
    pub fn read(name: &str, text: &str) -> Self {
        let lead = if is_json(name) { "//" } else { "#" };
        let mut system = Self { name: name.to_owned(), lines: Vec::new(), options: Options::default() };
        let mut part = Part::Common;
        let mut sound_from = 0;
        for (at, line) in text.lines().enumerate() {
            let number = at + 1;
            let wrong = |what: &str| -> ! { panic!("{name}:{number}: {what}: {line}") };
            let rest = line.strip_prefix(lead);
            if let Some(sign) = rest.and_then(|rest| rest.strip_prefix(": ")) {
                part = match (sign.split_once(' ').unwrap_or((sign, "")), &part) {
                    (("sound", ""), Part::Common) => {
                        sound_from = system.lines.len();
                        Part::Sound(Vec::new())
                    }
                    (("fault", fault), Part::Sound(_) | Part::Fault(_)) if !fault.is_empty() => {
                        for line in &mut system.lines[sound_from..] {
                            if let Part::Sound(faults) = &mut line.part {
                                faults.push(fault.to_owned());
                            }
                        }
                        Part::Fault(fault.to_owned())
                    }
                    (("end", ""), Part::Fault(_)) => Part::Common,
                    _ => wrong("not a sign that can stand here"),
                };
            } else if let Some(setting) = rest.and_then(|rest| rest.strip_prefix("! ")) {
                system.set(setting).unwrap_or_else(|| wrong("not a setting"));
            } else if let Some((mark, of)) = rest.and_then(|rest| Mark::read(rest, lead.len())) {
                let own = match &part {
                    Part::Fault(fault) => Some(fault.clone()),
                    _ => None,
                };
                let part = Part::Mark(of.or(own), mark);
                system.lines.push(Line { number, text: String::new(), part });
            } else if matches!(part, Part::Fault(_)) {
                let rest = rest.unwrap_or_else(|| wrong("a fault's line starts with the lead"));
                let text = match rest.strip_prefix('|') {
                    Some(rest) => rest.to_owned(),
                    None => format!("{}{rest}", " ".repeat(lead.len())),
                };
                system.lines.push(Line { number, text: text.trim_end().to_owned(), part: part.clone() });
            } else {
                system.lines.push(Line { number, text: line.to_owned(), part: part.clone() });
            }
        }
        assert_eq!(part, Part::Common, "{name}: a part has no end");
        system
    }

    fn set(&mut self, setting: &str) -> Option<()> {
        match setting.split_once(' ')? {
            ("param", pair) => {
                let (name, value) = pair.split_once('=')?;
                self.options.parameters.insert(name.to_owned(), value.to_owned());
            }
            ("region", region) => self.options.region = Some(region.to_owned()),
            ("traffic", flow) => {
                let mut words = flow.split(' ').map(str::to_owned);
                let way = (words.next()?, words.next()?);
                let load = Load { both: Gigabytes(Quantity::parse(&words.next()?)?), out: None };
                self.options.traffic.get_or_insert_default().flows.insert(way, load);
            }
            _ => return None,
        }
        Some(())
    }

    /// The names of its faults, in the order of the file.
    pub fn faults(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for line in &self.lines {
            let own = match &line.part {
                Part::Fault(name) | Part::Mark(Some(name), _) => std::slice::from_ref(name),
                Part::Sound(names) => names.as_slice(),
                Part::Common | Part::Mark(None, _) => &[],
            };
            for name in own {
                if !names.contains(&name.as_str()) {
                    names.push(name);
                }
            }
        }
        names
    }

    /// The template with a fault, or the sound one.
    ///
    /// # Panics
    ///
    /// If a mark has no line above it.
    pub fn version(&self, fault: Option<&str>) -> Version {
        let mut version = Version {
            text: String::new(),
            marked: Vec::new(),
            numbers: Vec::new(),
            options: self.options.clone(),
            path: self.name.clone(),
        };
        for line in &self.lines {
            let is_there = match &line.part {
                Part::Common => true,
                Part::Sound(faults) => fault.is_none_or(|fault| !faults.iter().any(|own| own == fault)),
                Part::Fault(own) => Some(own.as_str()) == fault,
                Part::Mark(of, mark) => {
                    if of.as_deref() == fault {
                        let line = version.numbers.last().copied();
                        let line = line.unwrap_or_else(|| panic!("{}: a mark at the top", self.name));
                        version.marked.push(Marked {
                            line,
                            rule: mark.rule.clone(),
                            severity: mark.severity,
                            column: mark.column,
                            length: mark.length,
                            words: mark.words.clone(),
                        });
                    }
                    false
                }
            };
            if is_there {
                version.text.push_str(&line.text);
                version.text.push('\n');
                version.numbers.push(line.number);
            }
        }
        version
    }
}

impl Mark {
    /// A mark and the fault that it names, from what stands behind the lead.
    fn read(rest: &str, lead: usize) -> Option<(Self, Option<String>)> {
        let blanks = rest.chars().take_while(|character| *character == ' ').count();
        let carets = rest.chars().skip(blanks).take_while(|character| *character == '^').count();
        let behind = rest.get(blanks + carets..)?;
        let (head, words) = behind.split_once(" | ").unwrap_or((behind, ""));
        let mut head = head.split_whitespace();
        let severity = [Severity::Error, Severity::Warning, Severity::Info].map(Severity::name);
        let written = head.next().filter(|_| carets > 0)?;
        let severity = severity.into_iter().find(|name| *name == written)?;
        let rule = head.next()?.to_owned();
        let of = head.next().and_then(|name| name.strip_prefix('@')).map(str::to_owned);
        let words = words.trim().to_owned();
        Some((Self { column: lead + blanks + 1, length: carets, severity, rule, words }, of))
    }
}

impl Version {
    /// What is found, and not suppressed.
    pub fn findings(&self) -> Vec<Finding> {
        self.findings_of(&self.text)
    }

    /// What is found in another text of the same system.
    pub fn findings_of(&self, text: &str) -> Vec<Finding> {
        let analysis = analyze(&self.path, text, &self.options);
        analysis.findings.into_iter().filter(|finding| finding.suppressed.is_none()).collect()
    }

    /// A finding as a mark would have it, with its message.
    pub fn as_marked(&self, finding: &Finding) -> Marked {
        let span = finding.primary().and_then(|label| label.span).unwrap_or_default();
        let start = LineIndex::new(&self.text).position(&self.text, span.start);
        let length = span.slice(&self.text).lines().next().unwrap_or("").chars().count();
        let line = usize::try_from(start.line).ok().and_then(|line| line.checked_sub(1));
        Marked {
            line: line.and_then(|line| self.numbers.get(line)).copied().unwrap_or(0),
            rule: finding.rule.0.to_owned(),
            severity: finding.severity.name(),
            column: usize::try_from(start.column).unwrap_or(0),
            length,
            words: finding.message.en.clone(),
        }
    }
}

impl Marked {
    /// Whether a finding is the one that is marked: its message has the words of the mark.
    pub fn is(&self, finding: &Marked) -> bool {
        let place = |one: &Marked| (one.line, one.column, one.length, one.severity);
        place(self) == place(finding) && self.rule == finding.rule && finding.words.contains(&self.words)
    }
}

fn is_json(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|extension| extension == "json")
}

/// The manners of writing that a template shows.
pub fn forms(name: &str, text: &str) -> Vec<&'static str> {
    let dialect = if text.contains("aws:cdk:path") {
        "CDK"
    } else if text.contains("AWS::Serverless-2016-10-31") {
        "SAM"
    } else {
        "plain"
    };
    vec![if is_json(name) { "JSON" } else { "YAML" }, dialect]
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "A:
#: sound
  b: 1
  c: 2
#: fault low
# b: 0
#    ^ error too-low | not 0
#: fault gone
#: end
  d: 3
# ^ info odd
# ^ warning alone @gone
";

    #[test]
    fn a_fault_replaces_the_sound_lines() {
        let system = System::read("a.yaml", FILE);
        assert_eq!(system.faults(), ["low", "gone"]);
        assert_eq!(system.version(None).text, "A:\n  b: 1\n  c: 2\n  d: 3\n");
        assert_eq!(system.version(Some("low")).text, "A:\n  b: 0\n  d: 3\n");
        assert_eq!(system.version(Some("gone")).text, "A:\n  d: 3\n");
    }

    #[test]
    fn a_mark_is_about_the_line_above_it() {
        let system = System::read("a.yaml", FILE);
        let marks = |fault: Option<&str>| -> Vec<String> {
            system.version(fault).marked.iter().map(ToString::to_string).collect()
        };
        assert_eq!(marks(Some("low")), ["    6 #    ^ error too-low | not 0"]);
        assert_eq!(marks(Some("gone")), ["   10 # ^ warning alone | "]);
        assert_eq!(marks(None), ["   10 # ^ info odd | "]);
    }
}
