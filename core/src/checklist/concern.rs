//! Which functions a finding is about.

use super::function::{Function, Stand};
use crate::finding::{Finding, Severity};
use crate::network::{EndpointKind, Name, Target};
use crate::paths::GoalTarget;

/// Whether a finding of a rule that owns a question is about the function: by its name, or by something that it uses.
pub(super) fn concerns(finding: &Finding, function: &Function<'_, '_>) -> bool {
    // Where a service has no way at all, NAT costs nothing.
    if finding.rule.0 == "missing-endpoint" && finding.severity != Severity::Info {
        return false;
    }
    if let Some(named) = &finding.function {
        return named == function.id;
    }
    let Some(resource) = &finding.resource else { return false };
    if resource == function.id {
        return true;
    }
    let declared = function.subject.template.resource(resource);
    if declared.is_some_and(|declared| declared.kind == "AWS::Lambda::Function") {
        // Functions that are too much together are told at the first, with a label in each other.
        return is_marked(finding, function);
    }
    function.stands.iter().any(|stand| uses(function, *stand, resource))
}

/// Whether a finding of any rule is about a function or stops its calls.
pub(super) fn is_of(finding: &Finding, function: &str) -> bool {
    let is_it = |name: &Option<String>| name.as_deref() == Some(function);
    is_it(&finding.function) || is_it(&finding.resource) || finding.callers.iter().any(|own| own == function)
}

/// Whether a finding marks a place inside the function's declaration.
fn is_marked(finding: &Finding, function: &Function<'_, '_>) -> bool {
    let Some(resource) = function.resource() else { return false };
    let own = function.subject.template.node(resource.body).span();
    let spans = finding.labels.iter().filter_map(|label| label.span);
    spans.into_iter().any(|span| own.start <= span.start && span.end <= own.end)
}

/// Whether a function uses a subnet, a database, a NAT gateway or an endpoint, or stands in a VPC.
fn uses(function: &Function<'_, '_>, stand: Stand<'_>, resource: &str) -> bool {
    let network = stand.network;
    let is_named = |name: &Name| name.matches(resource);
    let leads_through = |target: &Target| match target {
        Target::NatGateway(at) => network.nat_gateways.get(at.0).is_some_and(|nat| is_named(&nat.name)),
        _ => false,
    };
    let tables = stand.subnets().filter_map(|subnet| network.tables.get(subnet.table.known()?.0));
    let of_routes = || tables.flat_map(|table| &table.routes.items).any(|route| leads_through(&route.target));
    let of_vpc = || {
        let vpc = stand.vpc();
        let own = vpc.and_then(|vpc| network.vpcs.get(vpc.0));
        let serves = |service: &str| {
            let is_it = |target: &GoalTarget| matches!(target, GoalTarget::Service(own) if own == service);
            function.demands(stand.situation).any(|demand| is_it(&demand.goal.target))
        };
        own.is_some_and(|vpc| is_named(&vpc.name))
            || network.endpoints.iter().any(|endpoint| {
                is_named(&endpoint.name)
                    && endpoint.vpc.known().copied() == vpc
                    && matches!(endpoint.kind, EndpointKind::Interface { .. })
                    && endpoint.service.known().is_some_and(|service| serves(service))
            })
    };
    let is_demanded = || {
        let is_it = |target: &GoalTarget| matches!(target, GoalTarget::Resource(own) if own == resource);
        function.demands(stand.situation).any(|demand| is_it(&demand.goal.target))
    };
    stand.subnets().any(|subnet| is_named(&subnet.name)) || of_routes() || of_vpc() || is_demanded()
}
