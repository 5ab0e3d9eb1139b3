//! Joins template, context and assumptions to networks: one for each situation that makes a difference.

use std::collections::BTreeMap;

use ipnet::Ipv4Net;

use super::{Assumption, Builder, Context, Fact, Name, Network, assume, from_template, prefix_lists};
use crate::phrase;
use crate::template::{Guard, Template};

/// What is known of the network beside the template.
#[derive(Debug, Default)]
pub struct Surroundings {
    /// What describe calls print.
    pub context: Context,
    /// Assumptions by parameter.
    pub assumed: BTreeMap<String, Assumption>,
    /// The addresses of prefix lists, by id, or by the suffix of a service's endpoint service: `s3`.
    pub prefix_lists: BTreeMap<String, Vec<Ipv4Net>>,
}

/// A network and when it is this one.
#[derive(Debug)]
pub struct Situated {
    /// The parameter values, as far as conditions ask for them.
    pub situation: Guard,
    /// The network.
    pub network: Network,
}

/// More situations than these are not told apart; the rest is left out, and an assumption says so.
const SITUATIONS: usize = 16;

/// The networks that `template` makes: one where no condition hangs on a parameter without a default.
pub fn resolve(template: &Template<'_>, surroundings: &Surroundings) -> Vec<Situated> {
    let mut open = vec![template.default_situation()];
    let mut found: Vec<Situated> = Vec::new();
    let mut left_out = false;
    while let Some(situation) = open.pop() {
        match resolve_in(template, surroundings, situation) {
            Ok(network) => found.push(Situated { situation, network }),
            Err(guard) if found.len() + open.len() + 2 <= SITUATIONS => {
                let (inside, outside) = template.with_guards(|guards| {
                    let not = guards.not(guard);
                    (guards.and(situation, guard), guards.and(situation, not))
                });
                open.extend([outside, inside]);
            }
            // Too many to tell apart: one of both parts stands for the rest.
            Err(guard) => {
                left_out = true;
                open.push(template.with_guards(|guards| guards.and(situation, guard)));
            }
        }
    }
    if left_out {
        for one in &mut found {
            one.network.assumptions.push(phrase!(
                en: "conditions make more than {SITUATIONS} different networks; {SITUATIONS} of them are looked at",
                ja: "条件によって異なるネットワークが {SITUATIONS} 通りを超えるため、{SITUATIONS} 通りだけを調べています",
            ));
        }
    }
    found
}

fn resolve_in(
    template: &Template<'_>,
    surroundings: &Surroundings,
    situation: Guard,
) -> Result<Network, Guard> {
    let mut builder = Builder::default();
    builder.network.region.clone_from(&template.inputs().region);
    surroundings.context.declare(&mut builder);
    assume::declare(template, &surroundings.assumed, &mut builder);
    from_template::declare(template, situation, &mut builder)?;
    for id in surroundings.prefix_lists.keys().filter(|id| id.starts_with("pl-")) {
        let list = builder.prefix_list(&Name::Aws(id.clone())).0;
        let list = &mut builder.network.prefix_lists[list];
        if list.service.is_none() {
            list.service = prefix_lists::service_of(builder.network.region.as_deref(), id).map(str::to_owned);
        }
    }
    fill_prefix_lists(&mut builder.network, &surroundings.prefix_lists);
    Ok(builder.network)
}

/// Writes the addresses that were given for prefix lists into them. What is given for an id goes before what is given
/// for a service.
fn fill_prefix_lists(network: &mut Network, given: &BTreeMap<String, Vec<Ipv4Net>>) {
    for list in &mut network.prefix_lists {
        let of_service = || {
            let service = list.service.as_deref()?;
            let same = |id: &str| prefix_lists::service_of(network.region.as_deref(), id) == Some(service);
            given.get(service).or_else(|| Some(given.iter().find(|(id, _)| same(id))?.1))
        };
        if let Some(ranges) = given.get(&list.name.to_string()).or_else(of_service) {
            list.ranges = Fact::Known(ranges.clone());
        }
    }
}
