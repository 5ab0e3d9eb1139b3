//! Is the VPC needed?

use super::function::{Answer, Function, declarable};
use super::{Evidence, Status};
use crate::demands::{Confidence, Demand};
use crate::network::{Fact, Network, WorkloadKind};
use crate::paths::GoalTarget;
use crate::phrase;
use crate::rules::subject::in_template;

/// Needed is what is known to call something that stands in the VPC.
pub(super) fn answer(function: &Function<'_, '_>) -> Answer {
    let mut needed: Vec<Evidence> = Vec::new();
    for stand in &function.stands {
        for demand in function.demands(stand.situation) {
            if demand.confidence > Confidence::Possible && is_inside(stand.network, &demand.goal.target) {
                let evidence = named(demand);
                if !needed.contains(&evidence) {
                    needed.push(evidence);
                }
            }
        }
    }
    if !needed.is_empty() {
        return Answer { status: Status::Pass, evidence: needed };
    }
    let mut evidence = function.ignorance();
    let conditions = &function.subject.demands().vpc_conditions;
    evidence.extend(conditions.iter().map(|at| {
        let text = phrase!(
            en: "a policy asks which VPC a call comes from, perhaps one of this function",
            ja: "呼び出し元の VPC を条件にしたポリシーがあり、この関数の呼び出しが対象かもしれません",
        );
        Evidence::new(text, in_template(Some(*at)))
    }));
    if evidence.is_empty() {
        let id = function.id;
        evidence.push(declarable(phrase!(
            en: "nothing in the template tells whether `{id}` reaches anything in the VPC",
            ja: "`{id}` が VPC 内の何かに接続するかどうか、テンプレートからはわかりません",
        )));
    }
    Answer { status: Status::Unknown, evidence }
}

/// Whether something can be reached from inside the VPC only, or is a data store there.
fn is_inside(network: &Network, target: &GoalTarget) -> bool {
    match target {
        GoalTarget::Resource(id) => {
            let workload = network.workload(id).map(|at| &network.workloads[at.0]);
            let is_private = workload.is_some_and(|workload| {
                let may_be_public = matches!(
                    workload.kind,
                    WorkloadKind::LoadBalancer
                        | WorkloadKind::Instance
                        | WorkloadKind::NetworkInterface
                        | WorkloadKind::EcsService
                        | WorkloadKind::Function
                );
                workload.in_vpc && (!may_be_public || workload.public_address == Fact::Known(false))
            });
            is_private
                || network.lattice_service(id).is_some()
                || network.endpoints.iter().any(|endpoint| endpoint.name.matches(id))
        }
        GoalTarget::Address(address) => address.is_private(),
        GoalTarget::Cidr(net) => net.network().is_private() && net.broadcast().is_private(),
        GoalTarget::Service(_) | GoalTarget::Internet | GoalTarget::Host(_) | GoalTarget::Ipv6(_) => false,
    }
}

/// What is reached, with the place that tells.
fn named(demand: &Demand) -> Evidence {
    let goal = demand.goal.target.id();
    let first = demand.evidence.first();
    let text = match first.map(|evidence| &evidence.words) {
        Some(crate::language::Phrase { en, ja }) => phrase!(
            en: "reaches `{goal}` inside the VPC: {en}",
            ja: "VPC 内の `{goal}` に接続します: {ja}",
        ),
        None => phrase!(en: "reaches `{goal}` inside the VPC", ja: "VPC 内の `{goal}` に接続します"),
    };
    Evidence::new(text, first.and_then(|evidence| in_template(Some(evidence.at))))
}
