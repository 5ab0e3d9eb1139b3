//! Which subnets lie beside each other, and in which order things lie in them.
//!
//! All orders are by names and zones, never by the order of the template: moving a resource in the text moves nothing.

use super::Tier;
use super::model::{Band, Cell, NAT, Row, Standing};
use crate::network::{Destination, Fact, Network, Subnet, Target, Zone};
use crate::network::{Cidr, Listed, Route};
use crate::order::Order;

/// More subnets whose zones are not known than these do not lie beside each other.
const ABREAST: usize = 6;

/// Columns and rows of a VPC.
#[derive(Debug, Default)]
pub(super) struct Grid {
    /// The zones, in order; nothing for a column of a subnet whose zone is not known.
    pub(super) columns: Vec<Option<Zone>>,
    /// From the internet downwards.
    pub(super) rows: Vec<Row>,
}

/// The way out that the routes of a subnet give.
pub(super) fn tier_of(network: &Network, subnet: &Subnet) -> Tier {
    let Fact::Known(table) = &subnet.table else { return Tier::Unknown };
    let Some(table) = network.tables.get(table.0) else { return Tier::Unknown };
    let Listed { items, rest } = &table.routes;
    let default = items.iter().find(|route| is_default(route));
    match default.map(|route| &route.target) {
        Some(Target::InternetGateway(_)) => Tier::Public,
        Some(Target::Unknown(_)) => Tier::Unknown,
        Some(_) => Tier::Egress,
        None if items.iter().any(|route| matches!(route.target, Target::InternetGateway(_))) => Tier::Public,
        None if rest.is_some() => Tier::Unknown,
        None => Tier::Isolated,
    }
}

/// Whether a route is for all addresses.
pub(super) fn is_default(route: &Route) -> bool {
    matches!(&route.destination, Destination::Cidr(Cidr::Known(net)) if net.prefix_len() == 0)
}

/// Lays the subnets of a VPC out. `subnets` are positions in the network.
pub(super) fn grid(network: &Network, subnets: &[usize], standing: &[&Standing]) -> Grid {
    let mut zones: Vec<Zone> = Vec::new();
    for zone in subnets.iter().filter_map(|at| network.subnets[*at].zone.known()) {
        if !zones.contains(zone) {
            zones.push(zone.clone());
        }
    }
    zones.order();
    let mut rows: Vec<(Tier, Vec<Vec<usize>>)> = Vec::new();
    for tier in [Tier::Public, Tier::Egress, Tier::Isolated, Tier::Unknown] {
        let of_tier: Vec<usize> =
            subnets.iter().copied().filter(|at| tier_of(network, &network.subnets[*at]) == tier).collect();
        let mut of_tier = rows_of(network, &of_tier, standing);
        // What NAT gateways stand in lies next to the subnets that use them.
        of_tier.order_by_key(|row| standing.iter().any(|one| one.rank == NAT && one.subnets.iter().any(|at| row.contains(at))));
        rows.push((tier, of_tier));
    }
    let open = |at: &&usize| network.subnets[**at].zone.known().is_none() && !network.subnets[**at].several;
    let unknown = rows.iter().flat_map(|(_, rows)| rows).map(|row| row.iter().filter(open).count()).max();
    let mut columns: Vec<Option<Zone>> = zones.iter().cloned().map(Some).collect();
    columns.extend((0..unknown.unwrap_or(0)).map(|_| None));
    if columns.is_empty() {
        columns.push(None);
    }
    let mut grid = Grid { columns, rows: Vec::new() };
    for (tier, rows) in rows {
        for row in rows {
            let mut next = zones.len();
            let cells = row.into_iter().map(|at| {
                let subnet = &network.subnets[at];
                let column = subnet.zone.known().and_then(|zone| zones.iter().position(|one| one == zone));
                let (first, last) = match column {
                    _ if subnet.several => (0, grid.columns.len() - 1),
                    Some(column) => (column, column),
                    None => {
                        next += 1;
                        (next - 1, next - 1)
                    }
                };
                Cell { subnet: Some(at), thing: 0, first, last }
            });
            let mut cells: Vec<Cell> = cells.collect();
            cells.order_by_key(|cell| cell.first);
            grid.rows.push(Row { tier, cells, bands: Vec::new() });
        }
    }
    grid
}

/// The rows of one tier: what one thing stands in, or what is named alike, lies in one row.
fn rows_of(network: &Network, subnets: &[usize], standing: &[&Standing]) -> Vec<Vec<usize>> {
    let name = |at: usize| natural(&network.subnets[at].name.to_string());
    let mut subnets = subnets.to_vec();
    subnets.order_by_key(|at| name(*at));
    let mut set: Vec<usize> = (0..subnets.len()).collect();
    let mut join = |one: usize, other: usize| {
        let (from, to) = (set[one].max(set[other]), set[one].min(set[other]));
        set.iter_mut().filter(|of| **of == from).for_each(|of| *of = to);
    };
    for thing in standing {
        let mut there = (0..subnets.len()).filter(|at| thing.subnets.contains(&subnets[*at]));
        if let Some(first) = there.next() {
            there.for_each(|other| join(first, other));
        }
    }
    for one in 0..subnets.len() {
        for other in 0..one {
            let stems = [one, other].map(|at| stem(&network.subnets[subnets[at]].name.to_string()));
            if stems[0] == stems[1] {
                join(one, other);
            }
        }
    }
    let mut rows: Vec<Vec<usize>> = Vec::new();
    let mut seen = Vec::new();
    for of in &set {
        if seen.contains(of) {
            continue;
        }
        seen.push(*of);
        let members = (0..subnets.len()).filter(|at| set[*at] == *of).map(|at| subnets[at]);
        let start = rows.len();
        for at in members {
            let free = rows[start..].iter().position(|row| fits(network, row, at));
            match free {
                Some(row) => rows[start + row].push(at),
                None => rows.push(vec![at]),
            }
        }
        // Two rows of which each fills only some zones are one.
        if start > 0 && rows.len() == start + 1 {
            let row = rows[start].clone();
            if row.iter().all(|at| fits(network, &rows[start - 1], *at))
                && row.len() + rows[start - 1].len() <= ABREAST
            {
                rows.pop();
                rows[start - 1].extend(row);
            }
        }
    }
    rows
}

/// Whether a subnet can lie in a row: nothing of its zone does.
fn fits(network: &Network, row: &[usize], at: usize) -> bool {
    let subnet = &network.subnets[at];
    if subnet.several || row.iter().any(|other| network.subnets[*other].several) {
        return false;
    }
    match subnet.zone.known() {
        Some(zone) => row.iter().all(|other| network.subnets[*other].zone.known() != Some(zone)),
        None => {
            row.iter().filter(|other| network.subnets[**other].zone.known().is_none()).count() < ABREAST
        }
    }
}

/// The lanes that things take in a row, and the columns of each.
pub(super) fn put_bands(rows: &mut [Row], standing: &[&Standing]) {
    let mut order: Vec<usize> = (0..standing.len()).collect();
    order.order_by_key(|at| (standing[*at].rank, natural(&standing[*at].name)));
    for row in rows {
        let mut lanes: Vec<(u8, Vec<(usize, usize)>)> = Vec::new();
        for at in &order {
            let thing = standing[*at];
            let cells: Vec<&Cell> = row
                .cells
                .iter()
                .filter(|cell| cell.subnet.map_or(thing.nowhere, |at| thing.subnets.contains(&at)))
                .collect();
            let Some(segments) = segments(row, &cells) else { continue };
            let (first, last) = (segments[0].0, segments[segments.len() - 1].1);
            let is_free = |(rank, taken): &(u8, Vec<(usize, usize)>)| {
                *rank == thing.rank && taken.iter().all(|(from, to)| last < *from || *to < first)
            };
            let lane = lanes.iter().position(is_free).unwrap_or_else(|| {
                lanes.push((thing.rank, Vec::new()));
                lanes.len() - 1
            });
            lanes[lane].1.push((first, last));
            row.bands.push(Band { thing: thing.thing, segments, lane });
        }
    }
}

/// The runs of columns of some cells of a row. A column without a subnet in between does not part them.
fn segments(row: &Row, cells: &[&Cell]) -> Option<Vec<(usize, usize)>> {
    let mut found: Vec<(usize, usize)> = Vec::new();
    for cell in cells {
        match found.last_mut() {
            Some((_, last))
                if !row.cells.iter().any(|other| *last < other.first && other.last < cell.first) =>
            {
                *last = cell.last;
            }
            _ => found.push((cell.first, cell.last)),
        }
    }
    (!found.is_empty()).then_some(found)
}

/// A name without what tells zones apart: numbers, and a letter at the end of a word.
fn stem(name: &str) -> String {
    let characters: Vec<char> = name.chars().collect();
    let mut found = String::new();
    for (at, character) in characters.iter().enumerate() {
        let before = at.checked_sub(1).map(|at| characters[at]);
        let after = characters.get(at + 1);
        let ends = after.is_none_or(|next| !next.is_ascii_lowercase());
        let starts = before.is_none_or(|last| !last.is_ascii_alphabetic());
        let is_letter = matches!(character, 'A'..='F') && ends && before.is_none_or(|last| !last.is_ascii_uppercase())
            || matches!(character, 'a'..='f') && ends && starts;
        if !character.is_ascii_digit() && !is_letter {
            found.push(*character);
        }
    }
    found
}

/// A key by which `Subnet10` comes after `Subnet9`.
pub(super) fn natural(name: &str) -> String {
    let mut key = String::new();
    let mut digits = String::new();
    for character in name.chars().chain(['\0']) {
        if character.is_ascii_digit() {
            digits.push(character);
            continue;
        }
        if !digits.is_empty() {
            key.push_str(&format!("{digits:0>9}"));
            digits.clear();
        }
        key.push(character);
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stems_are_what_names_of_zones_have_in_common() {
        for (one, other) in [
            ("PublicSubnet1", "PublicSubnet2"),
            ("PublicSubnetA", "PublicSubnetC"),
            ("SubnetAPublic", "SubnetBPublic"),
            ("private-a", "private-c"),
            ("VpcPrivateSubnet1Subnet", "VpcPrivateSubnet2Subnet"),
        ] {
            assert_eq!(stem(one), stem(other), "{one} {other}");
        }
        assert_ne!(stem("DataSubnetA"), stem("AppSubnetA"));
        assert_ne!(stem("Public"), stem("Private"));
    }

    #[test]
    fn numbers_are_in_their_order() {
        assert!(natural("Subnet9") < natural("Subnet10"));
        assert!(natural("A2b") < natural("A10a"));
    }
}
