//! What stands where.

use super::placing::{grid, natural, put_bands, tier_of};
use super::relations::Link;
use super::route::Route;
use super::table::TableRow;
use super::{Badge, BoxKind, Group, Tier, badge, nothing, words};
use crate::finding::Finding;
use crate::language::Phrase;
use crate::network::{
    Cidr, EndpointKind, Fact, GatewayKind, Missing, Name, NatPlacement, Network, Place, Situated,
    SubnetIndex, Target, VpcIndex, WorkloadKind, Zone,
};
use crate::order::Order;
use crate::paths::{Goal, vpc_of};
use crate::rules::Subject;
use crate::template::Unknown;

/// The rank of NAT gateways: below all else.
pub(super) const NAT: u8 = 10;

/// Something with a box.
#[derive(Clone, Debug)]
pub(super) struct Thing {
    pub(super) id: String,
    pub(super) kind: BoxKind,
    pub(super) name: Phrase,
    pub(super) says: Phrase,
    pub(super) at: Option<Place>,
    pub(super) dashed: bool,
    pub(super) resource: Option<String>,
    pub(super) subnets: Vec<String>,
    /// What a folded group holds.
    pub(super) members: Vec<String>,
    /// Hosts and addresses behind it.
    pub(super) children: Vec<usize>,
    pub(super) badge: Option<Badge>,
}

/// Something that stands in subnets.
#[derive(Debug)]
pub(super) struct Standing {
    pub(super) thing: usize,
    pub(super) name: String,
    /// Positions in [`Network::subnets`].
    pub(super) subnets: Vec<usize>,
    /// Its VPC, where that follows from more than its subnets.
    pub(super) vpc: Option<VpcIndex>,
    /// Whether its subnets are not known at all.
    pub(super) nowhere: bool,
    /// What they are called.
    pub(super) missing: Option<Missing>,
    /// What is alike lies together; from the top of a subnet downwards.
    pub(super) rank: u8,
}

/// Subnets beside each other.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) tier: Tier,
    pub(super) cells: Vec<Cell>,
    pub(super) bands: Vec<Band>,
}

/// A subnet in its row.
#[derive(Clone, Debug)]
pub(super) struct Cell {
    /// Nothing for the one of things whose subnets are not known.
    pub(super) subnet: Option<usize>,
    pub(super) thing: usize,
    pub(super) first: usize,
    pub(super) last: usize,
}

/// Something that stands in subnets of a row.
#[derive(Clone, Debug)]
pub(super) struct Band {
    pub(super) thing: usize,
    /// From which column to which.
    pub(super) segments: Vec<(usize, usize)>,
    pub(super) lane: usize,
}

/// Where a subnet is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Home {
    /// Nowhere: nothing stands in it, and its VPC is not known.
    None,
    /// In a VPC that is not known.
    Unknown,
    /// In this VPC.
    Vpc(usize),
}

impl Home {
    fn vpc(self) -> Option<usize> {
        match self {
            Self::Vpc(at) => Some(at),
            Self::None | Self::Unknown => None,
        }
    }
}

/// A VPC.
#[derive(Clone, Debug)]
pub(super) struct VpcPlan {
    pub(super) thing: usize,
    pub(super) index: Option<VpcIndex>,
    /// The zones' names; empty where none is known.
    pub(super) columns: Vec<Option<Phrase>>,
    pub(super) rows: Vec<Row>,
    /// Gateways on the left border.
    pub(super) left: Vec<usize>,
    /// Gateway endpoints on the right border, and the services beside it.
    pub(super) right: Vec<(Option<usize>, Option<usize>)>,
}

/// All that is drawn.
#[derive(Clone, Debug, Default)]
pub(super) struct Model {
    pub(super) region: Option<String>,
    pub(super) things: Vec<Thing>,
    pub(super) vpcs: Vec<VpcPlan>,
    /// Functions in no VPC.
    pub(super) loose: Vec<usize>,
    /// What lies beside the region.
    pub(super) outside: Vec<usize>,
    pub(super) links: Vec<Link>,
    pub(super) route: Option<Route>,
    pub(super) notes: Vec<Phrase>,
    pub(super) groups: Vec<Group>,
    pub(super) table: Vec<TableRow>,
}

impl Model {
    /// Everything of one network.
    pub(super) fn of(subject: &Subject<'_, '_>, situated: &Situated, path: Option<&(&str, Goal)>) -> Self {
        let network = &situated.network;
        let mut model =
            Self { region: network.region.clone(), notes: network.assumptions.clone(), ..Self::default() };
        let standing = model.stand(network);
        let vpc_of_subnet = vpcs_of_subnets(network, &standing);
        model.put_vpcs(network, &standing, &vpc_of_subnet);
        model.name_subnets(&standing);
        model.put_gateways(network);
        model.relate(subject, situated, path);
        model.outside.order_by_key(|at| {
            let thing = &model.things[*at];
            (thing.kind != BoxKind::Internet, natural(&thing.name.en))
        });
        model.order_names();
        if model.vpcs.is_empty() && model.loose.is_empty() {
            model.notes.push(nothing());
        }
        model
    }

    /// Orders what was found in the order of the template.
    fn order_names(&mut self) {
        let names: Vec<String> = self.things.iter().map(|thing| natural(&thing.id)).collect();
        let name = |at: Option<usize>| at.map(|at| names[at].clone());
        for plan in &mut self.vpcs {
            plan.right.order_by_key(|(gate, service)| (name(*service), name(*gate)));
        }
        for thing in &mut self.things {
            thing.children.order_by_key(|at| name(Some(*at)));
        }
    }

    /// The position of a thing.
    pub(super) fn find(&self, id: &str) -> Option<usize> {
        self.things.iter().position(|thing| thing.id == id)
    }

    /// The position of a thing, which is made where there is none.
    pub(super) fn thing(&mut self, id: String, make: impl FnOnce(String) -> Thing) -> usize {
        self.find(&id).unwrap_or_else(|| {
            self.things.push(make(id));
            self.things.len() - 1
        })
    }

    /// Marks what has findings.
    pub(super) fn add_badges(&mut self, findings: &[Finding]) {
        for thing in &mut self.things {
            let names = thing.resource.iter().chain(&thing.members);
            let badges = names.filter_map(|name| badge(findings, name));
            thing.badge = badges.reduce(|mut all, one| {
                all.severity = all.severity.max(one.severity);
                all.count += one.count;
                all.messages.extend(one.messages);
                all.findings.extend(one.findings);
                all
            });
        }
    }

    /// Things for all that stands in subnets, and for functions in no VPC.
    fn stand(&mut self, network: &Network) -> Vec<Standing> {
        let mut found = Vec::new();
        for workload in &network.workloads {
            let kind = BoxKind::Workload(workload.kind);
            let thing = self.add(named(kind, &workload.name, workload.at));
            if !workload.in_vpc {
                if workload.kind == WorkloadKind::Function {
                    self.loose.push(thing);
                }
                continue;
            }
            let subnets: Vec<usize> = workload.subnets.items.iter().map(|at| at.0).collect();
            let first = workload.subnets.items.first().copied();
            let vpc = workload.vpc.or_else(|| match first {
                Some(first) => vpc_of(network, workload, first),
                None => workload.groups.items.iter().find_map(|at| network.groups[at.0].vpc.known().copied()),
            });
            let rank = match workload.kind {
                WorkloadKind::LoadBalancer => 0,
                WorkloadKind::Function => 1,
                WorkloadKind::Poller | WorkloadKind::CapacityProvider => 2,
                WorkloadKind::EcsService | WorkloadKind::Instance | WorkloadKind::NetworkInterface => 3,
                WorkloadKind::DatabaseProxy => 4,
                WorkloadKind::DatabaseCluster => 5,
                WorkloadKind::DatabaseInstance => 6,
                WorkloadKind::FileSystem => 8,
                _ => 7,
            };
            found.push(standing(self, thing, subnets, vpc, workload.subnets.rest.as_ref(), rank));
        }
        for endpoint in &network.endpoints {
            let EndpointKind::Interface { subnets, .. } = &endpoint.kind else { continue };
            let mut made = named(BoxKind::InterfaceEndpoint, &endpoint.name, endpoint.at);
            if let Fact::Known(service) = &endpoint.service {
                made.says = words::endpoint_of(service);
            }
            let thing = self.add(made);
            let items = subnets.items.iter().map(|at| at.0).collect();
            let vpc = endpoint.vpc.known().copied();
            found.push(standing(self, thing, items, vpc, subnets.rest.as_ref(), 9));
        }
        for nat in &network.nat_gateways {
            let thing = self.add(named(BoxKind::NatGateway, &nat.name, nat.at));
            match &nat.placement {
                NatPlacement::Zonal(Fact::Known(SubnetIndex(at))) => {
                    found.push(standing(self, thing, vec![*at], None, None, NAT));
                }
                NatPlacement::Zonal(Fact::Unknown(missing)) => {
                    found.push(standing(self, thing, Vec::new(), None, Some(missing), NAT));
                }
                // On the border, as it belongs to the VPC and to no subnet.
                NatPlacement::Regional(_) => {}
            }
        }
        let (things, loose) = (&self.things, &mut self.loose);
        loose.order_by_key(|at| natural(&things[*at].name.en));
        found
    }

    /// Tells everything which boxes it stands in.
    fn name_subnets(&mut self, standing: &[Standing]) {
        for one in standing {
            let cells = self.vpcs.iter().flat_map(|plan| &plan.rows).flat_map(|row| &row.cells);
            let here = cells.filter(|cell| cell.subnet.is_some_and(|at| one.subnets.contains(&at)));
            let ids: Vec<String> = here.map(|cell| self.things[cell.thing].id.clone()).collect();
            self.things[one.thing].subnets = ids;
        }
    }

    /// The names of the subnets that something stands in.
    pub(super) fn subnet_names(&self, thing: usize) -> Vec<String> {
        let ids = &self.things[thing].subnets;
        ids.iter().filter_map(|id| Some(self.things[self.find(id)?].name.en.clone())).collect()
    }

    pub(super) fn add(&mut self, mut thing: Thing) -> usize {
        // Two components may share a name, such as one that is not known.
        while self.find(&thing.id).is_some() {
            thing.id.push('\'');
        }
        self.things.push(thing);
        self.things.len() - 1
    }

    fn put_vpcs(&mut self, network: &Network, standing: &[Standing], vpc_of_subnet: &[Home]) {
        let of_standing = |one: &Standing| match one.subnets.first() {
            Some(at) => vpc_of_subnet[*at].vpc(),
            None => one.vpc.map(|vpc| vpc.0),
        };
        let mut drawn: Vec<Option<usize>> = Vec::new();
        for (at, vpc) in network.vpcs.iter().enumerate() {
            let has = vpc_of_subnet.contains(&Home::Vpc(at))
                || standing.iter().any(|one| of_standing(one) == Some(at));
            if has || matches!(vpc.name, Name::Logical(_)) && vpc.at.is_some() {
                drawn.push(Some(at));
            }
        }
        drawn.order_by_key(|at| {
            let name = at.map(|at| &network.vpcs[at].name);
            (!matches!(name, Some(Name::Logical(_))), natural(&name.map_or(String::new(), Name::to_string)))
        });
        if vpc_of_subnet.contains(&Home::Unknown) || standing.iter().any(|one| of_standing(one).is_none()) {
            drawn.push(None);
        }
        for vpc in drawn {
            let here: Vec<&Standing> = standing.iter().filter(|one| of_standing(one) == vpc).collect();
            let subnets: Vec<usize> =
                (0..network.subnets.len()).filter(|at| vpc_of_subnet[*at] == home(vpc)).collect();
            self.put_vpc(network, vpc, &subnets, &here);
        }
    }

    fn put_vpc(&mut self, network: &Network, vpc: Option<usize>, subnets: &[usize], standing: &[&Standing]) {
        let thing = match vpc.map(|at| &network.vpcs[at]) {
            Some(vpc) => {
                let mut made = named(BoxKind::Vpc, &vpc.name, vpc.at);
                let ranges: Vec<String> = vpc
                    .cidrs
                    .items
                    .iter()
                    .filter_map(|cidr| match cidr {
                        Cidr::Known(net) => Some(net.to_string()),
                        Cidr::Symbol(_) => None,
                    })
                    .collect();
                made.says = with_range(&made.says, &ranges.join(", "));
                made
            }
            None => {
                Thing { name: words::unknown_vpc(), dashed: true, ..plain("vpc:?".to_owned(), BoxKind::Vpc) }
            }
        };
        let thing = self.add(thing);
        let mut laid = grid(network, subnets, standing);
        if let Some(one) = standing.iter().find(|one| one.nowhere) {
            let last = laid.columns.len() - 1;
            let missing = one.missing.clone();
            let cell = Cell { subnet: None, thing: 0, first: 0, last };
            laid.rows.push(Row { tier: Tier::Unknown, cells: vec![cell], bands: Vec::new() });
            let name = match missing {
                Some(Missing::Value(value)) => {
                    Phrase::verbatim(Name::Unknown { value, item: None }.to_string())
                }
                _ => words::unknown_subnets(),
            };
            let id = format!("subnet:?{}", self.things[thing].id);
            let cell_thing = self.add(Thing {
                name: if name.en == "?" { words::unknown_subnets() } else { name },
                dashed: true,
                ..plain(id, BoxKind::Subnet(Tier::Unknown))
            });
            if let Some(cell) = laid.rows.last_mut().and_then(|row| row.cells.first_mut()) {
                cell.thing = cell_thing;
            }
        }
        for row in &mut laid.rows {
            for cell in &mut row.cells {
                let Some(at) = cell.subnet else { continue };
                let subnet = &network.subnets[at];
                let mut made = named(BoxKind::Subnet(tier_of(network, subnet)), &subnet.name, subnet.at);
                made.says = match &subnet.cidr {
                    Fact::Known(Cidr::Known(net)) => with_range(&made.says, &net.to_string()),
                    _ => made.says,
                };
                if subnet.several {
                    let Phrase { en, ja } = words::several_subnets();
                    made.says = with_words(&made.says, &en, &ja);
                }
                cell.thing = self.add(made);
            }
        }
        put_bands(&mut laid.rows, standing);
        let any = laid.columns.iter().any(Option::is_some);
        let columns = laid.columns.iter().map(|zone| {
            any.then(|| {
                zone.as_ref().map_or_else(words::unknown_zone, |zone| Phrase::verbatim(zone_words(zone)))
            })
        });
        self.vpcs.push(VpcPlan {
            thing,
            index: vpc.map(VpcIndex),
            columns: columns.collect(),
            rows: laid.rows,
            left: Vec::new(),
            right: Vec::new(),
        });
    }

    /// Gateways on the borders.
    fn put_gateways(&mut self, network: &Network) {
        for gateway in &network.internet_gateways {
            let Fact::Known(Some(vpc)) = &gateway.vpc else { continue };
            let thing = named(BoxKind::InternetGateway, &gateway.name, gateway.at);
            self.put_left(*vpc, thing);
        }
        for nat in &network.nat_gateways {
            let NatPlacement::Regional(Fact::Known(vpc)) = &nat.placement else { continue };
            let at = self.find(&id_of(BoxKind::NatGateway, &nat.name));
            if let (Some(at), Some(plan)) = (at, self.vpcs.iter_mut().find(|plan| plan.index == Some(*vpc))) {
                plan.left.push(at);
            }
        }
        for endpoint in &network.endpoints {
            let EndpointKind::Gateway { tables } = &endpoint.kind else { continue };
            let of_table = || {
                let table = tables.items.first()?;
                network.tables[table.0].vpc.known()
            };
            let vpc = endpoint.vpc.known().or_else(of_table).copied();
            let thing = self.add(named(BoxKind::GatewayEndpoint, &endpoint.name, endpoint.at));
            let Some(plan) = self.vpcs.iter().position(|plan| plan.index == vpc) else { continue };
            let service = endpoint.service.known().map(|service| self.service(plan, service));
            let right = &mut self.vpcs[plan].right;
            match right.iter_mut().find(|(gateway, own)| gateway.is_none() && *own == service) {
                Some(slot) => slot.0 = Some(thing),
                None => right.push((
                    Some(thing),
                    service.filter(|own| !right.iter().any(|(_, of)| of == &Some(*own))),
                )),
            }
        }
        for table in &network.tables {
            for route in &table.routes.items {
                let Target::Gateway { kind, name } = &route.target else { continue };
                if is_on_border(*kind) {
                    let vpc = table.vpc.known().copied().or_else(|| {
                        let uses = |subnet: &&crate::network::Subnet| {
                            subnet.table.known().is_some_and(|at| network.tables[at.0].name == table.name)
                        };
                        network.subnets.iter().find(uses)?.vpc.known().copied()
                    });
                    let made = Thing {
                        says: words::other_gateway(*kind),
                        ..named(BoxKind::OtherGateway, name, None)
                    };
                    if let Some(vpc) = vpc.filter(|_| self.find(&made.id).is_none()) {
                        self.put_left(vpc, made);
                    }
                }
            }
        }
        for plan in &mut self.vpcs {
            let things = &self.things;
            plan.left.order_by_key(|at| (things[*at].kind, natural(&things[*at].name.en)));
        }
    }

    fn put_left(&mut self, vpc: VpcIndex, thing: Thing) {
        let Some(plan) = self.vpcs.iter().position(|plan| plan.index == Some(vpc)) else { return };
        let thing = self.add(thing);
        self.vpcs[plan].left.push(thing);
    }

    /// A service beside a VPC.
    pub(super) fn service(&mut self, plan: usize, service: &str) -> usize {
        let id = format!("service:{service}@{}", self.things[self.vpcs[plan].thing].id);
        let at =
            self.thing(id, |id| Thing { name: Phrase::verbatim(service), ..plain(id, BoxKind::Service) });
        if !self.vpcs[plan].right.iter().any(|(_, own)| *own == Some(at)) {
            self.vpcs[plan].right.push((None, Some(at)));
        }
        at
    }

    /// The VPC in which a thing is drawn.
    pub(super) fn plan_of(&self, thing: usize) -> Option<usize> {
        self.vpcs.iter().position(|plan| {
            plan.thing == thing
                || plan.left.contains(&thing)
                || plan.right.iter().any(|slot| slot.0 == Some(thing) || slot.1 == Some(thing))
                || plan.rows.iter().any(|row| {
                    row.cells.iter().any(|cell| cell.thing == thing)
                        || row.bands.iter().any(|band| band.thing == thing)
                })
        })
    }
}

/// Whether a gateway is attached to one VPC, as an internet gateway is.
pub(super) fn is_on_border(kind: GatewayKind) -> bool {
    matches!(
        kind,
        GatewayKind::VpnGateway
            | GatewayKind::EgressOnlyInternetGateway
            | GatewayKind::CarrierGateway
            | GatewayKind::ApplianceEndpoint
    )
}

/// The VPC of each subnet that is drawn, with nothing inside where it is not known: those in which something
/// stands, and those of VPCs.
fn vpcs_of_subnets(network: &Network, standing: &[Standing]) -> Vec<Home> {
    let of_subnet = |vpc: &Fact<VpcIndex>| vpc.known().map_or(Home::None, |vpc| Home::Vpc(vpc.0));
    let mut found: Vec<Home> = network.subnets.iter().map(|subnet| of_subnet(&subnet.vpc)).collect();
    // What one thing stands in is of one VPC; twice, since one subnet may tell another through a third.
    for _ in 0..2 {
        for one in standing {
            let known = one.subnets.iter().find_map(|at| found[*at].vpc()).or(one.vpc.map(|vpc| vpc.0));
            for at in &one.subnets {
                if found[*at].vpc().is_none() {
                    found[*at] = home(known);
                }
            }
        }
    }
    found
}

/// Where what stands in a VPC is drawn.
fn home(vpc: Option<usize>) -> Home {
    vpc.map_or(Home::Unknown, Home::Vpc)
}

fn standing(
    model: &Model,
    thing: usize,
    subnets: Vec<usize>,
    vpc: Option<VpcIndex>,
    rest: Option<&Missing>,
    rank: u8,
) -> Standing {
    let name = model.things[thing].name.en.clone();
    Standing { thing, name, nowhere: subnets.is_empty(), subnets, vpc, missing: rest.cloned(), rank }
}

/// The id of a box.
pub(super) fn id_of(kind: BoxKind, name: &Name) -> String {
    format!("{}:{name}", kind.name())
}

/// A thing of which nothing but its kind is known.
pub(super) fn plain(id: String, kind: BoxKind) -> Thing {
    Thing {
        id,
        kind,
        name: words::kind(kind),
        says: words::kind(kind),
        at: None,
        dashed: false,
        resource: None,
        subnets: Vec::new(),
        members: Vec::new(),
        children: Vec::new(),
        badge: None,
    }
}

/// A thing with a name. What a value that is not known names is dashed.
pub(super) fn named(kind: BoxKind, name: &Name, at: Option<Place>) -> Thing {
    let shown = match name {
        Name::Unknown { value: Unknown::Import(name), item } => match item {
            Some(item) => format!("{name}[{item}]"),
            None => name.clone(),
        },
        name => name.to_string(),
    };
    Thing {
        name: if shown == "?" { words::kind(kind) } else { Phrase::verbatim(shown) },
        dashed: matches!(name, Name::Unknown { .. }),
        at,
        resource: match name {
            Name::Logical(id) => Some(id.clone()),
            _ => None,
        },
        ..plain(id_of(kind, name), kind)
    }
}

/// What something is, and its range.
fn with_range(says: &Phrase, range: &str) -> Phrase {
    if range.is_empty() { says.clone() } else { with_words(says, range, range) }
}

fn with_words(says: &Phrase, en: &str, ja: &str) -> Phrase {
    Phrase { en: format!("{} · {en}", says.en), ja: format!("{} · {ja}", says.ja) }
}

/// A zone as people call it.
fn zone_words(zone: &Zone) -> String {
    match zone {
        Zone::Named(name) => match name.strip_prefix("AWS::Region") {
            Some(letter) => format!("AZ {letter}"),
            None => name.clone(),
        },
        Zone::Identified(name) => name.clone(),
        Zone::Numbered(number) => format!("AZ {}", number + 1),
    }
}
