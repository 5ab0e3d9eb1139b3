//! What a template is billed for, apart from prices and traffic: these may change without reading it again.

use super::money::Quantity;
use super::prices::PriceItem;
use super::traffic::Load;
use crate::language::Phrase;
use crate::network::Place;

/// What a template is billed for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CostModel {
    /// The region; nothing where neither the user nor the template says it.
    pub region: Option<String>,
    /// What costs by the hour.
    pub charges: Vec<Charge>,
    /// What functions send where.
    pub flows: Vec<Flow>,
    /// What carries traffic: figures may be given for each by name.
    pub carriers: Vec<Meter>,
    /// Endpoints that demands call for.
    pub proposals: Vec<Proposal>,
    /// Concurrency that is kept ready.
    pub provisioned: Vec<Provisioned>,
    /// What takes queries: Resolver endpoints, by logical id.
    pub resolvers: Vec<(String, Option<Place>)>,
    /// Whether something of which too little is known may need the NAT gateways.
    pub nat_may_be_needed: bool,
    /// Resources whose charges by the hour rest on a number that is not known.
    pub guessed: Vec<String>,
    /// What more could cost and is not in any sum, with what would settle it.
    pub left_out: Vec<Phrase>,
    /// What the model rests on.
    pub assumptions: Vec<Phrase>,
}

/// Where traffic goes to, from whatever function: what a user gives one figure for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lane {
    /// The destination, or what carries traffic of which no path is known.
    pub name: String,
    /// The functions whose flows these are; none for what carries traffic.
    pub functions: Vec<String>,
    /// Its part where traffic is spread evenly, of the parts of all lanes.
    pub share: u64,
}

impl CostModel {
    /// The lanes of all flows that are paid for, and then of what carries traffic of which no path is known.
    pub fn lanes(&self) -> Vec<Lane> {
        let mut lanes: Vec<Lane> = Vec::new();
        for flow in self.flows.iter().filter(|flow| flow.is_counted()) {
            match lanes.iter_mut().find(|lane| lane.name == flow.destination) {
                Some(lane) => {
                    lane.functions.push(flow.function.clone());
                    lane.share += 1;
                }
                None => lanes.push(Lane {
                    name: flow.destination.clone(),
                    functions: vec![flow.function.clone()],
                    share: 1,
                }),
            }
        }
        let spread = self.spread_over_carriers();
        let is_used = |meter: &Meter| {
            let mut counted = self.flows.iter().flat_map(|flow| &flow.today);
            counted.any(|one| one.meter.resource == meter.resource)
        };
        for carrier in self.carriers.iter().filter(|carrier| !is_used(carrier)) {
            let share = u64::from(spread.contains(&carrier.resource.as_str()));
            lanes.push(Lane { name: carrier.resource.clone(), functions: Vec::new(), share });
        }
        lanes
    }

    /// The carriers that take the bands where no flow is known: NAT gateways, or where there are none, all.
    pub(super) fn spread_over_carriers(&self) -> Vec<&str> {
        if self.flows.iter().any(Flow::is_counted) {
            return Vec::new();
        }
        let has_nat = self.carriers.iter().any(|carrier| carrier.price.is_of_nat());
        let taken = self.carriers.iter().filter(|carrier| !has_nat || carrier.price.is_of_nat());
        taken.map(|carrier| carrier.resource.as_str()).collect()
    }
}

/// Something that costs by the hour, whatever the traffic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Charge {
    /// The resource that causes it.
    pub resource: String,
    /// Where it is declared.
    pub at: Option<Place>,
    /// What is paid.
    pub price: PriceItem,
    /// How many units a month.
    pub quantity: Quantity,
    /// Whether it goes away with the NAT gateways.
    pub of_nat: bool,
    /// In how many zones it stands; nothing for what does not count by zones.
    pub zones: Option<u64>,
}

/// Something that is paid by what goes through it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meter {
    /// The resource that causes it.
    pub resource: String,
    /// Where it is declared.
    pub at: Option<Place>,
    /// What is paid.
    pub price: PriceItem,
}

/// The part of a flow that a meter counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metered {
    /// The meter.
    pub meter: Meter,
    /// `part` of `of`; more than one where each gigabyte is counted twice.
    pub part: u64,
    /// See [`Metered::part`].
    pub of: u64,
    /// Whether only what goes out counts.
    pub out_only: bool,
}

impl Metered {
    /// What it counts of a load.
    pub(super) fn counts(&self, load: Load) -> Quantity {
        let gigabytes = if self.out_only { load.out.unwrap_or(load.both) } else { load.both };
        gigabytes.0.share(self.part, self.of)
    }
}

/// What a function sends to a destination and gets from there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flow {
    /// The function; empty for traffic of which nobody is known to be the source.
    pub function: String,
    /// The destination: `s3`, `internet`, `Db`.
    pub destination: String,
    /// What counts it today.
    pub today: Vec<Metered>,
    /// What would count it beside the endpoints that demands call for.
    pub after: Vec<Metered>,
    /// Whether it arrives nowhere today.
    pub blocked: bool,
    /// Whether part of it is still blocked, or sent through a NAT gateway, after the endpoints.
    pub needs_nat: bool,
}

impl Flow {
    /// Whether a meter counts its way through a NAT gateway: its data, and between zones to the gateway.
    pub(crate) fn is_by_nat(&self, meter: &Meter) -> bool {
        let to_gateway = meter.price == PriceItem::CrossZoneGb && meter.resource != self.function;
        meter.price.is_of_nat() || to_gateway
    }

    /// Whether anything is, or would be, paid for it.
    pub fn is_counted(&self) -> bool {
        !self.today.is_empty() || !self.after.is_empty() || self.blocked
    }
}

impl CostModel {
    /// How many flows have a price: the bands are spread over these.
    pub(super) fn paths(&self) -> u64 {
        self.flows.iter().filter(|flow| flow.is_counted()).count() as u64
    }
}

/// An endpoint that demands call for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// The service, by the suffix of its endpoint service.
    pub service: String,
    /// The VPC.
    pub vpc: String,
    /// Whether it is a gateway endpoint.
    pub gateway: bool,
    /// In how many zones an interface endpoint stands.
    pub zones: u64,
    /// The functions that it is for.
    pub functions: Vec<String>,
}

impl Proposal {
    /// The name under which it stands in bills.
    pub fn name(&self) -> String {
        format!("+ {}", self.service)
    }
}

/// Concurrency that a function keeps ready.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provisioned {
    /// The function.
    pub function: String,
    /// The alias or version that asks for it.
    pub resource: String,
    /// Where that is declared.
    pub at: Option<Place>,
    /// How many environments.
    pub count: u64,
    /// Memory of each, in MB.
    pub megabytes: u64,
    /// Whether on Graviton.
    pub arm: bool,
}

impl Provisioned {
    /// Gigabyte-seconds that are kept ready in a month.
    pub fn gb_seconds(&self) -> Quantity {
        let seconds = super::money::MONTH_HOURS * 3600;
        Quantity::whole(self.count).share(self.megabytes.saturating_mul(seconds), 1024)
    }
}
