//! What the tests of this folder share.

use std::collections::BTreeMap;

use crate::network::{Cidr, Name, Network, Surroundings, resolve};
use crate::syntax::Limits;
use crate::template::{Inputs, lower};

/// The network of resources, written in YAML without the line `Resources:`, in `us-east-1`.
pub(super) fn network_of(resources: &str) -> Network {
    network(&format!("Resources:\n{resources}"), Some("us-east-1"))
}

/// The network of a template that has one situation only.
pub(super) fn network(template: &str, region: Option<&str>) -> Network {
    network_with(template, region, &Surroundings::default())
}

/// The network of a template that has one situation only, with what is known beside it.
pub(super) fn network_with(template: &str, region: Option<&str>, surroundings: &Surroundings) -> Network {
    let inputs = Inputs { region: region.map(str::to_owned), ..Inputs::default() };
    let template = lower(template, &Limits::default(), inputs);
    let mut found = resolve(&template, surroundings);
    assert_eq!(found.len(), 1, "one situation");
    found.remove(0).network
}

/// The same with addresses of prefix lists.
pub(super) fn with_prefix_lists(template: &str, region: Option<&str>, lists: &[(&str, &str)]) -> Network {
    let prefix_lists: BTreeMap<_, _> =
        lists.iter().map(|(id, net)| ((*id).to_owned(), vec![net.parse().unwrap()])).collect();
    network_with(template, region, &Surroundings { prefix_lists, ..Surroundings::default() })
}

/// The one of a logical id.
pub(super) fn named<'n, T>(list: &'n [T], name: impl Fn(&T) -> &Name, id: &str) -> &'n T {
    list.iter().find(|one| name(one).matches(id)).unwrap_or_else(|| panic!("nothing is called {id}"))
}

/// A range in words; `?` for one that is not known.
pub(super) fn range(cidr: &Cidr) -> String {
    match cidr {
        Cidr::Known(net) => net.to_string(),
        Cidr::Symbol(_) => "?".to_owned(),
    }
}

/// The text that a place points at.
pub(super) fn at(template: &str, place: Option<crate::network::Place>) -> &str {
    let span = place.expect("a place").span;
    &template[span.start as usize..span.end as usize]
}
