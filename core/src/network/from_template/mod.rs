//! What a template says of the network.

mod dns;
mod endpoint;
mod fields;
mod firewall;
mod gateways;
mod lattice;
mod network_acl;
mod peering;
mod policy_statement;
mod prefix_list;
mod public_access;
mod reader;
mod resource_policy;
mod route_table;
mod security_group;
mod subnet;
#[cfg(test)]
mod testing;
mod traffic;
mod transit;
mod vpc;
mod vpn;
mod workloads;

pub(super) use vpc::is_amazons;

use super::Builder;
use crate::template::{Guard, Template};
use reader::Reader;

/// Writes every component that exists in `situation` into the network.
///
/// # Errors
/// A guard that holds in some part of the situation only, where something depends on it: ask again for both parts.
pub(super) fn declare(template: &Template<'_>, situation: Guard, builder: &mut Builder) -> Result<(), Guard> {
    let reader = Reader { template, situation };
    // What comes with a VPC is written first, since resources add to it; routes last, since they look at what their
    // targets are.
    vpc::declare(reader, builder)?;
    prefix_list::declare(reader, builder)?;
    network_acl::declare(reader, builder)?;
    route_table::declare(reader, builder)?;
    subnet::declare(reader, builder)?;
    security_group::declare(reader, builder)?;
    gateways::declare(reader, builder)?;
    peering::declare(reader, builder)?;
    endpoint::declare(reader, builder)?;
    vpn::declare(reader, builder)?;
    transit::declare(reader, builder)?;
    firewall::declare(reader, builder)?;
    public_access::declare(reader, builder)?;
    route_table::declare_routes(reader, builder)?;
    workloads::declare(reader, builder)?;
    dns::declare(reader, builder)?;
    resource_policy::declare(reader, builder)?;
    lattice::declare(reader, builder)?;
    route_table::link_interfaces(builder);
    Ok(())
}
