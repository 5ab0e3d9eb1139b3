//! Instances and interfaces that routes lead to: what does not drop foreign packets, has a public address and stands
//! where an internet gateway is near, is a NAT instance.

use super::super::filter::Way;
use super::super::flow::{Addresses, Cut, EPHEMERAL, Flow, Match, PortSet, Translation, Translator};
use super::super::{Action, Code, Component, Direction, words};
use super::{Standing, Stop, Walk};
use crate::network::{Fact, Missing, Name, Place, Topic, WorkloadIndex};

const COMPONENT: Component = Component::NetworkInterface;

impl Walk<'_> {
    #[expect(clippy::too_many_arguments, reason = "what a route to an interface is made of; used once")]
    pub(super) fn instance(
        &mut self,
        stop: &Stop,
        flow: &Flow,
        target: Option<&Standing>,
        name: &Name,
        workload: Option<WorkloadIndex>,
        checks: &Fact<bool>,
        at: Option<Place>,
    ) -> Result<(), Cut> {
        let id = name.to_string();
        match checks {
            Fact::Known(true) => {
                let (code, what) = (Code::ENI_SOURCE_DEST_CHECK_RESTRICTION, words::source_dest_check(&id));
                self.block(Direction::Out, code, COMPONENT, &id, what, at);
                return self.deliver_anyway(stop, flow, target);
            }
            Fact::Unknown(missing) => {
                let what = words::source_dest_check_unknown(&id);
                self.open(Direction::Out, COMPONENT, &id, what, missing.clone());
                return self.deliver_anyway(stop, flow, target);
            }
            Fact::Known(false) => {}
        }
        // Whether it does more than translate for the internet is up to its software.
        let public = flow.destination.is_public() && !flow.destination.is_ipv6();
        match workload.filter(|_| public) {
            Some(workload) => self.nat_instance(stop, flow, target, name, workload),
            None => {
                let missing = Missing::Beyond(Topic::ForwardingInstance, name.clone());
                self.open(Direction::Out, COMPONENT, &id, words::forwards(&id), missing);
                self.deliver_anyway(stop, flow, target)
            }
        }
    }

    fn nat_instance(
        &mut self,
        stop: &Stop,
        flow: &Flow,
        target: Option<&Standing>,
        name: &Name,
        index: WorkloadIndex,
    ) -> Result<(), Cut> {
        let network = self.network;
        let workload = &network.workloads[index.0];
        let id = name.to_string();
        let [subnet] = *workload.subnets.items else {
            let missing = workload.subnets.rest.clone();
            let missing = missing.unwrap_or(Missing::Beyond(Topic::ForwardingInstance, name.clone()));
            self.open(Direction::Out, COMPONENT, &id, words::forwards(&id), missing);
            return Ok(());
        };
        if self.sent_on.contains(&(COMPONENT, subnet)) {
            let (code, what) = (Code::VPCHECK_ROUTE_RING, words::route_ring(&id));
            self.block(Direction::Out, code, COMPONENT, &id, what, workload.at);
            return Ok(());
        }
        self.sent_on.push((COMPONENT, subnet));
        let vpc = super::super::trace::vpc_of(network, workload, subnet).or(stop.vpc);
        let own = Standing {
            component: COMPONENT,
            id: id.clone(),
            at: workload.at,
            subnet,
            vpc,
            groups: workload.groups_in(subnet).clone(),
            is_unguarded: false,
            groups_at: workload.network_at,
            public_address: workload.public_address.clone(),
            ipv6: Fact::Known(false),
        };
        let crosses = stop.subnet != Some(subnet);
        if crosses {
            self.acl(subnet, Way::Ingress, flow, false)?;
        }
        self.groups(&own, Way::Ingress, flow, &stop.named)?;
        let detail = words::translates(Some(&network.subnets[subnet.0].name));
        self.hop(Direction::Out, COMPONENT, &id, Action::Translate, detail, workload.at);
        self.report.assumes(words::taken_as_nat_instance(&id));
        let by = Translator::Instance(index);
        let mut translated = Flow {
            source: Addresses::of_interface(network, &id, subnet, vpc, own.groups.clone(), workload.address),
            source_ports: PortSet::of(EPHEMERAL),
            ..flow.clone()
        };
        let source = &mut translated.source.ranges;
        *source = flow.after(by, Translation::Addresses, source);
        let ports = &mut translated.source_ports.ranges;
        *ports = flow.after(by, Translation::Ports, ports);
        let next = Stop {
            subnet: Some(subnet),
            table: network.subnets[subnet.0].table.clone(),
            ..Stop::nat(vpc, own.public_address.clone())
        };
        self.groups(&own, Way::Egress, &translated, &Match::Yes)
            .and_then(|()| self.onward(&next, &translated, target))
            .map_err(|cut| cut.before(by))?;
        if stop.is_guest {
            self.back_from(Some(subnet), vpc, &next.table, stop.home, flow, None)?;
        } else if let Fact::Known(table) = &next.table {
            self.detour(Some(subnet), vpc, *table, flow)?;
        }
        if crosses {
            self.acl(subnet, Way::Egress, flow, true)?;
        }
        Ok(())
    }
}
