//! Faults planted in sound systems: each is found at its place by its rule and by no other, and the sound system is
//! clean. `planted/` has the systems; how they are written is told in `src/planted.rs`.

use std::collections::{BTreeMap, BTreeSet};

use vpcheck_core::finding::{Finding, Severity};
use vpcheck_core::rules;
use vpcheck_core::text::apply;
use vpcheck_tests::planted::{Marked, Version, forms, systems};

/// So many faults are planted at least.
const FAULTS: usize = 80;

/// Rules with fewer than two faults, or with faults in one form only, and why.
const EXCEPTIONS: &[(&str, &str)] =
    &[("failed-assertion", "no template breaks it: what vpcheck.yaml says does, which its documents show")];

/// Rules that are still to come: a fault of one of them waits for it.
const AWAITED: &[&str] = &[];

/// What is found beside a fault although another rule has told the cause. It should go, and is listed until it does.
const ECHOES: &[(&str, &str)] = &[];

#[test]
fn a_sound_system_is_clean() {
    let mut wrong = Vec::new();
    for system in systems() {
        let version = system.version(None);
        let found: Vec<Marked> = version.findings().iter().map(|one| version.as_marked(one)).collect();
        for mark in version.marked.iter().filter(|mark| mark.severity != Severity::Info.name()) {
            wrong.push(format!("{}: a sound system has only infos: {mark}", system.name));
        }
        wrong.extend(differences(&system.name, &version.marked, &found));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_fault_is_found_at_its_place_and_nothing_else_is() {
    let (mut wrong, mut echoes) = (Vec::new(), Vec::new());
    for system in systems() {
        for fault in system.faults() {
            let version = system.version(Some(fault));
            let name = format!("{}@{fault}", system.name);
            if version.marked.is_empty() {
                wrong.push(format!("{name}: nothing is marked"));
            }
            if waits(&version) {
                continue;
            }
            let found: Vec<Marked> = version
                .findings()
                .iter()
                .map(|one| version.as_marked(one))
                // What is worth knowing of the sound system may be worth knowing of this one.
                .filter(|one| {
                    one.severity != Severity::Info.name() || version.marked.iter().any(|mark| mark.is(one))
                })
                .collect();
            let is_echo = |rule: &str| ECHOES.contains(&(name.as_str(), rule));
            echoes.extend(
                found.iter().filter(|one| is_echo(&one.rule)).map(|one| (name.clone(), one.rule.clone())),
            );
            let found: Vec<Marked> = found.into_iter().filter(|one| !is_echo(&one.rule)).collect();
            wrong.extend(differences(&name, &version.marked, &found));
        }
    }
    for (fault, rule) in ECHOES {
        if !echoes.contains(&((*fault).to_owned(), (*rule).to_owned())) {
            wrong.push(format!("{fault}: {rule} is no echo any more"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_fix_takes_a_fault_away_and_brings_none() {
    let mut wrong = Vec::new();
    for system in systems() {
        for fault in system.faults() {
            let version = system.version(Some(fault));
            let before = version.findings();
            for finding in before.iter().filter(|one| is_marked(&version, one)) {
                let Some(fix) = &finding.fix else { continue };
                let text = apply(&version.text, &fix.edits).expect("a fix fits its text");
                let after = version.findings_of(&text);
                let (old, new) = (count(&before), count(&after));
                let rule = finding.rule.0;
                let times = |found: &[Finding]| found.iter().filter(|one| one.rule == finding.rule).count();
                if times(&after) >= times(&before) {
                    wrong.push(format!("{}@{fault}: {rule} is there after its fix", system.name));
                }
                for (other, times) in &new {
                    if times > old.get(other).unwrap_or(&0) {
                        wrong.push(format!("{}@{fault}: the fix of {rule} brings {other}", system.name));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_rule_has_its_faults() {
    let mut by_rule: BTreeMap<String, BTreeMap<String, Vec<&str>>> = BTreeMap::new();
    let (mut faults, mut by_form) = (0, BTreeMap::<&str, usize>::new());
    for system in systems() {
        for fault in system.faults() {
            let version = system.version(Some(fault));
            if waits(&version) {
                println!("waits: {}@{fault}", system.name);
                continue;
            }
            let forms = forms(&system.name, &version.text);
            faults += 1;
            for form in &forms {
                *by_form.entry(form).or_default() += 1;
            }
            for mark in &version.marked {
                let name = format!("{}@{fault}", system.name);
                by_rule.entry(mark.rule.clone()).or_default().insert(name, forms.clone());
            }
        }
    }
    println!("{faults} faults: {by_form:?}");
    let mut wrong = Vec::new();
    for rule in rules::all() {
        let planted = by_rule.remove(rule.id.0).unwrap_or_default();
        println!("{:>3} {}", planted.len(), rule.id.0);
        let manners: BTreeSet<&Vec<&str>> = planted.values().collect();
        let is_exception = EXCEPTIONS.iter().any(|(id, _)| *id == rule.id.0);
        let is_enough = planted.len() > 1 && manners.len() > 1;
        if is_enough == is_exception {
            let told = if is_exception { "is an exception no longer" } else { "has too few" };
            wrong.push(format!("{} {told}: {planted:?}", rule.id.0));
        }
    }
    wrong.extend(by_rule.keys().map(|rule| format!("no rule is named {rule}")));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(faults >= FAULTS, "{faults} faults");
    for form in ["YAML", "JSON", "plain", "SAM", "CDK"] {
        assert!(by_form.get(form).is_some_and(|count| *count > 9), "{form}: {by_form:?}");
    }
}

/// Whether a rule that a fault is marked with is still to come.
fn waits(version: &Version) -> bool {
    version
        .marked
        .iter()
        .any(|mark| rules::find(&mark.rule).is_none() && AWAITED.contains(&mark.rule.as_str()))
}

fn is_marked(version: &Version, finding: &Finding) -> bool {
    let found = version.as_marked(finding);
    version.marked.iter().any(|mark| mark.is(&found))
}

fn count(findings: &[Finding]) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    for finding in findings.iter().filter(|one| one.severity != Severity::Info) {
        *counts.entry(finding.rule.0).or_default() += 1;
    }
    counts
}

/// What is marked and not found, or found and not marked. Each mark is for one finding.
fn differences(name: &str, marked: &[Marked], found: &[Marked]) -> Vec<String> {
    let mut left: Vec<&Marked> = found.iter().collect();
    let mut wrong = Vec::new();
    for mark in marked {
        match left.iter().position(|one| mark.is(one)) {
            Some(at) => {
                left.remove(at);
            }
            None => wrong.push(format!("{name}: not found:  {mark}")),
        }
    }
    wrong.extend(left.iter().map(|one| format!("{name}: not marked: {one}")));
    wrong
}
