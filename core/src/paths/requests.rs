//! Requests on a way: what the policies of the endpoints that it leads through say of them, and those of what is called.

use super::{Action, Blocker, Code, Component, Direction, GoalTarget, Hop, Trace, Verdict, words};
use crate::network::{
    CallWay, Cidr, Endpoint, EndpointPolicy, Network, Place, PolicyAnswer, Ranges, ResourcePolicy, Workload,
    WrittenPolicy, addresses_of,
};

/// What a policy says of one of the actions that are called.
#[derive(Clone, Copy, Debug)]
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
    trace: &Trace,
    actions: &[&'a str],
    calls: &[(&str, &str)],
) -> Vec<Judged<'n, 'a>> {
    let mut found = Vec::new();
    for endpoint in &network.endpoints {
        let is_passed = |hop: &Hop| {
            matches!(hop.component, Component::GatewayEndpoint | Component::InterfaceEndpoint)
                && endpoint.name.matches(&hop.id)
        };
        if let EndpointPolicy::Written(policy) = &endpoint.policy
            && trace.hops.iter().any(is_passed)
        {
            found.extend(actions.iter().map(|action| {
                let answer = answer(network, policy, action, calls);
                Judged { endpoint, action, answer }
            }));
        }
    }
    found
}

/// What a policy says of an action: of everything, or else of each of the resources that it is for.
fn answer(network: &Network, policy: &WrittenPolicy, action: &str, calls: &[(&str, &str)]) -> PolicyAnswer {
    let general = policy.of(action);
    let on = || calls.iter().filter(|call| call.1 == action).map(|call| call.0);
    if general != PolicyAnswer::Depends || on().next().is_none() {
        return general;
    }
    let mut refused = general;
    for id in on() {
        let Some(own) = network.own_resources.iter().find(|own| own.id == id) else { return general };
        refused = policy.of_call(action, own);
        if !matches!(refused, PolicyAnswer::Denied(_)) {
            return general;
        }
    }
    refused
}

/// Stops a way on which packets pass and every one of `actions` is refused.
pub(crate) fn refuse(network: &Network, trace: &mut Trace, actions: &[&str], calls: &[(&str, &str)]) {
    let judged = judged(network, trace, actions, calls);
    let (Some(first), true) = (judged.first(), trace.verdict == Verdict::Reachable) else { return };
    let denied = |one: &Judged<'_, '_>| match one.answer {
        PolicyAnswer::Denied(at) => Some(at),
        PolicyAnswer::Allowed | PolicyAnswer::Depends => None,
    };
    let (id, Some(at), true) =
        (first.endpoint.name.to_string(), denied(first), judged.iter().all(|one| denied(one).is_some()))
    else {
        return;
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

/// A call that the policy of what is called refuses.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RefusedCall<'n, 'a> {
    /// Whose policy it is.
    pub(crate) policy: &'n ResourcePolicy,
    /// The action.
    pub(crate) action: &'a str,
    /// Where the policy says so.
    pub(crate) at: Place,
    /// The endpoint that the call comes through.
    pub(crate) endpoint: Option<&'n Endpoint>,
}

/// Which of some calls (of an action on a resource) the policies of these resources refuse for the way that they come.
/// Nothing is said of a way that is not known or does not work.
pub(crate) fn refused_calls<'n, 'a>(
    network: &'n Network,
    source: &Workload,
    trace: &Trace,
    calls: &[(&'a str, &'a str)],
) -> Vec<RefusedCall<'n, 'a>> {
    if trace.verdict != Verdict::Reachable || network.resource_policies.is_empty() {
        return Vec::new();
    }
    let GoalTarget::Service(service) = &trace.to.target else { return Vec::new() };
    let endpoint = passed(network, trace, service);
    if endpoint.is_none() && may_pass_another(network, source) {
        return Vec::new();
    }
    let caller = caller(network, source, trace);
    let way = CallWay { endpoint, caller: caller.as_ref() };
    let mut found = Vec::new();
    for (resource, action) in calls {
        for policy in network.resource_policies.iter().filter(|policy| policy.of == *resource) {
            if let PolicyAnswer::Denied(at) = policy.of_call(network, way, action) {
                found.push(RefusedCall { policy, action, at, endpoint });
            }
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

/// Stops a way on which packets pass and the policies of what is called refuse all of `calls`.
pub(crate) fn refuse_calls(network: &Network, source: &Workload, trace: &mut Trace, calls: &[(&str, &str)]) {
    let refused = refused_calls(network, source, trace, calls);
    let is_refused =
        |call: &(&str, &str)| refused.iter().any(|one| one.policy.of == call.0 && one.action == call.1);
    let Some(first) = refused.first().filter(|_| calls.iter().all(is_refused)) else { return };
    let actions: Vec<&str> = refused.iter().fold(Vec::new(), |mut all, one| {
        if !all.contains(&one.action) {
            all.push(one.action);
        }
        all
    });
    let (id, at) = (first.policy.of.clone(), Some(first.at));
    let message = words::resource_policy_refuses(&id, &actions, first.endpoint.map(|one| &one.name));
    let (direction, component) = (Direction::Out, Component::Service);
    let hop = Hop { direction, component, id: id.clone(), action: Action::Deny, detail: message.clone(), at };
    let back = trace.hops.iter().position(|hop| hop.direction == Direction::Back);
    trace.hops.insert(back.unwrap_or(trace.hops.len()), hop);
    trace.verdict = Verdict::Blocked;
    let code = Code::VPCHECK_RESOURCE_POLICY;
    trace.blockers.push(Blocker { code, direction, component, id, of: None, message, at, obstacle: None });
}
