//! From text to traces: the template's network in every situation that differs, and every way that is asked for.

use crate::analysis::{Options, Source};
use crate::finding::FileId;
use crate::language::Phrase;
use crate::network::{Context, ContextProblem, Name, Surroundings, resolve};
use crate::paths::{Goal, GoalTarget, Trace, parse_goal, suggested_goals, summed_up, trace_from};
use crate::syntax::Limits;
use crate::template::{Inputs, Unknown, lower};

/// Which ways to trace.
#[derive(Clone, Debug, Default)]
pub struct TraceRequest {
    /// The logical id of the source; nothing for every function.
    pub from: Option<String>,
    /// The destination as the user writes it: `Db:5432`, `s3`, `internet:443/tcp`; nothing for all that the template
    /// suggests.
    pub to: Option<String>,
}

/// Every trace, and the texts that it points into.
#[derive(Clone, Debug, Default)]
pub struct Tracing {
    /// The traces: for each source and destination one a subnet, then the sum.
    pub traces: Vec<Trace>,
    /// The texts: the template first, then the context files.
    pub sources: Vec<Source>,
    /// What context files hold that cannot be used.
    pub problems: Vec<ContextProblem>,
    /// Names that may stand for a source.
    pub from: Vec<String>,
    /// Destinations that the template suggests.
    pub to: Vec<Goal>,
    /// Values that name subnets and are not known, by the key of [`Options::assumed`]; assumed ones too.
    pub assumable: Vec<String>,
}

/// Why nothing could be traced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceError {
    /// What is wrong.
    pub what: Phrase,
    /// What to do.
    pub next: Phrase,
}

/// Traces what `request` asks for.
///
/// # Errors
/// A source or destination that names nothing, or cannot be read.
pub fn trace(
    path: &str,
    text: &str,
    options: &Options,
    request: &TraceRequest,
) -> Result<Tracing, TraceError> {
    let mut sources = vec![Source { path: path.to_owned(), text: text.to_owned() }];
    sources.extend(options.contexts.iter().cloned());
    let files: Vec<(FileId, &str)> = options
        .contexts
        .iter()
        .enumerate()
        .map(|(at, source)| (FileId(u16::try_from(at + 1).unwrap_or(u16::MAX)), source.text.as_str()))
        .collect();
    let (context, problems) = Context::read(&files);
    let surroundings = Surroundings {
        context,
        assumed: options.assumed.clone(),
        prefix_lists: options.prefix_lists.clone(),
    };
    let inputs = Inputs {
        parameters: options.parameters.clone(),
        region: options.region.clone(),
        ..Inputs::default()
    };
    let template = lower(text, &Limits { size: options.size_limit, ..Limits::default() }, inputs);
    let situated = resolve(&template, &surroundings);
    let mut tracing = Tracing { sources, problems, ..Tracing::default() };
    for one in &situated {
        for workload in &one.network.workloads {
            let id = workload.name.to_string();
            if workload.kind == crate::network::WorkloadKind::Function && !tracing.from.contains(&id) {
                tracing.from.push(id);
            }
        }
        for key in one.network.subnets.iter().filter_map(|subnet| assumption_key(&subnet.name)) {
            if !tracing.assumable.contains(&key) {
                tracing.assumable.push(key);
            }
        }
        for goal in suggested_goals(&one.network) {
            if !tracing.to.contains(&goal) {
                tracing.to.push(goal);
            }
        }
    }
    let goals = match &request.to {
        Some(text) => vec![parse_goal(text, &template)?],
        None => tracing.to.clone(),
    };
    let from = match &request.from {
        Some(id) => vec![id.clone()],
        None => tracing.from.clone(),
    };
    for id in &from {
        for goal in &goals {
            // A function is no destination of its own.
            if matches!(&goal.target, GoalTarget::Resource(target) if target == id) {
                continue;
            }
            let answers = situated
                .iter()
                .filter_map(|one| {
                    let source = one.network.workload(id)?;
                    Some((
                        template.describe(one.situation),
                        trace_from(&one.network, &options.addresses, source, goal),
                    ))
                })
                .collect();
            tracing.traces.extend(summed_up(answers));
        }
    }
    Ok(tracing)
}

/// The key under which an assumption can be made about the subnet of this name.
fn assumption_key(name: &Name) -> Option<String> {
    let Name::Unknown { value, .. } = name else { return None };
    match value {
        Unknown::Parameter(name) | Unknown::StoredParameter(name) | Unknown::DynamicReference(name) => {
            Some(name.clone())
        }
        Unknown::Import(name) => Some(format!("import:{name}")),
        _ => None,
    }
}
