//! One path out of its traces.

use vpcheck_core::Tracing;
use vpcheck_core::language::Phrase;
use vpcheck_core::network;
use vpcheck_core::order::Order;
use vpcheck_core::paths::{Action, Blocker, Component, Direction, Hop, Trace, Verdict};
use vpcheck_core::text::LineIndex;

use super::{Fate, Path, Step, Way, add_asks};
use crate::report::Units;
use crate::words;

/// The texts that steps point into.
struct Texts<'t> {
    template: Units<'t>,
    /// The other files with their lines, by their number.
    others: Vec<(&'t str, LineIndex)>,
}

impl<'t> Texts<'t> {
    fn new(tracing: &'t Tracing) -> Self {
        let template = tracing.sources.first().map_or("", |source| source.text.as_str());
        let others = tracing.sources.iter().enumerate().map(|(at, source)| {
            // The template's lines are in `template`.
            let text = if at == 0 { "" } else { source.text.as_str() };
            (source.path.as_str(), LineIndex::new(text))
        });
        Self { template: Units::new(template), others: others.collect() }
    }
}

/// The path that `traces`, those of one source and one destination, make together.
pub(super) fn path(to: &str, traces: &[&Trace], tracing: &Tracing) -> Option<Path> {
    let texts = &Texts::new(tracing);
    let sum = *traces.iter().rfind(|trace| trace.from.subnet.is_none()).or(traces.last())?;
    let mut ways: Vec<Way> = Vec::new();
    for trace in traces.iter().filter(|trace| trace.from.subnet.is_some()) {
        add_way(way(trace, texts), &mut ways);
    }
    if ways.is_empty() {
        ways.push(way(sum, texts));
    }
    // What does not work comes first: it is what one looks for.
    ways.order_by_key(|way| way.verdict == Verdict::Reachable);
    let (mut asks, mut assumptions) = (Vec::new(), Vec::new());
    for trace in traces {
        add_asks(tracing, &trace.missing, &mut asks);
        for assumption in &trace.assumptions {
            if !assumptions.contains(assumption) {
                assumptions.push(assumption.clone());
            }
        }
    }
    Some(Path {
        from: sum.from.id.clone(),
        to: to.to_owned(),
        verdict: sum.verdict,
        partial_by: differences(sum),
        ways,
        asks,
        assumptions,
    })
}

fn differences(trace: &Trace) -> Vec<Phrase> {
    trace.partial_by.iter().map(|difference| words::difference(*difference)).collect()
}

fn way(trace: &Trace, texts: &Texts<'_>) -> Way {
    Way {
        subnets: trace.from.subnet.iter().cloned().collect(),
        verdict: trace.verdict,
        partial_by: differences(trace),
        steps: steps(trace, texts),
    }
}

/// Adds a way to those that are known, or its subnets to one that differs by the name of the subnet only.
fn add_way(way: Way, ways: &mut Vec<Way>) {
    let same_steps = |one: &Way, two: &Way| {
        let (Some(first), Some(second)) = (one.subnets.first(), two.subnets.first()) else { return false };
        let same_text = |a: &str, b: &str| a == b || without_name(a, first) == without_name(b, second);
        let same = |(a, b): (&Step, &Step)| {
            let rest = |step: &Step| (step.back, step.fate, step.place, step.line);
            rest(a) == rest(b)
                && (&a.kind, &a.code, &a.file) == (&b.kind, &b.code, &b.file)
                && same_text(&a.id, &b.id)
                && same_text(&a.sentence.en, &b.sentence.en)
        };
        one.steps.len() == two.steps.len() && one.steps.iter().zip(&two.steps).all(same)
    };
    let known = ways.iter_mut().find(|known| {
        known.verdict == way.verdict && known.partial_by == way.partial_by && same_steps(known, &way)
    });
    match known {
        Some(known) => known.subnets.extend(way.subnets),
        None => ways.push(way),
    }
}

/// `text` without the places where `name` stands as a word of its own.
pub(super) fn without_name(text: &str, name: &str) -> String {
    let is_inside = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '-' || c == '_');
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(name).filter(|_| !name.is_empty()) {
        out.push_str(before);
        let is_word = !is_inside(out.chars().next_back()) && !is_inside(after.chars().next());
        // A sign that no template holds, so that nothing else looks like it.
        out.push_str(if is_word { "\0" } else { name });
        rest = after;
    }
    out.push_str(rest);
    out
}

/// The hops of a trace, with what stops packets at its place among them: at the hop that it belongs to, else after the
/// last one of its direction.
fn steps(trace: &Trace, texts: &Texts<'_>) -> Vec<Step> {
    let mut left: Vec<&Blocker> = trace.blockers.iter().collect();
    let mut steps = Vec::new();
    for direction in [Direction::Out, Direction::Back] {
        for hop in trace.hops.iter().filter(|hop| hop.direction == direction) {
            let is_here = |blocker: &&Blocker| {
                blocker.direction == direction && blocker.component == hop.component && blocker.id == hop.id
            };
            let at = (hop.action == Action::Deny).then(|| left.iter().position(is_here)).flatten();
            steps.push(match at {
                Some(at) => stopped(left.remove(at), texts),
                None => passed(hop, texts),
            });
        }
        left.retain(|blocker| {
            let is_of_direction = blocker.direction == direction;
            if is_of_direction {
                steps.push(stopped(blocker, texts));
            }
            !is_of_direction
        });
    }
    steps
}

fn passed(hop: &Hop, texts: &Texts<'_>) -> Step {
    let fate = match hop.action {
        Action::Deny => Fate::Stopped,
        Action::Unknown => Fate::Unknown,
        _ => Fate::Passed,
    };
    step(hop.direction, fate, hop.component, &hop.id, &hop.detail, hop.at, texts)
}

fn stopped(blocker: &Blocker, texts: &Texts<'_>) -> Step {
    let Blocker { direction, component, id, message, at, .. } = blocker;
    let step = step(*direction, Fate::Stopped, *component, id, message, *at, texts);
    Step { code: Some(blocker.code.0.to_owned()), ..step }
}

fn step(
    direction: Direction,
    fate: Fate,
    component: Component,
    id: &str,
    sentence: &Phrase,
    at: Option<network::Place>,
    texts: &Texts<'_>,
) -> Step {
    let elsewhere = at.filter(|at| at.file.0 != 0).and_then(|at| {
        let (path, lines) = texts.others.get(usize::from(at.file.0))?;
        Some(((*path).to_owned(), lines.line_of(at.span.start)))
    });
    let here = at.filter(|at| at.file.0 == 0);
    Step {
        back: direction == Direction::Back,
        fate,
        kind: words::component(component),
        id: id.to_owned(),
        code: None,
        sentence: sentence.clone(),
        place: here.map(|at| texts.template.place(at.span)),
        line: here.map(|at| texts.template.line(at.span)).or(elsewhere.as_ref().map(|(_, line)| *line)),
        file: elsewhere.map(|(path, _)| path),
    }
}
