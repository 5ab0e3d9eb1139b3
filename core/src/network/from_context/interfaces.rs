//! Network interfaces, on their own and of instances: who wears which group, and where routes to them lead.

use std::collections::HashMap;

use super::record::Record;
use super::{Answers, subnet_in, vpc_of};
use crate::network::{
    Builder, Fact, Listed, Missing, Name, Place, Placement, Target, Workload, WorkloadIndex, WorkloadKind,
};

/// What routes to interfaces and instances ask for, by their ids.
#[derive(Default)]
pub(super) struct Interfaces {
    known: HashMap<Name, Interface>,
}

#[derive(Clone, Copy)]
struct Interface {
    workload: Option<WorkloadIndex>,
    source_dest_check: Option<bool>,
}

impl Interfaces {
    /// The target of a route to `name`, an instance or interface; `interface` is the instance's interface.
    pub(super) fn target(&self, name: Name, interface: Option<&Name>) -> Target {
        let found =
            interface.and_then(|interface| self.known.get(interface)).or_else(|| self.known.get(&name));
        Target::Interface {
            workload: found.and_then(|found| found.workload),
            source_dest_check: match found.and_then(|found| found.source_dest_check) {
                Some(check) => Fact::Known(check),
                None => Fact::Unknown(Missing::Component(name.clone())),
            },
            name,
        }
    }
}

/// Interfaces that are parts of components described elsewhere.
const NOT_WORKLOADS: [&str; 5] =
    ["nat_gateway", "gateway_load_balancer_endpoint", "transit_gateway", "vpc_endpoint", "vpn_gateway"];

pub(super) fn interfaces(answers: &Answers<'_>, builder: &mut Builder) -> Interfaces {
    let mut interfaces = Interfaces::default();
    for record in answers.of("Reservations").flat_map(|reservation| reservation.records("Instances")) {
        let Some((instance, _)) = record.id("InstanceId") else { continue };
        // A terminated instance is still described for a while.
        if record.record("State").is_some_and(|state| state.is_any("Name", &["terminated", "shutting-down"]))
        {
            continue;
        }
        let own = record.flag("SourceDestCheck");
        let mut of_instance = Interface { workload: None, source_dest_check: own };
        for (at, interface) in record.records("NetworkInterfaces").into_iter().enumerate() {
            let Some((name, place)) = interface.id("NetworkInterfaceId") else { continue };
            let found = describe(interface, name, place, builder);
            interfaces.known.insert(found.0, found.1);
            let is_first = interface
                .record("Attachment")
                .and_then(|attachment| attachment.number("DeviceIndex"))
                .map_or(at == 0, |index| index == 0);
            if is_first {
                of_instance.workload = found.1.workload;
                of_instance.source_dest_check = own.or(found.1.source_dest_check);
            }
        }
        interfaces.known.insert(instance, of_instance);
    }
    for record in answers.of("NetworkInterfaces") {
        let Some((name, place)) = record.id("NetworkInterfaceId") else { continue };
        let (name, interface) = describe(record, name, place, builder);
        let instance = record.record("Attachment").and_then(|attachment| {
            let is_first = attachment.number("DeviceIndex").is_none_or(|index| index == 0);
            attachment.name("InstanceId").filter(|_| is_first)
        });
        if let Some(instance) = instance {
            interfaces.known.insert(instance, interface);
        }
        interfaces.known.insert(name, interface);
    }
    interfaces
}

fn describe(record: Record<'_>, name: Name, place: Place, builder: &mut Builder) -> (Name, Interface) {
    let source_dest_check = record.flag("SourceDestCheck");
    if record.is_any("InterfaceType", &NOT_WORKLOADS) {
        return (name, Interface { workload: None, source_dest_check });
    }
    let vpc = vpc_of(record, &name, builder);
    let subnets = match record.name("SubnetId") {
        Some(subnet) => Listed::all(vec![subnet_in(&subnet, &vpc, builder)]),
        None => Listed::unknown(Missing::Component(name.clone())),
    };
    let groups = record.records("Groups").into_iter().filter_map(|group| group.name("GroupId"));
    let groups = groups.map(|group| builder.group(&group)).collect();
    let workload = builder.workload(Workload {
        name: name.clone(),
        also_known_as: Vec::new(),
        at: Some(place),
        kind: WorkloadKind::NetworkInterface,
        network_at: Some(record.place()),
        in_vpc: true,
        vpc: vpc.known().copied(),
        subnets,
        groups: Listed::all(groups),
        groups_by_subnet: Vec::new(),
        placement: Placement::One,
        listeners: Vec::new(),
        address: record.address("PrivateIpAddress"),
        ipv6: Fact::Known(true),
        public_address: Fact::Known(
            record.record("Association").is_some_and(|association| association.has("PublicIp")),
        ),
    });
    (name, Interface { workload: Some(workload), source_dest_check })
}
