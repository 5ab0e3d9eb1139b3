//! What goes where in a month: the user's figures, or bands where there are none.

use std::collections::BTreeMap;

use super::money::{Gigabytes, Quantity};

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

impl Traffic {
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

/// The traffic of each flow of a model.
#[derive(Clone, Debug)]
pub(super) enum Loads<'t> {
    /// So much in all, spread evenly, beside calls and queries as given.
    Even(Quantity, Option<&'t Traffic>),
    /// As given.
    Given(&'t Traffic),
}
