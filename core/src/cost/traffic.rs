//! What goes where in a month: the user's figures, or bands where there are none.

use std::collections::BTreeMap;
use std::ops::Add;

use super::model::Flow;
use super::money::{Gigabytes, Quantity, Usd};
use crate::services;

/// The traffic of a month, as the user gives it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// By function and destination (`s3`, `internet`, `Db`).
    pub flows: BTreeMap<(String, String), Load>,
    /// What a NAT gateway, endpoint or attachment carries beside that.
    pub through: BTreeMap<String, Gigabytes>,
    /// Calls, by function.
    pub requests: BTreeMap<String, u64>,
    /// How long a call takes on average, in milliseconds, by function.
    pub milliseconds: BTreeMap<String, u64>,
    /// Queries, by Resolver endpoint.
    pub queries: BTreeMap<String, u64>,
}

impl Traffic {
    /// What is given for a flow. Ports and protocols do not matter here.
    pub(crate) fn given(&self, function: &str, destination: &str) -> Option<Load> {
        let mut flows = self.flows.iter();
        flows.find(|((from, to), _)| from == function && names(to, destination)).map(|(_, load)| *load)
    }

    /// Whether it says how much goes anywhere; otherwise it only counts calls and queries.
    pub fn has_loads(&self) -> bool {
        !self.flows.is_empty() || !self.through.is_empty()
    }

    /// The same in its proportions, `all` in sum. Nothing where none is given.
    pub(super) fn scaled(&self, all: Gigabytes) -> Option<Self> {
        let through = self.through.values().map(|load| load.0);
        let now: Quantity = self.flows.values().map(|load| load.both.0).chain(through).sum();
        if now.is_zero() {
            return None;
        }
        let ratio = |part: Gigabytes| Gigabytes(all.0.portion(part.0, now));
        let mut scaled = self.clone();
        for load in scaled.flows.values_mut() {
            load.both = ratio(load.both);
            load.out = load.out.map(ratio);
        }
        for load in scaled.through.values_mut() {
            *load = ratio(*load);
        }
        Some(scaled)
    }
}

/// Whether a destination as the user writes it is that of a flow.
fn names(written: &str, destination: &str) -> bool {
    let bare = written.split_once("://").map_or(written, |(_, rest)| rest);
    let bare = bare.split('/').next().unwrap_or(bare);
    let bare = bare.rsplit_once(':').map_or(bare, |(host, _)| host);
    written == destination
        || bare == destination
        || services::suffix_of_name(written).as_deref() == Some(destination)
}

/// What a function sends and gets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Load {
    /// Both ways together.
    pub both: Gigabytes,
    /// The part that goes out; nothing where that is not said.
    pub out: Option<Gigabytes>,
}

/// A low, a typical and a high figure; all the same where traffic is given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Band<T> {
    /// Low.
    pub low: T,
    /// Typical.
    pub typical: T,
    /// High.
    pub high: T,
}

/// Gigabytes a month that are taken where no traffic is given, over all paths together.
pub const BANDS: Band<u64> = Band { low: 10, typical: 100, high: 5000 };

impl<T> Band<T> {
    /// What is made of each.
    pub fn map<U>(self, make: impl Fn(T) -> U) -> Band<U> {
        Band { low: make(self.low), typical: make(self.typical), high: make(self.high) }
    }

    /// Low, typical, high.
    pub fn each(&self) -> [&T; 3] {
        [&self.low, &self.typical, &self.high]
    }
}

/// The same in every band.
impl From<Usd> for Band<Usd> {
    fn from(usd: Usd) -> Self {
        Self { low: usd, typical: usd, high: usd }
    }
}

impl Add for Band<Usd> {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            low: self.low + other.low,
            typical: self.typical + other.typical,
            high: self.high + other.high,
        }
    }
}

/// The traffic of each flow of a model.
#[derive(Clone, Debug)]
pub(super) enum Loads<'t> {
    /// So much in all, spread evenly, beside calls and queries as given.
    Even(Quantity, Option<&'t Traffic>),
    /// As given.
    Given(&'t Traffic),
}

impl<'t> Loads<'t> {
    /// Low, typical and high: the bands, or what is given three times.
    pub(super) fn of(traffic: Option<&'t Traffic>) -> [Self; 3] {
        BANDS.each().map(|band| match traffic {
            Some(traffic) if traffic.has_loads() => Loads::Given(traffic),
            _ => Loads::Even(Quantity::whole(*band), traffic),
        })
    }

    /// The load of a flow that is one of so many paths.
    pub(super) fn of_flow(&self, flow: &Flow, paths: u64) -> Load {
        match self {
            Loads::Even(all, _) if flow.is_counted() => {
                Load { both: Gigabytes(all.share(1, paths)), out: None }
            }
            Loads::Even(..) => Load::default(),
            Loads::Given(traffic) => traffic.given(&flow.function, &flow.destination).unwrap_or_default(),
        }
    }
}
