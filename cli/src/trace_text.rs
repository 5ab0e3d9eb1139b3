//! Paths for people: a line a path, or a line a step.

mod layout;
mod words;

use std::collections::BTreeMap;

use vpcheck_core::language::{Language, Phrase};
use vpcheck_core::network::Place;
use vpcheck_core::paths::{Action, Blocker, Component, Direction, Goal, Hop, Trace, Verdict};
use vpcheck_core::text::LineIndex;
use vpcheck_core::{Tracing, phrase};

use crate::text::harmless;
use layout::{Frame, Row, rows, wrapped};

/// How to write.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Manner {
    /// The language.
    pub(crate) language: Language,
    /// The width of the terminal, if there is one.
    pub(crate) width: Option<usize>,
    /// What every path is expected to be.
    pub(crate) expected: Option<Verdict>,
    /// Whether to write every step of every path.
    pub(crate) steps: bool,
}

/// Every trace: steps where they are asked for or there is but one path, else a line a path; then what is not known,
/// what the answers rest on, and how many paths there are of each kind.
pub(crate) fn written(tracing: &Tracing, manner: &Manner) -> String {
    let paths = paths(tracing);
    let writer = Writer {
        tracing,
        lines: tracing.sources.iter().map(|source| LineIndex::new(&source.text)).collect(),
        manner: *manner,
    };
    let steps = manner.steps || paths.len() == 1;
    let mut out = if steps { writer.steps(&paths) } else { writer.overview(&paths) };
    out.push_str(&writer.unknowns());
    out.push_str(&writer.assumptions());
    out.push_str(&writer.summary(&paths, steps));
    out
}

/// What was traced from one source to one destination.
struct Path<'a> {
    source: &'a str,
    goal: &'a Goal,
    /// One trace a subnet.
    parts: Vec<&'a Trace>,
    /// Their sum.
    sum: Option<&'a Trace>,
}

fn paths(tracing: &Tracing) -> Vec<Path<'_>> {
    let mut paths: Vec<Path<'_>> = Vec::new();
    let mut known: BTreeMap<(&str, String), usize> = BTreeMap::new();
    for trace in &tracing.traces {
        let key = (trace.from.id.as_str(), words::destination(&trace.to, true));
        let at = *known.entry(key).or_insert_with(|| {
            paths.push(Path { source: &trace.from.id, goal: &trace.to, parts: Vec::new(), sum: None });
            paths.len() - 1
        });
        let path = &mut paths[at];
        match trace.from.subnet {
            Some(_) => path.parts.push(trace),
            None => path.sum = Some(trace),
        }
    }
    paths
}

impl<'a> Path<'a> {
    /// That of the sum, else the one that all parts have.
    fn verdict(&self) -> Verdict {
        if let Some(sum) = self.sum {
            return sum.verdict;
        }
        let mut verdicts = self.parts.iter().map(|part| part.verdict);
        let first = verdicts.next().unwrap_or(Verdict::Unknown);
        if verdicts.all(|verdict| verdict == first) { first } else { Verdict::Partial }
    }

    /// What is traced: the parts, or the sum where there are none.
    fn traces(&self) -> impl Iterator<Item = &'a Trace> {
        let alone = self.sum.filter(|_| self.parts.is_empty());
        self.parts.clone().into_iter().chain(alone)
    }

    /// Everything that stops packets, each once.
    fn blockers(&self) -> Vec<&'a Blocker> {
        let mut found: Vec<&Blocker> = Vec::new();
        for blocker in self.traces().flat_map(|trace| &trace.blockers) {
            let is_same =
                |one: &&Blocker| (one.code, &one.id, one.at) == (blocker.code, &blocker.id, blocker.at);
            if !found.iter().any(is_same) {
                found.push(blocker);
            }
        }
        found
    }
}

struct Writer<'a> {
    tracing: &'a Tracing,
    lines: Vec<LineIndex>,
    manner: Manner,
}

impl Writer<'_> {
    fn say<'p>(&self, phrase: &'p Phrase) -> &'p str {
        phrase.get(self.manner.language)
    }

    /// A text of the template or about it, on one line and without what steers a terminal.
    fn safe(text: &str) -> String {
        harmless(text).replace(['\n', '\r'], " ")
    }

    /// `template.yaml:41:9`, which terminals and editors open; empty where an absence decided.
    fn place(&self, at: Option<Place>) -> String {
        let found = at.and_then(|place| {
            let index = usize::from(place.file.0);
            let source = self.tracing.sources.get(index)?;
            let position = self.lines.get(index)?.position(&source.text, place.span.start);
            Some(format!("{}:{}:{}", source.path, position.line, position.column))
        });
        Self::safe(&found.unwrap_or_default())
    }

    /// A line a path, the sources that all paths are alike from together.
    fn overview(&self, paths: &[Path<'_>]) -> String {
        let mut of_source: Vec<(&str, Vec<&Path<'_>>)> = Vec::new();
        for path in paths {
            match of_source.iter_mut().find(|(source, _)| *source == path.source) {
                Some((_, of_source)) => of_source.push(path),
                None => of_source.push((path.source, vec![path])),
            }
        }
        let mark_width = words::widest_verdict(self.manner.language);
        let frame = Frame { indent: 2, mark_width, gap: 2, width: self.manner.width };
        let bodies = of_source.into_iter().map(|(source, paths)| {
            let table: Vec<Row> = paths.iter().map(|path| self.overview_row(path)).collect();
            (source, rows(&table, frame))
        });
        let mut out = String::new();
        for (sources, body) in alike(bodies) {
            out.push_str(&self.sources(&sources));
            out.push('\n');
            out.push_str(&body);
            out.push('\n');
        }
        out
    }

    fn overview_row(&self, path: &Path<'_>) -> Row {
        let verdict = path.verdict();
        let blockers = path.blockers();
        let (text, place) = match (verdict, blockers.as_slice()) {
            (Verdict::Blocked | Verdict::Partial, [first, others @ ..]) => {
                let (code, id, others) = (first.code.0, &first.id, others.len());
                let more = match others {
                    0 => Phrase::verbatim(""),
                    _ => phrase!(en: " and {others} more", ja: " ほか {others} 件"),
                };
                let by = words::differences(path.sum, self.manner.language);
                // The heading names the source, and so it may be alike to others.
                if id == path.source {
                    (format!("{by}{code}{}", self.say(&more)), String::new())
                } else {
                    (format!("{by}{code} {id}{}", self.say(&more)), self.place(first.at))
                }
            }
            (Verdict::Reachable, _) => (self.through(path), String::new()),
            (Verdict::Unknown, _) => (self.open(path), String::new()),
            (Verdict::Blocked | Verdict::Partial, []) => {
                (words::differences(path.sum, self.manner.language), String::new())
            }
        };
        Row {
            mark: words::styled_verdict(verdict, self.manner.language),
            head: Self::safe(&words::destination(path.goal, false)),
            text: Self::safe(text.trim_end_matches([':', ' '])),
            place,
        }
    }

    /// The gateway or endpoint that a path leads through, where all its parts share it. Of a source in no VPC, that it
    /// is in none.
    fn through(&self, path: &Path<'_>) -> String {
        if let (true, Some(start)) = (path.parts.is_empty(), path.sum.and_then(|sum| sum.hops.first())) {
            return self.say(&start.detail).to_owned();
        }
        let passed = |trace: &Trace| -> Vec<String> {
            let gateways = trace.hops.iter().filter(|hop| {
                hop.direction == Direction::Out
                    && matches!(
                        hop.component,
                        Component::NatGateway
                            | Component::InternetGateway
                            | Component::GatewayEndpoint
                            | Component::InterfaceEndpoint
                            | Component::PeeringConnection
                            | Component::TransitGateway
                            | Component::VpnGateway
                            | Component::Firewall
                            | Component::EgressOnlyGateway
                    )
            });
            let mut ids: Vec<String> = gateways.map(|hop| hop.id.clone()).collect();
            ids.dedup();
            ids
        };
        let mut passed = path.traces().map(passed);
        let Some(first) = passed.next().filter(|first| !first.is_empty()) else { return String::new() };
        if passed.any(|other| other != first) {
            return String::new();
        }
        let ids = first.join(", ");
        self.say(&phrase!(en: "through {ids}", ja: "{ids} 経由")).to_owned()
    }

    /// What would settle an unknown path.
    fn open(&self, path: &Path<'_>) -> String {
        let mut missing: Vec<_> = path.traces().flat_map(|trace| &trace.missing).collect();
        missing.extend(path.sum.into_iter().flat_map(|sum| &sum.missing));
        let needs = missing.into_iter().map(|missing| self.tracing.need(missing));
        let mut options: Vec<String> = Vec::new();
        let mut reason = None;
        for need in needs {
            reason.get_or_insert_with(|| self.say(&need.reason).to_owned());
            if !need.settle_with.is_empty() && !options.contains(&need.settle_with) {
                options.push(need.settle_with);
            }
        }
        match options.len() {
            0 => reason.unwrap_or_default(),
            _ => options.join(", "),
        }
    }

    /// Every step, the sources that all steps are alike from together.
    fn steps(&self, paths: &[Path<'_>]) -> String {
        let bodies = paths.iter().map(|path| {
            let verdict = words::styled_verdict(path.verdict(), self.manner.language);
            let by = words::differences(path.sum, self.manner.language);
            let by = by.trim_end_matches([':', ' ']);
            let gap = if by.is_empty() { "" } else { "  " };
            let destination = Self::safe(&words::destination(path.goal, true));
            let title = format!(" → {destination}  {}{gap}{by}\n", verdict.shown());
            (path.source, title + &self.parts(path))
        });
        let mut out = String::new();
        for (sources, body) in alike(bodies) {
            out.push_str(&self.sources(&sources));
            out.push_str(&body);
            out.push('\n');
        }
        out
    }

    /// The parts of a path, the subnets that all steps are alike from together.
    fn parts(&self, path: &Path<'_>) -> String {
        let traces: Vec<&Trace> = path.traces().collect();
        let mut groups: Vec<(Vec<&str>, String, &Trace)> = Vec::new();
        for trace in &traces {
            let subnet = trace.from.subnet.as_deref().unwrap_or("");
            let steps = format!("{:?}{}", trace.verdict, self.hops(trace, "\u{fffc}"));
            match groups.iter_mut().find(|(_, known, _)| *known == steps) {
                Some((subnets, ..)) => subnets.push(subnet),
                None => groups.push((vec![subnet], steps, trace)),
            }
        }
        let differs = traces.iter().any(|trace| trace.verdict != path.verdict());
        let mut out = String::new();
        for (subnets, _, trace) in groups {
            let names = subnets.join(", ");
            if !names.is_empty() {
                let width = self.manner.width.map_or(usize::MAX, |width| width.saturating_sub(2));
                out.push_str("  ");
                out.push_str(&wrapped(&Self::safe(&names), width).join("\n  "));
                if differs {
                    out.push_str("  ");
                    out.push_str(&words::styled_verdict(trace.verdict, self.manner.language).shown());
                }
                out.push('\n');
            }
            let own = match subnets.as_slice() {
                [first, _, _, ..] => format!("{first}, ..."),
                _ => names,
            };
            out.push_str(&self.hops(trace, &own));
        }
        out
    }

    /// A line a hop, with a bar where packets stop; then what else stops them. Where a hop names the subnet that the
    /// trace starts in, `subnet` is written.
    fn hops(&self, trace: &Trace, subnet: &str) -> String {
        let own = trace.from.subnet.as_deref();
        let text = |text: &str| {
            Self::safe(&own.map_or_else(|| text.to_owned(), |own| with_name_replaced(text, own, subnet)))
        };
        // The heading names these. A source in no VPC has no subnet in it, and its hop says so.
        let is_heading = |hop: &&Hop| {
            own.is_some() && hop.action == Action::Stand && (hop.id == trace.from.id || own == Some(&*hop.id))
        };
        let mut told = vec![false; trace.blockers.len()];
        let mut table = Vec::new();
        for hop in trace.hops.iter().filter(|hop| !is_heading(hop)) {
            table.push(Row {
                mark: words::step(hop.direction, hop.action),
                head: text(&hop.id),
                text: text(self.say(&hop.detail)),
                place: self.place(hop.at),
            });
            for (at, blocker) in trace.blockers.iter().enumerate() {
                let is_here = hop.action == Action::Deny
                    && (hop.direction, hop.component, &hop.id)
                        == (blocker.direction, blocker.component, &blocker.id);
                if is_here && !told[at] {
                    told[at] = true;
                    let place = if blocker.at == hop.at { None } else { blocker.at };
                    table.push(Row {
                        mark: words::bar(),
                        head: String::new(),
                        text: text(&self.reason(blocker, Some(hop))),
                        place: self.place(place),
                    });
                }
            }
        }
        for (blocker, _) in trace.blockers.iter().zip(told).filter(|(_, told)| !told) {
            table.push(Row {
                mark: words::step(blocker.direction, Action::Deny),
                head: text(&blocker.id),
                text: text(&self.reason(blocker, None)),
                place: self.place(blocker.at),
            });
        }
        rows(&table, Frame { indent: 4, gap: 1, width: self.manner.width, ..Frame::default() })
    }

    /// Why packets stop, as far as the hop where they do does not say so itself.
    fn reason(&self, blocker: &Blocker, hop: Option<&Hop>) -> String {
        let (code, message) = (blocker.code.0, self.say(&blocker.message));
        match hop {
            Some(hop) if message == self.say(&hop.detail) => code.to_owned(),
            _ => format!("{code}: {message}"),
        }
    }

    fn sources(&self, sources: &[&str]) -> String {
        let names = Self::safe(&sources.join(", "));
        let lines = wrapped(&names, self.manner.width.unwrap_or(usize::MAX));
        words::heading(&lines.join("\n"))
    }

    /// What would settle the unknowns, each once.
    fn unknowns(&self) -> String {
        let needs = self.tracing.needs();
        if needs.is_empty() {
            return String::new();
        }
        let title = phrase!(en: "Not known, and decides:", ja: "結果を左右する不明な値:");
        let mut out = format!("{}\n", self.say(&title));
        for need in needs {
            out.push_str(&self.item(self.say(&need.reason)));
            if !need.settle_with.is_empty() {
                let settle_with = Self::safe(&need.settle_with);
                out.push_str(&format!("      {}\n", words::option(&settle_with)));
            }
        }
        out.push('\n');
        out
    }

    /// What the answers rest on, each once.
    fn assumptions(&self) -> String {
        let mut assumptions: Vec<&Phrase> = Vec::new();
        for assumption in self.tracing.traces.iter().flat_map(|trace| &trace.assumptions) {
            if !assumptions.contains(&assumption) {
                assumptions.push(assumption);
            }
        }
        if assumptions.is_empty() {
            return String::new();
        }
        let title = phrase!(en: "The answers rest on assumptions:", ja: "結果は次の仮定によります:");
        let items: String =
            assumptions.into_iter().map(|assumption| self.item(self.say(assumption))).collect();
        format!("{}\n{items}\n", self.say(&title))
    }

    fn item(&self, text: &str) -> String {
        let width = self.manner.width.map_or(usize::MAX, |width| width.saturating_sub(4).max(20));
        format!("  - {}\n", wrapped(&Self::safe(text), width).join("\n    "))
    }

    fn summary(&self, paths: &[Path<'_>], steps: bool) -> String {
        let mut out = String::new();
        if !steps {
            out.push_str(&self.hint(paths));
        }
        out.push_str(&words::counts(paths.iter().map(Path::verdict), self.manner.language));
        out.push('\n');
        if let Some(expected) = self.manner.expected {
            let others = paths.iter().filter(|path| path.verdict() != expected).count();
            out.push_str(self.say(&words::expectation(expected, others, paths.len())));
            out.push('\n');
        }
        out
    }

    /// How to see the steps: of a path that needs them most.
    fn hint(&self, paths: &[Path<'_>]) -> String {
        let urgency = |path: &&Path<'_>| match path.verdict() {
            Verdict::Blocked => 0,
            Verdict::Partial => 1,
            Verdict::Unknown => 2,
            Verdict::Reachable => 3,
        };
        let Some(path) = paths.iter().min_by_key(urgency) else { return String::new() };
        let file = self.tracing.sources.first().map_or("", |source| source.path.as_str());
        let file = if file == "<stdin>" { "-" } else { file };
        let command = Self::safe(&format!(
            "vpcheck trace {} --from {} --to {}",
            words::shell(file),
            words::shell(path.source),
            words::shell(&words::destination(path.goal, false)),
        ));
        let hint = phrase!(en: "Every step of a path: {command}", ja: "経路の詳細: {command}");
        format!("{}\n", self.say(&hint))
    }
}

/// Names with the same body together, in the order of the first.
fn alike<'n>(bodies: impl Iterator<Item = (&'n str, String)>) -> Vec<(Vec<&'n str>, String)> {
    let mut groups: Vec<(Vec<&str>, String)> = Vec::new();
    let mut known: BTreeMap<String, usize> = BTreeMap::new();
    for (name, body) in bodies {
        match known.get(&body) {
            Some(at) => groups[*at].0.push(name),
            None => {
                known.insert(body.clone(), groups.len());
                groups.push((vec![name], body));
            }
        }
    }
    groups
}

/// `text` with another name wherever it names `name`, and not where `name` is a part of a longer one.
fn with_name_replaced(text: &str, name: &str, by: &str) -> String {
    let is_part = |character: Option<char>| {
        character.is_some_and(|character| character.is_alphanumeric() || character == '-')
    };
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(name).filter(|_| !name.is_empty()) {
        let (before, after) = (&rest[..at], &rest[at + name.len()..]);
        let is_whole = !is_part(before.chars().next_back().or(out.chars().next_back()))
            && !is_part(after.chars().next());
        out.push_str(before);
        out.push_str(if is_whole { by } else { name });
        rest = after;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests;
