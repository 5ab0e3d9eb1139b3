//! Requests on a way: what the policies of the endpoints that it leads through say of them, and those of what is called.

use super::{Action, Blocker, Code, Component, Direction, GoalTarget, Hop, Trace, Verdict, words};
use crate::language::Phrase;
use crate::network::{
    CallWay, Cidr, Endpoint, EndpointPolicy, Missing, Network, Place, PolicyAnswer, Ranges, ResourcePolicy,
    Workload, WrittenPolicy, addresses_of,
};
use crate::template::Text;

/// What a policy says of one of the actions that are called.
#[derive(Clone, Debug)]
pub(crate) struct Judged<'n, 'a> {
    /// The endpoint that has it.
    pub(crate) endpoint: &'n Endpoint,
    /// The action, as the permission has it.
    pub(crate) action: &'a str,
    /// What it says.
    pub(crate) answer: PolicyAnswer,
}

/// Judges each of `actions` by the policy of each endpoint that a way leads through. `calls` are those actions by the
/// resources that they are for, where all of these are known.
pub(crate) fn judged<'n, 'a>(
    network: &'n Network,
    source: &Workload,
    trace: &Trace,
    actions: &[&'a str],
    calls: &[(&str, &str)],
) -> Vec<Judged<'n, 'a>> {
    let (caller, role) = (caller(network, source, trace), role(network, source));
    let mut found = Vec::new();
    for endpoint in &network.endpoints {
        let way = CallWay { network, endpoint: Some(endpoint), caller: caller.as_ref(), role, on_own: false };
        let is_passed = |hop: &Hop| {
            matches!(hop.component, Component::GatewayEndpoint | Component::InterfaceEndpoint)
                && endpoint.name.matches(&hop.id)
        };
        if let EndpointPolicy::Written(policy) = &endpoint.policy
            && trace.hops.iter().any(is_passed)
        {
            found.extend(actions.iter().map(|action| {
                let answer = answer(policy, action, calls, way);
                Judged { endpoint, action, answer }
            }));
        }
    }
    found
}

/// What a policy says of an action: of everything, or else of each of the resources that it is for.
fn answer(policy: &WrittenPolicy, action: &str, calls: &[(&str, &str)], way: CallWay<'_>) -> PolicyAnswer {
    let on = || calls.iter().filter(|call| call.1 == action).map(|call| call.0);
    let way = CallWay { on_own: on().next().is_some(), ..way };
    let general = policy.of(action, way);
    let is_open = matches!(general, PolicyAnswer::Depends | PolicyAnswer::Unknown(_));
    if !is_open || !way.on_own {
        return general;
    }
    let mut refused = None;
    for id in on() {
        let own = way.network.own_resources.iter().find(|own| own.id == id);
        match own.map(|own| policy.of_call(action, own, way)) {
            Some(denied @ PolicyAnswer::Denied(_)) => refused = Some(denied),
            _ => return general,
        }
    }
    refused.unwrap_or(general)
}

/// Stops a way on which packets pass and every one of `actions` is refused; leaves it open where one that is not may be.
pub(crate) fn refuse(
    network: &Network,
    source: &Workload,
    trace: &mut Trace,
    actions: &[&str],
    calls: &[(&str, &str)],
) {
    let judged = judged(network, source, trace, actions, calls);
    let (Some(first), true) = (judged.first(), trace.verdict == Verdict::Reachable) else { return };
    let id = first.endpoint.name.to_string();
    let at = match decided(judged.iter().map(|one| &one.answer)) {
        Decided::Refused(at) => at,
        Decided::Unknown(missing) => {
            let message = words::policy_may_refuse(&id, actions);
            return leave_open(trace, &id, message, missing);
        }
        Decided::Open => return,
    };
    let is_own = |hop: &&mut Hop| {
        hop.id == id && matches!(hop.component, Component::GatewayEndpoint | Component::InterfaceEndpoint)
    };
    let message = words::policy_refuses(&id, actions);
    let Some(hop) = trace.hops.iter_mut().filter(is_own).last() else { return };
    (hop.action, hop.detail, hop.at) = (Action::Deny, message.clone(), Some(at));
    let component = hop.component;
    trace.verdict = Verdict::Blocked;
    trace.blockers.push(Blocker {
        code: Code::VPCHECK_ENDPOINT_POLICY,
        direction: Direction::Out,
        component,
        id,
        of: None,
        message,
        at: Some(at),
        obstacle: None,
    });
}

/// What several answers come to for the calls together.
enum Decided {
    /// All are refused; the first here.
    Refused(Place),
    /// None is let through for certain, and this decides.
    Unknown(Missing),
    /// One may be let through, as far as the way and the caller go.
    Open,
}

fn decided<'a>(answers: impl Iterator<Item = &'a PolicyAnswer>) -> Decided {
    let mut all = Decided::Open;
    for answer in answers {
        all = match (answer, all) {
            (PolicyAnswer::Allowed | PolicyAnswer::Depends, _) => return Decided::Open,
            (_, unknown @ Decided::Unknown(_)) => unknown,
            (PolicyAnswer::Unknown(missing), _) => Decided::Unknown(missing.clone()),
            (_, refused @ Decided::Refused(_)) => refused,
            (PolicyAnswer::Denied(at), Decided::Open) => Decided::Refused(*at),
        };
    }
    all
}

/// Makes a way unknown at the endpoint or the service whose policy is not known to let its calls through.
fn leave_open(trace: &mut Trace, id: &str, message: Phrase, missing: Missing) {
    if let Some(hop) = trace.hops.iter_mut().rev().find(|hop| hop.id == id) {
        (hop.action, hop.detail) = (Action::Unknown, message);
    }
    trace.verdict = Verdict::Unknown;
    if !trace.missing.contains(&missing) {
        trace.missing.push(missing);
    }
}

/// What the policy of what is called says of a call.
#[derive(Clone, Debug)]
pub(crate) struct JudgedCall<'n, 'a> {
    /// Whose policy it is.
    pub(crate) policy: &'n ResourcePolicy,
    /// The action.
    pub(crate) action: &'a str,
    /// What it says.
    pub(crate) answer: PolicyAnswer,
    /// The endpoint that the call comes through.
    pub(crate) endpoint: Option<&'n Endpoint>,
}

/// What the policies of resources say of some calls (of an action on a resource) for the way that they come. Calls of
/// which none has anything to say are left out. Nothing is said of a way that is not known or does not work.
pub(crate) fn judged_calls<'n, 'a>(
    network: &'n Network,
    source: &Workload,
    trace: &Trace,
    calls: &[(&'a str, &'a str)],
) -> Vec<JudgedCall<'n, 'a>> {
    if trace.verdict != Verdict::Reachable || network.resource_policies.is_empty() {
        return Vec::new();
    }
    let GoalTarget::Service(service) = &trace.to.target else { return Vec::new() };
    let endpoint = passed(network, trace, service);
    if endpoint.is_none() && may_pass_another(network, source) {
        return Vec::new();
    }
    let (caller, role) = (caller(network, source, trace), role(network, source));
    let way = CallWay { network, endpoint, caller: caller.as_ref(), role, on_own: true };
    let mut found = Vec::new();
    for (resource, action) in calls {
        for policy in network.resource_policies.iter().filter(|policy| policy.of == *resource) {
            found.push(JudgedCall { policy, action, answer: policy.of_call(way, action), endpoint });
        }
    }
    found
}

/// The endpoint of the service that a way leads through.
fn passed<'n>(network: &'n Network, trace: &Trace, service: &str) -> Option<&'n Endpoint> {
    let is_passed = |endpoint: &&Endpoint| {
        endpoint.service.known().is_some_and(|own| own == service)
            && trace.hops.iter().any(|hop| {
                matches!(hop.component, Component::GatewayEndpoint | Component::InterfaceEndpoint)
                    && endpoint.name.matches(&hop.id)
            })
    };
    network.endpoints.iter().find(is_passed)
}

/// Whether calls may take an endpoint that nothing here describes.
fn may_pass_another(network: &Network, source: &Workload) -> bool {
    source.subnets.items.iter().any(|subnet| match network.subnets[subnet.0].vpc.known() {
        Some(vpc) => network.vpcs[vpc.0].other_endpoints.is_some(),
        None => true,
    })
}

/// The addresses that a way starts from.
fn caller(network: &Network, source: &Workload, trace: &Trace) -> Option<Ranges> {
    let name = trace.from.subnet.as_ref()?;
    let mut subnets = source.subnets.items.iter().map(|at| &network.subnets[at.0]);
    match subnets.find(|subnet| subnet.name.matches(name))?.cidr.known()? {
        Cidr::Known(net) => Some(addresses_of(*net)),
        Cidr::Symbol(_) => None,
    }
}

/// The role of a caller, where a policy asks for any.
fn role<'n>(network: &'n Network, source: &Workload) -> Option<&'n Text> {
    network.caller_roles.iter().find(|role| role.of == source.name).map(|role| &role.arn)
}

/// Stops a way on which packets pass and the policies of what is called refuse all of `calls`; leaves it open where one
/// that is not may be refused.
pub(crate) fn refuse_calls(network: &Network, source: &Workload, trace: &mut Trace, calls: &[(&str, &str)]) {
    let judged = judged_calls(network, source, trace, calls);
    let is_judged =
        |call: &(&str, &str)| judged.iter().any(|one| one.policy.of == call.0 && one.action == call.1);
    let Some(first) = judged.first().filter(|_| calls.iter().all(is_judged)) else { return };
    let actions: Vec<&str> = judged.iter().fold(Vec::new(), |mut all, one| {
        if !all.contains(&one.action) {
            all.push(one.action);
        }
        all
    });
    let id = first.policy.of.clone();
    let (direction, component) = (Direction::Out, Component::Service);
    let add = |trace: &mut Trace, action, detail: Phrase, at| {
        let hop = Hop { direction, component, id: id.clone(), action, detail, at };
        let back = trace.hops.iter().position(|hop| hop.direction == Direction::Back);
        trace.hops.insert(back.unwrap_or(trace.hops.len()), hop);
    };
    match decided(judged.iter().map(|one| &one.answer)) {
        Decided::Open => {}
        Decided::Unknown(missing) => {
            let message = words::policy_may_refuse(&first.policy.of, &actions);
            add(trace, Action::Unknown, message.clone(), first.policy.at);
            leave_open(trace, &first.policy.of, message, missing);
        }
        Decided::Refused(at) => {
            let message = words::resource_policy_refuses(
                &first.policy.of,
                &actions,
                first.endpoint.map(|one| &one.name),
            );
            let at = Some(at);
            add(trace, Action::Deny, message.clone(), at);
            trace.verdict = Verdict::Blocked;
            let (code, id) = (Code::VPCHECK_RESOURCE_POLICY, first.policy.of.clone());
            trace.blockers.push(Blocker {
                code,
                direction,
                component,
                id,
                of: None,
                message,
                at,
                obstacle: None,
            });
        }
    }
}
