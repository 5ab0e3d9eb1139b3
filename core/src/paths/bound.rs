//! How many ways there are to follow: what may be asked for is bounded, since a text can name any number of subnets.

use super::{Goal, GoalTarget};
use crate::network::{Network, WorkloadIndex};

/// How many ways lead from a workload to a goal: one from each subnet of the source to each of the target.
pub(crate) fn ways(network: &Network, from: WorkloadIndex, goal: &Goal) -> usize {
    let subnets = |at: WorkloadIndex| network.workloads[at.0].subnets.items.len().max(1);
    let places = match &goal.target {
        GoalTarget::Resource(id) => network.workload(id).map_or(1, subnets),
        _ => 1,
    };
    subnets(from) * places
}
