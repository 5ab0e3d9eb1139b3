//! Minimal repair: the smallest set of changes after which a blocked way is open.
//!
//! An [`Atom`] is one change: it says what it does to the network, and how it is written. The search works on the
//! network, which is cheap; who applies a fix has its text analysed again.

mod acl_entry;
mod association;
mod endpoint_table;
mod group_rule;
mod named;
mod route;
mod search;
mod writing;

pub(crate) use search::{Failure, Repair, Want, repair, repair_cause};

use std::collections::BTreeMap;

use ipnet::Ipv4Net;

use crate::language::Phrase;
use crate::network::{Name, Network, Situated};
use crate::paths::{Hindrance, Obstacle};
use crate::template::Template;
use crate::template::dependencies::Dependencies;

use acl_entry::AclEntryAtom;
use association::AssociationAtom;
use endpoint_table::EndpointTableAtom;
use group_rule::GroupRuleAtom;
use route::RouteAtom;

/// What a repair is looked for in.
#[derive(Clone, Copy)]
pub(crate) struct Ground<'a, 't> {
    pub(crate) template: &'a Template<'t>,
    /// Its network in each situation.
    pub(crate) networks: &'a [Situated],
    /// What names answer.
    pub(crate) addresses: &'a BTreeMap<String, Vec<Ipv4Net>>,
    /// Which resource is made after which.
    pub(crate) dependencies: &'a Dependencies,
}

/// One change. Components are known by their names, so that it is the same in every situation.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Atom {
    /// A rule of a security group.
    Rule(GroupRuleAtom),
    /// An entry of a network ACL.
    Entry(AclEntryAtom),
    /// A route.
    Route(RouteAtom),
    /// A route table for a subnet.
    Association(AssociationAtom),
    /// A gateway endpoint on a route table.
    EndpointTable(EndpointTableAtom),
}

impl Atom {
    /// What would take an obstacle away: sets of changes of which one is enough, the likelier first.
    fn against(ground: Ground<'_, '_>, network: &Network, obstacle: &Obstacle) -> Vec<Vec<Atom>> {
        match &obstacle.by {
            Hindrance::Groups { worn, egress } => {
                let found = group_rule::against(ground, network, obstacle, worn, *egress);
                found.map(|rules| rules.into_iter().map(Self::Rule).collect()).into_iter().collect()
            }
            Hindrance::Acl { acl, egress, entry } => {
                let found = acl_entry::against(ground, network, obstacle, *acl, *egress, *entry);
                found.map(|entries| entries.into_iter().map(Self::Entry).collect()).into_iter().collect()
            }
            Hindrance::Route { table, subnet, vpc } => {
                route::against(ground, network, obstacle, *table, *subnet, *vpc)
            }
        }
    }

    /// Makes the change, where the network has what it is about.
    fn change(&self, network: &mut Network) {
        // What is not there in this situation needs no change.
        let _ = match self {
            Self::Rule(rule) => rule.change(network),
            Self::Entry(entry) => entry.change(network),
            Self::Route(route) => route.change(network),
            Self::Association(association) => association.change(network),
            Self::EndpointTable(table) => table.change(network),
        };
    }

    /// What it does, as a command.
    fn title(&self) -> Phrase {
        match self {
            Self::Rule(rule) => rule.title(),
            Self::Entry(entry) => entry.title(),
            Self::Route(route) => route.title(),
            Self::Association(association) => association.title(),
            Self::EndpointTable(table) => table.title(),
        }
    }
}

/// The position of the component of a name.
fn position<T>(list: &[T], of: impl Fn(&T) -> &Name, name: &Name) -> Option<usize> {
    list.iter().position(|one| of(one) == name)
}
