//! Traces everything that the templates of a corpus suggest, and counts unknown verdicts by their reasons.
//!
//! `unknowns [DIR] [--list REASON]`: the corpus beside the workspace by default; `--list` names the traces of a reason.
//! A verdict with several reasons counts for each. Whose an unknown is, is said of each: of the template, which somebody
//! can settle with an option; of AWS, whose documents are silent; or of vpcheck, which does not follow something.

use std::collections::{BTreeMap, BTreeSet};
use std::process::ExitCode;

use vpcheck_core::network::{Missing, Name, Topic};
use vpcheck_core::paths::{Trace, Verdict};
use vpcheck_core::template::Unknown;
use vpcheck_core::{Options, TraceRequest, trace};
use vpcheck_tests::corpus;

/// Who could have said what is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Owner {
    Vpcheck,
    Aws,
    Template,
}

impl Owner {
    fn name(self) -> &'static str {
        match self {
            Self::Vpcheck => "vpcheck",
            Self::Aws => "AWS",
            Self::Template => "template",
        }
    }
}

fn main() -> ExitCode {
    let (files, listed) = match corpus::asked() {
        Ok(asked) => asked,
        Err(code) => return code,
    };
    let mut count = Count::default();
    for file in &files {
        let Ok(tracing) = trace(&file.path, &file.text, &Options::default(), &TraceRequest::default()) else {
            continue;
        };
        // One verdict a source and destination: the sum over the source's subnets.
        for one in tracing.traces.iter().filter(|one| one.from.subnet.is_none()) {
            count.add(&file.path, one, listed.as_deref());
        }
    }
    if listed.is_none() {
        count.print();
    }
    ExitCode::SUCCESS
}

#[derive(Default)]
struct Count {
    verdicts: BTreeMap<Verdict, usize>,
    /// Unknown verdicts that an owner alone answers for.
    alone: BTreeMap<Owner, usize>,
    reasons: BTreeMap<(Owner, String), Row>,
}

#[derive(Default)]
struct Row {
    verdicts: usize,
    files: BTreeSet<String>,
}

impl Count {
    fn add(&mut self, path: &str, trace: &Trace, listed: Option<&str>) {
        *self.verdicts.entry(trace.verdict).or_default() += 1;
        if trace.verdict != Verdict::Unknown {
            return;
        }
        let reasons: BTreeSet<(Owner, String)> = trace.missing.iter().map(reason).collect();
        let owners: BTreeSet<Owner> = reasons.iter().map(|(owner, _)| *owner).collect();
        if let Some(owner) = owners.first().filter(|_| owners.len() == 1) {
            *self.alone.entry(*owner).or_default() += 1;
        }
        for reason in reasons {
            if listed == Some(reason.1.as_str()) {
                println!("{path}: {} -> {}", trace.from.id, trace.to.target.id());
            }
            let row = self.reasons.entry(reason).or_default();
            row.verdicts += 1;
            row.files.insert(path.to_owned());
        }
    }

    fn print(&self) {
        for (verdict, count) in &self.verdicts {
            println!("{count:>6} {}", verdict.name());
        }
        println!("\n{:<10} {:<52} {:>8} {:>6}", "whose", "reason", "verdicts", "files");
        let mut rows: Vec<_> = self.reasons.iter().collect();
        rows.sort_by_key(|((owner, _), row)| (*owner, std::cmp::Reverse(row.verdicts)));
        for ((owner, reason), row) in rows {
            println!("{:<10} {reason:<52} {:>8} {:>6}", owner.name(), row.verdicts, row.files.len());
        }
        println!();
        for (owner, count) in &self.alone {
            println!("{count:>6} unknown for a reason of {} alone", owner.name());
        }
    }
}

/// Whose a reason is, and what it is called.
fn reason(missing: &Missing) -> (Owner, String) {
    let of_template = |what: &str| (Owner::Template, what.to_owned());
    match missing {
        Missing::Value(unknown) => value(unknown),
        Missing::Component(name) => component(name),
        Missing::PrefixList(_) => of_template("addresses of a prefix list"),
        Missing::ServiceAddresses(_) => of_template("public addresses of a service"),
        Missing::Interface(_) => of_template("the interface of an address"),
        Missing::HostAddress(_) => of_template("the address of a host"),
        Missing::Region => of_template("the region"),
        Missing::Undocumented(topic) => (Owner::Aws, format!("undocumented: {topic:?}")),
        Missing::Beyond(topic @ Topic::FirewallRules, _) => {
            (Owner::Vpcheck, format!("not judged: {topic:?}"))
        }
        Missing::Beyond(topic, _) => (Owner::Template, format!("outside of every template: {topic:?}")),
        Missing::NotFollowed(topic) => (Owner::Vpcheck, format!("not followed: {topic:?}")),
        Missing::TooManyCases => (Owner::Vpcheck, "too many cases".to_owned()),
    }
}

fn value(unknown: &Unknown) -> (Owner, String) {
    let (owner, what) = match unknown {
        Unknown::Parameter(_) => (Owner::Template, "a parameter without a default"),
        Unknown::StoredParameter(_) => (Owner::Template, "a stored parameter"),
        Unknown::Import(_) => (Owner::Template, "an import"),
        Unknown::DynamicReference(_) => (Owner::Template, "a dynamic reference"),
        Unknown::Pseudo(_) => (Owner::Template, "a pseudo parameter"),
        Unknown::Attribute { .. } => (Owner::Template, "an attribute known after deployment"),
        Unknown::Transform(_) => (Owner::Template, "what a transform makes"),
        Unknown::ForeignTag(_) => (Owner::Template, "a tag of another tool"),
        Unknown::Broken | Unknown::NoSuchKey => (Owner::Template, "a value that cannot be read"),
        Unknown::TooManyCases => (Owner::Vpcheck, "too many cases of a value"),
        Unknown::TooDeep | Unknown::TooLong => (Owner::Vpcheck, "a value that is nested too deep"),
    };
    (owner, what.to_owned())
}

fn component(name: &Name) -> (Owner, String) {
    match name {
        Name::Unknown { value: unknown, .. } => value(unknown),
        Name::Aws(_) => (Owner::Template, "a component made elsewhere".to_owned()),
        Name::Implied { of, what } => match &**of {
            Name::Logical(_) => (Owner::Template, format!("the {what} of a VPC")),
            of => component(of),
        },
        Name::Logical(_) => (Owner::Template, "a resource that says too little".to_owned()),
    }
}
