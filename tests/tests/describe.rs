//! Describe answers of a real account are read whole, where they stand beside the workspace.

use std::collections::BTreeMap;
use std::fs;

use vpcheck_core::finding::FileId;
use vpcheck_core::network::{Context, ContextProblem, Network, Place, Surroundings, Target, resolve};
use vpcheck_core::syntax::Limits;
use vpcheck_core::template::{Inputs, lower};
use vpcheck_tests::corpus;

/// The snapshot, read.
struct Snapshot {
    network: Network,
    problems: Vec<ContextProblem>,
    /// Names and texts of its files, in the order of their names.
    texts: Vec<(String, String)>,
}

fn snapshot() -> Option<Snapshot> {
    let Some(folder) =
        corpus::beside_workspace().map(|root| root.join("describe/batfish-hybrid-cloud/us-west-2"))
    else {
        println!("skipped: no corpus beside the workspace");
        return None;
    };
    let mut texts: Vec<(String, String)> = fs::read_dir(folder)
        .expect("the corpus has the snapshot")
        .map(|entry| {
            let path = entry.expect("the folder can be read").path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            (name, fs::read_to_string(&path).expect("the file can be read"))
        })
        .collect();
    texts.sort();
    let files: Vec<(FileId, &str, &str)> =
        (1..).zip(&texts).map(|(at, (name, text))| (FileId(at), name.as_str(), text.as_str())).collect();
    let (context, problems) = Context::read_named(&files);
    let surroundings = Surroundings { context, ..Surroundings::default() };
    let template = lower("Resources: {}\n", &Limits::default(), Inputs::default());
    let mut situated = resolve(&template, &surroundings);
    let network = situated.pop().expect("one situation").network;
    Some(Snapshot { network, problems, texts })
}

#[test]
fn a_real_account_loads_whole() {
    let Some(Snapshot { network, problems, texts }) = snapshot() else { return };
    assert_eq!(texts.len(), 27);
    assert!(problems.iter().all(|problem| problem.skipped), "{problems:?}");
    // Addresses, hosts, databases and the like: each is named.
    assert!(problems.iter().any(|problem| problem.message.en.contains("`DBInstances`")));
    assert_eq!(network.region.as_deref(), Some("us-west-2"));
    // The account's default VPC comes without its default group, and one rule names a group that is not there.
    let groups: Vec<_> = network.groups.iter().filter(|group| group.at.is_some()).collect();
    assert_eq!((groups.len(), network.groups.len()), (11, 13));
    let named = network.vpcs.iter().filter(|vpc| network.groups[vpc.default_group.0].at.is_some());
    assert_eq!(named.count(), 3);
    assert_eq!((network.vpcs.len(), network.subnets.len()), (4, 10));
    assert_eq!((network.tables.len(), network.acls.len()), (5, 4));
    assert_eq!(
        (network.internet_gateways.len(), network.prefix_lists.len(), network.workloads.len()),
        (3, 2, 9)
    );
    for vpc in &network.vpcs {
        assert!(network.tables[vpc.main_table.0].at.is_some(), "{}", vpc.name);
        assert!(network.acls[vpc.default_acl.0].at.is_some(), "{}", vpc.name);
        assert!(vpc.cidrs.rest.is_none() && vpc.amazon_dns.known() == Some(&true), "{}", vpc.name);
    }
    for subnet in &network.subnets {
        let known =
            subnet.vpc.known().is_some() && subnet.cidr.known().is_some() && subnet.zone.known().is_some();
        assert!(known && subnet.table.known().is_some() && subnet.acl.known().is_some(), "{}", subnet.name);
    }
    for group in groups {
        assert!(group.ingress.rest.is_none() && group.egress.rest.is_none(), "{}", group.name);
    }
    let routes: Vec<_> = network.tables.iter().flat_map(|table| &table.routes.items).collect();
    assert_eq!(routes.len(), 9);
    assert!(routes.iter().all(|route| !matches!(route.target, Target::Unknown(_))));
    assert_eq!(routes.iter().filter(|route| route.blackhole).count(), 1);
    let mut services: Vec<_> =
        network.prefix_lists.iter().filter_map(|list| list.service.as_deref()).collect();
    services.sort_unstable();
    assert_eq!(services, ["dynamodb", "s3"]);
}

#[test]
fn every_part_of_a_real_account_has_its_place() {
    let Some(Snapshot { network, texts, .. }) = snapshot() else { return };
    let mut places: BTreeMap<&str, Vec<(Place, String)>> = BTreeMap::new();
    let mut add = |what, at: Option<Place>, name: String| {
        places
            .entry(what)
            .or_default()
            .push((at.unwrap_or_else(|| panic!("{what} {name} has no place")), name));
    };
    network.vpcs.iter().for_each(|one| add("Vpcs.json", one.at, one.name.to_string()));
    network.subnets.iter().for_each(|one| add("Subnets.json", one.at, one.name.to_string()));
    for table in &network.tables {
        add("RouteTables.json", table.at, table.name.to_string());
        table
            .routes
            .items
            .iter()
            .for_each(|route| add("RouteTables.json", route.at, "Destination".to_owned()));
    }
    for acl in &network.acls {
        add("NetworkAcls.json", acl.at, acl.name.to_string());
        let entries = acl.ingress.items.iter().chain(&acl.egress.items);
        entries.for_each(|entry| add("NetworkAcls.json", entry.at, "RuleNumber".to_owned()));
    }
    for group in network.groups.iter().filter(|group| !group.ingress.items.is_empty()) {
        add("SecurityGroups.json", group.at, group.name.to_string());
        let rules = group.ingress.items.iter().chain(&group.egress.items);
        rules.for_each(|rule| add("SecurityGroups.json", rule.at, String::new()));
    }
    for (file, places) in places {
        for (place, within) in places {
            let (name, text) = &texts[usize::from(place.file.0) - 1];
            assert_eq!(name, file);
            let found = place.span.slice(text);
            assert!(!found.is_empty() && found.contains(&within), "{file}: {within} is not in {found}");
        }
    }
}
