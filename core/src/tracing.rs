//! From text to traces: the template's network in every situation that differs, and every way that is asked for.

use std::collections::BTreeSet;

use crate::analysis::{Need, Options, Source};
use crate::demands::{Confidence, Demand, Demands, INVOKE, infer};
use crate::finding::FileId;
use crate::language::Phrase;
use crate::network::{
    Context, ContextProblem, EndpointKind, Missing, NatPlacement, Network, Place, Ports, Situated, Subnet,
    SubnetIndex, Surroundings, resolve, unknown_assumptions,
};
use crate::paths::{
    Goal, GoalTarget, Trace, behind, parse_goal, refuse, refuse_calls, suggested_goals, summed_up,
    trace_from, ways,
};
use crate::rules::nearest;
use crate::syntax::Limits;
use crate::template::{Inputs, Resource, Template, Unknown, lower};
use crate::{missing, phrase};

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
    /// Whether the text is a template at all: an object with `Resources` (or a SAM or CloudFormation header).
    pub is_template: bool,
    /// Where the text first fails to parse. What stands around it is traced all the same.
    pub broken: Option<Place>,
    /// The parameters of the template.
    pub parameters: Vec<String>,
    /// Names that may stand for a source.
    pub from: Vec<String>,
    /// Destinations that the template suggests.
    pub to: Vec<Goal>,
    /// Values that name subnets and are not known, by the key of [`Options::assumed`]; assumed ones too.
    pub assumable: Vec<String>,
    /// The keys of [`Options::assumed`] that name nothing in the template.
    pub unknown_assumptions: Vec<String>,
    /// Why there is no trace although something is asked for: there are more paths than are followed.
    pub refused: Option<TraceError>,
}

impl Tracing {
    /// Takes what something in a VPC is known to need for a destination that people want to see.
    fn suggest(&mut self, demand: &Demand, situated: &[Situated]) {
        let id = demand.source.id();
        let stands_in_vpc = || {
            let networks = situated.iter().map(|one| &one.network);
            networks.flat_map(|network| &network.workloads).any(|one| one.in_vpc && one.name.matches(id))
        };
        let is_far = matches!(demand.goal.target, GoalTarget::Service(_) | GoalTarget::Host(_));
        let is_known = || self.to.iter().any(|known| known.target == demand.goal.target);
        if !is_far
            || demand.forbidden
            || demand.confidence < Confidence::Likely
            || is_known()
            || !stands_in_vpc()
        {
            return;
        }
        // The internet comes last: it is asked for by whoever is asked for nothing else.
        let at = self.to.iter().position(|goal| goal.target == GoalTarget::Internet);
        let ports = demand.goal.ports.or(Some(Ports::one(443)));
        self.to.insert(at.unwrap_or(self.to.len()), Goal { ports, ..demand.goal.clone() });
    }

    /// What would settle something that is missing, in words and as an option of the command line.
    pub fn need(&self, missing: &Missing) -> Need {
        let key = |unknown: &Unknown| missing::key_of(unknown).filter(|key| self.assumable.contains(key));
        missing::need(missing, &key)
    }

    /// What would settle the unknowns of all traces, each once, in their order.
    pub fn needs(&self) -> Vec<Need> {
        let mut needs: Vec<Need> = Vec::new();
        let mut seen = BTreeSet::new();
        for missing in self.traces.iter().flat_map(|trace| &trace.missing) {
            if seen.insert(missing) {
                let need = self.need(missing);
                if !needs.contains(&need) {
                    needs.push(need);
                }
            }
        }
        needs
    }
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
    trace_also(path, text, options, request, &[])
}

/// The same, with destinations beside those that the template suggests; resources that it does not have are left out.
pub(crate) fn trace_also(
    path: &str,
    text: &str,
    options: &Options,
    request: &TraceRequest,
    also: &[Goal],
) -> Result<Tracing, TraceError> {
    let mut sources = vec![Source { path: path.to_owned(), text: text.to_owned() }];
    sources.extend(options.contexts.iter().cloned());
    let files: Vec<(FileId, &str, &str)> = options
        .contexts
        .iter()
        .enumerate()
        .map(|(at, source)| (FileId(u16::try_from(at + 1).unwrap_or(u16::MAX)), &*source.path, &*source.text))
        .collect();
    let (context, problems) = Context::read_named(&files);
    let region = options.region.clone().or_else(|| context.region().map(str::to_owned));
    let surroundings = Surroundings {
        context,
        assumed: options.assumed.clone(),
        prefix_lists: options.prefix_lists.clone(),
    };
    let inputs = Inputs { parameters: options.parameters.clone(), region, ..Inputs::default() };
    let template = lower(text, &Limits { size: options.size_limit, ..Limits::default() }, inputs);
    let situated = resolve(&template, &surroundings);
    let mut tracing = Tracing {
        sources,
        problems,
        is_template: template.is_template(),
        broken: template.parsed.errors.first().map(|error| Place::in_template(error.span)),
        parameters: template.parameters.iter().map(|parameter| parameter.name.clone()).collect(),
        unknown_assumptions: unknown_assumptions(&template, &options.assumed),
        ..Tracing::default()
    };
    for one in &situated {
        for workload in &one.network.workloads {
            let id = workload.name.to_string();
            if workload.kind.is_source() && !tracing.from.contains(&id) {
                tracing.from.push(id);
            }
        }
        for key in
            used_subnets(&one.network).iter().filter_map(|subnet| missing::assumption_key(&subnet.name))
        {
            if !tracing.assumable.contains(&key) {
                tracing.assumable.push(key);
            }
        }
        for goal in suggested_goals(&one.network) {
            match tracing.to.iter_mut().find(|known| known.target == goal.target) {
                None => tracing.to.push(goal),
                // Where a port depends on the situation, each has its own.
                Some(known) if *known != goal => known.ports = None,
                Some(_) => {}
            }
        }
    }
    let demands = infer(&template, &situated);
    for demand in &demands.demands {
        tracing.suggest(demand, &situated);
    }
    // Whoever asks for a load balancer alone, without a function before it, asks for its targets.
    let of_source =
        |one: &Situated| request.from.as_ref().map_or_else(Vec::new, |id| behind(&one.network, id));
    let mut behind_source: Vec<Goal> = Vec::new();
    for goal in situated.iter().flat_map(of_source) {
        if !behind_source.contains(&goal) {
            behind_source.push(goal);
        }
    }
    let goals = match &request.to {
        Some(text) => {
            let goal = parse_goal(text, &template)?;
            check_goal(&goal, &template, &situated, &tracing)?;
            vec![goal]
        }
        None if !behind_source.is_empty() => behind_source,
        None => {
            let also = also.iter().filter(|goal| check_goal(goal, &template, &situated, &tracing).is_ok());
            tracing.to.iter().chain(also).cloned().collect()
        }
    };
    let from = match &request.from {
        Some(id) => {
            check_source(id, &template, &situated, &tracing)?;
            vec![id.clone()]
        }
        None => tracing.from.clone(),
    };
    let named =
        request.to.as_deref().and_then(|text| template.resource(text.trim().split([':', '/']).next()?));
    tracing.refused = too_many(&from, &goals, &situated);
    if tracing.refused.is_some() {
        return Ok(tracing);
    }
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
                    let mut traces = trace_from(&one.network, &options.addresses, source, goal);
                    if let Some(demand) = called(&demands, id, goal) {
                        let (actions, calls) = (demand.actions(), demand.all_calls());
                        let source = &one.network.workloads[source.0];
                        for trace in &mut traces {
                            refuse(&one.network, source, trace, &actions, &calls);
                        }
                    }
                    if let Some(calls) = calls(&demands, id, goal, named) {
                        let source = &one.network.workloads[source.0];
                        for trace in &mut traces {
                            refuse_calls(&one.network, source, trace, &calls);
                        }
                    }
                    Some((template.describe(one.situation), traces))
                })
                .collect();
            tracing.traces.extend(summed_up(answers));
        }
    }
    Ok(tracing)
}

/// More paths than this are not followed at once: twice those that findings rest on, for who asks for them outright.
const PATHS: usize = 20_000;

fn too_many(from: &[String], goals: &[Goal], situated: &[Situated]) -> Option<TraceError> {
    let mut paths = 0_usize;
    for one in situated {
        let sources = from.iter().filter_map(|id| one.network.workload(id));
        paths += sources
            .flat_map(|at| goals.iter().map(move |goal| (at, goal)))
            .map(|(at, goal)| ways(&one.network, at, goal))
            .sum::<usize>();
    }
    (paths > PATHS).then(|| TraceError {
        what: phrase!(
            en: "there are {paths} paths from a subnet to a destination, more than the {PATHS} that vpcheck follows at once",
            ja: "サブネットから接続先への経路が {paths} 件あり、一度に追跡できる上限の {PATHS} 件を超えています",
        ),
        next: phrase!(
            en: "ask for one source and one destination",
            ja: "送信元と宛先を一つずつ指定してください",
        ),
    })
}

/// What the template says of the calls of a source to a service, where that is all of them that are known.
fn called<'d>(demands: &'d Demands, id: &str, goal: &Goal) -> Option<&'d Demand> {
    let is_meant = |demand: &&Demand| demand.source.id() == id && demand.goal.target == goal.target;
    let is_service = matches!(goal.target, GoalTarget::Service(_));
    demands
        .demands
        .iter()
        .find(is_meant)
        .filter(|demand| is_service && !demand.forbidden && demands.is_permitted_by_statements_alone(demand))
}

/// The calls of a source to resources of the template by a service, where the template names all of them; those to one
/// resource alone where it is asked for by its name.
fn calls<'d>(
    demands: &'d Demands,
    id: &str,
    goal: &Goal,
    named: Option<&'d Resource>,
) -> Option<Vec<(&'d str, &'d str)>> {
    // Whoever asks for an API calls it, with a permission or without.
    if let Some(api) = named.filter(|one| one.kind == "AWS::ApiGateway::RestApi") {
        return Some(vec![(&api.id, INVOKE)]);
    }
    let is_meant = |demand: &&Demand| demand.source.id() == id && demand.goal.target == goal.target;
    let is_api = matches!(&goal.target, GoalTarget::Service(service) if service == "execute-api");
    let demand = demands.demands.iter().find(is_meant).filter(|demand| {
        !demand.forbidden
            && demand.names_every_call()
            && (is_api || demands.is_permitted_by_statements_alone(demand))
    })?;
    let mut calls = demand.calls();
    if let Some(named) = named.filter(|named| calls.iter().any(|(resource, _)| *resource == named.id)) {
        calls.retain(|(resource, _)| *resource == named.id);
    }
    Some(calls).filter(|calls| !calls.is_empty())
}

/// A source must stand in one of the networks.
fn check_source(
    id: &str,
    template: &Template<'_>,
    situated: &[Situated],
    tracing: &Tracing,
) -> Result<(), TraceError> {
    if situated.iter().any(|one| one.network.workload(id).is_some()) {
        return Ok(());
    }
    let what = match template.resource(id) {
        Some(resource) => {
            let kind = &resource.kind;
            phrase!(
                en: "`{id}` is an {kind}: no traffic starts there",
                ja: "`{id}` ({kind}) は通信の送信元になりません",
            )
        }
        None => phrase!(en: "`{id}` is no source", ja: "`{id}` という送信元はありません"),
    };
    let workloads = situated.iter().flat_map(|one| &one.network.workloads);
    let names: Vec<String> = workloads.map(|workload| workload.name.to_string()).collect();
    let next = match nearest(id, names.iter().map(String::as_str)) {
        Some(near) => phrase!(en: "did you mean `{near}`?", ja: "`{near}` ではありませんか?"),
        None if tracing.from.is_empty() => phrase!(
            en: "no function is in this template",
            ja: "このテンプレートに関数はありません",
        ),
        None => {
            let all = listed(&tracing.from);
            phrase!(en: "name one of: {all}", ja: "次のいずれかを指定してください: {all}")
        }
    };
    Err(TraceError { what, next })
}

/// A resource must be something that takes traffic.
fn check_goal(
    goal: &Goal,
    template: &Template<'_>,
    situated: &[Situated],
    tracing: &Tracing,
) -> Result<(), TraceError> {
    let GoalTarget::Resource(id) = &goal.target else { return Ok(()) };
    let takes_traffic = |one: &Situated| {
        let network = &one.network;
        network.workload(id).is_some()
            || network.lattice_service(id).is_some()
            || network.endpoints.iter().any(|endpoint| endpoint.name.matches(id))
    };
    // Where no situation can be told, nothing can be said of any resource either.
    if situated.is_empty() || situated.iter().any(takes_traffic) {
        return Ok(());
    }
    let kind = template.resource(id).map_or("", |resource| resource.kind.as_str());
    let all = listed(&tracing.to.iter().map(|goal| goal.target.id()).collect::<Vec<_>>());
    Err(TraceError {
        what: phrase!(
            en: "`{id}` is an {kind}: no traffic ends there, as far as vpcheck follows it",
            ja: "`{id}` ({kind}) は通信の宛先として扱えません",
        ),
        next: phrase!(
            en: "name a database or another workload, a service, a host name or an address; this template suggests: {all}",
            ja: "データベースなどのワークロード、サービス、ホスト名、アドレスを指定してください。このテンプレートでの候補: {all}",
        ),
    })
}

/// Names with commas, cut where they get many.
fn listed(names: &[String]) -> String {
    const SHOWN: usize = 20;
    let shown = names.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
    if names.len() > SHOWN { format!("{shown}, ...") } else { shown }
}

/// The subnets that something stands in: an assumption about any other changes nothing.
pub(crate) fn used_subnets(network: &Network) -> Vec<&Subnet> {
    let of_workloads = network.workloads.iter().flat_map(|workload| &workload.subnets.items);
    let of_endpoints = network.endpoints.iter().flat_map(|endpoint| match &endpoint.kind {
        EndpointKind::Interface { subnets, .. } => subnets.items.as_slice(),
        EndpointKind::Gateway { .. } => &[],
    });
    let of_gateways = network.nat_gateways.iter().filter_map(|nat| match &nat.placement {
        NatPlacement::Zonal(subnet) => subnet.known(),
        NatPlacement::Regional(_) => None,
    });
    let used: BTreeSet<&SubnetIndex> = of_workloads.chain(of_endpoints).chain(of_gateways).collect();
    used.into_iter().filter_map(|index| network.subnets.get(index.0)).collect()
}
