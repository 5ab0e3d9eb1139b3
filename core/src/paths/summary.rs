//! Sums up traces: over the subnets of a source, and over situations.

use std::collections::HashMap;

use super::answer::Mix;
use super::distinct::Distinct;
use super::{Blocker, Difference, Trace, Verdict};
use crate::order::Order;
use crate::phrase;

/// One trace a subnet and then their sum, from the answers in each situation (described in words; empty where there is
/// one only).
pub fn summed_up(answers: Vec<(String, Vec<Trace>)>) -> Vec<Trace> {
    let mut subnets: Vec<Vec<(String, Trace)>> = Vec::new();
    let mut places: HashMap<Option<String>, usize> = HashMap::new();
    for (situation, traces) in answers {
        for trace in traces {
            let place = *places.entry(trace.from.subnet.clone()).or_insert(subnets.len());
            if place == subnets.len() {
                subnets.push(Vec::new());
            }
            subnets[place].push((situation.clone(), trace));
        }
    }
    let mut joined: Vec<Trace> = subnets.into_iter().filter_map(over_situations).collect();
    // A source in no VPC, or of unknown subnets, has one answer, which is the sum.
    if joined.iter().any(|trace| trace.from.subnet.is_some()) {
        let mut sum = sum(&joined, Difference::Subnet);
        if let Some(sum) = &mut sum {
            sum.from.subnet = None;
            sum.hops.clear();
        }
        joined.extend(sum.map(tidy));
    }
    joined
}

/// The answer of one subnet, from those in each situation.
fn over_situations(answers: Vec<(String, Trace)>) -> Option<Trace> {
    let all = answers.len();
    let mut blockers: Vec<(Blocker, Vec<String>)> = Vec::new();
    for (situation, trace) in &answers {
        for blocker in &trace.blockers {
            match blockers.iter_mut().find(|(known, _)| known == blocker) {
                Some((_, situations)) => situations.push(situation.clone()),
                None => blockers.push((blocker.clone(), vec![situation.clone()])),
            }
        }
    }
    let traces: Vec<Trace> = answers.into_iter().map(|(_, trace)| trace).collect();
    let mut sum = sum(&traces, Difference::Condition)?;
    // What stops packets in some situations only says in which.
    sum.blockers = blockers
        .into_iter()
        .map(|(mut blocker, situations)| {
            if situations.len() < all && !situations.iter().any(String::is_empty) {
                let (en, ja) = (&blocker.message.en, &blocker.message.ja);
                let (or, ja_or) = (situations.join(", or "), situations.join("、または "));
                blocker.message = phrase!(en: "where {or}: {en}", ja: "{ja_or} のとき: {ja}");
            }
            blocker
        })
        .collect();
    Some(tidy(sum))
}

/// The sum of traces that differ by `difference`, with the steps of the first that fails, or of the first.
fn sum(traces: &[Trace], difference: Difference) -> Option<Trace> {
    let (first, rest) = traces.split_first()?;
    let mut sum = first.clone();
    let mut mix = Mix::of(first.verdict);
    let mut blockers = Distinct::of(&first.blockers);
    let mut missing = Distinct::of(&first.missing);
    let mut assumptions = Distinct::of(&first.assumptions);
    for trace in rest {
        let other = Mix::of(trace.verdict);
        if mix.differs_from(other) {
            merge(&mut sum.partial_by, difference);
        }
        if mix.verdict() == Verdict::Reachable && trace.verdict != Verdict::Reachable {
            sum.hops.clone_from(&trace.hops);
        }
        mix = mix.with(other);
        trace.partial_by.iter().for_each(|difference| merge(&mut sum.partial_by, *difference));
        blockers.extend(&trace.blockers);
        missing.extend(&trace.missing);
        assumptions.extend(&trace.assumptions);
    }
    sum.verdict = mix.verdict();
    (sum.blockers, sum.missing, sum.assumptions) = (blockers.items, missing.items, assumptions.items);
    sum.partial_by.order();
    Some(sum)
}

/// What is certain needs nothing to settle it.
fn tidy(mut trace: Trace) -> Trace {
    match trace.verdict {
        Verdict::Unknown => trace.blockers.clear(),
        Verdict::Reachable | Verdict::Blocked | Verdict::Partial => trace.missing.clear(),
    }
    if trace.verdict != Verdict::Partial {
        trace.partial_by.clear();
    }
    trace
}

fn merge(list: &mut Vec<Difference>, more: Difference) {
    if !list.contains(&more) {
        list.push(more);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_verdicts_come_to_hangs_on_no_order() {
        use Verdict::{Blocked, Partial, Reachable, Unknown};
        let cases: [(&[Verdict], Verdict); 7] = [
            (&[Reachable, Reachable], Reachable),
            (&[Reachable, Blocked], Partial),
            (&[Unknown, Reachable, Blocked], Partial),
            (&[Unknown, Blocked], Unknown),
            (&[Reachable, Unknown], Unknown),
            (&[Partial, Unknown], Partial),
            (&[Blocked, Blocked], Blocked),
        ];
        for (verdicts, expected) in cases {
            for turn in 0..verdicts.len() {
                let turned = verdicts.iter().cycle().skip(turn).take(verdicts.len());
                let mix = turned.fold(Mix::default(), |mix, verdict| mix.with(Mix::of(*verdict)));
                assert_eq!(mix.verdict(), expected, "{verdicts:?}");
            }
        }
        assert!(!Mix::of(Partial).differs_from(Mix::of(Partial)));
        assert!(Mix::of(Partial).differs_from(Mix::of(Blocked)));
    }
}
