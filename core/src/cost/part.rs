//! Parts of a bill: what single findings are about.

use super::model::{CostModel, Flow, Meter, Metered};
use super::money::{Gigabytes, Hours, Quantity, Usd};
use super::prices::{PriceItem, Prices};
use super::traffic::{Band, Load, Loads, Traffic};

/// The bill of one situation, of which rules ask for parts.
pub(crate) struct Parts<'a> {
    model: &'a CostModel,
    region: &'a str,
    prices: &'a Prices,
    /// What the user gives.
    pub(crate) traffic: Option<&'a Traffic>,
}

impl<'a> Parts<'a> {
    /// Nothing where the region is not known: no price is, then.
    pub(crate) fn of(model: &'a CostModel, prices: &'a Prices, traffic: Option<&'a Traffic>) -> Option<Self> {
        Some(Self { model, region: model.region.as_deref()?, prices, traffic })
    }

    /// What resources cost by the hour, in a month. Nothing where they cost nothing, where their number is not known,
    /// or a price.
    pub(crate) fn by_the_hour(&self, resources: &[String]) -> Option<Usd> {
        if self.model.guessed.iter().any(|guessed| resources.contains(guessed)) {
            return None;
        }
        let charges = self.model.charges.iter().filter(|charge| resources.contains(&charge.resource));
        let sums: Option<Vec<Usd>> =
            charges.map(|charge| self.price(charge.price, charge.quantity)).collect();
        sums.filter(|sums| !sums.is_empty()).map(|sums| sums.into_iter().sum::<Usd>().rounded())
    }

    /// What goes through meters costs in a month, of the flows and meters that are `meant`. Nothing where there are
    /// none, where traffic is given but not for these, or where a price is not known.
    pub(crate) fn by_traffic(&self, meant: &dyn Fn(&Flow, &Meter) -> bool) -> Option<Band<Usd>> {
        let paths = self.model.paths();
        let metered = || {
            let each = self.model.flows.iter();
            each.flat_map(|flow| flow.today.iter().map(move |one| (flow, one)))
                .filter(|(flow, one)| meant(flow, &one.meter))
        };
        let is_given = |flow: &Flow| {
            let given = self.traffic.filter(|traffic| traffic.has_loads());
            given.is_none_or(|traffic| traffic.given(&flow.function, &flow.destination).is_some())
        };
        if !metered().any(|(flow, _)| is_given(flow)) {
            return None;
        }
        let sum = |loads: &Loads<'_>| {
            let each = metered().map(|(flow, one)| self.metered(one, loads.of_flow(flow, paths)));
            Some(each.sum::<Option<Usd>>()?.rounded())
        };
        let loads = Loads::of(self.traffic);
        let [low, typical, high] = loads.each_ref().map(sum);
        Some(Band { low: low?, typical: typical?, high: high? })
    }

    /// What a meter takes for a load, exactly.
    pub(crate) fn metered(&self, one: &Metered, load: Load) -> Option<Usd> {
        self.price(one.meter.price, one.counts(load))
    }

    /// What data costs, exactly.
    pub(crate) fn data(&self, item: PriceItem, data: Gigabytes) -> Option<Usd> {
        self.price(item, data.0)
    }

    /// What interface endpoints that demands call for would cost by the hour, in a month.
    pub(crate) fn proposed(&self, services: &[String]) -> Option<Usd> {
        let proposals = self.model.proposals.iter();
        let proposals = proposals.filter(|one| !one.gateway && services.contains(&one.service));
        let zones: u64 = proposals.map(|one| one.zones).sum();
        let hours = Hours::month_of(zones).0;
        self.price(PriceItem::InterfaceEndpointHour, hours).filter(|_| zones > 0).map(Usd::rounded)
    }

    fn price(&self, item: PriceItem, quantity: Quantity) -> Option<Usd> {
        let (usd, left) = self.prices.curve(self.region, item)?.cost(Quantity::ZERO, quantity);
        left.is_zero().then_some(usd)
    }
}
