//! What AWS's documents say of networks, one small template a statement.
//!
//! Each case names the document and section that it is from. Documents are AWS's own unless they are said to be
//! somebody else's; "by design" marks what follows from how vpcheck answers.

#[path = "facts/endpoint_policies.rs"]
mod endpoint_policies;
#[path = "facts/endpoints.rs"]
mod endpoints;
#[path = "facts/firewalls.rs"]
mod firewalls;
#[path = "facts/gateways.rs"]
mod gateways;
#[path = "facts/groups.rs"]
mod groups;
#[path = "facts/ipv6.rs"]
mod ipv6;
#[path = "facts/lattice.rs"]
mod lattice;
#[path = "facts/load_balancers.rs"]
mod load_balancers;
#[path = "facts/names.rs"]
mod names;
#[path = "facts/nat_instances.rs"]
mod nat_instances;
#[path = "facts/network_acls.rs"]
mod network_acls;
#[path = "facts/peerings.rs"]
mod peerings;
#[path = "facts/resource_policies.rs"]
mod resource_policies;
#[path = "facts/routes.rs"]
mod routes;
#[path = "facts/targets.rs"]
mod targets;
#[path = "facts/transit_gateways.rs"]
mod transit_gateways;
#[path = "facts/unknowns.rs"]
mod unknowns;
#[path = "facts/vpn.rs"]
mod vpn;
