//! Requests on a way: what the policies of the endpoints that it leads through say of them.

use super::{Action, Blocker, Code, Component, Direction, Hop, Trace, Verdict, words};
use crate::network::{Endpoint, EndpointPolicy, Network, PolicyAnswer};

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

/// Judges each of `actions` by the policy of each endpoint that a way leads through.
pub(crate) fn judged<'n, 'a>(
    network: &'n Network,
    trace: &Trace,
    actions: &[&'a str],
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
                let answer = policy.of(action);
                Judged { endpoint, action, answer }
            }));
        }
    }
    found
}

/// Stops a way on which packets pass and every one of `actions` is refused.
pub(crate) fn refuse(network: &Network, trace: &mut Trace, actions: &[&str]) {
    let judged = judged(network, trace, actions);
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
