//! From text to the smallest repair of one blocked way.

use crate::analysis::{Options, lower_text, surroundings};
use crate::language::Phrase;
use crate::network::resolve;
use crate::paths::{Verdict, parse_goal, trace_from};
use crate::suggest::repair::{Failure, Ground, Want, repair};
use crate::template::Inputs;
use crate::template::dependencies::Dependencies;
use crate::template::reference::References;
use crate::text::Edit;

/// The smallest set of changes after which a way is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathRepair {
    /// How many changes: rules, entries, routes, associations.
    pub changes: usize,
    /// What they do, as a command.
    pub title: Phrase,
    /// The same as edits of the text.
    pub edits: Vec<Edit>,
}

/// Why a way has no repair.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NoRepair {
    /// It names nothing, or there is no such way.
    NoWay,
    /// Nothing stops it.
    Open,
    /// It is not known whether it would be open.
    Unknown,
    /// Nothing is known against what stops it: the code and the kind of component.
    NoRemedy(&'static str, &'static str),
    /// Too many changes would be needed.
    TooMuch,
    /// The template is written so that the changes cannot be put in.
    Unwritable,
}

/// The smallest repair of the way from a source, in one of its subnets or in all, to a destination as users write it.
///
/// # Errors
/// Why there is none.
pub fn repair_path(
    text: &str,
    options: &Options,
    from: &str,
    subnet: Option<&str>,
    to: &str,
) -> Result<PathRepair, NoRepair> {
    let (surroundings, region) = surroundings(options);
    let inputs = Inputs { parameters: options.parameters.clone(), region, ..Inputs::default() };
    let template = lower_text(text, options, inputs);
    let goal = parse_goal(to, &template).map_err(|_| NoRepair::NoWay)?;
    let networks = resolve(&template, &surroundings);
    let mut wants = Vec::new();
    let mut is_blocked = false;
    for (at, situated) in networks.iter().enumerate() {
        let Some(source) = situated.network.workload(from) else { continue };
        let mut traces = trace_from(&situated.network, &options.addresses, source, &goal);
        traces.retain(|trace| subnet.is_none() || trace.from.subnet.as_deref() == subnet);
        is_blocked |= traces.iter().any(|trace| matches!(trace.verdict, Verdict::Blocked | Verdict::Partial));
        let subnet = subnet.map(str::to_owned);
        wants.push(Want { network: at, from: from.to_owned(), subnet, goal: goal.clone() });
    }
    if wants.is_empty() {
        return Err(NoRepair::NoWay);
    }
    if !is_blocked {
        return Err(NoRepair::Open);
    }
    let dependencies = Dependencies::of(&template, &References::of(&template));
    let ground = Ground {
        template: &template,
        networks: &networks,
        addresses: &options.addresses,
        dependencies: &dependencies,
    };
    let repair = repair(ground, &wants)?;
    Ok(PathRepair { changes: repair.atoms.len(), title: repair.title(), edits: repair.edits })
}

impl From<Failure> for NoRepair {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Unknown => Self::Unknown,
            Failure::NoRemedy(code, component) => Self::NoRemedy(code.0, component.name()),
            Failure::TooMuch => Self::TooMuch,
            Failure::Unwritable => Self::Unwritable,
        }
    }
}
