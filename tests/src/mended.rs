//! Blocked ways of the kernel cases, repaired: the repair is applied to the text, and the way is traced again.

use std::collections::BTreeMap;

use vpcheck_core::paths::Verdict;
use vpcheck_core::text::apply;
use vpcheck_core::{NoRepair, Options, PathRepair, TraceRequest, repair_path, trace};

use crate::kernel::{Case, Flow};

/// How the repairs of blocked flows did.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Flows that the kernel blocked.
    pub tried: usize,
    /// Those that are reachable after their repair, by the number of changes.
    pub repaired: BTreeMap<usize, usize>,
    /// Those without a repair, by the reason.
    pub unrepaired: BTreeMap<String, usize>,
    /// Repairs that do not keep their word, a line each.
    pub wrong: Vec<String>,
    /// Flows without a repair, a line each.
    pub left: Vec<String>,
}

impl Tally {
    /// Repairs every blocked flow of a case, each by itself.
    pub fn add(&mut self, case: &Case) {
        let options = case.options();
        for flow in case.facts.flows.iter().filter(|flow| flow.kernel == "blocked") {
            self.tried += 1;
            let (from, subnet, to) = (&flow.from.function, &flow.from.subnet, flow.to.goal());
            let line = format!("{}: {from}@{subnet} -> {to}", case.name);
            match repair_path(&case.template, &options, from, Some(subnet), &to) {
                Ok(repair) => match proof(case, &options, flow, &repair) {
                    Ok(()) => *self.repaired.entry(repair.changes).or_default() += 1,
                    Err(why) => self.wrong.push(format!("{line}: {}: {why}", repair.title.en)),
                },
                Err(why) => {
                    let why = words(&why);
                    let broken = flow.why.as_deref().unwrap_or("-");
                    self.left.push(format!("{line}: {why} (broken: {broken})"));
                    *self.unrepaired.entry(why).or_default() += 1;
                }
            }
        }
    }

    /// How many flows are reachable after their repair.
    pub fn sum(&self) -> usize {
        self.repaired.values().sum()
    }
}

fn words(why: &NoRepair) -> String {
    match why {
        NoRepair::NoWay => "no such way".to_owned(),
        NoRepair::Open => "open already".to_owned(),
        NoRepair::Unknown => "not known whether it would be open".to_owned(),
        NoRepair::NoRemedy(code, component) => format!("{code} at a {component}"),
        NoRepair::TooMuch => "too many changes".to_owned(),
        NoRepair::Unwritable => "cannot be written".to_owned(),
    }
}

/// Whether the flow is reachable in the text that the repair makes.
fn proof(case: &Case, options: &Options, flow: &Flow, repair: &PathRepair) -> Result<(), String> {
    let text = apply(&case.template, &repair.edits).map_err(|error| error.to_string())?;
    let request = TraceRequest { from: Some(flow.from.function.clone()), to: Some(flow.to.goal()) };
    let tracing = trace(&case.path, &text, options, &request).map_err(|error| error.what.en)?;
    if tracing.broken.is_some() {
        return Err("the text does not parse any more".to_owned());
    }
    let own = tracing.traces.iter().find(|trace| trace.from.subnet.as_ref() == Some(&flow.from.subnet));
    match own.map(|trace| trace.verdict) {
        Some(Verdict::Reachable) => Ok(()),
        verdict => Err(format!(
            "{verdict:?} after it: {:?}",
            own.map(|trace| trace.blockers.iter().map(|one| one.message.en.clone()).collect::<Vec<_>>())
        )),
    }
}
