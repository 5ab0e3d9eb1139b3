//! A route table for a subnet that has none of its own.

use crate::language::Phrase;
use crate::network::{
    Cidr, Destination, Fact, Name, Network, Subnet, SubnetIndex, TableIndex, Target, VpcIndex,
};
use crate::order::Order;
use crate::phrase;
use crate::suggest::Written;

use super::group_rule::id_words;
use super::named::{home, reference};
use super::{Ground, position};

/// An association to be made.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct AssociationAtom {
    pub(super) subnet: Name,
    pub(super) table: Name,
}

/// Tables of the template that a subnet may be given, where it falls to the main one; the likelier first.
/// `public`: whether what stands there needs an internet gateway, as a NAT gateway does.
pub(super) fn against(
    ground: Ground<'_, '_>,
    network: &Network,
    table: TableIndex,
    subnet: SubnetIndex,
    vpc: VpcIndex,
    public: bool,
) -> Vec<AssociationAtom> {
    let Some(own) = network.subnets.get(subnet.0) else { return Vec::new() };
    let falls = network.vpcs.get(vpc.0).is_some_and(|vpc| vpc.main_table == table) && own.table_at.is_none();
    if !falls || home(ground.template, &own.name).is_none() {
        return Vec::new();
    }
    let mut found: Vec<(u8, AssociationAtom)> = Vec::new();
    for (at, other) in network.tables.iter().enumerate() {
        let is_here = other.vpc.known() == Some(&vpc) && TableIndex(at) != table;
        let leads = |target: fn(&Target) -> bool| {
            other.routes.items.iter().any(|route| {
                matches!(route.destination, Destination::Cidr(Cidr::Known(net)) if net.prefix_len() == 0)
                    && target(&route.target)
            })
        };
        let is_public = leads(|target| matches!(target, Target::InternetGateway(_)));
        let in_template =
            matches!(other.name, Name::Logical(_)) && home(ground.template, &other.name).is_some();
        if !is_here || !in_template || is_public != public {
            continue;
        }
        let mut users =
            network.subnets.iter().filter(|one| one.table == Fact::Known(TableIndex(at))).peekable();
        // A table that nobody uses was made for whom the association was forgotten.
        let rank = if users.peek().is_none() {
            0
        } else if users.any(|neighbour| is_in_zone_of(neighbour, own)) {
            1
        } else {
            2
        };
        found.push((rank, AssociationAtom { subnet: own.name.clone(), table: other.name.clone() }));
    }
    found.order_by_key(|(rank, _)| *rank);
    found.into_iter().map(|(_, atom)| atom).collect()
}

fn is_in_zone_of(one: &Subnet, other: &Subnet) -> bool {
    matches!((&one.zone, &other.zone), (Fact::Known(one), Fact::Known(other)) if one.same(other) == Some(true))
}

impl AssociationAtom {
    pub(super) fn change(&self, network: &mut Network) -> Option<()> {
        let table = position(&network.tables, |table| &table.name, &self.table)?;
        let subnet = position(&network.subnets, |subnet| &subnet.name, &self.subnet)?;
        network.subnets.get_mut(subnet)?.table = Fact::Known(TableIndex(table));
        Some(())
    }

    pub(super) fn title(&self) -> Phrase {
        let Self { subnet, table } = self;
        phrase!(en: "associate `{subnet}` with `{table}`", ja: "`{subnet}` に `{table}` を関連付ける")
    }

    pub(super) fn properties(&self, ground: Ground<'_, '_>) -> Option<Vec<(&'static str, Written)>> {
        Some(vec![
            ("SubnetId", reference(ground.template, &self.subnet)?.value),
            ("RouteTableId", reference(ground.template, &self.table)?.value),
        ])
    }

    pub(super) fn wanted_id(&self) -> String {
        format!("{}RouteTableAssociation", id_words(&self.subnet))
    }
}
