//! A gateway endpoint on the route table of a subnet that needs it.

use crate::language::Phrase;
use crate::network::{
    Destination, EndpointIndex, EndpointKind, Name, Network, Route, TableIndex, Target, VpcIndex,
};
use crate::phrase;

use super::named::home;
use super::{Ground, group_rule, position};

/// A table to be added to an endpoint's.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct EndpointTableAtom {
    pub(super) endpoint: Name,
    pub(super) table: Name,
}

/// The gateway endpoints of a service in a VPC, to be put on a table that they are not on.
pub(super) fn against(
    ground: Ground<'_, '_>,
    network: &Network,
    service: &str,
    table: TableIndex,
    vpc: VpcIndex,
) -> Vec<EndpointTableAtom> {
    let all = 0..network.endpoints.len();
    all.filter_map(|at| {
        let endpoint = network.endpoints.get(at)?;
        let serves = endpoint.service.known().is_some_and(|known| known == service)
            && endpoint.vpc.known() == Some(&vpc);
        serves.then(|| on_table(ground, network, EndpointIndex(at), table))?
    })
    .collect()
}

/// A gateway endpoint of the template, to be put on a table of the template that it is not on.
pub(super) fn on_table(
    ground: Ground<'_, '_>,
    network: &Network,
    endpoint: EndpointIndex,
    table: TableIndex,
) -> Option<EndpointTableAtom> {
    let own = network.tables.get(table.0)?;
    let endpoint = network.endpoints.get(endpoint.0)?;
    let EndpointKind::Gateway { tables } = &endpoint.kind else { return None };
    let is_here = |name: &Name| matches!(name, Name::Logical(_)) && home(ground.template, name).is_some();
    let is_off = tables.rest.is_none() && !tables.items.contains(&table);
    (is_off && is_here(&own.name) && is_here(&endpoint.name))
        .then(|| EndpointTableAtom { endpoint: endpoint.name.clone(), table: own.name.clone() })
}

impl EndpointTableAtom {
    pub(super) fn change(&self, network: &mut Network) -> Option<()> {
        let endpoint = position(&network.endpoints, |endpoint| &endpoint.name, &self.endpoint)?;
        let table = position(&network.tables, |table| &table.name, &self.table)?;
        let own = network.endpoints.get_mut(endpoint)?;
        let service = own.service.known()?.clone();
        let EndpointKind::Gateway { tables } = &mut own.kind else { return None };
        tables.items.push(TableIndex(table));
        let list = group_rule::prefix_list(network, &service, &service);
        network.tables.get_mut(table)?.routes.items.push(Route {
            at: None,
            destination: Destination::PrefixList(list),
            target: Target::GatewayEndpoint(EndpointIndex(endpoint)),
            blackhole: false,
            propagated: false,
        });
        Some(())
    }

    pub(super) fn title(&self) -> Phrase {
        let Self { endpoint, table } = self;
        phrase!(
            en: "add `{table}` to the route tables of `{endpoint}`",
            ja: "`{endpoint}` のルートテーブルに `{table}` を追加する",
        )
    }
}
