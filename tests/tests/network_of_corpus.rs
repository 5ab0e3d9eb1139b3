//! What every real template says of its network is in the network that is read from it.

use std::collections::BTreeSet;

use vpcheck_core::network::{Name, Network, Place, Surroundings, resolve};
use vpcheck_core::syntax::Limits;
use vpcheck_core::template::{Inputs, Resource, Template, lower};
use vpcheck_tests::corpus;

/// Types of resources that are components of a network, whatever their properties are.
const COMPONENTS: [&str; 9] = [
    "AWS::EC2::InternetGateway",
    "AWS::EC2::NatGateway",
    "AWS::EC2::NetworkAcl",
    "AWS::EC2::RouteTable",
    "AWS::EC2::SecurityGroup",
    "AWS::EC2::Subnet",
    "AWS::EC2::VPC",
    "AWS::EC2::VPCEndpoint",
    "AWS::EC2::VPCPeeringConnection",
];

/// The components that a template declares: name and place.
fn declared(network: &Network) -> Vec<(&Name, Option<Place>)> {
    let mut found = Vec::new();
    found.extend(network.vpcs.iter().map(|one| (&one.name, one.at)));
    found.extend(network.subnets.iter().map(|one| (&one.name, one.at)));
    found.extend(network.tables.iter().map(|one| (&one.name, one.at)));
    found.extend(network.acls.iter().map(|one| (&one.name, one.at)));
    found.extend(network.groups.iter().map(|one| (&one.name, one.at)));
    found.extend(network.internet_gateways.iter().map(|one| (&one.name, one.at)));
    found.extend(network.nat_gateways.iter().map(|one| (&one.name, one.at)));
    found.extend(network.peerings.iter().map(|one| (&one.name, one.at)));
    found.extend(network.endpoints.iter().map(|one| (&one.name, one.at)));
    found.retain(|(_, at)| at.is_some());
    found
}

/// The places of routes, rules and entries.
fn places(network: &Network) -> Vec<Place> {
    let routes = network.tables.iter().flat_map(|table| &table.routes.items).map(|route| route.at);
    let rules = network.groups.iter().flat_map(|group| group.ingress.items.iter().chain(&group.egress.items));
    let entries = network.acls.iter().flat_map(|acl| acl.ingress.items.iter().chain(&acl.egress.items));
    let associations = network.subnets.iter().flat_map(|subnet| [subnet.table_at, subnet.acl_at]);
    routes
        .chain(rules.map(|rule| rule.at))
        .chain(entries.map(|entry| entry.at))
        .chain(associations)
        .flatten()
        .collect()
}

/// Whether a resource is a component. Endpoints of appliances and of VPC Lattice are no way to a service.
fn is_component(template: &Template<'_>, resource: &Resource) -> bool {
    const WAYS: [&str; 2] = ["Interface", "Gateway"];
    let kinds = template.property(resource, &["VpcEndpointType"]);
    let is_way = kinds.iter().all(|case| case.value.known().is_none_or(|kind| WAYS.contains(&kind)));
    COMPONENTS.contains(&resource.kind.as_str()) && is_way
}

#[test]
fn every_component_and_every_place_is_there() {
    let Some(root) = corpus::beside_workspace() else {
        println!("skipped: no shared corpus beside the workspace");
        return;
    };
    let mut components = 0;
    for file in corpus::files(&root).expect("the corpus can be read") {
        for region in [None, Some("us-east-1".to_owned())] {
            let inputs = Inputs { region, ..Inputs::default() };
            let template = lower(&file.text, &Limits::default(), inputs);
            let situated = resolve(&template, &Surroundings::default());
            assert!(!situated.is_empty(), "{}: no network at all", file.path);
            for one in &situated {
                let network = &one.network;
                let known: BTreeSet<String> =
                    declared(network).iter().map(|(name, _)| name.to_string()).collect();
                for resource in template.resources.iter().filter(|resource| is_component(&template, resource))
                {
                    if template.with_guards(|guards| guards.implies(one.situation, resource.guard)) {
                        components += 1;
                        assert!(known.contains(&resource.id), "{}: {} is lost", file.path, resource.id);
                    }
                }
                let declarations = declared(network).into_iter().filter_map(|(_, at)| at);
                for place in declarations.chain(places(network)) {
                    let span = place.span;
                    let inside = file.text.get(span.start as usize..span.end as usize);
                    assert!(inside.is_some(), "{}: {span:?} is no place", file.path);
                }
            }
        }
    }
    assert!(components > 0, "the corpus has networks");
    println!("{components} components");
}
