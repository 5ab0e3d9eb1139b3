//! What AWS's documents say of networks, one small template a statement.
//!
//! Each case names the document and section that it is from. Documents are AWS's own unless they are said to be
//! somebody else's; "by design" marks what follows from how vpcheck answers.

#[path = "facts/endpoints.rs"]
mod endpoints;
#[path = "facts/gateways.rs"]
mod gateways;
#[path = "facts/groups.rs"]
mod groups;
#[path = "facts/names.rs"]
mod names;
#[path = "facts/network_acls.rs"]
mod network_acls;
#[path = "facts/peerings.rs"]
mod peerings;
#[path = "facts/routes.rs"]
mod routes;
#[path = "facts/targets.rs"]
mod targets;
#[path = "facts/unknowns.rs"]
mod unknowns;
